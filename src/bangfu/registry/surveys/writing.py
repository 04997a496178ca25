"""Writing sheets, verdicts and locks in the transaction that is open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.module_loading import import_string

from bangfu.registry.models import EVIDENCED, Household, Income, Member
from bangfu.registry.surveys import filling, queries, rules
from bangfu.registry.surveys.filling import Filled, Known
from bangfu.registry.surveys.kinds import (
    SPENDING,
    GuaranteeKind,
    SheetState,
    Verdict,
)
from bangfu.registry.surveys.models import Collection, Guarantee, SurveySheet
from bangfu.scope import Actor

if TYPE_CHECKING:
    from bangfu.registry.imports.intake import Plan

# It loads polars, which no page needs: the one place where this package reaches it.
_AMOUNTS = "bangfu.registry.surveys.amounts"
Row = tuple[Household, SurveySheet | None, Filled]


def record(
    *, by: Actor, at: datetime, collection: Collection, rows: Sequence[Row]
) -> list[SurveySheet]:
    """Write sheets of one collection, new or changed. Raises BadInput; nothing is written.

    rows: household, its sheet as it stands (None: none yet), and what was filled in.
    """
    plan = judged(by=by, at=at, collection=collection, rows=rows)
    _of_amounts("check_possible")(plan)
    return store(by=by, at=at, collection=collection, rows=rows, plan=plan)


def judged(
    *, by: Actor, at: datetime, collection: Collection, rows: Sequence[Row]
) -> Plan:
    """Let the rules of the household file judge the amounts of sheets; write nothing."""
    given = _of_amounts("Given")
    plan: Plan = _of_amounts("judge")(
        rows=[given(household, filled.totals) for household, _, filled in rows],
        year=collection.year,
        by=by,
        at=at,
    )
    return plan


def store(
    *,
    by: Actor,
    at: datetime,
    collection: Collection,
    rows: Sequence[Row],
    plan: Plan,
) -> list[SurveySheet]:
    """Write sheets whose amounts were judged possible."""
    doubted: dict[int, list[str]] = _of_amounts("store")(plan, by=by, at=at)
    ids = [household.pk for household, _, _ in rows]
    found = Income.objects.current().filter(household_id__in=ids, year=collection.year)
    incomes = {income.household_id: income for income in found}
    counts = _counts(ids)
    for household, _, filled in rows:
        for name in EVIDENCED:
            setattr(
                incomes[household.pk],
                f"{name}_evidence",
                filled.evidence.get(name, ""),
            )
    Income.objects.bulk_update(
        incomes.values(), [f"{name}_evidence" for name in EVIDENCED], batch_size=1_000
    )
    sheets = []
    for household, sheet, filled in rows:
        written = sheet or SurveySheet(collection=collection, household=household)
        _fill(written, household, filled, counts.get(household.pk, (0, 0)))
        written.year, written.income = collection.year, incomes[household.pk]
        written.doubts = [*written.doubts, *doubted.get(household.pk, [])]
        written.state = SheetState.RECORDED
        written.recorded_by_id, written.recorded_by_name = by.user_id, by.username
        written.recorded_at = at
        written.checked_by_id = written.checked_at = None
        written.checked_by_name = written.check_note = ""
        sheets.append(written)
    _save(sheets)
    _write_guarantees(list(zip(sheets, [row[2] for row in rows], strict=True)))
    return sheets


def correct(
    *,
    by: Actor,
    at: datetime,
    collection: Collection,
    household: Household,
    before: SurveySheet | None,
    filled: Filled,
    reason: str,
) -> SurveySheet:
    """Add the rows that correct a locked year. Raises NothingCorrected, BadInput."""
    if before is not None and is_same(before, filled):
        raise rules.NothingCorrected(rules.NOTHING_CORRECTED)
    old = queries.income_of(household.pk, collection.year)
    income = Income(
        household=household,
        division_code=household.division_code,
        year=collection.year,
        corrects=old,
        reason=reason,
        locked_at=at,
        recorded_by_id=by.user_id,
        recorded_at=at,
        **{f"{key}_fen": amount for key, amount in filled.totals.items()},
        **{f"{name}_evidence": filled.evidence.get(name, "") for name in EVIDENCED},
    )
    income.save()
    sheet = SurveySheet(
        collection=collection,
        household=household,
        year=collection.year,
        income=income,
        corrects=before,
        reason=reason,
        locked_at=at,
        state=SheetState.RECORDED,
        recorded_by_id=by.user_id,
        recorded_by_name=by.username,
        recorded_at=at,
    )
    # The rules see the correction as the stored year: nothing differs from it.
    plan = judged(
        by=by, at=at, collection=collection, rows=[(household, before, filled)]
    )
    _of_amounts("check_possible")(plan)
    doubted: dict[int, list[str]] = _of_amounts("store")(plan, by=by, at=at)
    sharing = _counts([household.pk]).get(household.pk, (0, 0))
    if before is not None:
        sharing = (before.members, before.members_sharing)
    _fill(sheet, household, filled, sharing)
    if before is not None:
        sheet.status, sheet.attribute = before.status, before.attribute
        sheet.cause_main = before.cause_main
    sheet.doubts = [*sheet.doubts, *doubted.get(household.pk, [])]
    sheet.save()
    _write_guarantees([(sheet, filled)])
    carry_verdicts(sheet, by=by, at=at)
    return sheet


def is_same(sheet: SurveySheet, filled: Filled) -> bool:
    """Whether what was filled in is what the sheet says already."""
    income = sheet.income
    verdicts = queries.verdicts_of(sheet)
    return (
        all(
            (getattr(income, f"{key}_fen") or 0) == (amount or 0)
            for key, amount in filled.totals.items()
        )
        and all(
            getattr(income, f"{name}_evidence") == filled.evidence.get(name, "")
            for name in EVIDENCED
        )
        and all(
            getattr(sheet, f"spent_{key}_fen") == filled.spent.get(key, 0)
            for key in SPENDING
        )
        and all(
            kind in verdicts
            and verdicts[kind].verdict == one.verdict
            and verdicts[kind].note == one.note.strip()
            for kind, one in filled.guarantees.items()
        )
        and sheet.surveyors == "、".join(filled.names)
        and sheet.surveyed_on == filled.surveyed_on
    )


def carry_verdicts(sheet: SurveySheet, *, by: Actor, at: datetime) -> None:
    """Let the household's file say what the latest checked sheet found.

    A sheet of an earlier year than another checked one says nothing of today.
    """
    latest = queries.latest_checked(sheet.household_id, until=9999)
    if latest is not None and latest.year > sheet.year:
        return
    facts = {
        f"guaranteed_{kind}": Verdict(one.verdict).as_fact
        for kind, one in queries.verdicts_of(sheet).items()
    }
    household = Household.objects.filter(pk=sheet.household_id)
    stored = household.values(*facts).get()
    if stored != facts:
        household.update(**facts, recorded_by_id=by.user_id, recorded_at=at)


def lock(found: Sequence[Collection], *, at: datetime) -> None:
    """Lock the rows of collections, and the collections themselves last."""
    ids = [one.pk for one in found]
    with connection.cursor() as cursor:
        for table in ("income", "villageyear"):
            cursor.execute(
                f"""UPDATE registry_{table} t SET locked_at = %s
                FROM registry_collection c
                WHERE c.id = ANY (%s) AND t.division_code = c.division_code
                  AND t.year = c.year AND t.locked_at IS NULL""",  # noqa: S608
                [at, ids],
            )
        # A household that moved away since has its sheet here all the same.
        cursor.execute(
            """UPDATE registry_income t SET locked_at = %s FROM registry_surveysheet s
            WHERE s.collection_id = ANY (%s) AND t.id = s.income_id
              AND t.locked_at IS NULL""",
            [at, ids],
        )
        cursor.execute(
            """UPDATE registry_surveysheet SET locked_at = %s
            WHERE collection_id = ANY (%s) AND locked_at IS NULL""",
            [at, ids],
        )
    Collection.objects.bulk_update(
        found,
        [
            "locked_by_id",
            "locked_by_name",
            "locked_at",
            "households",
            "missing",
            "missing_reason",
        ],
        batch_size=1_000,
    )


# Pieces


def _of_amounts(name: str) -> Callable[..., Any]:
    found: Callable[..., Any] = import_string(f"{_AMOUNTS}.{name}")
    return found


def _counts(household_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return members, and members who share income, by household."""
    members = Member.objects.filter(household_id__in=household_ids, left_date=None)
    found: dict[int, tuple[int, int]] = {}
    for household_id, shares in members.values_list("household_id", "shares_income"):
        everybody, sharing = found.get(household_id, (0, 0))
        found[household_id] = (everybody + 1, sharing + bool(shares))
    return found


