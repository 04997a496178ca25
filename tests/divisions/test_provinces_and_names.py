"""Changes at the top of the tree, and changes that also rename."""

import pytest
from tests.divisions.conftest import SINCE, code, day, names_on

from bangfu.audit.models import Event
from bangfu.divisions import operations, queries
from bangfu.divisions.geometry import Point
from bangfu.divisions.models import Division, Succession, VillageFlag
from bangfu.scope import acting

JUNE = day("2015-06-01")


@pytest.fixture
def change(tree, admin, now):
    def call(operation, **kwargs):
        with acting(admin):
            return operation(
                by=admin, at=now, effective_date=JUNE, reason="国务院批复", **kwargs
            )

    return call


def test_a_province_takes_a_new_code_with_all_below_it(change):
    assert change(operations.recode, code=code("99"), new_code=code("98")) == 15
    assert names_on("2015-06-01", within="98")["980721100200"] == "东村委会"
    assert names_on("2015-06-01", within="99") == {}


def test_a_province_splits_and_goes_on(change):
    change(
        operations.split,
        code=code("99"),
        into={code("99"): "示范省", code("98"): "直辖市"},
    )

    assert [row.name for row in queries.children(None, at=JUNE)] == ["直辖市", "示范省"]


def test_what_others_merge_into_may_take_a_new_name_that_day(change):
    change(
        operations.merge,
        codes=[code("990721100200")],
        into=code("990721100202"),
        name="东西村委会",
    )

    village = code("990721100202")
    assert [row.name for row in queries.history(village)] == ["西村委会", "东西村委会"]
    assert {step.kind for step in Succession.objects.all()} == {"merge", "rename"}


def test_an_act_over_two_provinces_is_recorded_where_the_actor_stands(
    tree, admin, now, tmp_path
):
    real = tmp_path / "real.csv"
    real.write_text("code,name\n36,江西省\n", encoding="utf-8")
    operations.import_divisions(by=admin, at=now, source=real, valid_from=SINCE)
    points = {code("36"): Point(115.9, 27.6), code("99"): Point(150.0, 20.0)}

    operations.set_places(by=admin, at=now, points=points, reason="驻地")

    event = Event.objects.get(action="divisions.places_set")
    assert event.division_code == "9907"


def test_no_points_are_no_act(tree, now):
    assert operations.set_places(by=tree, at=now, points={}, reason="") == 0
    assert not Event.objects.filter(action="divisions.places_set").exists()


def test_a_row_names_itself_in_logs(tree, now):
    flag = operations.set_flags(
        by=tree, at=now, flags=[(code("990721100200"), "poor", SINCE)]
    )
    step = Succession(
        from_code="990721", to_code="990704", effective_date=JUNE, kind="rename"
    )

    assert flag == 1
    assert str(Division.objects.get(code="9907")) == "9907 甲市"
    assert str(VillageFlag.objects.get()) == "990721100200 poor 2014-01-01"
    assert str(step) == "990721 rename 990704 2015-06-01"
