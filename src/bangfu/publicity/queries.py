"""Reads: notices, entries, verdicts, objections, and the database's clock.

What an upper app asks for:

    verdict_of(entry_id)               what became of an entry, now
    latest_entry(kind, type, id)       the newest entry about a record
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import (
    Count,
    DateField,
    Exists,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text
from bangfu.policy import queries as policy
from bangfu.policy.work_calendar import NoCalendar
from bangfu.publicity import rules
from bangfu.publicity.kinds import Kind, KindCode
from bangfu.publicity.models import Complaint, Entry, Notice, Objection, Posting
from bangfu.publicity.rules import EntryFacts, Window
from bangfu.publicity.states import NoticeState, ObjectionState, OutcomeKind, Verdict

IN_PREPARATION = (NoticeState.DRAFT, NoticeState.SUBMITTED, NoticeState.CHECKED)
IN_PUBLIC = (NoticeState.POSTED, NoticeState.CLOSED)
_CORRECTIONS_MAX = 20


class NoSuchRecord(BadInput):
    """There is no such record within the acting scope."""

    code = "publicity.no_such_record"
    http_status = 404


def missing() -> NoSuchRecord:
    """Return the refusal of a record that is not there or out of scope."""
    return NoSuchRecord(
        Text(
            "没有这条记录，或不在您的管辖范围内。",
            "There is no such record within your scope.",
        )
    )


# The clock


def clock() -> datetime:
    """Return the database's clock at the start of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT publicity_now()")
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 - a SELECT without FROM has one row
    found: datetime = row[0]
    return found


def today() -> date:
    """Return the civil day in the city's time zone by the database's clock."""
    return timezone.localdate(clock())  # noqa: TID251 - of the database's clock


@dataclass(frozen=True, slots=True)
class Period:
    """How long the policy asks for: days of a unit, and the pack that says so."""

    days: int
    unit: str
    policy_hash: str


def period_of(kind: Kind, *, at: date, division: DivisionCode) -> Period:
    """Return how long a kind of notice is posted. Raises NoValue, PackRefused."""
    pack = policy.active()
    if kind.days_key is None:
        return Period(0, "days", pack.hash)
    value = pack.value(kind.days_key, at=at, division=division)
    return Period(value.integer, value.unit, pack.hash)


def window_of(period: Period, *, recorded: date, division: DivisionCode) -> Window:
    """Return the window of what is recorded on a day. Raises NoCalendar."""
    calendar = policy.WorkCalendar(policy.active(), division=division)
    return rules.window(recorded, period.days, period.unit, calendar)


def due_date(*, recorded: date, division: DivisionCode) -> date | None:
    """Return until when an objection is handled.

    None where the pack has no public holidays for the year: an objection is taken all
    the same, and counts as due.
    """
    pack = policy.active()
    days = pack.value("objection.deadline", at=recorded, division=division).integer
    calendar = policy.WorkCalendar(pack, division=division)
    try:
        return calendar.add_working_days(recorded, days)
    except NoCalendar:
        return None


# Notices and entries


def notices() -> QuerySet[Notice]:
    """Return the notices in scope, with posting, `entry_count` and `open_count`."""
    entries = Entry.objects.filter(notice=OuterRef("pk"))
    opened = Objection.objects.filter(notice=OuterRef("pk"), state=ObjectionState.OPEN)
    return Notice.objects.select_related("posting").annotate(
        entry_count=_counted(entries), open_count=_counted(opened)
    )


def _counted(rows: QuerySet[Any]) -> Coalesce:
    """Count the rows of one notice; counting by join would multiply them."""
    counted = rows.order_by().values("notice").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def notice(notice_id: int) -> Notice:
    """Return a notice. Raises NoSuchRecord."""
    found = Notice.objects.select_related("posting").filter(pk=notice_id).first()
    if found is None:
        raise missing()
    return found


def locked_notice(notice_id: int) -> Notice:
    """Return a notice, held until the transaction ends. Raises NoSuchRecord.

    Whatever changes a notice, its entries or its objections takes this lock first.
    """
    found = Notice.objects.select_for_update().filter(pk=notice_id).first()
    if found is None:
        raise missing()
    return found


