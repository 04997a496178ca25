"""Plane geometry of GeoJSON outlines: checks, centres, points inside, kilometres.

Pure. A geometry is a GeoJSON Polygon or MultiPolygon with longitude and latitude in
degrees; rings are closed and filled by the even-odd rule, so holes and islands work
whatever their direction. Areas here weigh, they do not measure.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

POINTS_MAX = 200_000
EARTH_RADIUS_KM = 6371.0088
_HILBERT_BITS = 12

Ring = list[tuple[float, float]]


class Point(NamedTuple):
    """Degrees east and north."""

    longitude: float
    latitude: float


class Plane(NamedTuple):
    """The origin of a plane, in whole degrees."""

    longitude: int
    latitude: int


class InvalidGeometry(ValueError):
    """The value is not a polygon with usable coordinates; the argument says why."""


def rings_of(geometry: object) -> list[Ring]:
    """Return all rings of a Polygon or MultiPolygon. Raises InvalidGeometry."""
    if not isinstance(geometry, Mapping):
        raise InvalidGeometry("no geometry")
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "Polygon":
        polygons = [coordinates]
    elif kind == "MultiPolygon" and isinstance(coordinates, Sequence):
        polygons = list(coordinates)
    else:
        raise InvalidGeometry(f"type {str(kind)[:20]!r}, not Polygon or MultiPolygon")
    rings = [_ring(ring) for polygon in polygons for ring in _sequence(polygon)]
    if not rings:
        raise InvalidGeometry("no ring")
    if sum(len(ring) for ring in rings) > POINTS_MAX:
        raise InvalidGeometry(f"more than {POINTS_MAX} points")
    return rings


def _sequence(value: object) -> Sequence[Any]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise InvalidGeometry("coordinates are not nested lists")
    return value


def _ring(value: object) -> Ring:
    ring = [_position(position) for position in _sequence(value)]
    if len(ring) < 4 or ring[0] != ring[-1]:
        raise InvalidGeometry(
            "a ring needs four points and the last equal to the first"
        )
    return ring


def _position(value: object) -> tuple[float, float]:
    numbers = _sequence(value)
    if len(numbers) < 2 or not all(_is_number(number) for number in numbers[:2]):
        raise InvalidGeometry("a position is not two numbers")
    longitude, latitude = float(numbers[0]), float(numbers[1])
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise InvalidGeometry("a position is not in degrees of longitude and latitude")
    return longitude, latitude


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def centre(rings: Sequence[Ring]) -> Point:
    """Return the centre of mass; where that lies outside, the inner point nearest to it.

    Holes count by their direction against their outer ring, as RFC 7946 wants it.
    Candidates for the nearest point are the 200 that `points_within` yields.
    """
    area, east, north = 0.0, 0.0, 0.0
    for ring in rings:
        for (x1, y1), (x2, y2) in itertools.pairwise(ring):
            cross = x1 * y2 - x2 * y1
            area += cross
            east += (x1 + x2) * cross
            north += (y1 + y2) * cross
    if math.isclose(area, 0.0, abs_tol=1e-12):
        west, south, right, top = _box(rings)
        return Point((west + right) / 2, (south + top) / 2)
    middle = Point(east / (3 * area), north / (3 * area))
    if contains(rings, middle):
        return middle
    inside = points_within(rings, 200)
    return min(inside, key=lambda point: math.dist(point, middle), default=middle)


def contains(rings: Sequence[Ring], point: Point) -> bool:
    """Tell whether a point lies inside, by the even-odd rule."""
    x, y = point
    inside = False
    for ring in rings:
        for (x1, y1), (x2, y2) in itertools.pairwise(ring):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                inside = not inside
    return inside


def points_within(rings: Sequence[Ring], count: int) -> list[Point]:
    """Return `count` points spread evenly inside, in the order of a Hilbert curve.

    Halton points of bases 2 and 3 over the bounding box, those inside kept: the same
    every time. Neighbours in the list lie near one another, so that a stretch of it is
    a compact area. Fewer come back when the outline fills under 1/200 of its box.
    """
    box = _box(rings)
    edges = _Edges(rings)
    found: list[Point] = []
    for at in range(1, 200 * max(count, 1) + 1):
        if len(found) == count:
            break
        point = _in_box(box, at)
        if edges.enclose(point):
            found.append(point)
    return sorted(found, key=lambda point: _hilbert(box, point))


class _Edges:
    """Edges by bands of latitude, so that a point meets only those at its height."""

    _BANDS = 256

    def __init__(self, rings: Sequence[Ring]) -> None:
        _, self.south, _, north = _box(rings)
        self.step = (north - self.south) / self._BANDS or 1.0
        self.bands: list[list[tuple[float, float, float, float]]]
        self.bands = [[] for _ in range(self._BANDS + 1)]
        for ring in rings:
            for (x1, y1), (x2, y2) in itertools.pairwise(ring):
                for band in range(self._band(min(y1, y2)), self._band(max(y1, y2)) + 1):
                    self.bands[band].append((x1, y1, x2, y2))

    def _band(self, latitude: float) -> int:
        return min(max(int((latitude - self.south) / self.step), 0), self._BANDS)

    def enclose(self, point: Point) -> bool:
        x, y = point
        inside = False
        for x1, y1, x2, y2 in self.bands[self._band(y)]:
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                inside = not inside
        return inside


def _box(rings: Sequence[Ring]) -> tuple[float, float, float, float]:
    points = [point for ring in rings for point in ring]
    longitudes = [x for x, _ in points]
    latitudes = [y for _, y in points]
    return min(longitudes), min(latitudes), max(longitudes), max(latitudes)


def _in_box(box: tuple[float, float, float, float], at: int) -> Point:
    west, south, east, north = box
    return Point(
        west + (east - west) * _radical_inverse(at, 2),
        south + (north - south) * _radical_inverse(at, 3),
    )


def _radical_inverse(number: int, base: int) -> float:
    result, fraction = 0.0, 1.0 / base
    while number:
        number, digit = divmod(number, base)
        result += digit * fraction
        fraction /= base
    return result


def _hilbert(box: tuple[float, float, float, float], point: Point) -> int:
    """Return the position on a Hilbert curve over the box (Hamilton's xy2d)."""
    west, south, east, north = box
    side = 1 << _HILBERT_BITS
    x = min(int((point.longitude - west) / ((east - west) or 1.0) * side), side - 1)
    y = min(int((point.latitude - south) / ((north - south) or 1.0) * side), side - 1)
    position, half = 0, side >> 1
    while half:
        right, upper = int(x & half > 0), int(y & half > 0)
        position += half * half * ((3 * right) ^ upper)
        if not upper:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        half >>= 1
    return position


def plane_for(points: Sequence[Point]) -> Plane:
    """Return the plane whose origin is the whole degree next to the points' mean."""
    count = len(points)
    return Plane(
        round(sum(point.longitude for point in points) / count),
        round(sum(point.latitude for point in points) / count),
    )


def to_plane(plane: Plane, point: Point) -> tuple[float, float]:
    """Return kilometres east and north of the plane's origin, to the metre.

    Azimuthal equidistant projection of a sphere (Snyder 1987, Map Projections, p. 195):
    distances from the origin are true on the sphere; between two points 200 km away
    they are off by less than 0.02 %. The sphere itself is off by up to 0.3 %.
    """
    latitude, origin = math.radians(point.latitude), math.radians(plane.latitude)
    east = math.radians(point.longitude - plane.longitude)
    cosine = math.sin(origin) * math.sin(latitude) + math.cos(origin) * math.cos(
        latitude
    ) * math.cos(east)
    angle = math.acos(min(1.0, max(-1.0, cosine)))
    scale = EARTH_RADIUS_KM * (angle / math.sin(angle) if angle > 1e-9 else 1.0)
    x = scale * math.cos(latitude) * math.sin(east)
    y = scale * (
        math.cos(origin) * math.sin(latitude)
        - math.sin(origin) * math.cos(latitude) * math.cos(east)
    )
    return round(x, 3), round(y, 3)


def simplified(geometry: Mapping[str, Any], decimals: int = 4) -> dict[str, Any]:
    """Return the geometry rounded to `decimals` of a degree, repeated points dropped."""
    if geometry["type"] == "Polygon":
        coordinates: list[Any] = list(_rounded(geometry["coordinates"], decimals))
    else:
        coordinates = [
            list(_rounded(polygon, decimals)) for polygon in geometry["coordinates"]
        ]
    return {"type": geometry["type"], "coordinates": coordinates}


def _rounded(polygon: Sequence[Any], decimals: int) -> Iterator[list[list[float]]]:
    for ring in polygon:
        points: list[list[float]] = []
        for position in ring:
            point = [round(position[0], decimals), round(position[1], decimals)]
            if not points or points[-1] != point:
                points.append(point)
        # A ring thinner than the rounding would vanish; it is left as it is.
        yield points if len(points) >= 4 else [list(p[:2]) for p in ring]
