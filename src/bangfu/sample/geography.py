"""The fictional prefecture 9901: counties, townships and villages on a plane.

The shape is that of Ganzhou at full size (18 counties, 290 townships, 3,500 villages on
about 39,000 km2); a smaller sample has fewer of each. Every division is a quadrilateral
of its parent's, so boundaries nest without gaps. The place lies in the open ocean.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bangfu.calc.values.division_code import DivisionCode
from bangfu.sample import names

COUNTIES_MAX, TOWNSHIPS_MAX, VILLAGES_MAX = 18, 290, 3_500
COUNTY_KM = 46.0
ORIGIN_LONGITUDE, ORIGIN_LATITUDE = 150.0, 20.0
KM_PER_DEGREE = 111.195
Corners = npt.NDArray[np.float64]  # (4, 2): km east, km north, counter-clockwise


@dataclass(frozen=True, slots=True)
class Place:
    """One division of the city. corners: km on the plane; flags only for villages."""

    code: DivisionCode
    name: str
    corners: Corners
    is_poor: bool = False
    is_deep_poor: bool = False
    is_demonstration: bool = False

    @property
    def middle(self) -> tuple[float, float]:
        """Its middle, km east and km north."""
        x, y = self.corners.mean(axis=0)
        return float(x), float(y)

    @property
    def ring(self) -> list[list[float]]:
        """Its boundary as a closed ring of longitude and latitude."""
        points = [to_degrees(float(x), float(y)) for x, y in self.corners]
        return [list(point) for point in (*points, points[0])]


@dataclass(frozen=True, slots=True)
class Geography:
    """All divisions of the city, each list in order of code."""

    city: Place
    counties: list[Place]
    townships: list[Place]
    villages: list[Place]

    @property
    def places(self) -> list[Place]:
        """Every division, from the city down."""
        return [self.city, *self.counties, *self.townships, *self.villages]


def to_degrees(x_km: float, y_km: float) -> tuple[float, float]:
    """Return longitude and latitude of a point on the plane, to about 0.1 m."""
    latitude = ORIGIN_LATITUDE + y_km / KM_PER_DEGREE
    shrink = math.cos(math.radians(ORIGIN_LATITUDE))
    longitude = ORIGIN_LONGITUDE + x_km / (KM_PER_DEGREE * shrink)
    return round(longitude, 6), round(latitude, 6)


def make_geography(rng: np.random.Generator, households: int) -> Geography:
    """Make a city for about so many registered households."""
    villages = min(VILLAGES_MAX, max(12, households // 25))
    counties = min(COUNTIES_MAX, max(2, round(math.sqrt(households) / 9)))
    townships = min(TOWNSHIPS_MAX, max(3 * counties, villages // 6))
    side = COUNTY_KM * math.sqrt(counties)
    whole = np.array([[0.0, 0.0], [side, 0.0], [side, side], [0.0, side]])
    city = Place(DivisionCode("9901"), names.CITY_NAME, whole)
    county_list = [
        Place(DivisionCode(f"9901{n + 1:02d}"), names.county_name(n), corners)
        for n, corners in enumerate(_divide(rng, whole, counties))
    ]
    township_list = [
        place
        for county, count in zip(county_list, _shares(townships, counties), strict=True)
        for place in _townships(rng, county, count)
    ]
    counts = _shares(villages, len(township_list))
    village_list = [
        place
        for township, count in zip(township_list, counts, strict=True)
        for place in _villages(rng, township, count)
    ]
    return Geography(city, county_list, township_list, village_list)


def _townships(rng: np.random.Generator, county: Place, count: int) -> list[Place]:
    suffixes = ["镇" if n < max(1, count // 2) else "乡" for n in range(count)]
    found = names.place_names(rng, count, "")
    return [
        Place(
            DivisionCode(f"{county.code}{100 + n:03d}"), found[n] + suffixes[n], corners
        )
        for n, corners in enumerate(_divide(rng, county.corners, count))
    ]


def _villages(rng: np.random.Generator, township: Place, count: int) -> list[Place]:
    found = names.place_names(rng, count, "村")
    draws = rng.random((count, 2))
    return [
        Place(
            DivisionCode(f"{township.code}{200 + n:03d}"),
            found[n] + ("村民委员会" if n % 7 == 3 else ""),
            corners,
            is_poor=bool(draws[n, 0] < 0.27),  # 932 poor villages of about 3,500
            is_deep_poor=bool(draws[n, 0] < 0.048),  # 167 deep-poor ones
            is_demonstration=bool(draws[n, 1] < 0.03),
        )
        for n, corners in enumerate(_divide(rng, township.corners, count))
    ]


def _shares(total: int, parts: int) -> list[int]:
    """Split `total` into parts that differ by at most one, none empty."""
    total = max(total, parts)
    return [total // parts + (n < total % parts) for n in range(parts)]


def _divide(rng: np.random.Generator, corners: Corners, count: int) -> list[Corners]:
    """Cut a quadrilateral into `count` smaller ones, in rows of uneven height."""
    rows = max(1, round(math.sqrt(count)))
    heights = _cuts(rng, rows)
    pieces: list[Corners] = []
    for row, columns in enumerate(_shares(count, rows)):
        widths = _cuts(rng, columns)
        low, high = heights[row], heights[row + 1]
        for column in range(columns):
            left, right = widths[column], widths[column + 1]
            square = np.array([[left, low], [right, low], [right, high], [left, high]])
            pieces.append(_within(corners, square))
    return pieces


def _cuts(rng: np.random.Generator, count: int) -> npt.NDArray[np.float64]:
    """Return count + 1 places from 0 to 1, unevenly spaced."""
    steps = rng.uniform(0.7, 1.3, count)
    return np.concatenate([[0.0], np.cumsum(steps / steps.sum())])


def _within(corners: Corners, square: Corners) -> Corners:
    """Map points of the unit square into the quadrilateral, bilinearly."""
    u, v = square[:, :1], square[:, 1:]
    mapped: Corners = (
        (1 - u) * (1 - v) * corners[0]
        + u * (1 - v) * corners[1]
        + u * v * corners[2]
        + (1 - u) * v * corners[3]
    )
    return mapped
