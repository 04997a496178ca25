"""Writing a year's amounts: as the roll's import would, so that rules V1 to V15 judge them.

Loaded at the first sheet: it needs polars.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from bangfu.calc.values.findings import BadInput, Finding, Severity
from bangfu.calc.values.text import Text
from bangfu.exchange.conversion import dtype_of
from bangfu.exchange.reading import ROW, Reading, SheetReading
from bangfu.exchange.sniffing import FileFormat
from bangfu.registry.imports.intake import FileReading, Options, Plan, no_progress
from bangfu.registry.intake import HOUSEHOLDS, Work
from bangfu.registry.models import Household
from bangfu.registry.roll.writing import Author, write_incomes
from bangfu.registry.sheets import HOUSEHOLD_SHEET
from bangfu.registry.sheets import HOUSEHOLDS as HOUSEHOLDS_WORKBOOK
from bangfu.registry.surveys.filling import AMOUNTS, INCOME_RULES
from bangfu.scope import Actor

_OF_MANY = ("V15",)


@dataclass(frozen=True, slots=True)
class Given:
    """The amounts of one household's year, fen, by key of AMOUNTS."""

    household: Household
    amounts: dict[str, int | None]


def judge(*, rows: Sequence[Given], year: int, by: Actor, at: datetime) -> Plan:
    """Compare amounts with what is stored and apply the rules; write nothing."""
    options = Options(overwrite_empty=True)
    return HOUSEHOLDS.check(
        [_reading(rows, year)], by=by, at=at, options=options, progress=no_progress
    )


def impossible(plan: Plan) -> dict[int, list[Finding]]:
    """Return what cannot be true, by place in the rows that were judged."""
    found: dict[int, list[Finding]] = {}
    for placed in plan.findings:
        finding = placed.finding
        if finding.severity is Severity.IMPOSSIBLE:
            row = getattr(finding, "row", None) or 1
            found.setdefault(row - 1, []).append(finding)
    return found


def check_possible(plan: Plan) -> None:
    """Raise BadInput with everything that cannot be true."""
    found = [finding for rows in impossible(plan).values() for finding in rows]
    if found:
        raise BadInput(
            Text(
                "填写的内容有误，没有保存。",
                "What was filled in is wrong; nothing was saved.",
            ),
            findings=tuple(found),
        )


def store(plan: Plan, *, by: Actor, at: datetime) -> dict[int, list[str]]:
    """Write the amounts that were judged, and the doubts of all these households.

    Returns the codes of INCOME_RULES that doubt each household, by its primary key. Flags
    that only many households together can tell of stay where one household is written.
    """
    work: Work = plan.work
    numbers = frozenset(work.merged.households["household"]) - work.checked.wrong
    result = replace(work.result, changed=numbers - work.result.new)
    kept = _OF_MANY if len(numbers) == 1 else ()
    author = Author(by.user_id, at, None)
    write_incomes(work.merged, work.checked, result, author, kept=kept)
    flags = work.checked.flags.filter(
        pl.col("code").is_in(INCOME_RULES) & (pl.col("severity") == "doubtful")
    ).join(work.merged.households.select("household", "id"), on="household")
    found: dict[int, list[str]] = {}
    for household_id, code in flags.select("id", "code").unique().sort("code").rows():
        found.setdefault(household_id, []).append(code)
    return found


def _reading(rows: Sequence[Given], year: int) -> FileReading:
    """Return the amounts as a reading of a roll with those columns only."""
    schema: dict[str, pl.DataType] = {ROW: pl.UInt32()}
    schema |= {column.key: dtype_of(column) for column in HOUSEHOLD_SHEET.columns}
    frame = pl.DataFrame(
        [
            {
                ROW: number,
                "division_code": str(row.household.division_code),
                "household_no": row.household.household_no,
                "year": year,
                **row.amounts,
            }
            for number, row in enumerate(rows, start=1)
        ],
        schema=schema,
    )
    sheet = SheetReading(
        sheet=HOUSEHOLD_SHEET,
        name="",
        header_row=0,
        present=("year", *AMOUNTS),
        frame=frame,
        written=frame.select(ROW),
    )
    return FileReading(
        0,
        "",
        Reading(
            HOUSEHOLDS_WORKBOOK, "", FileFormat.CSV, {HOUSEHOLD_SHEET.key: sheet}, ()
        ),
    )
