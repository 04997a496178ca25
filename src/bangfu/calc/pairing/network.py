"""The network that carries the pairing (hubs), and nothing that solves it.

    source -> pool -> hub (place, expertise) -> group (place, need)
              pool -> group           keep arc: the cost less the keep price
    source -> official -> pool        for an official with more existing pairs than
              official -> group       the lower quota; keep arcs as above
    uncovered -> group                where the closed form says so, in that total
    pool, official -> idle            shortfall of lower quotas, in that total

A path source -> ... -> group is one allowed pair, at its exact cost: the arc into a hub
costs the distance, the arc out of it the mismatch. A group that was singled out has
arcs from the pools themselves, without those that are forbidden. The totals of
uncovered households and of the shortfall are the least possible ones, so no large
penalty occurs in any cost. All flows are households.

An official with no more existing pairs than the lower quota needs no node: whatever the
pairs kept, max(lower quota, kept) is the lower quota, so loads within the pool can be
dealt within everyone's quotas whenever their sum lies within the sums of the quotas.
"""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from bangfu.calc.pairing.canonical import (
    Ints,
    Layout,
    Roll,
    arc_range,
    distance_cost,
    key_range_end,
)

SOURCE, UNCOVERED, IDLE, FIRST_POOL = 0, 1, 2, 3
Hashes = NDArray[np.uint64]
Nodes = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Network:
    """Arcs in sections, in canonical order.

    tail, head: int32 nodes. cost, low, high: int64 per arc. supply: per node.
    name: 64-bit hash per node, made from stable ids and places, not from positions.
    sections: slice of arcs by name. persons: officials with a node of their own;
    kept_arc_of: keep arc of every existing pair of the roll. quota_node: (m,), where
    an official's quota flows. first_*: node offsets.
    """

    tail: Nodes
    head: Nodes
    cost: Ints
    low: Ints
    high: Ints
    supply: Ints
    name: Hashes
    sections: dict[str, slice]
    persons: Ints
    kept_arc_of: Ints
    first_person: int
    first_hub: int
    first_group: int
    quota_node: Ints
    hub_place: Ints
    hub_expertise: Ints

    @property
    def nodes(self) -> int:
        """The number of nodes."""
        return len(self.supply)


class _Arcs:
    """Collects arcs section by section."""

    def __init__(self) -> None:
        self.ends: list[tuple[Nodes, Nodes]] = []
        self.values: list[tuple[Ints, Ints, Ints]] = []
        self.sections: dict[str, slice] = {}
        self.count = 0

    def add(
        self, section: str, tail: Ints, head: Ints, *, cost: Ints, low: Ints, high: Ints
    ) -> None:
        size = len(tail)
        self.sections[section] = slice(self.count, self.count + size)
        self.count += size
        self.ends.append((tail.astype(np.int32), head.astype(np.int32)))
        self.values.append((cost, low, high))

    def end(self, column: int) -> Nodes:
        return np.concatenate([part[column] for part in self.ends])

    def value(self, column: int) -> Ints:
        return np.concatenate([part[column] for part in self.values])


def build(
    roll: Roll,
    layout: Layout,
    *,
    km_price: int,
    keep_price: int,
    uncovered: int,
    shortfall: int,
) -> Network:
    """Build the network for given totals of uncovered households and shortfall."""
    persons = _officials_with_node(roll)
    first_person = FIRST_POOL + len(layout.pool_serves)
    first_hub = first_person + len(persons)
    quota_node = quota_nodes(layout, persons, first_person)
    arcs = _Arcs()
    _add_quota_arcs(arcs, roll, layout, persons, first_person)
    hub_place, hub_expertise = _add_reach_arcs(arcs, roll, layout, km_price, first_hub)
    first_group = first_hub + len(hub_place)
    _add_need_arcs(arcs, roll, layout, (hub_place, hub_expertise), first_hub)
    _add_single_arcs(arcs, roll, layout, km_price, first_group)
    kept_arc_of = _add_keep_arcs(
        arcs, roll, layout, quota_node, (km_price, keep_price), first_group
    )
    _add_slack_arcs(
        arcs, roll, layout, persons, (first_person, first_group), uncovered, shortfall
    )
    supply = np.zeros(first_group + len(layout.group_size), dtype=np.int64)
    supply[SOURCE] = roll.households - uncovered + shortfall
    supply[UNCOVERED] = uncovered
    supply[IDLE] = -shortfall
    supply[first_group:] = -layout.group_size
    return Network(
        tail=arcs.end(0),
        head=arcs.end(1),
        cost=arcs.value(0),
        low=arcs.value(1),
        high=arcs.value(2),
        supply=supply,
        name=_node_names(roll, layout, persons, hub_place, hub_expertise),
        sections=arcs.sections,
        persons=persons,
        kept_arc_of=kept_arc_of,
        first_person=first_person,
        first_hub=first_hub,
        first_group=first_group,
        quota_node=quota_node,
        hub_place=hub_place,
        hub_expertise=hub_expertise,
    )


