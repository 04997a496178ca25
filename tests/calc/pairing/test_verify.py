"""The verifier takes nothing on trust: every kind of tampering is found."""

import dataclasses

import polars as pl
import pytest
from tests.calc.pairing.small_cities import random_city

from bangfu.calc.pairing import Params, Proof, solve, verify
from bangfu.calc.values.findings import BadInput

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


def poor_city():
    """Return a city that can be covered only in part, with officials below quota."""
    for number in range(400):
        tables = random_city(number, households=16, forbidden=0.1)
        result = solve(**tables, params=PARAMS)
        if result.uncovered and result.shortfall and result.rounds == 1:
            return tables, result
    raise AssertionError


def tampered(result, **changes):
    return dataclasses.replace(result.proof, **changes)


def test_partial_coverage_is_proven_too():
    tables, result = poor_city()

    assert codes(tables, result.pairs, result.proof) == set()


def test_a_coverage_proof_about_too_few_households_is_found():
    tables, result = poor_city()
    nobody = result.proof.starved & False

    assert codes(tables, result.pairs, tampered(result, starved=nobody)) == {
        "coverage_bound"
    }


def test_a_shortfall_proof_about_too_few_officials_is_found():
    tables, result = poor_city()
    nobody = result.proof.crowded & False

    assert codes(tables, result.pairs, tampered(result, crowded=nobody)) == {
        "shortfall_bound"
    }


def test_fewer_pairs_than_possible_cannot_be_passed_off_as_optimal():
    """A forger who drops a pair and adjusts every figure lacks the set that proves it."""
    tables, result = poor_city()
    fewer = result.pairs[1:]
    claimed = tampered(result, uncovered=result.proof.uncovered + 1)

    assert "coverage_bound" in codes(tables, fewer, claimed)


@pytest.mark.parametrize("field", ["household_price", "official_price"])
def test_every_single_price_that_is_raised_is_found(field, city):
    tables, result = city
    for at in range(len(getattr(result.proof, field))):
        prices = getattr(result.proof, field).copy()
        prices[at] += 1_000

        assert codes(tables, result.pairs, tampered(result, **{field: prices}))


def test_prices_above_that_of_being_left_out_are_found():
    tables, result = poor_city()
    lower = result.proof.household_price.max() - 1
    claimed = tampered(result, uncovered_price=int(lower))

    assert "uncovered_price" in codes(tables, result.pairs, claimed)


def test_prices_above_that_of_falling_short_are_found():
    tables, result = poor_city()
    lower = result.proof.official_price.max() - 1
    claimed = tampered(result, idle_price=int(lower))

    assert "idle_price" in codes(tables, result.pairs, claimed)


def test_a_dearer_pairing_with_a_forged_bound_is_found(city):
    """Raising every household's price to match breaks the price of some pair."""
    tables, result = city
    prices = result.proof.household_price.copy()
    prices[0] += 500
    claimed = tampered(
        result,
        household_price=prices,
        bound=result.proof.bound + 500,
        objective=result.proof.objective + 500,
    )

    assert {"pair_price", "cost"} <= codes(tables, result.pairs, claimed)


def test_prices_out_of_range_are_found_before_they_overflow(city):
    tables, result = city
    prices = result.proof.household_price.copy()
    prices[0] = 2**62

    assert "price_range" in codes(
        tables, result.pairs, tampered(result, household_price=prices)
    )


def test_a_proof_for_other_rolls_is_found(city):
    tables, result = city
    shorter = tampered(result, official_price=result.proof.official_price[1:])

    assert "size" in codes(tables, result.pairs, shorter)


def test_a_finding_says_what_is_wrong_in_both_languages(city):
    tables, result = city
    found = verify(**tables, params=PARAMS, pairs=result.pairs[1:], proof=result.proof)
    told = next(f for f in found if f.code == "verify.uncovered").message

    assert told.as_json() == {
        "zh": "未覆盖户数不符：证明为 0，实际为 1。",
        "en": "uncovered households: the proof says 0, counted are 1.",
    }


@pytest.mark.parametrize("stored", [b"", b"PK\x03\x04", b"not a proof", b"\x00" * 99])
def test_a_damaged_proof_is_refused(stored):
    with pytest.raises(BadInput, match="The proof of optimality cannot be read"):
        Proof.from_bytes(stored)


def test_a_cut_proof_is_refused(city):
    _, result = city
    with pytest.raises(BadInput):
        Proof.from_bytes(result.proof.to_bytes()[:-40])


def test_a_proof_that_needs_kin_to_be_left_out_holds():
    """With many kin some pairs are dearer than their prices; those are forbidden."""
    for number in range(20):
        tables = random_city(number, households=10, officials=6, forbidden=0.5)
        result = solve(**tables, params=PARAMS)
        if result.rounds > 1:
            assert codes(tables, result.pairs, result.proof) == set()
            free = tables | {"forbidden": tables["forbidden"].clear()}
            assert "digest" in codes(free, result.pairs, result.proof)
