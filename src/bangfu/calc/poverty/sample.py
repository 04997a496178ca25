"""A weighted sample of incomes, what had to be left out of it, and its domains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from bangfu.calc.poverty import columns
from bangfu.calc.poverty.design import Codes, Design, Floats
from bangfu.calc.poverty.estimates import Estimate, counted
from bangfu.calc.values.findings import BadInput, Finding, OutOfLimit
from bangfu.calc.values.text import Text

GROUPS_MAX = 5_000


class NoRows(BadInput):
    """No row is left to measure."""

    code = "poverty.no_rows"


@dataclass(frozen=True)
class Domains:
    """A division of the sample into groups.

    code: (n), index of each row's group. labels: names, sorted.
    """

    code: Codes
    labels: tuple[str, ...]

    def rows_by_group(self) -> list[npt.NDArray[np.intp]]:
        """Return the rows of each group, in the order of the labels."""
        order = np.argsort(self.code, kind="stable")
        ends = np.cumsum(np.bincount(self.code, minlength=len(self.labels)))
        return np.split(order, ends[:-1])


@dataclass(frozen=True)
class Sample:
    """What is measured. income, weight: (n), finite; weight positive.

    The design is that of the n rows. missing, negative, zero: rows of the file whose
    income was missing (left out), and rows in the sample whose income is below 0 or 0.
    """

    income: Floats
    weight: Floats
    design: Design
    domains: Domains | None = None
    missing: int = 0
    missing_weight: int = 0
    findings: tuple[Finding, ...] = ()

    @property
    def negative(self) -> int:
        """Rows with an income below 0; they are measured as they stand."""
        return int((self.income < 0).sum())

    @property
    def zero(self) -> int:
        """Rows with an income of 0."""
        return int((self.income == 0).sum())

    def counts(self) -> list[Estimate]:
        """Return the counts of what is odd in the file; a count of 0 is not told."""
        n = int(self.income.size)
        counts = {
            "n_missing": self.missing,
            "n_missing_weight": self.missing_weight,
            "n_negative": self.negative,
            "n_zero": self.zero,
        }
        return [counted(name, count, n) for name, count in counts.items() if count]


def sample_of(
    frame: pl.DataFrame,
    *,
    income: str,
    weight: str | None = None,
    by: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
) -> Sample:
    """Take a sample from the columns of a table, by name.

    Rows without an income or a positive weight are left out and counted; negative and
    zero incomes stay in. Raises NoRows and what `columns` raises.
    """
    values, weighed = columns.numbers(frame, income), columns.weights(frame, weight)
    is_missing = np.isnan(values)
    used = ~is_missing & weighed.usable
    if not used.any():
        raise NoRows(
            Text("没有可计算的行。", "There is no row to measure."),
            remedy=Text(
                "请检查列名：收入列“{name}”。",
                "Check the names of the columns: the income is {name}.",
                {"name": income},
            ),
        )
    design, of_design = columns.design(frame, used, strata=strata, cluster=cluster)
    sample = Sample(
        values[used],
        weighed.weight[used],
        design,
        None if by is None else domains_of(columns.labels(frame, by)[used]),
        int(is_missing.sum()),
        weighed.missing,
    )
    findings = (*_of_incomes(sample, income), *weighed.findings, *of_design)
    return Sample(**{**vars(sample), "findings": findings})


def domains_of(labels: npt.NDArray[np.object_]) -> Domains:
    """Return the groups of (n) labels. Raises OutOfLimit above GROUPS_MAX groups."""
    names, code = np.unique(labels.astype(str), return_inverse=True)
    if names.size > GROUPS_MAX:
        raise OutOfLimit(
            Text(
                "分组超过 {most} 个。",
                "There are more than {most} groups.",
                {"most": f"{GROUPS_MAX:,}"},
            ),
            remedy=Text("请选用取值较少的列。", "Choose a column with fewer values."),
            code="poverty.too_many_groups",
        )
    return Domains(code.astype(np.int64), tuple(str(name) for name in names))


def _of_incomes(sample: Sample, name: str) -> list[Finding]:
    found = []
    if sample.missing:
        sentence = Text(
            "{count} 行没有收入，未计入。", "{count} rows have no income: left out."
        )
        found.append(
            columns.doubt("missing_income", name, sentence.with_(count=sample.missing))
        )
    if sample.negative:
        sentence = Text(
            "{count} 行收入为负，按原值计入；泰尔、阿特金森指数不计算。",
            "{count} incomes are negative: measured as they stand, without Theil and "
            "Atkinson.",
        )
        found.append(
            columns.doubt(
                "negative_income", name, sentence.with_(count=sample.negative)
            )
        )
    if sample.zero:
        sentence = Text(
            "{count} 行收入为零，照常计入；沃茨指数中不增加差距。",
            "{count} incomes are 0: measured; in Watts they add no gap.",
        )
        found.append(
            columns.note("zero_income", name, sentence.with_(count=sample.zero))
        )
    return found
