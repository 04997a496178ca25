"""Reading a file of changes of county codes."""

from datetime import date

import pytest

from bangfu.calc.values.division_code import DivisionCode
from bangfu.divisions import changes_file
from bangfu.divisions.changes_file import Step

HEADER = "代码,一级行政区,二级行政区,名称,级别,状态,启用时间,变更/弃用时间,新代码\n"


@pytest.fixture
def read(tmp_path):
    def read_text(body: str, header: str = HEADER):
        file = tmp_path / "changes.csv"
        file.write_text("\ufeff" + header + body, encoding="utf-8")
        return changes_file.read(file)

    return read_text


def test_codes_are_cut_to_their_level_and_years_become_days(read):
    changes = read(
        "990000,示范省,,示范省,省级,在用,1981,,\n"
        "990700,示范省,甲市,甲市,地级,在用,1998,,\n"
        "990721,示范省,甲市,乙县,县级,弃用,1998,2016,990704\n"
        "990704,示范省,甲市,乙区,县级,在用,2016,,\n"
    )

    assert changes.findings == []
    assert [(s.code, s.starts, s.ends) for s in changes.stretches] == [
        ("99", date(1981, 1, 1), None),
        ("9907", date(1998, 1, 1), None),
        ("990721", date(1998, 1, 1), date(2016, 1, 1)),
        ("990704", date(2016, 1, 1), None),
    ]
    assert [s.code for s in changes.past] == ["990721"]
    assert len(changes.current) == 3


def test_one_code_into_a_new_one_is_a_rename(read):
    changes = read(
        "990721,,,乙县,县级,弃用,1998,2016,990704\n990704,,,乙区,县级,在用,2016,,\n"
    )

    assert changes.steps == [Step("990721", "990704", date(2016, 1, 1), "rename")]


def test_a_new_name_under_the_same_code_is_a_rename(read):
    changes = read(
        "990721,,,乙县,县级,变更,1998,2016,990721\n990721,,,丙县,县级,在用,2016,,\n"
    )

    assert changes.steps == [Step("990721", "990721", date(2016, 1, 1), "rename")]


def test_one_code_into_several_is_a_split(read):
    changes = read(
        "990782,,,乙市,县级,弃用,1998,2013,990702;990703\n"
        "990702,,,甲区,县级,在用,1998,,\n990703,,,乙区,县级,在用,2013,,\n"
    )

    assert [(step.to_code, step.kind) for step in changes.steps] == [
        ("990702", "split"),
        ("990703", "split"),
    ]


def test_a_code_into_an_older_one_and_two_into_a_new_one_are_merges(read):
    changes = read(
        "990703,,,乙区,县级,弃用,1981,2010,990701\n990701,,,甲区,县级,在用,1981,,\n"
        "990705,,,丙区,县级,弃用,1981,2012,990709\n"
        "990706,,,丁区,县级,弃用,1981,2012,990709\n"
        "990709,,,戊区,县级,在用,2012,,\n"
    )

    assert {(step.from_code, step.kind) for step in changes.steps} == {
        ("990703", "merge"),
        ("990705", "merge"),
        ("990706", "merge"),
    }


def test_a_part_that_went_earlier_is_a_move_and_does_not_count_as_a_split(read):
    changes = read(
        "990721,,,乙县,县级,弃用,1983,2016,990704[2014];990703\n"
        "990703,,,丙区,县级,在用,1983,,\n990704,,,丁区,县级,在用,1983,,\n"
        "990722,,,戊县,县级,在用,1983,,990704[2000]\n"
    )

    assert changes.steps == [
        Step("990721", "990703", date(2016, 1, 1), "merge"),
        Step("990721", "990704", date(2014, 1, 1), "move"),
        Step("990722", "990704", date(2000, 1, 1), "move"),
    ]


def test_a_prefecture_that_became_a_city_keeps_four_digits(read):
    changes = read(
        "992100,,,甲地区,地级,弃用,1981,1998,990700\n990700,,,甲市,地级,在用,1998,,\n"
    )

    assert changes.steps == [Step("9921", "9907", date(1998, 1, 1), "rename")]


def test_every_fault_is_named_with_its_line(read):
    changes = read(
        "990721,,,乙县,县级,在用\n"
        "990721,,,乙县,村级,在用,1998,,\n"
        "990721,,,,县级,在用,1998,,\n"
        "990721,,,乙县,地级,在用,1998,,\n"
        "990721,,,乙县,县级,在用,98,,\n"
        "990721,,,乙县,县级,在用,1998,2016,\n"
        "990721,,,乙县,县级,弃用,1998,,\n"
        "990721,,,乙县,县级,弃用,2016,2016,\n"
        "990721,,,乙县,县级,弃用,1998,2016,9907\n"
        "990722,,,丙县,县级,弃用,1998,2016,\n"
        "990722,,,丁县,县级,在用,2015,,\n"
    )

    year = (
        "A year is wrong: what is in use has no end, and an end comes after the start."
    )
    state = "Name, level (省级, 地级, 县级) or status (在用, 弃用, 变更) is wrong."
    assert [(str(f.place), str(f.message)) for f in changes.findings] == [
        ("changes.csv line 2", "9 columns are needed, not 6."),
        ("changes.csv line 3", state),
        ("changes.csv line 4", state),
        ("changes.csv line 5", "“990721” is no city code."),
        ("changes.csv line 6", year),
        ("changes.csv line 7", year),
        ("changes.csv line 8", year),
        ("changes.csv line 9", year),
        ("changes.csv line 10", "The new codes “9907” are wrong."),
        ("changes.csv line 12", "The validity of 990722 overlaps that of line 11."),
    ]


def test_another_header_is_refused(read):
    [finding] = read("", header="code,name\n").findings

    assert str(finding.message).startswith("The header should be: 代码, 一级行政区")


def test_a_part_of_the_nation_keeps_what_concerns_it(read):
    changes = read(
        "990721,,,乙县,县级,弃用,1998,2016,990704\n990704,,,乙区,县级,在用,2016,,\n"
        "990800,,,丙市,地级,在用,1998,,\n990700,,,甲市,地级,在用,1998,,\n"
        "990821,,,丁县,县级,弃用,1998,2016,990704\n"
    ).within(DivisionCode("9907"))

    assert {s.code for s in changes.stretches} == {"990721", "990704", "9907"}
    assert {step.from_code for step in changes.steps} == {"990721", "990821"}
