"""Asking the tree."""

import pytest
from tests.divisions.conftest import SINCE, code, day

from bangfu.divisions import queries
from bangfu.divisions.rules import NoSuchDivision

pytestmark = pytest.mark.usefixtures("tree")
TODAY = day("2016-03-01")


def codes(rows) -> list[str]:
    return [str(row.code) for row in rows]


def test_one_division_of_a_day():
    assert queries.division(code("9907"), at=SINCE).name == "甲市"
    assert queries.exists(code("9907"), at=SINCE)
    assert not queries.exists(code("9907"), at=day("2013-12-31"))
    with pytest.raises(NoSuchDivision) as refused:
        queries.division(code("9907"), at=day("2013-12-31"))
    assert str(refused.value.message) == "There is no division 9907 on 2013-12-31."
    assert refused.value.http_status == 404


def test_children_are_in_order_of_code():
    assert codes(queries.children(None, at=TODAY)) == ["99"]
    assert codes(queries.children(code("9907"), at=TODAY)) == ["990703", "990721"]
    assert queries.children(code("990721100200"), at=TODAY) == []
    assert queries.children(code("9907"), at=day("2013-12-31")) == []


def test_the_path_goes_down_from_the_province():
    path = queries.path(code("990721100200"), at=TODAY)

    assert [row.name for row in path] == ["示范省", "甲市", "丁县", "赤镇", "东村委会"]


def test_a_full_name_leaves_out_the_province():
    assert queries.full_name(code("990721100200"), at=TODAY) == "甲市丁县赤镇东村委会"
    assert queries.full_name(code("98"), at=TODAY) == "98"


def test_names_of_many_codes():
    asked = [code("9907"), code("9908"), code("9999")]

    assert queries.names(asked, at=TODAY) == {"9907": "甲市", "9908": "乙市"}


def test_villages_under_a_division():
    assert len(queries.villages_under(code("9907"), at=TODAY)) == 5
    assert codes(queries.villages_under(code("990721200"), at=TODAY)) == [
        "990721200200"
    ]


def test_a_range_does_not_take_the_next_code_along():
    assert codes(queries.tree_at(TODAY, within=code("990703"))) == [
        "990703",
        "990703001",
    ]


def test_a_search_finds_every_village_of_one_name():
    found = queries.search("东村", at=TODAY)

    assert codes(found) == ["990721100200", "990721100201", "990721200200"]


def test_a_search_puts_higher_levels_first_and_stays_within():
    assert codes(queries.search("9907", at=TODAY))[:2] == ["9907", "990703"]
    assert codes(queries.search("东", at=TODAY, within=code("990721200"))) == [
        "990721200200"
    ]
    assert len(queries.search("9", at=TODAY, limit=3)) == 3
    assert queries.search("  ", at=TODAY) == []


def test_a_percent_sign_is_a_character_like_others():
    assert queries.search("%", at=TODAY) == []
    assert queries.search("_村", at=TODAY) == []


def test_a_living_code_is_its_own_successor():
    assert codes(queries.successors(code("990721"), at=TODAY)) == ["990721"]
    assert queries.successors(code("990799"), at=TODAY) == []


def test_a_day_before_the_list_has_no_tree():
    assert list(queries.tree_at(day("2013-12-31"))) == []
