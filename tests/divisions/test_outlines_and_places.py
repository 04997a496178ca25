"""Outlines from GeoJSON, centres, reported points, estimates."""

import math

import pytest
from tests.divisions.conftest import code, day

from bangfu.audit.models import Event
from bangfu.calc.values.findings import BadInput, NotAllowed
from bangfu.divisions import geometry, operations, queries
from bangfu.divisions.geometry import Point
from bangfu.divisions.models import Boundary, Place
from bangfu.divisions.rules import BadGeometry, NoSuchDivision

TODAY = day("2016-03-01")


def square(west: float, south: float, side: float = 1.0) -> dict:
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(division: object, shape: object, name: str = "code") -> dict:
    return {"type": "Feature", "properties": {name: division}, "geometry": shape}


def collection(*features: object) -> dict:
    return {"type": "FeatureCollection", "features": list(features)}


@pytest.fixture
def outline(tree, now):
    def set_boundaries(*features, **options):
        return operations.set_boundaries(
            by=tree,
            at=now,
            collection=collection(*features),
            source="测绘院",
            **options,
        )

    return set_boundaries


@pytest.fixture
def estimate(tree, now):
    return lambda text: operations.place_villages(by=tree, at=now, under=code(text))


def test_an_outline_is_stored_with_its_centre(outline):
    assert outline(feature("990721", square(115, 26))) == 1

    place = queries.places([code("990721")])[code("990721")]
    assert (place.longitude, place.latitude, place.source) == (115.5, 26.5, "boundary")
    # Python rounds half to even: the origin is 116° E, 26° N.
    assert (place.origin_longitude, place.origin_latitude) == (116, 26)
    assert queries.boundary(code("990721")).source == "测绘院"
    event = Event.objects.get(action="divisions.boundaries_set")
    assert (event.division_code, event.detail) == ("990721", {"outlines": 1})


def test_another_property_with_the_country_prefix_is_read(outline):
    outline(feature("156990721", square(115, 26), "gb"), code_property="gb")
    outline(feature(990703, square(114, 26)))

    assert set(Boundary.objects.values_list("code", flat=True)) == {"990721", "990703"}


def test_an_outline_is_replaced_by_the_next(outline):
    outline(feature("990721", square(115, 26)))
    outline(feature("990721", square(115, 27)))

    assert queries.places([code("990721")])[code("990721")].latitude == 27.5
    assert Boundary.objects.count() == 1


def test_every_fault_is_named_and_nothing_is_stored(outline):
    with pytest.raises(BadGeometry) as refused:
        outline(
            feature("990721", square(115, 26)),
            feature("990721", square(115, 26)),
            feature("990722", square(115, 26)),
            feature("x", square(115, 26)),
            feature("990703", None),
            feature("990703", square(115, 26), "gb"),
            None,
        )

    assert (
        str(refused.value.message) == "The outlines have 6 faults; nothing was stored."
    )
    assert [(str(f.place), str(f.message)) for f in refused.value.findings] == [
        ("feature 2", "990721 stands twice; feature 1 has it."),
        ("feature 4", "“x” is not a division code: it has 2, 4, 6, 9 or 12 digits."),
        ("feature 5", "The geometry is wrong: no geometry."),
        ("feature 6", "There is no property “code”."),
        ("feature 7", "There is no property “code”."),
        ("feature 3", "There is no division 990722 on file."),
    ]
    assert not Boundary.objects.exists()


@pytest.mark.parametrize("broken", [{}, {"features": 1}, {"features": []}])
def test_what_is_no_collection_is_refused(tree, now, broken):
    with pytest.raises(BadGeometry):
        operations.set_boundaries(by=tree, at=now, collection=broken)


def test_too_many_features_are_refused(outline, monkeypatch):
    monkeypatch.setattr("bangfu.divisions.outlines.FEATURES_MAX", 1)

    with pytest.raises(BadGeometry, match="at most 1 features"):
        outline(feature("990721", square(115, 26)), feature("990703", square(114, 26)))


def test_an_outline_of_another_city_is_refused(outline):
    with pytest.raises(NotAllowed):
        outline(feature("9908", square(115, 26)))


