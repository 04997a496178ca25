"""What a run of pairing returns."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import polars as pl

from bangfu.calc.pairing.proof import Proof
from bangfu.calc.pairing.shortages import Shortage
from bangfu.calc.values.findings import Finding
from bangfu.calc.values.text import Text


class Status(enum.StrEnum):
    """How a run ended; `text` says it to people."""

    OPTIMAL_FULL = "optimal_full"
    OPTIMAL_PARTIAL = "optimal_partial"
    REFUSED = "refused"

    @property
    def text(self) -> Text:
        """The meaning in one sentence."""
        return _STATUS_TEXTS[self]


_STATUS_TEXTS = {
    Status.OPTIMAL_FULL: Text(
        "双向全覆盖，且已证明成本最低。",
        "Full coverage in both directions, proven to cost least.",
    ),
    Status.OPTIMAL_PARTIAL: Text(
        "无法双向全覆盖；已证明覆盖最多、下限缺口最小、成本最低。",
        "Full coverage is impossible; proven to cover most, to fall short of lower "
        "quotas least, and to cost least.",
    ),
    Status.REFUSED: Text(
        "输入有误，未计算。", "The input is wrong; nothing was solved."
    ),
}


@dataclass(frozen=True, slots=True)
class Result:
    """An optimal pairing, its figures, its proof and what is missing.

    pairs: tables.PAIRS. uncovered_households: household_id, division_code,
    shortage_division (code of the division whose shortage leaves it out; "" when it is
    for kinship). loads: official_id, unit_id, serves_code, load, kept, min, max.
    above_max and forbidden are counted in the pairs, and are 0. shortfall: households
    lacking to lower quotas in all; below_min: officials concerned. kept: existing
    pairs kept. cost, bound: cost units. findings: what was left out of the input.
    stages: seconds by stage; peak_mb: of the process so far.
    """

    status: Status
    households: int
    officials: int
    covered: int
    uncovered: int
    below_min: int
    shortfall: int
    above_max: int
    forbidden: int
    kept: int
    cost: int
    bound: int
    shortages: list[Shortage]
    pairs: pl.DataFrame
    uncovered_households: pl.DataFrame
    loads: pl.DataFrame
    proof: Proof
    findings: list[Finding]
    rounds: int
    seconds: float
    stages: dict[str, float]
    peak_mb: float

    @property
    def gap(self) -> int:
        """Cost less bound; 0 proves that no pairing is cheaper."""
        return self.cost - self.bound

    def as_json(self) -> dict[str, object]:
        """Return the figures for a JSON document; pairs and proof are not in it."""
        return {
            "status": self.status.value,
            "meaning": self.status.text.as_json(),
            "households": self.households,
            "officials": self.officials,
            "covered": self.covered,
            "uncovered": self.uncovered,
            "below_min": self.below_min,
            "shortfall": self.shortfall,
            "above_max": self.above_max,
            "forbidden": self.forbidden,
            "kept": self.kept,
            "cost": self.cost,
            "bound": self.bound,
            "gap": self.gap,
            "shortages": [shortage.as_json() for shortage in self.shortages],
            "findings": [
                {
                    "code": finding.code,
                    "subject": finding.subject,
                    "severity": finding.severity.value,
                    "message": finding.message.as_json(),
                }
                for finding in self.findings
            ],
            "seconds": round(self.seconds, 3),
            "peak_mb": round(self.peak_mb, 1),
        }
