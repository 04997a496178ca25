"""The Alkire-Foster index of multidimensional poverty.

A row is scored by the weighted share of indicators it is deprived in, c = sum of
v_j g_j with the indicator weights v summing to 1; it is poor when c >= k (k - 1e-9, so
that a k of 1/3 in four digits more or less does not decide). Censored: counted for the
poor only. Alkire and Foster (2011), Journal of Public Economics 95, 476-487.

    BadCutoff               k is not a share
    BadIndicators           weights do not fit the indicators, or a cell is not 0 or 1
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from bangfu.calc.poverty import columns
from bangfu.calc.poverty.design import Codes, Design, Floats, Kinds
from bangfu.calc.poverty.estimates import Answer, Estimate, counted, estimated
from bangfu.calc.poverty.sample import Domains, NoRows, domains_of
from bangfu.calc.values.findings import BadInput, Finding
from bangfu.calc.values.text import Text

SLACK = 1e-9
INDICATORS_MAX = 62  # a pattern of deprivations is one 64-bit number
DENSE = 12  # indicators up to which every possible pattern has its place
Bools = npt.NDArray[np.bool_]


class BadCutoff(BadInput):
    """k is not a share of the indicators' weight."""

    code = "poverty.bad_cutoff"


class BadIndicators(BadInput):
    """The weights do not fit the indicators, or a cell is not 0 or 1."""

    code = "poverty.bad_indicators"


@dataclass(frozen=True)
class Deprivations:
    """Who is deprived of what.

    deprived: one (n rows) array of booleans per indicator, True means deprived.
    shares: weights of the indicators, positive, sum 1. weight: (n), positive. missing:
    rows of the file with a missing indicator, left out.
    """

    names: tuple[str, ...]
    deprived: tuple[Bools, ...]
    shares: tuple[float, ...]
    weight: Floats
    design: Design
    domains: Domains | None = None
    missing: int = 0
    missing_weight: int = 0
    findings: tuple[Finding, ...] = ()


def deprivations_of(
    frame: pl.DataFrame,
    *,
    indicators: Sequence[str],
    shares: Sequence[float] | None = None,
    weight: str | None = None,
    by: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
) -> Deprivations:
    """Take the matrix from the columns of a table, where 1 means deprived.

    shares: weights of the indicators, by default equal; they are scaled to sum 1. Rows
    with a missing indicator or without a positive weight are left out and counted, as
    in the global index. Raises BadIndicators, NoRows and what `columns` raises.
    """
    scaled = indicator_weights(indicators, shares)
    weighed = columns.weights(frame, weight)
    cells = [_cells(frame, name) for name in indicators]
    is_missing = np.zeros(frame.height, dtype=bool)
    for cell in cells:
        is_missing |= np.isnan(cell)
    used = ~is_missing & weighed.usable
    if not used.any():
        raise NoRows(Text("没有可计算的行。", "There is no row to measure."))
    design, of_design = columns.design(frame, used, strata=strata, cluster=cluster)
    findings = [*weighed.findings, *of_design]
    missing = int(is_missing.sum())
    if missing:
        sentence = Text(
            "{count} 行缺少指标，未计入。",
            "{count} rows lack an indicator: left out.",
            {"count": missing},
        )
        findings.insert(0, columns.doubt("missing_indicator", "", sentence))
    return Deprivations(
        tuple(indicators),
        tuple(cell[used] == 1 for cell in cells),
        scaled,
        weighed.weight[used],
        design,
        None if by is None else domains_of(columns.labels(frame, by)[used]),
        missing,
        weighed.missing,
        tuple(findings),
    )


def indicator_weights(
    indicators: Sequence[str], shares: Sequence[float] | None
) -> tuple[float, ...]:
    """Return the weights of the indicators scaled to sum 1. Raises BadIndicators."""
    count = len(indicators)
    if not 0 < count <= INDICATORS_MAX or len(set(indicators)) < count:
        raise BadIndicators(
            Text(
                "指标应为 1 至 {most} 列，不得重复。",
                "Name 1 to {most} indicators, each once.",
                {"most": INDICATORS_MAX},
            )
        )
    given = [1.0] * count if shares is None else [float(share) for share in shares]
    if len(given) != count or not all(v > 0 and math.isfinite(v) for v in given):
        raise BadIndicators(
            Text(
                "指标 {count} 个，权重 {given} 个；权重须为正数且与指标一一对应。",
                "{count} indicators and {given} weights; weights are positive, one for "
                "each.",
                {"count": count, "given": len(given)},
            )
        )
    total = math.fsum(given)
    return tuple(share / total for share in given)


def multidimensional(data: Deprivations, k: float) -> Answer:
    """Return M0, H and A, and what each indicator adds, for the whole and each group.

    Per indicator: the censored and the uncensored headcount ratio, the contribution to
    M0. k: poverty cut-off, a share in (0, 1]. With groups, the shares of each group in
    population and in M0 follow; the shares of one kind sum to 1, as do the
    contributions of the indicators in every domain. A is undefined without poor.
    Raises BadCutoff.
    """
    if not 0 < k <= 1:
        raise BadCutoff(
            Text(
                "贫困临界值 k 须大于 0、不超过 1，现为 {k}。",
                "The cut-off k is above 0 and at most 1; this is {k}.",
                {"k": f"{k:g}"},
            ),
            remedy=Text(
                "k 是加权剥夺份额，例如三分之一写 0.3333。",
                "k is a share of the weights: write a third as 0.3333.",
            ),
        )
    return _Counting(data, k).answer()


