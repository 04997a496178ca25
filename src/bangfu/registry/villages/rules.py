"""Pass rules of a village: which figure, which threshold, which way. Pure.

The thresholds are data of the policy pack, each with its source. A village that passes
changes nothing in any household.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from bangfu.calc.values.text import Text
from bangfu.registry.villages.models import VillageYear

_HUNDRED = 100


class Way(enum.StrEnum):
    """How a figure is compared with its threshold."""

    BELOW = "below"
    AT_MOST = "at_most"
    AT_LEAST = "at_least"

    @property
    def text(self) -> Text:
        """The comparison in words."""
        return _WAYS[self]

    def holds(self, value: Decimal, threshold: Decimal) -> bool:
        """Whether a figure passes."""
        if self is Way.BELOW:
            return value < threshold
        return value <= threshold if self is Way.AT_MOST else value >= threshold


_WAYS = {
    Way.BELOW: Text("低于", "below"),
    Way.AT_MOST: Text("不超过", "at most"),
    Way.AT_LEAST: Text("不少于", "at least"),
}


@dataclass(frozen=True, slots=True)
class PassRule:
    """One rule. key: of the policy parameter. figure: None when it is not known."""

    code: str
    text: Text
    key: str
    way: Way
    figure: Callable[[VillageYear], Decimal | None]


def share(part: int | None, whole: int | None) -> Decimal | None:
    """Return a share in percent, None when either is unknown or nobody is there."""
    if part is None or not whole:
        return None
    return Decimal(part) * _HUNDRED / Decimal(whole)


def _sum(*figures: int | None) -> Decimal | None:
    if None in figures:
        return None
    return Decimal(sum(figure or 0 for figure in figures))


def _one(figure: int | Decimal | None) -> Decimal | None:
    return None if figure is None else Decimal(figure)


RULES: tuple[PassRule, ...] = (
    PassRule(
        "incidence",
        Text("贫困发生率", "Poverty incidence"),
        "exit.incidence.max",
        Way.BELOW,
        lambda year: share(year.poor_people, year.population),
    ),
    PassRule(
        "road",
        Text("到乡镇未硬化里程", "Unpaved road to the township"),
        "village.unpaved_km.max",
        Way.AT_MOST,
        lambda year: _one(year.unpaved_km),
    ),
    PassRule(
        "water",
        Text("饮水不安全户数", "Households without safe water"),
        "village.unsafe_water.max",
        Way.AT_MOST,
        lambda year: _one(year.unsafe_water_households),
    ),
    PassRule(
        "power",
        Text("未通生活用电的户和自然村", "Households and hamlets without power"),
        "village.without_power.max",
        Way.AT_MOST,
        lambda year: _sum(year.households_without_power, year.hamlets_without_power),
    ),
    PassRule(
        "production_power",
        Text("未通生产用电的自然村", "Hamlets without power for production"),
        "village.without_production_power.max",
        Way.AT_MOST,
        lambda year: _one(year.hamlets_without_production_power),
    ),
    PassRule(
        "clinic",
        Text("村卫生室", "Clinics"),
        "village.clinics.min",
        Way.AT_LEAST,
        lambda year: _one(year.clinics),
    ),
    PassRule(
        "doctor",
        Text("执业（助理）医师", "Doctors"),
        "village.doctors.min",
        Way.AT_LEAST,
        lambda year: _one(year.doctors),
    ),
    PassRule(
        "online",
        Text("能上网户占比", "Share of households able to go online"),
        "village.online.min",
        Way.AT_LEAST,
        lambda year: share(year.online_households, year.households),
    ),
    PassRule(
        "tv",
        Text("通广播电视户占比", "Share of households with radio or TV"),
        "village.tv.min",
        Way.AT_LEAST,
        lambda year: share(year.tv_households, year.households),
    ),
)
