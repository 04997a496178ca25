"""Reads of sealed values outlive the transaction in which they happened.

A request is taken back when its page fails, and its audit with it. That is right for an
act, which then never was; a value that was opened stays opened. Whoever takes a request
back writes these events once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from bangfu.audit.models import Event

_noted: ContextVar[list[Event] | None] = ContextVar("bangfu_audit_reads", default=None)


def note(event: Event) -> None:
    """Remember a read for the block that collects them, if there is one."""
    events = _noted.get()
    if events is not None:
        events.append(event)


@contextmanager
def collected() -> Iterator[list[Event]]:
    """Collect the reads of a block, in order."""
    events: list[Event] = []
    token = _noted.set(events)
    try:
        yield events
    finally:
        _noted.reset(token)


def write_again(events: Iterable[Event]) -> None:
    """Write events whose transaction was taken back; each keeps its act and time.

    Runs as the actor who read: row security lets nobody write for somebody else.
    """
    for event in events:
        event.pk = None
        event.save(force_insert=True)
