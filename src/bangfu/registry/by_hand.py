"""Writing by hand: one row of one sheet, checked and stored as an import would do it.

Loaded at the first change: it needs polars.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import polars as pl

from bangfu.calc.values.findings import BadInput, Finding, Severity
from bangfu.calc.values.text import Text
from bangfu.exchange.conversion import dtype_of
from bangfu.exchange.declaration import Sheet
from bangfu.exchange.reading import ROW, Reading, SheetReading
from bangfu.exchange.sniffing import FileFormat
from bangfu.registry.imports.intake import FileReading, Options, Plan, no_progress
from bangfu.registry.intake import HOUSEHOLDS, NOT_REGISTERED, Work
from bangfu.registry.models import Household
from bangfu.registry.roll.incoming import MEMBER, NOBODY_YET
from bangfu.registry.roll.writing import Author, write
from bangfu.registry.sheets import HOUSEHOLD_SHEET, MEMBER_SHEET
from bangfu.registry.sheets import HOUSEHOLDS as HOUSEHOLDS_WORKBOOK
from bangfu.scope import Actor

# Found among the households of one import, so one household alone cannot lose it.
_OF_MANY = ("V15",)
Facts = Mapping[str, object]


class NumberTaken(BadInput):
    """The village has a household of this number already."""

    code = "number_taken"


class NothingChanged(BadInput):
    """A change by hand that changes nothing."""

    code = "nothing_changed"


def write_household(
    *, household: Household, changes: Facts, by: Actor, at: datetime
) -> list[Finding]:
    """Write changes to a household and return what is doubtful in it now.

    changes: by key of the households' sheet; None empties a value. Raises BadInput with
    findings for what is impossible, NothingChanged when every value is as it was.
    """
    row = _one_row(household, HOUSEHOLD_SHEET, changes)
    return _write(household, row, by=by, at=at, kept=_OF_MANY)


def write_member(
    *,
    household: Household,
    member_id: int | None,
    changes: Facts,
    by: Actor,
    at: datetime,
) -> list[Finding]:
    """Write changes to a member, or a new one where `member_id` is None.

    changes: by key of the members' sheet. Sex and birth date follow a new identity
    number unless they are given too. Raises as `write_household`.
    """
    if changes.get("identity_number"):
        changes = {"sex": None, "birth_date": None, **changes}
    row = _one_row(household, MEMBER_SHEET, changes, member=member_id or NOBODY_YET)
    return _write(household, row, by=by, at=at, kept=_OF_MANY)


def write_income(
    *, household: Household, year: int, amounts: Facts, by: Actor, at: datetime
) -> list[Finding]:
    """Write the income of a year. amounts: fen by key of the households' sheet.

    A total that is None is the sum of its parts. Raises as `write_household`.
    """
    row = _one_row(household, HOUSEHOLD_SHEET, {"year": year, **amounts})
    return _write(household, row, by=by, at=at, kept=())


def write_new(
    *, household: Facts, head: Facts, by: Actor, at: datetime
) -> list[Finding]:
    """Put a family on file that is not on the roll, with its head; return the doubts.

    household, head: by key of the sheets, the village and number among them. Raises
    BadInput with findings, NumberTaken; nothing is stored then.
    """
    key = {name: household[name] for name in ("division_code", "household_no")}
    row = _reading(
        (HOUSEHOLD_SHEET, household, {}),
        (MEMBER_SHEET, {**key, "relation": "01", **head}, {}),
    )
    plan = NOT_REGISTERED.check(
        [row], by=by, at=at, options=Options(), progress=no_progress
    )
    found = _possible(plan)
    if not plan.counts.new:
        raise NumberTaken(
            Text("本村已有这个户编号。", "The village has a household of this number."),
            remedy=Text("请换一个户编号。", "Take another number."),
        )
    _store(plan, Author(by.user_id, at, None))
    return found


def _write(
    household: Household,
    row: FileReading,
    *,
    by: Actor,
    at: datetime,
    kept: tuple[str, ...],
) -> list[Finding]:
    options = Options(overwrite_empty=True)
    plan = HOUSEHOLDS.check([row], by=by, at=at, options=options, progress=no_progress)
    found = _possible(plan)
    if not plan.counts.changed:
        raise NothingChanged(
            Text("没有改动任何内容。", "Nothing was changed."),
        )
    _store(plan, Author(by.user_id, at, household.import_id), kept=kept)
    return found


def _possible(plan: Plan) -> list[Finding]:
    """Return what is doubtful. Raises BadInput with what is impossible."""
    found = [placed.finding for placed in plan.findings]
    impossible = [f for f in found if f.severity is Severity.IMPOSSIBLE]
    if impossible:
        raise BadInput(
            Text(
                "填写的内容有误，没有保存。",
                "What was filled in is wrong; nothing was saved.",
            ),
            findings=tuple(impossible),
        )
    return found


def _store(plan: Plan, author: Author, *, kept: tuple[str, ...] = ()) -> None:
    work: Work = plan.work
    write(work.merged, work.checked, work.result, author, lambda *_: None, kept=kept)


def _one_row(
    household: Household, sheet: Sheet, changes: Facts, *, member: int | None = None
) -> FileReading:
    """Return the changes as a reading of a file with one row and those columns."""
    key = {
        "division_code": str(household.division_code),
        "household_no": household.household_no,
    }
    beside = {} if member is None else {MEMBER: member}
    return _reading((sheet, {**key, **changes}, beside), present=tuple(changes))


def _reading(
    *rows: tuple[Sheet, Facts, Mapping[str, int]],
    present: tuple[str, ...] | None = None,
) -> FileReading:
    """Return single rows of sheets as a file that was read.

    Each row: its sheet, values by key, and whole numbers that no sheet has. present:
    the columns that the file has, by default those of the row.
    """
    sheets = {}
    for sheet, values, beside in rows:
        schema: dict[str, pl.DataType] = {ROW: pl.UInt32()}
        schema |= {column.key: dtype_of(column) for column in sheet.columns}
        schema |= dict.fromkeys(beside, pl.Int64())
        frame = pl.DataFrame([{ROW: 1, **values, **beside}], schema=schema)
        sheets[sheet.key] = SheetReading(
            sheet=sheet,
            name="",
            header_row=0,
            present=tuple(values) if present is None else present,
            frame=frame,
            written=frame.select(ROW),
        )
    return FileReading(
        0, "", Reading(HOUSEHOLDS_WORKBOOK, "", FileFormat.CSV, sheets, ())
    )
