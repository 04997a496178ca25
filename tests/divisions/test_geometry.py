"""Outlines: what is refused, centres, points inside, the plane."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bangfu.divisions.geometry import (
    InvalidGeometry,
    Plane,
    Point,
    centre,
    contains,
    plane_for,
    points_within,
    rings_of,
    simplified,
    to_plane,
)


def polygon(*rings):
    return {"type": "Polygon", "coordinates": [list(map(list, ring)) for ring in rings]}


SQUARE = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0), (0.0, 0.0)]
HOLE = [(1.0, 1.0), (1.0, 3.0), (3.0, 3.0), (3.0, 1.0), (1.0, 1.0)]
# A U: its centre of mass lies in the gap between the arms.
U = [(0, 0), (5, 0), (5, 5), (4, 5), (4, 1), (1, 1), (1, 5), (0, 5), (0, 0)]


def test_rings_of_polygon_and_multipolygon():
    both = {"type": "MultiPolygon", "coordinates": [[SQUARE], [SQUARE, HOLE]]}

    assert rings_of(polygon(SQUARE)) == [SQUARE]
    assert len(rings_of(both)) == 3


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        (None, "no geometry"),
        ("Polygon", "no geometry"),
        ({"type": "Point", "coordinates": [1, 2]}, "type 'Point', not Polygon"),
        ({"type": "MultiPolygon", "coordinates": None}, "type 'MultiPolygon'"),
        ({"type": "Polygon", "coordinates": []}, "no ring"),
        ({"type": "Polygon", "coordinates": "ab"}, "not nested lists"),
        ({"type": "Polygon", "coordinates": [SQUARE[:3]]}, "four points"),
        ({"type": "Polygon", "coordinates": [SQUARE[:4]]}, "the last equal"),
        ({"type": "Polygon", "coordinates": [[["a", 1]] * 4]}, "not two numbers"),
        ({"type": "Polygon", "coordinates": [[[True, 1]] * 4]}, "not two numbers"),
        ({"type": "Polygon", "coordinates": [[[1]] * 4]}, "not two numbers"),
        ({"type": "Polygon", "coordinates": [[[500000, 2800000]] * 4]}, "in degrees"),
        ({"type": "Polygon", "coordinates": [[[math.nan, 1]] * 4]}, "in degrees"),
    ],
)
def test_what_is_no_outline_is_refused(geometry, reason):
    with pytest.raises(InvalidGeometry, match=reason):
        rings_of(geometry)


def test_too_many_points_are_refused(monkeypatch):
    monkeypatch.setattr("bangfu.divisions.geometry.POINTS_MAX", 4)

    with pytest.raises(InvalidGeometry, match="more than 4 points"):
        rings_of(polygon(SQUARE))


def test_the_centre_is_the_centre_of_mass():
    assert centre([SQUARE]) == Point(2.0, 2.0)
    # 16 of the square less 2 of the lower left corner: (16·2 - 2·(2/3))/14.
    cut = [(2, 0), (4, 0), (4, 4), (0, 4), (0, 2), (2, 0)]
    expected = (16 * 2 - 2 * (2 / 3)) / 14
    assert centre([cut]) == pytest.approx((expected, expected))


def test_a_centre_outside_is_moved_inside():
    point = centre([[(float(p[0]), float(p[1])) for p in U]])

    assert contains([U], point)
    assert point.latitude < 1


def test_an_outline_without_area_has_the_middle_of_its_box():
    assert centre([[(0.0, 0.0), (2.0, 2.0), (0.0, 0.0), (0.0, 0.0)]]) == Point(1.0, 1.0)


def test_a_hole_is_outside():
    assert contains([SQUARE, HOLE], Point(0.5, 0.5))
    assert not contains([SQUARE, HOLE], Point(2.0, 2.0))
    assert not contains([SQUARE, HOLE], Point(5.0, 2.0))


@pytest.mark.parametrize("rings", [[SQUARE], [SQUARE, HOLE], [U]])
def test_points_lie_inside_and_are_the_same_every_time(rings):
    points = points_within(rings, 50)

    assert len(points) == len(set(points)) == 50
    assert all(contains(rings, point) for point in points)
    assert points == points_within(rings, 50)


def test_neighbours_in_the_list_lie_near_one_another():
    points = points_within([SQUARE], 256)
    steps = [math.dist(a, b) for a, b in itertools.pairwise(points)]

    # On 256 points in 16 square degrees, a step along the curve is about a quarter.
    assert sum(steps) / len(steps) < 0.4


def test_an_outline_that_fills_almost_nothing_gives_fewer_points():
    sliver = [(0.0, 0.0), (4.0, 4.0), (4.0, 4.0001), (0.0, 0.0001), (0.0, 0.0)]

    assert len(points_within([sliver], 10)) < 10


def test_the_plane_has_its_origin_at_a_whole_degree():
    assert plane_for([Point(114.2, 25.4), Point(115.9, 26.0)]) == Plane(115, 26)


def test_a_degree_of_latitude_is_111_km():
    # 6371.0088 km · π/180 = 111.195 km
    assert to_plane(Plane(115, 26), Point(115.0, 27.0)) == (0.0, 111.195)
    assert to_plane(Plane(115, 26), Point(115.0, 26.0)) == (0.0, 0.0)


def haversine(a: Point, b: Point) -> float:
    phi_a, phi_b = math.radians(a.latitude), math.radians(b.latitude)
    half = math.sin((phi_b - phi_a) / 2) ** 2
    half += (
        math.cos(phi_a)
        * math.cos(phi_b)
        * math.sin(math.radians(b.longitude - a.longitude) / 2) ** 2
    )
    return 2 * 6371.0088 * math.asin(math.sqrt(half))


near = st.builds(Point, st.floats(114.0, 116.0), st.floats(25.0, 27.0))


@given(near, near)
def test_distances_in_the_plane_are_those_on_the_sphere(a, b):
    plane = Plane(115, 26)
    in_plane = math.dist(to_plane(plane, a), to_plane(plane, b))

    assert in_plane == pytest.approx(haversine(a, b), rel=0.0003, abs=0.003)


def test_a_map_is_rounded_and_repeated_points_go():
    ring = [[0.00001, 0], [0.00002, 0], [1, 0], [1, 1], [0, 1], [0.00001, 0]]

    assert simplified({"type": "Polygon", "coordinates": [ring]}) == {
        "type": "Polygon",
        "coordinates": [[[0.0, 0], [1, 0], [1, 1], [0, 1], [0.0, 0]]],
    }


def test_a_ring_smaller_than_the_rounding_stays():
    tiny = [[0, 0], [0.00001, 0], [0.00001, 0.00001], [0, 0]]
    both = simplified({"type": "MultiPolygon", "coordinates": [[tiny]]})

    assert both["coordinates"] == [[tiny]]
