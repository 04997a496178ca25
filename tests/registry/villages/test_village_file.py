"""The village file: recorded, judged by the policy's rules, locked, corrected."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.registry.cases.conftest import make_villages
from tests.registry.surveys.year import VILLAGE, YEAR, Year

from bangfu.audit.models import Event
from bangfu.calc.values.findings import NotAllowed
from bangfu.registry.editing import YearLocked
from bangfu.registry.models import Household
from bangfu.registry.surveys import rules
from bangfu.registry.villages import operations, queries
from bangfu.registry.villages.fields import fields
from bangfu.registry.villages.models import VillageYear
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

FIGURES = {
    "households": 300,
    "population": 1_000,
    "unpaved_km": Decimal(0),
    "unsafe_water_households": 0,
    "households_without_power": 0,
    "hamlets_without_power": 0,
    "hamlets_without_production_power": 0,
    "clinics": 1,
    "doctors": 1,
    "online_households": 300,
    "tv_households": 300,
    "secretary_name": "王支书",
    "collective_income_fen": 5_000_000,
}


@pytest.fixture
def year(db, make_actor) -> Year:
    make_villages()
    return Year(make_actor)


@pytest.fixture(autouse=True)
def seen(db):
    """Let the test look at everything."""
    with acting(system_actor("tests")):
        yield


def record(year, *, by="village", version="", act=None, **changes):
    act = act or operations.record_village
    more = {"reason": "核对后更正"} if act is operations.correct_village else {}
    with acting(year[by]):
        return act(
            by=year[by],
            at=year.at,
            village=VILLAGE,
            year=YEAR,
            version=version,
            figures=FIGURES | changes,
            **more,
        )


def failed(found) -> list[str]:
    return [one.rule.code for one in queries.judged(found) if one.passed is not True]


def test_a_village_that_passes_lets_no_household_exit(year):
    household = year.family()

    found = record(year)

    # Two poor people of 1,000 are 0.2 %.
    assert (found.poor_households, found.poor_people) == (1, 2)
    first = queries.judged(found)[0]
    assert (first.value, first.threshold, first.passed) == (
        Decimal("0.2"),
        Decimal(2),
        True,
    )
    assert failed(found) == []
    household.refresh_from_db()
    assert household.status == "0"
    assert Household.objects.filter(status="1").count() == 0
    event = Event.objects.get(action="registry.village.recorded")
    assert (str(event.division_code), event.detail) == (VILLAGE, {"year": YEAR})


def test_each_rule_can_fail_and_what_is_unknown_does_not_pass(year):
    found = record(
        year,
        population=100,
        unpaved_km=Decimal("0.5"),
        unsafe_water_households=1,
        hamlets_without_power=1,
        hamlets_without_production_power=None,
        clinics=0,
        doctors=None,
        online_households=299,
        tv_households=299,
    )
    year.family()
    with acting(year["village"]):
        found = record(year, version=queries.version_of(found), population=100)

    # Exactly 2 % is not below 2 %.
    assert failed(found) == ["incidence"]
    found = record(
        year,
        version=queries.version_of(found),
        unpaved_km=Decimal("0.5"),
        unsafe_water_households=1,
        hamlets_without_power=1,
        hamlets_without_production_power=None,
        clinics=0,
        doctors=None,
        online_households=299,
        tv_households=299,
    )
    assert failed(found) == [
        "road",
        "water",
        "power",
        "production_power",
        "clinic",
        "doctor",
        "online",
        "tv",
    ]


def test_a_part_is_never_more_than_its_whole(year):
    with pytest.raises(operations.BadFigures) as caught:
        record(year, tv_households=301, women=1_001)

    assert [found.field for found in caught.value.findings] == [
        "tv_households",
        "women",
    ]
    assert not VillageYear.objects.exists()


def test_who_saw_an_older_file_does_not_overwrite_it(year):
    record(year)

    with pytest.raises(operations.FileChanged):
        record(year, by="township", version="", doctors=2)


@pytest.mark.parametrize("who", ["neighbour", "city", "helper"])
def test_others_record_nothing(year, who):
    with pytest.raises(NotAllowed):
        record(year, by=who)


def test_a_locked_year_is_corrected_by_a_new_row_only(year):
    before = record(year)
    with pytest.raises(rules.NotLocked):
        record(
            year,
            by="township",
            act=operations.correct_village,
            version=queries.version_of(before),
        )
    year.lock()
    before.refresh_from_db()
    seen_version = queries.version_of(before)

    with pytest.raises(YearLocked):
        record(year, version=seen_version, doctors=2)
    after = record(
        year,
        by="township",
        act=operations.correct_village,
        version=seen_version,
        doctors=2,
    )

    assert before.locked_at == year.at
    assert after.corrects_id == before.pk
    assert [one.doctors for one in queries.years_of(VILLAGE)] == [2]
    assert Event.objects.filter(action="registry.village.corrected").count() == 1


def test_every_field_is_a_column_and_stands_on_the_page(year, login, client):
    columns = {field.name for field in VillageYear._meta.concrete_fields}
    assert {field.column for field in fields()} <= columns
    record(year)
    login(year["township"])
    client.cookies["django_language"] = "en"

    words = client.get(f"/registry/villages/{VILLAGE}/").content.decode()

    for field in fields():
        assert field.text.en.replace("'", "&#x27;") in words
    assert "at least 100 %" in words
    assert "Exit procedure: incidence below 2 %" in words
    assert "lets no household exit" in words


def test_a_year_is_recorded_on_its_page(year, login, client):
    login(year["village"])
    url = f"/registry/villages/{VILLAGE}/2020/"

    assert client.post(url, {}).status_code == 422
    response = client.post(
        url, {"households": "300", "population": "1000", "farmer_income": "8123.50"}
    )

    assert response.status_code == 302
    assert queries.year_of(VILLAGE, 2020).farmer_income_fen == 812_350
