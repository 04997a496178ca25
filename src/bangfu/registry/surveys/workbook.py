"""A village's sheets as a workbook. Loaded at the first export: it needs polars."""

from __future__ import annotations

import io

import polars as pl

from bangfu import exchange
from bangfu.exchange.conversion import dtype_of
from bangfu.registry.models import EVIDENCED
from bangfu.registry.surveys import queries
from bangfu.registry.surveys.filling import AMOUNTS
from bangfu.registry.surveys.kinds import SPENDING
from bangfu.registry.surveys.models import Collection, SurveySheet
from bangfu.registry.surveys.sheets import SURVEY_SHEET, SURVEYS


def sheets_workbook(collection: Collection, *, language: str) -> tuple[bytes, int]:
    """Return the workbook of a village's year, and how many households are in it."""
    found = queries.sheets().filter(collection=collection)
    sheets = {one.household_id: one for one in found.prefetch_related("guarantees")}
    households = queries.work_list(collection).order_by("household_no")
    rows = [
        {
            "division_code": str(household.division_code),
            "household_no": household.household_no,
            "year": collection.year,
            **(_facts(sheets[household.pk]) if household.pk in sheets else {}),
        }
        for household in households
    ]
    schema = {column.key: dtype_of(column) for column in SURVEY_SHEET.columns}
    frame = pl.DataFrame(rows, schema=schema)
    content = io.BytesIO()
    exchange.write_rows(
        SURVEYS, {SURVEY_SHEET.key: frame}, language=language, target=content
    )
    return content.getvalue(), len(rows)


def _facts(sheet: SurveySheet) -> dict[str, object]:
    facts: dict[str, object] = {
        "surveyed_on": sheet.surveyed_on,
        "surveyors": sheet.surveyors,
        "note": sheet.note or None,
    }
    for key in AMOUNTS:
        facts[key] = getattr(sheet.income, f"{key}_fen")
    for name in EVIDENCED:
        facts[f"{name}_evidence"] = getattr(sheet.income, f"{name}_evidence") or None
    for key in SPENDING:
        facts[f"spent_{key}"] = getattr(sheet, f"spent_{key}_fen")
    for one in sheet.guarantees.all():
        facts[f"verdict_{one.kind}"] = one.verdict
        facts[f"note_{one.kind}"] = one.note or None
    return facts
