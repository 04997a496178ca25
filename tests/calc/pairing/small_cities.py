"""Small random prefectures, and the explicit model that pairing is compared with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from bangfu.calc.pairing.checks import Params

VILLAGES = [
    "990121101200",
    "990121101201",
    "990121102200",
    "990122101200",
    "990122101201",
]
SERVES = ["9901", "990121", "990122", "990121101", "990122101", "990121101200"]
NEEDS = ["health", "school", "work"]
EXPERTISES = ["farming", "medicine"]


def random_city(
    seed: int,
    *,
    households: int = 14,
    officials: int = 9,
    existing: float = 0.4,
    forbidden: float = 0.15,
    quota_max: int = 4,
) -> dict[str, pl.DataFrame]:
    """Return five small tables; whether all can be covered is left to chance."""
    rng = np.random.default_rng(seed)
    place = rng.integers(0, 8, (len(VILLAGES), 2)).astype(float)
    at = rng.integers(0, len(VILLAGES), households)
    low = rng.integers(0, 3, officials)
    tables = {
        "households": pl.DataFrame(
            {
                "id": [f"H{number:02d}" for number in range(households)],
                "division_code": [VILLAGES[village] for village in at],
                "x_km": place[at, 0],
                "y_km": place[at, 1],
                "need": rng.choice(NEEDS, households).tolist(),
            }
        ),
        "officials": pl.DataFrame(
            {
                "id": [f"P{number:02d}" for number in range(officials)],
                "unit_id": [f"U{number // 3}" for number in range(officials)],
                "serves_code": rng.choice(SERVES, officials).tolist(),
                "x_km": rng.integers(0, 2, officials) * 4.0,
                "y_km": rng.integers(0, 2, officials) * 3.0,
                "expertise": rng.choice(EXPERTISES, officials).tolist(),
                "min": low,
                "max": np.maximum(low, rng.integers(0, quota_max + 1, officials)),
            }
        ),
        "costs": pl.DataFrame(
            [
                {"need": need, "expertise": field, "cost": int(rng.integers(0, 400))}
                for need in NEEDS
                for field in EXPERTISES
            ]
        ),
    }
    for name, share in (("existing", existing), ("forbidden", forbidden)):
        chosen = rng.random((households, officials)) < share
        if name == "existing":
            only = np.zeros_like(chosen)
            only[np.arange(households), rng.integers(0, officials, households)] = True
            chosen = only & (rng.random(households) < share)[:, None]
        household, official = np.nonzero(chosen)
        tables[name] = pl.DataFrame(
            {
                "household_id": [f"H{number:02d}" for number in household],
                "official_id": [f"P{number:02d}" for number in official],
            },
            schema={"household_id": pl.String, "official_id": pl.String},
        )
    return tables


@dataclass(frozen=True)
class Optimum:
    """Values of the three aims."""

    uncovered: int
    shortfall: int
    cost: int


def pair_costs(tables: dict[str, pl.DataFrame], params: Params) -> np.ndarray:
    """Return the cost of every pair, (households, officials); -1 is not possible: nan."""
    keep = set(tables["existing"].iter_rows())
    barred = set(tables["forbidden"].iter_rows())
    mismatch = {
        (need, field): cost for need, field, cost in tables["costs"].iter_rows()
    }
    table = np.full((tables["households"].height, tables["officials"].height), np.nan)
    for row, home in enumerate(tables["households"].to_dicts()):
        for column, person in enumerate(tables["officials"].to_dicts()):
            pair = (home["id"], person["id"])
            if pair in barred or not home["division_code"].startswith(
                person["serves_code"]
            ):
                continue
            east, north = home["x_km"] - person["x_km"], home["y_km"] - person["y_km"]
            distance = round(100 * float(np.sqrt(east**2 + north**2)))
            table[row, column] = (
                distance * params.km_price
                + mismatch[home["need"], person["expertise"]]
                - params.keep_price * (pair in keep)
            )
    return table


def explicit_optimum(tables: dict[str, pl.DataFrame], params: Params) -> Optimum:
    """Solve the model with one variable per pair, three times, with HiGHS."""
    cost = pair_costs(tables, params)
    household, official = np.nonzero(~np.isnan(cost))
    pairs = len(household)
    homes, people = cost.shape
    low = tables["officials"]["min"].to_numpy()
    high = tables["officials"]["max"].to_numpy()
    # Variables: pairs, then uncovered households, then shortfalls of officials.
    size = pairs + homes + people
    columns = np.arange(size)
    covered = csr_array(
        (
            np.ones(pairs + homes),
            (
                np.r_[household, np.arange(homes)],
                np.r_[columns[:pairs], pairs + np.arange(homes)],
            ),
        ),
        shape=(homes, size),
    )
    most = csr_array(
        (np.ones(pairs), (official, columns[:pairs])), shape=(people, size)
    )
    least = csr_array(
        (
            np.ones(pairs + people),
            (
                np.r_[official, np.arange(people)],
                np.r_[columns[:pairs], pairs + homes + np.arange(people)],
            ),
        ),
        shape=(people, size),
    )
    rules = [
        LinearConstraint(covered, 1, 1),
        LinearConstraint(most, -np.inf, high),
        LinearConstraint(least, low, np.inf),
    ]
    aims = np.zeros((3, size))
    aims[0, pairs : pairs + homes] = 1
    aims[1, pairs + homes :] = 1
    aims[2, :pairs] = cost[household, official]
    values = []
    for aim in aims:
        found = milp(
            aim,
            constraints=rules,
            integrality=np.ones(size),
            bounds=Bounds(0, np.inf),
            options={"mip_rel_gap": 0},
        )
        assert found.success, found.message
        values.append(round(found.fun))
        rules.append(LinearConstraint(aim[None, :], -np.inf, values[-1] + 0.5))
    return Optimum(*values)
