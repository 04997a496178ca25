"""Makes the whole sample from a seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from bangfu.calc.values.findings import OutOfLimit
from bangfu.calc.values.text import Text
from bangfu.registry.crosschecks.kinds import ListKind
from bangfu.sample.errors import plant_errors
from bangfu.sample.geography import make_geography
from bangfu.sample.households import YEAR
from bangfu.sample.outside import make_lists
from bangfu.sample.people import People, make_people
from bangfu.sample.staff import make_staff
from bangfu.sample.writing import (
    write_divisions,
    write_lists,
    write_rolls,
    write_roster,
    write_truth,
)

HOUSEHOLDS_MIN, HOUSEHOLDS_MAX = 100, 1_000_000
Tell = Callable[[Text], None]


@dataclass(frozen=True, slots=True)
class SampleFiles:
    """Where the files are, and how much is in them."""

    folder: Path
    rolls: list[Path]
    units: Path
    officials: Path
    lists: dict[ListKind, Path]
    facts: dict[str, object]


def make_sample(
    folder: Path, *, households: int, seed: int, tell: Tell, error_scale: float = 1.0
) -> SampleFiles:
    """Write a sample city of `households` households; the same seed, the same files.

    Raises OutOfLimit below 100 or above 1,000,000 households.
    """
    if not HOUSEHOLDS_MIN <= households <= HOUSEHOLDS_MAX:
        raise OutOfLimit(
            Text(
                "示例户数须在 {low} 至 {high} 之间。",
                "A sample has {low} to {high} households.",
                {"low": HOUSEHOLDS_MIN, "high": f"{HOUSEHOLDS_MAX:,}"},
            )
        )
    folder.mkdir(parents=True, exist_ok=True)
    # One stream a part, so that a change in one part leaves the others as they were.
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(5)]
    tell(Text("正在生成行政区划……", "Making the divisions …"))
    city = make_geography(streams[0], households)
    write_divisions(folder, city)
    tell(Text("正在生成农户与成员……", "Making households and members …"))
    right = make_people(streams[1], city, households)
    staff = make_staff(streams[2], city, right)
    people, truth = plant_errors(streams[3], right, scale=error_scale)
    outside = make_lists(streams[4], right, people, _with_errors(right, truth))
    tell(Text("正在写出工作簿……", "Writing the workbooks …"))
    rolls = write_rolls(folder, people)
    units, officials = write_roster(folder, staff)
    facts: dict[str, object] = {
        "seed": seed,
        "year": YEAR,
        "households": households,
        "members": len(people.members),
        "counties": len(city.counties),
        "townships": len(city.townships),
        "villages": len(city.villages),
        "units": len(staff.units),
        "officials": len(staff.officials),
        "planted_errors": len(truth),
        "planted_hits": len(outside.truth),
    }
    write_truth(folder, truth, facts)
    lists = write_lists(folder, outside)
    return SampleFiles(folder, rolls, units, officials, lists, facts)


def _with_errors(right: People, truth: pl.DataFrame) -> set[int]:
    """Return the rows of the households in which an error was planted."""
    keys = right.households.with_row_index("_row").select(
        "_row", "division_code", "household_no"
    )
    wrong = keys.join(truth, on=["division_code", "household_no"], how="semi")
    return set(wrong["_row"].to_list())
