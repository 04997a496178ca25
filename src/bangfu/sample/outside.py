"""Lists of departments about the fictional people, with planted truths and near misses.

For every check that compares with a list, some families are what it looks for: those are
the truth. Around them stand many more rows that it must not take for it: strangers, the
same name without a number, cheap or scrapped cars, relocation housing, cancelled firms,
welfare posts; and a few in which the department itself is wrong, which no check can see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from bangfu.registry.crosschecks.kinds import LAYOUTS, ListKind
from bangfu.sample import names
from bangfu.sample.around import AROUND, Row
from bangfu.sample.people import People, identity_numbers

AS_OF = date(2016, 2, 29)
SCHOOL_DAY = date(2015, 8, 31)
# Shares of families: what is planted for each check.
RATES = {
    "X1": 0.006,
    "X2": 0.010,
    "X3": 0.005,
    "X4": 0.004,
    "X5": 0.006,
    "X7": 0.003,
    "X9": 0.008,
    "I1": 0.005,
    "I2": 0.008,
    "I3": 0.006,
    "I4": 0.006,
    "I5": 0.008,
}
LEAST = 4  # of each, in a small city
_WITHOUT_NUMBER, _OLD_NUMBER, _HOMOPHONE = 0.08, 0.04, 0.3
_STRANGERS, _HARMLESS, _NAMESAKES = 8, 3, 2
_WRONG_NUMBER = 0.15  # rows under the number of somebody else, for each true one
_SLIP = 0.002  # rows of a complete list that the department left out by mistake
_SOUNDS_LIKE = str.maketrans(
    "华明建国生林辉平英玉珍芳燕霞丽", "花鸣健果升霖晖萍瑛钰贞方艳侠莉"
)


@dataclass(slots=True)
class Lists:
    """The rows of each list, and where the truths are.

    truth: check, division_code, household_no, member (1-based), what.
    """

    rows: dict[ListKind, list[Row]] = field(
        default_factory=lambda: {kind: [] for kind in ListKind}
    )
    truth: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class _Making:
    """What is at hand while lists are made. free: households that nothing is planted in."""

    rng: np.random.Generator
    members: pl.DataFrame
    positions: list[int]
    numbers: list[str]
    free: list[int]
    lists: Lists

    def add(self, kind: ListKind, who: Row, **facts: Any) -> None:
        """Put a row on a list."""
        self.lists.rows[kind].append({**who, **facts})

    def mark(self, check: str, at: int, what: str) -> None:
        """Note that a check should find the member in row `at`."""
        member = self.members.row(at, named=True)
        self.lists.truth.append(
            {
                "check": check,
                "division_code": member["division_code"],
                "household_no": self.numbers[member["_household"]],
                "member": self.positions[at],
                "what": what,
            }
        )


def make_lists(
    rng: np.random.Generator, right: People, planted: People, used: set[int]
) -> Lists:
    """Make the departments' lists about people.

    right: the people as they are; planted: as the rolls have them, with errors. used:
    household rows that have an error already, and are left alone. All lists are as of
    AS_OF.
    """
    members = right.members.with_row_index("_row").with_columns(
        pl.col("_household").cast(pl.Int64)
    )
    first = members["_household"].to_numpy()
    starts = np.searchsorted(first, first)
    status = right.households["status"].to_list()
    free = [
        row
        for row in rng.permutation(len(status)).tolist()
        if row not in used and status[row] != "1"
    ]
    making = _Making(
        rng=rng,
        members=members,
        positions=(np.arange(len(first)) - starts + 1).tolist(),
        numbers=right.households["household_no"].to_list(),
        free=free,
        lists=Lists(),
    )
    for check, plant in _PLANTS.items():
        wanted = max(LEAST, round(RATES[check] * len(status)))
        for at in _chosen(making, check, wanted):
            plant(making, at)
    _complete(making, planted)
    for kind, rows in making.lists.rows.items():
        order = making.rng.permutation(len(rows)).tolist()
        making.lists.rows[kind] = [rows[one] for one in order]
    return making.lists


def frame_of(kind: ListKind, rows: list[Row]) -> pl.DataFrame:
    """Return a list's rows as a department would write them: headers, labels, yuan."""
    layout = LAYOUTS[kind]
    what, status = layout.what.labels, layout.status.labels
    written = [
        {
            "姓名": row["name"],
            "身份证号码": row.get("identity_number"),
            "出生日期": row.get("birth_date"),
            "性别": {"1": "男", "2": "女"}.get(row.get("sex", "")),
            "户籍地或住址区划代码": row.get("address_code"),
            layout.what.title.zh: what[row["what"]].zh,
            layout.status.title.zh: status[row["status"]].zh,
            **{
                _header(key, title.zh): _written(key, row.get(key))
                for key, title in layout.facts.items()
            },
        }
        for row in rows
    ]
    return pl.DataFrame(written, infer_schema_length=None)


