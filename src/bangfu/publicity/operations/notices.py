"""Notices until they are posted: drafting, submitting, checking; and corrections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from bangfu.audit import operations as audit
from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.findings import Finding, WrongState
from bangfu.calc.values.text import Text
from bangfu.publicity import endings, permissions, queries, rules
from bangfu.publicity.kinds import kind
from bangfu.publicity.models import Entry, Notice
from bangfu.publicity.rules import Draft, Line
from bangfu.publicity.states import Act, NoticeState, OutcomeKind, Verdict
from bangfu.scope import Actor


class SubjectTaken(WrongState):
    """A record stands in an unfinished entry of the same kind already."""

    code = "publicity.subject_taken"


def draft(*, by: Actor, at: datetime, draft: Draft) -> Notice:
    """Draft a notice with its entries.

    Raises NotAllowed, WrongNotice and PersonalData with all findings, OutOfLimit,
    SubjectTaken; nothing changes then.
    """
    permissions.check_draft(by, draft.division, draft.level)
    rules.check_draft(draft)
    with transaction.atomic():
        _check_free(draft.lines, draft, besides=None)
        notice = _new(by, at, draft, corrects=None)
        _write_entries(notice, draft, replaces=())
        _record(Act.REVISE, "drafted", by, at, notice, {"entries": len(draft.lines)})
    return notice


def revise(*, by: Actor, at: datetime, notice_id: int, draft: Draft) -> Notice:
    """Write a draft anew, entries included; what it corrects stays in order.

    Raises as `draft`, and WrongNoticeState once it is submitted.
    """
    with transaction.atomic():
        notice = queries.locked_notice(notice_id)
        permissions.check_act(by, Act.REVISE, notice)
        rules.check_act(Act.REVISE, notice.state)
        permissions.check_draft(by, draft.division, draft.level)
        corrected = notice.entries.exclude(replaces=None).order_by("position")
        originals = _replaced(corrected)
        draft = replace(draft, lines=_as_originals(draft.lines, originals))
        rules.check_draft(draft)
        _check_still_replaced(draft, originals)
        notice.entries.all().delete()
        _check_free(draft.lines[len(originals) :], draft, besides=None)
        _fill(notice, draft)
        notice.author_ids = sorted({*notice.author_ids, by.user_id})
        notice.save()
        _write_entries(notice, draft, replaces=[one.pk for one in originals])
        _record(Act.REVISE, "revised", by, at, notice, {"entries": len(draft.lines)})
    return notice


def submit(*, by: Actor, at: datetime, notice_id: int) -> Notice:
    """Hand a draft to a second person. Raises NotAllowed, WrongNoticeState."""
    with transaction.atomic():
        notice = _taken(by, Act.SUBMIT, notice_id)
        notice.author_ids = sorted({*notice.author_ids, by.user_id})
        notice.state, notice.submitted_at = NoticeState.SUBMITTED, at
        notice.save()
        _record(Act.SUBMIT, "submitted", by, at, notice)
    return notice


def check(*, by: Actor, at: datetime, notice_id: int) -> Notice:
    """Find a submitted notice right. Raises NotAllowed, OwnNotice, WrongNoticeState."""
    with transaction.atomic():
        notice = _taken(by, Act.CHECK, notice_id)
        notice.state, notice.checked_at = NoticeState.CHECKED, at
        notice.checked_by_id, notice.checked_by_name = by.user_id, by.username
        notice.save()
        _record(Act.CHECK, "checked", by, at, notice)
    return notice


def send_back(*, by: Actor, at: datetime, notice_id: int, reason: str) -> Notice:
    """Return a notice to its author. Raises NotAllowed, WrongNoticeState, NoReason."""
    text = rules.check_reason(reason)
    with transaction.atomic():
        notice = _taken(by, Act.RETURN, notice_id)
        notice.state, notice.reason = NoticeState.DRAFT, text
        notice.checked_by_id, notice.checked_by_name = None, ""
        notice.checked_at = None
        notice.save()
        _record(Act.RETURN, "returned", by, at, notice, reason=text)
    return notice


def cancel(*, by: Actor, at: datetime, notice_id: int, reason: str) -> Notice:
    """Give up a notice that was never posted. Raises as `send_back`."""
    text = rules.check_reason(reason)
    with transaction.atomic():
        notice = _taken(by, Act.CANCEL, notice_id)
        notice.state, notice.reason = NoticeState.CANCELLED, text
        notice.save()
        entries = list(notice.entries.filter(is_final=False))
        endings.end(
            by=by,
            at=at,
            entries=entries,
            kind=OutcomeKind.WITHDRAWN,
            verdict=Verdict.WITHDRAWN,
        )
        _record(Act.CANCEL, "cancelled", by, at, notice, reason=text)
    return notice


def correct(
    *,
    by: Actor,
    at: datetime,
    notice_id: int,
    changes: dict[int, Line],
    additions: Sequence[Line] = (),
    reason: str,
) -> Notice:
    """Draft the correction of a posted notice; return the new notice.

    changes: by key of the entry, how it should read; additions: entries that were left
    out. The entries that change wait from now on, and get a full window of their own
    when the correction is posted; the others run on. Raises NotAllowed,
    WrongNoticeState, NoReason, EntryIsOver, NoSuchRecord, WrongNotice, PersonalData.
    """
    text = rules.check_reason(reason)
    with transaction.atomic():
        notice = _taken(by, Act.CORRECT, notice_id)
        originals = _unfinished(notice, list(changes))
        changed = _as_originals(list(changes.values()), originals)
        wanted = _correction(notice, [*changed, *additions])
        rules.check_draft(wanted)
        _check_free(additions, wanted, besides=None)
        new = _new(by, at, wanted, corrects=notice)
        new.reason = text
        new.save(update_fields=["reason"])
        _write_entries(new, wanted, replaces=list(changes))
        detail = {"correction": new.pk, "changed": len(changes)}
        _record(Act.CORRECT, "corrected", by, at, notice, detail, reason=text)
        endings.tell_stopped(by=by, at=at, entry_ids=list(changes))
    return new


def _replaced(entries: QuerySet[Entry]) -> list[Entry]:
    found = entries.select_related("replaces")
    return [one.replaces for one in found if one.replaces is not None]


def _check_still_replaced(draft: Draft, originals: Sequence[Entry]) -> None:
    if len(draft.lines) < len(originals):
        raise rules.WrongNotice(
            Text(
                "更正稿须保留原有的 {n} 条。",
                "The correction must keep its {n} entries.",
                {"n": len(originals)},
            ),
            remedy=Text(
                "不再公示的条目请在原公示中撤回。",
                "Withdraw an entry in the notice in which it was posted.",
            ),
        )


def _correction(notice: Notice, lines: list[Line]) -> Draft:
    return Draft(
        kind=kind(notice.kind),
        division=DivisionCode(notice.division_code),
        level=Level(notice.level),
        title=_corrected_title(notice.title),
        place=notice.place,
        audience=notice.audience,
        content=notice.content,
        columns=tuple(notice.column_texts),
        lines=lines,
    )


def _corrected_title(title: str) -> str:
    mark = "（更正）"
    bare = title.removesuffix(mark)
    return bare[: rules.TITLE_LENGTH_MAX - len(mark)] + mark


def _as_originals(lines: Sequence[Line], originals: Sequence[Entry]) -> list[Line]:
    """Let the first lines be about the records of the entries that they replace."""
    kept = [
        replace(
            line,
            subject_type=entry.subject_type,
            subject_id=entry.subject_id,
            division=DivisionCode(entry.division_code),
        )
        for line, entry in zip(lines, originals, strict=False)
    ]
    return [*kept, *lines[len(kept) :]]


def _unfinished(notice: Notice, entry_ids: list[int]) -> list[Entry]:
    by_id = Entry.objects.filter(notice=notice).in_bulk(entry_ids)
    if len(by_id) != len(entry_ids):
        raise queries.missing()
    found = [by_id[one] for one in entry_ids]
    if any(one.is_final for one in found):
        raise rules.EntryIsOver(
            Text(
                "其中有的条目已有结果，不能更正。",
                "One of the entries has its verdict and cannot be corrected.",
            ),
            remedy=Text("请另发一份公示。", "Draft another notice."),
        )
    if Entry.objects.filter(replaces__in=entry_ids, is_final=False).exists():
        raise rules.WrongNoticeState(
            Text(
                "其中有的条目正在更正。",
                "One of the entries is being corrected already.",
            ),
            remedy=Text(
                "请先张贴或作废那份更正。", "Post or cancel that correction first."
            ),
        )
    return found


def _taken(by: Actor, act: Act, notice_id: int) -> Notice:
    notice = queries.locked_notice(notice_id)
    permissions.check_act(by, act, notice)
    rules.check_act(act, notice.state)
    return notice


def _new(by: Actor, at: datetime, draft: Draft, *, corrects: Notice | None) -> Notice:
    notice = Notice(
        state=NoticeState.DRAFT,
        corrects=corrects,
        author_ids=[by.user_id],
        drafted_by_id=by.user_id,
        drafted_by_name=by.username,
        drafted_at=at,
    )
    _fill(notice, draft)
    notice.save()
    return notice


def _fill(notice: Notice, draft: Draft) -> None:
    notice.kind = draft.kind.code.value
    notice.division_code = draft.division
    notice.level = int(draft.level)
    notice.title, notice.place = draft.title.strip(), draft.place.strip()
    notice.audience = draft.audience
    notice.content = {
        item.key: draft.content[item.key].strip() for item in draft.kind.items
    }
    notice.columns = [one.as_json() for one in draft.columns]


def _write_entries(
    notice: Notice, draft: Draft, *, replaces: Sequence[int | None]
) -> None:
    """Write the lines in order; the first ones replace the entries named."""
    rows = [
        Entry(
            notice=notice,
            division_code=line.division or draft.division,
            kind=notice.kind,
            position=position,
            subject_type=line.subject_type,
            subject_id=line.subject_id,
            label=line.label.strip(),
            values=[value.strip() for value in line.values],
            replaces_id=replaces[position - 1] if position <= len(replaces) else None,
        )
        for position, line in enumerate(draft.lines, start=1)
    ]
    try:
        with transaction.atomic():
            Entry.objects.bulk_create(rows, batch_size=500)
    except IntegrityError as error:
        if "publicity_entry_subject_once" not in str(error):
            raise
        raise _subject_taken([]) from error


def _check_free(lines: Sequence[Line], draft: Draft, *, besides: int | None) -> None:
    taken = [
        one
        for one in queries.subject_taken(lines, draft.kind)
        if one.notice_id != besides
    ]
    if taken:
        raise _subject_taken(taken)


def _subject_taken(taken: list[Entry]) -> SubjectTaken:
    return SubjectTaken(
        Text(
            "有的对象已在另一份尚未办结的同类公示中。",
            "A record stands in another unfinished notice of this kind.",
        ),
        remedy=Text(
            "请先办结、更正或撤回那份公示。",
            "Settle, correct or withdraw that notice first.",
        ),
        findings=tuple(
            Finding(
                "publicity.subject_taken",
                one.label,
                Text("见第 {n} 号公示", "see notice {n}", {"n": one.notice_id}),
            )
            for one in taken
        ),
    )


def _record(
    act: Act,
    done: str,
    by: Actor,
    at: datetime,
    notice: Notice,
    detail: Mapping[str, object] | None = None,
    *,
    reason: str = "",
) -> None:
    audit.record(
        f"publicity.notice.{done}",
        by=by,
        at=at,
        subject=notice,
        reason=reason,
        detail={"act": act.value, **(detail or {})},
    )
