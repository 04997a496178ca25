"""The cheapest legal ways out of a shortage, each a step that an office can take.

For places, from cheap to dear: raise quotas within the range that the regulation allows,
let officials with free places help, assign more officials. For households: take those
that nobody helps, serve a wider division, reduce the lower quota. A ledger is shared by all
shortages of a run, so nothing is offered twice.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from bangfu.calc.pairing.canonical import LEVELS, Ints, Mask, Roll, code_of
from bangfu.calc.pairing.jurisdictions import Tree, least_shortfall
from bangfu.calc.values.text import Text

SOURCES_MAX = 3  # divisions named in the remedies of one shortage


def counted(count: int, noun: str) -> Text:
    """Return the number, in English with its noun; Chinese has the measure word."""
    return Text(str(count), f"{count} {noun}" if count == 1 else f"{count} {noun}s")


class RemedyKind(enum.StrEnum):
    """What an office may do."""

    RAISE_MAX = "raise_max"
    SECOND = "second"
    ASSIGN = "assign"
    WIDEN = "widen"
    REDUCE_MIN = "reduce_min"


@dataclass(frozen=True, slots=True)
class Remedy:
    """One step. division_code: where the officials come from or what they serve.

    places: households that the step settles. official_ids: whom it concerns, sorted;
    empty where the office chooses.
    """

    kind: RemedyKind
    division_code: str
    places: int
    official_ids: tuple[str, ...]
    message: Text


@dataclass(slots=True)
class Ledger:
    """What the remedies may still draw on; shared, so that nothing is spent twice.

    load: (m,) households of each official in the pairing. free: (m,) places left.
    lack: (m,) households below the lower quota. low: (m,) lower quotas that must be
    reached where the official serves; minima: (divisions,) their sums. unmet:
    (divisions,) still lacking. seconded: (division helped, officials, places) of earlier
    remedies.
    """

    roll: Roll
    tree: Tree
    names: Mapping[str, str]
    load: Ints
    free: Ints
    lack: Ints
    low: Ints
    minima: Ints
    unmet: Ints
    at_official: Ints
    codes: list[str]
    seconded: list[tuple[str, Ints, Ints]] = field(default_factory=list)

    @classmethod
    def open(
        cls, roll: Roll, tree: Tree, load: Ints, names: Mapping[str, str]
    ) -> Ledger:
        """Start with everything that the pairing leaves."""
        return cls(
            roll=roll,
            tree=tree,
            names=names,
            load=load,
            free=np.maximum(roll.high - load, 0),
            lack=np.maximum(roll.low - load, 0),
            low=roll.low.copy(),
            minima=tree.minima.copy(),
            unmet=tree.unmet.copy(),
            at_official=np.searchsorted(tree.key, roll.serves),
            codes=[code_of(key) for key in tree.key],
        )

    def name(self, code: str) -> Text:
        """Return how to call a division: its name and code, or its code alone."""
        known = self.names.get(code)
        if known is None:
            return Text(code, code)
        return Text(f"{known}（{code}）", f"{known} ({code})")

    def ids(self, officials: Ints) -> tuple[str, ...]:
        """Return the ids of officials, sorted."""
        return tuple(self.roll.official_ids[np.sort(officials)].to_list())


def find_places(ledger: Ledger, at: int, marked: Mask) -> list[Remedy]:
    """Return steps that make up for the places lacking in a division.

    at: position in the tree. marked: (divisions,), where everything is used up.
    """
    remedies = [_raise_quotas(ledger, at, marked)]
    remedies += _second_officials(ledger, at, marked)
    code = ledger.codes[at]
    left = int(ledger.unmet[at])
    if left:
        ledger.unmet[at] = 0
        message = _after(
            remedies,
            Text(
                "为{division}增派干部，补足其余 {places} 个名额。",
                "Assign more officials to {division} for the remaining {places}.",
            ),
            Text(
                "为{division}增派干部，补足 {places} 个名额。",
                "Assign more officials to {division}, for {places}.",
            ),
        ).with_(division=ledger.name(code), places=counted(left, "place"))
        remedies.append(Remedy(RemedyKind.ASSIGN, code, left, (), message))
    return [remedy for remedy in remedies if remedy.places]


def _raise_quotas(ledger: Ledger, at: int, marked: Mask) -> Remedy:
    """Use the room between quota and legal limit, where it helps.

    A place helps only as far as every division up to `at` still lacks one.
    """
    roll, tree, code = ledger.roll, ledger.tree, ledger.codes[at]
    room = np.where(marked[ledger.at_official], roll.high_legal - roll.high, 0)
    candidates = np.flatnonzero(room > 0)
    used, places = [], 0
    for official in candidates[np.argsort(-room[candidates], kind="stable")]:
        path = [int(ledger.at_official[official])]
        while path[-1] != at:
            path.append(int(tree.parent[path[-1]]))
        gain = min(int(room[official]), int(ledger.unmet[path].min()))
        if gain > 0:
            ledger.unmet[path] -= gain
            used.append(int(official))
            places += gain
        if ledger.unmet[at] == 0:
            break
    message = Text(
        "在规定范围内提高{division}的 {officials} 名干部名额上限，增加 {places} 个名额。",
        "Raise the upper quotas of {officials} of {division} within the range of the "
        "regulation, which gives {places}.",
        {
            "division": ledger.name(code),
            "officials": counted(len(used), "official"),
            "places": counted(places, "place"),
        },
    )
    ids = ledger.ids(np.array(used, dtype=np.int64))
    return Remedy(RemedyKind.RAISE_MAX, code, places, ids, message)


def _second_officials(ledger: Ledger, at: int, marked: Mask) -> list[Remedy]:
    """Let officials with free places serve the division too.

    The nearest come first, and of these the ones below their lower quota: that settles
    two shortages at once.
    """
    code = ledger.codes[at]
    free = np.where(marked[ledger.at_official], 0, ledger.free)
    remedies = []
    for source, officials in _nearest_sources(ledger, code, free):
        wanted = int(ledger.unmet[at])
        if wanted == 0:
            break
        chosen, taken = _take(ledger, free, officials, wanted)
        ledger.seconded.append((code, chosen, taken))
        ledger.free[chosen] -= taken
        ledger.unmet[at] -= taken.sum()
        message = Text(
            "请{source}有空余名额的 {officials} 名干部同时帮扶{target}，"
            "增加 {places} 个名额。",
            "Let {officials} of {source} with free places serve {target} too, which "
            "gives {places}.",
            {
                "source": ledger.name(source),
                "officials": counted(len(chosen), "official"),
                "target": _target(ledger, code, source),
                "places": counted(int(taken.sum()), "place"),
            },
        )
        remedies.append(
            Remedy(
                RemedyKind.SECOND,
                source,
                int(taken.sum()),
                ledger.ids(chosen),
                message,
            )
        )
    return remedies


def _target(ledger: Ledger, code: str, source: str) -> Text:
    if not source.startswith(code):
        return ledger.name(code)
    return Text(
        "{division}内缺名额的村",
        "the villages of {division} that lack places",
        {"division": ledger.name(code)},
    )


def _nearest_sources(ledger: Ledger, code: str, amount: Ints) -> list[tuple[str, Ints]]:
    """Group officials with something to give by division, in the order to ask them.

    Divisions are looked at on the level of `code`, or one below where they lie in it;
    nearness is the common prefix.
    """
    size = len(ledger.codes)
    total = np.bincount(ledger.at_official, weights=amount, minlength=size)
    lack = np.bincount(ledger.at_official, weights=ledger.lack, minlength=size)
    groups: dict[str, list[int]] = {}
    for node in np.flatnonzero(total):
        groups.setdefault(_source_of(ledger.codes[node], code), []).append(int(node))

    def rank(source: str) -> tuple[int, int, int, str]:
        nodes = groups[source]
        common = max(
            (n for n in LEVELS if len(source) >= n and source[:n] == code[:n]),
            default=0,
        )
        return -common, -int(lack[nodes].sum()), -int(total[nodes].sum()), source

    return [
        (
            source,
            np.flatnonzero(np.isin(ledger.at_official, groups[source]) & (amount > 0)),
        )
        for source in sorted(groups, key=rank)[:SOURCES_MAX]
    ]


def _source_of(serves: str, code: str) -> str:
    below = next((n for n in LEVELS if n > len(code)), len(code))
    return serves[: below if serves.startswith(code) else len(code)]


def _take(
    ledger: Ledger, amount: Ints, officials: Ints, wanted: int
) -> tuple[Ints, Ints]:
    """Take up to `wanted` from officials: (those who give, what each gives).

    First what brings officials up to their lower quota, then from as few as possible.
    """
    order = officials[np.argsort(-amount[officials], kind="stable")]
    has = amount[order]
    first = _fill(np.minimum(has, ledger.lack[order]), wanted)
    taken = first + _fill(has - first, wanted - int(first.sum()))
    return order[taken > 0], taken[taken > 0]


def _fill(amount: Ints, wanted: int) -> Ints:
    before = np.cumsum(amount) - amount
    return np.asarray(np.clip(wanted - before, 0, amount), dtype=np.int64)


def find_households(
    ledger: Ledger, at: int, inside: Mask, lacking: int
) -> list[Remedy]:
    """Return steps that give the officials of a division the households they lack.

    First households without an official, then a wider division to serve. inside: (m,),
    the officials concerned.
    """
    remedies = _take_uncovered(ledger, inside, lacking)
    lacking -= sum(remedy.places for remedy in remedies)
    remedies += _widen(ledger, at, inside, lacking)
    lacking -= sum(r.places for r in remedies if r.kind is RemedyKind.WIDEN)
    if lacking:
        message = _after(
            remedies,
            Text(
                "其余 {places} 户按规定核减下限。",
                "Reduce lower quotas by the remaining {places}, as the regulation "
                "allows.",
            ),
            Text(
                "按规定核减下限共 {places} 户。",
                "Reduce lower quotas by {places} in all, as the regulation allows.",
            ),
        ).with_(places=counted(lacking, "household"))
        code = ledger.codes[at]
        remedies.append(Remedy(RemedyKind.REDUCE_MIN, code, lacking, (), message))
    return remedies


def _after(earlier: list[Remedy], rest: Text, whole: Text) -> Text:
    """Choose the sentence: "the rest" only where something goes before."""
    return rest if any(remedy.places for remedy in earlier) else whole


def _take_uncovered(ledger: Ledger, inside: Mask, lacking: int) -> list[Remedy]:
    """Tell again, from the officials' side, whom they were offered to help."""
    remedies = []
    for target, officials, places in ledger.seconded:
        helps = inside[officials]
        chosen = officials[helps]
        taken = _fill(np.minimum(places[helps], ledger.lack[chosen]), lacking)
        ledger.lack[chosen] -= taken
        ledger.low[chosen] -= taken
        np.subtract.at(ledger.minima, ledger.at_official[chosen], taken)
        total, helpers = int(taken.sum()), chosen[taken > 0]
        if total == 0:
            continue
        lacking -= total
        message = Text(
            "安排其中 {officials} 名干部帮扶{target}尚无帮扶责任人的 {places} 户。",
            "Let {officials} of them take {places} of {target} without an official.",
            {
                "officials": len(helpers),
                "target": ledger.name(target),
                "places": counted(total, "household"),
            },
        )
        remedies.append(
            Remedy(RemedyKind.SECOND, target, total, ledger.ids(helpers), message)
        )
    return remedies


