"""The import of the household roll. Loaded at the first import: it needs polars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import chain

import polars as pl
from django.conf import settings
from django.utils import timezone

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput, Finding, Severity
from bangfu.calc.values.text import Text
from bangfu.divisions import queries as divisions
from bangfu.exchange.conversion import dtype_of
from bangfu.exchange.declaration import Sheet, Workbook
from bangfu.exchange.reading import ROW, Reading, SheetReading
from bangfu.exchange.sniffing import FileFormat
from bangfu.policy import queries as policy
from bangfu.registry import permissions
from bangfu.registry.imports import staging
from bangfu.registry.imports.intake import (
    Counts,
    FileFinding,
    FileReading,
    Options,
    Plan,
    Progress,
    digest_of,
    no_progress,
)
from bangfu.registry.models import Household
from bangfu.registry.roll import checking, incoming, merging, planning, stored, writing
from bangfu.registry.roll.incoming import Incoming
from bangfu.registry.roll.merging import Merged
from bangfu.registry.rules import Limits
from bangfu.registry.sheets import HOUSEHOLD_SHEET, MEMBER_SHEET
from bangfu.registry.sheets import HOUSEHOLDS as HOUSEHOLDS_WORKBOOK
from bangfu.scope import Actor

_LINE_SERIES = "admin"
_COUNTED = Text("户", "households")


class NumberTaken(BadInput):
    """The village has a household of this number already."""

    code = "number_taken"


class NothingChanged(BadInput):
    """A change by hand that changes nothing."""

    code = "nothing_changed"


@dataclass(frozen=True, slots=True)
class Work:
    """What `apply` needs of a plan."""

    merged: Merged
    checked: checking.Checked
    result: planning.Outcome


@dataclass(frozen=True, slots=True)
class HouseholdIntake:
    """The household roll: see `imports.intake.Intake`."""

    key: str = "households"
    title: Text = HOUSEHOLDS_WORKBOOK.title
    counted: Text = _COUNTED
    workbook: Workbook = HOUSEHOLDS_WORKBOOK
    first_status: str = "0"

    def check_may(self, *, by: Actor) -> None:
        """Raise NotAllowed unless `by` may import households."""
        permissions.check_import(by)

    def check(
        self,
        files: Sequence[FileReading],
        *,
        by: Actor,
        at: datetime,
        options: Options,
        progress: Progress,
    ) -> Plan:
        """Compare the files with the register; write nothing."""
        on = timezone.localdate(at)  # noqa: TID251 - the civil day of `at`, not the clock
        progress(0, 4, _COMPARING)
        rows = incoming.gather(files)
        with staging.in_bulk(len(rows.keys)):
            known = stored.fetch(rows.keys)
        merged = merging.merge(rows, known, options, self.first_status)
        progress(1, 4, _CHECKING)
        limits = replace(limits_on(on, by.division), first_status=self.first_status)
        with staging.in_bulk(len(rows.keys)):
            elsewhere = registered_elsewhere(merged, by)
        frames = checking.frames_of(merged, known, elsewhere)
        earlier = _earlier(rows, files, by, on, known.households)
        progress(2, 4, _CHECKING)
        checked = checking.check(frames, limits, rows, files, earlier)
        progress(3, 4, _COUNTING)
        result = planning.outcome(merged, checked)
        hashes = [file.reading.sha256 for file in files]
        return Plan(
            counts=planning.counts(rows, checked, result),
            findings=checked.findings,
            differences=planning.differences(merged, rows, result),
            differences_total=len(result.cells),
            digest=digest_of(planning.digest_parts(rows, checked, result, hashes)),
            policy_hash=policy.active().hash,
            work=Work(merged, checked, result),
        )

    def apply(
        self,
        plan: Plan,
        *,
        by: Actor,
        at: datetime,
        import_id: int,
        progress: Progress,
    ) -> Counts:
        """Write the right households of a plan."""
        work: Work = plan.work
        author = writing.Author(by.user_id, at, import_id)

        def step(done: int, total: int) -> None:
            progress(done, total, _WRITING)

        with staging.in_bulk(len(work.result.touched)):
            writing.write(work.merged, work.checked, work.result, author, step)
        return plan.counts


HOUSEHOLDS = HouseholdIntake()
# Families that are put on file because they apply, or because somebody sent a lead.
NOT_REGISTERED = HouseholdIntake(first_status="7")


def write_by_hand(
    *, household: Household, changes: Mapping[str, object], by: Actor, at: datetime
) -> list[Finding]:
    """Write changes to one household as an import of one row would; return the doubts.

    changes: by key of the households' sheet; None empties a value. Raises BadInput with
    findings for what is impossible, NothingChanged when every value is as it was.
    """
    file = _one_row(household, changes)
    plan = HOUSEHOLDS.check(
        [file],
        by=by,
        at=at,
        options=Options(overwrite_empty=True),
        progress=no_progress,
    )
    found = _possible(plan)
    if not plan.counts.changed:
        raise NothingChanged(
            Text("没有改动任何内容。", "Nothing was changed."),
        )
    _write(plan, by, at, household.import_id)
    return found


def write_new(
    *,
    household: Mapping[str, object],
    head: Mapping[str, object],
    by: Actor,
    at: datetime,
) -> list[Finding]:
    """Put a family on file that is not on the roll, with its head; return the doubts.

    household, head: by key of the sheets, the village and number among them. Raises
    BadInput with findings, also when the number is taken.
    """
    sheets = {
        HOUSEHOLD_SHEET.key: _sheet(HOUSEHOLD_SHEET, household),
        MEMBER_SHEET.key: _sheet(
            MEMBER_SHEET,
            {
                "division_code": household["division_code"],
                "household_no": household["household_no"],
                "relation": "01",
                **head,
            },
        ),
    }
    reading = Reading(HOUSEHOLDS_WORKBOOK, "", FileFormat.CSV, sheets, ())
    plan = NOT_REGISTERED.check(
        [FileReading(0, "", reading)],
        by=by,
        at=at,
        options=Options(),
        progress=no_progress,
    )
    found = _possible(plan)
    if not plan.counts.new:
        raise NumberTaken(
            Text("本村已有这个户编号。", "The village has a household of this number."),
            remedy=Text("请换一个户编号。", "Take another number."),
        )
    _write(plan, by, at, None)
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


def _write(plan: Plan, by: Actor, at: datetime, import_id: int | None) -> None:
    work: Work = plan.work
    author = writing.Author(by.user_id, at, import_id)
    writing.write(work.merged, work.checked, work.result, author, lambda *_: None)


def _one_row(household: Household, changes: Mapping[str, object]) -> FileReading:
    """Return the changes as a reading of a file with one row and those columns."""
    row = {
        "division_code": str(household.division_code),
        "household_no": household.household_no,
        **changes,
    }
    sheet = _sheet(HOUSEHOLD_SHEET, row, present=tuple(changes))
    sheets = {HOUSEHOLD_SHEET.key: sheet}
    reading = Reading(HOUSEHOLDS_WORKBOOK, "", FileFormat.CSV, sheets, ())
    return FileReading(0, "", reading)


def _sheet(
    sheet: Sheet, row: Mapping[str, object], *, present: tuple[str, ...] | None = None
) -> SheetReading:
    """Return one row as a sheet that was read. present: the columns it has."""
    schema: dict[str, pl.DataType] = {ROW: pl.UInt32()}
    schema |= {column.key: dtype_of(column) for column in sheet.columns}
    frame = pl.DataFrame([{ROW: 1, **row}], schema=schema)
    return SheetReading(
        sheet=sheet,
        name="",
        header_row=0,
        present=tuple(row) if present is None else present,
        frame=frame,
        written=frame.select(ROW),
    )


def _earlier(
    rows: Incoming,
    files: Sequence[FileReading],
    by: Actor,
    on: date,
    households: pl.DataFrame,
) -> list[FileFinding]:
    """Return what reading found, and what is wrong with the keys."""
    read = chain.from_iterable(
        (FileFinding(file.number, finding) for finding in file.reading.findings)
        for file in files
    )
    keys = incoming.key_findings(
        rows,
        files,
        division=by.division,
        villages=_villages(rows.keys, by, on),
        stored=households["household"].to_list(),
    )
    return [*read, *keys]


def _villages(keys: pl.DataFrame, by: Actor, on: date) -> set[str]:
    """Return which of the files' villages are on file today."""
    codes = keys["division_code"].unique().to_list()
    mine = [code for code in codes if code.startswith(by.division or "")]
    return set(divisions.names((DivisionCode(code) for code in mine), at=on))


