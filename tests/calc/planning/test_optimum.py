"""The plan is the best there is, and the bound says so."""

import numpy as np
import polars as pl
import pytest
from benchmarks.planning_county import county
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.calc.planning.small_plans import best_value, random_problem

from bangfu.calc.planning import BoundBy, Effort, solve, verify


def checked(tables, result, limit=None):
    return verify(
        tables,
        max_per_household=limit,
        plan=result.plan,
        value=result.value,
        bound=result.bound,
        prices=result.prices.select("resource_id", "price"),
    )


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 10**6), st.sampled_from([None, 1, 2]), st.booleans())
def test_a_small_plan_is_worth_as_much_as_the_best_of_all_plans(seed, limit, whole):
    tables = random_problem(seed, whole=whole)

    result = solve(**tables, max_per_household=limit)

    assert result.value == pytest.approx(best_value(tables, limit), rel=1e-9, abs=1e-9)
    assert result.value <= result.bound <= result.value * (1 + 1e-6) + 1e-6
    assert result.bound <= result.price_bound
    assert checked(tables, result, limit) == []


def test_a_plan_worked_by_hand():
    # Seven places for training and 10 of money. H1 gains 6 for 4 of money, H2 5 for 4
    # and H3 4 for 2; all three fit. M2 costs 1 and gains 1, in the group of M1.
    tables = {
        "households": pl.DataFrame({"id": ["H1", "H2", "H3"], "weight": [1.0, 1, 1]}),
        "measures": pl.DataFrame({"id": ["M1", "M2"], "group": ["G", "G"]}),
        "options": pl.DataFrame(
            {
                "household_id": ["H1", "H2", "H3", "H3"],
                "measure_id": ["M1", "M1", "M1", "M2"],
                "gain": [6.0, 5.0, 4.0, 1.0],
            }
        ),
        "resources": pl.DataFrame({"id": ["money"], "capacity": [7.0]}),
        "use": pl.DataFrame(
            {
                "household_id": ["H1", "H2", "H3", "H3"],
                "measure_id": ["M1", "M1", "M1", "M2"],
                "resource_id": ["money"] * 4,
                "amount": [4.0, 4.0, 2.0, 1.0],
            }
        ),
    }

    result = solve(**tables)

    # 6 + 4 for 6 of 7; 5 + 4 or 6 + 1 are less, and all three cost 10.
    assert result.plan.rows() == [("H1", "M1"), ("H3", "M1")]
    assert result.value == 10
    assert result.bound == pytest.approx(10)
    assert result.bound_by is BoundBy.SEARCH
    assert result.prices.select("used", "slack").row(0) == (6, 1)


def test_what_is_not_scarce_costs_nothing_and_everybody_gets_the_best():
    tables = random_problem(3)
    plenty = tables["resources"].with_columns(capacity=pl.lit(1e6))

    result = solve(**{**tables, "resources": plenty})

    assert result.prices["price"].to_list() == [0, 0, 0]
    assert result.gap == pytest.approx(0, abs=1e-9)
    assert result.bound_by is BoundBy.PRICES


def test_nothing_is_planned_where_there_is_nothing():
    tables = random_problem(3)
    nothing = tables["resources"].with_columns(capacity=pl.lit(0.0))
    all_use = tables["options"].select(
        "household_id", "measure_id", resource_id=pl.lit("R0"), amount=pl.lit(1.0)
    )

    result = solve(**{**tables, "resources": nothing, "use": all_use})

    assert result.plan.height == 0
    assert result.value == result.bound == 0
    assert result.gap == 0


def test_tenths_that_add_up_to_the_capacity_fit():
    tables = {
        "households": pl.DataFrame({"id": ["a", "b", "c"], "weight": [1.0] * 3}),
        "measures": pl.DataFrame({"id": ["M"]}),
        "options": pl.DataFrame(
            {
                "household_id": ["a", "b", "c"],
                "measure_id": ["M"] * 3,
                "gain": [1.0] * 3,
            }
        ),
        "resources": pl.DataFrame({"id": ["R"], "capacity": [0.3]}),
        "use": pl.DataFrame(
            {
                "household_id": ["a", "b", "c"],
                "measure_id": ["M"] * 3,
                "resource_id": ["R"] * 3,
                "amount": [0.1] * 3,
            }
        ),
    }

    assert solve(**tables).value == 3


@pytest.mark.parametrize("seed", [1, 2])
def test_a_county_is_within_a_ten_thousandth_of_the_linear_programme(seed):
    tables = county(1_500, seed=seed)

    result = solve(**tables, max_per_household=3)

    assert result.bound_by is BoundBy.PRICES
    best = linear_value(tables, 3)
    assert best <= result.bound * (1 + 1e-9)
    assert result.bound == pytest.approx(best, rel=1e-5)
    assert 0 <= result.gap < 4e-4
    assert checked(tables, result, 3) == []


