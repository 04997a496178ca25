"""A fictional county, or some that share city-wide places, for tests and benchmarks."""

from __future__ import annotations

import numpy as np
import polars as pl

TOWNSHIPS, FUNDS = 12, 5
GROUPS = 15


def county(
    households: int, *, seed: int, counties: int = 1, measures: int = 40
) -> dict[str, pl.DataFrame]:
    """Return five tables: a household is entitled to about 15 of 40 measures.

    Every measure draws on one of its county's five funds; twelve have county places,
    six township places, and the last two places of the city, which all counties share.
    """
    rng = np.random.default_rng(seed)
    home_county = np.sort(rng.integers(0, counties, households))
    township = home_county * TOWNSHIPS + rng.integers(0, TOWNSHIPS, households)
    home, measure = np.nonzero(rng.random((households, measures)) < 0.375)
    typical = np.exp(rng.normal(1, 0.6, measures))
    gain = typical[measure] * np.exp(rng.normal(0, 0.5, len(home)))
    cost = typical[measure] * np.exp(rng.normal(0, 0.5, len(home))) * 1000
    ids = {
        "fund": [f"F{c:03d}-{f}" for c in range(counties) for f in range(FUNDS)],
        "county": [f"C{c:03d}-{k:02d}" for c in range(counties) for k in range(12)],
        "township": [
            f"T{t:04d}-{k}" for t in range(counties * TOWNSHIPS) for k in range(6)
        ],
        "city": ["city-0", "city-1"],
    }
    parts = [
        (home_county * FUNDS)[home] + (measure % FUNDS),
        np.where(measure < 12, home_county[home] * 12 + measure, -1),
        np.where(
            (measure >= 12) & (measure < 18), township[home] * 6 + measure - 12, -1
        ),
        np.where(measure >= measures - 2, measure - (measures - 2), -1),
    ]
    first, uses = 0, []
    for place, names in zip(parts, ids.values(), strict=True):
        used = place >= 0
        amount = np.round(cost) if first == 0 else np.ones(len(home))
        uses.append((home[used], measure[used], first + place[used], amount[used]))
        first += len(names)
    use_home, use_measure, resource, amount = (
        np.concatenate(column) for column in zip(*uses, strict=True)
    )
    names = np.array([name for group in ids.values() for name in group])
    demand = np.bincount(resource, amount, len(names))
    share = rng.uniform(0.05, 0.25, len(names))
    homes = np.array([f"H{number:07d}" for number in range(households)])
    kinds = np.array([f"M{number:02d}" for number in range(measures)])
    order = np.lexsort((resource, use_measure, use_home))
    return {
        "households": pl.DataFrame(
            {"id": homes, "weight": np.exp(rng.normal(0, 0.4, households)).round(3)}
        ),
        "measures": pl.DataFrame(
            {
                "id": kinds,
                "group": [f"G{n:02d}" for n in rng.integers(0, GROUPS, measures)],
            }
        ),
        "options": pl.DataFrame(
            {
                "household_id": homes[home],
                "measure_id": kinds[measure],
                "gain": gain.round(4),
            }
        ),
        "resources": pl.DataFrame({"id": names, "capacity": np.floor(demand * share)}),
        "use": pl.DataFrame(
            {
                "household_id": homes[use_home[order]],
                "measure_id": kinds[use_measure[order]],
                "resource_id": names[resource[order]],
                "amount": amount[order],
            }
        ),
    }