def _header(key: str, title: str) -> str:
    unit = {"value_fen": "（元）", "area_m2": "（平方米）"}.get(key, "")
    return title + unit


def _written(key: str, value: Any) -> Any:
    if key == "value_fen" and value is not None:
        return value // 100
    return value


# Who


def _chosen(making: _Making, check: str, wanted: int) -> Iterator[int]:
    """Yield member rows of untouched families that suit a check."""
    suits = making.members.filter(_SUITS.get(check, _ADULT))
    by_household = dict(
        suits.group_by("_household", maintain_order=True)
        .agg(pl.col("_row").first())
        .iter_rows()
    )
    found = [row for row in making.free if row in by_household][:wanted]
    taken = set(found)
    making.free = [row for row in making.free if row not in taken]
    for household in found:
        yield int(by_household[household])


def _who(making: _Making, at: int) -> Row:
    """Return how a department names a member: mostly by number, sometimes without."""
    member = making.members.row(at, named=True)
    number, draw = member["identity_number"], making.rng.random()
    if draw < _WITHOUT_NUMBER:
        name = member["name"]
        if making.rng.random() < _HOMOPHONE:
            name = name[:1] + name[1:].translate(_SOUNDS_LIKE)
        return {
            "name": name,
            "birth_date": member["birth_date"],
            "sex": member["sex"],
            "address_code": member["division_code"],
        }
    if draw < _WITHOUT_NUMBER + _OLD_NUMBER and member["birth_date"].year < 2000:
        number = number[:6] + number[8:17]
    return {"name": member["name"], "identity_number": number}


def _strangers(making: _Making, count: int) -> list[Row]:
    """Return people who are in no file, half of them of the same county."""
    rng = making.rng
    female = rng.random(count) < 0.5
    born = np.datetime64("1950-01-01") + rng.integers(0, 16_000, count).astype(
        "timedelta64[D]"
    )
    county = np.where(
        rng.random(count) < 0.5,
        making.members["division_code"]
        .str.head(6)
        .to_numpy()[rng.integers(0, len(making.members), count)],
        "990201",
    )
    numbers = identity_numbers(county, born, female)
    # A sequence that the register never reaches, so that the number is nobody's there.
    kept = [f"{one[:14]}9{one[15:17]}" for one in numbers.tolist()]
    called = np.char.add(
        names.surnames(rng, count),
        names.given_names(rng, female, np.zeros(count, dtype=bool)),
    )
    return [
        {"name": name, "identity_number": _with_check(first)}
        for name, first in zip(called.tolist(), kept, strict=True)
    ]


