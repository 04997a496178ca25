"""The measures against slow definitions, published figures and closed forms."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from microdf import MicroSeries
from tests.calc.poverty import reference

from bangfu.calc.poverty import (
    MEASURES,
    Absolute,
    Design,
    Of,
    Relative,
    Sample,
    measure,
    sample_of,
)
from bangfu.calc.poverty.lines import BadLine
from bangfu.calc.poverty.sample import Domains


def sample(incomes, weights=None, groups=None):
    incomes = np.asarray(incomes, dtype=float)
    weights = np.ones(incomes.size) if weights is None else np.asarray(weights, float)
    domains = None
    if groups is not None:
        names, code = np.unique(groups, return_inverse=True)
        domains = Domains(code, tuple(names))
    return Sample(incomes, weights, Design.of(incomes.size), domains)


def values(answer, group=None):
    return {e.measure: e.estimate for e in answer.estimates if e.group == group}


@pytest.mark.parametrize("seed", range(5))
def test_it_agrees_with_the_definitions(seed):
    rng = np.random.default_rng(seed)
    incomes = np.round(rng.lognormal(8, 0.8, 200), -1)  # many ties
    incomes[:3] = 0.0
    weights = rng.integers(1, 40, 200).astype(float)
    expected = reference.everything(list(zip(incomes, weights, strict=True)), 2000.0)

    answer = measure(sample(incomes, weights), Absolute(2000.0))

    found = values(answer)
    assert found.pop("n_zero") == 3
    assert found.keys() == set(MEASURES)
    assert found == pytest.approx(expected, rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 60), st.integers(1, 9)), min_size=2, max_size=25),
    st.integers(1, 70),
)
def test_it_agrees_with_the_definitions_on_any_small_sample(rows, line):
    rows = [(float(y), float(w)) for y, w in rows]
    expected = reference.everything(rows, float(line)) if _has_poor(rows) else None

    found = values(measure(sample(*zip(*rows, strict=True)), Absolute(float(line))))

    if expected is None:
        assert math.isnan(found["rmpg"])
    else:
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True)


def _has_poor(rows):
    return any(y < 0.6 * reference.median(rows) for y, _ in rows)


def test_a_weight_of_three_is_three_rows():
    once = measure(sample([5.0, 9.0, 20.0], [3, 2, 1]), Absolute(10.0))
    thrice = measure(sample([5, 5, 5, 9, 9, 20]), Absolute(10.0))

    assert values(once) == pytest.approx(values(thrice), rel=1e-12, nan_ok=True)


def test_the_handbook_on_poverty_and_inequality():
    """Haughton and Khandker (2009), World Bank, chapter 4, line 125.

    Incomes 100, 110, 150, 160: P1 = 0.08, P2 = 0.0136, Watts = 0.088 (tables 4.2 and
    4.3 and the text); headcount 50 %.
    """
    found = values(measure(sample([100, 110, 150, 160]), Absolute(125.0)))

    assert found["fgt0"] == 0.5
    assert found["fgt1"] == pytest.approx(0.08, abs=1e-12)
    assert found["fgt2"] == pytest.approx(0.0136, abs=1e-12)
    assert found["watts"] == pytest.approx((math.log(1.25) + math.log(125 / 110)) / 4)
    assert round(found["watts"], 3) == 0.088


def test_sst_by_hand():
    """Gaps 0.2, 0.12, 0, 0: poorest first, (7 * 0.2 + 5 * 0.12) / 16 = 0.125."""
    found = values(measure(sample([100, 110, 150, 160]), Absolute(125.0)))

    assert found["sst"] == pytest.approx(0.125, abs=1e-12)


@pytest.mark.parametrize("n", [2, 3, 10, 1001])
def test_the_gini_of_one_to_n_is_known(n):
    found = values(measure(sample(np.arange(1, n + 1)), Absolute(1.0)))

    assert found["gini"] == pytest.approx((n - 1) / (3 * n), rel=1e-12)


def test_inequality_of_a_lognormal_is_known():
    """sigma 0.5: Gini erf(0.25), Theil 0.125, Atkinson(0.5) 1 - exp(-0.0625)."""
    ranks = (np.arange(400_000) + 0.5) / 400_000
    incomes = np.exp(0.5 * _normal_quantile(ranks))

    found = values(measure(sample(incomes), Absolute(1.0)))

    assert found["gini"] == pytest.approx(math.erf(0.25), abs=2e-5)
    assert found["theil"] == pytest.approx(0.125, abs=2e-5)
    assert found["atkinson_0.5"] == pytest.approx(1 - math.exp(-0.0625), abs=1e-5)
    assert found["median"] == pytest.approx(1.0, abs=1e-5)
    assert found["fgt0"] == 0.5


def _normal_quantile(shares):
    from scipy.stats import norm

    return norm.ppf(shares)


def test_another_library_finds_the_same():
    rng = np.random.default_rng(3)
    incomes, weights = rng.lognormal(7, 1, 3000), rng.uniform(0.2, 9, 3000)
    series = MicroSeries(incomes, weights=weights)

    found = values(measure(sample(incomes, weights), Absolute(800.0)))

    assert found["gini"] == pytest.approx(float(series.gini()), rel=1e-9)
    assert found["mean"] == pytest.approx(float(series.mean()), rel=1e-12)
    assert found["fgt0"] == pytest.approx(float((series < 800).mean()), rel=1e-12)


def test_means_of_a_published_trial():
    """The NSW sample of Dehejia and Wahba (1999): re78 6349 and 4555 (table 1)."""
    from causaldata import nsw_mixtape

    data = nsw_mixtape.load_pandas().data
    drawn = sample(data["re78"], groups=data["treat"].astype(int).astype(str))

    answer = measure(drawn, Absolute(5000.0), ("mean",))

    assert round(values(answer, "1")["mean"]) == 6349
    assert round(values(answer, "0")["mean"]) == 4555


def test_poor_is_strictly_below_the_line():
    found = values(measure(sample([99.0, 100.0, 101.0, 300.0]), Absolute(100.0)))

    assert found["fgt0"] == 0.25


def test_a_quantile_met_exactly_is_the_middle_of_two():
    found = values(measure(sample([1.0, 2.0, 4.0, 100.0]), Absolute(1.0)))

    assert found["median"] == 3.0
    assert found["arpt"] == pytest.approx(1.8)
    assert found["arpr"] == 0.25


def test_tenths_as_weights_meet_a_quantile_too():
    """Ten times 0.1 is not 1 in binary; the tie is seen all the same."""
    found = values(measure(sample(np.arange(10.0), np.full(10, 0.1)), Absolute(1.0)))

    assert found["median"] == 4.5


def test_a_line_may_follow_the_mean():
    incomes = [10.0, 20.0, 30.0, 100.0]  # mean 40, median 25

    found = values(measure(sample(incomes), Relative(0.5, Of.MEAN)))

    assert found["arpt"] == 20.0
    assert found["fgt0"] == found["arpr"] == 0.25


def test_with_an_absolute_line_the_risk_is_still_relative():
    found = values(measure(sample([10.0, 20.0, 30.0, 100.0]), Absolute(1000.0)))

    assert found["fgt0"] == 1.0
    assert found["arpt"] == 15.0
    assert found["arpr"] == 0.25


def test_shares_of_groups_sum_to_one_and_rates_to_the_whole():
    rng = np.random.default_rng(1)
    incomes, weights = rng.lognormal(8, 0.8, 500), rng.uniform(1, 5, 500)
    groups = rng.choice(["east", "middle", "west"], 500)

    answer = measure(sample(incomes, weights, groups), Absolute(2500.0))

    whole = values(answer)
    parts = {name: values(answer, name) for name in ("east", "middle", "west")}
    for kind in ("population", "income", "fgt0", "fgt1", "fgt2", "watts"):
        assert sum(p[f"share_{kind}"] for p in parts.values()) == pytest.approx(1)
    for name in ("fgt0", "fgt1", "fgt2", "watts", "mean", "arpr"):
        rebuilt = sum(p["share_population"] * p[name] for p in parts.values())
        assert rebuilt == pytest.approx(whole[name], rel=1e-12)
    assert {e.n for e in answer.estimates if e.group == "east"} == {
        int((groups == "east").sum()),
        500,  # the shares rest on everybody
    }


def test_a_group_is_measured_as_if_it_were_alone_but_for_the_line():
    rng = np.random.default_rng(2)
    incomes, groups = rng.lognormal(8, 0.8, 300), np.repeat(["a", "b"], 150)
    rows = [(float(y), 1.0) for y in incomes[:150]]
    arpt = 0.6 * reference.median([(float(y), 1.0) for y in incomes])

    found = values(measure(sample(incomes, groups=groups), Absolute(2000.0)), "a")

    assert found["gini"] == pytest.approx(reference.gini(rows), rel=1e-12)
    assert found["qsr"] == pytest.approx(reference.qsr(rows), rel=1e-12)
    assert found["arpr"] == pytest.approx(reference.fgt(rows, arpt, 0), rel=1e-12)
    assert found["rmpg"] == pytest.approx(reference.rmpg(rows, arpt), rel=1e-12)


def test_negative_incomes_are_measured_and_counted():
    """Gap of -100 at line 100 is 2; Theil and Atkinson have no value."""
    answer = measure(sample([-100.0, 50.0, 150.0, 300.0]), Absolute(100.0))

    found = values(answer)
    assert found["fgt1"] == (2 + 0.5) / 4
    assert found["watts"] == pytest.approx(math.log(2) / 4)
    assert found["gini"] == pytest.approx(
        reference.gini([(y, 1) for y in (-100, 50, 150, 300)])
    )
    assert math.isnan(found["theil"])
    assert math.isnan(found["atkinson_0.5"])
    assert math.isnan(found["qsr"])
    assert found["n_negative"] == 1


def test_nothing_earned_leaves_inequality_undefined():
    found = values(measure(sample([0.0, 0.0, 0.0]), Absolute(10.0)))

    assert found["fgt0"] == found["fgt1"] == found["sst"] == 1.0
    assert found["watts"] == 0.0
    for name in ("gini", "theil", "atkinson_0.5", "qsr"):
        assert math.isnan(found[name])


def test_incomes_cut_off_at_the_top_leave_the_share_ratio_undefined():
    """Three of ten stand at the cap of 9, which is the 0.8 quantile."""
    answer = measure(sample([1, 2, 3, 4, 5, 6, 7, 9, 9, 9] * 10), Absolute(2.0))

    assert math.isnan(values(answer)["qsr"])
    (finding,) = answer.findings
    assert str(finding.message) == (
        "Many incomes are equal: the fifths of S80/S20 hold 20.0% and 0.0% of the "
        "population."
    )


def test_a_heap_at_a_quantile_goes_to_the_lower_side_and_is_told():
    """Of 100, 20 earn 1 and 10 earn 2: the 0.2 quantile is 1.5. If all 30 earn 1, the
    quantile is 1 and all 30 are taken for the poorest fifth.
    """
    even = measure(sample([1] * 20 + [2] * 10 + list(range(3, 73))), Absolute(2.0))
    heap = measure(sample([1] * 30 + list(range(3, 73))), Absolute(2.0))

    assert even.findings == ()
    assert values(heap)["qsr"] == pytest.approx(sum(range(53, 73)) / 30)
    (finding,) = heap.findings
    assert str(finding.message) == (
        "Many incomes are equal: the fifths of S80/S20 hold 30.0% and 20.0% of the "
        "population."
    )


def test_nobody_below_the_line():
    found = values(measure(sample([5.0, 6.0, 7.0]), Absolute(1.0)))

    for name in ("fgt0", "fgt1", "fgt2", "watts", "sst", "arpr"):
        assert found[name] == 0.0
    assert math.isnan(found["rmpg"])


@pytest.mark.parametrize("amount", [0.0, -3.0, math.inf, math.nan])
def test_a_line_that_is_not_positive_is_refused(amount):
    with pytest.raises(BadLine) as refused:
        Absolute(amount)

    assert str(refused.value) == (f"A poverty line is positive; this is {amount:g}.")


def test_a_relative_line_of_nothing_is_told():
    """Two of three without income: the median is 0, and nobody is below it."""
    answer = measure(sample([0.0, 0.0, 5.0], groups=["a", "a", "b"]))

    found = values(answer)
    assert found["arpt"] == found["arpr"] == 0.0
    assert found["gini"] == pytest.approx(2 / 3)
    for name in ("fgt0", "fgt1", "sst", "rmpg"):
        assert math.isnan(found[name])
    assert str(answer.findings[0].message) == (
        "The relative line is 0, not positive: gaps from it have no value."
    )
    with pytest.raises(BadLine):
        Relative(0.0)


@pytest.mark.parametrize("kind", [pl.Int8, pl.UInt8, pl.Int16, pl.UInt16, pl.Float32])
def test_narrow_columns_do_not_overflow(kind):
    frame = pl.DataFrame(
        {"y": [100, 110, 120, 90] * 500, "w": [100, 90, 120, 110] * 500}
    ).cast(kind)

    found = values(measure(sample_of(frame, income="y", weight="w"), Absolute(105.0)))

    wide = sample([100, 110, 120, 90] * 500, [100, 90, 120, 110] * 500)
    expected = values(measure(wide, Absolute(105.0)))
    assert found == pytest.approx(expected, rel=1e-12, nan_ok=True)


def test_the_order_of_rows_does_not_matter():
    rng = np.random.default_rng(8)
    incomes, weights = rng.lognormal(8, 1, 400), rng.uniform(1, 9, 400)
    order = rng.permutation(400)

    one = measure(sample(incomes, weights), Absolute(2000.0))
    two = measure(sample(incomes[order], weights[order]), Absolute(2000.0))

    for a, b in zip(one.estimates, two.estimates, strict=True):
        assert a.estimate == pytest.approx(b.estimate, rel=1e-11)
        assert a.se == pytest.approx(b.se, rel=1e-9)
