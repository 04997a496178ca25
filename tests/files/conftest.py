"""A folder for contents, and a village office that stores."""

from __future__ import annotations

import pytest

VILLAGE = "990101101001"


@pytest.fixture
def folder(settings, tmp_path):
    settings.BANGFU_FILES = str(tmp_path / "files")
    return tmp_path / "files" / "evidence"


@pytest.fixture
def office(db, folder, act_as):
    """The village committee, acting."""
    return act_as("village", VILLAGE, username="office")


@pytest.fixture
def store(office, now):
    """Return a function that stores a content as the office."""
    from bangfu.calc.values.division_code import DivisionCode
    from bangfu.files import operations

    def run(content, name="照片.jpg", *, by=office, division=VILLAGE):
        return operations.store(
            by=by,
            at=now,
            division=DivisionCode(division),
            name=name,
            content=content,
        )

    return run


@pytest.fixture
def attach(office, store, now):
    """Return a function that stores and attaches to a record 7 of some app."""
    from bangfu.files import operations
    from bangfu.files.kinds import Purpose
    from bangfu.files.queries import Subject

    def run(content, name="照片.jpg", *, by=office, subject_id="7", **more):
        return operations.attach(
            by=by,
            at=now,
            file=store(content, name, by=by),
            subject=Subject("tests.record", subject_id),
            purpose=Purpose.PHOTO,
            name=name,
            **more,
        )

    return run


def on_disk(folder):
    """Return everything that lies in the folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())
