"""When coverage is impossible, the office learns what is missing, where, and what to do."""

import polars as pl
import pytest
from tests.calc.pairing.test_optimum import V1, V2, households, officials

from bangfu.calc.pairing import RemedyKind, ShortageKind, Status, solve
from bangfu.calc.values.findings import BadInput

NAMES = {"990101": "云栖区", "990101101": "青石镇", V1: "上溪村"}
HOMES = households(
    ("H1", V1, None, None, "x"),
    ("H2", V1, None, None, "x"),
    ("H3", V2, None, None, "x"),
)


def person(number, serves, low, high):
    return (f"P{number}", f"U{number}", serves, None, None, "x", low, high)


def solved(*people, legal=None):
    frame = officials(*people)
    if legal:
        frame = frame.with_columns(max_legal=pl.Series(legal))
    return solve(households=HOMES, officials=frame, names=NAMES)


def test_it_covers_as_many_as_can_be_and_names_the_lack():
    result = solved(person(1, "990101101", 1, 2))

    assert result.status is Status.OPTIMAL_PARTIAL
    assert (result.covered, result.uncovered, result.above_max) == (2, 1, 0)
    shortage = result.shortages[0]
    assert shortage.kind is ShortageKind.PLACES
    assert (shortage.lacking, shortage.places) == (1, 2)
    assert (
        sum(s.lacking for s in result.shortages if s.kind is ShortageKind.PLACES) == 1
    )
    sentence = shortage.message.in_language("zh-hans")
    assert "缺 1 个帮扶名额" in sentence
    assert "3 户贫困户" in sentence
    assert "lacks 1 place" in shortage.message.in_language("en")


def test_every_uncovered_household_knows_which_division_lacks():
    result = solved(person(1, V2, 1, 1), person(2, V1, 1, 1))

    left = result.uncovered_households
    assert left.height == 1
    assert left["division_code"][0] == V1
    assert left["shortage_division"][0] in V1


def test_officials_who_cannot_reach_their_minimum_are_named():
    result = solved(person(1, V2, 3, 3), person(2, "9901", 0, 3))

    assert result.uncovered == 0
    assert (result.below_min, result.shortfall) == (1, 2)
    shortage = next(s for s in result.shortages if s.kind is ShortageKind.HOUSEHOLDS)
    assert shortage.ids == ("P1",)
    assert shortage.lacking == 2
    assert "达不到下限" in shortage.message.in_language("zh-hans")


def test_raising_a_quota_within_the_regulation_is_offered_first():
    result = solved(person(1, "990101101", 1, 2), legal=[5])

    remedies = result.shortages[0].remedies
    assert remedies[0].kind is RemedyKind.RAISE_MAX
    assert remedies[0].places == 1
    assert remedies[0].official_ids == ("P1",)


def test_more_officials_are_asked_for_when_nothing_else_is_left():
    result = solved(person(1, "990101101", 1, 2))

    assert [remedy.kind for remedy in result.shortages[0].remedies] == [
        RemedyKind.ASSIGN
    ]


def test_officials_of_another_division_with_free_places_are_offered():
    spare = ("P9", "U9", V2, None, None, "x", 0, 3)
    result = solved(person(1, V1, 1, 1), spare)

    kinds = {remedy.kind for s in result.shortages for remedy in s.remedies}
    assert RemedyKind.SECOND in kinds


@pytest.mark.parametrize("empty", ["households", "officials"])
def test_an_empty_table_is_refused_by_name(empty):
    given = {"households": HOMES, "officials": officials(person(1, V1, 0, 1))}
    given[empty] = given[empty].clear()

    with pytest.raises(BadInput) as refusal:
        solve(**given)

    names = {"households": "贫困户表", "officials": "帮扶干部表"}
    assert [f.message.in_language("zh-hans") for f in refusal.value.findings] == [
        f"{names[empty]}没有数据。"
    ]
