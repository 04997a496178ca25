"""Writes: open a year, record a sheet, check it or send it back, lock, correct.

    (missing) ──record──> recorded ──check──> checked ──lock──> locked ──correct──> locked
                  ^            │                                    (a new row each time)
                  └──record── returned

Locks are taken in this order: the county together with other changes by hand, the
collection, the household, its rows. Who locks a year waits for whoever records in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from bangfu.accounts import queries as accounts
from bangfu.audit import operations as audit
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput, OutOfLimit
from bangfu.calc.values.text import Text
from bangfu.divisions import queries as divisions
from bangfu.registry.imports import locks
from bangfu.registry.models import Household
from bangfu.registry.surveys import filling, permissions, queries, rules, writing
from bangfu.registry.surveys.filling import Filled
from bangfu.registry.surveys.kinds import SheetState
from bangfu.registry.surveys.models import Collection, SurveySheet
from bangfu.scope import Actor

VILLAGES_MAX = 5_000
CHECKED_AT_ONCE = 500


class NoSuchCollection(BadInput):
    """There is no such collection, sheet or household within the acting scope."""

    code = "survey.no_such"
    http_status = 404


def open_year(
    *, by: Actor, at: datetime, division: DivisionCode, year: int
) -> list[Collection]:
    """Open a year's collection in every village of a division that has none yet.

    Raises NotAllowed, OutOfLimit for a year to come or too many villages, BadInput
    without a village, AlreadyOpen when all have one; nothing is opened then.
    """
    permissions.check_close(by, division)
    today = timezone.localdate(at)  # noqa: TID251 - of the time that was passed in
    rules.check_year(year, today)
    villages = [one.code for one in divisions.villages_under(division, at=today)]
    if len(villages) > VILLAGES_MAX:
        raise OutOfLimit(
            Text(
                "一次最多开启 {most} 个村。",
                "At most {most} villages are opened at once.",
                {"most": VILLAGES_MAX},
            )
        )
    if not villages:
        raise BadInput(Text("该地区没有行政村。", "The division has no village."))
    with transaction.atomic():
        before = set(
            queries.collections()
            .filter(year=year, division_code__in=villages)
            .values_list("division_code", flat=True)
        )
        new = [
            Collection(
                division_code=code,
                year=year,
                due_on=queries.due_on(year, code),
                opened_by_id=by.user_id,
                opened_by_name=by.username,
                opened_at=at,
            )
            for code in villages
            if code not in before
        ]
        made = Collection.objects.bulk_create(new, ignore_conflicts=True)
        opened = list(
            queries.collections()
            .filter(year=year, division_code__in=[one.division_code for one in made])
            .filter(opened_at=at, opened_by_id=by.user_id)
            .order_by("division_code")
        )
        if not opened:
            raise rules.AlreadyOpen(
                Text(
                    "{year} 年度采集已经开启。",
                    "The collection of {year} is open already.",
                    {"year": year},
                )
            )
        audit.record(
            "registry.survey.opened",
            by=by,
            at=at,
            division=division,
            detail={"year": year, "villages": len(opened)},
        )
    return opened


def record_sheet(
    *,
    by: Actor,
    at: datetime,
    collection_id: int,
    household_id: int,
    version: str,
    filled: Filled,
) -> SurveySheet:
    """Record what was found at a household, or change it before the lock.

    version: `queries.version_of` the sheet as the writer saw it, "" for none. A sheet
    that was checked waits for its check again. Raises NotAllowed, NoSuchCollection,
    YearLocked, SheetChanged, BadSheet and BadInput with findings, ImportRunning; nothing
    is stored then.
    """
    with transaction.atomic():
        found, household = _taken(collection_id, household_id, by)
        sheet = queries.sheet_of(household.pk, found.year)
        _check_version(sheet, version)
        _check_filled(filled, found, at)
        stored = writing.record(
            by=by, at=at, collection=found, rows=[(household, sheet, filled)]
        )
        audit.record(
            "registry.survey.recorded",
            by=by,
            at=at,
            subject=household,
            detail={"year": found.year, "is_new": sheet is None},
        )
    return stored[0]


def check_sheets(
    *, by: Actor, at: datetime, sheet_ids: Sequence[int], note: str = ""
) -> list[SurveySheet]:
    """Check sheets that somebody else recorded; all of them or none.

    The verdicts become the facts of the household files. note: what a look into a
    doubtful sheet found. Raises NotAllowed, OwnSheet, NoSuchCollection, YearLocked,
    NothingToCheck, BadInput for a doubtful sheet without a note, OutOfLimit.
    """
    if not 1 <= len(sheet_ids) <= CHECKED_AT_ONCE:
        raise OutOfLimit(
            Text(
                "一次审核 1 至 {most} 张采集表。",
                "1 to {most} sheets are checked at once.",
                {"most": CHECKED_AT_ONCE},
            )
        )
    with transaction.atomic():
        found = _sheets(sheet_ids, by)
        name = accounts.name_of(by.user_id)
        for sheet in found:
            rules.check_waits(sheet.state)
            rules.check_another(by.user_id, sheet.recorded_by_id)
            rules.check_not_surveyor(name, sheet.surveyors)
            rules.check_doubts_answered(sheet.doubts, note)
        for sheet in found:
            sheet.state = SheetState.CHECKED
            sheet.checked_by_id, sheet.checked_by_name = by.user_id, by.username
            sheet.checked_at, sheet.check_note = at, note.strip()
            sheet.save()
            writing.carry_verdicts(sheet, by=by, at=at)
            _record("registry.survey.checked", by, at, sheet, note)
    return found


def return_sheet(*, by: Actor, at: datetime, sheet_id: int, reason: str) -> SurveySheet:
    """Send a sheet back to whoever recorded it.

    Raises NotAllowed, OwnSheet, NoSuchCollection, YearLocked, NothingToCheck, BadInput
    without a reason.
    """
    rules.check_reason(reason)
    with transaction.atomic():
        [sheet] = _sheets([sheet_id], by)
        rules.check_waits(sheet.state)
        rules.check_another(by.user_id, sheet.recorded_by_id)
        sheet.state, sheet.check_note = SheetState.RETURNED, reason.strip()
        sheet.save()
        _record("registry.survey.returned", by, at, sheet, reason)
    return sheet


def lock_year(
    *,
    by: Actor,
    at: datetime,
    division: DivisionCode,
    year: int,
    missing_reason: str = "",
) -> list[Collection]:
    """Lock a year in every village of a division; all of them or none.

    From then on no row of the year is changed, by anybody. Raises NotAllowed,
    NoSuchCollection where none was opened, YearLocked where all are locked, NotReady with
    a finding for each village in which sheets wait or, without a reason, are missing.
    """
    permissions.check_close(by, division)
    with transaction.atomic():
        locks.take_together(division)
        found = queries.open_collections_for_update(division, year)
        if not found:
            _refuse_nothing_open(division, year)
        far = queries.progress(found)
        today = timezone.localdate(at)  # noqa: TID251 - of the time that was passed in
        names = divisions.names((one.division_code for one in found), at=today)
        rules.check_ready(
            [
                rules.Readiness(
                    place=names.get(one.division_code, str(one.division_code)),
                    code=str(one.division_code),
                    waiting=far[one.pk].recorded,
                    returned=far[one.pk].returned,
                    missing=far[one.pk].missing,
                )
                for one in found
            ],
            missing_reason,
        )
        for one in found:
            one.locked_by_id, one.locked_by_name = by.user_id, by.username
            one.locked_at = at
            one.households, one.missing = far[one.pk].households, far[one.pk].missing
            one.missing_reason = missing_reason.strip() if one.missing else ""
        writing.lock(found, at=at)
        for one in found:
            audit.record(
                "registry.survey.locked",
                by=by,
                at=at,
                subject=one,
                division=one.division_code,
                reason=one.missing_reason,
                detail={"year": year, "sheets": far[one.pk].done}
                | {"missing": one.missing},
            )
    return found


def correct_sheet(
    *,
    by: Actor,
    at: datetime,
    collection_id: int,
    household_id: int,
    version: str,
    filled: Filled,
    reason: str,
) -> SurveySheet:
    """Correct a locked year of a household: new rows that name those they replace.

    A household that had no sheet gets its first one so. Raises NotAllowed, OwnSheet for
    who recorded what is corrected, NotLocked, SheetChanged, BadSheet, NothingCorrected,
    BadInput without a reason; nothing is added then.
    """
    rules.check_reason(reason)
    with transaction.atomic():
        found, household = _taken(collection_id, household_id, by, is_closed=True)
        before = queries.sheet_of(household.pk, found.year)
        if before is not None:
            rules.check_another(by.user_id, before.recorded_by_id)
        _check_version(before, version)
        _check_filled(filled, found, at)
        after = writing.correct(
            by=by,
            at=at,
            collection=found,
            household=household,
            before=before,
            filled=filled,
            reason=reason.strip(),
        )
        _record("registry.survey.corrected", by, at, after, reason)
    return after


# Pieces


def _taken(
    collection_id: int, household_id: int, by: Actor, *, is_closed: bool = False
) -> tuple[Collection, Household]:
    """Return a collection and a household of it, held until the transaction ends."""
    found = queries.collection(collection_id)
    if found is None:
        raise no_such()
    if is_closed:
        permissions.check_close(by, found.division_code)
    else:
        permissions.check_record(by, found.division_code)
    locks.take_together(found.division_code)
    is_locked = queries.hold(found)
    if is_closed:
        rules.check_locked(is_locked)
    else:
        rules.check_open(is_locked)
    household = queries.household_for_update(found, household_id)
    if household is None:
        raise no_such()
    return found, household


def _sheets(sheet_ids: Sequence[int], by: Actor) -> list[SurveySheet]:
    """Return sheets of open years, held until the transaction ends."""
    seen = queries.sheets().filter(pk__in=sheet_ids)
    collections = {one.collection_id: one.collection for one in seen}
    for found in sorted(collections.values(), key=lambda one: one.division_code):
        permissions.check_record(by, found.division_code)
        locks.take_together(found.division_code)
        rules.check_open(queries.hold(found))
    sheets = queries.sheets_for_update(sheet_ids)
    if len(sheets) != len(set(sheet_ids)):
        raise no_such()
    return sheets


def _check_version(sheet: SurveySheet | None, version: str) -> None:
    if queries.version_of(sheet) != version:
        raise rules.SheetChanged(
            Text(
                "您填写期间，这一户的采集表已有变动，您的内容没有保存。",
                "Somebody else changed this sheet meanwhile; yours was not saved.",
            ),
            remedy=Text("请核对后再次保存。", "Compare them and save again."),
        )


def _check_filled(filled: Filled, found: Collection, at: datetime) -> None:
    today = timezone.localdate(at)  # noqa: TID251 - of the time that was passed in
    terms = queries.terms(today, found.division_code)
    filling.check_filled(filled, year=found.year, today=today, terms=terms)


def _refuse_nothing_open(division: DivisionCode, year: int) -> None:
    lo, hi = division.range()
    known = queries.collections().filter(
        division_code__gte=lo, division_code__lt=hi, year=year
    )
    rules.check_open(known.exists())
    raise no_such()


def no_such() -> NoSuchCollection:
    """Return the refusal of what the acting scope does not hold."""
    return NoSuchCollection(
        Text(
            "没有这项采集，或不在您的管辖范围内。",
            "There is no such collection within your scope.",
        )
    )


def _record(
    action: str, by: Actor, at: datetime, sheet: SurveySheet, reason: str
) -> None:
    audit.record(
        action,
        by=by,
        at=at,
        subject=sheet.household,
        reason=reason.strip(),
        detail={"year": sheet.year, "sheet": sheet.pk},
    )
