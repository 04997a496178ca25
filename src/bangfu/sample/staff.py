"""Units and officials of the fictional city.

Numbers follow the demand: minima by tier stay within the households of every division
and maxima reach beyond them, so that two-way full coverage exists. Most places are those
of the three-sends officials, as in the real region.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from bangfu.calc.values.division_code import DivisionCode
from bangfu.sample import names
from bangfu.sample.geography import Geography, Place, to_degrees
from bangfu.sample.people import People

_KINDS = (
    ("农业局", "agriculture"),
    ("卫生局", "health"),
    ("教育局", "education"),
    ("财政局", "finance"),
    ("住房和城乡建设局", "construction"),
    ("人力资源和社会保障局", "labour"),
    ("民政局", "civil"),
    ("林业局", "agriculture"),
    ("交通运输局", "construction"),
    ("统计局", "general"),
    ("审计局", "general"),
    ("水利局", "construction"),
)
_EXPERTISE = (
    "agriculture",
    "health",
    "education",
    "finance",
    "construction",
    "labour",
    "civil",
)


@dataclass(frozen=True, slots=True)
class Staff:
    """Two frames with the columns of the units and officials workbooks."""

    units: pl.DataFrame
    officials: pl.DataFrame


@dataclass(slots=True)
class _Roster:
    """What is being put together, row by row; there are few rows for each unit."""

    rng: np.random.Generator
    units: list[dict[str, object]] = field(default_factory=list)
    officials: list[dict[str, object]] = field(default_factory=list)

    def unit(
        self, place: Place, name: str, level: str, work: Place, expertise: str
    ) -> dict[str, object]:
        longitude, latitude = to_degrees(*work.middle)
        row: dict[str, object] = {
            "division_code": str(place.code),
            "unit_no": f"U{len(self.units) + 1:04d}",
            "name": name,
            "level": level,
            "affiliation": {"city": "3", "county": "4", "township": "5"}[level],
            "serves_code": str(place.code),
            "workplace_code": str(work.code),
            "longitude": longitude,
            "latitude": latitude,
            "_expertise": expertise,
            "_count": 0,
        }
        self.units.append(row)
        return row

    def officials_of(
        self,
        unit: dict[str, object],
        count: int,
        *,
        rank: str,
        post: str,
        tier: str,
        is_top: bool = False,
        is_party: bool = True,
        is_three_sends: bool = False,
    ) -> None:
        for _ in range(count):
            number = int(str(unit["_count"])) + 1
            unit["_count"] = number
            own = self.rng.random() < 0.7
            self.officials.append(
                {
                    "division_code": unit["division_code"],
                    "unit_no": unit["unit_no"],
                    "official_no": f"{number:03d}",
                    "rank": rank,
                    "post": post,
                    "is_top_leader": is_top,
                    "is_party_member": is_party,
                    "is_in_post": True,
                    "is_three_sends": is_three_sends,
                    "expertise": unit["_expertise"]
                    if own
                    else str(self.rng.choice(_EXPERTISE)),
                    "stated_tier": tier,
                    "_serves": unit["serves_code"],
                }
            )


def make_staff(rng: np.random.Generator, city: Geography, people: People) -> Staff:
    """Make the units and officials that can cover the households of `people`."""
    active = people.households.filter(pl.col("status") != "1")["division_code"]
    roster = _Roster(rng)
    _city_units(roster, city, len(active))
    for county in city.counties:
        inside = active.filter(active.str.starts_with(county.code))
        _county_units(roster, city, county, len(inside))
        for township in city.townships:
            if county.code.contains(township.code):
                households = inside.str.starts_with(township.code).sum()
                _township_unit(roster, township, int(households))
    units = pl.DataFrame(roster.units).drop("_expertise", "_count")
    degrees = pl.col("longitude", "latitude").cast(pl.Decimal(18, 6))
    units = units.with_columns(degrees)
    return Staff(units, _officials_frame(rng, roster, people))


def _city_units(roster: _Roster, city: Geography, households: int) -> None:
    place, seat = city.city, city.counties[0]
    leaders = roster.unit(place, "市四套班子", "city", seat, "general")
    count = min(33, max(1, households // 250))
    roster.officials_of(leaders, count, rank="city_leader", post="市级领导", tier="A")
    units = min(60, max(1, households // 600))
    senders = round(households * 0.012)
    for n in range(units):
        name, expertise = _KINDS[n % len(_KINDS)]
        turn = "" if n < len(_KINDS) else f"第{n // len(_KINDS) + 1}直属单位"
        unit = roster.unit(place, f"市{name}{turn}", "city", seat, expertise)
        roster.officials_of(
            unit, 1, rank="county_leader", post="局长", tier="A", is_top=True
        )
        roster.officials_of(unit, 2, rank="deputy_county", post="副局长", tier="B")
        roster.officials_of(unit, 2, rank="staff", post="干部", tier="C")
        _senders(roster, unit, senders // units)


def _county_units(
    roster: _Roster, city: Geography, county: Place, households: int
) -> None:
    seat = next(t for t in city.townships if county.code.contains(t.code))
    leaders = roster.unit(county, f"{county.name}四套班子", "county", seat, "general")
    count = min(34, max(1, households // 60))
    roster.officials_of(leaders, count, rank="county_leader", post="县级领导", tier="A")
    units = min(40, max(1, households // 90))
    senders, staff = round(households * 0.10), round(households * 0.03)
    for n in range(units):
        name, expertise = _KINDS[n % len(_KINDS)]
        turn = "" if n < len(_KINDS) else f"第{n // len(_KINDS) + 1}直属单位"
        unit = roster.unit(
            county, f"{county.name}{name}{turn}", "county", seat, expertise
        )
        roster.officials_of(
            unit, 1, rank="section_head", post="局长", tier="B", is_top=True
        )
        roster.officials_of(unit, 1, rank="deputy_section", post="副局长", tier="B")
        roster.officials_of(unit, staff // units, rank="staff", post="干部", tier="C")
        _senders(roster, unit, senders // units + (n < senders % units))


def _township_unit(roster: _Roster, township: Place, households: int) -> None:
    unit = roster.unit(
        township, f"{township.name}人民政府", "township", township, "general"
    )
    roster.officials_of(
        unit, 1, rank="section_head", post="书记", tier="B", is_top=True
    )
    deputies = min(5, max(1, households // 40))
    roster.officials_of(
        unit, deputies, rank="deputy_section", post="副乡（镇）长", tier="B"
    )
    roster.officials_of(
        unit, round(households * 0.04), rank="staff", post="干部", tier="C"
    )
    roster.officials_of(unit, 2, rank="staff", post="工作人员", tier="", is_party=False)
    _senders(roster, unit, round(households * 0.11))


def _senders(roster: _Roster, unit: dict[str, object], count: int) -> None:
    roster.officials_of(
        unit, count, rank="staff", post="“三送”干部", tier="C", is_three_sends=True
    )


def _officials_frame(
    rng: np.random.Generator, roster: _Roster, people: People
) -> pl.DataFrame:
    officials = pl.DataFrame(roster.officials)
    count = len(officials)
    female = rng.random(count) < 0.32
    old = np.zeros(count, dtype=bool)
    name = np.char.add(names.surnames(rng, count), names.given_names(rng, female, old))
    in_post = rng.random(count) >= 0.01
    phones = [f"100{number:08d}" for number in rng.integers(0, 10**8, count)]
    village, number, relation = _kin(rng, officials["_serves"].to_list(), people)
    return officials.drop("_serves").with_columns(
        pl.Series("name", name),
        pl.Series("sex", np.where(female, "2", "1")),
        pl.Series("is_in_post", in_post),
        pl.Series("office_phone", phones),
        pl.Series("kin1_relation", relation, dtype=pl.String),
        pl.Series("kin1_village_code", village, dtype=pl.String),
        pl.Series("kin1_household_no", number, dtype=pl.String),
    )


def _kin(
    rng: np.random.Generator, serves: list[str], people: People
) -> tuple[list[str | None], list[str | None], list[str | None]]:
    """Let one official in fifty declare a relative among the households served."""
    codes = people.households["division_code"].to_numpy()
    numbers = people.households["household_no"].to_list()
    village: list[str | None] = [None] * len(serves)
    number: list[str | None] = [None] * len(serves)
    relation: list[str | None] = [None] * len(serves)
    for row in np.flatnonzero(rng.random(len(serves)) < 0.02).tolist():
        low, high = np.searchsorted(codes, list(DivisionCode(serves[row]).range()))
        if low == high:
            continue
        chosen = int(rng.integers(low, high))
        village[row], number[row] = str(codes[chosen]), numbers[chosen]
        relation[row] = str(rng.choice(["direct", "collateral", "in_law"]))
    return village, number, relation
