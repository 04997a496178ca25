"""Proxies as a matrix of regressors: numbers as they are, labels as dummies.

A text column becomes one dummy for each category but the first in alphabetical order,
named "column=category"; a proxy named "i.column" is taken so whatever it is. Regressors
that others before them determine (constants, the last dummy of a full set) are left
out, as R and Stata do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from bangfu.calc.poverty import columns
from bangfu.calc.poverty.design import Floats
from bangfu.calc.values.findings import BadInput, OutOfLimit
from bangfu.calc.values.text import Text

PROXIES_MAX, TERMS_MAX = 300, 1_000
DEPENDENT = 1e-8  # relative length left of a regressor after those before it


class BadProxies(BadInput):
    """No proxy was named, one twice, or none can explain anything."""

    code = "poverty.bad_proxies"


@dataclass(frozen=True)
class Proxies:
    """Regressors without the constant.

    matrix: (n rows, p terms), NaN where the proxy is missing. terms: p names. owner:
    (p), index of the proxy in `names` that a term belongs to.
    """

    names: tuple[str, ...]
    terms: tuple[str, ...]
    owner: npt.NDArray[np.intp]
    matrix: Floats

    def of_rows(self, rows: npt.NDArray[np.bool_]) -> Proxies:
        """Return the same regressors for some rows."""
        return Proxies(self.names, self.terms, self.owner, self.matrix[rows])


def proxies_of(frame: pl.DataFrame, names: Sequence[str]) -> Proxies:
    """Read the proxies. Raises BadProxies, OutOfLimit and what `columns` raises."""
    if not 0 < len(names) <= PROXIES_MAX or len(set(names)) < len(names):
        raise BadProxies(
            Text(
                "代理变量应为 1 至 {most} 列，不得重复。",
                "Name 1 to {most} proxies, each once.",
                {"most": PROXIES_MAX},
            )
        )
    terms: list[str] = []
    owner: list[int] = []
    parts: list[Floats] = []
    for index, name in enumerate(names):
        for term, values in _terms(frame, name):
            terms.append(term)
            owner.append(index)
            parts.append(values)
    if len(terms) > TERMS_MAX:
        raise OutOfLimit(
            Text(
                "代理变量展开后有 {count} 列，超过 {most} 列。",
                "The proxies make {count} regressors; {most} is the limit.",
                {"count": len(terms), "most": TERMS_MAX},
            ),
            remedy=Text(
                "请去掉类别很多的文字列。", "Leave out text columns of many categories."
            ),
            code="poverty.too_many_terms",
        )
    matrix = np.column_stack(parts) if parts else np.empty((frame.height, 0))
    return Proxies(tuple(names), tuple(terms), np.array(owner, dtype=np.intp), matrix)


def _terms(frame: pl.DataFrame, name: str) -> list[tuple[str, Floats]]:
    stored = name if name in frame.columns else name.removeprefix("i.")
    if stored == name and columns.is_numeric(frame, name):
        return [(name, columns.numbers(frame, name))]
    labels = columns.labels(frame, stored)
    is_missing = labels == columns.NO_LABEL
    found = sorted({str(label) for label in labels[~is_missing]})
    if len(found) > TERMS_MAX:
        found = found[: TERMS_MAX + 2]  # refused with the count by the caller
    dummies = []
    for label in found[1:]:
        values = (labels == label).astype(np.float64)
        values[is_missing] = np.nan
        dummies.append((f"{stored}={label}", values))
    return dummies


def independent(matrix: Floats, weight: Floats) -> npt.NDArray[np.intp]:
    """Return the columns of (n, p) that neither the constant nor columns before explain.

    Weighted Gram-Schmidt from left to right, in O(n p^2).
    """
    root = np.sqrt(weight)
    basis = np.empty((root.size, matrix.shape[1] + 1))
    basis[:, 0] = root / np.linalg.norm(root)
    count, kept = 1, []
    for j in range(matrix.shape[1]):
        rest = root * matrix[:, j]
        length = np.linalg.norm(rest)
        for _ in range(2):  # twice is enough for full precision
            rest = rest - basis[:, :count] @ (basis[:, :count].T @ rest)
        left = np.linalg.norm(rest)
        if left > DEPENDENT * length and count < root.size:
            basis[:, count] = rest / left
            count += 1
            kept.append(j)
    return np.array(kept, dtype=np.intp)
