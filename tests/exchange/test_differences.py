from datetime import date

import polars as pl
import pytest

from bangfu.exchange import diff_frames

OLD = pl.DataFrame(
    {
        "no": ["1", "2", "3"],
        "name": ["甲", "乙", "丙"],
        "income": [100, 200, 300],
        "born": [date(1990, 1, 1), None, date(1992, 1, 1)],
        "causes": [["01", "02"], ["03"], None],
    }
)
COLUMNS = ["name", "income", "born", "causes"]


def changed(**values):
    return OLD.with_columns(**{key: pl.Series(value) for key, value in values.items()})


def test_the_same_again_changes_nothing():
    found = diff_frames(OLD, OLD, key=["no"], columns=COLUMNS)

    assert found.same["no"].to_list() == ["1", "2", "3"]
    assert found.new.is_empty()
    assert found.changed.is_empty()
    assert found.cells.is_empty()
    assert found.cells.columns == ["no", "column", "before", "after"]


def test_each_changed_value_is_listed_with_before_and_after():
    new = changed(
        income=[100, 250, 300],
        born=[date(1990, 1, 1), date(1991, 1, 1), date(1993, 1, 1)],
    )

    found = diff_frames(OLD, new, key=["no"], columns=COLUMNS)

    assert found.cells.rows() == [
        ("2", "income", "200", "250"),
        ("2", "born", None, "1991-01-01"),
        ("3", "born", "1992-01-01", "1993-01-01"),
    ]
    assert found.changed["no"].to_list() == ["2", "3"]
    assert found.same["no"].to_list() == ["1"]


def test_rows_without_a_former_state_are_new():
    new = pl.concat([OLD.tail(1).with_columns(no=pl.lit("9")), OLD.head(1)])

    found = diff_frames(OLD, new, key=["no"], columns=COLUMNS)

    assert found.new["no"].to_list() == ["9"]
    assert found.same["no"].to_list() == ["1"]


def test_an_empty_value_says_nothing_unless_asked():
    new = changed(name=["甲", None, "丙"])

    assert diff_frames(OLD, new, key=["no"], columns=COLUMNS).same.height == 3
    told = diff_frames(OLD, new, key=["no"], columns=COLUMNS, ignore_null=False)
    assert told.cells.rows() == [("2", "name", "乙", None)]


def test_several_codes_are_compared_as_a_set():
    new = changed(causes=[["02", "01"], ["03", "04"], ["05"]])

    found = diff_frames(OLD, new, key=["no"], columns=["causes"])

    assert found.cells.rows() == [
        ("2", "causes", "03", "03、04"),
        ("3", "causes", None, "05"),
    ]


def test_a_key_may_have_several_columns():
    old = pl.DataFrame({"a": ["1", "1"], "b": ["x", "y"], "v": [1, 2]})
    new = pl.DataFrame({"a": ["1", "1"], "b": ["y", "z"], "v": [3, 4]})

    found = diff_frames(old, new, key=["a", "b"], columns=["v"])

    assert found.new.rows() == [("1", "z")]
    assert found.cells.rows() == [("1", "y", "v", "2", "3")]


def test_no_columns_compare_as_equal():
    found = diff_frames(OLD, OLD, key=["no"], columns=[])

    assert found.same.height == 3
    assert found.cells.columns == ["no", "column", "before", "after"]


@pytest.mark.parametrize("keys", [["1", "1", "3"], ["1", None, "3"]])
def test_incomplete_and_repeated_keys_are_refused(keys):
    with pytest.raises(ValueError, match=r"keys \['no'\] must be complete and unique"):
        diff_frames(OLD, changed(no=keys), key=["no"], columns=COLUMNS)
