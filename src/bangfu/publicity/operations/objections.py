"""Objections: taking, taking over, opening, deciding, telling the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from bangfu import vault
from bangfu.audit import operations as audit
from bangfu.audit.models import Event
from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.findings import BadInput, OutOfLimit
from bangfu.calc.values.text import Text
from bangfu.files import operations as files
from bangfu.files.kinds import Purpose
from bangfu.files.queries import Subject
from bangfu.publicity import endings, outcomes, permissions, queries, rules
from bangfu.publicity.models import Complaint, Entry, Notice, Objection
from bangfu.publicity.rules import Received
from bangfu.publicity.states import (
    NoticeState,
    ObjectionState,
    OutcomeKind,
    Verdict,
)
from bangfu.scope import Actor

FINDING_LENGTH_MIN, FINDING_LENGTH_MAX = 10, 2_000
OPENED_PER_HOUR = 60
_HOUR = timedelta(hours=1)
_OPENED = "publicity.complaint.opened"


class TooManyLooks(OutOfLimit):
    """More complaints were opened within an hour than a person needs."""

    code = "publicity.too_many_looks"
    http_status = 429
    retryable = True


@dataclass(frozen=True, slots=True)
class Opened:
    """A complaint in clear, shown once. name, contact: empty for an anonymous one."""

    name: str
    contact: str
    text: str


def receive(
    *,
    by: Actor,
    at: datetime,
    notice_id: int,
    entry_id: int | None,
    received: Received,
    evidence: Sequence[tuple[str, bytes]] = (),
) -> Objection:
    """Take an objection to an entry, or to a notice as a whole (entry_id None).

    Within the window it stops the entry, and the entry's owner is told so. Raises
    NotAllowed, NotPosted, WrongObjection, NoSuchRecord, what storing a file refuses;
    nothing stays then.
    """
    with transaction.atomic():
        notice = queries.locked_notice(notice_id)
        entry = None if entry_id is None else _entry(notice, entry_id)
        place = DivisionCode(entry.division_code if entry else notice.division_code)
        handler = rules.handler_level(Level(notice.level), received.about)
        permissions.check_receive(by, place, handler)
        if notice.state not in queries.IN_PUBLIC:
            raise rules.NotPosted(
                Text(
                    "公示“{state}”，没有可提异议的内容。",
                    "The notice is “{state}”; there is nothing to object to.",
                    {"state": notice.state_text},
                )
            )
        posting = queries.posting_of(notice)
        recorded = queries.today()
        rules.check_received(received, posted=queries.day_of(posting), today=recorded)
        objection = Objection.objects.create(
            notice=notice,
            entry=entry,
            division_code=place,
            state=ObjectionState.OPEN,
            stops=entry is not None
            and rules.stops(
                queries.window_of_posting(posting),
                received_on=received.received_on,
                is_over=entry.is_final,
            ),
            handler_level=int(handler),
            due_date=queries.due_date(recorded=recorded, division=place),
        )
        _seal(by, objection, received)
        _keep(by, at, objection, evidence, Purpose.LETTER)
        _record("received", by, at, objection, {"stops": objection.stops})
        if objection.stops and entry is not None:
            endings.tell_stopped(by=by, at=at, entry_ids=[entry.pk])
    return objection


def _entry(notice: Notice, entry_id: int) -> Entry:
    entry = queries.entry(entry_id)
    if entry.notice_id != notice.pk:
        raise queries.missing()
    return entry


def _seal(by: Actor, objection: Objection, received: Received) -> None:
    name, contact = received.name.strip(), received.contact.strip()
    Complaint.objects.create(
        objection=objection,
        division_code=objection.division_code,
        handler_level=objection.handler_level,
        channel=received.channel,
        about=received.about,
        is_named=bool(name),
        received_on=received.received_on,
        name_sealed=vault.seal(name) if name else None,
        contact_sealed=vault.seal(contact) if contact else None,
        text_sealed=vault.seal(received.text.strip()),
        received_by_id=by.user_id,
        received_by_name=by.username,
    )


def _keep(
    by: Actor,
    at: datetime,
    objection: Objection,
    evidence: Sequence[tuple[str, bytes]],
    purpose: Purpose,
) -> None:
    for name, content in evidence:
        file = files.store(
            by=by,
            at=at,
            division=DivisionCode(objection.division_code),
            name=name,
            content=content,
        )
        files.attach(
            by=by,
            at=at,
            file=file,
            subject=Subject.of(objection),
            purpose=purpose,
            name=name,
            seen_from=Level(objection.handler_level),
        )


def open_complaint(
    *, by: Actor, at: datetime, objection_id: int, purpose: str
) -> Opened:
    """Return who complained and what, once; who asked and why is recorded first.

    Raises NotAllowed and OwnCase for anybody but the handler, NoReason, TooManyLooks,
    NoSuchRecord.
    """
    text = rules.check_reason(purpose)
    with transaction.atomic():
        objection = queries.objection(objection_id)
        complaint = _handled(by, objection)
        done = Event.objects.filter(
            user_id=by.user_id, action=_OPENED, happened_at__gt=at - _HOUR
        ).count()
        if done >= OPENED_PER_HOUR:
            raise TooManyLooks(
                Text(
                    "一小时内最多查看 {limit} 次。",
                    "At most {limit} within an hour.",
                    {"limit": OPENED_PER_HOUR},
                ),
                remedy=Text("请稍后再试。", "Try again later."),
            )
        audit.record_read(
            action=_OPENED,
            by=by,
            at=at,
            subject=objection,
            division=objection.handler_code,
            reason=text,
        )
        return Opened(
            name=_unsealed(complaint.name_sealed),
            contact=_unsealed(complaint.contact_sealed),
            text=_unsealed(complaint.text_sealed),
        )


def _unsealed(sealed: bytes | memoryview | None) -> str:
    return "" if sealed is None else vault.unseal(bytes(sealed))


def decide(
    *,
    by: Actor,
    at: datetime,
    objection_id: int,
    is_upheld: bool,
    finding: str,
    evidence: Sequence[tuple[str, bytes]] = (),
) -> Objection:
    """Decide an objection. Upheld, it ends its entry and the case goes back.

    finding: what was found, 10 to 2,000 characters, without naming the complainant.
    Raises NotAllowed, OwnCase, ObjectionIsOver, BadInput; nothing changes then.
    """
    text = _check_finding(finding)
    with transaction.atomic():
        objection = _locked(objection_id)
        complaint = _handled(by, objection)
        _check_not_named(complaint, text)
        _check_open(objection)
        state = ObjectionState.UPHELD if is_upheld else ObjectionState.REJECTED
        _close(objection, by, at, state, text)
        _keep(by, at, objection, evidence, Purpose.OTHER)
        _record("decided", by, at, objection, {"upheld": is_upheld})
        _tell_decided(by, at, objection)
    return objection


def retract(*, by: Actor, at: datetime, objection_id: int, reason: str) -> Objection:
    """Record that the complainant takes an objection back; the entry runs on.

    reason: how this became known. Raises NotAllowed, OwnCase, ObjectionIsOver, NoReason.
    """
    text = rules.check_reason(reason)
    with transaction.atomic():
        objection = _locked(objection_id)
        _check_not_named(_handled(by, objection), text)
        _check_open(objection)
        _close(objection, by, at, ObjectionState.RETRACTED, text)
        _record("retracted", by, at, objection, {})
        _tell_decided(by, at, objection)
    return objection


def take_over(*, by: Actor, at: datetime, objection_id: int, reason: str) -> Objection:
    """Let the acting office, above the handler's, handle an open objection.

    Raises NotAllowed, ObjectionIsOver, NoReason.
    """
    text = rules.check_reason(reason)
    with transaction.atomic():
        objection = _locked(objection_id)
        permissions.check_take_over(by, objection)
        _check_open(objection)
        assert by.division is not None  # noqa: S101 - the permission asked for it
        # The complaint follows by foreign key: it is closed to the old handler now.
        objection.handler_level = int(by.division.level)
        objection.save(update_fields=["handler_level"])
        _record("taken_over", by, at, objection, {}, text)
    return objection


def tell_result(
    *, by: Actor, at: datetime, objection_id: int, told_on: date
) -> Objection:
    """Record that a named complainant was told the result.

    told_on: stated; from the decision to today. Raises NotAllowed, OwnCase, BadInput.
    """
    with transaction.atomic():
        objection = _locked(objection_id)
        complaint = _handled(by, objection)
        is_decided = objection.state in {
            ObjectionState.UPHELD,
            ObjectionState.REJECTED,
        }
        if not complaint.is_named or not is_decided or objection.told_on:
            raise BadInput(
                Text(
                    "只有已办结、署名且尚未告知的异议需要告知。",
                    "Only a decided objection of a named person who was not told yet.",
                )
            )
        _check_told_on(objection, told_on)
        objection.told_on = told_on
        objection.save(update_fields=["told_on"])
        _record("told", by, at, objection, {})
    return objection


def _check_told_on(objection: Objection, told_on: date) -> None:
    today = queries.today()
    decided = queries.civil_day(objection.decided_at)
    if not min(decided, today) <= told_on <= today:
        raise rules.WrongDay(
            Text(
                "告知日期应在办结日 {decided} 至今天 {today} 之间。",
                "The day must lie from the decision on {decided} to {today}.",
                {"decided": decided, "today": today},
            )
        )


def _locked(objection_id: int) -> Objection:
    """Lock the notice, then read the objection as it stands now."""
    queries.locked_notice(queries.objection(objection_id).notice_id)
    return queries.objection(objection_id)


def _handled(by: Actor, objection: Objection) -> Complaint:
    permissions.check_handler(by, objection)
    complaint = queries.complaint_of(objection)
    permissions.check_handle(by, objection, complaint)
    return complaint


def _check_open(objection: Objection) -> None:
    if objection.state != ObjectionState.OPEN:
        raise rules.ObjectionIsOver(
            Text(
                "该异议已办结：{state}。",
                "The objection is over: {state}.",
                {"state": objection.state_text},
            )
        )


def _check_finding(finding: str) -> str:
    text = finding.strip()
    if not FINDING_LENGTH_MIN <= len(text) <= FINDING_LENGTH_MAX:
        raise BadInput(
            Text(
                "核查情况为 {low} 至 {high} 字。",
                "What was found has {low} to {high} characters.",
                {"low": FINDING_LENGTH_MIN, "high": f"{FINDING_LENGTH_MAX:,}"},
            )
        )
    return text


def _check_not_named(complaint: Complaint, text: str) -> None:
    """Refuse a text that names the complainant: the village reads it too."""
    secrets = [
        _unsealed(complaint.name_sealed),
        _unsealed(complaint.contact_sealed),
    ]
    if any(secret and secret in text for secret in secrets):
        raise BadInput(
            Text(
                "文字中不得出现异议人的姓名或联系方式。",
                "The text must not hold the complainant's name or contact.",
            ),
            remedy=Text(
                "村级也能看到这段文字，请改写。",
                "The village reads it too; write it otherwise.",
            ),
        )


def _close(
    objection: Objection, by: Actor, at: datetime, state: ObjectionState, text: str
) -> None:
    objection.state, objection.finding = state, text
    objection.decided_by_id, objection.decided_by_name = by.user_id, by.username
    objection.decided_at = at
    objection.save()


def _tell_decided(by: Actor, at: datetime, objection: Objection) -> None:
    """End an entry whose objection is upheld; else tell its owner how it stands now."""
    if objection.entry_id is None:
        return
    entry = queries.entry(objection.entry_id)
    is_upheld = objection.state == ObjectionState.UPHELD
    if is_upheld and not entry.is_final:
        endings.end(
            by=by,
            at=at,
            entries=[entry],
            kind=OutcomeKind.UPHELD,
            verdict=Verdict.UPHELD,
            objection=objection,
        )
        notice = queries.notice(objection.notice_id)
        if notice.state == NoticeState.POSTED:
            endings.close_if_done(by=by, at=at, notice=notice)
    elif is_upheld or objection.stops:
        verdict = queries.verdict_of(entry.pk)
        outcomes.tell(by=by, at=at, entries=[entry], verdict=verdict)


def _record(
    done: str,
    by: Actor,
    at: datetime,
    objection: Objection,
    detail: dict[str, object],
    reason: str = "",
) -> None:
    audit.record(
        f"publicity.objection.{done}",
        by=by,
        at=at,
        subject=objection,
        division=objection.handler_code,  # what was done is closed to the village too
        reason=reason,
        detail={"notice": objection.notice_id, **detail},
    )
