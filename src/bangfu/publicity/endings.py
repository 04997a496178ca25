"""The end of entries: recording it, telling the owners, closing the notice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bangfu.audit import operations as audit
from bangfu.publicity import outcomes
from bangfu.publicity.models import Entry, Notice, Objection, Outcome
from bangfu.publicity.states import NoticeState, OutcomeKind, Verdict
from bangfu.scope import Actor


def end(
    *,
    by: Actor,
    at: datetime,
    entries: Sequence[Entry],
    kind: OutcomeKind,
    verdict: Verdict | None,
    objection: Objection | None = None,
) -> None:
    """Record the end of entries and tell their owners; the notices are locked.

    verdict: None where the owner is told by what follows (a correction's new window).
    The database refuses an end that the clock or an objection does not allow.
    """
    Outcome.objects.bulk_create(
        [
            Outcome(
                entry=entry,
                division_code=entry.division_code,
                kind=kind.value,
                objection=objection,
                by_id=by.user_id,
                by_name=by.username,
                happened_at=at,
            )
            for entry in entries
        ],
        batch_size=500,
    )
    if verdict is not None:
        outcomes.tell(by=by, at=at, entries=entries, verdict=verdict)


def tell_stopped(*, by: Actor, at: datetime, entry_ids: Iterable[int]) -> None:
    """Tell the owners of entries that these wait for a correction or an objection."""
    entries = Entry.objects.filter(pk__in=list(entry_ids)).order_by("pk")
    outcomes.tell(by=by, at=at, entries=entries, verdict=Verdict.STOPPED)


def close_if_done(*, by: Actor, at: datetime, notice: Notice) -> bool:
    """Close a posted notice whose entries all have their end; tell whether it was."""
    if notice.state != NoticeState.POSTED:
        return False
    if notice.entries.filter(is_final=False).exists():
        return False
    notice.state = NoticeState.CLOSED
    notice.save(update_fields=["state"])
    audit.record("publicity.notice.closed", by=by, at=at, subject=notice)
    return True
