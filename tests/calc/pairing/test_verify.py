"""The verifier takes nothing on trust: every kind of tampering is found."""

import dataclasses

import polars as pl
import pytest
from tests.calc.pairing.small_cities import random_city

from bangfu.calc.pairing import Params, Proof, solve, verify

PARAMS = Params(keep_price=150)


def full_city(seed=0):
    """Return a city with full coverage and some freedom, and its result."""
    for number in range(seed, seed + 200):
        tables = random_city(number, officials=14, quota_max=6)
        result = solve(**tables, params=PARAMS)
        if result.uncovered == 0 and result.shortfall == 0 and result.cost:
            return tables, result
    raise AssertionError


@pytest.fixture(scope="module")
def city():
    return full_city()


def codes(tables, pairs, proof, params=PARAMS):
    found = verify(**tables, params=params, pairs=pairs, proof=proof)
    return {
        finding.code.removeprefix("pairing.").removeprefix("verify.")
        for finding in found
    }


def changed(result, household, official):
    return result.pairs.with_columns(
        official_id=pl.when(pl.col("household_id") == household)
        .then(pl.lit(official))
        .otherwise(pl.col("official_id"))
    )


def test_an_untouched_result_holds(city):
    tables, result = city

    assert codes(tables, result.pairs, result.proof) == set()


def test_the_proof_survives_storage(city):
    tables, result = city

    stored = Proof.from_bytes(result.proof.to_bytes())

    assert codes(tables, result.pairs, stored) == set()


def test_a_household_that_was_dropped_is_found(city):
    tables, result = city

    assert "uncovered" in codes(tables, result.pairs[1:], result.proof)


def test_a_household_that_is_paired_twice_is_found(city):
    tables, result = city
    twice = pl.concat([result.pairs, result.pairs[:1]])

    assert codes(tables, twice, result.proof) == {"paired_twice"}


def test_a_stranger_is_found(city):
    tables, result = city
    household = result.pairs["household_id"][0]

    assert codes(tables, changed(result, household, "P99"), result.proof) == {
        "unknown_id"
    }


def test_a_pair_outside_the_jurisdiction_is_found(city):
    tables, result = city
    outside = (
        tables["households"]
        .join(tables["officials"].rename({"id": "official_id"}), how="cross")
        .filter(~pl.col("division_code").str.starts_with(pl.col("serves_code")))
    )
    household, official = outside.select("id", "official_id").row(0)

    assert "outside" in codes(
        tables, changed(result, household, official), result.proof
    )


def test_a_pair_of_kin_is_found(city):
    tables, result = city
    pair = result.pairs[:1]
    barred = tables | {"forbidden": pl.concat([tables["forbidden"], pair])}

    assert "kin" in codes(barred, result.pairs, result.proof)


def test_an_official_above_the_quota_is_found(city):
    tables, result = city
    person = result.pairs["official_id"][0]
    crowded = result.pairs.with_columns(official_id=pl.lit(person))

    assert "above_max" in codes(tables, crowded, result.proof)


def test_a_dearer_pairing_is_found(city):
    """A swap of two pairs is legal, but the proof was for another price."""
    tables, result = city
    found = set()
    rows = result.pairs.rows()
    for one in range(len(rows)):
        for other in range(one):
            swapped = rows.copy()
            swapped[one] = (rows[one][0], rows[other][1])
            swapped[other] = (rows[other][0], rows[one][1])
            frame = pl.DataFrame(swapped, schema=result.pairs.schema, orient="row")
            found |= codes(tables, frame, result.proof)

    assert "cost" in found


@pytest.mark.parametrize("field", ["objective", "bound", "uncovered", "shortfall"])
def test_a_proof_that_claims_another_figure_is_found(city, field):
    tables, result = city
    proof = dataclasses.replace(
        result.proof, **{field: getattr(result.proof, field) + 1}
    )

    assert codes(tables, result.pairs, proof)


def test_prices_that_prove_less_are_found(city):
    tables, result = city
    prices = result.proof.household_price.copy()
    prices += 10
    proof = dataclasses.replace(result.proof, household_price=prices)

    assert codes(tables, result.pairs, proof)


def test_another_table_than_the_one_solved_is_found(city):
    tables, result = city
    moved = tables | {
        "households": tables["households"].with_columns(pl.col("x_km") + 1)
    }

    assert "digest" in codes(moved, result.pairs, result.proof)


def test_other_prices_than_those_solved_with_are_found(city):
    tables, result = city

    assert "digest" in codes(tables, result.pairs, result.proof, Params(keep_price=151))
