"""The density test agrees with one written out with statsmodels, and finds bunching."""

import math

import numpy as np
import pytest
import statsmodels.api as sm

from bangfu.calc.crosschecks.density import TooFewValues, density_jump

LINE = 2_900.0


def incomes(seed: int, count: int = 1_500):
    return np.random.default_rng(seed).lognormal(math.log(2_400), 0.3, count)


def bunched(seed: int, share: float):
    """Move a share of the incomes within 200 below the line to just above it."""
    rng = np.random.default_rng(1_000 + seed)
    values = incomes(seed)
    moved = (values > LINE - 200) & (values < LINE) & (rng.random(len(values)) < share)
    values[moved] = LINE + rng.random(int(moved.sum())) * 80
    return values


def by_regression(values, point, bandwidth, width):
    """McCrary's estimator by weighted regressions on bins counted one by one."""
    index = sorted({math.floor((v - point) / width) for v in values})
    bins = range(index[0], index[-1] + 1)
    counts = dict.fromkeys(bins, 0)
    for v in values:
        counts[math.floor((v - point) / width)] += 1
    ends = []
    for side in (-1, 1):
        x = np.array([(b + 0.5) * width for b in bins if (b >= 0) == (side > 0)])
        y = np.array([counts[b] for b in bins if (b >= 0) == (side > 0)])
        weights = np.clip(1 - np.abs(x) / bandwidth, 0, None)
        fitted = sm.WLS(
            y / (len(values) * width), sm.add_constant(x), weights=weights
        ).fit()
        ends.append(fitted.params[0])
    below, above = ends
    se = math.sqrt(24 / 5 * (1 / above + 1 / below) / (len(values) * bandwidth))
    return math.log(above / below), se


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_agrees_with_weighted_regressions(seed):
    values = bunched(seed, 0.3)

    found = density_jump(values, LINE)
    theta, se = by_regression(values, LINE, found.bandwidth, found.bin_width)

    assert found.theta == pytest.approx(theta, rel=1e-9)
    assert found.se == pytest.approx(se, rel=1e-9)
    assert found.z == pytest.approx(theta / se, rel=1e-9)


def test_it_rejects_about_one_smooth_density_in_twenty():
    rejected = sum(density_jump(incomes(seed), LINE).p < 0.05 for seed in range(400))

    # 400 draws of 5 %: 20 expected; 3.3 standard errors are 14.
    assert 6 <= rejected <= 34


def test_it_finds_incomes_moved_over_the_line():
    found = [density_jump(bunched(seed, 0.5), LINE) for seed in range(20)]

    assert all(one.theta > 0 for one in found)
    assert sum(one.p < 0.01 for one in found) >= 18


def test_an_income_at_the_line_is_above_it():
    values = np.concatenate([incomes(4), np.full(150, LINE)])

    assert density_jump(values, LINE).theta > 0.5


def test_it_refuses_too_few_values_and_says_how_many():
    with pytest.raises(TooFewValues, match=r"99 where 100 are needed"):
        density_jump(incomes(5, 99), LINE)


def test_it_refuses_when_too_few_lie_on_a_side():
    with pytest.raises(TooFewValues):
        density_jump(incomes(6), 9_000.0)


def test_equal_values_have_no_density():
    with pytest.raises(TooFewValues):
        density_jump(np.full(500, 2_000.0), LINE)
