"""What the pages show of a division, as values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse

from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.text import Text
from bangfu.divisions import queries
from bangfu.divisions.kinds import FlagKind
from bangfu.divisions.models import Division, Place, Succession
from bangfu.web.cells import Badge
from bangfu.web.charts import MapArea, MapChart

FLAG_BADGES = {
    FlagKind.POOR: "warning",
    FlagKind.DEEP_POOR: "danger",
    FlagKind.DEMONSTRATION: "info",
}


@dataclass(frozen=True, slots=True)
class ChildRow:
    """A division below the one shown. counts: flagged villages within it, by flag."""

    division: Division
    url: str
    badges: tuple[Badge, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A succession; the links lead to each side on a day on which it was valid."""

    succession: Succession
    from_url: str
    to_url: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything on file about one division."""

    badges: tuple[Badge, ...]
    stretches: list[Division]
    changes: list[Change]
    place: Place | None


def badges_of(flags: frozenset[FlagKind]) -> tuple[Badge, ...]:
    """Return the flags as badges, in the order of the list of flags."""
    return tuple(
        Badge(flag.text, FLAG_BADGES[flag]) for flag in FlagKind if flag in flags
    )


def child_rows(
    children: Sequence[Division], *, at: date, query: str = ""
) -> list[ChildRow]:
    """Return the rows of the table below a division; two queries, however many.

    query: put behind every address, e.g. "?at=2015-06-01".
    """
    if not children or not children[0].parent_code:
        return [_row(child, frozenset(), {}, query) for child in children]
    parent = DivisionCode(children[0].parent_code)
    level = children[0].unit_level
    flags = queries.flags_within(parent, at=at) if level is Level.VILLAGE else {}
    counts = queries.flag_counts(parent, level, at=at)
    return [
        _row(
            child,
            flags.get(child.division_code, frozenset()),
            counts.get(child.division_code, {}),
            query,
        )
        for child in children
    ]


def _row(
    child: Division,
    flags: frozenset[FlagKind],
    counts: dict[FlagKind, int],
    query: str,
) -> ChildRow:
    return ChildRow(
        division=child,
        url=reverse("divisions:division", args=[child.code]) + query,
        badges=badges_of(flags),
        counts=tuple(counts.get(flag, 0) for flag in FlagKind),
    )


def facts(division: Division, *, at: date) -> Facts:
    """Return flags, stretches of validity, successions and point of a division."""
    code = division.division_code
    return Facts(
        badges=badges_of(queries.flags_within(code, at=at).get(code, frozenset())),
        stretches=queries.history(code),
        changes=[_change(row) for row in queries.successions_of(code)],
        place=queries.places([code]).get(code),
    )


def _change(row: Succession) -> Change:
    before = row.effective_date - timedelta(days=1)
    return Change(
        succession=row,
        from_url=_url_on(row.from_code, before),
        to_url=_url_on(row.to_code, row.effective_date),
    )


def _url_on(code: str, day: date) -> str:
    return f"{reverse('divisions:division', args=[code])}?at={day}"


def map_of(
    code: DivisionCode | None,
    children: Sequence[Division],
    *,
    at: date,
    query: str = "",
) -> MapChart | None:
    """Return the map of the divisions below one, shaded by poor villages; None if bare."""
    geometry = queries.map_of_children(code, at=at)
    drawn = {feature["properties"]["code"] for feature in geometry["features"]}
    if not drawn:
        return None
    shown = [child for child in children if child.code in drawn]
    rows = child_rows(shown, at=at, query=query) or _own_row(code, at=at, query=query)
    return MapChart(
        key=f"divisions-{code or 0}",
        title=Text("贫困村分布", "Poor villages"),
        areas=[
            MapArea(
                code=row.division.code,
                name=row.division.name,
                value=row.counts[0],
                url=row.url,
            )
            for row in rows
        ],
        area_text=Text("区划", "division"),
        value_text=Text("贫困村", "poor villages"),
        unit=Text("个", "villages"),
        geometry_url=reverse("divisions:map", args=[code or "0"]) + query,
        geometry=geometry,
        approval_number=queries.map_approval_number(),
        note=queries.outline_note(drawn),
    )


def _own_row(code: DivisionCode | None, *, at: date, query: str) -> list[ChildRow]:
    """Return the division itself, for a map that shows its own outline alone."""
    if code is None:
        return []
    counts = queries.flag_counts(code, code.level, at=at).get(code, {})
    return [_row(queries.division(code, at=at), frozenset(), counts, query)]
