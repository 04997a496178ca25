"""Two people at once: one of them is told or waits, and a locked year stays whole."""

from __future__ import annotations

import threading

import pytest
from django.db import DatabaseError, IntegrityError, connections
from tests.registry.cases.conftest import make_villages
from tests.registry.cases.test_races import both
from tests.registry.surveys.year import TOWNSHIP, VILLAGE, Year, filled, with_amount

from bangfu.registry.models import Income
from bangfu.registry.surveys import operations
from bangfu.registry.surveys.models import Collection, SurveySheet
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

SYSTEM = system_actor("tests")
TABLES = ("income", "surveysheet", "guarantee", "collection", "villageyear")


@pytest.fixture
def year(committed_db, make_actor) -> Year:
    make_villages()
    return Year(make_actor)


def names(results) -> list[str]:
    return sorted(type(one).__name__ for one in results)


def test_two_people_lock_at_once_and_one_is_told(year):
    household = year.family()
    year.check(year.record(household))

    refused = both(lambda: year.lock(), lambda: year.lock(by="county"))

    assert names(refused) == ["NoneType", "YearLocked"]
    with acting(SYSTEM):
        assert Collection.objects.filter(locked_at=None).count() == 0
        assert SurveySheet.objects.get().locked_at == year.at


def test_two_people_record_one_household_at_once_and_one_is_told(year):
    household = year.family()
    more = with_amount(filled(), wage=2_500_000)

    refused = both(
        lambda: year.record(household, version=""),
        lambda: year.record(household, more, by="team", version=""),
    )

    assert names(refused) == ["NoneType", "SheetChanged"]
    with acting(SYSTEM):
        sheet = SurveySheet.objects.get()
        assert Income.objects.get().pk == sheet.income_id
        assert sheet.guarantees.count() == 6


def test_two_offices_correct_at_once_and_one_is_told(year):
    household, _ = year.locked_family()
    seen = year.version(household)

    refused = both(
        lambda: year.correct(
            household, with_amount(filled(), wage=1_900_000), version=seen
        ),
        lambda: year.correct(
            household, with_amount(filled(), wage=1_800_000), by="county", version=seen
        ),
    )

    assert names(refused) == ["NoneType", "SheetChanged"]
    with acting(SYSTEM):
        assert SurveySheet.objects.count() == Income.objects.count() == 2


def test_an_income_that_comes_during_the_lock_waits_and_is_refused(year):
    """Without the wait a row without lock would stand in the locked year."""
    household = year.family()
    year.check(year.record(household))
    other = year.family()
    has_locked, may_commit = threading.Event(), threading.Event()
    refused: list[BaseException] = []

    def lock() -> None:
        try:
            with acting(year["township"]):
                operations.lock_year(
                    by=year["township"],
                    at=year.at,
                    division=TOWNSHIP,
                    year=2020,
                    missing_reason="外出务工",
                )
                has_locked.set()
                may_commit.wait(20)
        finally:
            connections.close_all()

    def add() -> None:
        try:
            with acting(SYSTEM):
                Income.objects.create(
                    household=other, division_code=VILLAGE, year=2020, recorded_by_id=0
                )
        except IntegrityError as error:
            refused.append(error)
        finally:
            connections.close_all()

    locking, adding = threading.Thread(target=lock), threading.Thread(target=add)
    locking.start()
    assert has_locked.wait(20)
    adding.start()
    adding.join(0.5)
    is_waiting = adding.is_alive()
    may_commit.set()
    locking.join(20)
    adding.join(20)

    assert is_waiting
    assert len(refused) == 1
    assert "the year is locked" in str(refused[0])


def test_not_even_the_owner_empties_a_table_of_years(committed_db):
    for table in TABLES:
        with (
            connections["owner"].cursor() as cursor,
            pytest.raises(DatabaseError, match=f"TRUNCATE on registry_{table}"),
        ):
            cursor.execute(f"TRUNCATE registry_{table} CASCADE")
