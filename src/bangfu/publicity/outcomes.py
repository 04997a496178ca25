"""How the owner of a subject learns what became of its entry.

settings.BANGFU_NOTICE_OUTCOMES lists dotted paths of functions; each is called in the
transaction of the act, so that what it writes stands or falls with it. A function that
raises a Refusal takes the act back.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from bangfu.publicity.models import Entry
from bangfu.publicity.states import Verdict
from bangfu.scope import Actor


class OutcomeFunction(Protocol):
    """What settings.BANGFU_NOTICE_OUTCOMES names."""

    def __call__(
        self, *, by: Actor, at: datetime, entry: Entry, verdict: Verdict
    ) -> None:
        """Take note; entry.subject_type tells whether the record is one's own."""
        ...


def tell(
    *, by: Actor, at: datetime, entries: Iterable[Entry], verdict: Verdict
) -> None:
    """Tell every listed function the new verdict of entries that have a subject."""
    functions: list[OutcomeFunction] = [
        import_string(path) for path in settings.BANGFU_NOTICE_OUTCOMES
    ]
    for entry in entries:
        if entry.subject_type:
            for function in functions:
                function(by=by, at=at, entry=entry, verdict=verdict)
