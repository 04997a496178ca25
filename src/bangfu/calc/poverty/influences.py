"""The measures of poverty and inequality, each with its influence on every row.

A measure is a function of the weighted sample. Its influence z (Deville 1999; Osier
2009) is its derivative with respect to the weight of a row, so that the standard error
of the measure is that of the sum of w*z. Where the measure depends on a poverty line
that is itself estimated, `slope` is its derivative with respect to the line, and the
line's own influence is added elsewhere.

Notation: w weight, N = sum w, y income in ascending order, t the line, poor means
y < t, f the density of income. docs/algorithms/poverty.md has the sources.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bangfu.calc.poverty.design import Floats
from bangfu.calc.poverty.quantiles import Ranked

NAN = math.nan


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure in one domain.

    influence: (n rows of the domain, in the order of its `Ranked`); None where the
    measure is not defined. slope: gives the derivative with respect to the poverty
    line, which is asked for only when the line is estimated.
    """

    value: float
    influence: Floats | None
    slope: Callable[[], float] = float


UNDEFINED = Measured(NAN, None)


def fgt(d: Ranked, line: float, order: int) -> Measured:
    """Foster, Greer and Thorbecke (1984): (1/N) sum of w ((t - y) / t)^order, y < t."""
    poor = d.below(line)
    w, n = d.w[:poor], d.population
    gap = np.ones(poor) if order == 0 else (line - d.y[:poor]) / line
    felt = gap**order
    value = float(np.dot(w, felt)) / n
    influence = np.full(d.y.size, -value / n)
    influence[:poor] += felt / n
    if order == 0:
        return Measured(value, influence, lambda: d.density(line))

    def slope() -> float:
        inner = gap ** (order - 1)
        return order * float(np.dot(d.incomes[:poor], inner)) / (n * line**2)

    return Measured(value, influence, slope)


def watts(d: Ranked, line: float) -> Measured:
    """Watts (1968): (1/N) sum of w ln(t / y) over 0 < y < t.

    A poor row with no income or less counts in N and adds nothing to the sum, as in
    the World Bank's figures; the logarithm has no value there.
    """
    first, poor = d.up_to(0.0), d.below(line)
    felt = np.log(line / d.y[first:poor])
    w, n = d.w[first:poor], d.population
    value = float(np.dot(w, felt)) / n
    influence = np.full(d.y.size, -value / n)
    influence[first:poor] += felt / n
    return Measured(value, influence, lambda: float(w.sum()) / (n * line))


def sst(d: Ranked, line: float) -> Measured:
    """Sen, Shorrocks and Thon in Xu and Osberg's form: H * I * (1 + G(g)).

    With g the poverty gap ratios of everybody (0 for the non-poor), H * I is their
    mean and G(g) their Gini coefficient; so SST = mean(g) + D / (2 N^2), where D is the
    sum of w w |g - g| over all pairs.
    """
    poor = d.below(line)
    y, w, n = d.y[:poor], d.w[:poor], d.population
    cumulated = d.cumulated[:poor]
    gap = (line - y) / line
    felt = np.cumsum(w * gap)
    total = float(felt[-1]) if poor else 0.0
    apart = np.full(d.y.size, total)
    apart[:poor] = 2 * (felt - gap * cumulated) + gap * n - total
    pairs = float(np.dot(d.w, apart))
    value = total / n + pairs / (2 * n * n)
    influence = apart / (n * n) - (total / n + pairs / (n * n)) / n
    influence[:poor] += gap / n

    def slope() -> float:
        above = n - cumulated + w / 2
        return 2 * float(np.dot(w * y, above)) / (n * n * line**2)

    return Measured(value, influence, slope)


def gini(d: Ranked) -> Measured:
    """Gini: sum of w w |y - y| over all pairs / (2 N^2 mean), of the population.

    The same as the covariance formula 2 cov(y, F) / mean with F the middle rank; no
    n / (n - 1). Undefined unless the mean is positive.
    """
    n, total = d.population, d.total
    if not total > 0:
        return UNDEFINED
    earned = np.cumsum(d.incomes)
    apart = 2 * (d.y * d.cumulated - earned) + total - n * d.y
    value = float(np.dot(d.w, apart)) / (2 * n * total)
    influence = apart / (n * total) - value * (1 / n + d.y / total)
    return Measured(value, influence)


