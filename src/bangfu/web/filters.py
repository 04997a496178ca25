"""Filters of a list: declared once, read from the address, shown above the table.

A filter turns what stands in the address into a checked value, narrows the rows by it,
and says it in words. A value that cannot be read is shown as an error and the list is
empty then: a list that ignores a filter looks complete and is not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest

from bangfu.calc.values.division_code import DivisionCode, InvalidDivisionCode
from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text
from bangfu.web.language import say

Rows = QuerySet[Any]
Option = tuple[str, Text | str]
TEXT_LENGTH_MAX = 60


class BadFilter(BadInput):
    """What stands in the address is not a value of this filter."""

    code = "bad_filter"


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What all filters share.

    field: the lookup to narrow by. apply: instead of it, a function of rows and value.
    """

    name: str
    text: Text
    field: str = ""
    apply: Callable[[Rows, Any], Rows] | None = None
    control: ClassVar[str] = "text"

    def read(self, raw: str, request: HttpRequest) -> object:
        """Return the checked value of a non-empty text. Raises BadFilter."""
        raise NotImplementedError

    def narrow(self, rows: Rows, value: object) -> Rows:
        """Return the rows that pass."""
        if self.apply is not None:
            return self.apply(rows, value)
        return rows.filter(**{self.field: value})

    def options(self, _request: HttpRequest, _value: object) -> Sequence[Option]:
        """Return the choices to offer; none for a filter that is typed."""
        return ()

    def words(self, value: object, _request: HttpRequest) -> str:
        """Say the value."""
        return say(value)


@dataclass(frozen=True, kw_only=True)
class TextFilter(Filter):
    """Words to look for; by default anywhere in the field, either case."""

    hint: Text | None = None

    def read(self, raw: str, _request: HttpRequest) -> str:
        """Return the words without blanks around them."""
        if len(raw) > TEXT_LENGTH_MAX or "\x00" in raw:
            raise BadFilter(
                Text(
                    "查找内容最多 {limit} 个字。",
                    "Look for at most {limit} characters.",
                    {"limit": TEXT_LENGTH_MAX},
                )
            )
        return raw

    def narrow(self, rows: Rows, value: object) -> Rows:
        """Return the rows that contain the words."""
        if self.apply is not None:
            return self.apply(rows, value)
        return rows.filter(**{f"{self.field}__icontains": value})


@dataclass(frozen=True, kw_only=True)
class ChoiceFilter(Filter):
    """One of some values. choices: fixed, or a function of the request."""

    choices: Sequence[Option] | Callable[[HttpRequest], Sequence[Option]]
    control: ClassVar[str] = "choice"

    def options(self, request: HttpRequest, _value: object) -> Sequence[Option]:
        """Return the values with their words."""
        return self.choices(request) if callable(self.choices) else self.choices

    def read(self, raw: str, request: HttpRequest) -> str:
        """Return the value if it is one of the choices."""
        if raw not in {value for value, _ in self.options(request, raw)}:
            raise BadFilter(
                Text(
                    "没有“{raw}”这个选项。",
                    "There is no choice “{raw}”.",
                    {"raw": raw[:40]},
                )
            )
        return raw

    def words(self, value: object, request: HttpRequest) -> str:
        """Say the choice."""
        return say(dict(self.options(request, value)).get(str(value), str(value)))


@dataclass(frozen=True, kw_only=True)
class DivisionFilter(Filter):
    """A division and all that lies within it.

    choices: a function of request and current code (or None) that returns the codes to
    offer with their names, e.g. the divisions above, this one and those right below.
    Without it the code is typed.
    """

    choices: (
        Callable[[HttpRequest, DivisionCode | None], Sequence[tuple[str, str]]] | None
    ) = None

    @property
    def control(self) -> str:  # type: ignore[override]
        """Pick from a list where there is one."""
        return "choice" if self.choices else "text"

    def options(self, request: HttpRequest, value: object) -> Sequence[Option]:
        """Return the divisions to go to from here."""
        code = value if isinstance(value, DivisionCode) else None
        return self.choices(request, code) if self.choices else ()

    def read(self, raw: str, _request: HttpRequest) -> DivisionCode:
        """Return the code."""
        try:
            return DivisionCode.parse(raw)
        except InvalidDivisionCode as refusal:
            raise BadFilter(refusal.message) from refusal

    def narrow(self, rows: Rows, value: object) -> Rows:
        """Return the rows whose code lies within the division."""
        if self.apply is not None:
            return self.apply(rows, value)
        lo, hi = DivisionCode(str(value)).range()
        return rows.filter(**{f"{self.field}__gte": lo, f"{self.field}__lt": hi})

    def words(self, value: object, request: HttpRequest) -> str:
        """Say the division's name where it is among the choices, else its code."""
        return say(dict(self.options(request, value)).get(str(value), str(value)))


@dataclass(frozen=True, kw_only=True)
class DateFilter(Filter):
    """A day; the lookup says how it narrows, e.g. field="registered_date__gte"."""

    control: ClassVar[str] = "date"

    def read(self, raw: str, _request: HttpRequest) -> date:
        """Return the day."""
        try:
            return date.fromisoformat(raw)
        except ValueError as error:
            raise BadFilter(
                Text(
                    "“{raw}”不是日期，应如 2026-03-05。",
                    "“{raw}” is not a day; write it like 2026-03-05.",
                    {"raw": raw[:40]},
                )
            ) from error


@dataclass(slots=True)
class BoundFilter:
    """A filter with what the address says."""

    filter: Filter
    raw: str
    request: HttpRequest
    value: object = None
    error: Text | None = None
    _options: Sequence[Option] | None = field(default=None, repr=False)

    @property
    def is_active(self) -> bool:
        """Whether it narrows the list."""
        return self.value is not None

    @property
    def options(self) -> Sequence[Option]:
        """The choices to offer, asked for once."""
        if self._options is None:
            self._options = self.filter.options(self.request, self.value)
        return self._options

    @property
    def words(self) -> str:
        """The value in words, for the chip above the table."""
        return self.filter.words(self.value, self.request)


def bind(
    filters: Sequence[Filter], request: HttpRequest, query: Any
) -> list[BoundFilter]:
    """Read every filter from a query (a QueryDict); errors stand in the result."""
    bound = []
    for each in filters:
        one = BoundFilter(each, query.get(each.name, "").strip(), request)
        if one.raw:
            try:
                one.value = each.read(one.raw, request)
            except BadFilter as refusal:
                one.error = refusal.message
        bound.append(one)
    return bound


def narrowed(rows: Rows, bound: Sequence[BoundFilter]) -> Rows:
    """Apply the filters; nothing passes while one of them has an error."""
    if any(one.error for one in bound):
        return rows.none()
    for one in bound:
        if one.is_active:
            rows = one.filter.narrow(rows, one.value)
    return rows