def quota_nodes(layout: Layout, persons: Ints, first_person: int) -> Ints:
    """Return the node through which each official's quota flows, (m,)."""
    node = FIRST_POOL + layout.pool_of
    node[persons] = first_person + np.arange(len(persons))
    return node


def _officials_with_node(roll: Roll) -> Ints:
    existing = np.bincount(roll.kept_official, minlength=roll.officials)
    return np.flatnonzero(existing > roll.low)


def _spare(size: Ints) -> Ints:
    # One more than can ever flow: a full arc would have a price of its own, and the
    # proof speaks of pairs, which have none.
    return size + 1


def _place_sizes(layout: Layout) -> Ints:
    sizes = np.zeros(len(layout.place_key), dtype=np.int64)
    np.add.at(sizes, layout.group_place, layout.group_size)
    return sizes


def _add_quota_arcs(
    arcs: _Arcs, roll: Roll, layout: Layout, persons: Ints, first_person: int
) -> None:
    # Out of reach, so that no capped quota ever gets a price of its own.
    high = np.minimum(roll.high, roll.households + 1)
    low = roll.low
    pools = len(layout.pool_serves)
    is_person = np.zeros(roll.officials, dtype=bool)
    is_person[persons] = True
    others = np.flatnonzero(~is_person)
    pool_low, pool_high, members = (np.zeros(pools, dtype=np.int64) for _ in range(3))
    np.add.at(pool_low, layout.pool_of[others], low[others])
    np.add.at(pool_high, layout.pool_of[others], np.maximum(high[others], low[others]))
    np.add.at(members, layout.pool_of[others], 1)
    used = np.flatnonzero(members)
    arcs.add(
        "pools",
        np.full(len(used), SOURCE),
        FIRST_POOL + used,
        cost=np.zeros(len(used), dtype=np.int64),
        low=pool_low[used],
        high=pool_high[used],
    )
    nodes = first_person + np.arange(len(persons))
    person_high = np.maximum(high[persons], low[persons])
    arcs.add(
        "persons",
        np.full(len(persons), SOURCE),
        nodes,
        cost=np.zeros(len(persons), dtype=np.int64),
        low=low[persons],
        high=person_high,
    )
    arcs.add(
        "joins",
        nodes,
        FIRST_POOL + layout.pool_of[persons],
        cost=np.zeros(len(persons), dtype=np.int64),
        low=np.zeros(len(persons), dtype=np.int64),
        high=_spare(person_high),
    )


def _add_reach_arcs(
    arcs: _Arcs, roll: Roll, layout: Layout, km_price: int, first_hub: int
) -> tuple[Ints, Ints]:
    """Link pools with the hubs in their reach; return (place, expertise) of the hubs."""
    pool, place = arc_range(layout.pool_place_from, layout.pool_place_to)
    expertises = roll.mismatch.shape[1]
    hub_code = place * expertises + layout.pool_expertise[pool]
    is_used = np.zeros(len(layout.place_key) * expertises, dtype=bool)
    is_used[hub_code] = True
    arcs.add(
        "reach",
        FIRST_POOL + pool,
        first_hub + (np.cumsum(is_used) - 1)[hub_code],
        cost=distance_cost(
            layout.pool_x[pool],
            layout.pool_y[pool],
            layout.place_x[place],
            layout.place_y[place],
            km_price,
        ),
        low=np.zeros(len(pool), dtype=np.int64),
        high=_spare(_place_sizes(layout)[place]),
    )
    return np.divmod(np.flatnonzero(is_used), expertises)


def _add_need_arcs(
    arcs: _Arcs, roll: Roll, layout: Layout, hubs: tuple[Ints, Ints], first_hub: int
) -> None:
    """Link every hub with the groups at its place."""
    place, expertise = hubs
    hub, group = arc_range(
        layout.place_group_from[place], layout.place_group_from[place + 1]
    )
    arcs.add(
        "need",
        first_hub + hub,
        first_hub + len(place) + group,
        cost=roll.mismatch[layout.group_need[group], expertise[hub]],
        low=np.zeros(len(hub), dtype=np.int64),
        high=_spare(layout.group_size[group]),
    )


def _add_single_arcs(
    arcs: _Arcs, roll: Roll, layout: Layout, km_price: int, first_group: int
) -> None:
    """Link each group that was singled out with every pool that may serve it."""
    parts = []
    for group in range(layout.groups_common, len(layout.group_size)):
        place = layout.group_place[group]
        household = layout.group_household[group]
        key = layout.place_key[place]
        pools = np.flatnonzero(
            (layout.pool_serves <= key) & (key < key_range_end(layout.pool_serves))
        )
        official = layout.pool_official[pools]
        barred = (official >= 0) & roll.is_barred(
            np.full(len(pools), household), official
        )
        pools = pools[~barred]
        cost = distance_cost(
            layout.pool_x[pools],
            layout.pool_y[pools],
            layout.place_x[place],
            layout.place_y[place],
            km_price,
        )
        cost += roll.mismatch[layout.group_need[group], layout.pool_expertise[pools]]
        parts.append((pools, np.full(len(pools), group), cost))
    empty = np.empty(0, dtype=np.int64)
    tail, head, cost = (
        np.concatenate([empty, *(part[column] for part in parts)])
        for column in range(3)
    )
    arcs.add(
        "single",
        FIRST_POOL + tail,
        first_group + head,
        cost=cost,
        low=np.zeros(len(tail), dtype=np.int64),
        high=np.full(len(tail), 2, dtype=np.int64),
    )