def theil(d: Ranked) -> Measured:
    """Theil's T: (1/N) sum of w r ln r, r = y / mean; 0 ln 0 = 0.

    Undefined with a negative income or without a positive mean.
    """
    if d.y[0] < 0 or not d.total > 0:
        return UNDEFINED
    n, r = d.population, d.y / d.mean
    felt = r * np.log(r, out=np.zeros_like(r), where=r > 0)
    value = float(np.dot(d.w, felt)) / n
    return Measured(value, (felt - value * r - r + 1) / n)


def atkinson_half(d: Ranked) -> Measured:
    """Atkinson with aversion 0.5: 1 - ((1/N) sum of w sqrt(r))^2, r = y / mean.

    Undefined with a negative income or without a positive mean.
    """
    if d.y[0] < 0 or not d.total > 0:
        return UNDEFINED
    n, r = d.population, d.y / d.mean
    root = np.sqrt(r)
    middle = float(np.dot(d.w, root)) / n
    return Measured(1 - middle**2, (middle**2 * (1 + r) - 2 * middle * root) / n)


def qsr(d: Ranked) -> Measured:
    """S80/S20: income of those above the 0.8 quantile / of those up to the 0.2 quantile.

    Undefined unless the poorest fifth has a positive income and somebody is above the
    0.8 quantile (nobody is where the largest incomes are cut off at one amount).
    """
    low, high = d.quantile(0.2), d.quantile(0.8)
    poorest, others = d.up_to(low), d.up_to(high)
    bottom, top = float(d.incomes[:poorest].sum()), float(d.incomes[others:].sum())
    if not bottom > 0 or others == d.y.size:
        return UNDEFINED
    value = top / bottom
    influence = np.full(d.y.size, 0.2 * (high - value * low) / bottom)
    influence[:poorest] -= value * (d.y[:poorest] - low) / bottom
    influence[others:] += (d.y[others:] - high) / bottom
    return Measured(value, influence)


def fifths(d: Ranked) -> tuple[float, float]:
    """Return the shares of the population that S80/S20 takes for its two fifths."""
    bottom = d.cumulated[d.up_to(d.quantile(0.2)) - 1] / d.population
    top = 1 - d.cumulated[d.up_to(d.quantile(0.8)) - 1] / d.population
    return float(bottom), float(top)


def mean(d: Ranked) -> Measured:
    """Mean income."""
    return Measured(d.mean, (d.y - d.mean) / d.population)


def median(d: Ranked) -> Measured:
    """Median income, by Eurostat's rule; its variance rests on the density there."""
    value, influence = d.quantile(0.5), None
    density = d.density(value)
    if density > 0:
        up_to = np.zeros(d.y.size)
        up_to[: d.up_to(value)] = 1.0
        influence = (0.5 - up_to) / (density * d.population)
    return Measured(value, influence)


def rmpg(d: Ranked, line: float) -> Measured:
    """Relative median gap: (t - median income of the poor) / t. Undefined without poor.

    The median m of the poor solves F(m) = F(t) / 2, so its influence is that of
    (F(t) / 2 - F(m)) / f(m), and its slope f(t) / (2 f(m)).
    """
    poor = d.below(line)
    if not poor:
        return UNDEFINED
    middle, n = d.quantile(0.5, poor), d.population
    value, density = 1 - middle / line, d.density(middle)
    if not density > 0:
        return Measured(value, None)
    rate = float(d.cumulated[poor - 1]) / n
    half = d.up_to(middle)
    of_middle = np.full(
        d.y.size, (float(d.cumulated[half - 1]) / n - 0.5 * rate) / (density * n)
    )
    of_middle[:poor] += 0.5 / (density * n)
    of_middle[:half] -= 1 / (density * n)

    def slope() -> float:
        return middle / line**2 - 0.5 * d.density(line) / (density * line)

    return Measured(value, -of_middle / line, slope)


WITH_LINE: dict[str, Callable[[Ranked, float], Measured]] = {
    "fgt0": lambda d, line: fgt(d, line, 0),
    "fgt1": lambda d, line: fgt(d, line, 1),
    "fgt2": lambda d, line: fgt(d, line, 2),
    "watts": watts,
    "sst": sst,
}
"""Measures at the chosen line."""

OF_INCOME: dict[str, Callable[[Ranked], Measured]] = {
    "gini": gini,
    "theil": theil,
    "atkinson_0.5": atkinson_half,
    "qsr": qsr,
    "mean": mean,
    "median": median,
}
"""Measures without a line."""

AT_RISK = ("arpr", "arpt", "rmpg")
"""Measures at the relative line."""

MEASURES = (*WITH_LINE, *OF_INCOME, *AT_RISK)
"""Every measure by name, in the order of the answer."""
