"""The policy pages: every parameter, and one with all its dated values."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from bangfu.calc.values.text import Text
from bangfu.policy import queries
from bangfu.policy.packs import Pack
from bangfu.policy.parameters import AREAS, PLACES, SPECIFICATIONS
from bangfu.policy.schema import Column, Kind, Specification
from bangfu.policy.values import NATIONAL, Grade, Parameter, Status, Value
from bangfu.policy.wording import (
    UNITS,
    period_words,
    row_words,
    scope_words,
    words_of,
)

_TITLE = Text("政策参数", "Policy")
_SEARCH_MAX = 60
_NO_QUANTITY = {"code", "dates", "month-day", "rules", "yes/no"}
# Icon and kind of the badge that says a grade or a status; words always stand beside.
_GRADE_BADGES = {
    Grade.STATED: ("file-earmark-text", "success"),
    Grade.FOUND: ("journal-check", "info"),
    Grade.RECALLED: ("clock-history", "warning"),
    Grade.PROPOSED: ("lightbulb", "neutral"),
}
_STATUS_BADGES = {
    Status.VERIFIED: ("check-circle-fill", "success"),
    Status.UNVERIFIED: ("exclamation-triangle-fill", "warning"),
}


@dataclass(frozen=True, slots=True)
class ValueLine:
    """A dated value as the pages show it; is_quantity: the unit tells a reader more."""

    value: Value
    in_force: bool
    words: Text
    unit: Text
    is_quantity: bool
    period: Text
    scope: Text
    grade_icon: str
    grade_kind: str
    status_icon: str
    status_kind: str
    rows: tuple[list[Text], ...]


@dataclass(frozen=True, slots=True)
class ParameterLine:
    """A parameter as the pages show it; line: None when nothing holds today."""

    parameter: Parameter
    specification: Specification
    line: ValueLine | None
    acts: tuple[tuple[str, Text], ...]
    values: int
    scenarios: int


@login_required
@require_safe
def parameters(request: HttpRequest) -> HttpResponse:
    """List the parameters of the active pack, in areas, as they hold today."""
    pack = queries.active()
    search = request.GET.get("q", "").strip()[:_SEARCH_MAX]
    lines = [line for line in _parameter_lines(pack) if _matches(line, search)]
    areas = [
        (code, title, [line for line in lines if line.specification.area == code])
        for code, title in AREAS.items()
    ]
    context = {
        "title": _TITLE,
        "pack": pack,
        "search": search,
        "search_max": _SEARCH_MAX,
        "areas": [area for area in areas if area[2]],
        "shown": len(lines),
        "total": len(pack.parameters),
    }
    return render(request, "policy/list.html", context)


@login_required
@require_safe
def parameter(request: HttpRequest, key: str) -> HttpResponse:
    """Show one parameter with all its dated values, scenarios included."""
    pack = queries.active()
    described = pack.parameters.get(key)
    if described is None:
        raise Http404
    today = timezone.localdate()
    context = {
        "title": described.title,
        "pack": pack,
        "one": _parameter_line(pack, described),
        "area": AREAS[SPECIFICATIONS[key].area],
        "columns": _columns(key),
        "lines": [
            _value_line(value, in_force=_regulates(value) and value.holds_on(today))
            for value in pack.values_of(key)
        ],
        "crumbs": [
            {"text": _TITLE, "url": reverse("policy:list")},
            {"text": described.title, "url": ""},
        ],
    }
    return render(request, "policy/detail.html", context)


def _parameter_lines(pack: Pack) -> list[ParameterLine]:
    return [
        _parameter_line(pack, pack.parameters[key])
        for key in SPECIFICATIONS
        if key in pack.parameters
    ]


def _parameter_line(pack: Pack, described: Parameter) -> ParameterLine:
    """Show the national value of today; where none holds, the last that did."""
    dated = pack.values_of(described.key)
    today = timezone.localdate()
    value = pack.in_force(described.key, at=today)
    national = [v for v in dated if _regulates(v) and v.scope == NATIONAL]
    shown = value or max(national, key=lambda v: v.valid_from, default=None)
    return ParameterLine(
        described,
        SPECIFICATIONS[described.key],
        _value_line(shown, in_force=value is not None) if shown else None,
        tuple((act, PLACES[act]) for act in described.acts),
        len(dated),
        sum(not _regulates(v) for v in dated),
    )


def _value_line(value: Value, *, in_force: bool) -> ValueLine:
    is_table = SPECIFICATIONS[value.key].field.kind is Kind.TABLE
    rows = [row_words(row, value.key) for row in value.rows] if is_table else []
    return ValueLine(
        value,
        in_force,
        words_of(value),
        UNITS[value.unit],
        value.unit not in _NO_QUANTITY,
        period_words(value),
        scope_words(value),
        *_GRADE_BADGES[value.grade],
        *_STATUS_BADGES[value.status],
        tuple(rows),
    )


def _regulates(value: Value) -> bool:
    return value.scenario is None


def _columns(key: str) -> tuple[Column, ...]:
    return SPECIFICATIONS[key].columns


def _matches(line: ParameterLine, search: str) -> bool:
    """Look for every word of the search in the key, the titles and the places."""
    described = line.parameter
    words = [described.key, described.title.zh, described.title.en, *described.acts]
    words += [words for _, place in line.acts for words in (place.zh, place.en)]
    if line.line is not None:
        words += [line.line.value.source.zh, line.line.value.source.en]
    haystack = "\n".join(words).lower()
    return all(word in haystack for word in search.lower().split())
