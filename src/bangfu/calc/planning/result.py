"""What a run of planning returns."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import polars as pl

from bangfu.calc.planning.instance import Floats, Mask
from bangfu.calc.planning.prices import Market
from bangfu.calc.values.findings import Finding
from bangfu.calc.values.text import Text


class BoundBy(enum.StrEnum):
    """What proves the bound; `text` says it to people."""

    PRICES = "prices"
    SEARCH = "search"

    @property
    def text(self) -> Text:
        """The meaning in one sentence."""
        return _BOUND_TEXTS[self]


_BOUND_TEXTS = {
    BoundBy.PRICES: Text(
        "上界由资源价格证明，可用 verify 复核。",
        "The bound is proven by the prices of resources.",
    ),
    BoundBy.SEARCH: Text(
        "问题较小，上界由分支定界法证明。",
        "The problem is small: the bound is proven by branch and bound.",
    ),
}


@dataclass(frozen=True, slots=True)
class Result:
    """A plan, a proven bound and the prices behind it.

    plan: tables.PLAN. prices: resource_id, price (value per unit), capacity, used,
    slack; a reserve is a row of its own. value: of the plan, weight times gain. bound:
    no plan is worth more. price_bound: what the prices alone prove; bound is less where
    a search proves more. digest: of the problem. stages: seconds by stage; peak_mb: of
    the process so far. market, price, chosen: the problem in arrays, for `explain`.
    """

    plan: pl.DataFrame
    prices: pl.DataFrame
    value: float
    bound: float
    price_bound: float
    bound_by: BoundBy
    households: int
    helped: int
    options: int
    findings: list[Finding]
    digest: str
    seconds: float
    stages: dict[str, float]
    peak_mb: float
    market: Market
    price: Floats
    chosen: Mask

    @property
    def gap(self) -> float:
        """How far the value may be below the best, as a share of the bound."""
        return (self.bound - self.value) / self.bound if self.bound > 0 else 0.0

    def as_json(self) -> dict[str, object]:
        """Return the figures for a JSON document; the plan is not in it."""
        return {
            "value": self.value,
            "bound": self.bound,
            "gap": self.gap,
            "bound_by": self.bound_by.value,
            "meaning": self.bound_by.text.as_json(),
            "price_bound": self.price_bound,
            "households": self.households,
            "helped": self.helped,
            "options": self.options,
            "measures_given": self.plan.height,
            "prices": self.prices.to_dicts(),
            "digest": self.digest,
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
