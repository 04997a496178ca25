"""Every measure of a sample, for the whole and for each group, with standard errors."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from bangfu.calc.poverty import columns, influences
from bangfu.calc.poverty.design import Floats, Part
from bangfu.calc.poverty.estimates import Answer, Estimate, estimated
from bangfu.calc.poverty.influences import (
    AT_RISK,
    MEASURES,
    OF_INCOME,
    UNDEFINED,
    WITH_LINE,
    Measured,
)
from bangfu.calc.poverty.lines import Line, Relative, Resolved, resolved
from bangfu.calc.poverty.quantiles import Ranked
from bangfu.calc.poverty.sample import Sample
from bangfu.calc.values.findings import Finding
from bangfu.calc.values.text import Text

SHARED = ("fgt0", "fgt1", "fgt2", "watts")
"""Measures that are means over the population, so that groups share them."""
UNEVEN = 0.01  # a fifth may be off by this share of the population and one row's weight


def measure(
    sample: Sample, line: Line | None = None, measures: Sequence[str] = MEASURES
) -> Answer:
    """Measure poverty and inequality of the sample and of each of its groups.

    line: what fgt, watts and sst are taken at; by default 0.6 of the median. arpr, arpt
    and rmpg are taken at that line too when it is relative, else at 0.6 of the median.
    measures: names out of MEASURES.

    With groups, the rows of each follow those of the whole sample, and then the shares
    of each group in population, income and poverty; the shares of one kind sum to 1.
    A relative line of 0 or less (more than half without income) is a finding: gaps have
    no value then, the at-risk rate has. Cost: one sort of the sample and of each group.
    """
    return _Measuring(sample, line or Relative(), tuple(measures)).answer()


@dataclass
class _Measuring:
    sample: Sample
    line: Line
    measures: tuple[str, ...]

    @cached_property
    def whole(self) -> Ranked:
        return Ranked.of(self.sample.income, self.sample.weight)

    def _ranked(self, rows: npt.NDArray[np.intp]) -> Ranked:
        return Ranked.of(self.sample.income, self.sample.weight, rows)

    @cached_property
    def chosen(self) -> Resolved:
        return resolved(self.line, self.whole)

    @cached_property
    def at_risk(self) -> Resolved:
        if isinstance(self.line, Relative):
            return self.chosen
        return resolved(Relative(), self.whole)

    def answer(self) -> Answer:
        estimates = list(self._of_domain(None, None))
        domains = self.sample.domains
        if domains is not None:
            rows_by_group = domains.rows_by_group()
            pairs = list(zip(domains.labels, rows_by_group, strict=True))
            for label, rows in pairs:
                estimates += self._of_domain(label, rows)
            estimates += self._shares(pairs)
        estimates += self.sample.counts()
        return Answer(tuple(estimates), (*self.sample.findings, *self._findings()))

    def _findings(self) -> Iterator[Finding]:
        asked = set(self.measures)
        if asked & {*WITH_LINE, *AT_RISK} and not self.at_risk.amount > 0:
            sentence = Text(
                "相对贫困线为 {line}，不是正数，相对差距不计算。",
                "The relative line is {line}, not positive: gaps from it have no value.",
                {"line": f"{self.at_risk.amount:g}"},
            )
            yield columns.doubt("line_not_positive", "", sentence)
        if "qsr" in asked:
            bottom, top = influences.fifths(self.whole)
            slack = UNEVEN + float(self.whole.w.max()) / self.whole.population
            if max(abs(bottom - 0.2), abs(top - 0.2)) > slack:
                sentence = Text(
                    "收入相同者众多，最低组占人口 {bottom}，最高组占 {top}，"
                    "并非各五分之一，五等分收入比受此影响。",
                    "Many incomes are equal: the fifths of S80/S20 hold {bottom} and "
                    "{top} of the population.",
                    {"bottom": f"{bottom:.1%}", "top": f"{top:.1%}"},
                )
                yield columns.doubt("uneven_fifths", "", sentence)

    def _of_domain(
        self, label: str | None, rows: npt.NDArray[np.intp] | None
    ) -> Iterator[Estimate]:
        ranked = self.whole if rows is None else self._ranked(rows)
        part = self.sample.design.part(ranked.rows)
        for name in self.measures:
            measured, line = self._measured(name, ranked)
            error = self._error(measured, line, ranked, part)
            yield estimated(
                name,
                label,
                measured.value,
                error,
                degrees=part.degrees,
                n=ranked.y.size,
            )

    def _measured(self, name: str, ranked: Ranked) -> tuple[Measured, Resolved | None]:
        if name in OF_INCOME:
            return OF_INCOME[name](ranked), None
        if name in WITH_LINE:
            line = self.chosen
            is_line = line.amount > 0
            return WITH_LINE[name](ranked, line.amount) if is_line else UNDEFINED, line
        line = self.at_risk
        if name == "arpr":
            return influences.fgt(ranked, line.amount, 0), line
        if name == "rmpg":
            is_line = line.amount > 0
            return influences.rmpg(ranked, line.amount) if is_line else UNDEFINED, line
        nothing = np.zeros(ranked.y.size)
        return Measured(line.amount, nothing, lambda: 1.0), line

    def _error(
        self, measured: Measured, line: Resolved | None, ranked: Ranked, part: Part
    ) -> float:
        if measured.influence is None:
            return math.nan
        weighed = ranked.w * measured.influence
        if line is None or line.influence is None:
            return part.standard_error(part.totals(weighed))
        whole = measured.slope() * self.sample.weight * line.influence
        whole[ranked.rows] += weighed
        return self._error_of_whole(whole)

    @cached_property
    def _all(self) -> Part:
        return self.sample.design.part()

    def _error_of_whole(self, weighed: Floats) -> float:
        return self._all.standard_error(self._all.totals(weighed))

    def _shares(
        self, groups: list[tuple[str, npt.NDArray[np.intp]]]
    ) -> Iterator[Estimate]:
        """Yield each group's share of population, income and poverty."""
        felt_kinds = SHARED if self.chosen.amount > 0 else ()
        kinds = [kind for kind in felt_kinds if kind in self.measures]
        wanted = ["population", "income", *kinds]
        for kind in wanted:
            felt, by_line = self._felt(kind)
            total = float(np.dot(self.sample.weight, felt))
            for label, rows in groups:
                yield self._share(kind, label, rows, felt, by_line, total)

    def _felt(self, kind: str) -> tuple[Floats, Floats | None]:
        """Return what each row adds to the whole, and its derivative by the line."""
        y, line = self.sample.income, self.chosen.amount
        if kind == "population":
            return np.ones(y.size), None
        if kind == "income":
            return y, None
        is_poor = y < line
        gap = np.where(is_poor, (line - y) / line, 0.0)
        if kind == "fgt0":
            return is_poor.astype(np.float64), None
        if kind == "fgt1":
            return gap, np.where(is_poor, y / line**2, 0.0)
        if kind == "fgt2":
            return gap**2, 2 * gap * y / line**2
        counts = is_poor & (y > 0)
        felt = np.log(np.where(counts, line, 1.0) / np.where(counts, y, 1.0))
        return felt, counts / line

    def _share(
        self,
        kind: str,
        label: str,
        rows: npt.NDArray[np.intp],
        felt: Floats,
        by_line: Floats | None,
        total: float,
    ) -> Estimate:
        weight, part = self.sample.weight, self._all
        name = f"share_{kind}"
        value, error = math.nan, math.nan
        if total > 0:
            value = float(np.dot(weight[rows], felt[rows])) / total
            influence = -value * felt / total
            influence[rows] += felt[rows] / total
            if kind in SHARED and self.chosen.influence is not None:
                slope = self._slope(kind, rows, value, by_line) / total
                influence += slope * self.chosen.influence
            error = self._error_of_whole(weight * influence)
        return estimated(name, label, value, error, degrees=part.degrees, n=felt.size)

    def _slope(
        self,
        kind: str,
        rows: npt.NDArray[np.intp],
        value: float,
        by_line: Floats | None,
    ) -> float:
        """Derivative by the line of (group's sum - share * whole sum)."""
        weight, line = self.sample.weight, self.chosen.amount
        if by_line is None:  # headcount: the density of income at the line
            group = self._ranked(rows)
            inside = group.density(line) * group.population
            return inside - value * self.whole.density(line) * self.whole.population
        inside = float(np.dot(weight[rows], by_line[rows]))
        return inside - value * float(np.dot(weight, by_line))
