"""Regressions for the proxy means test: least squares, quantile, and the LASSO path.

Each takes X (n, p) without the constant, y (n) and weights (n), all finite, and returns
coefficients with the constant first. Nothing here is random.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix
from scipy.special import ndtri

from bangfu.calc.poverty.design import Floats

PATH = 100  # penalties tried
SMALLEST = 1e-3  # the least of them as a share of the largest
SMALLEST_WIDE = 1e-2  # the same with as many regressors as rows
TOLERANCE, TINY, STEPS_MAX = 1e-10, 1e-14, 20


class NotSolved(ArithmeticError):
    """The linear program of a quantile regression ended without an optimum."""


@dataclass(frozen=True)
class Fit:
    """A fitted regression. coefficients: (1 + p), the constant first.

    influence: (n, 1 + p), so that the coefficients' errors are those of the weighted
    sums of its columns.
    """

    coefficients: Floats
    influence: Floats

    def predict(self, x: Floats) -> Floats:
        """Return (m) predictions for (m, p) regressors."""
        predicted: Floats = self.coefficients[0] + x @ self.coefficients[1:]
        return predicted


def least_squares(x: Floats, y: Floats, weight: Floats) -> Fit:
    """Weighted least squares; X with the constant has full rank.

    The influence of a row is (X'WX)^-1 x e, so errors are the linearised ones of
    design-based regression (Binder 1983), those of Stata's svy: regress.
    """
    full = _with_constant(x)
    root = np.sqrt(weight)
    q, r = np.linalg.qr(root[:, None] * full)
    coefficients = np.linalg.solve(r, q.T @ (root * y))
    inverse = np.linalg.inv(r)
    residual = y - full @ coefficients
    return Fit(coefficients, (residual[:, None] * full) @ (inverse @ inverse.T).T)


def quantile_regression(x: Floats, y: Floats, weight: Floats, tau: float) -> Fit:
    """Koenker and Bassett's (1978) regression at quantile tau, exactly.

    Solves the dual linear program: maximise y'a over 0 <= a <= w with
    X'a = (1 - tau) X'w; the coefficients are the prices of the equations. The influence
    is J^-1 x (tau - 1{e < 0}) with J = sum of w K(e / h) / h x x' (Powell 1991), K the
    normal kernel, h by Hall and Sheather's (1988) rule. Raises NotSolved.
    """
    full = _with_constant(x)
    scale = np.maximum(np.abs(full).max(axis=0), 1e-300)
    scaled = full / scale
    solution = linprog(
        -y,
        A_eq=csr_matrix(scaled.T),
        b_eq=(1 - tau) * (scaled.T @ weight),
        bounds=np.column_stack([np.zeros(y.size), weight]),
        method="highs",
    )
    if solution.status != 0:
        raise NotSolved(solution.message)
    coefficients = -np.asarray(solution.eqlin.marginals) / scale
    residual = y - full @ coefficients
    return Fit(coefficients, _quantile_influence(full, residual, weight, tau))


def _quantile_influence(
    full: Floats, residual: Floats, weight: Floats, tau: float
) -> Floats:
    n, z = residual.size, float(ndtri(tau))
    peak = np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)
    width = (
        n ** (-1 / 3)
        * float(ndtri(0.975)) ** (2 / 3)
        * (1.5 * peak**2 / (2 * z * z + 1)) ** (1 / 3)
    )
    low, high = max(tau - width, 0.01), min(tau + width, 0.99)
    middle = np.subtract(*np.quantile(residual, [0.75, 0.25])) / 1.349
    spread = min(float(residual.std()), float(middle)) or float(residual.std())
    h = spread * float(ndtri(high) - ndtri(low))
    if not h > 0:
        return np.full(full.shape, np.nan)
    kernel = np.exp(-0.5 * (residual / h) ** 2) / (h * np.sqrt(2 * np.pi))
    curvature = full.T @ ((weight * kernel)[:, None] * full)
    score = (tau - (residual < 0))[:, None] * full
    influence: Floats = np.linalg.solve(curvature, score.T).T
    return influence


@dataclass(frozen=True)
class Path:
    """LASSO fits along falling penalties.

    penalties: (L). coefficients: (L, 1 + p), the constant first.
    """

    penalties: Floats
    coefficients: Floats


def lasso_path(
    x: Floats, y: Floats, weight: Floats, penalties: Floats | None = None
) -> Path:
    """Return the LASSO fits for falling penalties (Tibshirani 1996).

    Minimises (1/2N) sum of w (y - a - x b)^2 + penalty * sum of |b| over regressors
    scaled to standard deviation 1. By default PATH penalties fall from the least that
    leaves nothing to a thousandth of it (a hundredth with as many regressors as rows).
    """
    share = weight / weight.sum()
    centre, middle = share @ x, float(share @ y)
    away = x - centre
    scale = np.sqrt(share @ (away * away))
    scale[scale == 0] = 1.0
    away = away / scale
    gram = away.T @ (share[:, None] * away)
    pull = away.T @ (share * (y - middle))
    if penalties is None:
        top = float(np.abs(pull).max(initial=0.0)) or 1.0
        least = SMALLEST if y.size > x.shape[1] else SMALLEST_WIDE
        penalties = top * np.geomspace(1.0, least, PATH)
    b = np.zeros(x.shape[1])
    rows = np.empty((penalties.size, 1 + b.size))
    for i, penalty in enumerate(penalties):
        b = _at_penalty(gram, pull, b, float(penalty))
        rows[i, 1:] = b / scale
        rows[i, 0] = middle - rows[i, 1:] @ centre
    return Path(penalties, rows)


def _at_penalty(gram: Floats, pull: Floats, start: Floats, penalty: float) -> Floats:
    """Return the minimum of b'Gb/2 - pull'b + penalty * sum of |b|, exactly.

    Feature-sign search (Lee, Battle, Raina and Ng 2006): with the signs of the
    coefficients known, the rest is a linear system; walk to its solution, stop where a
    coefficient meets 0 and drop it, and take in the regressor that pulls most until
    none pulls more than the penalty. Each step lowers the objective.
    """
    b, sign = start.copy(), np.sign(start)
    for _ in range(STEPS_MAX * (b.size + 1)):
        inside = np.flatnonzero(sign)
        if inside.size:
            want = _solved(
                gram[np.ix_(inside, inside)], pull[inside] - penalty * sign[inside]
            )
            turned = want * sign[inside] <= 0
            if turned.any():
                reach = np.full(inside.size, np.inf)
                reach[turned] = b[inside][turned] / (b[inside] - want)[turned]
                first = int(np.argmin(reach))
                b[inside] += reach[first] * (want - b[inside])
                b[inside[first]] = sign[inside[first]] = 0.0
                continue
            b[inside] = want
        left = pull - gram @ b
        left[inside] = 0.0
        most = int(np.argmax(np.abs(left)))
        if abs(left[most]) <= penalty * (1 + TOLERANCE) + TINY:
            break
        sign[most] = np.sign(left[most])
    return b


def _solved(matrix: Floats, right: Floats) -> Floats:
    try:
        return np.asarray(np.linalg.solve(matrix, right), dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.lstsq(matrix, right)[0], dtype=np.float64)


def _with_constant(x: Floats) -> Floats:
    return np.column_stack([np.ones(x.shape[0]), x])
