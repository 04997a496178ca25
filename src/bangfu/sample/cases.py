"""Cases of the sample's village: what happened before, and families in every state.

They enter as an office's own would: families are put on file by the village, and a
workbook of cases is uploaded by one person of the county and confirmed by another.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime

import polars as pl

from bangfu import exchange
from bangfu.accounts.queries import DEMO_PREFIX, actor_named
from bangfu.accounts.roles import Role
from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.exchange.conversion import dtype_of
from bangfu.registry.cases import lineage, newcomers
from bangfu.registry.cases.descent import Happening
from bangfu.registry.cases.lineage import Person
from bangfu.registry.cases.load_sheets import CASES, CASES_SHEET
from bangfu.registry.cases.models import Case
from bangfu.registry.cases.states import CaseKind, CaseState, MonitoringCategory
from bangfu.registry.duplicates import operations as decisions
from bangfu.registry.duplicates import queries as duplicates
from bangfu.registry.imports import operations as imports
from bangfu.registry.imports.intake import Options
from bangfu.registry.models import Household, Member
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

_SYSTEM = system_actor("sample")
REGISTERED_ON = date(2014, 6, 30)
# Families that apply, with the state that their case has reached. None waits for the end
# of a posting: a notice of before the system cannot be shown.
APPLICANTS = (
    ("林春生", CaseState.LEAD),
    ("邱长福", CaseState.APPLIED),
    ("赖秋莲", CaseState.SURVEYED),
    ("温有田", CaseState.SURVEYED),
    ("廖金凤", CaseState.REVIEWED),
    ("谢水根", CaseState.TOWNSHIP_VERIFIED),
    ("曾桂香", CaseState.COUNTY_REVIEWED),
    ("钟石保", CaseState.ANNOUNCED),
)


def load_cases(*, village: DivisionCode, at: datetime) -> int:
    """Load the cases of one village, once; return how many there are.

    Raises what putting a family on file or an import refuses.
    """
    with acting(_SYSTEM):
        known = Case.objects.filter(division_code=village).count()
    if known:
        return known
    on = at.date()
    clerk = actor_named(DEMO_PREFIX + "village", on=on, role=Role.VILLAGE)
    with acting(clerk):
        for number, (name, _) in enumerate(APPLICANTS, start=1):
            newcomers.add_household(
                by=clerk,
                at=at,
                village=village,
                household_no=f"S{number:03}",
                head={"name": name},
            )
    with acting(_SYSTEM):
        rows = list(_rows(village, on))
    content = io.BytesIO()
    schema = {column.key: dtype_of(column) for column in CASES_SHEET.columns}
    frame = pl.DataFrame(rows, schema=schema)
    exchange.write_rows(
        CASES, {CASES_SHEET.key: frame}, language="zh-hans", target=content
    )
    one, other = (
        actor_named(DEMO_PREFIX + name, on=on, role=Role.COUNTY)
        for name in ("county", "county-2")
    )
    with acting(one):
        record = imports.receive(
            by=one,
            at=at,
            kind="cases",
            files=[("cases.xlsx", content.getvalue())],
            options=Options(),
        )
    with acting(one):
        plan = imports.check(by=one, at=at, import_id=record.pk)
    with acting(other):
        imports.apply(by=other, at=at, import_id=record.pk)
    return plan.counts.new


def _rows(village: DivisionCode, on: date) -> Iterator[dict[str, object]]:
    """Yield the history of the village's households, and the families that apply."""
    stored = Household.objects.filter(division_code=village).order_by("household_no")
    year_end = date(on.year - 1, 12, 31)
    watched = 0
    for household in stored:
        if household.status in ("0", "1", "2", "3"):
            yield _row(household, CaseKind.ENTRY, CaseState.REGISTERED, REGISTERED_ON)
        if household.status in ("1", "3"):
            yield _row(household, CaseKind.EXIT, CaseState.EXITED, year_end)
        if household.status == "1" and not watched:
            watched += 1
            yield _row(
                household, CaseKind.MONITORING, CaseState.MONITORED, year_end
            ) | {
                "category": MonitoringCategory.UNSTABLE_EXITED.value,
                "risk": "因病支出较大",
            }
        if household.status == "2":
            yield _row(household, CaseKind.EXIT, CaseState.PRE_EXIT, year_end)
        if household.status == "3":
            yield _row(household, CaseKind.RELAPSE, CaseState.REGISTERED, year_end)
    numbers = {f"S{n:03}": state for n, (_, state) in enumerate(APPLICANTS, start=1)}
    for household in stored.filter(household_no__in=numbers):
        state = numbers[household.household_no]
        yield _row(household, CaseKind.ENTRY, state, year_end)


