"""A job ends in one of its final states, with its work or without any of it."""

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.db.models.functions import Now

from bangfu.audit import operations as audit
from bangfu.audit.models import Event
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput, NotAllowed, WrongState
from bangfu.calc.values.text import Text
from bangfu.jobs import operations, running
from bangfu.jobs.models import Job, State
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

SYSTEM = system_actor("tests")
WORDS = Text("正在做", "working")


def work(run):
    audit.record(
        "tests.work.done", by=run.actor, at=run.payload and _now(), detail={"n": 1}
    )
    run.progress(1, 2, WORDS)
    return {"rows": 2}


def refuse(run):
    audit.record("tests.work.done", by=run.actor, at=_now())
    raise BadInput(Text("文件是空的。", "The file is empty."))


def break_down(run):
    audit.record("tests.work.done", by=run.actor, at=_now())
    raise RuntimeError("secret 990101199001010015")


def fill_the_disk(run):
    """The server says so itself, in the middle of the work."""
    audit.record("tests.work.done", by=run.actor, at=_now())
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "DO $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on"
            " device' USING ERRCODE = 'disk_full'; END $$"
        )


def cancel_oneself(run):
    audit.record("tests.work.done", by=run.actor, at=_now())
    with acting(SYSTEM, using="side"):
        Job.objects.using("side").filter(pk=run.job_id).update(cancel_requested=True)
    run.progress(1, 2, WORDS)
    return {}


def lose_lease(run):
    audit.record("tests.work.done", by=run.actor, at=_now())
    with acting(SYSTEM, using="side"):
        Job.objects.using("side").filter(pk=run.job_id).update(worker="another")
    return {}


def _now():
    from tests.conftest import NOW

    return NOW


@pytest.fixture(autouse=True)
def kinds(settings):
    here = "tests.jobs.test_running."
    names = (
        "work",
        "refuse",
        "break_down",
        "fill_the_disk",
        "cancel_oneself",
        "lose_lease",
    )
    settings.BANGFU_JOBS = {f"tests.{name}": here + name for name in names}


@pytest.fixture
def county(committed_db, make_actor):
    return make_actor("county", "990101")


def order(actor, now, kind="tests.work"):
    with acting(actor):
        return operations.enqueue(
            by=actor,
            at=now,
            kind=kind,
            payload={"a": 1},
            division=DivisionCode("990101"),
        )


def reload(job):
    with acting(SYSTEM):
        return Job.objects.get(pk=job.pk), Event.objects.filter(
            action="tests.work.done"
        ).count()


def test_it_does_the_work_and_says_done(county, now):
    job = order(county, now)

    assert running.run_job(job.pk) is State.DONE

    stored, works = reload(job)
    assert (stored.state, stored.result, works) == ("done", {"rows": 2}, 1)
    assert (stored.progress_done, stored.progress_total) == (2, 2)
    assert stored.finished_at is not None


def test_a_message_that_comes_twice_does_the_work_once(county, now):
    job = order(county, now)

    running.run_job(job.pk)
    assert running.run_job(job.pk) is State.DONE

    assert reload(job)[1] == 1


def test_a_refusal_fails_the_job_with_its_sentence_and_leaves_nothing(county, now):
    job = order(county, now, "tests.refuse")

    assert running.run_job(job.pk) is State.FAILED

    stored, works = reload(job)
    assert stored.error == {"zh": "文件是空的。", "en": "The file is empty."}
    assert works == 0


def test_an_unexpected_error_fails_with_an_incident_number_only(county, now, caplog):
    job = order(county, now, "tests.break_down")

    assert running.run_job(job.pk) is State.FAILED

    stored, works = reload(job)
    assert stored.error["en"].startswith("An internal error; nothing was written.")
    assert "secret" not in stored.error["en"]
    assert works == 0


