"""From the columns of a file to numbers: what counts as missing, what is refused."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from bangfu.calc.poverty import Absolute, columns, measure, sample_of
from bangfu.calc.poverty.columns import (
    BadWeights,
    MissingDesign,
    NoSuchColumn,
    NotNumbers,
)
from bangfu.calc.poverty.sample import GROUPS_MAX, NoRows
from bangfu.calc.values.findings import OutOfLimit, Severity


def test_the_usual_marks_of_a_missing_value_are_missing():
    frame = pl.DataFrame({"y": ["1", "", " NA ", "NaN", ".", None, "2.5", "null"]})

    found = columns.numbers(frame, "y")

    assert np.isnan(found).tolist() == [False, *[True] * 5, False, True]
    assert found[[0, 6]].tolist() == [1.0, 2.5]


@pytest.mark.parametrize("cell", ["1,200", "abc", "12 yuan", "inf", "-inf"])
def test_text_that_is_no_number_is_refused_with_its_row(cell):
    frame = pl.DataFrame({"y": ["1", "2", cell]})

    with pytest.raises(NotNumbers) as refused:
        columns.numbers(frame, "y")

    assert str(refused.value) == "1 rows of y are not numbers."
    (finding,) = refused.value.findings
    assert (finding.subject, str(finding.place)) == (cell, "row 3")


def test_all_rows_that_are_no_numbers_are_counted():
    frame = pl.DataFrame({"y": ["x"] * 30})

    with pytest.raises(NotNumbers) as refused:
        columns.numbers(frame, "y")

    assert str(refused.value) == "30 rows of y are not numbers."
    assert len(refused.value.findings) == 20


def test_a_date_is_no_number():
    with pytest.raises(NotNumbers):
        columns.numbers(pl.DataFrame({"y": [dt.date(2020, 1, 1)]}), "y")


def test_booleans_decimals_and_empty_columns_are_read():
    frame = pl.DataFrame(
        {
            "flag": [True, False],
            "exact": pl.Series(["1.50", "2.25"]).cast(pl.Decimal(10, 2)),
            "nothing": pl.Series([None, None]),
        }
    )

    assert columns.numbers(frame, "flag").tolist() == [1.0, 0.0]
    assert columns.numbers(frame.cast({"flag": pl.String}), "flag").tolist() == [1, 0]
    assert columns.numbers(frame, "exact").tolist() == [1.5, 2.25]
    assert np.isnan(columns.numbers(frame, "nothing")).all()


def test_labels_keep_their_zeros_and_whole_floats_lose_their_point():
    frame = pl.DataFrame({"code": ["01", "1", None], "number": [1.0, 2.0, None]})

    assert columns.labels(frame, "code").tolist() == ["01", "1", "(missing)"]
    assert columns.labels(frame, "number").tolist() == ["1", "2", "(missing)"]


def test_a_column_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(NoSuchColumn) as refused:
        columns.numbers(pl.DataFrame({"a": [1], "b": [2]}), "income")

    assert str(refused.value) == "There is no column income."
    assert str(refused.value.remedy) == "The columns are: a, b."


def test_missing_incomes_and_weights_are_left_out_and_told():
    frame = pl.DataFrame(
        {
            "y": ["10", "NA", "30", "50", "-5", "0", "7"],
            "w": ["1", "1", "", "0", "1", "1", "1"],
        }
    )

    sample = sample_of(frame, income="y", weight="w")

    assert sample.income.tolist() == [10.0, -5.0, 0.0, 7.0]
    assert [str(finding.message) for finding in sample.findings] == [
        "1 rows have no income: left out.",
        ("1 incomes are negative: measured as they stand, without Theil and Atkinson."),
        "1 incomes are 0: measured; in Watts they add no gap.",
        "1 rows have no weight: left out.",
        "1 rows have weight 0: left out.",
    ]
    assert sample.findings[0].severity is Severity.DOUBTFUL
    counts = {e.measure: e.estimate for e in sample.counts()}
    assert counts == {
        "n_missing": 1,
        "n_missing_weight": 1,
        "n_negative": 1,
        "n_zero": 1,
    }


def test_rows_without_a_group_are_a_group_of_their_own():
    frame = pl.DataFrame({"y": [1.0, 2.0, 3.0], "g": ["a", None, "a"]})

    answer = measure(sample_of(frame, income="y", by="g"), Absolute(2.5))

    shares = {
        e.group: e.estimate for e in answer.estimates if e.measure == "share_population"
    }
    assert shares == {"(missing)": pytest.approx(1 / 3), "a": pytest.approx(2 / 3)}


def test_a_file_without_a_usable_row_is_refused():
    with pytest.raises(NoRows):
        sample_of(pl.DataFrame({"y": ["NA", ""]}), income="y")
    with pytest.raises(NoRows):
        sample_of(pl.DataFrame({"y": []}, schema={"y": pl.Float64}), income="y")


@pytest.mark.parametrize(
    ("weights", "told"),
    [
        ([1.0, -1.0], "1 rows of the weights w are negative."),
        ([0.0, 0.0], "No row of the weights w is positive."),
        ([None, None], "No row of the weights w is positive."),
    ],
)
def test_weights_that_make_no_sense_are_refused(weights, told):
    frame = pl.DataFrame({"y": [1.0, 2.0], "w": weights}, schema_overrides={"w": float})

    with pytest.raises(BadWeights) as refused:
        sample_of(frame, income="y", weight="w")

    assert str(refused.value) == told


def test_a_missing_stratum_is_refused():
    frame = pl.DataFrame({"y": [1.0, 2.0, None], "s": ["a", None, None]})

    with pytest.raises(MissingDesign) as refused:
        sample_of(frame, income="y", strata="s")

    assert str(refused.value) == "1 rows of s are empty."


def test_strata_with_a_single_psu_are_told():
    frame = pl.DataFrame({"y": [1.0, 2.0, 3.0], "s": ["a", "a", "b"]})

    sample = sample_of(frame, income="y", strata="s")

    assert [str(finding.message) for finding in sample.findings] == [
        "1 strata have a single PSU: centred at the mean of all PSUs, which is cautious."
    ]


def test_too_many_groups_are_refused():
    rows = GROUPS_MAX + 1
    frame = pl.DataFrame({"y": np.ones(rows), "g": np.arange(rows)})

    with pytest.raises(OutOfLimit) as refused:
        sample_of(frame, income="y", by="g")

    assert str(refused.value) == "There are more than 5,000 groups."
