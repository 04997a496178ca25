"""The tasks that procrastinate runs."""

from procrastinate import builtin_tasks
from procrastinate.contrib.django import app

from bangfu.jobs import running, transport


@app.task(name=transport.TASK, queue="bangfu")
def run(job_id: int) -> str:
    """Run one job."""
    return str(running.run_job(job_id))


@app.periodic(cron="* * * * *")
@app.task(name="bangfu.jobs.rescue", queue="bangfu", pass_context=False)
def rescue(timestamp: int) -> int:
    """Every minute: queue again the jobs of dead workers."""
    return len(running.rescue())


# The timetable counts in UTC: 19:17 is 03:17 at night in all of China.
@app.periodic(cron="17 19 * * *")
@app.task(name="bangfu.jobs.forget_messages", queue="bangfu", pass_context=True)
async def forget_messages(context, timestamp: int) -> None:  # type: ignore[no-untyped-def]
    """Every night: drop the messages of jobs that ended over 30 days ago."""
    await builtin_tasks.remove_old_jobs(context, max_hours=24 * 30, remove_failed=True)