@dataclass(frozen=True)
class _Patterns:
    """The distinct rows of the matrix, which all that follows depends on alone.

    of: (n), the pattern of each row. cells: (d, K patterns), 1.0 where deprived.
    """

    of: Codes
    cells: Floats

    @classmethod
    def of_matrix(cls, deprived: tuple[Bools, ...]) -> _Patterns:
        packed = np.zeros(deprived[0].size, dtype=np.int64)
        for j, cells in enumerate(deprived):
            packed |= cells.astype(np.int64) << j
        if len(deprived) <= DENSE:
            found = np.arange(1 << len(deprived))
            of = packed
        else:
            found, of = np.unique(packed, return_inverse=True)
        bits = [(found >> j) & 1 for j in range(len(deprived))]
        return cls(of, np.array(bits, dtype=np.float64))


class _Counting:
    """The index of one matrix at one cut-off."""

    def __init__(self, data: Deprivations, k: float) -> None:
        self.data = data
        self.patterns = _Patterns.of_matrix(data.deprived)
        score = np.array(data.shares) @ self.patterns.cells
        self.poor = (score >= k - SLACK).astype(np.float64)
        self.censored = score * self.poor

    def answer(self) -> Answer:
        data = self.data
        estimates = list(self._of_domain(None, None))
        if data.domains is not None:
            pairs = zip(data.domains.labels, data.domains.rows_by_group(), strict=True)
            groups = list(pairs)
            for label, rows in groups:
                estimates += self._of_domain(label, rows)
            estimates += self._shares("population", np.ones(self.poor.size), groups)
            estimates += self._shares("m0", self.censored, groups)
        counts = {
            "n_missing": data.missing,
            "n_missing_weight": data.missing_weight,
        }
        n = int(data.weight.size)
        estimates += [
            counted(name, count, n) for name, count in counts.items() if count
        ]
        return Answer(tuple(estimates), data.findings)

    def _of_domain(
        self, label: str | None, rows: npt.NDArray[np.intp] | None
    ) -> Iterator[Estimate]:
        data, part = self.data, self.data.design.part(rows)
        at = slice(None) if rows is None else rows
        kinds = Kinds.counted(self.patterns.of[at], data.weight[at], self.poor.size)
        everybody = np.ones(self.poor.size)

        def ratio(name: str, top: Floats, bottom: Floats) -> Estimate:
            """Ratio of two weighted sums; its influence is (top - R * bottom) / sum."""
            below = float(np.dot(kinds.weight, bottom))
            value, error = math.nan, math.nan
            if below > 0:
                value = float(np.dot(kinds.weight, top)) / below
                error = part.error_by_class(kinds, (top - value * bottom) / below)
            return estimated(
                name, label, value, error, degrees=part.degrees, n=kinds.of.size
            )

        yield ratio("m0", self.censored, everybody)
        yield ratio("h", self.poor, everybody)
        yield ratio("a", self.censored, self.poor)
        cells = list(zip(data.names, self.patterns.cells, strict=True))
        for name, cell in cells:
            yield ratio(f"censored_{name}", self.poor * cell, everybody)
        for name, cell in cells:
            yield ratio(f"uncensored_{name}", cell, everybody)
        for share, (name, cell) in zip(data.shares, cells, strict=True):
            yield ratio(f"contribution_{name}", share * self.poor * cell, self.censored)

    def _shares(
        self,
        kind: str,
        by_pattern: Floats,
        groups: list[tuple[str, npt.NDArray[np.intp]]],
    ) -> Iterator[Estimate]:
        weight, part = self.data.weight, self.data.design.part()
        felt = by_pattern[self.patterns.of]
        total = float(np.dot(weight, felt))
        for label, rows in groups:
            value, error = math.nan, math.nan
            if total > 0:
                value = float(np.dot(weight[rows], felt[rows])) / total
                away = -value * felt
                away[rows] += felt[rows]
                error = part.standard_error(part.totals(weight * away)) / total
            yield estimated(
                f"share_{kind}",
                label,
                value,
                error,
                degrees=part.degrees,
                n=int(felt.size),
            )


def _cells(frame: pl.DataFrame, name: str) -> Floats:
    cells = columns.numbers(frame, name)
    wrong = ~np.isnan(cells) & (cells != 0) & (cells != 1)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise BadIndicators(
            Text(
                "指标“{name}”有 {count} 行不是 0 或 1，如第 {row} 行为 {value}。",
                "{count} rows of the indicator {name} are not 0 or 1, such as row "
                "{row}: {value}.",
                {
                    "name": name,
                    "count": int(wrong.sum()),
                    "row": row + 1,
                    "value": f"{cells[row]:g}",
                },
            ),
            remedy=Text(
                "1 表示被剥夺，0 表示未被剥夺。", "1 means deprived, 0 not deprived."
            ),
        )
    return cells
