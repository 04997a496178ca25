"""Reads: the tree of a day, ways up and down it, flags, outlines, points.

`at` is always a civil day: a question for a day gives that day's tree. All rows are
public, so nothing here depends on who asks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings

from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.text import Text, join
from bangfu.divisions import geometry
from bangfu.divisions.kinds import FlagKind, SuccessionKind
from bangfu.divisions.models import (
    Boundary,
    Division,
    DivisionQuerySet,
    Place,
    Succession,
    VillageFlag,
    valid_on,
)
from bangfu.divisions.rules import NoSuchDivision

SEARCH_LIMIT = 50
SUCCESSION_STEPS_MAX = 20


def tree_at(at: date, *, within: DivisionCode | None = None) -> DivisionQuerySet:
    """Return the tree of a day, in order of code; `within` and all below it."""
    rows = Division.objects.at(at)
    return (rows if within is None else rows.within(within)).order_by("code")


def division(code: DivisionCode, *, at: date) -> Division:
    """Return the division of a code on a day. Raises NoSuchDivision."""
    found = Division.objects.at(at).filter(code=code).first()
    if found is None:
        raise NoSuchDivision.of(code, at)
    return found


def exists(code: DivisionCode, *, at: date) -> bool:
    """Tell whether a code is valid on a day."""
    return Division.objects.at(at).filter(code=code).exists()


def children(code: DivisionCode | None, *, at: date) -> list[Division]:
    """Return the divisions right below one, in order of code; None: the provinces."""
    below = Division.objects.at(at).filter(parent_code=code or "")
    return list(below.order_by("code"))


def path(code: DivisionCode, *, at: date) -> list[Division]:
    """Return the divisions from the province down to `code`, those that exist then."""
    codes = [*code.ancestors(), code]
    rows = Division.objects.at(at).filter(code__in=codes)
    return sorted(rows, key=lambda row: len(row.code))


def history(code: DivisionCode) -> list[Division]:
    """Return every stretch of validity of a code, oldest first."""
    return list(Division.objects.filter(code=code).order_by("valid_from_date"))


def successions_of(code: DivisionCode) -> list[Succession]:
    """Return the successions from and to a code, oldest first."""
    rows = Succession.objects.filter(from_code=code) | Succession.objects.filter(
        to_code=code
    )
    return list(rows.order_by("effective_date", "from_code", "to_code"))


def names(codes: Iterable[DivisionCode], *, at: date) -> dict[DivisionCode, str]:
    """Return the names of codes on a day; a code not valid then is absent."""
    rows = Division.objects.at(at).filter(code__in=set(codes))
    return {DivisionCode(code): name for code, name in rows.values_list("code", "name")}


def full_name(code: DivisionCode, *, at: date) -> str:
    """Return the name with those above it, below the province: 赣州市于都县….

    The code itself where nothing of it is known.
    """
    parts = [row.name for row in path(code, at=at) if row.level > Level.PROVINCE]
    return "".join(parts) or code


def villages_under(code: DivisionCode, *, at: date) -> list[Division]:
    """Return the villages within a division on a day, in order of code."""
    return list(tree_at(at, within=code).filter(level=Level.VILLAGE))


def search(
    text: str,
    *,
    at: date,
    within: DivisionCode | None = None,
    limit: int = SEARCH_LIMIT,
) -> list[Division]:
    """Return divisions whose name holds `text`, or whose code begins with it.

    Higher levels first, then by code; at most `limit`. Duplicate names all come.
    """
    text = text.strip()
    if not text:
        return []
    rows = tree_at(at, within=within)
    if text.isascii() and text.isdigit():
        rows = rows.filter(code__gte=text, code__lt=f"{text}:")
    else:
        rows = rows.filter(name__contains=text)
    return list(rows.order_by("level", "code")[:limit])


def successors(code: DivisionCode, *, at: date) -> list[Division]:
    """Return the divisions that on a day hold what `code` held; itself while it lives.

    Follows renames, merges and splits forward in time, never a move of a part. When a
    code ceased because a division above it took a new code one to one, the same last
    digits are looked for under the new code. Empty when nothing carries on.
    """
    living: dict[str, Division] = {}
    asked: set[DivisionCode] = set()
    frontier = {code}
    for _ in range(SUCCESSION_STEPS_MAX):
        frontier -= asked
        if not frontier:
            break
        asked |= frontier
        alive = Division.objects.at(at).filter(code__in=frontier)
        found = {row.code: row for row in alive}
        living.update(found)
        frontier = _next_codes(frontier - set(found), at)
    return [living[key] for key in sorted(living)]


def _next_codes(codes: Collection[DivisionCode], at: date) -> set[DivisionCode]:
    above = {upper for code in codes for upper in code.ancestors()}
    edges = (
        Succession.objects.filter(from_code__in=above | set(codes))
        .filter(effective_date__lte=at)
        .exclude(kind=SuccessionKind.MOVE)
    )
    by_code: dict[str, list[Succession]] = {}
    for edge in edges:
        by_code.setdefault(edge.from_code, []).append(edge)
    return {to for code in codes for to in _one_step(code, by_code)}


def _one_step(
    code: DivisionCode, by_code: dict[str, list[Succession]]
) -> list[DivisionCode]:
    own = by_code.get(code)
    if own:
        return [DivisionCode(edge.to_code) for edge in own]
    for upper in reversed(code.ancestors()):
        edges = [edge for edge in by_code.get(upper, []) if edge.to_code != upper]
        if len(edges) == 1 and edges[0].kind == SuccessionKind.RENAME:
            return [DivisionCode(edges[0].to_code + code[len(upper) :])]
    return []


@dataclass(frozen=True, slots=True)
class Flagged:
    """A village and the flags that it has on a day."""

    village: Division
    flags: frozenset[FlagKind]


def flags_within(
    code: DivisionCode, *, at: date
) -> dict[DivisionCode, frozenset[FlagKind]]:
    """Return the flags of the villages within a division on a day; none is absent."""
    lo, hi = code.range()
    rows = VillageFlag.objects.filter(valid_on(at), code__gte=lo, code__lt=hi)
    found: dict[DivisionCode, set[FlagKind]] = {}
    for village, flag in rows.values_list("code", "flag"):
        found.setdefault(DivisionCode(village), set()).add(FlagKind(flag))
    return {village: frozenset(flags) for village, flags in found.items()}


def flagged_villages(code: DivisionCode, *, at: date) -> list[Flagged]:
    """Return the villages within a division that carry a flag, in order of code."""
    flags = flags_within(code, at=at)
    rows = tree_at(at, within=code).filter(code__in=list(flags))
    return [Flagged(row, flags[DivisionCode(row.code)]) for row in rows]


def flag_counts(
    code: DivisionCode, level: Level, *, at: date
) -> dict[DivisionCode, dict[FlagKind, int]]:
    """Count flagged villages within `code` by the divisions of a level."""
    counts: dict[DivisionCode, dict[FlagKind, int]] = {}
    for village, flags in flags_within(code, at=at).items():
        counted = counts.setdefault(village.at(level), {})
        for flag in flags:
            counted[flag] = counted.get(flag, 0) + 1
    return counts


def places(codes: Iterable[DivisionCode]) -> dict[DivisionCode, Place]:
    """Return the points of codes; a code without one is absent.

    x_km and y_km compare within one city only (see `Place`).
    """
    return {
        DivisionCode(place.code): place
        for place in Place.objects.filter(code__in=set(codes))
    }


def boundary(code: DivisionCode) -> Boundary | None:
    """Return the outline of a division, or None when none was loaded."""
    return Boundary.objects.filter(code=code).first()


def boundary_above(code: DivisionCode) -> Boundary | None:
    """Return the outline of the division, or of the lowest one above it that has one."""
    rows = Boundary.objects.filter(code__in=[*code.ancestors(), code])
    return max(rows, key=lambda row: len(row.code), default=None)


def map_of_children(code: DivisionCode | None, *, at: date) -> dict[str, Any]:
    """Return the outlines of the divisions right below one as a FeatureCollection.

    Properties: code, name. Children without an outline are left out; where none has
    one, the division's own outline comes alone, so that there is something to see.
    """
    below = children(code, at=at)
    outlines = {
        row.code: row.geometry
        for row in Boundary.objects.filter(code__in=[row.code for row in below])
    }
    if not outlines and code is not None:
        below = [row for row in path(code, at=at) if row.code == code]
        own = boundary(code)
        outlines = {} if own is None else {own.code: own.geometry}
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code": str(row.code), "name": row.name},
                "geometry": geometry.simplified(outlines[row.code]),
            }
            for row in below
            if row.code in outlines
        ],
    }


def map_approval_number() -> str:
    """Return the approval number (审图号) that is printed under every map, or ""."""
    return str(settings.BANGFU_MAP_APPROVAL_NUMBER or "")


def outline_note(codes: Collection[str]) -> Text | None:
    """Say who drew the outlines of divisions, each once; None where nobody signed."""
    rows = Boundary.objects.filter(code__in=list(codes)).exclude(source="")
    sources = rows.order_by("source").values_list("source", flat=True).distinct()
    if not sources:
        return None
    named = join([Text(source, source) for source in sources])
    return Text("边界来源：{sources}", "Outlines: {sources}", {"sources": named})
