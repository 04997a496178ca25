"""Years of one township of the sample: two are locked, the third is half collected.

The sheets enter as an office's own would: a workbook is imported by the township and
checked by the county, which locks the year.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

import polars as pl

from bangfu import exchange
from bangfu.accounts.queries import DEMO_PREFIX, actor_named
from bangfu.accounts.roles import Role
from bangfu.calc.values.division_code import DivisionCode
from bangfu.exchange.conversion import dtype_of
from bangfu.registry.imports import operations as imports
from bangfu.registry.imports.intake import Options
from bangfu.registry.models import EVIDENCED, Income
from bangfu.registry.surveys import operations, queries
from bangfu.registry.surveys.filling import AMOUNTS
from bangfu.registry.surveys.kinds import GuaranteeKind
from bangfu.registry.surveys.models import Collection, SurveySheet
from bangfu.registry.surveys.sheets import SURVEY_SHEET, SURVEYS
from bangfu.registry.villages import operations as villages
from bangfu.sample.households import YEAR
from bangfu.scope import Actor, acting
from bangfu.scope.actor import system_actor

_SYSTEM = system_actor("sample")
_MISSING = "全家外出务工，春节后补采"
_EVIDENCE = {
    "wage": "contract",
    "operating": "statement",
    "property": "contract",
    "transfer": "bank",
    "operating_expense": "statement",
}
# Amounts of a year as a share of those on the roll, in percent.
_GROWTH = {YEAR - 1: 92, YEAR: 100, YEAR + 1: 106}


def load_surveys(*, township: DivisionCode, at: datetime) -> int:
    """Load the years of one township, once; return how many sheets there are.

    Raises what an import, a check or a lock refuses.
    """
    with acting(_SYSTEM):
        known = SurveySheet.objects.count()
    if known:
        return known
    on = at.date()
    clerk = actor_named(DEMO_PREFIX + "township", on=on, role=Role.TOWNSHIP)
    county = actor_named(DEMO_PREFIX + "county", on=on, role=Role.COUNTY)
    for year in _GROWTH:
        is_last = year > YEAR
        with acting(clerk):
            opened = operations.open_year(by=clerk, at=at, division=township, year=year)
        _village_files(opened, clerk, at)
        with acting(_SYSTEM):
            rows = list(_rows(township, year))
        _import(rows[: len(rows) // 2] if is_last else rows, clerk, at)
        with acting(_SYSTEM):
            waiting = list(
                SurveySheet.objects.filter(year=year, state="recorded").order_by("pk")
            )
        _check(waiting[::2] if is_last else waiting, county, at)
        if not is_last:
            with acting(county):
                operations.lock_year(
                    by=county,
                    at=at,
                    division=township,
                    year=year,
                    missing_reason=_MISSING,
                )
    with acting(_SYSTEM):
        return SurveySheet.objects.count()


def _village_files(opened: Sequence[Collection], clerk: Actor, at: datetime) -> None:
    for number, one in enumerate(opened):
        households = 180 + 7 * number
        with acting(clerk):
            villages.record_village(
                by=clerk,
                at=at,
                village=one.division_code,
                year=one.year,
                version="",
                figures={
                    "households": households,
                    "population": households * 4,
                    "groups": 6 + number % 4,
                    "unpaved_km": Decimal(number % 3) / 2,
                    "unsafe_water_households": 3 * (number % 2),
                    "households_without_power": 0,
                    "hamlets_without_power": 0,
                    "hamlets_without_production_power": number % 2,
                    "clinics": 1,
                    "doctors": 1,
                    "online_households": households - 5 * (number % 3),
                    "tv_households": households,
                    "collective_income_fen": 1_500_000 + 200_000 * number,
                    "farmer_income_fen": 650_000 + 20_000 * (one.year - YEAR),
                },
            )


def _rows(township: DivisionCode, year: int) -> Iterator[dict[str, object]]:
    """Yield a row for each household of the township that has an income on the roll."""
    surveyed = set(
        queries.to_survey()
        .filter(division_code__startswith=township)
        .values_list("pk", flat=True)
    )
    incomes = Income.objects.current().filter(
        division_code__startswith=township, year=YEAR, household_id__in=surveyed
    )
    day = date(year, 2, 20) if year > YEAR else date(year, 11, 20)
    found = incomes.select_related("household").order_by("household_id")
    for number, income in enumerate(found):
        amounts = {
            key: _grown(getattr(income, f"{key}_fen"), _GROWTH[year]) for key in AMOUNTS
        }
        household = income.household
        row: dict[str, object] = {
            "division_code": str(household.division_code),
            "household_no": household.household_no,
            "year": year,
            "surveyed_on": day,
            "surveyors": "王村干、李队员",
            "spent_medical": 30_000 + 1_000 * (number % 40),
            "spent_education": 20_000 * (number % 3),
            "spent_living": 400_000,
            **amounts,
        }
        for name in EVIDENCED:
            row[f"{name}_evidence"] = _EVIDENCE[name] if amounts[name] else None
        for kind in GuaranteeKind:
            fact = getattr(household, f"guaranteed_{kind}")
            row[f"verdict_{kind}"] = {True: "met", False: "unmet"}.get(fact, "unclear")
            row[f"note_{kind}"] = None if fact else "入户核查未达标"
        yield row


def _grown(fen: int | None, percent: int) -> int | None:
    return None if fen is None else fen * percent // 100


def _import(rows: Sequence[dict[str, object]], clerk: Actor, at: datetime) -> None:
    schema = {column.key: dtype_of(column) for column in SURVEY_SHEET.columns}
    content = io.BytesIO()
    exchange.write_rows(
        SURVEYS,
        {SURVEY_SHEET.key: pl.DataFrame(rows, schema=schema)},
        language="zh-hans",
        target=content,
    )
    with acting(clerk):
        record = imports.receive(
            by=clerk,
            at=at,
            kind="surveys",
            files=[("surveys.xlsx", content.getvalue())],
            options=Options(),
        )
    with acting(clerk):
        imports.check(by=clerk, at=at, import_id=record.pk)
    with acting(clerk):
        imports.apply(by=clerk, at=at, import_id=record.pk)


def _check(waiting: Sequence[SurveySheet], county: Actor, at: datetime) -> None:
    most = operations.CHECKED_AT_ONCE
    for start in range(0, len(waiting), most):
        with acting(county):
            operations.check_sheets(
                by=county,
                at=at,
                sheet_ids=[one.pk for one in waiting[start : start + most]],
                note="入户复核属实",
            )
