"""Sorted weighted data: quantiles by Eurostat's rule and the density at a point."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from bangfu.calc.poverty.design import Floats

TIE = 1e-10  # relative; two shares of the population closer than this are the same
BANDWIDTHS = 9.0  # the normal kernel is 0 in double precision farther out


@dataclass(frozen=True)
class Ranked:
    """Incomes of a domain in ascending order, with their weights.

    y: (n), finite, ascending. w: (n), positive. rows: (n), where they stand in the
    sample.
    """

    y: Floats
    w: Floats
    rows: npt.NDArray[np.intp]

    @classmethod
    def of(
        cls, income: Floats, weight: Floats, rows: npt.NDArray[np.intp] | None = None
    ) -> Ranked:
        """Sort the rows (all by default) by income."""
        if rows is not None:
            income, weight = income[rows], weight[rows]
        order = np.argsort(income)
        where = order if rows is None else rows[order]
        return cls(income[order], weight[order], where)

    @cached_property
    def cumulated(self) -> Floats:
        """(n): population up to and with each row."""
        return np.cumsum(self.w)

    @property
    def population(self) -> float:
        """The sum of the weights."""
        return float(self.cumulated[-1])

    @cached_property
    def incomes(self) -> Floats:
        """(n): weight times income."""
        return self.w * self.y

    @cached_property
    def total(self) -> float:
        """Total income of the population."""
        return float(self.incomes.sum())

    @property
    def mean(self) -> float:
        """Mean income."""
        return self.total / self.population

    def below(self, line: float) -> int:
        """Return how many rows lie strictly below the line; they come first."""
        return int(np.searchsorted(self.y, line, side="left"))

    def up_to(self, value: float) -> int:
        """Return how many rows are at most the value; they come first."""
        return int(np.searchsorted(self.y, value, side="right"))

    def quantile(self, share: float, rows: int | None = None) -> float:
        """Return the weighted quantile of the first `rows` rows, by default of all.

        The smallest income at which the cumulated weight reaches `share` of the total;
        where it is met exactly, the mean of that income and the next one. The rule of
        Eurostat's indicators (R's laeken, weightedQuantile). NaN without rows.
        """
        cumulated = self.cumulated[:rows]
        if not cumulated.size:
            return float("nan")
        target, tie = share * cumulated[-1], TIE * cumulated[-1]
        at = int(np.searchsorted(cumulated, target - tie, side="left"))
        at = min(at, cumulated.size - 1)
        if abs(cumulated[at] - target) <= tie and at + 1 < cumulated.size:
            return float((self.y[at] + self.y[at + 1]) / 2)
        return float(self.y[at])

    @cached_property
    def bandwidth(self) -> float:
        """min(s, IQR / 1.349) * N^(-1/5), with s the weighted standard deviation.

        Osier (2009) and R's convey take s; the second term is Silverman's (1986) guard
        against a few very large incomes. N is the population, at least the number of
        rows (weights may be scaled to any sum).
        """
        away = self.y - self.mean
        spread = float(np.sqrt(np.dot(self.w, away * away) / self.population))
        middle = (self.quantile(0.75) - self.quantile(0.25)) / 1.349
        if middle > 0:
            spread = min(spread, middle)
        return float(spread * max(self.population, self.y.size) ** -0.2)

    def density(self, x: float) -> float:
        """Return the density of income at x by a normal kernel; 0 without spread."""
        h = self.bandwidth
        if not h > 0:
            return 0.0
        near = slice(self.below(x - BANDWIDTHS * h), self.up_to(x + BANDWIDTHS * h))
        u = (self.y[near] - x) / h
        kernel = np.exp(-0.5 * u * u) / np.sqrt(2 * np.pi)
        return float(np.dot(self.w[near], kernel) / (h * self.population))
