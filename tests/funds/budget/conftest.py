"""A stage on which money and projects walk."""

from __future__ import annotations

import pytest
from django.db import connections
from tests.funds.budget.stage import Stage
from tests.publicity.conftest import CLOCK
from tests.registry import workbooks

from bangfu.divisions.models import Division


@pytest.fixture(scope="session")
def turning_clock(django_db_setup, django_db_blocker) -> None:
    """Let a test turn the database's clock, which only the owner of it can.

    The same clock as in the tests of notices: one session may run both.
    """
    with django_db_blocker.unblock():
        with connections["owner"].cursor() as cursor:
            cursor.execute(CLOCK)
        connections["owner"].close()


@pytest.fixture
def stage(turning_clock, db, make_actor, settings, tmp_path) -> Stage:
    """A county and its city, one person for each office."""
    settings.BANGFU_FILES = str(tmp_path / "files")
    settings.BANGFU_POLICY_SCENARIO = "100-wan"
    workbooks.make_tree()
    Division.objects.get_or_create(
        code="9901",
        defaults={
            "name": "甲市",
            "level": 4,
            "parent_code": "99",
            "valid_from_date": "1990-01-01",
        },
    )
    return Stage(make_actor)
