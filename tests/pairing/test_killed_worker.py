"""A worker that is killed in the middle of a run or of applying it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import date, timedelta

import pytest

from bangfu.calc.values.division_code import DivisionCode

CHILD = """
import sys
import django
django.setup()
from bangfu.jobs.running import run_job
from bangfu.pairing import lines
{patch}
run_job({job})
"""
HANG_WHILE_WRITING = """
write = lines.write
def hang(*args):
    write(*args)
    print("written", flush=True)
    sys.stdin.read()
lines.write = hang
"""
HANG_WHILE_APPLYING = """
carry_out = lines.carry_out
def hang(*args, **kwargs):
    carry_out(*args, **kwargs)
    print("written", flush=True)
    sys.stdin.read()
lines.carry_out = hang
"""


def kill_in_the_middle(job_id: int, patch: str) -> None:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "bangfu.site.settings"}
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD.format(patch=patch, job=job_id)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdout.readline() == b"written\n"
    child.send_signal(signal.SIGKILL)
    child.wait(20)
    child.stdin.close()
    child.stdout.close()


@pytest.fixture
def people(committed_db, fill, make_actor):
    fill()
    names = ("office", "second")
    return {n: make_actor("county", "990101", username=n) for n in names}


def rows(model):
    from bangfu.scope import acting
    from bangfu.scope.actor import system_actor

    with acting(system_actor("tests")):
        return list(model.objects.order_by("pk"))


def rescue():
    """Let the dead worker's lease run out, and queue its job again."""
    from bangfu.jobs import running

    assert running.release_all() == 1
    return running.rescue()


def test_a_killed_solve_leaves_nothing_and_is_done_again(people, now):
    from bangfu.jobs.running import run_job
    from bangfu.pairing import operations
    from bangfu.pairing.models import Run, RunInput, RunPair
    from bangfu.scope import acting

    office = people["office"]
    with acting(office):
        run = operations.order_run(
            by=office, at=now, division=DivisionCode("990101"), year=2016
        )

    kill_in_the_middle(run.job_id, HANG_WHILE_WRITING)

    assert (rows(RunPair), rows(RunInput)) == ([], [])
    assert rows(Run)[0].state == "solving"
    assert rescue() == [run.job_id]
    assert run_job(run.job_id) == "done"
    assert rows(Run)[0].state == "previewed"
    assert len(rows(RunPair)) == 6


def test_a_killed_apply_leaves_nothing_and_is_done_again(people, now, monkeypatch):
    from django.utils import timezone

    from bangfu.jobs.running import run_job
    from bangfu.pairing import operations
    from bangfu.pairing.models import Pairing, Run
    from bangfu.scope import acting

    office, second = people["office"], people["second"]
    with acting(office):
        run = operations.solve_now(
            by=office, at=now, division=DivisionCode("990101"), year=2016
        )
    with acting(second):
        operations.approve(by=second, at=now, run_id=run.pk)
        run = operations.order_apply(
            by=second, at=now, run_id=run.pk, from_date=date(2016, 3, 1)
        )

    kill_in_the_middle(run.job_id, HANG_WHILE_APPLYING)

    assert rows(Pairing) == []
    assert rows(Run)[0].state == "applying"
    assert rescue() == [run.job_id]
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=1))
    assert run_job(run.job_id) == "done"
    assert rows(Run)[0].state == "applied"
    assert len(rows(Pairing)) == 6


def test_a_refused_solve_says_why_and_lets_the_run_go(people, now):
    from bangfu.jobs.models import Job
    from bangfu.jobs.running import run_job
    from bangfu.pairing import operations
    from bangfu.pairing.models import Official, Run
    from bangfu.scope import acting

    office = people["office"]
    with acting(office):
        Official.objects.update(is_in_post=False)
        run = operations.order_run(
            by=office, at=now, division=DivisionCode("990101"), year=2016
        )

    assert run_job(run.job_id) == "failed"

    assert "no official in post" in str(rows(Job)[0].error_text)
    with acting(office):
        given_up = operations.give_up(by=office, at=now, run_id=run.pk)
    assert given_up.state == "failed"
    assert "no official in post" in given_up.error["en"]
    assert rows(Run)[0].state == "failed"