def _fill(
    sheet: SurveySheet, household: Household, filled: Filled, counts: tuple[int, int]
) -> None:
    """Put what was filled in, and what is known of the household, into a sheet."""
    sheet.division_code = household.division_code
    sheet.surveyed_on, sheet.surveyors = filled.surveyed_on, "、".join(filled.names)
    sheet.note = filled.note.strip()
    sheet.members, sheet.members_sharing = counts
    sheet.status, sheet.attribute = household.status, household.attribute
    sheet.cause_main = household.cause_main
    for key in SPENDING:
        setattr(sheet, f"spent_{key}_fen", filled.spent.get(key, 0))
    year = sheet.collection.year
    known = Known(
        household.status, counts[1], queries.line_fen(year, household.division_code)
    )
    terms = queries.terms(filled.surveyed_on, household.division_code)
    sheet.doubts = filling.doubts(filled, known, terms)


def _save(sheets: Sequence[SurveySheet]) -> None:
    new = [one for one in sheets if one._state.adding]
    known = [one for one in sheets if not one._state.adding]
    SurveySheet.objects.bulk_create(new, batch_size=500)
    columns = [
        field.name
        for field in SurveySheet._meta.concrete_fields
        if not field.primary_key and field.name != "locked_at"
    ]
    SurveySheet.objects.bulk_update(known, columns, batch_size=500)


def _write_guarantees(rows: Sequence[tuple[SurveySheet, Filled]]) -> None:
    """Write the six guarantees of each sheet; those that stand there are changed."""
    stored = {
        (one.sheet_id, one.kind): one
        for one in Guarantee.objects.filter(sheet__in=[sheet for sheet, _ in rows])
    }
    new: list[Guarantee] = []
    known: list[Guarantee] = []
    for sheet, filled in rows:
        for kind in GuaranteeKind.values:
            one = stored.get((sheet.pk, kind))
            (new if one is None else known).append(
                _guarantee(one or Guarantee(sheet=sheet, kind=kind), sheet, filled)
            )
    Guarantee.objects.bulk_create(new, batch_size=1_000)
    Guarantee.objects.bulk_update(
        known, ["verdict", "checked_by", "checked_on", "note"], batch_size=1_000
    )


def _guarantee(one: Guarantee, sheet: SurveySheet, filled: Filled) -> Guarantee:
    checked = filled.guarantees[one.kind]
    one.household_id, one.division_code = sheet.household_id, sheet.division_code
    one.verdict = checked.verdict
    one.checked_by = checked.by.strip() or sheet.surveyors
    one.checked_on = checked.on or sheet.surveyed_on
    one.note = checked.note.strip()
    return one