def _with_check(first: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(w * int(d) for w, d in zip(weights, first, strict=True))
    return first + "10X98765432"[total % 11]


def _namesake(making: _Making) -> Row:
    """Return somebody with a member's name and another birth date, without a number."""
    member = making.members.row(
        int(making.rng.integers(0, len(making.members))), named=True
    )
    year = int(making.rng.integers(1950, 1995))
    return {
        "name": member["name"],
        "birth_date": member["birth_date"].replace(year=year, day=1),
        "sex": member["sex"],
        "address_code": member["division_code"][:6],
    }


def _someone(making: _Making) -> Row:
    """Return an adult of a family that nothing is planted in, by number."""
    while True:
        at = int(making.rng.integers(0, len(making.members)))
        member = making.members.row(at, named=True)
        if member["birth_date"].year < 1990:
            return {
                "name": member["name"],
                "identity_number": member["identity_number"],
            }


# What is planted


def _plant_around(check: str) -> Callable[[_Making, int], None]:
    around = AROUND[check]

    def plant(making: _Making, at: int) -> None:
        rng = making.rng
        making.add(around.kind, _who(making, at), **around.bad(rng))
        making.mark(check, at, around.kind.value)
        for who in _strangers(making, _STRANGERS):
            making.add(around.kind, who, **around.bad(rng))
        for _ in range(_NAMESAKES):
            making.add(around.kind, _namesake(making), **around.bad(rng))
        for _ in range(_HARMLESS):
            chosen = around.harmless[int(rng.integers(0, len(around.harmless)))]
            making.add(around.kind, _someone(making), **chosen)
        if rng.random() < _WRONG_NUMBER:
            stranger = _strangers(making, 1)[0] | {
                "identity_number": _someone(making)["identity_number"]
            }
            making.add(around.kind, stranger, **around.bad(rng))

    return plant


def _plant_other_name(making: _Making, at: int) -> None:
    """The number belongs to somebody else: the file has it wrong."""
    who = _who(making, at)
    if "identity_number" not in who:
        number = making.members.row(at, named=True)["identity_number"]
        who = {"name": who["name"], "identity_number": number}
    other = _strangers(making, 1)[0]["name"]
    making.add(
        ListKind.VEHICLES,
        who | {"name": other},
        what="motorcycle",
        status="in_use",
        value_fen=400_000,
    )
    making.mark("I1", at, "another name under the number")


def _plant_mismatch(check: str, what: str) -> Callable[[_Making, int], None]:
    """The department's complete list, made last, will leave this person out."""

    def plant(making: _Making, at: int) -> None:
        making.mark(check, at, what)

    return plant


_PLANTS: dict[str, Callable[[_Making, int], None]] = {
    **{check: _plant_around(check) for check in AROUND},
    "I1": _plant_other_name,
    "I2": _plant_mismatch("I2", "recorded on Dibao, not on the list"),
    "I3": _plant_mismatch("I3", "recorded as disabled, without a certificate"),
    "I4": _plant_mismatch("I4", "recorded at school, not on the rolls"),
    "I5": _plant_mismatch("I5", "recorded as insured, not on the list"),
}
_ADULT = pl.col("birth_date") < pl.date(1990, 1, 1)
_OF_SCHOOL_AGE = pl.col("birth_date").is_between(
    pl.date(2000, 9, 1), pl.date(2009, 8, 31)
)
_SUITS = {
    "I2": pl.col("is_on_dibao"),
    "I3": pl.col("disability_certificate").is_not_null(),
    "I4": _OF_SCHOOL_AGE & (pl.col("school_status") != "01"),
    "I5": pl.col("has_basic_medical"),
}


def _complete(making: _Making, planted: People) -> None:
    """Write the lists that name everybody, without those who are planted missing.

    The rolls are copied as they were planted, so that an error there does not count as
    one here as well; a few people are left out by a slip of the department.
    """
    lists = making.lists
    missing: dict[str, set[tuple[str, str, int]]] = {}
    for one in lists.truth:
        key = (one["division_code"], one["household_no"], one["member"])
        missing.setdefault(one["check"], set()).add(key)
    columns = ("is_on_dibao", "disability_certificate", "school_status")
    as_rolled = planted.members.select(*columns, "has_basic_medical")
    for at, (told, rolled) in enumerate(
        zip(
            making.members.iter_rows(named=True),
            as_rolled.iter_rows(named=True),
            strict=True,
        )
    ):
        number = making.numbers[told["_household"]]
        key = (told["division_code"], number, making.positions[at])
        who = {"name": told["name"], "identity_number": told["identity_number"]}
        for check, kind, facts in _entitled(rolled):
            if key in missing.get(check, ()) or making.rng.random() < _SLIP:
                continue
            making.add(kind, who, **facts)


def _entitled(rolled: Row) -> Iterator[tuple[str, ListKind, Row]]:
    if rolled["is_on_dibao"]:
        yield (
            "I2",
            ListKind.RELIEF,
            {
                "what": "dibao",
                "status": "active",
                "value_fen": 4_500,
            },
        )
    certificate = rolled["disability_certificate"]
    if certificate:
        yield (
            "I3",
            ListKind.DISABILITY,
            {
                "what": certificate[18],
                "grade": certificate[19],
                "status": "active",
            },
        )
    if rolled["school_status"] not in (None, "01"):
        yield (
            "I4",
            ListKind.SCHOOLING,
            {
                "what": rolled["school_status"],
                "status": "enrolled",
                "place": "中心学校",
            },
        )
    if rolled["has_basic_medical"]:
        yield (
            "I5",
            ListKind.INSURANCE,
            {
                "what": "resident_medical",
                "status": "active",
            },
        )
