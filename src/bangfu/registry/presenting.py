"""A household's file in words, as the pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from bangfu.calc.values.disability import CATEGORIES, GRADES
from bangfu.calc.values.text import Text, join
from bangfu.exchange.declaration import Column
from bangfu.registry import code_lists, queries
from bangfu.registry.changes import Shown, column_of, shown
from bangfu.registry.models import Flag, Household, Income, Member
from bangfu.registry.sheets import HOUSEHOLD_SHEET, MEMBER_SHEET
from bangfu.web import formats
from bangfu.web.cells import Badge

Fact = tuple[Text, Shown]
_YES, _NO = Text("有保障", "guaranteed"), Text("未保障", "not guaranteed")
_UNKNOWN = Text("未调查", "not asked")

# Sections of the file and of the form that changes it.
SECTIONS: tuple[tuple[Text, tuple[str, ...]], ...] = (
    (
        Text("识别与致贫原因", "Identification and causes"),
        (
            "group_name",
            "status",
            "id_standard",
            "attribute",
            "cause_main",
            "cause_other",
            "is_military_family",
            "planned_exit_year",
        ),
    ),
    (
        Text("联系与账户", "Contact and account"),
        ("phone", "bank_name", "bank_account"),
    ),
    (
        Text("土地与生产", "Land and production"),
        (
            "land_arable_mu",
            "land_irrigated_mu",
            "land_forest_mu",
            "land_returned_mu",
            "land_orchard_mu",
            "land_pasture_mu",
            "land_water_mu",
            "has_production_power",
            "is_coop_member",
            "is_led_by_enterprise",
            "is_led_by_leader",
        ),
    ),
    (
        Text("住房与生活条件", "House and living"),
        (
            "house_area_m2",
            "house_structure",
            "house_built_year",
            "is_house_dangerous",
            "house_grade",
            "has_toilet",
            "fuel",
            "is_water_difficult",
            "is_water_safe",
            "has_power",
            "has_radio_tv",
            "road_type",
            "road_distance_km",
        ),
    ),
    (
        Text("易地搬迁", "Relocation"),
        (
            "is_relocation_wanted",
            "relocation_mode",
            "resettlement",
            "resettlement_place",
        ),
    ),
    (
        Text("两不愁三保障及饮水", "Two no-worries, three guarantees, water"),
        (
            "guaranteed_food",
            "guaranteed_clothing",
            "guaranteed_education",
            "guaranteed_medical",
            "guaranteed_housing",
            "guaranteed_water",
        ),
    ),
)
_SEALED = ("phone", "bank_account")
BY_CASES = ("status", "planned_exit_year")


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
        for title, names in SECTIONS[:-1]
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
        for name in SECTIONS[-1][1]
    ]


@dataclass(frozen=True, slots=True)
class FormSection:
    """A section of the form with its bound fields."""

    title: Text
    fields: list[Any]


def form_sections(form: Any) -> list[FormSection]:
    """Return the fields of the form by section."""
    return [
        FormSection(title, [form[name] for name in names if name not in BY_CASES])
        for title, names in SECTIONS
    ]


def editable_columns() -> list[Column]:
    """Return the columns of the households' sheet that are changed by hand.

    Not the status and the planned exit year: only a case moves them.
    """
    return [
        HOUSEHOLD_SHEET.by_key[name]
        for _, names in SECTIONS
        for name in names
        if name not in BY_CASES
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
