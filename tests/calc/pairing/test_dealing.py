"""Loads inside a pool are even, and kin and kept pairs are respected."""

import numpy as np
import polars as pl
import pytest
from tests.calc.pairing.small_cities import random_city

from bangfu.calc.pairing import Params, solve
from bangfu.calc.pairing.dealing import fill_evenly

VILLAGE = "990101101200"


def town(count, quotas):
    households = pl.DataFrame(
        {
            "id": [f"H{number:02d}" for number in range(count)],
            "division_code": VILLAGE,
            "x_km": 0.0,
            "y_km": 0.0,
            "need": "any",
        }
    )
    officials = pl.DataFrame(
        {
            "id": [f"P{number}" for number in range(len(quotas))],
            "unit_id": "U1",
            "serves_code": "990101",
            "x_km": 0.0,
            "y_km": 0.0,
            "expertise": "any",
            "min": [low for low, _ in quotas],
            "max": [high for _, high in quotas],
        }
    )
    return {"households": households, "officials": officials}


def pairs(*rows):
    schema = {"household_id": pl.String, "official_id": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


@pytest.mark.parametrize(
    ("count", "quotas", "loads"),
    [
        (7, [(0, 9), (0, 9), (0, 9)], [3, 2, 2]),
        (7, [(3, 5), (1, 5), (1, 5)], [3, 2, 2]),
        (9, [(3, 3), (2, 2), (1, 9)], [3, 2, 4]),
        (6, [(0, 1), (0, 2), (0, 9)], [1, 2, 3]),
        (4, [(3, 5), (3, 5), (0, 5)], [2, 2, 0]),  # lower quotas first, evenly short
    ],
)
def test_the_lowest_load_gets_the_next_household(count, quotas, loads):
    result = solve(**town(count, quotas))

    assert result.loads["load"].to_list() == loads


def test_kept_pairs_count_in_the_load():
    existing = pairs(("H00", "P0"), ("H01", "P0"), ("H02", "P0"))

    result = solve(**town(6, [(0, 9), (0, 9), (0, 9)]), existing=existing)

    assert result.loads["kept"].to_list() == [3, 0, 0]
    assert result.loads["load"].to_list() == [3, 2, 1]
    assert set(existing.rows()) <= set(result.pairs.rows())


def test_kept_pairs_beyond_the_upper_quota_are_given_up():
    existing = pairs(*((f"H{number:02d}", "P0") for number in range(5)))

    result = solve(**town(6, [(0, 3), (0, 9)]), existing=existing)

    assert result.kept == 3
    assert result.loads["load"].to_list() == [3, 3]
    assert result.cost == -3 * Params().keep_price


def test_a_forbidden_existing_pair_is_neither_kept_nor_paid_for():
    existing = pairs(("H00", "P0"))

    result = solve(**town(2, [(1, 1), (1, 1)]), existing=existing, forbidden=existing)

    assert (result.kept, result.cost) == (0, 0)
    assert result.pairs.rows() == [("H00", "P1"), ("H01", "P0")]


def test_kin_are_exchanged_without_solving_again():
    """P0 may serve none of the first two households, P1 none of the last two."""
    barred = pairs(("H00", "P0"), ("H01", "P0"), ("H02", "P1"), ("H03", "P1"))

    result = solve(**town(4, [(2, 2), (2, 2)]), forbidden=barred)

    assert result.rounds == 1
    assert result.loads["load"].to_list() == [2, 2]
    assert result.forbidden == 0


def test_a_household_whose_only_near_official_is_kin_is_solved_exactly():
    """H00 lies at P0's door and is kin to P0: it costs 5 km, and nobody else moves."""
    tables = town(2, [(0, 2), (0, 2)])
    tables["officials"] = tables["officials"].with_columns(
        x_km=pl.Series([0.0, 3.0]), y_km=pl.Series([0.0, 4.0])
    )

    result = solve(**tables, forbidden=pairs(("H00", "P0")))

    assert (result.rounds, result.cost, result.gap) == (2, 500, 0)
    assert result.pairs.rows() == [("H00", "P1"), ("H01", "P0")]


@pytest.mark.parametrize("seed", range(30))
def test_loads_in_a_pool_differ_by_one_at_most_where_quotas_allow(seed):
    tables = random_city(seed, existing=0, forbidden=0, households=20)
    loads = solve(**tables).loads.join(
        tables["officials"].select(
            pl.col("id").alias("official_id"), "x_km", "y_km", "expertise"
        ),
        on="official_id",
    )

    for _, pool in loads.group_by("serves_code", "x_km", "y_km", "expertise"):
        rows = pool.select("load", "min", "max").rows()
        for load, low, _ in rows:
            for other, other_low, other_high in rows:
                could_give = load > max(low, other + 1)
                could_take = other < other_high
                assert not (could_give and could_take), rows
                must_not_give = load > low
                assert not (must_not_give and other < other_low), rows


def test_filling_is_even_for_many_pools_at_once():
    rng = np.random.default_rng(5)
    pool_of = rng.integers(0, 40, 300)
    start = rng.integers(0, 4, 300)
    stop = start + rng.integers(0, 6, 300)
    room = np.bincount(pool_of, stop - start, minlength=40).astype(int)
    left = rng.integers(0, room + 1)

    load = fill_evenly(pool_of, start, stop, left)

    assert ((load >= start) & (load <= stop)).all()
    assert (np.bincount(pool_of, load - start, minlength=40) == left).all()
    for pool in range(40):
        of = pool_of == pool
        raised = load[of][load[of] > start[of]]
        open_ = load[of][load[of] < stop[of]]
        if len(raised) and len(open_):
            assert raised.max() <= open_.min() + 1