def _row(
    household: Household, kind: CaseKind, state: CaseState, since: date
) -> dict[str, object]:
    return {
        "division_code": str(household.division_code),
        "household_no": household.household_no,
        "kind": kind.value,
        "state": state.value,
        "entered_on": since,
        "basis": f"{since.year} 年动态管理台账",
    }


# Persons and a family on file twice: how many of each, and who else they are written as.
TWICE = 4
SOUNDS = {"建": "健", "明": "铭", "秀": "绣", "兰": "岚", "英": "瑛", "华": "桦"}
FAMILY_NO = "S101"


def plant_duplicates(*, village: DivisionCode, at: datetime) -> int:
    """Put persons of a village's township on file a second time; return how many.

    As it happens in offices: somebody joins another household without the number that
    would tell, once under a character of the same sound, and one family is entered anew.
    """
    township = village.at(Level.TOWNSHIP)
    by = actor_named(DEMO_PREFIX + "township", on=at.date(), role=Role.TOWNSHIP)
    with acting(by):
        if Household.objects.filter(
            division_code=village, household_no=FAMILY_NO
        ).exists():
            return 0
        people = _registered_in(township)
        said = Happening(at.date(), "走访登记，未带证件")
        families = [one.household_id for one in people]
        for at_place, member in enumerate(people[:TWICE]):
            lineage.add_member(
                by=by,
                at=at,
                household_id=families[(at_place + 1) % len(families)],
                person=_again(member),
                change="8",
                said=said,
            )
        if people:
            head = people[-1].household
            household = newcomers.add_household(
                by=by,
                at=at,
                village=village,
                household_no=FAMILY_NO,
                head={"name": head.head_name},
            )
            lineage.add_member(
                by=by,
                at=at,
                household_id=household.pk,
                person=_again(people[-1]),
                change="8",
                said=said,
            )
    return len(people[:TWICE]) + bool(people)


def _registered_in(township: DivisionCode) -> list[Member]:
    """Return one person each of the first households: no head, with a birth date."""
    lo, hi = township.range()
    found: dict[int, Member] = {}
    rows = (
        Member.objects.filter(division_code__gte=lo, division_code__lt=hi)
        .exclude(relation="01")
        .exclude(birth_date=None)
        .select_related("household")
        .order_by("division_code", "household_id", "position")
    )
    for one in rows[: 20 * TWICE]:
        found.setdefault(one.household_id, one)
    return list(found.values())[: TWICE + 1]


def _again(member: Member) -> Person:
    """Return a person as a second clerk would write him or her down."""
    name = "".join(SOUNDS.get(character, character) for character in member.name)
    return Person(
        name=name, sex=member.sex, relation="99", birth_date=member.birth_date
    )


def order_search(*, village: DivisionCode, at: datetime) -> None:
    """Order the county's first search for duplicates; the worker makes it after the start."""
    by = actor_named(DEMO_PREFIX + "county", on=at.date(), role=Role.COUNTY)
    with acting(by):
        if duplicates.last_search() is None:
            decisions.order_search(by=by, at=at, division=village.at(Level.COUNTY))
