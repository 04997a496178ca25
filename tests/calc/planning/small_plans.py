"""Small random planning problems, and what all their plans are worth."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import polars as pl

from bangfu.calc.planning.tables import OPTIONS, USE
from bangfu.calc.tables.frames import empty


def random_problem(
    seed: int,
    *,
    households: int = 4,
    measures: int = 4,
    groups: int = 3,
    resources: int = 3,
    whole: bool = True,
) -> dict[str, pl.DataFrame]:
    """Return five tables; capacities are between nothing and more than enough."""
    rng = np.random.default_rng(seed)
    options, uses = [], []
    for home in range(households):
        for measure in range(measures):
            if rng.random() < 0.3:
                continue
            gain = float(rng.integers(0, 9)) if whole else float(rng.normal(3, 3))
            options.append((f"H{home}", f"M{measure}", gain))
            for resource in range(resources):
                if rng.random() < 0.6:
                    amount = rng.integers(0, 4) if whole else round(rng.random(), 2)
                    uses.append(
                        (f"H{home}", f"M{measure}", f"R{resource}", float(amount))
                    )
    top = households * measures / 2
    return {
        "households": pl.DataFrame(
            {
                "id": [f"H{home}" for home in range(households)],
                "weight": rng.integers(1, 4, households).astype(float),
            }
        ),
        "measures": pl.DataFrame(
            {
                "id": [f"M{measure}" for measure in range(measures)],
                "group": [
                    None if rng.random() < 0.2 else f"G{rng.integers(0, groups)}"
                    for _ in range(measures)
                ],
            },
            schema_overrides={"group": pl.String},
        ),
        "resources": pl.DataFrame(
            {
                "id": [f"R{resource}" for resource in range(resources)],
                "capacity": rng.integers(0, max(int(top), 2), resources).astype(float),
            }
        ),
        "options": _frame(OPTIONS, options),
        "use": _frame(USE, uses),
    }


def _frame(schema, rows):
    if not rows:
        return empty(schema)
    return pl.DataFrame(rows, schema=[c.name for c in schema.columns], orient="row")


def best_value(tables: dict[str, pl.DataFrame], limit: int | None) -> float:
    """Return the value of the best plan, from all of them, one household after another."""
    group = dict(tables["measures"].select("id", "group").iter_rows())
    weight = dict(tables["households"].select("id", "weight").iter_rows())
    names = tables["resources"]["id"].to_list()
    amount = {(h, m): [0.0] * len(names) for h, m, _ in tables["options"].iter_rows()}
    for home, measure, resource, taken in tables["use"].iter_rows():
        amount[home, measure][names.index(resource)] = taken
    states = {tuple(tables["resources"]["capacity"].to_list()): 0.0}
    for home, weighs in weight.items():
        mine = tables["options"].filter(household_id=home).iter_rows()
        own = [(m, weighs * gain) for _, m, gain in mine if gain > 0]
        bundles = [
            chosen
            for size in range(len(own) + 1)
            if limit is None or size <= limit
            for chosen in combinations(own, size)
            if _one_a_group([group[m] for m, _ in chosen])
        ]
        reached: dict[tuple[float, ...], float] = {}
        for left, worth in states.items():
            for chosen in bundles:
                rest = list(left)
                for measure, _ in chosen:
                    rest = [
                        a - b for a, b in zip(rest, amount[home, measure], strict=True)
                    ]
                if min(rest, default=0.0) >= -1e-9:
                    key = tuple(round(value, 6) for value in rest)
                    total = worth + sum(value for _, value in chosen)
                    reached[key] = max(reached.get(key, 0.0), total)
        states = reached
    return max(states.values())


def _one_a_group(groups: list[str | None]) -> bool:
    named = [one for one in groups if one is not None]
    return len(named) == len(set(named))
