"""The verifier finds what is wrong with a plan, its value and its bound."""

import polars as pl
import pytest
from tests.calc.planning.test_checks import TABLES

from bangfu.calc.planning import solve, verify

# H1 may get M1 (3) or nothing, H2 M1 (2 * 2) or M2 (2 * 1); there is one place for M1.
BEST = [("H2", "M1")]


def told(plan=BEST, value=4.0, bound=4.0, prices=None, limit=None, **changes):
    found = verify(
        {**TABLES, **changes},
        max_per_household=limit,
        plan=pl.DataFrame(plan, schema=["household_id", "measure_id"], orient="row"),
        value=value,
        bound=bound,
        prices=prices
        if prices is not None
        else pl.DataFrame({"resource_id": ["R1"], "price": [3.0]}),
    )
    return [(finding.code, str(finding.message)) for finding in found]


def test_a_right_plan_and_a_proven_bound_pass():
    # At a price of 3 H2 gains 4 - 3 = 1 by M1 or 2 by M2, H1 nothing: 3 + 2 = 5.
    best = solve(**TABLES)

    assert best.plan.rows() == [("H1", "M1"), ("H2", "M2")]
    assert told([("H1", "M1"), ("H2", "M2")], value=5.0, bound=5.0) == []


@pytest.mark.parametrize(
    ("plan", "value", "code", "message"),
    [
        (
            [("H1", "M2")],
            0.0,
            "planning.not_an_option",
            "Household “H1” and measure “M2” are no option.",
        ),
        (
            [("H2", "M1"), ("H2", "M2")],
            6.0,
            "planning.group_twice",
            "Household “H2” has 2 measures of one group.",
        ),
        (
            [("H1", "M1"), ("H2", "M1")],
            7.0,
            "planning.above_capacity",
            "Resource “R1” is used for 2.0 of 1.0.",
        ),
        (
            [("H2", "M1")],
            5.0,
            "planning.wrong_value",
            "The plan is worth 4.0, not 5.0.",
        ),
    ],
)
def test_a_wrong_plan_is_found(plan, value, code, message):
    assert (code, message) in told(plan, value=value, bound=7.0)


def test_more_measures_than_allowed_are_found():
    measures = TABLES["measures"].with_columns(group=pl.lit(None, dtype=pl.String))

    found = told([("H2", "M1"), ("H2", "M2")], 6.0, 9.0, limit=1, measures=measures)

    assert found == [
        ("planning.above_limit", "Household “H2” has 2 measures, more than 1.")
    ]


def test_a_bound_below_the_best_plan_is_not_believed():
    assert told(bound=4.5) == [
        ("planning.bound_not_proven", "The bound is given as 4.5; only 5.0 is proven.")
    ]


def test_a_bound_that_the_prices_do_not_prove_is_held_against_another_solver():
    # With no price both get M1: 3 + 4 = 7; the best is 5, and 5 is a bound all the same.
    free = pl.DataFrame({"resource_id": ["R1"], "price": [0.0]})

    assert told([("H1", "M1"), ("H2", "M2")], 5.0, 5.0, free) == []
    assert told([("H1", "M1"), ("H2", "M2")], 5.0, 7.0, free) == []


def test_a_negative_price_proves_nothing():
    prices = pl.DataFrame({"resource_id": ["R1"], "price": [-1.0]})

    assert told(prices=prices) == [
        ("planning.bad_price", "A price must be a number of 0 or more.")
    ]


def test_a_value_above_its_bound_is_found():
    (found,) = told([("H1", "M1"), ("H2", "M2")], 5.0, bound=4.0)

    assert found[0] == "planning.bound_not_proven"


def test_wrong_tables_are_told_and_nothing_is_verified():
    (found,) = told(resources=TABLES["resources"].with_columns(capacity=pl.lit(-1.0)))

    assert found[0] == "planning.out_of_range"
