"""A stage on which cases walk."""

from __future__ import annotations

import pytest
from django.db import connections
from tests.publicity.conftest import CLOCK
from tests.registry import workbooks
from tests.registry.cases.stage import NEXT_VILLAGE, OTHER_TOWNSHIP, Stage

from bangfu.divisions.models import Division


@pytest.fixture(scope="session")
def turning_clock(django_db_setup, django_db_blocker) -> None:
    """Let a test turn the clock of notices, which only the owner of it can.

    The same clock as in the tests of notices: one session may run both.
    """
    with django_db_blocker.unblock():
        with connections["owner"].cursor() as cursor:
            cursor.execute(CLOCK)
        connections["owner"].close()


@pytest.fixture
def stage(turning_clock, db, make_actor, settings, tmp_path) -> Stage:
    """Two counties, four villages, one person for each office."""
    settings.BANGFU_FILES = str(tmp_path / "files")
    make_villages()
    return Stage(make_actor)


def make_villages() -> None:
    """The tree of the registry's tests and a second village in the township."""
    workbooks.make_tree()
    Division.objects.create(
        code=NEXT_VILLAGE,
        name="新村",
        level=12,
        parent_code=NEXT_VILLAGE[:9],
        valid_from_date="1990-01-01",
    )
    assert Division.objects.filter(code=OTHER_TOWNSHIP).exists()
