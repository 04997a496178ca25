"""Reads: households of the acting scope, one household's file, who is looked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.text import Text
from bangfu.policy import queries as policy
from bangfu.policy.poverty_lines import NoLine, PovertyLine, Series
from bangfu.registry.models import (
    Flag,
    Household,
    HouseholdQuerySet,
    Income,
    Member,
)
from bangfu.registry.rules.names import V_RULES, titled

LINE_SERIES = Series.ADMIN
LOOK_UP_MAX = 50


def households() -> HouseholdQuerySet:
    """Return the households that the acting grant sees."""
    return Household.objects.all()


def with_cause(rows: QuerySet[Household], cause: str) -> QuerySet[Household]:
    """Narrow to households with a cause, main or other."""
    return rows.filter(Q(cause_main=cause) | Q(cause_other__contains=[cause]))


def with_flag(rows: QuerySet[Household], code: str) -> QuerySet[Household]:
    """Narrow to households with a doubt of one rule, or with any ("any")."""
    flags = Flag.objects.filter(household_id=OuterRef("pk"), severity="doubtful")
    return rows.filter(Exists(flags if code == "any" else flags.filter(code=code)))


def without_identity(rows: QuerySet[Household]) -> QuerySet[Household]:
    """Narrow to households with a live member whose identity number is missing."""
    members = Member.objects.filter(
        household_id=OuterRef("pk"), left_date=None, identity_index=None
    )
    return rows.filter(Exists(members))


def count_flagged() -> int:
    """Count households with a doubt, within the acting scope."""
    flags = Flag.objects.filter(severity="doubtful")
    return flags.values("household_id").distinct().count()


def count_without_identity() -> int:
    """Count households with a live member without identity number."""
    members = Member.objects.filter(left_date=None, identity_index=None)
    return members.values("household_id").distinct().count()


def people_with_last_four(index: bytes) -> list[Member]:
    """Return live members by the digest of their number's last four characters."""
    found = Member.objects.filter(identity_last_four_index=index, left_date=None)
    return list(
        found.select_related("household").order_by("division_code", "pk")[:LOOK_UP_MAX]
    )


# One household's file


@dataclass(frozen=True, slots=True)
class YearOfIncome:
    """One year: the parts, net per person, and the line of that very year.

    sharing: the members who shared income when the year was surveyed, else those of
    today. per_person_fen: net divided by them, rounded down.
    line: None where the series has no line for the year.
    """

    income: Income
    sharing: int
    per_person_fen: int | None
    line: PovertyLine | None

    @property
    def is_below(self) -> bool | None:
        """Whether the income lies below the line; None when either is unknown."""
        if self.per_person_fen is None or self.line is None:
            return None
        return self.per_person_fen < self.line.amount_fen


@dataclass(frozen=True, slots=True)
class HouseholdFile:
    """Everything that this app knows of a household."""

    household: Household
    members: list[Member]
    gone: list[Member]
    incomes: list[YearOfIncome]
    flags: list[Flag]

    @property
    def sharing(self) -> int:
        """Members who share income and expenses."""
        return sum(member.shares_income for member in self.members)


def household_file(household_id: int) -> HouseholdFile | None:
    """Return the file of a household, or None outside the acting scope."""
    household = Household.objects.filter(pk=household_id).first()
    if household is None:
        return None
    everybody = list(household.members.order_by("position", "pk"))
    members = [member for member in everybody if member.left_date is None]
    sharing = sum(member.shares_income for member in members)
    flags = household.flags.select_related("member").order_by("code", "pk")
    incomes = Income.objects.current().filter(household=household)
    return HouseholdFile(
        household=household,
        members=members,
        gone=[member for member in everybody if member.left_date is not None],
        incomes=[
            _year(income, household, sharing)
            for income in incomes.select_related("sheet").order_by("-year")
        ],
        flags=list(flags),
    )


def _year(income: Income, household: Household, sharing: int) -> YearOfIncome:
    try:
        line = policy.poverty_line(
            policy.active(),
            series=LINE_SERIES,
            year=income.year,
            division=household.division_code,
        )
    except NoLine:
        line = None
    sheet = getattr(income, "sheet", None)
    sharing = sharing if sheet is None else sheet.members_sharing
    per_person = income.net_fen // sharing if sharing else None
    return YearOfIncome(income, sharing, per_person, line)


def is_year_locked(village: DivisionCode, year: int) -> bool:
    """Tell whether the survey of a village's year is locked.

    Asked in SQL: surveys stand above this module, and their models may not be named.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT EXISTS (SELECT FROM registry_collection
            WHERE division_code = %s AND year = %s AND locked_at IS NOT NULL)""",
            [str(village), year],
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def age_of(member: Member, *, on: date) -> int | None:
    """Return the full years of a member on a day."""
    birth = member.birth_date
    if birth is None:
        return None
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def flag_codes() -> list[tuple[str, Text]]:
    """Return the rules whose doubts can be filtered by."""
    return [(code, titled(code)) for code in V_RULES]


def version_of(household: Household) -> str:
    """Return what tells whether a household was changed since it was read."""
    return str(household.recorded_at.isoformat())
