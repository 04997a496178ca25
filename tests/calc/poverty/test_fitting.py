"""Regressions against statsmodels, published coefficients, and optimality conditions."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import norm
from statsmodels.datasets import engel

from bangfu.calc.poverty.fitting import (
    lasso_path,
    least_squares,
    quantile_regression,
)
from bangfu.calc.poverty.proxies import independent


def data(n=400, p=5, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, p)) @ rng.normal(size=(p, p))
    y = 3 + x @ np.array([1.0, -0.5, 0.2, 0.0, 0.0]) + rng.normal(0, 1 + 0.1 * p, n)
    return x, y, rng.uniform(0.5, 4, n)


def test_least_squares_agree_with_statsmodels():
    x, y, w = data()
    fit = sm.WLS(y, sm.add_constant(x), weights=w).fit()

    found = least_squares(x, y, w)

    assert found.coefficients == pytest.approx(fit.params, rel=1e-10, abs=1e-12)
    assert found.predict(x) == pytest.approx(fit.fittedvalues, rel=1e-10)


def test_the_influence_gives_the_robust_errors_of_statsmodels():
    x, y, w = data()
    fit = sm.WLS(y, sm.add_constant(x), weights=w).fit(cov_type="HC0")

    influence = w[:, None] * least_squares(x, y, w).influence

    assert np.sqrt((influence**2).sum(axis=0)) == pytest.approx(fit.bse, rel=1e-8)


def test_engels_food_expenditure_is_as_published():
    """Koenker and Bassett (1982): least squares 147.48 + 0.4852 income, median
    regression 81.48 + 0.5602 income (Koenker 2005, Quantile Regression, section 1.4).
    """
    frame = engel.load_pandas().data
    x, y = frame[["income"]].to_numpy(), frame["foodexp"].to_numpy()

    middle = quantile_regression(x, y, np.ones(y.size), 0.5).coefficients
    plain = least_squares(x, y, np.ones(y.size)).coefficients

    assert [round(float(b), 4) for b in (middle[1], plain[1])] == [0.5602, 0.4852]
    assert [round(float(a), 2) for a in (middle[0], plain[0])] == [81.48, 147.48]


@pytest.mark.parametrize("tau", [0.1, 0.5, 0.8])
def test_quantile_regression_is_at_the_optimum(tau):
    x, y, w = data()
    full = sm.add_constant(x)

    def loss(b):
        e = y - full @ b
        return float(w @ np.where(e < 0, (tau - 1) * e, tau * e))

    found = quantile_regression(x, y, w, tau).coefficients

    other = sm.QuantReg(w * y, w[:, None] * full).fit(q=tau, p_tol=1e-9, max_iter=5000)
    assert found == pytest.approx(other.params, abs=2e-3)
    assert loss(found) <= loss(other.params) + 1e-9
    rng = np.random.default_rng(1)
    for _ in range(200):
        assert loss(found) <= loss(found + rng.normal(0, 0.01, found.size)) + 1e-9


def test_a_quantile_of_nothing_but_a_constant_is_the_quantile():
    y = np.arange(1.0, 12.0)

    found = quantile_regression(np.empty((11, 0)), y, np.ones(11), 0.5)

    assert found.coefficients == pytest.approx([6.0])


def test_the_errors_of_a_median_are_near_the_asymptotic_ones():
    """Normal errors: the median's standard error is 1.2533 times the mean's."""
    rng = np.random.default_rng(5)
    y = rng.normal(0, 1, 4000)

    found = quantile_regression(np.empty((4000, 0)), y, np.ones(4000), 0.5)

    error = float(np.sqrt((found.influence**2).sum()))
    assert error == pytest.approx(1 / (2 * norm.pdf(0)) / np.sqrt(4000), rel=0.1)


@pytest.mark.parametrize("place", [20, 60, 99])
def test_the_lasso_agrees_with_statsmodels(place):
    """Same objective on regressors of standard deviation 1, unweighted."""
    x, y, _ = data()
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    path = lasso_path(z, y, np.ones(y.size))
    other = sm.OLS(y - y.mean(), z).fit_regularized(
        alpha=float(path.penalties[place]), L1_wt=1.0, cnvrg_tol=1e-12, maxiter=5000
    )

    assert path.coefficients[place, 1:] == pytest.approx(other.params, abs=1e-6)


def test_the_lasso_meets_its_optimality_conditions():
    """Weighted: |correlation with the residual| is the penalty where b is not 0."""
    x, y, w = data(seed=2)
    share = w / w.sum()
    scale = np.sqrt(share @ (x - share @ x) ** 2)

    path = lasso_path(x, y, w)

    assert np.all(path.coefficients[0, 1:] == 0)
    assert path.coefficients[0, 0] == pytest.approx(share @ y)
    for penalty, b in zip(path.penalties, path.coefficients, strict=True):
        residual = y - b[0] - x @ b[1:]
        pull = ((x - share @ x) / scale).T @ (share * residual)
        inside = b[1:] != 0
        assert np.abs(pull[inside]) == pytest.approx(penalty, rel=1e-5)
        assert np.all(np.abs(pull[~inside]) <= penalty * (1 + 1e-6))


def test_the_end_of_the_path_is_least_squares():
    x, y, w = data()

    path = lasso_path(x, y, w, np.array([0.0]))

    assert path.coefficients[0] == pytest.approx(
        least_squares(x, y, w).coefficients, rel=1e-5, abs=1e-6
    )


def test_what_is_determined_by_others_is_left_out():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=50), rng.normal(size=50)
    matrix = np.column_stack([a, np.full(50, 7.0), b, a - 2 * b + 3, b * b])

    assert independent(matrix, rng.uniform(1, 3, 50)).tolist() == [0, 2, 4]


def test_no_more_regressors_than_rows():
    rng = np.random.default_rng(0)

    assert independent(rng.normal(size=(4, 9)), np.ones(4)).size == 3
