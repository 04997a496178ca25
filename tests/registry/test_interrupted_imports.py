"""Workers that are killed, imports that meet, jobs that are refused: on committed data."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest
from tests.registry.workbooks import families, make_tree

CHILD = """
import sys
import django
django.setup()
from bangfu.jobs.running import run_job
from bangfu.registry.roll import writing
write = writing.write
def hang(*args):
    write(*args)
    print("written", flush=True)
    sys.stdin.read()
writing.write = hang
run_job({job})
"""


@pytest.fixture
def office(committed_db, make_actor, monkeypatch, tmp_path):
    folder = str(tmp_path / "files")
    monkeypatch.setenv("BANGFU_FILES", folder)
    from django.conf import settings

    monkeypatch.setattr(settings, "BANGFU_FILES", folder)
    make_tree()
    return make_actor("county", "990101", username="office")


def upload(by, now, content):
    from bangfu.registry.imports import operations
    from bangfu.registry.imports.intake import Options
    from bangfu.scope import acting

    with acting(by):
        return operations.upload(
            by=by,
            at=now,
            kind="households",
            files=[("roll.xlsx", content)],
            options=Options(),
        )


def confirm(by, now, record):
    from bangfu.registry.imports import operations
    from bangfu.scope import acting

    with acting(by):
        return operations.confirm(by=by, at=now, import_id=record.pk)


def run(record):
    """Run the import's job to its end, as a worker does."""
    from bangfu.jobs.running import run_job

    return run_job(record.job_id)


def standing(by, record):
    from bangfu.registry.imports import queries
    from bangfu.registry.models import Import
    from bangfu.scope import acting

    with acting(by):
        return queries.standing_of(Import.objects.get(pk=record.pk))


def stored(by):
    from bangfu.audit.models import Event
    from bangfu.registry.models import Household, Member
    from bangfu.scope import acting

    with acting(by):
        applied = Event.objects.filter(action="registry.import.applied")
        return Household.objects.count(), Member.objects.count(), applied.count()


def test_jobs_check_and_write_an_import(office, now):
    record = upload(office, now, families("0001", "0002"))
    assert run(record) == "done"
    assert standing(office, record).state == "checked"
    assert stored(office) == (0, 0, 0)

    record = confirm(office, now, record)
    assert run(record) == "done"

    assert standing(office, record).state == "applied"
    assert stored(office) == (2, 4, 1)


def test_a_file_that_cannot_be_read_fails_its_import_with_the_reason(office, now):
    record = upload(office, now, b"%PDF-1.7 not a workbook")

    assert run(record) == "failed"

    found = standing(office, record)
    assert found.state == "failed"
    assert found.error.zh.startswith("文件“roll.xlsx”：")


