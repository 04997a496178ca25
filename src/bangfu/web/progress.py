"""Progress of long work, as `web/_progress.html` shows it."""

from __future__ import annotations

from dataclasses import dataclass, field

from bangfu.calc.values.text import Text
from bangfu.web import formats
from bangfu.web.cells import Badge


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far some work has come.

    key: unique on the page. total: 0 while it is not known. poll_url: answers with this
    very fragment. is_over: nothing more will come. note: e.g. the reason of a failure.
    """

    key: str
    text: Text
    badge: Badge
    done: int = 0
    total: int = 0
    poll_url: str = ""
    is_over: bool = False
    is_failed: bool = False
    note: Text | None = None
    done_words: str = field(init=False)
    total_words: str = field(init=False)

    def __post_init__(self) -> None:
        """Put the numbers into words once."""
        object.__setattr__(self, "done_words", formats.number(self.done))
        object.__setattr__(self, "total_words", formats.number(self.total))
