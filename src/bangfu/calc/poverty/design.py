"""The survey design and the variance of a weighted sum under it.

Every measure here is brought to a weighted sum of influences z by linearisation
(Deville 1999), so one formula gives every standard error: with the totals t of w*z in
the primary sampling units (PSUs) of a stratum h,

    V = sum over h of  n_h / (n_h - 1) * sum over PSUs of (t - mean of t in h)^2

the with-replacement ("ultimate cluster") estimator, without a finite population
correction (Wolter 2007, Introduction to Variance Estimation; the default of R's survey and of Stata's svy).

- Without a cluster column every row is a PSU; without a stratum column there is one
  stratum. The same cluster code in two strata means two PSUs.
- A stratum with one PSU has no variance of its own. It is centred at the mean of all
  PSUs with factor 1 (Stata's "centered"), which errs on the side of too large; how
  many such strata there are is reported.
- A domain keeps the PSUs that it has no rows in: they count with total 0.
- Degrees of freedom: PSUs less strata, both counted where the domain has rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Design:
    """Which row belongs to which PSU and stratum.

    psu: (n rows), code of the PSU, 0 to P - 1; None: every row is one.
    stratum: (P PSUs), code of the stratum of each PSU, 0 to H - 1; None: one stratum.
    """

    rows: int
    psu: Codes | None = None
    stratum: Codes | None = None

    @classmethod
    def of(
        cls,
        rows: int,
        *,
        stratum: npt.NDArray[np.generic] | None = None,
        cluster: npt.NDArray[np.generic] | None = None,
    ) -> Design:
        """Make a design from the columns of a file: (n rows) each, any labels."""
        strata = None if stratum is None else _codes(stratum)
        if cluster is None:
            return cls(rows, None, strata)
        clusters = _codes(cluster)
        if strata is not None:
            clusters = _codes(strata * (int(clusters.max(initial=0)) + 1) + clusters)
        first = np.zeros(int(clusters.max(initial=-1)) + 1, dtype=np.int64)
        first[clusters[::-1]] = np.arange(rows - 1, -1, -1)
        return cls(rows, clusters, None if strata is None else strata[first])

    @property
    def psus(self) -> int:
        """The number of PSUs."""
        return self.rows if self.psu is None else int(self.psu.max(initial=-1)) + 1

    @cached_property
    def psus_of_stratum(self) -> Codes:
        """(H strata): the number of PSUs in each."""
        if self.stratum is None:
            return np.array([self.psus], dtype=np.int64)
        return np.bincount(self.stratum).astype(np.int64)

    @property
    def lonely_strata(self) -> int:
        """The number of strata with a single PSU, when there are strata."""
        return 0 if self.stratum is None else int(np.sum(self.psus_of_stratum == 1))

    def part(self, rows: npt.NDArray[np.intp] | None = None) -> Part:
        """Return the part of the design that `rows` lie in, in their order."""
        if rows is None:
            psu, present = self.psu, None
        elif self.psu is None:
            psu, present = None, np.asarray(rows, dtype=np.int64)
        else:
            present, psu = np.unique(self.psu[rows], return_inverse=True)
        stratum = self.stratum
        if stratum is not None and present is not None:
            stratum = stratum[present]
        count = self.psus if present is None else present.size
        return Part(self, psu, stratum, count)


@dataclass(frozen=True)
class Part:
    """The PSUs that a domain has rows in. psu and stratum as in the design."""

    design: Design
    psu: Codes | None
    stratum: Codes | None
    psus: int

    @property
    def degrees(self) -> int:
        """PSUs less strata, at least 0."""
        strata = 1 if self.stratum is None else np.unique(self.stratum).size
        return max(self.psus - strata, 0)

    def totals(self, values: Floats) -> Floats:
        """Sum (rows of the domain) values to (PSUs of the domain)."""
        if self.psu is None:
            return values
        return sums(self.psu, values, self.psus)

    def standard_error(self, totals: Floats) -> float:
        """Return the standard error of the sum of `totals`; NaN with a single PSU."""
        if self.design.psus < 2:
            return float("nan")
        if self.stratum is None:
            return float(np.sqrt(self._of_one_stratum(totals)))
        return float(np.sqrt(self._of_strata(totals, self.stratum)))

    def _of_one_stratum(self, totals: Floats) -> float:
        return self._of_moments(float(totals.sum()), float(np.dot(totals, totals)))

    def _of_moments(self, total: float, squares: float) -> float:
        """The PSUs outside of the part add nothing to either sum.

        Influences sum to 0 up to rounding, so that the difference loses no digits.
        """
        psus = self.design.psus
        return max(squares - total * total / psus, 0.0) * psus / (psus - 1)

    def error_by_class(self, kinds: Kinds, influence: Floats) -> float:
        """Return the error of the sum of w z where z depends on a row's class only.

        kinds: the classes of the rows of this part. influence: (K classes), z. Without
        strata and clusters, sums by class are enough; each row is a PSU.
        """
        if self.psu is None and self.stratum is None and self.design.psus > 1:
            total = float(np.dot(kinds.weight, influence))
            squares = float(np.dot(kinds.squares, influence * influence))
            return float(np.sqrt(self._of_moments(total, squares)))
        return self.standard_error(self.totals(kinds.row_weight * influence[kinds.of]))

    def _of_strata(self, totals: Floats, stratum: Codes) -> float:
        size = self.design.psus_of_stratum
        mean = sums(stratum, totals, size.size) / size
        is_lonely = size == 1
        mean[is_lonely] = totals.sum() / self.design.psus
        away = totals - mean[stratum]
        inside = sums(stratum, away * away, size.size)
        outside = size - np.bincount(stratum, minlength=size.size)
        factor = np.where(is_lonely, 1.0, size / np.maximum(size - 1, 1))
        return float(np.sum(factor * (inside + outside * mean**2)))


@dataclass(frozen=True)
class Kinds:
    """A division of rows into K classes.

    of: (rows), the class of each. row_weight: (rows). weight, squares: (K), sums of the
    weights and of their squares.
    """

    of: Codes
    row_weight: Floats
    weight: Floats
    squares: Floats

    @classmethod
    def counted(cls, of: Codes, row_weight: Floats, count: int) -> Kinds:
        """Sum the weights by class."""
        return cls(
            of,
            row_weight,
            sums(of, row_weight, count),
            sums(of, row_weight * row_weight, count),
        )


def sums(of: Codes, values: Floats, count: int) -> Floats:
    """Return (count) the sums of (n) values by code."""
    by_code = np.bincount(of, weights=values, minlength=count)
    return by_code.astype(np.float64, copy=False)


def _codes(labels: npt.NDArray[np.generic]) -> Codes:
    codes: Codes = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    return codes