def test_a_killed_writing_leaves_nothing_and_is_done_again(office, now):
    from bangfu.jobs import running

    record = upload(office, now, families("0001", "0002"))
    run(record)
    record = confirm(office, now, record)

    child = subprocess.Popen(
        [sys.executable, "-c", CHILD.format(job=record.job_id)],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "bangfu.site.settings"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdout.readline() == b"written\n"
    child.send_signal(signal.SIGKILL)
    child.wait(20)
    child.stdin.close()
    child.stdout.close()

    assert stored(office) == (0, 0, 0)
    assert standing(office, record).state == "applying"
    assert running.release_all() == 1
    assert running.rescue() == [record.job_id]
    assert run(record) == "done"
    assert stored(office) == (2, 4, 1)
    assert standing(office, record).state == "applied"


def test_a_writing_that_would_do_something_else_fails_and_is_shown_anew(office, now):
    first = upload(office, now, families("0001", attribute="1"))
    second = upload(office, now, families("0001", attribute="2"))
    for record in (first, second):
        run(record)
    first, second = (confirm(office, now, record) for record in (first, second))
    assert run(first) == "done"

    assert run(second) == "failed"

    found = standing(office, second)
    assert found.state == "checked"
    assert found.error.zh == "预览之后登记数据有变化，本次没有写入。"
    assert stored(office)[2] == 1
    second = confirm(office, now, second)
    assert run(second) == "done"
    assert standing(office, second).state == "applied"


def test_a_cancelled_writing_leaves_the_import_checked(office, now):
    from bangfu.registry.imports import operations
    from bangfu.scope import acting

    record = upload(office, now, families("0001"))
    run(record)
    record = confirm(office, now, record)
    with acting(office):
        operations.cancel(by=office, at=now, import_id=record.pk)

    assert run(record) == "cancelled"
    assert standing(office, record).state == "checked"
    assert stored(office) == (0, 0, 0)


# Two imports of the same households at once


def two_at_once(office, now, monkeypatch):
    """Write two imports of one household; the second begins while the first is open.

    Returns what the second raised, or None.
    """
    from django.db import connections

    from bangfu.registry.imports import operations
    from bangfu.registry.roll import writing
    from bangfu.scope import acting

    records = [upload(office, now, families("0001", attribute=a)) for a in "12"]
    for record in records:
        run(record)
    write, is_written, may_end = writing.write, threading.Event(), threading.Event()

    def slow(*args):
        write(*args)
        if not is_written.is_set():
            is_written.set()
            may_end.wait(20)

    monkeypatch.setattr(writing, "write", slow)
    raised: dict[int, BaseException | None] = {}

    def apply(at: int):
        try:
            with acting(office):
                operations.apply(by=office, at=now, import_id=records[at].pk)
            raised[at] = None
        except Exception as error:  # noqa: BLE001 - handed to the test
            raised[at] = error
        finally:
            connections.close_all()

    first, second = (threading.Thread(target=apply, args=(at,)) for at in (0, 1))
    first.start()
    assert is_written.wait(20)
    second.start()
    wait_until_blocked()
    may_end.set()
    first.join(30)
    second.join(30)
    assert raised[0] is None
    return raised[1]


def wait_until_blocked():
    """Return when some session waits for a lock of another."""
    from django.db import connections

    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    with connections["side"].cursor() as cursor:
        for _ in range(2_000):
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return
            cursor.execute("SELECT pg_sleep(0.01)")
    pytest.fail("nobody waited")


def test_without_the_lock_the_second_import_would_break(office, now, monkeypatch):
    from django.db import IntegrityError

    from bangfu.registry.imports import locks

    monkeypatch.setattr(locks, "take_alone", lambda divisions: None)

    assert isinstance(two_at_once(office, now, monkeypatch), IntegrityError)


def test_the_second_import_waits_and_is_compared_again(office, now, monkeypatch):
    from bangfu.registry.imports import operations

    raised = two_at_once(office, now, monkeypatch)

    assert isinstance(raised, operations.PlanChanged)
    assert raised.plan.counts.as_json() == {
        "new": 0,
        "changed": 1,
        "same": 0,
        "wrong": 0,
    }
    assert stored(office) == (1, 2, 1)


def test_a_change_by_hand_does_not_wait_for_an_import_for_ever(
    office, now, monkeypatch
):
    from django.db import connections

    from bangfu.calc.values.division_code import DivisionCode
    from bangfu.registry.imports import locks
    from bangfu.scope import acting

    monkeypatch.setattr(locks, "_BY_HAND_WAIT_MS", 50)
    taken, may_end = threading.Event(), threading.Event()

    def importing():
        with acting(office):
            locks.take_alone([DivisionCode("990101101001")])
            taken.set()
            may_end.wait(20)
        connections.close_all()

    other = threading.Thread(target=importing)
    other.start()
    assert taken.wait(20)
    try:
        with acting(office), pytest.raises(locks.ImportRunning):
            locks.take_together(DivisionCode("990101102001"))
        with acting(office):
            locks.take_together(DivisionCode("990102101001"))
    finally:
        may_end.set()
        other.join(20)
