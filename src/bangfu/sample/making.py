"""Makes the whole sample from a seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bangfu.calc.values.findings import OutOfLimit
from bangfu.calc.values.text import Text
from bangfu.sample.errors import plant_errors
from bangfu.sample.geography import make_geography
from bangfu.sample.households import YEAR
from bangfu.sample.people import make_people
from bangfu.sample.staff import make_staff
from bangfu.sample.writing import (
    write_divisions,
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
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(4)]
    tell(Text("正在生成行政区划……", "Making the divisions …"))
    city = make_geography(streams[0], households)
    write_divisions(folder, city)
    tell(Text("正在生成农户与成员……", "Making households and members …"))
    right = make_people(streams[1], city, households)
    staff = make_staff(streams[2], city, right)
    people, truth = plant_errors(streams[3], right, scale=error_scale)
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
    }
    write_truth(folder, truth, facts)
    return SampleFiles(folder, rolls, units, officials, facts)