def test_a_full_disk_fails_the_job_by_its_name_and_leaves_nothing(county, now, caplog):
    job = order(county, now, "tests.fill_the_disk")

    assert running.run_job(job.pk) == State.FAILED

    job, events = reload(job)
    assert events == 0
    assert job.error_text.zh == (
        "服务器磁盘已满，本次操作没有写入任何数据。请管理员清理磁盘后重试。"
    )
    assert "could not extend file" in caplog.text


def test_it_stops_at_the_next_step_when_cancelled_and_leaves_nothing(county, now):
    job = order(county, now, "tests.cancel_oneself")

    assert running.run_job(job.pk) is State.CANCELLED

    assert reload(job)[1] == 0


def test_work_of_a_worker_that_lost_its_lease_is_not_kept(county, now):
    job = order(county, now, "tests.lose_lease")

    assert running.run_job(job.pk) is State.RUNNING

    assert reload(job)[1] == 0


def test_a_grant_that_ended_meanwhile_fails_the_job(county, now):
    from bangfu.accounts.models import Grant

    job = order(county, now)
    with acting(SYSTEM):
        Grant.objects.filter(pk=county.grant_id).update(valid_to_date="2014-01-02")

    assert running.run_job(job.pk) is State.FAILED

    stored, works = reload(job)
    assert stored.error["zh"] == f"用户 {county.user_id} 没有有效授权。"
    assert works == 0


def test_a_waiting_job_is_cancelled_at_once(county, now):
    job = order(county, now)

    with acting(county):
        operations.cancel(by=county, at=now, job_id=job.pk)

    assert running.run_job(job.pk) is State.CANCELLED
    assert reload(job)[1] == 0


def test_only_the_one_who_ordered_it_cancels(county, make_actor, now):
    job = order(county, now)
    colleague = make_actor("county", "990101")

    with (
        pytest.raises(NotAllowed, match="Only the person who ordered"),
        acting(colleague),
    ):
        operations.cancel(by=colleague, at=now, job_id=job.pk)

    assert reload(job)[0].state == "queued"


def test_a_job_that_is_over_cannot_be_cancelled(county, now):
    job = order(county, now)
    running.run_job(job.pk)

    with pytest.raises(WrongState, match="is over"), acting(county):
        operations.cancel(by=county, at=now, job_id=job.pk)


def test_an_unknown_kind_is_refused_when_ordered(county, now):
    with pytest.raises(KeyError):
        order(county, now, "tests.nothing")


def as_if_killed(job, *, attempts=1):
    """Leave a job as a killed worker leaves it: running, with a lease that ran out."""
    with acting(SYSTEM):
        Job.objects.filter(pk=job.pk).update(
            state="running",
            worker="dead",
            attempts=attempts,
            lease_until=Now() - timedelta(seconds=1),
        )


def test_the_job_of_a_killed_worker_is_run_again(county, now):
    job = order(county, now)
    as_if_killed(job)

    assert running.rescue() == [job.pk]
    assert running.run_job(job.pk) is State.DONE

    stored, works = reload(job)
    assert (stored.attempts, works) == (2, 1)


def test_a_job_that_killed_three_workers_fails_loudly(county, now):
    job = order(county, now)
    as_if_killed(job, attempts=3)

    assert running.rescue() == []

    stored, works = reload(job)
    assert stored.state == "failed"
    assert stored.error["en"] == (
        "The worker died 3 times while doing this job; it was stopped and wrote nothing."
    )
    assert works == 0


def test_a_job_with_a_valid_lease_is_left_alone(county, now):
    job = order(county, now)
    with acting(SYSTEM):
        Job.objects.filter(pk=job.pk).update(
            state="running", worker="alive", lease_until=Now() + timedelta(seconds=60)
        )

    assert running.rescue() == []


def test_of_two_workers_one_takes_the_job(county, now):
    job = order(county, now)
    states, barrier = [], threading.Barrier(2)

    def take():
        barrier.wait()
        states.append(running._take(job.pk, threading.current_thread().name))
        connections.close_all()

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken is not None for taken in states) == [False, True]
