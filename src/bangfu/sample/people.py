"""Households and members of the fictional city.

Shares follow published figures for the real region: 3.98 persons a household, health
59.7 % healthy / 22.9 % chronic / 12.6 % disabled / 3.9 % seriously ill, a quarter of
houses dangerous, causes led by illness. Causes, labour, school and income follow from
the members, so that a household is consistent until an error is planted in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from bangfu.sample import names
from bangfu.sample.geography import Geography
from bangfu.sample.households import YEAR, household_frame

_SIZES = np.array([0.08, 0.13, 0.18, 0.23, 0.19, 0.12, 0.05, 0.02])  # mean about 3.98
_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_CHECKS = np.array(list("10X98765432"))
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class People:
    """Two frames with the columns of the households workbook.

    members are in order of household and position and carry `_household`, the row of
    their household.
    """

    households: pl.DataFrame
    members: pl.DataFrame


@dataclass(slots=True)
class _Members:
    """Columns of members as arrays of equal length."""

    household: Ints
    relation: npt.NDArray[np.str_]
    is_female: Flags
    age: Ints


def make_people(rng: np.random.Generator, city: Geography, count: int) -> People:
    """Make `count` households spread unevenly over the villages of `city`."""
    village = _villages_of(rng, city, count)
    members = _make_members(rng, count)
    facts = _member_facts(rng, members, village, city)
    return People(
        household_frame(rng, city, village, facts),
        facts.drop("_age", "_wage"),
    )


def _villages_of(rng: np.random.Generator, city: Geography, count: int) -> Ints:
    """Return the village of each household, in order of village; poor ones have more."""
    weight = rng.gamma(6.0, 1.0, len(city.villages)) + 1.0
    weight *= np.array([1.8 if place.is_poor else 1.0 for place in city.villages])
    spread = (
        np.floor(weight / weight.sum() * (count - len(weight))).astype(np.int64) + 1
    )
    spread[np.argsort(-weight, kind="stable")[: count - int(spread.sum())]] += 1
    return np.repeat(np.arange(len(weight)), spread)[:count]


def _make_members(rng: np.random.Generator, count: int) -> _Members:
    size = rng.choice(np.arange(1, 9), count, p=_SIZES / _SIZES.sum())
    head_age = np.where(
        size <= 2, rng.integers(45, 86, count), rng.integers(28, 68, count)
    ).astype(np.int64)
    head_female = rng.random(count) < np.where(size <= 2, 0.3, 0.1)
    household = np.repeat(np.arange(count), size)
    position = np.arange(len(household)) - np.repeat(np.cumsum(size) - size, size)
    people = _Members(
        household,
        np.full(len(household), "01"),
        head_female[household].copy(),
        head_age[household].copy(),
    )
    has_spouse = (size >= 2) & (rng.random(count) < 0.82)
    _add_spouses(rng, people, position, has_spouse)
    _add_others(rng, people, position, has_spouse)
    return people


def _add_spouses(
    rng: np.random.Generator, people: _Members, position: Ints, has_spouse: Flags
) -> None:
    spouse = (position == 1) & has_spouse[people.household]
    people.relation[spouse] = "02"
    people.is_female[spouse] = ~people.is_female[spouse]
    people.age[spouse] = np.clip(
        people.age[spouse] + rng.integers(-5, 5, int(spouse.sum())), 20, 90
    )


def _add_others(
    rng: np.random.Generator, people: _Members, position: Ints, has_spouse: Flags
) -> None:
    """Children first, then one or two parents of a young head, or grandchildren."""
    first_other = np.where(has_spouse[people.household], 2, 1)
    other = position >= first_other
    total, head_age = len(position), people.age.copy()
    draw = rng.random(total)
    order = position - first_other
    parent = other & (order >= 1) & (head_age < 56) & (draw < 0.45)
    grandchild = other & (order >= 1) & (head_age >= 56) & (draw < 0.5)
    child = other & ~parent & ~grandchild
    female = rng.random(total) < 0.48
    people.is_female[other] = female[other]
    gap = rng.integers(21, 34, total)
    people.age[child] = np.maximum(0, head_age[child] - gap[child] - 2 * order[child])
    people.age[parent] = np.minimum(97, head_age[parent] + gap[parent])
    people.age[grandchild] = np.maximum(
        0, head_age[grandchild] - 2 * gap[grandchild] - 3
    )
    for mask, male_code, female_code in (
        (child, "03", "04"),
        (parent, "11", "12"),
        (grandchild, "07", "08"),
    ):
        people.relation[mask] = np.where(people.is_female[mask], female_code, male_code)
    _no_second_parent_of_a_sex(people, parent)


def _no_second_parent_of_a_sex(people: _Members, parent: Flags) -> None:
    """Turn a third parent, or a second of the same sex, into an other relative."""
    rows = np.flatnonzero(parent)
    key = people.household[rows] * 2 + people.is_female[rows]
    _, first = np.unique(key, return_index=True)
    again = np.ones(len(rows), dtype=bool)
    again[first] = False
    people.relation[rows[again]] = "99"


def _member_facts(
    rng: np.random.Generator, people: _Members, village: Ints, city: Geography
) -> pl.DataFrame:
    count = len(people.age)
    birth = _births(rng, people.age)
    health = _health(rng, people.age)
    labour = _labour(rng, people.age, health)
    school = _school(rng, people.age)
    works = np.isin(labour, ["1", "2"]) & (school == "01") & (rng.random(count) < 0.42)
    months = np.where(works, rng.integers(2, 12, count), 0)
    area = rng.choice(["01", "02", "03", "04"], count, p=[0.22, 0.18, 0.15, 0.45])
    place = village[people.household]
    codes = np.array([str(v.code) for v in city.villages])
    county = np.array([str(v.code)[:6] for v in city.villages])[place]
    numbers = identity_numbers(county, birth, people.is_female)
    dibao = (rng.random(people.household.max() + 1) < 0.4)[people.household]
    insured, pension = rng.random(count), people.age >= 60
    surname = names.surnames(rng, people.household.max() + 1)[people.household]
    own = np.isin(people.relation, ["02", "12"])
    surname = np.where(own, names.surnames(rng, count), surname)
    given = names.given_names(rng, people.is_female, people.age < 18)
    return pl.DataFrame(
        {
            "_household": people.household,
            "_age": people.age,
            "_wage": months * rng.integers(700, 2400, count),
            "division_code": codes[place],
            "name": np.char.add(surname, given),
            "sex": np.where(people.is_female, "2", "1"),
            "identity_number": numbers,
            "birth_date": birth,
            "relation": people.relation,
            "disability_certificate": _certificates(rng, numbers, health),
            "ethnicity": np.where(rng.random(count) < 0.965, "01", "22"),
            "education": _education(rng, people.age),
            "school_status": school,
            "labour": labour,
            "work_area": pl.Series(np.where(works, area, "")).replace("", None),
            "work_months": months,
            "has_basic_medical": insured < 0.967,
            "has_serious_illness_insurance": insured < 0.604,
            "has_basic_pension": pension,
            "is_on_dibao": dibao,
            "is_soldier": np.zeros(count, dtype=bool),
            "speaks_mandarin": people.age < 60,
            "politics": np.where(
                (people.age >= 25) & (rng.random(count) < 0.04), "01", "13"
            ),
        }
    ).with_columns(
        pl.Series("health", [[code] for code in health], dtype=pl.List(pl.String)),
        pl.col("work_months").cast(pl.Int64),
    )


def _certificates(
    rng: np.random.Generator,
    numbers: npt.NDArray[np.str_],
    health: npt.NDArray[np.str_],
) -> pl.Series:
    """Return 20-digit certificate numbers of the disabled: number, kind, grade."""
    kind = rng.choice(
        list("1234567"), len(numbers), p=[0.2, 0.2, 0.02, 0.4, 0.08, 0.08, 0.02]
    )
    grade = rng.choice(list("1234"), len(numbers), p=[0.2, 0.3, 0.3, 0.2])
    written = np.char.add(np.char.add(numbers, kind), grade)
    return pl.Series(np.where(health == "4", written, "")).replace("", None)


def _births(rng: np.random.Generator, age: Ints) -> npt.NDArray[np.datetime64]:
    last_day = np.datetime64(f"{YEAR}-12-31")
    days = (age * 365.2425).astype(np.int64) + rng.integers(1, 360, len(age))
    births: npt.NDArray[np.datetime64] = last_day - days.astype("timedelta64[D]")
    return births


def _health(rng: np.random.Generator, age: Ints) -> npt.NDArray[np.str_]:
    draw = rng.random(len(age))
    chronic = np.where(age >= 60, 0.42, np.where(age >= 40, 0.27, 0.07))
    serious = np.where(age >= 40, 0.06, 0.02)
    disabled = np.where(age >= 16, 0.14, 0.05)
    bounds = np.cumsum([chronic, serious, disabled], axis=0)
    return np.select(
        [draw < bounds[0], draw < bounds[1], draw < bounds[2]], ["2", "3", "4"], "1"
    )


def _labour(
    rng: np.random.Generator, age: Ints, health: npt.NDArray[np.str_]
) -> npt.NDArray[np.str_]:
    draw = rng.random(len(age))
    of_age = (age >= 16) & (age < 60)
    return np.select(
        [
            of_age & (health == "1") & (draw < 0.1),
            of_age & (health == "1"),
            of_age & (health == "2"),
            of_age & (draw < 0.4),
            of_age,
            (age >= 60) & (age < 68) & (health == "1") & (draw < 0.5),
        ],
        ["2", "1", "5", "5", "3", "5"],
        "4",
    )


def _school(rng: np.random.Generator, age: Ints) -> npt.NDArray[np.str_]:
    """School status by age at the end of August, which is age or age - 1; see V6."""
    draw = rng.random(len(age))
    grade = np.char.zfill(
        np.clip(age - 9, 4, 6).astype(str), 2
    )  # 13 to 15: grades 7 to 9
    senior = np.char.zfill(np.clip(age - 9, 7, 9).astype(str), 2)  # 16 to 18
    return np.select(
        [
            (age >= 4) & (age <= 6),
            (age >= 7) & (age <= 12),
            (age >= 13) & (age <= 15),
            (age >= 16) & (age <= 18) & (draw < 0.6),
            (age >= 16) & (age <= 18) & (draw < 0.85),
            (age >= 19) & (age <= 22) & (draw < 0.22),
        ],
        ["02", "03", grade, senior, "11", "16"],
        "01",
    )


def _education(rng: np.random.Generator, age: Ints) -> npt.NDArray[np.str_]:
    draw = rng.random(len(age))
    return np.select(
        [
            age < 7,
            age < 13,
            age < 16,
            (age >= 60) & (draw < 0.3),
            draw < 0.45,
            draw < 0.88,
            draw < 0.96,
        ],
        ["6", "2", "3", "1", "2", "3", "4"],
        "5",
    )


def identity_numbers(
    county: npt.NDArray[np.str_], birth: npt.NDArray[np.datetime64], is_female: Flags
) -> npt.NDArray[np.str_]:
    """Return 18-digit numbers in the impossible province, each given once.

    Source: GB 11643 (17 digits and a check character; the 17th digit tells the sex).
    """
    day = np.char.replace(birth.astype("datetime64[D]").astype(str), "-", "")
    group = np.char.add(np.char.add(county, day), np.where(is_female, "f", "m"))
    _, inverse = np.unique(group, return_inverse=True)
    order = np.argsort(inverse, kind="stable")
    starts = np.concatenate([[0], np.flatnonzero(np.diff(inverse[order])) + 1])
    rank = np.empty(len(county), dtype=np.int64)
    lengths = np.diff(np.concatenate([starts, [len(county)]]))
    rank[order] = np.arange(len(county)) - np.repeat(starts, lengths)
    sequence = np.char.zfill((rank * 2 + np.where(is_female, 2, 1)).astype(str), 3)
    first = np.char.add(np.char.add(county, day), sequence)
    digits = np.array([list(text) for text in first.tolist()], dtype=np.int64)
    numbers: npt.NDArray[np.str_] = np.char.add(first, _CHECKS[digits @ _WEIGHTS % 11])
    return numbers
