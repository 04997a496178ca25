"""The import of survey sheets. Loaded at the first import: it needs polars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.text import Text
from bangfu.exchange.declaration import Workbook
from bangfu.policy import queries as policy
from bangfu.registry.imports.intake import (
    Counts,
    FileReading,
    Options,
    Plan,
    Progress,
    digest_of,
)
from bangfu.registry.imports.rows import TWICE, Checker, Row
from bangfu.registry.models import EVIDENCED, Household
from bangfu.registry.surveys import (
    amounts,
    filling,
    permissions,
    queries,
    writing,
)
from bangfu.registry.surveys.filling import AMOUNTS, Checked, Filled
from bangfu.registry.surveys.kinds import SPENDING, GuaranteeKind, Verdict
from bangfu.registry.surveys.models import Collection, SurveySheet
from bangfu.registry.surveys.sheets import SURVEY_SHEET, SURVEYS
from bangfu.scope import Actor

_KEYS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Sheet:
    """One right row with what it is about."""

    row: Row
    household: Household
    stored: SurveySheet | None
    filled: Filled


@dataclass(frozen=True, slots=True)
class Village:
    """The right rows of one collection, judged. plan: of their amounts."""

    collection: Collection
    sheets: list[Sheet]
    plan: Plan


@dataclass(frozen=True, slots=True)
class SurveyIntake:
    """Import of survey sheets; see registry.imports.intake.Intake."""

    key: str = "surveys"
    title: Text = SURVEYS.title
    counted: Text = Text("户", "households")  # noqa: RUF009 - frozen
    workbook: Workbook = SURVEYS

    def check_may(self, *, by: Actor) -> None:
        """Raise NotAllowed unless `by` may record sheets."""
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
        """Check every row as a sheet that is filled in by hand; write nothing."""
        today = timezone.localdate(at)  # noqa: TID251 - of the time that was passed in
        checker = Checker(SURVEY_SHEET, files)
        checker.check_places(by, today)
        progress(1, 2, Text("正在核查", "Checking"))
        found = _of_collections(checker, today)
        villages, new, same = [], 0, 0
        for collection, sheets in found:
            plan = _judged(checker, collection, sheets, by, at)
            right = set(map(id, checker.right([one.row for one in sheets])))
            sheets = [one for one in sheets if id(one.row) in right]
            kept = [one for one in sheets if not _is_same(one)]
            new += sum(one.stored is None for one in kept)
            same += len(sheets) - len(kept)
            if kept and (len(kept) < len(sheets) or plan is None or checker.wrong):
                plan = _plan(collection, kept, by, at)
            if kept and plan is not None:
                villages.append(Village(collection, kept, plan))
        written = sum(len(one.sheets) for one in villages)
        return Plan(
            counts=Counts(
                new=new, changed=written - new, same=same, wrong=checker.wrong
            ),
            findings=tuple(checker.findings),
            differences=(),
            digest=digest_of(
                str((one.row.key, village.collection.pk, one.filled))
                for village in villages
                for one in village.sheets
            ),
            work=villages,
            policy_hash=policy.active().hash,
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
        """Write the right rows of a plan, village by village."""
        villages: list[Village] = plan.work
        for done, village in enumerate(villages):
            progress(done, len(villages), Text("正在写入", "Writing"))
            writing.store(
                by=by,
                at=at,
                collection=village.collection,
                rows=[
                    (one.household, one.stored, one.filled) for one in village.sheets
                ],
                plan=village.plan,
            )
        return plan.counts


INTAKE = SurveyIntake()


def _of_collections(
    checker: Checker, today: date
) -> list[tuple[Collection, list[Sheet]]]:
    """Return the right rows by collection, and mark what is wrong with the others."""
    rows = checker.right(checker.rows)
    collections = _collections(rows)
    households = _households(rows)
    stored = _stored(households, rows)
    seen: set[tuple[tuple[str, str], int]] = set()
    found: dict[int, tuple[Collection, list[Sheet]]] = {}
    for row in rows:
        year = int(row.values["year"])
        collection = collections.get((row.key[0], year))
        household = households.get(row.key)
        if collection is None:
            checker.mark(row, "year", "not_open", _NOT_OPEN)
        elif collection.is_locked:
            checker.mark(row, "year", "locked", _LOCKED)
        elif household is None:
            checker.mark(row, "household_no", "no_household", _NO_HOUSEHOLD)
        elif (row.key, year) in seen:
            checker.mark(row, "household_no", "twice", TWICE)
        else:
            seen.add((row.key, year))
            filled = _filled(row)
            if _is_right(checker, row, filled, year, today):
                one = Sheet(row, household, stored.get((household.pk, year)), filled)
                found.setdefault(collection.pk, (collection, []))[1].append(one)
    return [found[key] for key in sorted(found)]


def _is_right(
    checker: Checker, row: Row, filled: Filled, year: int, today: date
) -> bool:
    terms = queries.terms(today, DivisionCode(row.key[0]))
    try:
        filling.check_filled(filled, year=year, today=today, terms=terms)
    except filling.BadSheet as refusal:
        for finding in refusal.findings:
            field = (finding.field or "").replace("on_", "checked_on", 1)
            column = finding.field if finding.field in SURVEY_SHEET.by_key else None
            if column is None and field.startswith("checked_on"):
                column = "checked_on"
            checker.mark(row, column, finding.code, finding.message)
        return False
    return True


def _judged(
    checker: Checker,
    collection: Collection,
    sheets: list[Sheet],
    by: Actor,
    at: datetime,
) -> Plan | None:
    """Let the rules of the household file judge; mark what cannot be true."""
    if not sheets:
        return None
    plan = _plan(collection, sheets, by, at)
    for place, findings in amounts.impossible(plan).items():
        for finding in findings:
            checker.mark(sheets[place].row, None, finding.code, finding.message)
    return plan


def _plan(collection: Collection, sheets: list[Sheet], by: Actor, at: datetime) -> Plan:
    rows = [(one.household, one.stored, one.filled) for one in sheets]
    return writing.judged(by=by, at=at, collection=collection, rows=rows)


def _is_same(one: Sheet) -> bool:
    return one.stored is not None and writing.is_same(one.stored, one.filled)


def _collections(rows: Sequence[Row]) -> dict[tuple[str, int], Collection]:
    villages = {row.key[0] for row in rows}
    found = queries.collections().filter(
        division_code__in=villages, year__in={row.values["year"] for row in rows}
    )
    return {(str(one.division_code), one.year): one for one in found}


def _households(rows: Sequence[Row]) -> dict[tuple[str, str], Household]:
    keys = sorted({row.key for row in rows})
    found: dict[tuple[str, str], Household] = {}
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        part = keys[start : start + _KEYS_AT_ONCE]
        households = queries.to_survey().filter(
            division_code__in={village for village, _ in part},
            household_no__in={number for _, number in part},
        )
        found |= {(str(one.division_code), one.household_no): one for one in households}
    return found


def _stored(
    households: dict[tuple[str, str], Household], rows: Sequence[Row]
) -> dict[tuple[int, int], SurveySheet]:
    found = queries.sheets().filter(
        household_id__in=[one.pk for one in households.values()],
        year__in={row.values["year"] for row in rows},
    )
    return {(one.household_id, one.year): one for one in found}


def _filled(row: Row) -> Filled:
    values: dict[str, Any] = row.values
    return Filled(
        surveyed_on=values["surveyed_on"],
        surveyors=values["surveyors"],
        amounts={key: values[key] for key in AMOUNTS},
        evidence={name: values[f"{name}_evidence"] or "" for name in EVIDENCED},
        spent={key: values[f"spent_{key}"] or 0 for key in SPENDING},
        guarantees={
            kind.value: Checked(
                Verdict(values[f"verdict_{kind}"]),
                values[f"note_{kind}"] or "",
                values["checked_by"] or "",
                values["checked_on"],
            )
            for kind in GuaranteeKind
            if values[f"verdict_{kind}"]
        },
        note=values["note"] or "",
    )


_NOT_OPEN = Text("该村该年度尚未开启采集", "the village's year is not open")
_LOCKED = Text(
    "该村该年度已锁定，请办理锁定后更正",
    "the village's year is locked; correct it there",
)
_NO_HOUSEHOLD = Text(
    "名册中没有这一户，或该户不在采集范围",
    "no such household on the roll, or it is not surveyed",
)