def limits_on(on: date, division: DivisionCode | None) -> Limits:
    """Return the limits of the rules, from the policy pack."""
    pack = policy.active()

    def number(key: str) -> int:
        return pack.value(key, at=on, division=division).integer

    month, day = str(
        pack.value("school.age_reference", at=on, division=division).value
    ).split("-")
    return Limits(
        on=on,
        school_age_min=number("school.compulsory_age.min"),
        school_age_max=number("school.compulsory_age.max"),
        school_day=(int(month), int(day)),
        old_age=number("labour.old_age"),
        pension_age=number("pension.age"),
        income_change_pct=pack.value(
            "check.income_change.max", at=on, division=division
        ).decimal,
        line_margin_fen=number("check.line_margin") * 100,
        copies_households=number("check.copies.households"),
        line_fen=_lines(on, division),
        demo=bool(settings.BANGFU_DEMO),
    )


def _lines(on: date, division: DivisionCode | None) -> dict[int, int]:
    """Return the exit lines that the pack has, by year; a missing year has none."""
    pack = policy.active()
    lines = {}
    for year in range(2005, on.year + 1):
        held = pack.in_force(
            f"line.{_LINE_SERIES}", at=date(year, 12, 31), division=division
        )
        if held is not None:
            lines[year] = held.integer * 100
    return lines


def registered_elsewhere(merged: Merged, by: Actor) -> pl.DataFrame:
    """Return where else the members at hand are registered and live.

    `identity_key`, `place`: a household's key within the acting scope, else only a
    county code.
    """
    numbers = merged.members.filter("is_live").select("identity_key").drop_nulls()
    ours = merged.households.select("id").drop_nulls()
    staging.stage("roll_numbers", {"identity_key": "bytea"}, numbers.unique())
    staging.stage("roll_ours", {"id": "bigint"}, ours)
    scope = by.programme_range
    return staging.fetch(
        """SELECT encode(m.identity_index, 'hex'),
          h.division_code || '/' || h.household_no
        FROM roll_numbers n JOIN registry_member m ON m.identity_index = n.identity_key
        JOIN registry_household h ON h.id = m.household_id
        WHERE m.left_date IS NULL AND h.status <> '9'
          AND NOT EXISTS (SELECT FROM roll_ours o WHERE o.id = h.id)
        UNION ALL
        SELECT encode(identity_index, 'hex'), county_code
        FROM registry_registered_elsewhere(
          ARRAY (SELECT identity_key FROM roll_numbers), %s, %s)""",
        [scope.lo, scope.hi],
        {"identity_key": pl.Binary(), "place": pl.String()},
    )


_COMPARING = Text("正在与登记数据比对", "Comparing with the register")
_CHECKING = Text("正在核查", "Checking")
_COUNTING = Text("正在汇总差异", "Counting what changes")
_WRITING = Text("正在写入", "Writing")
