"""Columns, tables and the five types that every engine means alike.

There is no narrow integer, because DuckDB refuses what overflows one and Spark wraps it
round; no DECIMAL, because the engines divide it differently; and no timestamp, because
analysis counts in civil days. Money is INTEGER fen.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from bangfu.calc.values.text import Text

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
NONE = "-"  # the unit of what has none


class Type(enum.StrEnum):
    """What a cell holds; the value is the type's name in SQL, of DuckDB and of Spark."""

    TEXT = "VARCHAR"
    BOOLEAN = "BOOLEAN"
    INTEGER = "BIGINT"
    NUMBER = "DOUBLE"
    DATE = "DATE"

    @property
    def word(self) -> str:
        """The name for a page: text, boolean, integer, number or date."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    unit: "fen", "mu", "persons"…; "-" without one. nulls: whether a cell may be empty,
    which always means "not known" or "there is none". pattern: a regular expression
    that every text matches as a whole, so that a column of codes holds codes only.
    """

    name: str
    type: Type
    unit: str
    meaning: Text
    nulls: bool = True
    pattern: str = ""

    def __post_init__(self) -> None:
        """Refuse a name that needs quoting, or text without a pattern."""
        if not _NAME.fullmatch(self.name):
            msg = f"not a column name: {self.name!r}"
            raise ValueError(msg)
        if (self.type is Type.TEXT) != bool(self.pattern):
            msg = f"{self.name}: text, and only text, has a pattern"
            raise ValueError(msg)
        re.compile(self.pattern)


@dataclass(frozen=True, slots=True)
class Table:
    """A named table: its columns, and those that identify a row (none of them null)."""

    name: str
    text: Text
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse a column that is named twice, and a key that may be null or is none."""
        if not _NAME.fullmatch(self.name):
            msg = f"not a table name: {self.name!r}"
            raise ValueError(msg)
        by_name = {column.name: column for column in self.columns}
        if len(by_name) != len(self.columns):
            msg = f"{self.name}: a column is named twice"
            raise ValueError(msg)
        if not self.key or any(k not in by_name or by_name[k].nulls for k in self.key):
            msg = f"{self.name}: the key is made of columns without nulls"
            raise ValueError(msg)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Return a column by its name. Raises KeyError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


# Patterns and columns that many tables share.
DIVISION_PATTERN = "[0-9]{2}([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?"
PSEUDONYM_PATTERN = "[0-9a-f]{32}"


def code(name: str, zh: str, en: str, *, pattern: str = "[0-9]{1,2}") -> Column:
    """Return a column of short codes; empty when not known."""
    return Column(name, Type.TEXT, NONE, Text(zh, en), pattern=pattern)


def yes_no(name: str, zh: str, en: str, *, nulls: bool = True) -> Column:
    """Return a column of yes or no; empty when nobody has asked."""
    return Column(name, Type.BOOLEAN, NONE, Text(zh, en), nulls)


def whole(name: str, unit: str, zh: str, en: str, *, nulls: bool = True) -> Column:
    """Return a column of whole numbers."""
    return Column(name, Type.INTEGER, unit, Text(zh, en), nulls)


def number(name: str, unit: str, zh: str, en: str, *, nulls: bool = True) -> Column:
    """Return a column of numbers with a fraction."""
    return Column(name, Type.NUMBER, unit, Text(zh, en), nulls)


def pseudonym(name: str, zh: str, en: str, *, nulls: bool = False) -> Column:
    """Return a column of keyed pseudonyms: the same thing has the same one for ever."""
    return Column(name, Type.TEXT, NONE, Text(zh, en), nulls, pattern=PSEUDONYM_PATTERN)


def division(name: str = "division_code") -> Column:
    """Return the column of division codes; text, because zeros lead."""
    return Column(
        name,
        Type.TEXT,
        NONE,
        Text("区划代码，一般到村", "division code, of the village as a rule"),
        nulls=False,
        pattern=DIVISION_PATTERN,
    )
