"""Reads of collections and sheets, all within the acting scope."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import (
    Count,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
)

from bangfu.calc.values.division_code import DivisionCode
from bangfu.policy import queries as policy
from bangfu.policy.poverty_lines import NoLine
from bangfu.policy.values import Value
from bangfu.registry import queries as registry
from bangfu.registry.models import Household, Income
from bangfu.registry.surveys.filling import Terms
from bangfu.registry.surveys.kinds import SheetState
from bangfu.registry.surveys.models import Collection, Guarantee, SurveySheet

SURVEYED_STATUS = ("0", "1", "2", "3")


# Collections


def collections() -> QuerySet[Collection]:
    """Return the collections that the acting grant sees."""
    return Collection.objects.all()


def collection(collection_id: int) -> Collection | None:
    """Return a collection, or None outside the acting scope."""
    return collections().filter(pk=collection_id).first()


def collection_of(village: DivisionCode, year: int) -> Collection | None:
    """Return the collection of a village in a year."""
    return collections().filter(division_code=village, year=year).first()


def hold(collection: Collection) -> bool:
    """Keep a collection as it is until the transaction ends; return whether it is locked.

    Several people may hold it at once; who locks the year waits for them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT locked_at IS NOT NULL FROM registry_collection WHERE id = %s FOR SHARE",
            [collection.pk],
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def open_collections_for_update(division: DivisionCode, year: int) -> list[Collection]:
    """Return the open collections of a year below a division, locked in order of code."""
    lo, hi = division.range()
    found = Collection.objects.select_for_update(no_key=True).filter(
        division_code__gte=lo, division_code__lt=hi, year=year, locked_at=None
    )
    return list(found.order_by("division_code"))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a village is. households: to be surveyed; the rest: sheets by state."""

    households: int
    recorded: int
    returned: int
    checked: int
    doubtful: int

    @property
    def done(self) -> int:
        """Households with a sheet."""
        return self.recorded + self.returned + self.checked

    @property
    def missing(self) -> int:
        """Households without a sheet."""
        return max(0, self.households - self.done)


def progress(found: Sequence[Collection]) -> dict[int, Progress]:
    """Return how far each collection is. Two queries, whatever the number."""
    villages = {one.division_code for one in found if not one.is_locked}
    households = dict(
        to_survey()
        .filter(division_code__in=villages)
        .order_by()
        .values_list("division_code")
        .annotate(n=Count("pk"))
    )
    sheets = (
        SurveySheet.objects.filter(collection__in=[one.pk for one in found])
        .filter(corrects=None)
        .order_by()
        .values("collection_id")
        .annotate(
            recorded=Count("pk", filter=Q(state=SheetState.RECORDED)),
            returned=Count("pk", filter=Q(state=SheetState.RETURNED)),
            checked=Count("pk", filter=Q(state=SheetState.CHECKED)),
            doubtful=Count("pk", filter=~Q(doubts=[])),
        )
    )
    counted: dict[int, Any] = {row["collection_id"]: row for row in sheets}
    return {
        one.pk: _progress(one, counted.get(one.pk, {}), households) for one in found
    }


def _progress(
    found: Collection, counted: dict[str, Any], households: dict[Any, int]
) -> Progress:
    """households: to be surveyed today, by village; a locked year kept its number."""
    return Progress(
        households=found.households
        if found.households is not None
        else households.get(found.division_code, 0),
        recorded=counted.get("recorded", 0),
        returned=counted.get("returned", 0),
        checked=counted.get("checked", 0),
        doubtful=counted.get("doubtful", 0),
    )


# Households of a collection


def to_survey() -> QuerySet[Household]:
    """Return the households that are surveyed: on the roll, or under monitoring."""
    return Household.objects.filter(
        Q(status__in=SURVEYED_STATUS)
        | Q(
            Exists(
                Household.objects.filter(
                    pk=OuterRef("pk"),
                    monitorings__isnull=False,
                    monitorings__until=None,
                )
            )
        )
    )


def work_list(collection: Collection) -> QuerySet[Any]:
    """Return the households of a collection, each with its first sheet's facts.

    Annotations: sheet_id, sheet_state, sheet_doubts, sheet_by, sheet_on; None where no
    sheet was recorded.
    """
    rows: QuerySet[Any] = to_survey().filter(division_code=collection.division_code)
    found: QuerySet[Any] = rows.annotate(
        of_year=FilteredRelation(
            "sheets",
            condition=Q(sheets__year=collection.year, sheets__corrects=None),
        )
    ).annotate(
        sheet_id=F("of_year__pk"),
        sheet_state=F("of_year__state"),
        sheet_doubts=F("of_year__doubts"),
        sheet_by=F("of_year__recorded_by_name"),
        sheet_on=F("of_year__surveyed_on"),
    )
    return found


def household_in(collection: Collection, household_id: int) -> Household | None:
    """Return a household of a collection's village, or one that has a sheet in it."""
    found = Household.objects.filter(pk=household_id)
    found = found.filter(
        Q(division_code=collection.division_code) | Q(sheets__collection=collection.pk)
    )
    return found.distinct().first()


