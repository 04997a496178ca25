"""Solve one pairing to proven optimality.

Order of aims: cover as many households as can be; then the least total shortfall of
lower quotas; then the least cost. Forbidden pairs are not excluded at first, which is
a relaxation: an optimum of it that turns out to be allowed is an optimum. Partners are
exchanged at no cost where they are forbidden; a household that cannot be freed so is
singled out together with its forbidden officials, and everything is solved again.
Each round singles out one more household at least, so the rounds end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bangfu.calc.pairing.canonical import Ints, Layout, Mask, Roll, lay_out
from bangfu.calc.pairing.checks import Params
from bangfu.calc.pairing.dealing import Deal, deal
from bangfu.calc.pairing.duals import Certificate, certify, node_prices, reduced_costs
from bangfu.calc.pairing.flow import cheapest_flow, largest_flow
from bangfu.calc.pairing.jurisdictions import Tree, crowded_divisions
from bangfu.calc.pairing.kinship import exchange_forbidden
from bangfu.calc.pairing.network import (
    SOURCE,
    UNCOVERED,
    Network,
    build,
)
from bangfu.calc.pairing.ties import break_ties
from bangfu.calc.values.findings import OutOfLimit
from bangfu.calc.values.stopwatch import Stopwatch
from bangfu.calc.values.text import Text


@dataclass(frozen=True, slots=True)
class Reach:
    """The least possible totals and the sets that prove them.

    starved: (n,), households whose number less all places that may serve them equals
    `uncovered`. crowded: (m,), officials whose lower quotas less all households that
    they may serve equal `shortfall`.
    """

    uncovered: int
    shortfall: int
    starved: Mask
    crowded: Mask


@dataclass(frozen=True, slots=True)
class Solution:
    """An optimal pairing with what proves it. rounds: how often it was solved."""

    deal: Deal
    layout: Layout
    network: Network
    certificate: Certificate
    reach: Reach
    rounds: int


def solve_roll(roll: Roll, tree: Tree, params: Params, watch: Stopwatch) -> Solution:
    """Return the optimal pairing.

    Raises OutOfLimit when the network would exceed params.arcs_max.
    """
    singled = np.empty(0, dtype=np.int64)
    rounds = 0
    while True:
        rounds += 1
        with watch.stage("build"):
            layout = lay_out(roll, singled, _forbidden_officials(roll, singled))
            _check_size(layout, params)
            reach = laminar_reach(roll, tree)
            if len(singled):
                reach = _reach_by_flow(roll, layout, params)
            network = _build(roll, layout, params, reach.uncovered, reach.shortfall)
        with watch.stage("solve"):
            flow = cheapest_flow(
                network.tail,
                network.head,
                cost=network.cost,
                low=network.low,
                high=network.high,
                supply=network.supply,
            )
        with watch.stage("proof"):
            price = node_prices(network, flow)
        with watch.stage("ties"):
            flow = break_ties(network, flow, reduced_costs(network, price))
        with watch.stage("proof"):
            certificate = certify(network, flow, price)
        with watch.stage("naming"):
            dealt = deal(roll, layout, network, flow)
            stuck = exchange_forbidden(roll, layout, dealt)
        if len(stuck) == 0:
            return Solution(dealt, layout, network, certificate, reach, rounds)
        singled = np.union1d(singled, stuck)


def _build(
    roll: Roll, layout: Layout, params: Params, uncovered: int, shortfall: int
) -> Network:
    return build(
        roll,
        layout,
        km_price=params.km_price,
        keep_price=params.keep_price,
        uncovered=uncovered,
        shortfall=shortfall,
    )


def _forbidden_officials(roll: Roll, singled: Ints) -> Ints:
    household, official = np.divmod(roll.barred, roll.officials)
    return np.unique(official[np.isin(household, singled)])


def _check_size(layout: Layout, params: Params) -> None:
    if layout.arcs <= params.arcs_max:
        return
    raise OutOfLimit(
        Text(
            "住处与干部的组合共 {arcs} 条，超过上限 {most} 条（{places} 个不同住处）。",
            "{arcs} combinations of places and officials exceed the limit of {most} "
            "({places} distinct places).",
            {
                "arcs": layout.arcs,
                "most": params.arcs_max,
                "places": len(layout.place_key),
            },
        ),
        remedy=Text(
            "请用 --snap 把各户归到所在村的平均位置，或按县分别计算。",
            "Use --snap to put households at the mean place of their division, or "
            "solve each county by itself.",
        ),
        code="pairing.too_many_arcs",
    )


def laminar_reach(roll: Roll, tree: Tree) -> Reach:
    """Read the least totals and their proofs off the tree of divisions."""
    at_household = np.searchsorted(tree.key, roll.household_code)
    at_official = np.searchsorted(tree.key, roll.serves)
    crowded = np.zeros(roll.officials, dtype=bool)
    for division in crowded_divisions(tree):
        part = tree.subtree(division)
        crowded |= (at_official >= part.start) & (at_official < part.stop)
    return Reach(
        uncovered=tree.uncovered,
        shortfall=tree.shortfall,
        starved=tree.short_of_places()[at_household],
        crowded=crowded,
    )


def _reach_by_flow(roll: Roll, layout: Layout, params: Params) -> Reach:
    """Find the least totals by largest flows, which needs no laminar jurisdictions."""
    network = _build(roll, layout, params, 0, 0)
    sink = UNCOVERED
    groups = network.first_group + np.arange(len(layout.group_size))
    inner = np.ones(len(network.tail), dtype=bool)
    inner[network.sections["keeps"]] = False
    tail = np.concatenate([network.tail[inner], groups.astype(np.int32)])
    head = np.concatenate(
        [network.head[inner], np.full(len(groups), sink, dtype=np.int32)]
    )
    from_source = network.tail[inner] == SOURCE
    plenty = np.where(from_source, 0, roll.households + 1)
    upper = np.where(from_source, network.high[inner], plenty)
    lower = np.where(from_source, network.low[inner], plenty)
    most, side = largest_flow(
        tail,
        head,
        high=np.concatenate([upper, layout.group_size]),
        source=SOURCE,
        sink=sink,
    )
    covered_minima, low_side = largest_flow(
        tail,
        head,
        high=np.concatenate([lower, layout.group_size]),
        source=SOURCE,
        sink=sink,
    )
    return Reach(
        uncovered=roll.households - most,
        shortfall=int(roll.low.sum()) - covered_minima,
        starved=~side[groups][layout.group_of],
        crowded=low_side[network.quota_node],
    )
