"""What-if runs: the same problem with other capacities or gains, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from bangfu.calc.planning.engine import DEFAULT_EFFORT, solve
from bangfu.calc.planning.prices import Effort
from bangfu.calc.planning.result import Result
from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text

SCENARIOS_MAX = 20
ALL = "*"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A change of the problem.

    name: what it is called. factors: capacity of a resource times so much; "*" stands
    for all others. options: gains that hold instead, such as those under another line.
    """

    name: str
    factors: Mapping[str, float] = field(default_factory=dict)
    options: pl.DataFrame | None = None

    def applied(self, tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
        """Return the tables with the change. Raises BadInput for an unknown resource."""
        resources = tables["resources"]
        ids = resources["id"].cast(pl.String)
        for name in self.factors:
            if name != ALL and name not in ids:
                raise BadInput(
                    Text(
                        "假设情形“{scenario}”中的资源“{name}”不在资源表内。",
                        "The resource “{name}” of the what-if “{scenario}” is not in "
                        "the table of resources.",
                        {"scenario": self.name, "name": name},
                    ),
                    remedy=Text(
                        "请用资源表中的编号，或用 * 表示全部。",
                        "Use an id of that table, or * for all.",
                    ),
                    code="planning.unknown_resource",
                )
        rest = self.factors.get(ALL, 1.0)
        factor = pl.Series(
            [self.factors.get(name, rest) for name in ids], dtype=pl.Float64
        )
        capacity = resources["capacity"].cast(pl.Float64, strict=False) * factor
        changed = {**tables, "resources": resources.with_columns(capacity=capacity)}
        return changed if self.options is None else {**changed, "options": self.options}


def compare(
    tables: Mapping[str, pl.DataFrame],
    scenarios: Sequence[Scenario],
    *,
    base: Result,
    max_per_household: int | None = None,
    effort: Effort = DEFAULT_EFFORT,
) -> pl.DataFrame:
    """Solve each scenario; return a row for the base, named "", and one for each.

    tables: as for `solve`; base: what `solve` returned for them. Columns: name, value,
    bound, gap, helped, measures, change (of value on the base), expected (the change
    that the base's prices foretell for the capacities alone), joined and left (options
    chosen in this plan or in the base only). For small changes of capacity `expected`
    is near `change`.

    Raises BadInput for an unknown resource or too many scenarios.
    """
    if len(scenarios) > SCENARIOS_MAX:
        raise BadInput(
            Text(
                "假设情形共 {count} 个，上限为 {most} 个。",
                "There are {count} what-ifs; the limit is {most}.",
                {"count": len(scenarios), "most": SCENARIOS_MAX},
            ),
            code="planning.too_many_scenarios",
        )
    changed = [scenario.applied(tables) for scenario in scenarios]
    rows = [_row("", base, base, 0.0)]
    for scenario, frames in zip(scenarios, changed, strict=True):
        result = solve(
            households=frames["households"],
            options=frames["options"],
            measures=frames["measures"],
            resources=frames["resources"],
            use=frames["use"],
            reserves=frames.get("reserves"),
            max_per_household=max_per_household,
            effort=effort,
        )
        more = result.prices["capacity"] - base.prices["capacity"]
        rows.append(
            _row(
                scenario.name, result, base, float((base.prices["price"] * more).sum())
            )
        )
    return pl.DataFrame(rows)


def _row(name: str, result: Result, base: Result, expected: float) -> dict[str, object]:
    key = ["household_id", "measure_id"]
    return {
        "name": name,
        "value": result.value,
        "bound": result.bound,
        "gap": result.gap,
        "helped": result.helped,
        "measures": result.plan.height,
        "change": result.value - base.value,
        "expected": expected,
        "joined": result.plan.join(base.plan, on=key, how="anti").height,
        "left": base.plan.join(result.plan, on=key, how="anti").height,
    }