def test_scarce_resources_are_used_up_and_others_are_free():
    tables = county(1_500, seed=4)

    result = solve(**tables, max_per_household=3)

    # D(price) - value = sum price * slack + what households miss at the prices.
    rent = (result.prices["price"] * result.prices["slack"]).sum()
    assert rent <= (result.price_bound - result.value) * (1 + 1e-9) + 1e-9
    assert (result.prices["price"] > 0).sum() > 5


def test_the_order_of_rows_changes_nothing():
    tables = county(800, seed=5)
    rng = np.random.default_rng(0)
    mixed = {
        name: frame[rng.permutation(frame.height)] for name, frame in tables.items()
    }

    one, other = solve(**tables), solve(**mixed)

    assert one.plan.equals(other.plan)
    assert one.digest == other.digest
    assert (one.value, one.bound) == (other.value, other.bound)
    assert one.prices.equals(other.prices)


def test_blocks_share_what_they_have_in_common(monkeypatch):
    tables = county(1_200, seed=6, counties=4)
    whole = solve(**tables, max_per_household=3)
    monkeypatch.setattr("bangfu.calc.planning.blocks.PART_MAX", 400)
    monkeypatch.setattr("bangfu.calc.planning.blocks.BLOCK", 300)

    cut = solve(**tables, max_per_household=3)

    assert whole.market.blocks.count == 1
    assert cut.market.blocks.count == 4
    assert len(cut.market.blocks.shared) == 2
    assert cut.bound == pytest.approx(whole.bound, rel=1e-5)
    assert cut.gap < 2e-3
    assert checked(tables, cut, 3) == []


def test_where_nothing_falls_apart_households_are_cut_by_their_ids(monkeypatch):
    tables = county(1_200, seed=7)
    monkeypatch.setattr("bangfu.calc.planning.blocks.PART_MAX", 400)
    monkeypatch.setattr("bangfu.calc.planning.blocks.BLOCK", 300)
    monkeypatch.setattr("bangfu.calc.planning.blocks.SHARED_MAX", 1)

    result = solve(**tables, max_per_household=3)

    assert result.market.blocks.count > 1
    assert result.gap < 4e-3
    assert checked(tables, result, 3) == []


def test_less_effort_gives_a_looser_bound_that_still_holds():
    tables = county(1_000, seed=8)

    hasty = solve(**tables, effort=Effort(steps=1, evaluations=1))
    careful = solve(**tables)

    assert hasty.bound > careful.bound
    assert hasty.bound >= careful.value
    assert checked(tables, hasty) == []


def linear_value(tables, limit):
    from scipy.optimize import linprog
    from scipy.sparse import coo_array, vstack

    options = (
        tables["options"]
        .join(tables["households"], left_on="household_id", right_on="id")
        .join(tables["measures"], left_on="measure_id", right_on="id")
        .with_row_index("column")
    )
    uses = tables["use"].join(options, on=["household_id", "measure_id"])
    rows, rooms = [], []
    names = tables["resources"]["id"].to_list()
    parts = [
        (uses["resource_id"], uses["column"], uses["amount"], None),
        (options["household_id"] + options["group"], options["column"], None, 1),
        (options["household_id"], options["column"], None, limit),
    ]
    for label, column, amount, most in parts:
        known = names if most is None else label.unique().sort().to_list()
        place = label.cast(pl.Enum(known)).to_physical().to_numpy()
        value = np.ones(len(place)) if amount is None else amount.to_numpy()
        shape = (len(known), options.height)
        rows.append(coo_array((value, (place, column.to_numpy())), shape=shape))
        capacity = tables["resources"]["capacity"].to_numpy()
        rooms.append(capacity if most is None else np.full(len(known), float(most)))
    gain = (options["gain"] * options["weight"]).to_numpy()
    answer = linprog(
        -gain,
        A_ub=vstack(rows),
        b_ub=np.concatenate(rooms),
        bounds=(0, 1),
        method="highs",
    )
    return -answer.fun


def test_ids_may_be_categories_and_numbers_may_be_text():
    tables = random_problem(11)
    coded = {
        name: frame.with_columns(pl.all().cast(pl.String).cast(pl.Categorical))
        for name, frame in tables.items()
    }

    one, other = solve(**tables), solve(**coded)

    assert other.plan.equals(one.plan)
    assert (other.value, other.digest) == (one.value, one.digest)
