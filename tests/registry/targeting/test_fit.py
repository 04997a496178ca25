"""The score of a county: what it predicts, how it errs, when it is refused. No database."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from bangfu.calc.tables.features import HOUSEHOLD_FEATURES
from bangfu.registry.targeting import fitting

LINE = 3_000.0


def county(rows: int = 300, villages: int = 12, *, noise: float = 0.2) -> pl.DataFrame:
    """Households whose log income is 7.6 + 0.3 able to work - 0.4 unsafe + noise."""
    rng = np.random.default_rng(7)
    able, unsafe = rng.integers(0, 4, rows), rng.random(rows) < 0.3
    log = 7.6 + 0.3 * able - 0.4 * unsafe + noise * rng.standard_normal(rows)
    frame = pl.DataFrame(
        {
            "household": [f"h{n}" for n in range(rows)],
            "division_code": [f"9901011{n % villages:05}" for n in range(rows)],
            "net_per_head_fen": np.round(np.exp(log) * 100).astype(np.int64),
            "able_to_work": able,
            "is_house_unsafe": unsafe,
            "has_toilet": rng.random(rows) < 0.5,
        }
    )
    constant = {
        name: pl.lit(1) for name in fitting.PROXIES if name not in frame.columns
    }
    return frame.with_columns(**constant)


def test_it_recovers_what_the_incomes_were_made_of():
    score = fitting.fit(county(600), line_yuan=LINE)

    assert score.fitted == 600
    assert score.terms["able_to_work"][0] == pytest.approx(0.3, abs=0.03)
    assert score.terms["is_house_unsafe"][0] == pytest.approx(-0.4, abs=0.06)
    assert score.terms["intercept"][0] == pytest.approx(7.6, abs=0.05)


def test_a_household_s_score_is_exp_of_its_terms():
    frame = county()

    score = fitting.fit(frame, line_yuan=LINE)

    row = frame.row(0, named=True)
    terms = {name: pair[0] for name, pair in score.terms.items()}
    log = terms["intercept"] + terms["able_to_work"] * row["able_to_work"]
    log += terms["is_house_unsafe"] * row["is_house_unsafe"]
    log += terms.get("has_toilet", 0.0) * row["has_toilet"]
    assert score.predicted["h0"] == pytest.approx(math.exp(log), rel=1e-9)


def test_errors_are_cross_validated_and_grow_with_the_noise():
    little = fitting.fit(county(600, noise=0.05), line_yuan=LINE).errors
    much = fitting.fit(county(600, noise=0.8), line_yuan=LINE).errors

    assert set(little) == set(fitting.ERRORS)
    assert little["auc"][0] > 0.95 > much["auc"][0]
    assert little["exclusion_error"][0] < much["exclusion_error"][0]
    assert little["r2"][0] > 0.9 > much["r2"][0]
    assert much["inclusion_error"][1] > 0  # with its standard error


def test_a_household_that_lacks_a_proxy_has_no_score_and_takes_no_part():
    frame = county().with_columns(
        able_to_work=pl.when(pl.col("household") == "h3")
        .then(None)
        .otherwise(pl.col("able_to_work"))
    )

    score = fitting.fit(frame, line_yuan=LINE)

    assert score.predicted["h3"] is None
    assert score.predicted["h4"] is not None
    assert score.fitted == 299


def test_a_household_without_income_has_a_score_all_the_same():
    frame = county().with_columns(
        net_per_head_fen=pl.when(pl.col("household") == "h3")
        .then(None)
        .otherwise(pl.col("net_per_head_fen"))
    )

    score = fitting.fit(frame, line_yuan=LINE)

    assert score.predicted["h3"] is not None
    assert score.fitted == 299


def test_a_proxy_that_many_lack_is_left_out():
    frame = county().with_columns(
        is_house_unsafe=pl.when(pl.int_range(pl.len()) % 10 == 0)
        .then(None)
        .otherwise(pl.col("is_house_unsafe"))
    )

    score = fitting.fit(frame, line_yuan=LINE)

    assert score.fitted == 300
    assert not [name for name in score.terms if name.startswith("is_house_unsafe")]


@pytest.mark.parametrize(("rows", "villages"), [(199, 12), (300, 9)])
def test_too_few_households_or_villages_are_refused(rows, villages):
    with pytest.raises(fitting.TooFewForScore) as refusal:
        fitting.fit(county(rows, villages), line_yuan=LINE)

    assert str(refusal.value.message) == (
        f"There are {rows} complete households in {villages} villages; it takes 200 in 10."
    )


def test_no_proxy_is_income_itself_or_a_decision_of_an_office():
    known = set(HOUSEHOLD_FEATURES.names)
    decided = {"status", "is_active", "attribute", "cause_main", "causes", "flags"}
    money = {"net_fen", "net_per_head_fen", "wage_share", "transfer_share", "on_dibao"}

    assert set(fitting.PROXIES) <= known - decided - money
