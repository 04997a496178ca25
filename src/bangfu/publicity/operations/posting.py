"""Posting with evidence, settling what has passed, withdrawing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from bangfu.audit import operations as audit
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text
from bangfu.files import operations as files
from bangfu.files.kinds import Purpose
from bangfu.files.models import Attachment
from bangfu.files.queries import Subject
from bangfu.publicity import endings, outcomes, permissions, queries, rules
from bangfu.publicity.kinds import kind
from bangfu.publicity.models import Entry, Notice, Posting
from bangfu.publicity.states import Act, NoticeState, OutcomeKind, Verdict
from bangfu.scope import Actor


class NoEvidence(BadInput):
    """A notice is posted with a photograph of the board at least."""

    code = "publicity.no_evidence"


def post(
    *,
    by: Actor,
    at: datetime,
    notice_id: int,
    happened_on: date,
    evidence: Sequence[tuple[str, bytes]],
) -> Notice:
    """Record that a checked notice was put up; its window begins on the next day.

    happened_on: the stated day; the clock does not follow it. evidence: names and
    contents, 1 to 20. The entries that a correction replaces end. Raises NotAllowed,
    WrongNoticeState, WrongDay, NoEvidence, what storing a file refuses, NoCalendar;
    nothing stays then.
    """
    with transaction.atomic():
        _lock_corrected(notice_id)
        notice = queries.locked_notice(notice_id)
        permissions.check_act(by, Act.POST, notice)
        rules.check_act(Act.POST, notice.state)
        recorded = queries.today()
        checked = queries.civil_day(notice.checked_at)
        rules.check_happened_on(
            happened_on, checked=min(checked, recorded), today=recorded
        )
        _check_evidence(evidence)
        kept = [_keep(by, at, notice, name, content) for name, content in evidence]
        posting = _posting(by, notice, happened_on, kept[0], recorded)
        notice.state = NoticeState.POSTED
        notice.save(update_fields=["state"])
        _supersede(by, at, notice)
        detail = {"first": posting.first_date, "last": posting.last_date}
        _record("posted", by, at, notice, {k: v.isoformat() for k, v in detail.items()})
        entries = notice.entries.order_by("position")
        outcomes.tell(by=by, at=at, entries=entries, verdict=Verdict.RUNNING)
    return notice


def _lock_corrected(notice_id: int) -> None:
    """Take the corrected notice first: it has the smaller key."""
    corrected = queries.notice(notice_id).corrects_id
    if corrected is not None:
        queries.locked_notice(corrected)


def _check_evidence(evidence: Sequence[tuple[str, bytes]]) -> None:
    if 1 <= len(evidence) <= rules.EVIDENCE_MAX:
        return
    raise NoEvidence(
        Text(
            "张贴须附 1 至 {limit} 份材料，至少一张现场照片。",
            "Posting takes 1 to {limit} pieces of evidence, a photograph at least.",
            {"limit": rules.EVIDENCE_MAX},
        ),
        remedy=Text(
            "请上传能看清公示内容和地点的照片。",
            "Upload a photograph that shows the notice and the place.",
        ),
    )


def _keep(
    by: Actor, at: datetime, notice: Notice, name: str, content: bytes
) -> Attachment:
    file = files.store(
        by=by,
        at=at,
        division=DivisionCode(notice.division_code),
        name=name,
        content=content,
    )
    return files.attach(
        by=by,
        at=at,
        file=file,
        subject=Subject.of(notice),
        purpose=Purpose.PHOTO,
        name=name,
    )


def _posting(
    by: Actor,
    notice: Notice,
    happened_on: date,
    evidence: Attachment,
    recorded: date,
) -> Posting:
    place = DivisionCode(notice.division_code)
    period = queries.period_of(kind(notice.kind), at=recorded, division=place)
    window = queries.window_of(period, recorded=recorded, division=place)
    return Posting.objects.create(
        notice=notice,
        division_code=place,
        happened_on=happened_on,
        evidence=evidence,
        days=period.days,
        unit=period.unit,
        first_date=window.first,
        last_date=window.last,
        policy_hash=period.policy_hash,
        posted_by_id=by.user_id,
        posted_by_name=by.username,
    )


def _supersede(by: Actor, at: datetime, notice: Notice) -> None:
    """End the entries that a correction replaces; their owners hear of the new window."""
    if notice.corrects_id is None:
        return
    replaced = Entry.objects.filter(replacements__notice=notice, is_final=False)
    endings.end(
        by=by,
        at=at,
        entries=list(replaced.order_by("pk")),
        kind=OutcomeKind.SUPERSEDED,
        verdict=None,
    )
    corrected = queries.notice(notice.corrects_id)
    endings.close_if_done(by=by, at=at, notice=corrected)


def settle(*, by: Actor, at: datetime, notice_id: int) -> list[Entry]:
    """Record that entries passed: the window is over and nothing stops them.

    Returns the entries that passed now; stopped ones wait on. The day is that of the
    database. Raises NotAllowed, WrongNoticeState, WindowRuns, NothingToSettle.
    """
    with transaction.atomic():
        notice = queries.locked_notice(notice_id)
        permissions.check_act(by, Act.SETTLE, notice)
        rules.check_act(Act.SETTLE, notice.state)
        window = queries.window_of_posting(queries.posting_of(notice))
        day = queries.today()
        rules.check_settle(window, day)
        unfinished = queries.entries_of(notice).filter(is_final=False)
        passed = [
            one
            for one in unfinished
            if rules.verdict(queries.facts_of(one), today=day) is Verdict.PASSED
        ]
        if not passed:
            raise rules.NothingToSettle(
                Text(
                    "余下的条目都有异议或更正，尚不能办结。",
                    "Every entry that is left is stopped by an objection or correction.",
                ),
                remedy=Text("请先办结异议。", "Decide the objections first."),
            )
        endings.end(
            by=by,
            at=at,
            entries=passed,
            kind=OutcomeKind.PASSED,
            verdict=Verdict.PASSED,
        )
        _record("settled", by, at, notice, {"passed": len(passed)})
        endings.close_if_done(by=by, at=at, notice=notice)
    return passed


def withdraw(*, by: Actor, at: datetime, notice_id: int, reason: str) -> Notice:
    """Take a posted notice down before its end; what has not ended is withdrawn.

    Raises NotAllowed, WrongNoticeState, NoReason.
    """
    text = rules.check_reason(reason)
    with transaction.atomic():
        notice = queries.locked_notice(notice_id)
        permissions.check_act(by, Act.WITHDRAW, notice)
        rules.check_act(Act.WITHDRAW, notice.state)
        _check_no_correction(Entry.objects.filter(notice=notice))
        left = list(notice.entries.filter(is_final=False).order_by("position"))
        notice.state, notice.reason = NoticeState.WITHDRAWN, text
        notice.save(update_fields=["state", "reason"])
        _end_withdrawn(by, at, left)
        _record("withdrawn", by, at, notice, {"entries": len(left)}, text)
    return notice


def withdraw_entry(*, by: Actor, at: datetime, entry_id: int, reason: str) -> Entry:
    """Take one entry off a posted notice, e.g. because the family moved away.

    Raises NotAllowed, WrongNoticeState, NoReason, EntryIsOver, NoSuchRecord.
    """
    text = rules.check_reason(reason)
    with transaction.atomic():
        notice = queries.locked_notice(queries.entry(entry_id).notice_id)
        permissions.check_act(by, Act.WITHDRAW, notice)
        rules.check_act(Act.WITHDRAW, notice.state)
        entry = queries.entry(entry_id)
        _check_unfinished(entry)
        _check_no_correction(Entry.objects.filter(pk=entry.pk))
        _end_withdrawn(by, at, [entry])
        _record("entry_withdrawn", by, at, notice, {"entry": entry.pk}, text)
        endings.close_if_done(by=by, at=at, notice=notice)
    return entry


def _end_withdrawn(by: Actor, at: datetime, entries: list[Entry]) -> None:
    endings.end(
        by=by,
        at=at,
        entries=entries,
        kind=OutcomeKind.WITHDRAWN,
        verdict=Verdict.WITHDRAWN,
    )


def _check_unfinished(entry: Entry) -> None:
    """Raise EntryIsOver for an entry that has its end."""
    if entry.is_final:
        raise rules.EntryIsOver(
            Text("该条目已有结果。", "The entry has its verdict already.")
        )


def _check_no_correction(entries: QuerySet[Entry]) -> None:
    pending = Entry.objects.filter(
        replaces__in=entries,
        is_final=False,
        notice__state__in=queries.IN_PREPARATION,
    ).first()
    if pending is not None:
        raise rules.WrongNoticeState(
            Text(
                "第 {n} 号更正公示尚未张贴，不能撤回。",
                "Correction {n} is not posted yet, so this cannot be withdrawn.",
                {"n": pending.notice_id},
            ),
            remedy=Text("请先作废那份更正。", "Cancel that correction first."),
        )


def _record(
    done: str,
    by: Actor,
    at: datetime,
    notice: Notice,
    detail: dict[str, object],
    reason: str = "",
) -> None:
    audit.record(
        f"publicity.notice.{done}",
        by=by,
        at=at,
        subject=notice,
        reason=reason,
        detail=detail,
    )
