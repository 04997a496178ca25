"""Writes the sample as the very files that offices would send.

divisions/{provinces,cities,areas,streets,villages}.csv   the published list's layout
boundaries.geojson     a polygon for every division, property "code"
places.csv             code, x_km, y_km of every division's middle
flags.csv              code, flag, from: poor, deep-poor and demonstration villages
households-CODE.xlsx   one household roll per county (or per township when large)
units.xlsx officials.xlsx
lists/KIND.csv         what departments send for the cross-checks
truth.csv              where the planted errors are; offices have no such file
hits.csv               whom the cross-checks should find; offices have no such file
sample.json            seed, counts
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl

from bangfu import exchange
from bangfu.calc.values.division_code import Level
from bangfu.pairing.sheets import OFFICIALS, UNITS
from bangfu.registry.crosschecks.kinds import ListKind
from bangfu.registry.sheets import HOUSEHOLDS
from bangfu.sample import names
from bangfu.sample.geography import Geography, Place
from bangfu.sample.outside import Lists, frame_of
from bangfu.sample.people import People
from bangfu.sample.staff import Staff

# Rows of one roll; beyond it a county sends one roll a township.
HOUSEHOLDS_PER_ROLL = 10_000
FLAGS_FROM = "2014-01-01"


def write_divisions(folder: Path, city: Geography) -> None:
    """Write the tree, its boundaries, middles and flags."""
    target = folder / "divisions"
    target.mkdir(parents=True, exist_ok=True)
    _csv(target / "provinces.csv", ["code", "name"], [["99", names.PROVINCE_NAME]])
    _csv(
        target / "cities.csv",
        ["code", "name", "provinceCode"],
        [[city.city.code, city.city.name, "99"]],
    )
    _csv(
        target / "areas.csv",
        ["code", "name", "cityCode", "provinceCode"],
        [[p.code, p.name, "9901", "99"] for p in city.counties],
    )
    _csv(
        target / "streets.csv",
        ["code", "name", "areaCode", "provinceCode", "cityCode"],
        [[p.code, p.name, p.code[:6], "99", "9901"] for p in city.townships],
    )
    _csv(
        target / "villages.csv",
        ["code", "name", "streetCode", "provinceCode", "cityCode", "areaCode"],
        [[p.code, p.name, p.code[:9], "99", "9901", p.code[:6]] for p in city.villages],
    )
    _csv(
        folder / "places.csv",
        ["code", "x_km", "y_km"],
        [[p.code, f"{p.middle[0]:.3f}", f"{p.middle[1]:.3f}"] for p in city.places],
    )
    _csv(folder / "flags.csv", ["code", "flag", "from"], _flags(city.villages))
    features = [_feature(place) for place in city.places]
    collection = {"type": "FeatureCollection", "features": features}
    (folder / "boundaries.geojson").write_text(
        json.dumps(collection, ensure_ascii=False), encoding="utf-8"
    )


def write_rolls(folder: Path, people: People) -> list[Path]:
    """Write the household rolls and return them."""
    households = people.households.with_row_index("_household")
    keys = households.select("_household", "household_no")
    keys = keys.with_columns(pl.col("_household").cast(pl.Int64))
    members = people.members.join(
        keys, on="_household", how="left", maintain_order="left"
    )
    county = pl.col("division_code").str.head(Level.COUNTY)
    largest = households.group_by(county).len()["len"].max()
    assert isinstance(largest, int)  # noqa: S101 - there are households
    level = Level.COUNTY if largest <= HOUSEHOLDS_PER_ROLL else Level.TOWNSHIP
    prefix = pl.col("division_code").str.head(level)
    rolls = []
    for (code,), part in households.group_by(prefix, maintain_order=True):
        own = members.filter(pl.col("_household").is_in(part["_household"].to_list()))
        path = folder / f"households-{code}.xlsx"
        exchange.write_rows(
            HOUSEHOLDS,
            {"households": part, "members": own},
            language="zh-hans",
            target=path,
        )
        rolls.append(path)
    return rolls


def write_roster(folder: Path, staff: Staff) -> list[Path]:
    """Write the roll of units and the staff roster and return them."""
    paths = [folder / "units.xlsx", folder / "officials.xlsx"]
    exchange.write_rows(
        UNITS, {"units": staff.units}, language="zh-hans", target=paths[0]
    )
    exchange.write_rows(
        OFFICIALS, {"officials": staff.officials}, language="zh-hans", target=paths[1]
    )
    return paths


def write_lists(folder: Path, lists: Lists) -> dict[ListKind, Path]:
    """Write the departments' lists, and whom the checks should find among them."""
    target = folder / "lists"
    target.mkdir(exist_ok=True)
    paths = {}
    for kind, rows in lists.rows.items():
        paths[kind] = target / f"{kind.value}.csv"
        frame_of(kind, rows).write_csv(paths[kind], include_bom=True)
    pl.DataFrame(lists.truth).write_csv(folder / "hits.csv")
    return paths


def write_truth(folder: Path, truth: pl.DataFrame, facts: dict[str, object]) -> None:
    """Write where the errors are, and what the sample was made from."""
    truth.write_csv(folder / "truth.csv")
    text = json.dumps(facts, ensure_ascii=False, indent=2)
    (folder / "sample.json").write_text(text + "\n", encoding="utf-8")


def _flags(villages: list[Place]) -> Iterable[list[str]]:
    for place in villages:
        for flag, holds in (
            ("poor", place.is_poor),
            ("deep_poor", place.is_deep_poor),
            ("demonstration", place.is_demonstration),
        ):
            if holds:
                yield [place.code, flag, FLAGS_FROM]


def _feature(place: Place) -> dict[str, object]:
    return {
        "type": "Feature",
        "properties": {"code": place.code, "name": place.name},
        "geometry": {"type": "Polygon", "coordinates": [place.ring]},
    }


def _csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