def posting_of(notice: Notice) -> Posting:
    """Return how a notice was posted. Raises NotPosted."""
    found = Posting.objects.filter(notice=notice).first()
    if found is None:
        raise rules.NotPosted(Text("公示尚未张贴。", "The notice is not posted yet."))
    return found


def window_of_posting(posting: Posting) -> Window:
    """Return the window that was recorded with a posting."""
    return Window(posting.first_date, posting.last_date, posting.days, posting.unit)


def entries_of(notice: Notice) -> QuerySet[Entry]:
    """Return the entries of a notice in order, ready for `verdicts`."""
    return with_facts(Entry.objects.filter(notice=notice)).order_by("position")


def entry(entry_id: int) -> Entry:
    """Return an entry. Raises NoSuchRecord."""
    found = with_facts(Entry.objects.filter(pk=entry_id)).first()
    if found is None:
        raise missing()
    return found


def latest_entry(*, kind: KindCode, subject_type: str, subject_id: str) -> Entry | None:
    """Return the newest entry of a kind about a record, or None."""
    return (
        Entry.objects.filter(
            kind=kind, subject_type=subject_type, subject_id=subject_id
        )
        .order_by("-pk")
        .first()
    )


def with_facts(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """Add what a verdict follows from: is_upheld, is_stopped, is_corrected."""
    objections = Objection.objects.filter(entry=OuterRef("pk"))
    pending = Entry.objects.filter(
        replaces=OuterRef("pk"), is_final=False, notice__state__in=IN_PREPARATION
    )
    return entries.select_related("notice__posting", "outcome").annotate(
        is_upheld=Exists(objections.filter(state=ObjectionState.UPHELD)),
        is_stopped=Exists(objections.filter(state=ObjectionState.OPEN, stops=True)),
        is_corrected=Exists(pending),
    )


def facts_of(entry: Entry) -> EntryFacts:
    """Return what the verdict follows from; the entry came through `with_facts`."""
    posting = getattr(entry.notice, "posting", None)
    outcome = getattr(entry, "outcome", None)
    ended = outcome.kind if outcome else ""
    over = {NoticeState.WITHDRAWN, NoticeState.CANCELLED}
    return EntryFacts(
        window=window_of_posting(posting) if posting else None,
        has_passed=ended == OutcomeKind.PASSED,
        is_withdrawn=ended == OutcomeKind.WITHDRAWN or entry.notice.state in over,
        is_upheld=entry.is_upheld,  # type: ignore[attr-defined]
        is_stopped=entry.is_stopped,  # type: ignore[attr-defined]
        is_corrected=entry.is_corrected,  # type: ignore[attr-defined]
    )


def is_superseded(entry: Entry) -> bool:
    """Whether a posted correction stands in the entry's place."""
    outcome = getattr(entry, "outcome", None)
    return outcome is not None and outcome.kind == OutcomeKind.SUPERSEDED


def verdict_of(entry_id: int) -> Verdict:
    """Return what became of an entry by now; a corrected one has its successor's verdict.

    The day is that of the database. Raises NoSuchRecord.
    """
    found = entry(entry_id)
    for _ in range(_CORRECTIONS_MAX):
        if not is_superseded(found):
            break
        follows = Entry.objects.filter(
            replaces=found, notice__state__in=(*IN_PUBLIC, NoticeState.WITHDRAWN)
        )
        found = entry(follows.order_by("-pk").values_list("pk", flat=True)[0])
    return rules.verdict(facts_of(found), today=today())


def held_verdict_of(entry_id: int) -> Verdict:
    """Return the verdict as `verdict_of`, and keep it until the transaction ends.

    For an owner that moves a case on: an objection that comes meanwhile waits, and the
    owner is told of it afterwards. Raises NoSuchRecord.
    """
    locked_notice(entry(entry_id).notice_id)
    return verdict_of(entry_id)


def verdicts(entries: Iterable[Entry]) -> dict[int, Verdict | None]:
    """Return the verdict of each entry by key; None for one that was corrected."""
    day = today()
    return {
        one.pk: None if is_superseded(one) else rules.verdict(facts_of(one), today=day)
        for one in entries
    }


# Objections


def objections() -> QuerySet[Objection]:
    """Return the objections in scope with notice, entry and `is_due`; not who."""
    due = Q(due_date__lte=_Today()) | Q(due_date=None)
    return Objection.objects.select_related("notice__posting", "entry").annotate(
        is_due=Q(state=ObjectionState.OPEN) & due
    )


class _Today(Func):
    """The database's own day."""

    function = "publicity_today"
    output_field = DateField()


def objection(objection_id: int) -> Objection:
    """Return an objection. Raises NoSuchRecord."""
    found = objections().filter(pk=objection_id).first()
    if found is None:
        raise missing()
    return found


def complaint_of(objection: Objection) -> Complaint:
    """Return what is kept apart of an objection. Raises NoSuchRecord below its level."""
    found = Complaint.objects.filter(pk=objection.pk).first()
    if found is None:
        raise missing()
    return found


def with_complaints(objections: Iterable[Objection]) -> dict[int, Complaint]:
    """Return what the actor may see of complaints, by objection."""
    keys = [one.pk for one in objections]
    return {one.pk: one for one in Complaint.objects.filter(pk__in=keys)}


def due(*, at: date) -> QuerySet[Objection]:
    """Return open objections whose day has come, or that have none."""
    rows = Objection.objects.filter(state=ObjectionState.OPEN)
    return rows.filter(Q(due_date__lte=at) | Q(due_date=None))


def untold() -> QuerySet[Objection]:
    """Return decided objections of named complainants who were not told the result.

    Only those whose complaint the actor may see.
    """
    decided = (ObjectionState.UPHELD, ObjectionState.REJECTED)
    return Objection.objects.filter(
        state__in=decided, told_on=None, complaint__is_named=True
    )


def to_settle(*, at: date) -> QuerySet[Notice]:
    """Return posted notices whose window is over and that hold an entry to settle."""
    stopping = Objection.objects.filter(
        entry=OuterRef("pk"), state=ObjectionState.OPEN, stops=True
    )
    waiting = Entry.objects.filter(
        ~Exists(stopping), notice=OuterRef("pk"), is_final=False
    )
    is_over = Q(posting__last_date__lt=at) | Q(posting__days=0)
    return Notice.objects.filter(is_over, Exists(waiting), state=NoticeState.POSTED)


def of_level(notices: QuerySet[Notice], division: DivisionCode) -> QuerySet[Notice]:
    """Return the notices that the office of a division posts itself."""
    lo, hi = division.range()
    return notices.filter(
        level=int(division.level), division_code__gte=lo, division_code__lt=hi
    )


def handled_at(
    objections: QuerySet[Objection], division: DivisionCode
) -> QuerySet[Objection]:
    """Return the objections that the office of a division handles itself."""
    return objections.filter(handler_level=int(division.level))


def subject_taken(lines: Iterable[rules.Line], kind: Kind) -> list[Entry]:
    """Return unfinished entries of a kind about the same records, corrections aside."""
    wanted = Q(pk=None)
    by_type: dict[str, list[str]] = {}
    for line in lines:
        if line.subject_id:
            by_type.setdefault(line.subject_type, []).append(line.subject_id)
    for subject_type, ids in by_type.items():
        wanted |= Q(subject_type=subject_type, subject_id__in=ids)
    unfinished = Entry.objects.filter(wanted, kind=kind.code.value, is_final=False)
    return list(unfinished.order_by("pk")[:50])


def civil_day(at: datetime | None) -> date:
    """Return the civil day of a stored moment in the city's time zone."""
    assert at is not None  # noqa: S101 - the caller asked the state
    return timezone.localdate(at)  # noqa: TID251 - of what is stored


def day_of(posting: Posting) -> date:
    """Return the civil day on which a posting was recorded."""
    return civil_day(posting.recorded_at)
