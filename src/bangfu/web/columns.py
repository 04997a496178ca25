"""Columns of a list: what a record shows, and how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from bangfu.calc.values.text import Text
from bangfu.web import formats
from bangfu.web.language import say

_FORMATS: dict[str, Callable[[Any], str]] = {
    "text": say,
    "code": say,
    "number": formats.number,
    "percent": formats.percent,
    "yuan": formats.amount,
    "date": formats.short_date,
    "moment": formats.moment,
}
_RIGHT = {"number", "percent", "yuan"}


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column, declared once.

    value: a path such as "village.name" or a function of the record; by default the
    attribute of this name. kind: text, code, number, percent (a share), yuan (fen),
    date or moment. order: the field to order by; empty means the column cannot.
    is_fixed: it cannot be hidden. is_hidden: it stays hidden until somebody wants it.
    """

    name: str
    text: Text
    value: str | Callable[[Any], object] = ""
    kind: str = "text"
    order: str = ""
    is_fixed: bool = False
    is_hidden: bool = False

    def __post_init__(self) -> None:
        """Refuse an unknown kind where it is written."""
        if self.kind not in _FORMATS:
            msg = f"column {self.name}: unknown kind {self.kind!r}"
            raise ValueError(msg)

    @property
    def heading(self) -> str:
        """The head, with the unit of a money column."""
        unit = Text("{name}（元）", "{name} (yuan)")
        return say(unit.with_(name=self.text) if self.kind == "yuan" else self.text)

    @property
    def css(self) -> str:
        """The class of its cells."""
        if self.kind in _RIGHT:
            return "num"
        return "cell-code" if self.kind in {"code", "date", "moment"} else ""

    def raw(self, record: Any) -> Any:
        """Return the value itself, as an export takes it."""
        if callable(self.value):
            return self.value(record)
        value = record
        for name in (self.value or self.name).split("."):
            value = getattr(value, name, None)
            if value is None:
                break
        return value

    def cell(self, record: Any, url: str = "") -> SafeString:
        """Return the value as shown, linked when there is an address."""
        value = self.raw(record)
        if hasattr(value, "__html__"):
            shown = conditional_escape(value)
        elif value is None or value == "":
            shown = format_html('<span class="cell-empty">{}</span>', formats.NOTHING)
        else:
            shown = conditional_escape(_FORMATS[self.kind](value))
        return format_html('<a href="{}">{}</a>', url, shown) if url else shown

    def table_cell(self, record: Any) -> SafeString:
        """Return the cell with its frame."""
        css = self.css
        if css:
            return format_html('<td class="{}">{}</td>', css, self.cell(record))
        return format_html("<td>{}</td>", self.cell(record))