def household_for_update(collection: Collection, household_id: int) -> Household | None:
    """Return a household that is surveyed in a collection, locked; None else."""
    found = Household.objects.select_for_update(no_key=True)
    household = found.filter(pk=household_id).first()
    if household is None or household.division_code != collection.division_code:
        return None
    return household if to_survey().filter(pk=household_id).exists() else None


# Sheets


def sheets() -> QuerySet[SurveySheet]:
    """Return the sheets that count: those that no later one corrects."""
    return SurveySheet.objects.filter(corrected_by=None).select_related(
        "household", "income", "collection"
    )


def sheet_of(household_id: int, year: int) -> SurveySheet | None:
    """Return the sheet of a household's year that counts."""
    return sheets().filter(household_id=household_id, year=year).first()


def income_of(household_id: int, year: int) -> Income | None:
    """Return the income of a household's year that counts."""
    found = Income.objects.current().filter(household_id=household_id, year=year)
    return found.first()


def sheets_for_update(sheet_ids: Iterable[int]) -> list[SurveySheet]:
    """Return sheets in order of their number, locked, with household and collection."""
    found = SurveySheet.objects.select_for_update(of=("self",), no_key=True)
    found = found.filter(pk__in=list(sheet_ids), corrected_by=None)
    return list(found.select_related("household", "collection").order_by("pk"))


def version_of(sheet: SurveySheet | None) -> str:
    """Return what tells whether a sheet was recorded, checked or returned since."""
    if sheet is None:
        return ""
    moments = (sheet.recorded_at, sheet.checked_at)
    return f"{sheet.pk}:{sheet.state}:" + "/".join(
        "" if moment is None else moment.isoformat() for moment in moments
    )


def verdicts_of(sheet: SurveySheet) -> dict[str, Guarantee]:
    """Return the guarantees of a sheet by kind."""
    return {one.kind: one for one in Guarantee.objects.filter(sheet=sheet)}


def years_of(household_id: int) -> list[SurveySheet]:
    """Return the sheets of a household that count, newest year first."""
    found = sheets().filter(household_id=household_id).prefetch_related("guarantees")
    return list(found.order_by("-year"))


def chain_of(household_id: int, year: int) -> list[SurveySheet]:
    """Return all sheets of a household's year, the first one first."""
    found = SurveySheet.objects.filter(household_id=household_id, year=year)
    return list(found.select_related("income").order_by("pk"))


def latest_checked(household_id: int, *, until: int) -> SurveySheet | None:
    """Return the last sheet that was checked or locked, of a year up to `until`."""
    found = sheets().filter(household_id=household_id, year__lte=until)
    found = found.filter(Q(state=SheetState.CHECKED) | ~Q(locked_at=None))
    return found.order_by("-year").first()


def next_missing(collection: Collection, after: Household) -> Household | None:
    """Return the next household without a sheet, by number, wrapping around."""
    missing = work_list(collection).filter(sheet_id=None).exclude(pk=after.pk)
    missing = missing.order_by("household_no")
    later = missing.filter(household_no__gt=after.household_no).first()
    return later or missing.first()


# Policy


def terms(on: date, division: DivisionCode) -> Terms:
    """Return what the policy pack says of sheets on a day."""
    pack = policy.active()

    def held(key: str) -> Value:
        return pack.value(key, at=on, division=division)

    return Terms(
        surveyors_min=held("survey.surveyors.min").integer,
        accepted=frozenset(
            str(row["evidence"])
            for row in held("survey.evidence").rows
            if row["is_accepted"]
        ),
        weak_max_pct=held("survey.weak_evidence.max").decimal,
        above_line_max_pct=held("survey.above_line.max").decimal,
    )


def due_on(year: int, division: DivisionCode) -> date:
    """Return the day by which the sheets of a year should be there."""
    held = policy.active().value("survey.due", at=date(year, 1, 1), division=division)
    month, day = held.text.split("-")
    return date(year, int(month), min(int(day), 28) if month == "02" else int(day))


def line_fen(year: int, division: DivisionCode) -> int | None:
    """Return the line with which the income of a year is compared, None without one."""
    try:
        line = policy.poverty_line(
            policy.active(), series=registry.LINE_SERIES, year=year, division=division
        )
    except NoLine:
        return None
    return line.amount_fen
