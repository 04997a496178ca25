"""From flows to named pairs, with loads as even as the quotas allow.

Cost knows pools and groups only, so who of a pool takes whom of a group is free. Loads
are levelled: lower quotas first, then the lowest load first. Slots are dealt in the
order of places, so an official's households lie together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bangfu.calc.pairing.canonical import Ints, Layout, Mask, Roll
from bangfu.calc.pairing.network import FIRST_POOL, Network

NOBODY = -1


@dataclass(slots=True)
class Deal:
    """Who serves whom. official_of: (n,), NOBODY where uncovered. is_kept: (n,)."""

    official_of: Ints
    is_kept: Mask


def deal(roll: Roll, layout: Layout, network: Network, flow: Ints) -> Deal:
    """Name the pairs of a flow."""
    result = Deal(
        np.full(roll.households, NOBODY, dtype=np.int64),
        np.zeros(roll.households, dtype=bool),
    )
    _keep_pairs(roll, network, flow, result)
    pool, group = _slots(layout, network, flow)
    kept_load = np.bincount(
        result.official_of[result.is_kept], minlength=roll.officials
    )
    load = _level_loads(
        roll, layout, kept_load, np.bincount(pool, minlength=len(layout.pool_serves))
    )
    order = np.lexsort((group, pool))
    dealt = np.repeat(
        by_pool := np.argsort(layout.pool_of, kind="stable"), load[by_pool]
    )
    slot_group = group[order]
    by_group = np.argsort(slot_group, kind="stable")
    _seat(layout, result, slot_group[by_group], dealt[by_group])
    return result


def _keep_pairs(roll: Roll, network: Network, flow: Ints, result: Deal) -> None:
    """Keep as many pairs of each keep arc as it carries, in the order of ids."""
    order = np.argsort(network.kept_arc_of, kind="stable")
    arc = network.kept_arc_of[order]
    place_in_arc = np.arange(len(arc)) - np.searchsorted(arc, arc)
    kept = order[place_in_arc < flow[arc]]
    result.official_of[roll.kept_household[kept]] = roll.kept_official[kept]
    result.is_kept[roll.kept_household[kept]] = True


def _slots(layout: Layout, network: Network, flow: Ints) -> tuple[Ints, Ints]:
    """Return (pool, group) of every new pair.

    What flows into a hub may leave it to any of its groups at the same cost, so both
    sides are spelled out and zipped.
    """
    reach, need, single = (
        network.sections[name] for name in ("reach", "need", "single")
    )
    into = np.argsort(network.head[reach], kind="stable")
    pool = np.repeat(network.tail[reach][into], flow[reach][into]) - FIRST_POOL
    group = np.repeat(network.head[need], flow[need]) - network.first_group
    alone = flow[single] > 0
    return (
        np.concatenate([pool, network.tail[single][alone] - FIRST_POOL]).astype(
            np.int64
        ),
        np.concatenate(
            [group, network.head[single][alone] - network.first_group]
        ).astype(np.int64),
    )


def _level_loads(roll: Roll, layout: Layout, kept_load: Ints, pool_new: Ints) -> Ints:
    """Spread the new households of every pool; return each official's new load.

    A water level per pool: first up to the lower quotas, then, if something is left,
    up to the upper quotas.
    """
    floor = kept_load
    minima = np.maximum(roll.low, floor)
    pools = len(pool_new)
    asked = np.bincount(layout.pool_of, weights=minima - floor, minlength=pools)
    is_rich = pool_new >= asked.astype(np.int64)
    start = np.where(is_rich[layout.pool_of], minima, floor)
    stop = np.where(is_rich[layout.pool_of], np.maximum(roll.high, minima), minima)
    used = np.bincount(layout.pool_of, weights=start - floor, minlength=pools)
    left = pool_new - used.astype(np.int64)
    return fill_evenly(layout.pool_of, start, stop, left) - floor


def fill_evenly(pool_of: Ints, start: Ints, stop: Ints, left: Ints) -> Ints:
    """Raise loads from `start`, the lowest first, by `left` in each pool.

    Within [start, stop]; at equal load the earlier official comes first. Bisection on
    the level of every pool at once, O(officials * log(highest load)).
    """
    pools = len(left)

    def raised(level: Ints) -> Ints:
        return np.clip(level[pool_of], start, stop) - start

    below = np.zeros(pools, dtype=np.int64)  # a level that does not use up `left`
    above = np.full(pools, int(stop.max(initial=0)) + 1, dtype=np.int64)
    while (above - below > 1).any():
        level = (below + above) // 2
        total = np.bincount(pool_of, weights=raised(level), minlength=pools)
        fits = total <= left
        below, above = np.where(fits, level, below), np.where(fits, above, level)
    load = start + raised(below)
    total = np.bincount(pool_of, weights=load - start, minlength=pools).astype(np.int64)
    rest = left - total
    can_rise = np.flatnonzero((load == below[pool_of]) & (load < stop))
    order = can_rise[np.argsort(pool_of[can_rise], kind="stable")]
    pool = pool_of[order]
    turn = np.arange(len(order)) - np.searchsorted(pool, pool)
    load[order[turn < rest[pool]]] += 1
    return load


def _seat(layout: Layout, result: Deal, slot_group: Ints, slot_official: Ints) -> None:
    """Give the slots of each group to its households that keep nobody, in order."""
    waiting = np.flatnonzero(~result.is_kept)
    waiting = waiting[np.argsort(layout.group_of[waiting], kind="stable")]
    group = layout.group_of[waiting]
    turn = np.arange(len(waiting)) - np.searchsorted(group, group)
    first = np.searchsorted(slot_group, group)
    count = np.searchsorted(slot_group, group, side="right") - first
    seated = turn < count
    result.official_of[waiting[seated]] = slot_official[(first + turn)[seated]]
