"""Every option says why it was chosen or not, and reserves hold."""

import polars as pl
import pytest
from benchmarks.planning_county import county
from tests.calc.planning.test_optimum import checked

from bangfu.calc.planning import Reason, explain, solve, words_of

# Three homes and two places. M1 and M2 share a group; M3 is free but gains little; M4
# gains nothing; a home gets two measures at most.
OPTIONS = {
    ("A", "M1"): 9.0, ("A", "M2"): 5.0, ("A", "M3"): 2.0, ("A", "M5"): 1.0,
    ("B", "M1"): 8.0, ("B", "M4"): 0.0,
    ("C", "M1"): 3.0, ("C", "M3"): 2.0,
}  # fmt: skip
TABLES = {
    "households": pl.DataFrame({"id": ["A", "B", "C"], "weight": [1.0] * 3}),
    "measures": pl.DataFrame(
        {
            "id": ["M1", "M2", "M3", "M4", "M5"],
            "group": ["G", "G", None, None, None],
        }
    ),
    "options": pl.DataFrame(
        [(*key, gain) for key, gain in OPTIONS.items()],
        schema=["household_id", "measure_id", "gain"],
        orient="row",
    ),
    "resources": pl.DataFrame({"id": ["places"], "capacity": [2.0]}),
    "use": pl.DataFrame(
        [(*key, "places", 1.0) for key in OPTIONS if key[1] == "M1"],
        schema=["household_id", "measure_id", "resource_id", "amount"],
        orient="row",
    ),
}


def test_each_option_says_why():
    result = solve(**TABLES, max_per_household=2)

    told = {
        (row["household_id"], row["measure_id"]): row["reason"]
        for row in explain(result).to_dicts()
    }

    assert told == {
        ("A", "M1"): "chosen",
        ("A", "M2"): "better_in_group",
        ("A", "M3"): "chosen",
        ("A", "M5"): "limit_reached",
        ("B", "M1"): "chosen",
        ("B", "M4"): "no_gain",
        ("C", "M1"): "too_dear",
        ("C", "M3"): "chosen",
    }


def test_the_words_name_the_resource_its_price_and_the_better_measure():
    result = solve(**TABLES, max_per_household=2)
    prices = dict(result.prices.select("resource_id", "price").iter_rows())
    rows = {
        (row["household_id"], row["measure_id"]): row
        for row in explain(result).to_dicts()
    }

    dear = words_of(rows["C", "M1"], prices)
    beaten = words_of(rows["A", "M2"], prices)

    assert 3 <= prices["places"] <= 8
    assert str(dear) == (
        f"“places” is scarce: at the price of {prices['places']:.6g} it costs more than "
        "it gains."
    )
    assert beaten.in_language("zh") == "同组的“M1”更合适，每组只能安排一项。"


def test_every_reason_has_its_words():
    assert all(reason.text.zh and reason.text.en for reason in Reason)


def test_nearly_all_households_of_a_county_get_their_best_bundle_at_the_prices():
    tables = county(3_000, seed=9)
    result = solve(**tables, max_per_household=3)

    counts = dict(explain(result)["reason"].value_counts().iter_rows())

    assert counts["chosen_by_tie_rule"] + counts.get("tie_rule", 0) < 200
    assert counts["chosen"] > 5_000
    assert sum(counts.values()) == tables["options"].height
    assert counts["chosen"] + counts["chosen_by_tie_rule"] == result.plan.height


def test_a_reserve_leaves_its_share_to_a_band():
    # One of the two places is for band "far", which is C; without it A and B have both.
    homes = TABLES["households"].with_columns(band=pl.Series([None, "near", "far"]))
    reserves = pl.DataFrame(
        {"resource_id": ["places"], "band": ["far"], "share": [0.5]}
    )
    tables = {**TABLES, "households": homes, "reserves": reserves}

    result = solve(**tables, max_per_household=2)

    # The other place is worth 8 to B and 9 - 5 to A, who has M2: 8 + 5 + 2 + 3 + 2.
    assert result.value == pytest.approx(20)
    assert ("C", "M1") in result.plan.rows()
    assert ("A", "M2") in result.plan.rows()
    assert result.prices["resource_id"].to_list() == ["places", "places − far"]
    assert checked(tables, result, 2) == []
