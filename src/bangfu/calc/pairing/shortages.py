"""What is missing where full coverage is impossible, in words an office can act on.

Shortages are named at the smallest division that explains them by itself, with
remedies whose places add up to what is lacking. Nothing here changes the pairing, and
nobody is overloaded.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bangfu.calc.pairing.canonical import Ints, Mask, Roll
from bangfu.calc.pairing.jurisdictions import (
    Tree,
    crowded_divisions,
    starved_divisions,
)
from bangfu.calc.pairing.remedies import (
    Ledger,
    Remedy,
    RemedyKind,
    counted,
    find_households,
    find_places,
)
from bangfu.calc.values.text import Text, join

PARTS_MAX = 5  # subdivisions named in the sentence of one shortage
IDS_MAX = 10  # ids named in a sentence; the data has them all


class ShortageKind(enum.StrEnum):
    """What is lacking: places for households, households for officials, non-kin."""

    PLACES = "places"
    HOUSEHOLDS = "households"
    KIN = "kin"


@dataclass(frozen=True, slots=True)
class Shortage:
    """lacking: places or households. households, places: of the divisions concerned.

    ids: officials below their lower quota (HOUSEHOLDS), households (KIN). parts: for
    PLACES, what the divisions right below ask for beyond their own places.
    """

    kind: ShortageKind
    division_code: str
    lacking: int
    households: int
    places: int
    ids: tuple[str, ...]
    parts: tuple[tuple[str, int], ...]
    message: Text
    remedies: tuple[Remedy, ...]

    def as_json(self) -> dict[str, object]:
        """Return it for a JSON document."""
        return {
            "kind": self.kind.value,
            "division": self.division_code,
            "lacking": self.lacking,
            "households": self.households,
            "places": self.places,
            "ids": list(self.ids),
            "parts": [{"division": code, "lacking": n} for code, n in self.parts],
            "message": self.message.as_json(),
            "remedies": [
                {
                    "kind": remedy.kind.value,
                    "division": remedy.division_code,
                    "places": remedy.places,
                    "officials": len(remedy.official_ids),
                    "official_ids": list(remedy.official_ids),
                    "message": remedy.message.as_json(),
                }
                for remedy in self.remedies
            ],
        }


def name_shortages(
    roll: Roll, tree: Tree, load: Ints, names: Mapping[str, str]
) -> list[Shortage]:
    """Return the shortages that jurisdictions and quotas cause, by division.

    load: (m,). names: division names by code, for the sentences. Shortages of places
    come first: officials without households are then offered to them.
    """
    if tree.uncovered == 0 and tree.shortfall == 0:
        return []
    ledger = Ledger.open(roll, tree, load, names)
    found = [_short_of_places(ledger, at) for at in starved_divisions(tree)]
    return found + [_short_of_households(ledger, at) for at in crowded_divisions(tree)]


def _inside(tree: Tree, at: int) -> Mask:
    inside = np.zeros(len(tree.key), dtype=bool)
    inside[tree.subtree(at)] = True
    return inside


def _short_of_places(ledger: Ledger, at: int) -> Shortage:
    tree, code = ledger.tree, ledger.codes[at]
    marked = tree.short_of_places() & _inside(tree, at)
    homes = marked & (tree.households > 0)
    households = int(tree.households[marked].sum())
    places = int(tree.places[marked].sum())
    lacking = int(tree.unmet[at])
    children = [int(child) for child in tree.children(at) if tree.unmet[child]]
    parts = sorted(
        ((ledger.codes[child], int(tree.unmet[child])) for child in children),
        key=lambda part: (-part[1], part[0]),
    )
    is_villages = bool((tree.key[homes] % 16 == 12).all())
    message = Text(
        "{division}缺 {lacking} 个帮扶名额：{count} 个{kind}的 {households} 户贫困户，"
        "可由其帮扶的干部名额上限合计只有 {places} 个。",
        "{division} lacks {lacking}: {households} in {count} may only be served by "
        "officials whose upper quotas add up to {places}.",
        {
            "division": ledger.name(code),
            "lacking": counted(lacking, "place"),
            "count": counted(
                int(homes.sum()), "village" if is_villages else "division"
            ),
            "kind": "村" if is_villages else "单位",
            "households": counted(households, "household"),
            "places": places,
        },
    )
    if parts:
        message = join([message, _asked_for(ledger, at, parts)], zh="", en=" ")
    return Shortage(
        kind=ShortageKind.PLACES,
        division_code=code,
        lacking=lacking,
        households=households,
        places=places,
        ids=(),
        parts=tuple(parts),
        message=message,
        remedies=tuple(find_places(ledger, at, marked)),
    )


def _asked_for(ledger: Ledger, at: int, parts: list[tuple[str, int]]) -> Text:
    listed = join(
        [
            Text("{name} {n} 个", "{name} {n}", {"name": ledger.name(code), "n": n})
            for code, n in parts[:PARTS_MAX]
        ],
        zh="、",
        en=", ",
    )
    return Text(
        "本级有 {own} 个名额，下级还需 {asked} 个：{parts}{more}。",
        "It has {own} of its own; below it {asked} more are needed: {parts}{more}.",
        {
            "own": counted(int(ledger.tree.places[at]), "place"),
            "asked": sum(n for _, n in parts),
            "parts": listed,
            "more": Text("等", ", …") if len(parts) > PARTS_MAX else "",
        },
    )


def _short_of_households(ledger: Ledger, at: int) -> Shortage:
    tree, code = ledger.tree, ledger.codes[at]
    inside = _inside(tree, at)[ledger.at_official]
    lacking = int(tree.idle[at])
    below = np.flatnonzero(inside & (ledger.load < ledger.roll.low))
    message = Text(
        "{division}的 {below} 名干部达不到下限：下限合计 {minima} 户，"
        "可帮扶的贫困户只有 {households} 户，少 {lacking} 户。涉及 {ids}。",
        "{below} of {division} cannot reach the lower quota: lower quotas add up to "
        "{minima}, but {households} may be served, {lacking} too few. Concerned: {ids}.",
        {
            "division": ledger.name(code),
            "below": counted(len(below), "official"),
            "minima": int(tree.minima_below[at]),
            "households": counted(int(tree.households_below[at]), "household"),
            "lacking": lacking,
            "ids": _spelled(ledger.ids(below)),
        },
    )
    return Shortage(
        kind=ShortageKind.HOUSEHOLDS,
        division_code=code,
        lacking=lacking,
        households=int(tree.households_below[at]),
        places=int(tree.minima_below[at]),
        ids=ledger.ids(below),
        parts=(),
        message=message,
        remedies=tuple(find_households(ledger, at, inside, lacking)),
    )


def name_kin_shortages(
    roll: Roll, tree: Tree, reach: tuple[int, int], uncovered: Ints, below: Ints
) -> list[Shortage]:
    """Return what is missing only because relatives must not be paired.

    reach: (uncovered, shortfall) in all. uncovered: households left out whose officials
    are kin. below: officials below their lower quota to whom a household is forbidden.
    """
    found = []
    households, shortfall = reach[0] - tree.uncovered, reach[1] - tree.shortfall
    if households:
        ids = tuple(roll.household_ids[uncovered].to_list())
        found.append(
            _kin_shortage(
                households,
                ids,
                Text(
                    "因亲属回避，另有 {lacking} 户无人可帮，涉及 {ids}。",
                    "Besides, {lacking} cannot be helped because of kinship; concerned: "
                    "{ids}.",
                ),
                Text(
                    "请为其安排没有亲属关系的干部，补足 {lacking} 个名额。",
                    "Assign officials who are not kin, for {lacking}.",
                ),
                RemedyKind.ASSIGN,
            )
        )
    if shortfall:
        ids = tuple(roll.official_ids[below].to_list())
        found.append(
            _kin_shortage(
                shortfall,
                ids,
                Text(
                    "因亲属回避，干部下限另缺 {lacking} 户，涉及 {ids}。",
                    "Besides, lower quotas fall short by {lacking} because of kinship; "
                    "concerned: {ids}.",
                ),
                Text(
                    "请让其帮扶没有亲属关系的 {lacking} 户，或按规定核减下限。",
                    "Let them serve {lacking} that are not kin, or reduce their lower "
                    "quotas as the regulation allows.",
                ),
                RemedyKind.REDUCE_MIN,
            )
        )
    return found


def _kin_shortage(
    lacking: int, ids: tuple[str, ...], message: Text, remedy: Text, kind: RemedyKind
) -> Shortage:
    count = counted(lacking, "household")
    return Shortage(
        kind=ShortageKind.KIN,
        division_code="",
        lacking=lacking,
        households=len(ids) if kind is RemedyKind.ASSIGN else 0,
        places=0,
        ids=ids,
        parts=(),
        message=message.with_(lacking=count, ids=_spelled(ids)),
        remedies=(Remedy(kind, "", lacking, (), remedy.with_(lacking=count)),),
    )


def _spelled(ids: tuple[str, ...]) -> Text:
    """Return the first ids, and that there are more; a dash for none."""
    if not ids:
        return Text("-", "-")
    first, more = ids[:IDS_MAX], len(ids) > IDS_MAX
    return Text(
        "、".join(first) + (f" 等 {len(ids)} 个" if more else ""),
        ", ".join(first) + (f" and {len(ids) - IDS_MAX} more" if more else ""),
    )
