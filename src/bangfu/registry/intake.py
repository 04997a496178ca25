"""The import of the household roll. Loaded at the first import: it needs polars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import chain
from typing import Any

import polars as pl
from django.conf import settings
from django.utils import timezone

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import Severity
from bangfu.calc.values.text import Text
from bangfu.divisions import queries as divisions
from bangfu.exchange import staging
from bangfu.exchange.declaration import Workbook
from bangfu.policy import queries as policy
from bangfu.registry import permissions
from bangfu.registry.imports.intake import (
    Counts,
    FileFinding,
    FileReading,
    Options,
    Plan,
    Progress,
    digest_of,
)
from bangfu.registry.roll import checking, incoming, merging, planning, stored, writing
from bangfu.registry.roll.incoming import Incoming
from bangfu.registry.roll.merging import Merged
from bangfu.registry.rules.frames import Limits
from bangfu.registry.sheets import HOUSEHOLD_SHEET
from bangfu.registry.sheets import HOUSEHOLDS as HOUSEHOLDS_WORKBOOK
from bangfu.scope import Actor

_LINE_SERIES = "admin"
_COUNTED = Text("户", "households")


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
        today = timezone.localdate(at)  # noqa: TID251 - the civil day of `at`
        on = options.as_of or today
        progress(0, 4, _COMPARING)
        rows = incoming.gather(files)
        with staging.in_bulk(len(rows.keys)):
            known = stored.fetch(rows.keys)
            locked = stored.locked_years()
        merged = merging.merge(rows, known, options, self.first_status)
        progress(1, 4, _CHECKING)
        limits = replace(
            limits_on(on, by.division), today=today, first_status=self.first_status
        )
        with staging.in_bulk(len(rows.keys)):
            elsewhere = registered_elsewhere(merged, by)
        frames = checking.frames_of(merged, known, elsewhere)
        earlier = _earlier(rows, files, by, today, known.households)
        late = merging.changing(merged.incomes, locked)
        earlier += incoming.locked_findings(rows, files, late)
        if options.as_of is not None:
            earlier += _older_than(on, files)
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


def _older_than(on: date, files: Sequence[FileReading]) -> list[FileFinding]:
    """Note the files whose incomes are of years long before the day that was stated.

    A roll of 2015 that is checked as of today makes every child too old for its class.
    """
    notes = []
    for file in files:
        sheet = file.reading.sheets.get(HOUSEHOLD_SHEET.key)
        latest: Any = None if sheet is None else sheet.frame["year"].max()
        if latest is not None and latest < on.year - 2:
            note = file.reading.finding(
                HOUSEHOLD_SHEET.key,
                row=None,
                column="year",
                code="as_of",
                message=_OLDER.with_(year=latest, on=on),
                severity=Severity.NOTE,
            )
            notes.append(FileFinding(file.number, note))
    return notes


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


_OLDER = Text(
    "收入年度为 {year} 年，年龄按 {on} 核查；如是往年名册，请填写当时的名册截止日期重新上传",
    "the incomes are of {year}, ages were taken on {on}: for a roll of the past, upload it "
    "again with its own date",
)
_COMPARING = Text("正在与登记数据比对", "Comparing with the register")
_CHECKING = Text("正在核查", "Checking")
_COUNTING = Text("正在汇总差异", "Counting what changes")
_WRITING = Text("正在写入", "Writing")
