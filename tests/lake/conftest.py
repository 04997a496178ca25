"""A small register in two counties of one city, with everything that must stay inside."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest

from bangfu.lake import operations
from bangfu.registry.models import Flag, Household, Income, Member
from bangfu.scope import acting
from bangfu.scope.actor import system_actor
from bangfu.vault import blind_index, seal

SYSTEM = system_actor("tests")
VILLAGE_A, VILLAGE_B = "990101100200", "990101100201"  # one county
VILLAGE_C = "990102100200"  # another one
ELSEWHERE = "990201100200"  # another city
IDENTITY = "990101197003020018"
PHONE = "13800138000"
ACCOUNT = "6217001210012345678"
# What nobody may find in a file of a snapshot.
SECRETS = (
    "王小明",
    "王小花",
    "李铁柱",
    "赵乙",
    "WXM",
    IDENTITY,
    PHONE,
    ACCOUNT,
    "信用社",
    "青石组",
    "HH-7788",
    "家里困难",
)


@dataclass(frozen=True)
class Register:
    """Primary keys of what was stored."""

    first: int
    second: int
    third: int
    elsewhere: int


@pytest.fixture
def folder(settings, tmp_path):
    """The lake of this test."""
    settings.BANGFU_LAKE = str(tmp_path / "lake")
    return tmp_path / "lake"


@pytest.fixture
def register(committed_db, folder) -> Register:
    """Four households, stored and committed."""
    with acting(SYSTEM):
        return _fill()


@pytest.fixture
def city(register, make_actor):
    """The city office."""
    return make_actor("city", "9901")


@pytest.fixture
def snapshot(register, city, now):
    """A published snapshot."""
    with acting(city):
        return operations.take(by=city, at=now)


def _fill() -> Register:
    first = _household(
        VILLAGE_A,
        "HH-7788",
        head_name="王小明",
        head_initials="WXM",
        group_name="青石组",
        phone_sealed=seal(PHONE),
        phone_tail="00",
        bank_name="信用社",
        bank_account_sealed=seal(ACCOUNT),
        bank_account_tail="78",
        status="0",
        attribute="1",
        cause_main="1",
        cause_other=["3"],
        land_arable_mu="3.50",
        house_area_m2="90.00",
        house_grade="C",
        is_house_dangerous=None,
        house_structure="3",
        house_built_year=1985,
        guaranteed_food=True,
        guaranteed_housing=False,
        road_type="3",
        fuel="1",
    )
    _member(
        first,
        1,
        name="王小明",
        initials="WXM",
        relation="01",
        sex="1",
        birth_date=dt.date(1970, 3, 2),
        identity_sealed=seal(IDENTITY),
        identity_index=blind_index(IDENTITY, "identity"),
        identity_tail="18",
        education="3",
        labour="1",
        health=["3"],
        work_area="04",
        work_months=6,
        ethnicity="01",
        has_basic_medical=True,
    )
    _member(
        first,
        2,
        name="王小花",
        relation="04",
        sex="2",
        birth_date=dt.date(2005, 9, 1),
        school_status="01",
        dropout_reason="家里困难",
        labour="4",
        health=["1"],
        ethnicity="09",
        has_basic_medical=False,
    )
    _member(
        first,
        3,
        name="王小花",
        relation="99",
        sex="2",
        birth_date=dt.date(1940, 1, 1),
        labour="4",
        left_date=dt.date(2015, 5, 1),
        left_reason="1",
    )
    _income(first, 2014, wage_fen=600_000, operating_fen=200_000)
    _income(
        first,
        2015,
        wage_fen=900_000,
        operating_fen=300_000,
        transfer_fen=0,
        operating_expense_fen=200_001,
    )
    for _ in range(2):
        Flag.objects.create(
            household=first,
            division_code=first.division_code,
            code="V6",
            severity="doubtful",
            message={"zh": "疑", "en": "doubt"},
            found_at=dt.datetime(2016, 1, 1, tzinfo=dt.UTC),
        )
    second = _household(VILLAGE_B, "2", head_name="李铁柱", status="1", attribute="2")
    third = _household(VILLAGE_C, "3", head_name="赵乙", status="3")
    _member(
        third,
        1,
        name="赵乙",
        relation="01",
        sex="2",
        identity_index=blind_index(IDENTITY, "identity"),
        labour="2",
    )
    elsewhere = _household(ELSEWHERE, "4", head_name="赵乙")
    return Register(first.pk, second.pk, third.pk, elsewhere.pk)


def _household(village: str, number: str, **values) -> Household:
    return Household.objects.create(
        division_code=village, household_no=number, recorded_by_id=0, **values
    )


def _member(household: Household, position: int, **values) -> Member:
    return Member.objects.create(
        household=household,
        division_code=household.division_code,
        position=position,
        recorded_by_id=0,
        **values,
    )


def _income(household: Household, year: int, **values) -> Income:
    return Income.objects.create(
        household=household,
        division_code=household.division_code,
        year=year,
        recorded_by_id=0,
        **values,
    )
