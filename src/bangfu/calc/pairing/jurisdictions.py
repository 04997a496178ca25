"""How many households can be covered at all: the closed form on the tree of divisions.

Jurisdictions are laminar: two of them are nested or disjoint. Hence a bottom-up pass
over the divisions answers Hall's question exactly, in time linear in their number.

    unmet(d) = max(0, own households + sum unmet(children) - own places)
    idle(d)  = max(sum idle(children), minima in all of d - households in all of d)

"Own" means of d itself, not of what lies below; "places" are upper quotas. The sum of
`unmet` over the roots is the least possible number of uncovered households; the sum of
`idle` is the least possible total shortfall of lower quotas. Both are reached by one
and the same pairing (Mendelsohn and Dulmage 1958).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bangfu.calc.pairing.canonical import (
    LEVELS,
    Ints,
    Mask,
    Roll,
    contains_sorted,
    key_at,
    key_range_end,
)


@dataclass(frozen=True, slots=True)
class Tree:
    """Divisions that occur, with their ancestors; all arrays (divisions,), by key.

    parent: position or -1. households, places, minima: of the division itself, not of
    those below. unmet, idle: see the module. asked: households of the division itself
    plus what its children could not place. households_below, minima_below: whole
    subtree.
    """

    key: Ints
    parent: Ints
    households: Ints
    places: Ints
    minima: Ints
    asked: Ints
    unmet: Ints
    idle: Ints
    idle_below: Ints
    households_below: Ints
    minima_below: Ints

    @property
    def uncovered(self) -> int:
        """The least number of households that stay without an official."""
        return int(self.unmet[self.parent < 0].sum())

    @property
    def shortfall(self) -> int:
        """The least sum of what officials lack to their lower quotas."""
        return int(self.idle[self.parent < 0].sum())

    def children(self, at: int) -> Ints:
        """Return the positions of the divisions right below one."""
        return np.flatnonzero(self.parent == at)

    def subtree(self, at: int) -> slice:
        """Return the positions of a division and all below it."""
        end = key_range_end(self.key[at : at + 1])[0]
        return slice(at, int(np.searchsorted(self.key, end)))

    def short_of_places(self) -> Mask:
        """Mark the divisions in which all that could help is used up.

        A division is marked when it and every division above it has unmet households.
        The households there are the certificate: their number less all places serving
        them equals `uncovered`.
        """
        marked = self.unmet > 0
        for digits in LEVELS[1:]:
            level = (self.key % 16 == digits) & (self.parent >= 0)
            marked[level] &= marked[self.parent[level]]
        return marked


def count_by_division(roll: Roll) -> Tree:
    """Run both passes. Cost: one sort of the distinct divisions."""
    own = np.unique(np.concatenate([roll.household_code, roll.serves]))
    key = np.unique(
        np.concatenate([own, *(key_at(own[own % 16 > d], d) for d in LEVELS)])
    )
    parent = _parents(key)
    at_household = np.searchsorted(key, roll.household_code)
    at_official = np.searchsorted(key, roll.serves)
    size = len(key)
    households = np.bincount(at_household, minlength=size)
    places = _sums(at_official, roll.high, size)
    minima = _sums(at_official, roll.low, size)
    asked, households_below, minima_below = (
        households.copy(),
        households.copy(),
        minima.copy(),
    )
    unmet, idle, idle_below = (np.zeros(size, dtype=np.int64) for _ in range(3))
    for digits in reversed(LEVELS):
        level = np.flatnonzero(key % 16 == digits)
        unmet[level] = np.maximum(asked[level] - places[level], 0)
        idle[level] = np.maximum(
            idle_below[level], minima_below[level] - households_below[level]
        )
        up = level[parent[level] >= 0]
        for total, part in (
            (asked, unmet),
            (idle_below, idle),
            (households_below, households_below),
            (minima_below, minima_below),
        ):
            np.add.at(total, parent[up], part[up])
    return Tree(
        key=key,
        parent=parent,
        households=households,
        places=places,
        minima=minima,
        asked=asked,
        unmet=unmet,
        idle=idle,
        idle_below=idle_below,
        households_below=households_below,
        minima_below=minima_below,
    )


def least_shortfall(tree: Tree, minima: Ints) -> int:
    """Return `tree.shortfall` as it would be with other lower quotas.

    minima: (divisions,), those of the officials who serve the division itself.
    """
    idle, idle_below = np.zeros_like(minima), np.zeros_like(minima)
    minima_below = minima.copy()
    for digits in reversed(LEVELS):
        level = np.flatnonzero(tree.key % 16 == digits)
        excess = minima_below[level] - tree.households_below[level]
        idle[level] = np.maximum(idle_below[level], excess)
        up = level[tree.parent[level] >= 0]
        np.add.at(minima_below, tree.parent[up], minima_below[up])
        np.add.at(idle_below, tree.parent[up], idle[up])
    return int(idle[tree.parent < 0].sum())


def starved_divisions(tree: Tree) -> list[int]:
    """Return the divisions where places lack, as small as they explain it, by code.

    A division without places and households of its own only adds up its children.
    """
    found = []
    waiting = [int(at) for at in np.flatnonzero((tree.parent < 0) & (tree.unmet > 0))]
    while waiting:
        at = waiting.pop()
        if tree.places[at] > 0 or tree.households[at] > 0:
            found.append(at)
        else:
            waiting += [int(child) for child in tree.children(at) if tree.unmet[child]]
    return sorted(found)


def crowded_divisions(tree: Tree) -> list[int]:
    """Return the divisions in which lower quotas exceed households, by code.

    Each is the division where the excess arises: that of its children does not explain
    it.
    """
    found = []
    waiting = [int(at) for at in np.flatnonzero((tree.parent < 0) & (tree.idle > 0))]
    while waiting:
        at = waiting.pop()
        if tree.idle[at] > tree.idle_below[at]:
            found.append(at)
        else:
            waiting += [int(child) for child in tree.children(at) if tree.idle[child]]
    return sorted(found)


def _sums(at: Ints, values: Ints, size: int) -> Ints:
    total = np.zeros(size, dtype=np.int64)
    np.add.at(total, at, values)
    return total


def _parents(key: Ints) -> Ints:
    parent = np.full(len(key), -1, dtype=np.int64)
    for lower, upper in zip(LEVELS[1:], LEVELS[:-1], strict=True):
        level = key % 16 == lower
        above = key_at(key[level], upper)
        found = contains_sorted(key, above)
        at = np.searchsorted(key, above)
        parent[level] = np.where(found, at, -1)
    return parent