def _widen(ledger: Ledger, at: int, inside: Mask, lacking: int) -> list[Remedy]:
    """Let officials who lack households serve a division above, the lowest that helps.

    How much it helps is not read off loads: it is the difference between the least
    shortfalls before and after (see `jurisdictions.least_shortfall`), so pairing again
    reaches it. Nobody else loses a household below the lower quota.
    """
    who = np.flatnonzero(inside & (ledger.lack > 0))
    if lacking == 0 or len(who) == 0:
        return []
    before = least_shortfall(ledger.tree, ledger.minima)
    best, gain, after = at, 0, ledger.minima
    above = int(ledger.tree.parent[at])
    while above >= 0 and gain < lacking:
        minima = ledger.minima.copy()
        np.subtract.at(minima, ledger.at_official[who], ledger.low[who])
        minima[above] += ledger.low[who].sum()
        helped = before - least_shortfall(ledger.tree, minima)
        if helped > gain:
            best, gain, after = above, helped, minima
        above = int(ledger.tree.parent[above])
    places = min(gain, lacking)
    if places == 0:
        return []
    ledger.minima, ledger.lack[who] = after, 0
    message = Text(
        "将{division}的 {officials} 名干部帮扶范围扩大到{target}，重新配对后可补足 "
        "{places} 户。",
        "Let {officials} of {division} serve all of {target} and pair again, which "
        "makes up for {places}.",
        {
            "division": ledger.name(ledger.codes[at]),
            "officials": counted(len(who), "official"),
            "target": ledger.name(ledger.codes[best]),
            "places": counted(places, "household"),
        },
    )
    code, ids = ledger.codes[best], ledger.ids(who)
    return [Remedy(RemedyKind.WIDEN, code, places, ids, message)]
