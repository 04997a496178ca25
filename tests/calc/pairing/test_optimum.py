"""The optimum equals that of an explicit model solved by another solver."""

import numpy as np
import polars as pl
import pytest
from tests.calc.pairing.small_cities import explicit_optimum, random_city

from bangfu.calc.pairing import Params, Status, solve, verify

PARAMS = Params(km_price=1, keep_price=150)


def solved(tables, params=PARAMS):
    return solve(**tables, params=params)


@pytest.mark.parametrize("seed", range(40))
def test_it_equals_the_explicit_model(seed):
    tables = random_city(seed)
    expected = explicit_optimum(tables, PARAMS)

    result = solved(tables)

    assert (result.uncovered, result.shortfall, result.cost) == (
        expected.uncovered,
        expected.shortfall,
        expected.cost,
    )
    assert result.gap == 0
    assert verify(**tables, params=PARAMS, pairs=result.pairs, proof=result.proof) == []


@pytest.mark.parametrize("seed", range(100, 112))
def test_it_equals_the_explicit_model_when_kin_are_many(seed):
    tables = random_city(seed, forbidden=0.6, quota_max=3)
    expected = explicit_optimum(tables, PARAMS)

    result = solved(tables)

    assert (result.uncovered, result.shortfall, result.cost) == (
        expected.uncovered,
        expected.shortfall,
        expected.cost,
    )


@pytest.mark.parametrize("seed", range(200, 208))
def test_it_equals_the_explicit_model_without_history(seed):
    tables = random_city(seed, existing=0, forbidden=0, households=20)
    expected = explicit_optimum(tables, PARAMS)

    assert solved(tables).cost == expected.cost


def test_both_full_and_partial_coverage_were_met():
    """The random cities are of both sorts, so the tests above compare both."""
    statuses = {solved(random_city(seed)).status for seed in range(40)}
    roomy = [random_city(s, officials=14, quota_max=6) for s in range(30)]
    statuses |= {solved(tables).status for tables in roomy}

    assert statuses == {Status.OPTIMAL_FULL, Status.OPTIMAL_PARTIAL}


@pytest.mark.parametrize("seed", range(12))
def test_the_order_of_rows_does_not_matter(seed):
    tables = random_city(seed)
    rng = np.random.default_rng(seed)
    shuffled = {
        name: frame[rng.permutation(frame.height).tolist()]
        for name, frame in tables.items()
    }

    one, other = solved(tables), solved(shuffled)

    assert one.pairs.sort("household_id").equals(other.pairs.sort("household_id"))
    assert one.proof.digest == other.proof.digest


def test_nobody_is_above_the_upper_quota_or_paired_with_kin():
    for seed in range(40):
        result = solved(random_city(seed))

        assert (result.above_max, result.forbidden) == (0, 0)
        assert (result.loads["load"] <= result.loads["max"]).all()


def households(*rows):
    return pl.DataFrame(
        rows,
        schema=["id", "division_code", "x_km", "y_km", "need"],
        orient="row",
        schema_overrides={"x_km": pl.Float64, "y_km": pl.Float64},
    )


def officials(*rows):
    return pl.DataFrame(
        rows,
        schema=[
            "id",
            "unit_id",
            "serves_code",
            "x_km",
            "y_km",
            "expertise",
            "min",
            "max",
        ],
        orient="row",
        schema_overrides={"x_km": pl.Float64, "y_km": pl.Float64},
    )


def pairs(*rows):
    return pl.DataFrame(rows, schema=["household_id", "official_id"], orient="row")


V1, V2 = "990101101200", "990101101201"
HOMES = households(
    ("H1", V1, 0, 0, "health"), ("H2", V1, 0, 0, "health"), ("H3", V2, 3, 4, "school")
)


def test_a_worked_example():
    """Two officials at the first village, one at the second, one household each.

    H1 and H2 lie where P1 and P2 work (0 km), H3 where P3 works: cost 0. With P3 at the
    first village as well, H3 costs 5 km = 500 units.
    """
    near = officials(
        ("P1", "U1", "990101", 0, 0, "x", 1, 1),
        ("P2", "U1", "990101", 0, 0, "x", 1, 1),
        ("P3", "U2", "990101", 3, 4, "x", 1, 1),
    )
    far = near.with_columns(x_km=pl.lit(0.0), y_km=pl.lit(0.0))

    assert solve(households=HOMES, officials=near).cost == 0
    result = solve(households=HOMES, officials=far)
    assert (result.cost, result.bound, result.status) == (500, 500, Status.OPTIMAL_FULL)


def test_an_existing_pair_is_kept_while_the_way_is_shorter_than_its_price():
    """P2 has H3, 5 km away; P1 would be nearer by 5 km = 500 units."""
    people = officials(
        ("P1", "U1", "990101", 3, 4, "x", 0, 3), ("P2", "U2", "990101", 0, 0, "x", 0, 3)
    )
    present = pairs(("H3", "P2"))

    kept = solve(
        households=HOMES,
        officials=people,
        existing=present,
        params=Params(keep_price=501),
    )
    moved = solve(
        households=HOMES,
        officials=people,
        existing=present,
        params=Params(keep_price=499),
    )

    assert ("H3", "P2") in kept.pairs.rows()
    assert ("H3", "P1") in moved.pairs.rows()


def test_kin_swap_partners_inside_a_unit_at_no_cost():
    people = officials(
        ("P1", "U1", "990101", 0, 0, "x", 1, 1),
        ("P2", "U1", "990101", 0, 0, "x", 1, 1),
        ("P3", "U1", "990101", 0, 0, "x", 1, 1),
    )
    free = solve(households=HOMES, officials=people)
    barred = pairs(*free.pairs.rows())

    result = solve(households=HOMES, officials=people, forbidden=barred)

    assert result.cost == free.cost
    assert not set(result.pairs.rows()) & set(barred.rows())
    assert result.covered == 3


def test_expertise_that_fits_the_need_wins_over_a_short_way():
    people = officials(
        ("P1", "U1", "990101", 0, 0, "teacher", 1, 2),
        ("P2", "U2", "990101", 3, 4, "doctor", 1, 2),
    )
    costs = pl.DataFrame(
        {
            "need": ["health", "health", "school", "school"],
            "expertise": ["teacher", "doctor", "teacher", "doctor"],
            "cost": [1000, 0, 0, 1000],
        }
    )

    result = solve(households=HOMES, officials=people, costs=costs)

    assert sorted(result.pairs.rows()) == [("H1", "P2"), ("H2", "P2"), ("H3", "P1")]
    assert result.cost == 3 * 500
