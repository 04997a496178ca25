"""The job that carries out a run, and the run of every month."""

from importlib import import_module

from django.utils import timezone
from procrastinate.contrib.django import app

from bangfu.jobs.running import Run
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

MONTHLY = system_actor("registry.crosschecks")


def run_crosscheck(run: Run) -> dict[str, object]:
    """Carry out the checks over the division of who ordered them."""
    runs = import_module("bangfu.registry.crosschecks.runs")
    record = runs.run(
        by=run.actor, at=timezone.now(), progress=run.progress, job_id=run.job_id
    )
    return {
        "run_id": record.pk,
        "members": record.members,
        "rows": record.rows,
        "hits": sum(
            one["new"] + one["changed"] + one["same"] for one in record.counts.values()
        ),
    }


# The timetable counts in UTC: 18:37 is 02:37 of the 2nd in all of China.
@app.periodic(cron="37 18 1 * *")
@app.task(name="bangfu.registry.crosscheck", queue="bangfu", pass_context=False)
def monthly(timestamp: int) -> int:
    """Carry out all checks over the whole installation; returns the run's number."""
    runs = import_module("bangfu.registry.crosschecks.runs")
    with acting(MONTHLY):
        record = runs.run(by=MONTHLY, at=timezone.now())
    return int(record.pk)
