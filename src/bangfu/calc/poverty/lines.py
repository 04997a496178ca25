"""Poverty lines: absolute ones, and ones that follow the sample's own income."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

import numpy as np

from bangfu.calc.poverty import influences
from bangfu.calc.poverty.design import Floats
from bangfu.calc.poverty.quantiles import Ranked
from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text


class BadLine(BadInput):
    """A line that nobody can be measured against."""

    code = "poverty.bad_line"


class Of(enum.StrEnum):
    """What a relative line is a share of."""

    MEDIAN = "median"
    MEAN = "mean"


@dataclass(frozen=True, slots=True)
class Absolute:
    """A line in the unit of income, the same for every row, known without error."""

    amount: float

    def __post_init__(self) -> None:
        """Refuse a line that is not positive."""
        if not (math.isfinite(self.amount) and self.amount > 0):
            raise _bad(self.amount)


@dataclass(frozen=True, slots=True)
class Relative:
    """A share of the median or mean of the whole sample; groups share one line."""

    share: float = 0.6
    of: Of = Of.MEDIAN

    def __post_init__(self) -> None:
        """Refuse a share that is not positive."""
        if not (math.isfinite(self.share) and self.share > 0):
            raise _bad(self.share)


Line = Absolute | Relative


@dataclass(frozen=True, slots=True)
class Resolved:
    """A line as an amount. influence: (n rows of the sample), None: known exactly."""

    amount: float
    influence: Floats | None


def resolved(line: Line, whole: Ranked) -> Resolved:
    """Return the line's amount in this sample; a relative one may not be positive."""
    if isinstance(line, Absolute):
        return Resolved(line.amount, None)
    measured = (influences.median if line.of is Of.MEDIAN else influences.mean)(whole)
    amount = line.share * measured.value
    influence = np.full(whole.y.size, math.nan)
    if measured.influence is not None:
        influence[whole.rows] = line.share * measured.influence
    return Resolved(amount, influence)


def _bad(amount: float) -> BadLine:
    return BadLine(
        Text(
            "贫困线须为正数，现为 {amount}。",
            "A poverty line is positive; this is {amount}.",
            {"amount": f"{amount:g}"},
        )
    )
