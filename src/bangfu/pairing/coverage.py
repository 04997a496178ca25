"""Two-way coverage, live: who has no helper, who helps too few or too many.

A household is covered when a pairing is in force with an official in post. An official
in post is obliged when the lower quota is above 0; below and above compare the active
households he or she helps with the quotas. The counts stand in one tally a village and
one a unit (migration 0004); what changed since the last look is counted again first.
Officials are counted where their unit belongs, households where they live.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date

from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.divisions import queries as divisions
from bangfu.exchange import staging

_FIGURES = (
    "households",
    "covered",
    "officials",
    "obliged",
    "idle",
    "below",
    "within",
    "above",
    "places",
)


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of one place.

    households: active ones. covered: those with a helper. officials: in post. obliged:
    those who must help. idle: obliged without any household. below, above: compared
    with the quotas. within: obliged and neither. places: sum of upper quotas.
    """

    households: int = 0
    covered: int = 0
    officials: int = 0
    obliged: int = 0
    idle: int = 0
    below: int = 0
    within: int = 0
    above: int = 0
    places: int = 0

    def __add__(self, other: Figures) -> Figures:
        """Add place to place."""
        return Figures(
            *(getattr(self, f.name) + getattr(other, f.name) for f in fields(self))
        )

    @property
    def uncovered(self) -> int:
        """Active households without a helper."""
        return self.households - self.covered

    @property
    def household_share(self) -> float:
        """Share of households that have a helper; 1 where there are none."""
        return self.covered / self.households if self.households else 1.0

    @property
    def official_share(self) -> float:
        """Share of obliged officials who reach their lower quota; 1 without any."""
        return 1 - self.below / self.obliged if self.obliged else 1.0

    @property
    def is_full(self) -> bool:
        """Whether coverage is full in both directions."""
        return not self.uncovered and not self.below and not self.above


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the board: a division right below, or the division's own level.

    own: officials whose unit belongs to the division itself and to none below it.
    """

    code: DivisionCode
    name: str
    figures: Figures
    own: bool = False


@dataclass(frozen=True, slots=True)
class Board:
    """The two-way numbers of a division and of the divisions right below it."""

    division: DivisionCode
    name: str
    figures: Figures
    parts: tuple[Part, ...]

    def as_json(self) -> dict[str, object]:
        """Return the board for the command line."""
        return {
            "division": str(self.division),
            "name": self.name,
            **_as_json(self.figures),
            "children": [
                {
                    "division": str(part.code),
                    "name": part.name,
                    "own_level": part.own,
                    **_as_json(part.figures),
                }
                for part in self.parts
            ],
        }


def _as_json(figures: Figures) -> dict[str, object]:
    return {
        "households": figures.households,
        "covered": figures.covered,
        "uncovered": figures.uncovered,
        "officials": figures.officials,
        "obliged": figures.obliged,
        "without_household": figures.idle,
        "below_min": figures.below,
        "in_range": figures.within,
        "above_max": figures.above,
        "places": figures.places,
        "is_full": figures.is_full,
    }


def refresh(division: DivisionCode) -> int:
    """Count again what changed within `division`; return how many tallies that were.

    The tallies are derived data: a look may write them. Nothing waits but another look.
    """
    lo, hi = division.range()
    stale = "SELECT EXISTS (SELECT FROM pairing_stale WHERE division_code >= %s AND division_code < %s)"
    if not staging.rows(stale, [lo, hi])[0][0]:
        return 0
    return int(staging.rows("SELECT pairing_refresh_tallies(%s, %s)", [lo, hi])[0][0])


def coverage(division: DivisionCode, *, at: date) -> Board:
    """Return the two-way numbers of `division` now; names are those of the day `at`.

    Three queries over one row a village and one a unit, within the acting scope.
    """
    refresh(division)
    digits = _digits_below(division)
    lo, hi = division.range()
    found: dict[str, Figures] = {}
    for code, *counts in staging.rows(_BY_PART, {"n": digits, "lo": lo, "hi": hi}):
        found[code] = Figures(**dict(zip(_FIGURES, counts, strict=True)))
    names = {str(one.code): one.name for one in divisions.children(division, at=at)}
    named = divisions.names([division], at=at)
    own_name = named.get(division, str(division))
    own = found.pop(str(division), None)
    codes = sorted(names.keys() | found.keys())
    parts = [
        Part(DivisionCode(code), names.get(code, code), found.get(code, Figures()))
        for code in codes
    ]
    if own is not None:
        is_village = division.level is Level.VILLAGE
        parts.insert(0, Part(division, own_name, own, own=not is_village))
    total = sum((part.figures for part in parts), Figures())
    return Board(division, own_name, total, tuple(parts))


def _digits_below(division: DivisionCode) -> int:
    levels = [level for level in Level if level > division.level]
    return int(levels[0]) if levels else int(division.level)


_BY_PART = """
SELECT code, sum(households), sum(covered), sum(officials), sum(obliged), sum(idle),
       sum(below), sum(within), sum(above), sum(places)
FROM (
    SELECT left(division_code, %(n)s) AS code, households, covered,
           0 AS officials, 0 AS obliged, 0 AS idle, 0 AS below, 0 AS within,
           0 AS above, 0 AS places
    FROM pairing_villagetally WHERE division_code >= %(lo)s AND division_code < %(hi)s
    UNION ALL
    SELECT left(division_code, %(n)s), 0, 0, officials, obliged, idle, below, within,
           above, places
    FROM pairing_unittally WHERE division_code >= %(lo)s AND division_code < %(hi)s
) parts
GROUP BY code
"""


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """One unit's line: its officials against their quotas."""

    unit_id: int
    name: str
    division_code: DivisionCode
    figures: Figures
    households: int


UNITS_MAX = 200


def units(division: DivisionCode, *, limit: int = UNITS_MAX) -> list[UnitFigures]:
    """Return the units of `division`, those furthest below their quotas first.

    Call `coverage` or `refresh` first; units without officials in post are left out.
    """
    lo, hi = division.range()
    found = staging.rows(_BY_UNIT, {"lo": lo, "hi": hi, "limit": limit})
    return [
        UnitFigures(
            unit_id=unit_id,
            name=name,
            division_code=DivisionCode(code),
            figures=Figures(0, 0, *counts),
            households=households,
        )
        for unit_id, name, code, households, *counts in found
    ]


_BY_UNIT = """
SELECT t.unit_id, u.name, t.division_code, t.households, t.officials, t.obliged, t.idle,
       t.below, t.within, t.above, t.places
FROM pairing_unittally t JOIN pairing_unit u ON u.id = t.unit_id
WHERE t.division_code >= %(lo)s AND t.division_code < %(hi)s AND t.officials > 0
ORDER BY t.below DESC, t.above DESC, t.division_code, t.unit_id
LIMIT %(limit)s
"""
