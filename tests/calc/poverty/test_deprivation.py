"""The Alkire-Foster index: worked examples, sums, precision, refusals."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from bangfu.calc.poverty import Design, deprivations_of, multidimensional
from bangfu.calc.poverty.columns import BadWeights, NoSuchColumn, NotNumbers
from bangfu.calc.poverty.deprivation import BadCutoff, BadIndicators
from bangfu.calc.poverty.sample import NoRows

# Alkire and Foster (2011), Journal of Public Economics 95, section 4: achievements
# (13.1, 14, 4, 1), (15.2, 7, 5, 0), (12.5, 10, 1, 0), (20, 11, 3, 1) against the
# cut-offs (13, 12, 3, 1).
FOUR_PERSONS = pl.DataFrame(
    {
        "income": [0, 0, 1, 0],
        "schooling": [0, 1, 1, 1],
        "health": [0, 0, 1, 0],
        "insurance": [0, 1, 1, 0],
    }
)
FOUR = ["income", "schooling", "health", "insurance"]

# UNDP, Human Development Report 2013, technical note on the index: four households of 4, 7, 5 and
# 4 members; scores 22.2, 72.2, 38.9 and 50.0 %; H 0.80, A 56.3 %, index 0.450.
UNDP = pl.DataFrame(
    {
        "size": [4, 7, 5, 4],
        "no_schooling": [0, 1, 0, 1],
        "not_enrolled": [0, 1, 0, 0],
        "malnourished": [0, 0, 1, 0],
        "mortality": [1, 1, 0, 1],
        "electricity": [0, 1, 1, 1],
        "water": [0, 0, 1, 0],
        "sanitation": [0, 1, 1, 0],
        "floor": [0, 0, 0, 0],
        "fuel": [1, 1, 1, 1],
        "assets": [0, 1, 0, 1],
    }
)
TEN = UNDP.columns[1:]
TEN_WEIGHTS = [1 / 6] * 4 + [1 / 18] * 6


def values(answer, group=None):
    return {e.measure: e.estimate for e in answer.estimates if e.group == group}


def test_the_worked_example_of_alkire_and_foster():
    """k = 2 of 4: H = 1/2, A = 3/4, M0 = 3/8; censored 1/4, 1/2, 1/4, 1/2."""
    found = values(
        multidimensional(deprivations_of(FOUR_PERSONS, indicators=FOUR), 0.5)
    )

    assert (found["h"], found["a"], found["m0"]) == (0.5, 0.75, 0.375)
    assert [found[f"censored_{name}"] for name in FOUR] == [0.25, 0.5, 0.25, 0.5]
    assert [found[f"uncensored_{name}"] for name in FOUR] == [0.25, 0.75, 0.25, 0.5]
    assert found["contribution_schooling"] == pytest.approx(0.25 * 0.5 / 0.375)


@pytest.mark.parametrize(("k", "h"), [(0.25, 0.75), (0.75, 0.25), (1.0, 0.25)])
def test_union_and_intersection(k, h):
    found = values(multidimensional(deprivations_of(FOUR_PERSONS, indicators=FOUR), k))

    assert found["h"] == h


def test_the_worked_example_of_the_human_development_report():
    data = deprivations_of(UNDP, indicators=TEN, shares=TEN_WEIGHTS, weight="size")

    found = values(multidimensional(data, 0.3333))

    assert found["h"] == pytest.approx(0.80)
    assert found["a"] == pytest.approx(0.5625)
    assert found["m0"] == pytest.approx(0.450)


def test_a_score_of_exactly_k_is_poor_whatever_the_rounding():
    """Six eighteenths make a third in words, and a little less in binary."""
    frame = pl.DataFrame({"a": [1], "b": [1], "c": [1], "d": [0], "e": [0], "f": [0]})
    shares = [1 / 18, 1 / 9, 1 / 6, 1 / 3, 1 / 6, 1 / 6]

    data = deprivations_of(frame, indicators=list("abcdef"), shares=shares)

    for k in (1 / 3, 0.3333, 0.33333333333):
        assert values(multidimensional(data, k))["h"] == 1.0
    assert values(multidimensional(data, 0.3334))["h"] == 0.0


def test_weights_are_scaled_to_sum_one():
    one = deprivations_of(FOUR_PERSONS, indicators=FOUR, shares=[3, 3, 3, 3])

    assert one.shares == (0.25,) * 4


def test_groups_and_indicators_add_up():
    frame = random_frame()
    data = deprivations_of(
        frame, indicators=["a", "b", "c"], weight="w", by="region", shares=[2, 1, 1]
    )

    answer = multidimensional(data, 0.5)

    whole = values(answer)
    parts = {name: values(answer, name) for name in ("n", "s")}
    for kind in ("share_population", "share_m0"):
        assert sum(p[kind] for p in parts.values()) == pytest.approx(1)
    for name in ("m0", "h", "censored_a", "censored_b", "censored_c"):
        rebuilt = sum(p["share_population"] * p[name] for p in parts.values())
        assert rebuilt == pytest.approx(whole[name])
    for one in (whole, *parts.values()):
        assert sum(one[f"contribution_{j}"] for j in "abc") == pytest.approx(1)
        assert one["m0"] == pytest.approx(one["h"] * one["a"])
        rebuilt = 0.5 * one["censored_a"] + 0.25 * (
            one["censored_b"] + one["censored_c"]
        )
        assert one["m0"] == pytest.approx(rebuilt)


def random_frame(rows=600, seed=6):
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(rows // 10), 10)
    hardship = rng.normal(0, 0.8, rows // 10)[cluster]
    return pl.DataFrame(
        {
            name: (hardship + rng.normal(0, 1, rows) > cut).astype(np.int8)
            for name, cut in zip("abc", (0.2, 0.4, 0.8), strict=True)
        }
        | {
            "w": rng.uniform(1, 4, rows),
            "region": rng.choice(["n", "s"], rows),
            "stratum": cluster // 15,
            "cluster": cluster,
        }
    )


@pytest.mark.parametrize("seed", range(3))
def test_it_agrees_with_plain_python(seed):
    frame = random_frame(seed=seed)
    data = deprivations_of(frame, indicators=["a", "b", "c"], weight="w")

    found = values(multidimensional(data, 0.5))

    poor, felt, people, censored = 0.0, 0.0, 0.0, [0.0] * 3
    for row in frame.iter_rows(named=True):
        count = row["a"] + row["b"] + row["c"]
        people += row["w"]
        if count >= 2:
            poor += row["w"]
            felt += row["w"] * count / 3
            for j, name in enumerate("abc"):
                censored[j] += row["w"] * row[name]
    assert found["h"] == pytest.approx(poor / people)
    assert found["m0"] == pytest.approx(felt / people)
    assert found["a"] == pytest.approx(felt / poor)
    for j, name in enumerate("abc"):
        assert found[f"censored_{name}"] == pytest.approx(censored[j] / people)


def test_the_error_of_a_headcount_is_that_of_a_mean():
    frame = random_frame()
    data = deprivations_of(frame, indicators=["a"])
    cells = frame["a"].to_numpy()

    found = {e.measure: e for e in multidimensional(data, 1.0).estimates}

    assert found["h"].se == pytest.approx(cells.std(ddof=1) / math.sqrt(cells.size))


@pytest.mark.parametrize("design", ["rows", "strata", "clusters"])
def test_the_bootstrap_agrees(design):
    frame = random_frame()
    data = deprivations_of(
        frame,
        indicators=["a", "b", "c"],
        weight="w",
        by="region",
        strata=None if design == "rows" else "stratum",
        cluster="cluster" if design == "clusters" else None,
    )
    answer = multidimensional(data, 0.6)

    found = np.array(list(replicates(data, 500)))

    ratios = {
        (e.measure, e.group): e.se / error
        for e, error in zip(answer.estimates, found.std(axis=0), strict=True)
    }
    assert {k: v for k, v in ratios.items() if not 0.85 < v < 1.15} == {}


def replicates(data, count):
    """Draw n_h - 1 PSUs of each stratum with replacement (Rao and Wu 1988)."""
    from dataclasses import replace

    rng = np.random.default_rng(1)
    design = data.design
    psu = np.arange(design.rows) if design.psu is None else design.psu
    stratum = np.zeros(design.psus, int) if design.stratum is None else design.stratum
    members = [np.flatnonzero(stratum == h) for h in np.unique(stratum)]
    for _ in range(count):
        times = np.zeros(design.psus)
        for psus in members:
            drawn = rng.choice(psus, psus.size - 1)
            np.add.at(times, drawn, psus.size / (psus.size - 1))
        one = replace(
            data, weight=data.weight * times[psu], design=Design.of(design.rows)
        )
        yield [e.estimate for e in multidimensional(one, 0.6).estimates]


def test_many_indicators_give_the_same_as_few():
    """Beyond 12 indicators patterns are looked up instead of counted by place."""
    rng = np.random.default_rng(0)
    few = pl.DataFrame({f"i{j}": rng.integers(0, 2, 300) for j in range(6)})
    many = few.with_columns(pl.lit(0).alias(f"z{j}") for j in range(10))
    shares = [1.0] * 6 + [1e-12] * 10

    one = values(multidimensional(deprivations_of(few, indicators=few.columns), 0.5))
    two = values(
        multidimensional(
            deprivations_of(many, indicators=many.columns, shares=shares), 0.5
        )
    )

    assert {key: two[key] for key in one} == pytest.approx(one, rel=1e-6)


def test_rows_that_lack_an_indicator_are_left_out_and_told():
    frame = pl.DataFrame({"a": ["1", "NA", "0", "1"], "b": ["1", "1", "0", "."]})

    answer = multidimensional(deprivations_of(frame, indicators=["a", "b"]), 0.5)

    assert values(answer)["h"] == 0.5
    assert values(answer)["n_missing"] == 2
    assert [str(finding.message) for finding in answer.findings] == [
        "2 rows lack an indicator: left out."
    ]


def test_nobody_poor_leaves_intensity_undefined():
    frame = pl.DataFrame({"a": [0, 0, 0], "b": [0, 1, 0]})

    found = values(multidimensional(deprivations_of(frame, indicators=["a", "b"]), 1.0))

    assert found["m0"] == found["h"] == 0.0
    assert math.isnan(found["a"])
    assert math.isnan(found["contribution_b"])


@pytest.mark.parametrize("k", [0.0, -0.1, 1.01, 2.0, math.nan])
def test_a_cutoff_that_is_no_share_is_refused(k):
    data = deprivations_of(FOUR_PERSONS, indicators=FOUR)

    with pytest.raises(BadCutoff) as refused:
        multidimensional(data, k)

    assert str(refused.value) == (
        f"The cut-off k is above 0 and at most 1; this is {k:g}."
    )


def test_a_cell_that_is_not_0_or_1_is_refused():
    frame = pl.DataFrame({"a": [0, 2, 1]})

    with pytest.raises(BadIndicators) as refused:
        deprivations_of(frame, indicators=["a"])

    assert str(refused.value) == (
        "1 rows of the indicator a are not 0 or 1, such as row 2: 2."
    )


@pytest.mark.parametrize(
    "shares", [[1, 1, 1], [1, 1, 1, 0], [1, 1, 1, -1], [1, 1, 1, math.nan]]
)
def test_weights_that_do_not_fit_are_refused(shares):
    with pytest.raises(BadIndicators):
        deprivations_of(FOUR_PERSONS, indicators=FOUR, shares=shares)


def test_what_is_not_there_is_refused():
    with pytest.raises(BadIndicators):
        deprivations_of(FOUR_PERSONS, indicators=[])
    with pytest.raises(BadIndicators):
        deprivations_of(FOUR_PERSONS, indicators=["income", "income"])
    with pytest.raises(NoSuchColumn):
        deprivations_of(FOUR_PERSONS, indicators=["wealth"])
    with pytest.raises(NotNumbers):
        deprivations_of(pl.DataFrame({"a": ["yes", "no"]}), indicators=["a"])
    with pytest.raises(NoRows):
        deprivations_of(pl.DataFrame({"a": ["NA", "NA"]}), indicators=["a"])
    with pytest.raises(BadWeights):
        deprivations_of(UNDP.with_columns(size=-1), indicators=TEN, weight="size")
