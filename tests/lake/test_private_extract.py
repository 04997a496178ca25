"""A private extract has real names, lies in a folder of one's own, and always goes."""

import os
import signal
import subprocess
import sys
import time

import polars as pl
import pytest
from tests.lake.conftest import IDENTITY, SYSTEM, VILLAGE_A

from bangfu.audit.models import Event
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput, NotAllowed
from bangfu.lake import private, private_folders
from bangfu.lake.apps import LakeConfig
from bangfu.scope import acting

COUNTY = DivisionCode("990101")


def extract(by, now, division=COUNTY, reason="查找重复登记", names=("persons",)):
    return private.private_extract(
        names=names, division=division, by=by, at=now, reason=reason
    )


def folders(folder):
    return [path for path in (folder / "private").iterdir() if path.is_dir()]


def test_it_has_names_and_the_key_of_the_person(register, make_actor, now, folder):
    by = make_actor("county", "990101")
    with acting(by), extract(by, now) as taken:
        frame = pl.read_parquet(taken.files["persons"])
        modes = (
            taken.folder.stat().st_mode & 0o777,
            taken.files["persons"].stat().st_mode & 0o777,
        )

    assert sorted(frame["name"]) == ["王小明", "王小花"]  # who left is not there
    assert taken.rows == {"persons": 2}
    assert modes == (0o700, 0o600)
    assert not any(IDENTITY in str(row) for row in frame.rows())
    assert folders(folder) == []


def test_it_is_deleted_when_the_work_fails(register, make_actor, now, folder):
    by = make_actor("county", "990101")

    def work():
        with acting(by), extract(by, now):
            assert len(folders(folder)) == 1
            raise RuntimeError

    with pytest.raises(RuntimeError):
        work()

    assert folders(folder) == []


def test_the_audit_says_what_for(register, make_actor, now):
    by = make_actor("county", "990101")
    with acting(by), extract(by, now):
        pass

    with acting(SYSTEM):
        event = Event.objects.get(action="lake.extract.taken")
    assert (event.reason, event.division_code) == ("查找重复登记", "990101")
    assert event.detail == {"rows": {"persons": 2}}


def test_it_gives_no_more_than_the_acting_division(register, make_actor, now):
    by = make_actor("township", "990101101")

    with acting(by), pytest.raises(NotAllowed) as refusal, extract(by, now):
        pass
    assert str(refusal.value.message) == "The division 990101 is not within your grant."


@pytest.mark.parametrize("role", ["village", "auditor", "helper", "administrator"])
def test_it_refuses_who_does_not_keep_the_register(register, make_actor, now, role):
    division = VILLAGE_A if role in {"village", "helper"} else "990101"
    by = make_actor(role, division, official_id=7 if role == "helper" else None)

    with acting(by), pytest.raises(NotAllowed), extract(by, now):
        pass


@pytest.mark.parametrize("reason", ["", "   ", "字" * 201])
def test_it_refuses_without_a_reason(register, make_actor, now, folder, reason):
    by = make_actor("county", "990101")

    with acting(by), pytest.raises(BadInput), extract(by, now, reason=reason):
        pass
    assert not (folder / "private").exists()


def test_it_refuses_a_table_that_nobody_declared(register, make_actor, now):
    by = make_actor("county", "990101")

    with acting(by), pytest.raises(BadInput) as refusal, extract(by, now, names=["x"]):
        pass
    assert str(refusal.value.message) == "There is no private extract “x”."


HOLDING = """
import os, signal, sys, django
django.setup()
from bangfu.calc.values.division_code import DivisionCode
from bangfu.lake import private, private_folders
from bangfu.scope import acting
from bangfu.scope.actor import system_actor
from django.utils import timezone
by = system_actor("holder")
with acting(by), private.private_extract(
    names=["persons"], division=DivisionCode("9901"), by=by, at=timezone.now(),
    reason="a test",
):
    print("there", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(register, folder):
    """Another process that holds an extract."""
    environment = {
        **os.environ,
        "BANGFU_LAKE": str(folder),
        "DJANGO_SETTINGS_MODULE": "bangfu.site.settings",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDING],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout.readline() == "there\n"
            yield process
        finally:
            process.kill()


def test_what_a_killed_process_left_goes_at_the_next_start(holder, folder):
    (left,) = folders(folder)
    assert list(left.iterdir()) != []
    assert private_folders.sweep() == []  # its process lives
    assert left.is_dir()

    holder.send_signal(signal.SIGKILL)
    holder.wait(30)
    LakeConfig.create("bangfu.lake").ready()

    assert folders(folder) == []


def test_the_next_extract_clears_away_what_is_left(holder, make_actor, now, folder):
    (left,) = folders(folder)
    holder.send_signal(signal.SIGKILL)
    holder.wait(30)

    by = make_actor("county", "990101")
    with acting(by), extract(by, now) as taken:
        assert folders(folder) == [taken.folder]
    assert not left.exists()


def test_a_folder_without_any_lock_is_a_left_over(folder):
    (folder / "private" / "old").mkdir(parents=True)
    started = time.monotonic()

    assert private_folders.sweep() == ["old"]
    assert time.monotonic() - started < 5
