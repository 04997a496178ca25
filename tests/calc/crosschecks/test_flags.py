"""Exits near the line, spikes, kin above the mean, splits before registration, precision."""

from datetime import date

import polars as pl
import pytest

from bangfu.calc.crosschecks.exits import near_line, spikes
from bangfu.calc.crosschecks.kinship import kin_above_mean
from bangfu.calc.crosschecks.lineage import changed_before
from bangfu.calc.crosschecks.precision import precision, wilson


def test_an_exit_at_the_line_and_up_to_five_percent_above_is_near():
    exits = pl.DataFrame(
        {
            "household": [1, 2, 3, 4, 5],
            "income_fen": [99_999, 100_000, 105_000, 105_001, None],
            "line_fen": [100_000] * 5,
        }
    )

    found = near_line(exits, margin=0.05)

    assert found["household"].to_list() == [2, 3]
    assert found["over_share"].to_list() == pytest.approx([0, 0.05])


def test_a_spike_stands_out_of_the_countys_other_exits():
    exits = pl.DataFrame(
        {
            "household": [1, 2, 3, 4, 5, 6],
            "county": ["a"] * 5 + ["b"],
            "before_fen": [100, 100, 100, 100, 0, 100],
            "income_fen": [110, 120, 130, 200, 900, 160],
        }
    )

    found = spikes(exits, rise_min=0.5, peers_max=2)

    # County a: rises 10, 20, 30, 100 %, median 25 %; b has one exit, its own median.
    assert found.select("household", "rise", "peers").rows() == [
        (4, pytest.approx(1.0), pytest.approx(0.25))
    ]


def test_a_village_with_more_kin_than_the_others_is_found_with_its_chance():
    villages = pl.DataFrame(
        {
            "village": ["v1", "v2", "v3", "w1"],
            "county": ["a", "a", "a", "b"],
            "roll": [10, 100, 100, 10],
            "kin": [4, 2, 2, 9],
        }
    )

    found = kin_above_mean(villages, p_max=0.05, kin_min=3)

    assert found["village"].to_list() == ["v1"]
    assert found["share"].to_list() == [0.4]
    assert found["mean"].to_list() == [0.02]
    # P(X >= 4), X ~ B(10, 0.02) = 1 - sum of the first four terms.
    p = 1 - sum(c * 0.02**k * 0.98 ** (10 - k) for k, c in enumerate((1, 10, 45, 120)))
    assert found["p"].to_list() == pytest.approx([p], rel=1e-6)


def test_few_kin_raise_no_flag_however_unlikely():
    villages = pl.DataFrame(
        {"village": ["v1", "v2"], "county": ["a"] * 2, "roll": [5, 500], "kin": [2, 0]}
    )

    assert kin_above_mean(villages, p_max=0.05, kin_min=3).is_empty()


def test_a_split_twelve_months_before_counts_and_a_day_earlier_does_not():
    events = pl.DataFrame(
        {
            "household": [1, 2, 3, 4],
            "kind": ["split"] * 4,
            "happened_on": [
                date(2014, 3, 1),
                date(2014, 2, 28),
                date(2015, 3, 1),
                date(2015, 3, 2),
            ],
            "registered_on": [date(2015, 3, 1)] * 4,
        }
    )

    found = changed_before(events, months=12)

    assert found.select("household", "days_before").rows() == [(1, 365), (3, 0)]


def test_wilsons_interval_is_that_of_his_formula():
    # Worked by hand for 8 of 10: (0.8 + 0.19207 -+ 1.96 * 0.15975) / 1.38415.
    assert wilson(8, 10) == (
        pytest.approx(0.4902, abs=1e-4),
        pytest.approx(0.9433, abs=1e-4),
    )
    assert wilson(0, 10) == (0.0, pytest.approx(0.2775, abs=1e-4))
    assert wilson(10, 10) == (pytest.approx(0.7225, abs=1e-4), 1.0)


def test_unclear_verdicts_do_not_count_in_the_share():
    found = precision(true=3, false=1, unclear=5)

    assert found.share == 0.75
    assert (found.low, found.high) == wilson(3, 4)
    assert precision(true=0, false=0, unclear=2).share is None


@pytest.mark.parametrize(("hits", "trials"), [(-1, 5), (6, 5), (0, 0)])
def test_no_interval_for_what_is_no_proportion(hits, trials):
    with pytest.raises(ValueError, match="no proportion"):
        wilson(hits, trials)


def test_a_negative_count_of_verdicts_is_refused():
    with pytest.raises(ValueError, match="negative"):
        precision(true=1, false=-1)
