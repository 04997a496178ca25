"""What every command of this package answers: a list of estimates, and findings."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import stdtrit

from bangfu.calc.values.findings import Finding

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """One number with its precision.

    group: the domain's label; None is the whole sample. estimate: NaN where the
    measure is not defined. se: standard error, NaN where the design gives none.
    n: rows that the number rests on, unweighted. The interval is estimate -+ t * se
    with Student's t at 95 % and the degrees of freedom of the design.
    """

    measure: str
    group: str | None
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    n: int

    def as_json(self) -> dict[str, object]:
        """Return the row of the JSON document; what is not a number is null."""
        return {
            "measure": self.measure,
            "group": self.group,
            "estimate": _or_none(self.estimate),
            "se": _or_none(self.se),
            "ci_low": _or_none(self.ci_low),
            "ci_high": _or_none(self.ci_high),
            "n": self.n,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """The estimates in the order of the command's page, and what was found on the way.

    findings: rows that had to be left out or look wrong, rules that applied.
    """

    estimates: tuple[Estimate, ...]
    findings: tuple[Finding, ...]

    def as_json(self) -> list[dict[str, object]]:
        """Return the list that `--json` prints."""
        return [estimate.as_json() for estimate in self.estimates]


def estimated(
    measure: str, group: str | None, estimate: float, se: float, *, degrees: int, n: int
) -> Estimate:
    """Return the estimate with its interval; without degrees of freedom it has none."""
    if math.isnan(estimate) or degrees < 1:
        se = math.nan
    half = float(stdtrit(degrees, (1 + CONFIDENCE) / 2)) * se if degrees else math.nan
    return Estimate(measure, group, estimate, se, estimate - half, estimate + half, n)


def counted(measure: str, count: int, n: int) -> Estimate:
    """Return a count of rows of the file, which has no sampling error."""
    return Estimate(measure, None, float(count), 0.0, float(count), float(count), n)


def _or_none(number: float) -> float | None:
    return number if math.isfinite(number) else None
