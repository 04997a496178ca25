"""What-ifs are solved side by side, and small ones do what the prices foretold."""

import polars as pl
import pytest
from benchmarks.planning_county import county
from tests.calc.planning.test_checks import TABLES

from bangfu.calc.planning import Scenario, compare, solve
from bangfu.calc.values.findings import BadInput


def test_a_little_more_of_everything_gains_what_the_prices_say():
    tables = county(3_000, seed=3)
    base = solve(**tables, max_per_household=3)

    table = compare(
        tables,
        [Scenario("+2 %", {"*": 1.02}), Scenario("one fund", {"F000-0": 1.05})],
        base=base,
        max_per_household=3,
    )

    assert table["name"].to_list() == ["", "+2 %", "one fund"]
    assert table.row(0, named=True)["value"] == base.value
    for row in table.to_dicts()[1:]:
        assert row["value"] <= row["bound"]
        assert row["expected"] > 0
        assert row["change"] == pytest.approx(row["expected"], rel=0.15)
        assert row["joined"] > 0


def test_other_gains_make_another_plan():
    # H1 gains 9 instead of 3 by the one place for M1, so nothing changes but the value;
    # with 0.5 the place goes to H2: 4 instead of 3 + 2.
    base = solve(**TABLES)
    dear, poor = (
        TABLES["options"].with_columns(
            gain=pl.when(pl.col("household_id") == "H1").then(gain).otherwise("gain")
        )
        for gain in (9.0, 0.5)
    )

    table = compare(
        TABLES,
        [Scenario("more", options=dear), Scenario("less", options=poor)],
        base=base,
    )

    figures = table.select("name", "value", "change", "expected", "joined", "left")
    assert figures.rows() == [
        ("", 5, 0, 0, 0, 0),
        ("more", 11, 6, 0, 0, 0),
        ("less", 4, -1, 0, 1, 2),
    ]


def test_a_resource_that_there_is_not_is_refused():
    with pytest.raises(BadInput, match="“R9” of the what-if “x” is not in the table"):
        compare(TABLES, [Scenario("x", {"R9": 1.1})], base=solve(**TABLES))


def test_too_many_scenarios_are_refused():
    with pytest.raises(BadInput, match="There are 21 what-ifs; the limit is 20"):
        compare(TABLES, [Scenario("x")] * 21, base=solve(**TABLES))
