"""What a pack holds: values with their unit, period, scope, source and standing."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bangfu.calc.values.text import Text

NATIONAL = ""

Cell = int | Decimal | bool | str | date | Text | tuple[str, ...]
Row = Mapping[str, Cell]
Content = int | Decimal | bool | str | tuple[Row, ...]


class Grade(enum.StrEnum):
    """How a value is known; from the firmest to the weakest."""

    STATED = "stated"
    FOUND = "found"
    RECALLED = "recalled"
    PROPOSED = "proposed"

    @property
    def text(self) -> Text:
        """The grade's name for readers."""
        return _GRADE_TEXTS[self]


_GRADE_TEXTS = {
    Grade.STATED: Text("方案原文", "stated in the programme"),
    Grade.FOUND: Text("查到出处", "found in a source"),
    Grade.RECALLED: Text("凭经验", "recalled, not looked up"),
    Grade.PROPOSED: Text("系统建议", "proposed by this system"),
}


class Status(enum.StrEnum):
    """Whether somebody compared the value with the document in force."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"

    @property
    def text(self) -> Text:
        """The status's name for readers."""
        return _STATUS_TEXTS[self]


_STATUS_TEXTS = {
    Status.VERIFIED: Text("已核实", "verified"),
    Status.UNVERIFIED: Text("未核实", "unverified"),
}


@dataclass(frozen=True, slots=True)
class Value:
    """One dated value of a parameter.

    valid_to: last day on which it holds; None when no end is known. scope: division
    code, or "" for the whole country. scenario: None for the regulation itself, or the
    name of the assumption that it belongs to. file, line: where it stands in the pack.
    """

    key: str
    value: Content
    unit: str
    valid_from: date
    valid_to: date | None
    scope: str
    source: Text
    grade: Grade
    status: Status
    scenario: str | None = None
    note: Text | None = None
    file: str = ""
    line: int | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether `day` lies in the period of validity, both ends included."""
        return self.valid_from <= day and (
            self.valid_to is None or day <= self.valid_to
        )

    def covers(self, division: str) -> bool:
        """Tell whether `division` lies within the scope; "" is the whole country."""
        return division.startswith(self.scope)

    @property
    def integer(self) -> int:
        """The value of a parameter that the schema declares an integer."""
        assert isinstance(self.value, int)  # noqa: S101
        assert not isinstance(self.value, bool)  # noqa: S101
        return self.value

    @property
    def decimal(self) -> Decimal:
        """The value of a parameter that the schema declares a decimal or an integer."""
        assert isinstance(self.value, Decimal | int)  # noqa: S101
        return Decimal(self.value)

    @property
    def boolean(self) -> bool:
        """The value of a parameter that the schema declares a boolean."""
        assert isinstance(self.value, bool)  # noqa: S101
        return self.value

    @property
    def text(self) -> str:
        """The value of a parameter that the schema declares a choice or a text."""
        assert isinstance(self.value, str)  # noqa: S101
        return self.value

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows of a parameter that the schema declares a table, in pack order."""
        assert isinstance(self.value, tuple)  # noqa: S101
        return self.value


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter as a pack declares it: its title and the places where it acts."""

    key: str
    title: Text
    acts: tuple[str, ...]
    note: Text | None = None
