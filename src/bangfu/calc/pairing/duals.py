"""Node prices of an optimal flow, and the proof that they are right.

OR-Tools keeps its potentials to itself, so they are found again as shortest distances
in the residual network: an arc that can carry more asks price[head] - price[tail] <=
cost, an arc that can carry less asks the opposite. That such prices exist is
optimality.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bangfu.calc.pairing.canonical import Ints
from bangfu.calc.pairing.network import Network


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

    Bellman and Ford's method over whole frontiers: every round relaxes all arcs out of
    the nodes that moved in the round before. Ends because no residual cycle of an
    optimal flow has negative cost.

    Raises NotProven for a flow that is not optimal.
    """
    ahead = np.flatnonzero(flow < network.high)
    back = np.flatnonzero(flow > network.low)
    tail = np.concatenate([network.tail[ahead], network.head[back]])
    head = np.concatenate([network.head[ahead], network.tail[back]])
    cost = np.concatenate([network.cost[ahead], -network.cost[back]])
    order = np.argsort(tail, kind="stable")
    head, cost = head[order], cost[order]
    start = np.searchsorted(tail[order], np.arange(network.nodes + 1))
    price = np.zeros(network.nodes, dtype=np.int64)
    moved = np.arange(network.nodes)
    for _round in range(network.nodes + 1):
        if len(moved) == 0:
            return price
        lengths = start[moved + 1] - start[moved]
        first = np.cumsum(lengths) - lengths
        arc = np.arange(int(lengths.sum())) + np.repeat(start[moved] - first, lengths)
        reached = np.repeat(price[moved], lengths) + cost[arc]
        target = head[arc]
        better = reached < price[target]
        target, reached = target[better], reached[better]
        np.minimum.at(price, target, reached)
        is_moved = np.zeros(network.nodes, dtype=bool)
        is_moved[target] = True
        moved = np.flatnonzero(is_moved)
    msg = "a residual cycle of negative cost: the flow is not optimal"
    raise NotProven(msg)


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
