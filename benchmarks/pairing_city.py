"""A seeded city for measuring pairing: 18 counties, laminar jurisdictions, no persons.

Units sit in three layers: city units serve the whole city, county units their county,
township units their township. The size of every layer grows with the number of
households, to 288 townships and 3,456 villages at 300,000. Numbers of needs, fields and units are
chosen so that the plain network has about 1.8 million arcs at 300,000.
"""

from __future__ import annotations

import math

import numpy as np
import polars as pl

COUNTIES = 18
NEEDS = 20
EXPERTISES = 16
CITY = "9901"


def city_tables(
    households: int, seed: int, *, history_share: float, forbidden: int
) -> dict[str, pl.DataFrame]:
    """Return the five tables of a city of about 0.57 officials per household."""
    rng = np.random.default_rng(seed)
    villages, village_xy, towns, town_xy, counties, county_xy = _divisions(
        households, rng
    )
    at = rng.integers(0, len(villages), households)
    home = pl.DataFrame(
        {
            "id": [f"H{number:07d}" for number in range(households)],
            "division_code": np.array(villages)[at],
            "x_km": village_xy[at, 0].round(2),
            "y_km": village_xy[at, 1].round(2),
            "need": np.char.add("need", rng.integers(0, NEEDS, households).astype(str)),
        }
    )
    officials = _officials(households, rng, (towns, town_xy), (counties, county_xy))
    existing = _history(home, officials, history_share, rng)
    kin = pl.DataFrame(
        {
            "household_id": home["id"].gather(rng.integers(0, households, forbidden)),
            "official_id": officials["id"].gather(
                rng.integers(0, officials.height, forbidden)
            ),
        }
    )
    grid = np.abs(np.subtract.outer(np.arange(NEEDS) * 7 % 17, np.arange(EXPERTISES)))
    costs = pl.DataFrame(
        [
            {
                "need": f"need{n}",
                "expertise": f"field{e}",
                "cost": int(grid[n, e]) * 150,
            }
            for n in range(NEEDS)
            for e in range(EXPERTISES)
        ]
    )
    return {
        "households": home,
        "officials": officials,
        "existing": existing,
        "forbidden": kin.unique(maintain_order=True),
        "costs": costs,
    }


def _divisions(households, rng):
    villages_wanted = max(2 * COUNTIES, round(households / 86))
    towns_per_county = max(1, round(villages_wanted / COUNTIES / 12))
    per_town = max(2, round(villages_wanted / COUNTIES / towns_per_county))
    angle = rng.uniform(0, 2 * math.pi, COUNTIES)
    radius = 90 * np.sqrt(rng.uniform(0, 1, COUNTIES))
    county_xy = np.c_[radius * np.cos(angle), radius * np.sin(angle)].round(2)
    counties = [f"{CITY}{number + 21:02d}" for number in range(COUNTIES)]
    towns, town_xy, villages, village_xy = [], [], [], []
    for county, centre in zip(counties, county_xy, strict=True):
        for town in range(towns_per_county):
            towns.append(f"{county}{town + 101:03d}")
            town_xy.append((centre + rng.normal(0, 14, 2)).round(2))
            for village in range(per_town):
                villages.append(f"{towns[-1]}{village + 200:03d}")
                village_xy.append(town_xy[-1] + rng.normal(0, 4, 2))
    return (
        villages,
        np.array(village_xy),
        towns,
        np.array(town_xy),
        counties,
        county_xy,
    )


def _officials(households, rng, town_layer, county_layer):
    """City units 12 %, county units 52 %, township units 36 % of all officials."""
    wanted = round(0.57 * households)
    towns, town_xy = town_layer
    counties, county_xy = county_layer
    # (serving division, place, spread in km, share of officials, units)
    layers = [
        (
            [CITY],
            np.zeros((1, 2)),
            3.0,
            0.12,
            max(12, round(0.55 * math.sqrt(households))),
        ),
        (counties, county_xy, 1.5, 0.52, max(6, round(0.11 * math.sqrt(households)))),
        (towns, town_xy, 0.0, 0.36, 8),
    ]
    rows = {name: [] for name in ("unit", "serves", "x", "y", "expertise")}
    for codes, centres, spread, share, units in layers:
        size = max(1, round(wanted * share / (len(codes) * units)))
        for code, centre in zip(codes, centres, strict=True):
            for number in range(units):
                # Half of the units sit in the government's own compound.
                away = spread if number % 2 else 0.0
                place = (centre + rng.normal(0, 1, 2) * away).round(2)
                rows["unit"] += [f"U{code}-{number:03d}"] * size
                rows["serves"] += [code] * size
                rows["x"] += [place[0]] * size
                rows["y"] += [place[1]] * size
                rows["expertise"] += [f"field{rng.integers(0, EXPERTISES)}"] * size
    count = len(rows["unit"])
    rank = rng.choice(4, count, p=[0.05, 0.2, 0.35, 0.4])
    return pl.DataFrame(
        {
            "id": [f"P{number:07d}" for number in range(count)],
            "unit_id": rows["unit"],
            "serves_code": rows["serves"],
            "x_km": np.array(rows["x"]),
            "y_km": np.array(rows["y"]),
            "expertise": rows["expertise"],
            "min": np.array([3, 2, 1, 1])[rank],
            "max": np.array([3, 2, 1, 4])[rank],
        }
    )


def _history(home, officials, share, rng):
    """Pair a share of households with random officials who may serve them."""
    chosen = np.flatnonzero(rng.random(home.height) < share)
    capacity = officials["max"].to_numpy().copy()
    serving: dict[str, list[int]] = {}
    for number, code in enumerate(officials["serves_code"].to_list()):
        serving.setdefault(code, []).append(number)
    pairs = []
    codes = home["division_code"].to_list()
    for household in chosen:
        code = codes[household]
        digits = (4, 6, 9)[rng.choice(3, p=[0.1, 0.5, 0.4])]
        pool = serving[code[:digits]]
        official = pool[rng.integers(0, len(pool))]
        if capacity[official] > 0:
            capacity[official] -= 1
            pairs.append((household, official))
    pairs_at = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return pl.DataFrame(
        {
            "household_id": home["id"].gather(pairs_at[:, 0]),
            "official_id": officials["id"].gather(pairs_at[:, 1]),
        }
    )
