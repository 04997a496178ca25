"""Node prices of an optimal flow, and the proof that they are right.

OR-Tools keeps its potentials to itself, so they are found again as shortest distances
in the residual network: an arc that can carry more asks price[head] - price[tail] <=
cost, an arc that can carry less asks the opposite. That such prices exist is
optimality.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bangfu.calc.pairing.canonical import Ints, arc_range
from bangfu.calc.pairing.network import Network, Nodes

SWEEPS = 6


class NotProven(Exception):
    """The solver's answer is not what it claims to be: a defect, never the user's."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """Prices of the nodes (int64, cost units) and both sides of the duality."""

    price: Ints
    cost: int
    bound: int

    @property
    def gap(self) -> int:
        """What is left between cost and bound; 0 is proof of optimality."""
        return self.cost - self.bound


def node_prices(network: Network, flow: Ints) -> Ints:
    """Return shortest distances in the residual network of a flow of least cost.

    Bellman and Ford's method. A few sweeps over the sections of arcs, there and back,
    carry prices through the layers of the network; then every round relaxes all arcs out
    of the nodes that moved in the round before. Ends because no residual cycle of an
    optimal flow has negative cost.

    Raises NotProven for a flow that is not optimal.
    """
    arcs = _residual_arcs(network, flow)
    price = np.zeros(network.nodes, dtype=np.int64)
    for _sweep in range(SWEEPS):
        for tails, heads, costs in arcs:
            np.minimum.at(price, heads, price[tails] + costs)
    tail, head, cost = (np.concatenate(column) for column in zip(*arcs, strict=True))
    order = np.argsort(tail, kind="stable")
    tail, head, cost = tail[order], head[order], cost[order]
    start = np.searchsorted(tail, np.arange(network.nodes + 1))
    moved = np.unique(tail[price[tail] + cost < price[head]])
    for _round in range(network.nodes + 1):
        if len(moved) == 0:
            return price
        _, arc = arc_range(start[moved], start[moved + 1])
        reached, target = price[tail[arc]] + cost[arc], head[arc]
        better = reached < price[target]
        target = target[better]
        np.minimum.at(price, target, reached[better])
        is_moved = np.zeros(network.nodes, dtype=bool)
        is_moved[target] = True
        moved = np.flatnonzero(is_moved)
    msg = "a residual cycle of negative cost: the flow is not optimal"
    raise NotProven(msg)


def _residual_arcs(network: Network, flow: Ints) -> list[tuple[Nodes, Nodes, Ints]]:
    """Return tail, head and cost of what can change, section by section and back."""
    may_rise, may_fall = flow < network.high, flow > network.low
    ahead, back = [], []
    for section in network.sections.values():
        tail, head = network.tail[section], network.head[section]
        cost, rise, fall = network.cost[section], may_rise[section], may_fall[section]
        ahead.append((tail[rise], head[rise], cost[rise]))
        back.append((head[fall], tail[fall], -cost[fall]))
    return ahead + back[::-1]


def reduced_costs(network: Network, price: Ints) -> Ints:
    """Return cost + price[tail] - price[head] of every arc."""
    return network.cost + price[network.tail] - price[network.head]


def certify(network: Network, flow: Ints, price: Ints) -> Certificate:
    """Check flow and prices in whole numbers and return both objective values.

    Bounds, balance at every node, and reduced costs of the right sign on every
    residual arc. Costs O(arcs). Raises NotProven when one of them fails.
    """
    balance = network.supply.copy()
    np.subtract.at(balance, network.tail, flow)
    np.add.at(balance, network.head, flow)
    reduced = reduced_costs(network, price)
    for is_wrong, msg in (
        ((flow < network.low) | (flow > network.high), "a flow is out of bounds"),
        (balance != 0, "a node does not balance"),
        ((reduced < 0) & (flow < network.high), "an arc should carry more"),
        ((reduced > 0) & (flow > network.low), "an arc should carry less"),
    ):
        if is_wrong.any():
            raise NotProven(msg)
    at_bound = np.where(reduced > 0, network.low, network.high)
    bound = int((reduced * at_bound).sum()) - int((price * network.supply).sum())
    return Certificate(price, int((network.cost * flow).sum()), bound)
