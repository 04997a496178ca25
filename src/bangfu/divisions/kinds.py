"""Kinds of units, flags, successions and places, and how a unit's kind is told.

The kind of a township or village is read off its code, by the National Bureau of
Statistics' rules for codes of statistical divisions (2009). The last three digits of a
township are 001-099 for a street office, 100-199 for a town, 200-399 for a rural
township and 400-599 for a unit that works like one (park, farm, mine); those of a
village 001-199 for a residents' committee, 200-399 for a villagers' committee and
400-599 for what works like one. The name then tells a park from a farm. Nothing is
corrected: the kind is a reading, the name and the code stay as published.
"""

from __future__ import annotations

import enum

from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.text import Text


class UnitKind(enum.StrEnum):
    """What a division is, as far as code and name tell; "" is a county or higher."""

    HIGHER = ""
    STREET = "street"
    TOWN = "town"
    RURAL_TOWNSHIP = "rural_township"
    PARK = "park"
    FARM = "farm"
    OTHER_TOWNSHIP = "other_township"
    RESIDENTS = "residents"
    VILLAGERS = "villagers"
    OTHER_VILLAGE = "other_village"

    @property
    def text(self) -> Text:
        """The kind's name."""
        return KIND_TEXTS[self]

    @property
    def is_pseudo(self) -> bool:
        """Whether it only works like a township or village."""
        return self in _PSEUDO


KIND_TEXTS = {
    UnitKind.HIGHER: Text("县级及以上", "county or higher"),
    UnitKind.STREET: Text("街道", "street office"),
    UnitKind.TOWN: Text("镇", "town"),
    UnitKind.RURAL_TOWNSHIP: Text("乡", "rural township"),
    UnitKind.PARK: Text("类似乡级单位（园区）", "park that works like a township"),
    UnitKind.FARM: Text("类似乡级单位（农林场）", "farm that works like a township"),
    UnitKind.OTHER_TOWNSHIP: Text("类似乡级单位", "unit that works like a township"),
    UnitKind.RESIDENTS: Text("居民委员会", "residents' committee"),
    UnitKind.VILLAGERS: Text("村民委员会", "villagers' committee"),
    UnitKind.OTHER_VILLAGE: Text("类似村级单位", "unit that works like a village"),
}
_PSEUDO = frozenset(
    {UnitKind.PARK, UnitKind.FARM, UnitKind.OTHER_TOWNSHIP, UnitKind.OTHER_VILLAGE},
)
_FARM_WORDS = ("农场", "林场", "牧场", "渔场", "茶场", "园艺场", "垦殖场", "原种场")
_PARK_WORDS = ("园区", "开发区", "示范区", "工业区", "工业园", "产业园", "新区", "保税")


def kind_of(code: str, name: str) -> UnitKind:
    """Tell the kind of a unit from its code and, among pseudo-townships, its name."""
    if len(code) == Level.TOWNSHIP:
        return _township_kind(int(code[6:]), name)
    if len(code) == Level.VILLAGE:
        return _village_kind(int(code[9:]))
    return UnitKind.HIGHER


def _township_kind(number: int, name: str) -> UnitKind:
    if 1 <= number < 100:
        return UnitKind.STREET
    if 100 <= number < 200:
        return UnitKind.TOWN
    if 200 <= number < 400:
        return UnitKind.RURAL_TOWNSHIP
    if any(word in name for word in _FARM_WORDS):
        return UnitKind.FARM
    if any(word in name for word in _PARK_WORDS):
        return UnitKind.PARK
    return UnitKind.OTHER_TOWNSHIP


def _village_kind(number: int) -> UnitKind:
    if 1 <= number < 200:
        return UnitKind.RESIDENTS
    if 200 <= number < 400:
        return UnitKind.VILLAGERS
    return UnitKind.OTHER_VILLAGE


class FlagKind(enum.StrEnum):
    """Marks of a village."""

    POOR = "poor"
    DEEP_POOR = "deep_poor"
    DEMONSTRATION = "demonstration"

    @property
    def text(self) -> Text:
        """The flag's name."""
        return FLAG_TEXTS[self]


FLAG_TEXTS = {
    FlagKind.POOR: Text("贫困村", "poor village"),
    FlagKind.DEEP_POOR: Text("深度贫困村", "deep-poor village"),
    FlagKind.DEMONSTRATION: Text("示范村", "demonstration village"),
}


class SuccessionKind(enum.StrEnum):
    """How one code came to carry on for another; a move is of a part only."""

    RENAME = "rename"
    MERGE = "merge"
    SPLIT = "split"
    MOVE = "move"

    @property
    def text(self) -> Text:
        """The succession's name."""
        return SUCCESSION_TEXTS[self]


SUCCESSION_TEXTS = {
    SuccessionKind.RENAME: Text("更名或改码为", "renamed or recoded to"),
    SuccessionKind.MERGE: Text("并入", "merged into"),
    SuccessionKind.SPLIT: Text("分设", "split into"),
    SuccessionKind.MOVE: Text("部分划入", "in part moved to"),
}


class PlaceSource(enum.StrEnum):
    """Where a point comes from; a weaker one never replaces a stronger one."""

    GIVEN = "given"
    BOUNDARY = "boundary"
    ESTIMATED = "estimated"

    @property
    def text(self) -> Text:
        """The source's name."""
        return SOURCE_TEXTS[self]


SOURCE_TEXTS = {
    PlaceSource.GIVEN: Text("实测或上报", "reported"),
    PlaceSource.BOUNDARY: Text("边界几何中心", "centre of the boundary"),
    PlaceSource.ESTIMATED: Text("在上级边界内估计", "estimated within a boundary"),
}


def parent_code(code: DivisionCode) -> str:
    """Return the parent's code as it is stored: "" for a province."""
    return code.parent or ""
