"""Periods of civil days, half open: the first day belongs to them, the end does not.

Half open, because then one period ends on the very day on which the next begins, and
neither a day between them nor a day in both can exist. PostgreSQL's `daterange(a, b)`
means the same.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text


class EmptyPeriod(BadInput, ValueError):
    """A period ends before it has a day in it."""

    code = "empty_period"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The civil days from `start` up to, not including, `end`; None is open.

    Raises EmptyPeriod when no day would be in it.
    """

    start: datetime.date
    end: datetime.date | None = None

    def __post_init__(self) -> None:
        """Refuse a period without a day."""
        if self.end is not None and self.end <= self.start:
            raise EmptyPeriod(
                Text(
                    "起始日 {start} 不早于终止日 {end}。",
                    "The start, {start}, is not before the end, {end}.",
                    {"start": self.start, "end": self.end},
                ),
                remedy=Text(
                    "请填写晚于起始日的终止日，或留空表示至今有效。",
                    "Give an end after the start, or leave it empty for open-ended.",
                ),
            )

    def __contains__(self, day: datetime.date) -> bool:
        """Tell whether `day` lies in the period."""
        return self.start <= day and (self.end is None or day < self.end)

    def overlaps(self, other: Period) -> bool:
        """Tell whether the two have a day in common; touching is not overlapping."""
        return (other.end is None or self.start < other.end) and (
            self.end is None or other.start < self.end
        )

    def intersection(self, other: Period) -> Period | None:
        """Return the days that lie in both, or None when there is none."""
        if not self.overlaps(other):
            return None
        ends = [end for end in (self.end, other.end) if end is not None]
        return Period(max(self.start, other.start), min(ends) if ends else None)

    @property
    def days(self) -> int | None:
        """How many days it has; None when it is open."""
        return None if self.end is None else (self.end - self.start).days

    def ended(self, end: datetime.date) -> Period:
        """Return the same period ending on `end`; raises EmptyPeriod."""
        return Period(self.start, end)

    @property
    def text(self) -> Text:
        """The period as a reader writes it, with the last day that belongs to it."""
        if self.end is None:
            return Text("{start} 起", "from {start}", {"start": self.start})
        last = self.end - datetime.timedelta(days=1)
        return Text(
            "{start} 至 {last}",
            "{start} to {last}",
            {"start": self.start, "last": last},
        )