def test_a_reported_point_is_stronger_than_a_centre(outline, tree, now):
    points = {code("990721"): Point(115.25, 26.25)}
    assert operations.set_places(by=tree, at=now, points=points, reason="实测") == 1

    outline(feature("990721", square(115, 26)))

    assert Place.objects.get(code="990721").source == "given"
    points = {code("990721"): Point(115.3, 26.3)}
    assert operations.set_places(by=tree, at=now, points=points, reason="复测") == 1
    assert Place.objects.get(code="990721").longitude == 115.3


def test_a_reported_point_is_of_a_known_division_and_on_earth(tree, now):
    with pytest.raises(NoSuchDivision):
        operations.set_places(
            by=tree, at=now, points={code("990799"): Point(115, 26)}, reason=""
        )
    with pytest.raises(
        BadInput, match=r"The degrees of 990721 are wrong: 500000, 26\."
    ):
        operations.set_places(
            by=tree, at=now, points={code("990721"): Point(500000, 26)}, reason=""
        )
    with pytest.raises(NotAllowed):
        operations.set_places(
            by=tree, at=now, points={code("9908"): Point(115, 26)}, reason=""
        )


def test_all_points_of_a_city_share_one_plane(tree, now):
    for text, longitude in (("990721", 115.0), ("990703", 118.0)):
        points = {code(text): Point(longitude, 26.0)}
        operations.set_places(by=tree, at=now, points=points, reason="")

    a, b = Place.objects.get(code="990721"), Place.objects.get(code="990703")
    assert (a.x_km, a.y_km) == (0.0, 0.0)
    assert (b.origin_longitude, b.origin_latitude) == (115, 26)
    # 3° of longitude at 26° N: 3 · 111.195 · cos 26° = 299.8 km.
    assert math.dist((a.x_km, a.y_km), (b.x_km, b.y_km)) == pytest.approx(
        299.8, abs=0.2
    )


def test_villages_without_a_point_are_placed_within_the_lowest_outline(
    outline, estimate
):
    outline(
        feature("990721", square(115, 26)),
        feature("990721100", square(115.8, 26.8, 0.1)),
    )

    # Five villages and the two townships without an outline; the county has its centre.
    assert estimate("990721") == 7

    township = geometry.rings_of(square(115.8, 26.8, 0.1))
    county = geometry.rings_of(square(115, 26))
    for place in Place.objects.filter(source="estimated"):
        point = Point(place.longitude, place.latitude)
        inside = township if place.code.startswith("990721100") else county
        assert geometry.contains(inside, point), place
    event = Event.objects.get(action="divisions.places_estimated")
    assert event.detail == {"points": 7}


def test_an_estimate_moves_no_point(outline, estimate, tree, now):
    outline(feature("9907", square(115, 26)))
    village = code("990721100200")
    points = {village: Point(115.123, 26.456)}
    operations.set_places(by=tree, at=now, points=points, reason="实测")
    estimate("9907")
    before = list(Place.objects.order_by("code").values())

    assert estimate("9907") == 0

    assert list(Place.objects.order_by("code").values()) == before
    assert Place.objects.get(code=village).longitude == 115.123


def test_without_any_outline_an_estimate_is_refused(estimate):
    with pytest.raises(BadInput) as refused:
        estimate("990721")

    assert str(refused.value.message) == (
        "5 villages lie within no outline on file, e.g. 990721100200."
    )
    assert not Place.objects.exists()


def test_the_map_has_the_outlines_of_the_children(outline):
    outline(feature("990721", square(115, 26)), feature("9907", square(114, 25, 3)))

    drawn = queries.map_of_children(code("9907"), at=TODAY)

    assert drawn["type"] == "FeatureCollection"
    assert [one["properties"] for one in drawn["features"]] == [
        {"code": "990721", "name": "丁县"}
    ]


def test_without_outlines_of_children_the_map_has_its_own(outline):
    outline(feature("990721", square(115, 26)))

    drawn = queries.map_of_children(code("990721"), at=TODAY)

    assert [one["properties"]["code"] for one in drawn["features"]] == ["990721"]
    assert queries.map_of_children(code("990703"), at=TODAY)["features"] == []
    assert queries.map_of_children(None, at=TODAY)["features"] == []
    assert queries.boundary_above(code("990721100200")).code == "990721"
