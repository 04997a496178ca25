"""The language in which parameters are declared: kinds, columns, units, choices."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from bangfu.calc.values.text import Text


class Kind(enum.StrEnum):
    """Type of a value or of a table's column."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    CHOICES = "choices"  # a list of codes, columns only
    TEXT = "text"
    BILINGUAL = "bilingual"  # { zh = …, en = … }, columns only
    DATE = "date"  # columns only
    TABLE = "table"  # values only

    @property
    def text(self) -> Text:
        """The kind as a reader of a finding knows it."""
        return _KIND_TEXTS[self]


_KIND_TEXTS = {
    Kind.INTEGER: Text("整数", "an integer"),
    Kind.DECIMAL: Text("数字", "a number"),
    Kind.BOOLEAN: Text("true 或 false", "true or false"),
    Kind.CHOICE: Text("代码", "a code"),
    Kind.CHOICES: Text("代码列表", "a list of codes"),
    Kind.TEXT: Text("文字", "a text"),
    Kind.BILINGUAL: Text(
        "中英文文字（zh 和 en）", "a text in both languages (zh and en)"
    ),
    Kind.DATE: Text("日期", "a date"),
    Kind.TABLE: Text("表格（各行列表）", "a table (a list of rows)"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """What one value or one cell may be.

    minimum, maximum: both allowed themselves; None for no bound. choices: code to
    name. pattern: a regular expression that the whole text must match.
    """

    kind: Kind
    minimum: int | None = None
    maximum: int | None = None
    choices: Mapping[str, Text] = field(default_factory=dict)
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: name, meaning, what may stand in it."""

    name: str
    title: Text
    field: Field
    required: bool = True


@dataclass(frozen=True, slots=True)
class Specification:
    """A known parameter: what its values may be and what depends on them.

    unit: the one unit in which the pack must give it. money: whether money depends on
    it, so that an unverified value is refused. yearly: every value is for exactly one
    calendar year. columns: of a table, in order.
    """

    key: str
    area: str
    unit: str
    field: Field
    money: bool = False
    yearly: bool = False
    columns: tuple[Column, ...] = ()
