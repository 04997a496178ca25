"""A small fictional county to pair: two townships, villages, units, officials.

`county` fills the database as the system and returns its keys. Everything is made of
plain rows, because the imports have tests of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

COUNTY = "990101"
TOWNSHIPS = ("990101101", "990101102")
VILLAGES = ("990101101001", "990101101002", "990101102001")
NOW = datetime(2016, 3, 1, 2, 0, tzinfo=UTC)


@dataclass
class County:
    """Primary keys by a short name: households "h1".., officials "a1".."""

    units: dict[str, int] = field(default_factory=dict)
    households: dict[str, int] = field(default_factory=dict)
    officials: dict[str, int] = field(default_factory=dict)


def add_unit(
    division: str, unit_no: str, *, level: str, serves: str = "", **more: object
) -> object:
    from bangfu.pairing.models import Unit

    return Unit.objects.create(
        division_code=division,
        unit_no=unit_no,
        name=f"单位{unit_no}",
        level=level,
        serves_code=serves or division,
        recorded_by_id=0,
        **more,
    )


def add_official(unit: object, official_no: str, **more: object) -> object:
    from bangfu.pairing.models import Official

    values = {
        "name": f"干部{official_no}",
        "rank": "staff",
        "is_party_member": True,
        "expertise": "general",
        "post": "科员",
        "office_phone": "0797-990000",
        "tier": "C",
        "quota_min": 1,
        "quota_max": 1,
        **more,
    }
    return Official.objects.create(
        unit=unit,
        division_code=unit.division_code,
        official_no=official_no,
        recorded_by_id=0,
        **values,
    )


def add_household(village: str, household_no: str, **more: object) -> object:
    from bangfu.registry.models import Household

    values = {"head_name": f"户主{household_no}", "cause_main": "1", **more}
    return Household.objects.create(
        division_code=village, household_no=household_no, recorded_by_id=0, **values
    )


def add_pairing(household: object, official: object, **more: object) -> object:
    from bangfu.pairing.models import Pairing

    values = {"started_date": "2015-06-01", "start_reason": "试点", **more}
    return Pairing.objects.create(
        household=household,
        official=official,
        division_code=household.division_code,
        helper_name=official.name,
        helper_unit=official.unit.name,
        recorded_by_id=0,
        **values,
    )


@pytest.fixture
def make() -> type:
    """Functions that make single rows."""

    class Make:
        unit = staticmethod(add_unit)
        official = staticmethod(add_official)
        household = staticmethod(add_household)
        pairing = staticmethod(add_pairing)

    return Make


@pytest.fixture
def fill() -> Callable[..., County]:
    """Return a function that fills the county.

    Six households: h1 to h3 in the first village, h4 in the second, h5 and h6 in the
    other township. Officials: a1 (section head, three sends: 3 to 5) and a2 (Party
    member: 1) of a county unit, b1 (deputy section head: 2) of the second township.
    Places: 5 + 1 + 2 = 8 for 6 households; minima: 3 + 1 + 2 = 6.
    """
    from bangfu.scope import acting
    from bangfu.scope.actor import system_actor

    def run(*, backwards: bool = False) -> County:
        with acting(system_actor("tests")):
            return _fill(backwards=backwards)

    return run


def _fill(*, backwards: bool) -> County:
    county = County()
    bureau = add_unit(COUNTY, "U1", level="county")
    township = add_unit(TOWNSHIPS[1], "T1", level="township")
    county.units = {"bureau": bureau.pk, "township": township.pk}
    staff = [
        ("a1", bureau, "A1", _quota("B", 3, 5, rank="section_head", sends=True)),
        ("a2", bureau, "A2", {}),
        ("b1", township, "B1", _quota("B", 2, 2, rank="deputy_section")),
    ]
    places = [*[VILLAGES[0]] * 3, VILLAGES[1], *[VILLAGES[2]] * 2]
    homes = list(enumerate(places, start=1))
    step = -1 if backwards else 1
    for key, unit, number, more in staff[::step]:
        county.officials[key] = add_official(unit, number, **more).pk
    for number, village in homes[::step]:
        county.households[f"h{number}"] = add_household(village, f"{number:04}").pk
    return county


def _quota(
    tier: str, low: int, high: int, *, rank: str, sends: bool = False
) -> dict[str, object]:
    return {
        "tier": tier,
        "quota_min": low,
        "quota_max": high,
        "rank": rank,
        "is_three_sends": sends,
    }


@pytest.fixture
def county(db: None, fill: Callable[[], County]) -> County:
    """The filled county in a transaction that is rolled back."""
    return fill()


@pytest.fixture
def office(county: County, act_as: Callable[..., object]) -> object:
    """The county office, acting."""
    return act_as("county", COUNTY, username="office")


@pytest.fixture
def second(county: County, make_actor: Callable[..., object]) -> object:
    """A second person of the county; whoever tests acts as the office meanwhile."""
    return make_actor("county", COUNTY, username="second")


@pytest.fixture
def run(office: object, now: datetime) -> object:
    """A previewed run over the county."""
    from bangfu.calc.values.division_code import DivisionCode
    from bangfu.pairing import operations

    return operations.solve_now(
        by=office, at=now, division=DivisionCode(COUNTY), year=2016
    )


@pytest.fixture
def approved(run: object, second: object, now: datetime) -> object:
    """The run, approved by the second person."""
    from bangfu.pairing import operations

    return operations.approve(by=second, at=now, run_id=run.pk)