def _add_keep_arcs(
    arcs: _Arcs,
    roll: Roll,
    layout: Layout,
    node_of: Ints,
    prices: tuple[int, int],
    first_group: int,
) -> Ints:
    """Add an arc per node and group with existing pairs; return each pair's arc."""
    groups = len(layout.group_size)
    code = node_of[roll.kept_official] * groups + layout.group_of[roll.kept_household]
    distinct, first_pair, arc_of, size = np.unique(
        code, return_index=True, return_inverse=True, return_counts=True
    )
    node, group = np.divmod(distinct, groups)
    # All officials of a node work at one place and have one expertise.
    official = roll.kept_official[first_pair]
    place = layout.group_place[group]
    km_price, keep_price = prices
    cost = distance_cost(
        roll.official_x[official],
        roll.official_y[official],
        layout.place_x[place],
        layout.place_y[place],
        km_price,
    )
    cost += roll.mismatch[layout.group_need[group], roll.expertise[official]]
    first = arcs.count
    arcs.add(
        "keeps",
        node,
        first_group + group,
        cost=cost - keep_price,
        low=np.zeros(len(distinct), dtype=np.int64),
        high=size.astype(np.int64),
    )
    return np.asarray(first + arc_of, dtype=np.int64)


def _add_slack_arcs(
    arcs: _Arcs,
    roll: Roll,
    layout: Layout,
    persons: Ints,
    offsets: tuple[int, int],
    uncovered: int,
    shortfall: int,
) -> None:
    groups = np.arange(len(layout.group_size)) if uncovered else np.arange(0)
    arcs.add(
        "uncovered",
        np.full(len(groups), UNCOVERED),
        offsets[1] + groups,
        cost=np.zeros(len(groups), dtype=np.int64),
        low=np.zeros(len(groups), dtype=np.int64),
        high=_spare(layout.group_size[groups]),
    )
    givers = np.empty(0, dtype=np.int64)
    if shortfall:
        givers = np.concatenate(
            [
                FIRST_POOL + np.arange(len(layout.pool_serves)),
                offsets[0] + np.arange(len(persons)),
            ]
        )
    arcs.add(
        "idle",
        givers,
        np.full(len(givers), IDLE),
        cost=np.zeros(len(givers), dtype=np.int64),
        low=np.zeros(len(givers), dtype=np.int64),
        high=np.full(len(givers), shortfall + 1, dtype=np.int64),
    )


def mix(*values: NDArray[np.generic] | int) -> Hashes:
    """Combine columns into one 64-bit hash per row (splitmix64's finaliser)."""
    state = np.zeros(1, dtype=np.uint64)
    for value in values:
        column = np.asarray(value)
        bits = (
            column.view(np.uint64)
            if column.dtype == np.float64
            else column.astype(np.uint64)
        )
        state = (state + bits + np.uint64(0x9E3779B97F4A7C15)) * np.uint64(
            0xBF58476D1CE4E5B9
        )
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        state = state ^ (state >> np.uint64(31))
    return state


def _label_hashes(labels: list[str]) -> Ints:
    return np.array([crc32(label.encode()) for label in labels], dtype=np.int64)


def _node_names(
    roll: Roll, layout: Layout, persons: Ints, hub_place: Ints, hub_expertise: Ints
) -> Hashes:
    expertise = _label_hashes(roll.expertise_names)
    need = _label_hashes(roll.need_names)
    place = mix(layout.place_key, layout.place_x, layout.place_y)
    alone_officials = layout.pool_official[layout.pool_official >= 0]
    pool_single = np.zeros(len(layout.pool_serves), dtype=np.int64)
    pool_single[layout.pool_official >= 0] = _label_hashes(
        roll.official_ids[alone_officials].to_list()
    )
    group_single = np.zeros(len(layout.group_size), dtype=np.int64)
    group_single[layout.groups_common :] = _label_hashes(
        roll.household_ids[layout.group_household[layout.groups_common :]].to_list()
    )
    return np.concatenate(
        [
            mix(np.arange(FIRST_POOL)),
            mix(
                layout.pool_serves,
                layout.pool_x,
                layout.pool_y,
                expertise[layout.pool_expertise],
                pool_single,
            ),
            mix(_label_hashes(roll.official_ids[persons].to_list())),
            mix(place[hub_place], expertise[hub_expertise]),
            mix(place[layout.group_place], need[layout.group_need], group_single),
        ]
    )
