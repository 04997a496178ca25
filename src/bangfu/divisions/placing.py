"""Puts divisions on the plane of their city: given points, centres, estimates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.divisions import geometry, queries
from bangfu.divisions.geometry import Plane, Point
from bangfu.divisions.kinds import PlaceSource
from bangfu.divisions.models import Boundary, Place

BATCH = 2_000
_STRENGTH = {
    PlaceSource.GIVEN: 2,
    PlaceSource.BOUNDARY: 1,
    PlaceSource.ESTIMATED: 0,
}
_UPDATED = (
    "longitude",
    "latitude",
    "origin_longitude",
    "origin_latitude",
    "x_km",
    "y_km",
    "source",
)


def store(points: Mapping[DivisionCode, Point], source: PlaceSource) -> int:
    """Store points unless a stronger source gave one; return how many were written.

    The first points of a city choose its plane, and it stays.
    """
    stronger = {
        code
        for code, kept in Place.objects.filter(code__in=list(points)).values_list(
            "code", "source"
        )
        if _STRENGTH[PlaceSource(kept)] > _STRENGTH[source]
    }
    wanted = {code: point for code, point in points.items() if code not in stronger}
    planes = _planes(wanted)
    Place.objects.bulk_create(
        [
            _place(code, point, planes[code[: Level.CITY]], source)
            for code, point in sorted(wanted.items())
        ],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=_UPDATED,
    )
    return len(wanted)


def _place(
    code: DivisionCode, point: Point, plane: Plane, source: PlaceSource
) -> Place:
    x_km, y_km = geometry.to_plane(plane, point)
    return Place(
        code=code,
        longitude=point.longitude,
        latitude=point.latitude,
        origin_longitude=plane.longitude,
        origin_latitude=plane.latitude,
        x_km=x_km,
        y_km=y_km,
        source=source.value,
    )


def _planes(points: Mapping[DivisionCode, Point]) -> dict[str, Plane]:
    by_city: dict[str, list[Point]] = {}
    for code, point in points.items():
        by_city.setdefault(code[: Level.CITY], []).append(point)
    planes = {}
    for city, own in by_city.items():
        lo, hi = DivisionCode(city).range()
        kept = Place.objects.filter(code__gte=lo, code__lt=hi).first()
        planes[city] = (
            geometry.plane_for(own)
            if kept is None
            else Plane(kept.origin_longitude, kept.origin_latitude)
        )
    return planes


def copy_points(old: DivisionCode, new: DivisionCode) -> None:
    """Give the points of a subtree to the same last digits under a new code."""
    lo, hi = old.range()
    by_source: dict[PlaceSource, dict[DivisionCode, Point]] = {}
    for place in Place.objects.filter(code__gte=lo, code__lt=hi):
        code = DivisionCode(new + place.code[len(old) :])
        point = Point(place.longitude, place.latitude)
        by_source.setdefault(place.place_source, {})[code] = point
    for source, points in by_source.items():
        store(points, source)


def estimate(under: DivisionCode, *, at: date) -> tuple[int, list[DivisionCode]]:
    """Place the villages within a division that have no point, and what is above them.

    Each goes inside the outline of the lowest division above it that has one; villages
    follow one another by code along a Hilbert curve, so a township stays together. A
    township or county without a point gets the mean of its villages. Returns how many
    were placed and the villages that no outline holds. No point on file moves.
    """
    villages = [row.division_code for row in queries.villages_under(under, at=at)]
    placed = queries.places(villages)
    bare = [code for code in villages if code not in placed]
    outlines = _outlines(bare)
    groups: dict[DivisionCode, list[DivisionCode]] = {}
    for code in bare:
        above = next((c for c in reversed(code.ancestors()) if c in outlines), None)
        if above is not None:
            groups.setdefault(above, []).append(code)
    found: dict[DivisionCode, Point] = {}
    for above, members in groups.items():
        points = geometry.points_within(outlines[above], len(members))
        found.update(zip(members, points, strict=False))
    stored = store(found, PlaceSource.ESTIMATED)
    stored += store(_means(villages), PlaceSource.ESTIMATED) if stored else 0
    return stored, [code for code in bare if code not in found]


def _outlines(codes: Iterable[DivisionCode]) -> dict[DivisionCode, list[geometry.Ring]]:
    above = {upper for code in codes for upper in code.ancestors()}
    rows = Boundary.objects.filter(code__in=list(above))
    return {row.division_code: geometry.rings_of(row.geometry) for row in rows}


def _means(villages: list[DivisionCode]) -> dict[DivisionCode, Point]:
    """Return the mean point of the villages of every township and county without one."""
    places = queries.places(villages)
    below: dict[DivisionCode, list[Point]] = {}
    for code, place in places.items():
        for level in (Level.COUNTY, Level.TOWNSHIP):
            point = Point(place.longitude, place.latitude)
            below.setdefault(code.at(level), []).append(point)
    known = queries.places(below)
    return {
        code: Point(
            sum(p.longitude for p in points) / len(points),
            sum(p.latitude for p in points) / len(points),
        )
        for code, points in below.items()
        if code not in known
    }
