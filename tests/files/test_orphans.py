"""Records and disk compared: what is lost, damaged or referred to by nobody."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from tests.files import making
from tests.files.conftest import on_disk

from bangfu.audit.models import Event
from bangfu.files import operations, queries
from bangfu.files.models import File
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

SYSTEM = system_actor("files")
PHOTO = making.jpeg()


@pytest.fixture
def later():
    """Two hours from now by the clock of the disk and of the database."""
    return datetime.now(UTC) + timedelta(hours=2)


def codes(at):
    with acting(SYSTEM):
        return sorted(f"{one.code} {one.subject}" for one in queries.check(at=at))


def test_nothing_is_found_where_all_is_in_order(attach, later):
    attach(PHOTO)

    assert codes(later) == []


def test_an_orphan_is_found_and_removed(store, attach, folder, later):
    kept = attach(PHOTO).file
    orphan = store(making.png(), "a.png")
    assert codes(later) == [f"files.unreferenced {orphan.pk}"]

    with acting(SYSTEM):
        removed = operations.tidy(by=SYSTEM, at=later)

    assert removed == {"unreferenced": 1, "stray": 0}
    assert list(File.objects.all()) == [kept]
    assert Event.objects.latest("pk").action == "files.file.stored"  # not in scope
    with acting(SYSTEM):
        assert Event.objects.latest("pk").detail == removed


def test_a_stray_on_disk_is_found_and_removed(
    attach, folder, later, django_capture_on_commit_callbacks
):
    attach(PHOTO)
    (folder / "ab").mkdir()
    stray = folder / "ab" / "abcd.sealed"
    stray.write_bytes(b"x")
    (folder / "ab" / "half.part").write_bytes(b"x")
    assert codes(later) == ["files.stray abcd.sealed", "files.stray half.part"]

    with acting(SYSTEM), django_capture_on_commit_callbacks(execute=True):
        assert operations.tidy(by=SYSTEM, at=later) == {"unreferenced": 0, "stray": 2}

    assert len(on_disk(folder)) == 1


def test_what_was_just_written_is_no_orphan(store, folder):
    store(PHOTO)
    (folder / "ab").mkdir()
    (folder / "ab" / "abcd.part").write_bytes(b"x")

    assert codes(datetime.now(UTC)) == []


def test_lost_and_damaged_contents_are_found(attach, folder, later):
    lost, damaged = attach(PHOTO).file, attach(making.png(), "a.png").file
    os.unlink(folder / lost.place[:2] / f"{lost.place}.sealed")
    (folder / damaged.place[:2] / f"{damaged.place}.sealed").write_bytes(b"\x01" * 99)

    assert codes(later) == [
        f"files.damaged {damaged.pk}",
        f"files.lost {lost.pk}",
    ]


def files(*words):
    from bangfu.files.commands import files as group

    return CliRunner().invoke(group, words, obj={"lang": "en"})


def test_the_command_says_what_it_found_and_ends_with_one(attach, folder):
    file = attach(PHOTO).file
    assert files("check").output == "Findings: 0.\n"

    os.unlink(folder / file.place[:2] / f"{file.place}.sealed")
    found = files("check")

    assert found.exit_code == 1
    assert found.output == (
        f"files.lost {file.pk}: The content is missing on disk.\nFindings: 1.\n"
    )
    assert '"code": "files.lost"' in files("check", "--json").output


def test_the_command_tidies(store):
    store(PHOTO)

    assert files("tidy").output == "Removed: unreferenced 0, not on record 0.\n"
    assert files("tidy", "--json").output == '{"unreferenced": 0, "stray": 0}\n'
