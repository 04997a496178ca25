"""A household's file in words, as the pages show it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from bangfu.calc.values.disability import CATEGORIES, GRADES
from bangfu.calc.values.text import Text, join
from bangfu.exchange.declaration import Column
from bangfu.registry import code_lists, queries
from bangfu.registry.changes import Shown, column_of, shown
from bangfu.registry.fact_forms import HOUSEHOLD_SECTIONS, FactsForm
from bangfu.registry.models import Flag, Household, Income, Member
from bangfu.registry.rules.names import name_of, order
from bangfu.registry.sheets import HOUSEHOLD_SHEET, MEMBER_SHEET
from bangfu.web import formats
from bangfu.web.cells import Badge

Fact = tuple[Text, Shown]
_YES, _NO = Text("有保障", "guaranteed"), Text("未保障", "not guaranteed")
_UNKNOWN = Text("未调查", "not asked")

_SEALED = ("phone", "bank_account")


@dataclass(frozen=True, slots=True)
class Group:
    """A section with its facts."""

    title: Text
    facts: list[Fact]

    @property
    def known(self) -> list[Fact]:
        """The facts that are on file."""
        return [fact for fact in self.facts if fact[1] is not None]


def fact_groups(household: Household) -> list[Group]:
    """Return the facts of a household by section.

    Contact and account, partly sealed, and the guarantees are shown by themselves.
    """
    return [
        Group(title, [fact(household, name) for name in names])
        for title, names in HOUSEHOLD_SECTIONS[:-1]
        if not set(names) & set(_SEALED)
    ]


def fact(household: Household, name: str) -> Fact:
    """Return one fact with its title and unit."""
    column = HOUSEHOLD_SHEET.by_key[name]
    return title_with_unit(column), shown(column, getattr(household, name))


def title_with_unit(column: Column) -> Text:
    """Return a column's title with its unit, if it has one."""
    if column.unit is None:
        return column.title
    return Text(
        "{title}（{unit}）",
        "{title} ({unit})",
        {"title": column.title, "unit": column.unit},
    )


def guarantees(household: Household) -> list[tuple[Text, Badge]]:
    """Return the guarantees as badges."""
    kinds = {
        True: Badge(_YES, "success"),
        False: Badge(_NO, "danger"),
        None: Badge(_UNKNOWN, "neutral"),
    }
    return [
        (HOUSEHOLD_SHEET.by_key[name].title, kinds[getattr(household, name)])
        for name in HOUSEHOLD_SECTIONS[-1][1]
    ]


@dataclass(frozen=True, slots=True)
class FormSection:
    """A section of the form with its bound fields."""

    title: Text
    fields: list[Any]


def form_sections(form: FactsForm) -> list[FormSection]:
    """Return the fields of the form by section."""
    return [
        FormSection(title, [form[name] for name in names])
        for title, names in form.sections
    ]


def sealed_title(what: str) -> Text:
    """Return the name of a sealed value."""
    sheet = MEMBER_SHEET if what == "identity_number" else HOUSEHOLD_SHEET
    return sheet.by_key[what].title


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member in words. number: masked. more: the facts behind the row."""

    member: Member
    age: int | None
    sex: Text | None
    relation: Text | None
    number: str
    health: Text | None
    labour: Text | None
    school: Text | None
    left_reason: Text | None
    more: list[Fact]


_MORE = (
    "ethnicity",
    "education",
    "dropout_reason",
    "work_area",
    "work_months",
    "has_basic_medical",
    "has_serious_illness_insurance",
    "has_basic_pension",
    "has_commercial_medical",
    "has_accident_insurance",
    "is_on_dibao",
    "is_soldier",
    "speaks_mandarin",
    "politics",
    "shares_income",
)


def member_row(member: Member, *, on: date) -> MemberRow:
    """Return a member as the file shows it."""
    more = [
        (column.title, shown(column, getattr(member, name)))
        for name in _MORE
        if (column := column_of(MEMBER_SHEET, name)) is not None
    ]
    health = [code_lists.HEALTH.labels[code] for code in member.health]
    if member.disability_kind:
        kind = CATEGORIES[member.disability_kind]
        grade = GRADES.get(member.disability_grade, _UNKNOWN)
        health.append(
            Text("{kind}{grade}", "{kind}, {grade}", {"kind": kind, "grade": grade})
        )
    return MemberRow(
        member=member,
        age=queries.age_of(member, on=on),
        sex=code_lists.SEX.labels.get(member.sex),
        relation=code_lists.RELATION.labels.get(member.relation),
        number="*" * 16 + member.identity_tail if member.identity_tail else "",
        health=join(health, zh="、", en=", ") if health else None,
        labour=code_lists.LABOUR.labels.get(member.labour),
        school=code_lists.SCHOOL.labels.get(member.school_status),
        left_reason=code_lists.MEMBER_CHANGE.labels.get(member.left_reason),
        more=[fact for fact in more if fact[1] is not None],
    )


@dataclass(frozen=True, slots=True)
class IncomeRow:
    """A year of income with its parts, yuan in words.

    badge: below or above the line of that year.
    """

    year: queries.YearOfIncome
    parts: list[tuple[Text, str]]
    badge: Badge | None

    @property
    def net_words(self) -> str:
        """The net income."""
        return formats.amount(self.year.income.net_fen)

    @property
    def per_person_words(self) -> str:
        """The net income per person."""
        return formats.amount(self.year.per_person_fen)

    @property
    def line_words(self) -> str:
        """The line in words."""
        return "" if self.year.line is None else formats.yuan(self.year.line.amount_fen)


_PARTS = ("wage", "operating", "property", "transfer", "operating_expense")


def income_row(year: queries.YearOfIncome) -> IncomeRow:
    """Return a year as the file shows it."""
    income: Income = year.income
    parts = [
        (
            HOUSEHOLD_SHEET.by_key[name].title,
            formats.amount(getattr(income, f"{name}_fen")),
        )
        for name in _PARTS
    ]
    badges = {
        True: Badge(Text("低于标准", "below the line"), "danger"),
        False: Badge(Text("达到标准", "at or above the line"), "success"),
        None: None,
    }
    return IncomeRow(year, parts, badges[year.is_below])


@dataclass(frozen=True, slots=True)
class FlagRow:
    """A doubt in words. about: the member, or None for the household."""

    flag: Flag
    title: Text | None
    badge: Badge


def flag_row(flag: Flag) -> FlagRow:
    """Return a doubt as the file shows it."""
    sheet = MEMBER_SHEET if flag.member_id else HOUSEHOLD_SHEET
    column = sheet.by_key.get(flag.field) or HOUSEHOLD_SHEET.by_key.get(flag.field)
    kinds = {
        "doubtful": Badge(Text("存疑", "doubtful"), "warning"),
        "note": Badge(Text("提示", "note"), "info"),
    }
    return FlagRow(flag, column.title if column else None, kinds[flag.severity])


@dataclass(frozen=True, slots=True)
class RuleFlags:
    """The doubts that one rule found in a household."""

    code: str
    name: Text
    rows: list[FlagRow]


def flags_by_rule(flags: Iterable[Flag]) -> list[RuleFlags]:
    """Return the doubts under their rules, in the order of the rules' numbers."""
    found: dict[str, list[FlagRow]] = {}
    for flag in flags:
        found.setdefault(flag.code, []).append(flag_row(flag))
    return [
        RuleFlags(code, name_of(code), found[code]) for code in sorted(found, key=order)
    ]
