"""Choose one flow among all that cost the same, by the names of what it joins.

The flows of least cost form a face: arcs with a positive reduced cost stay at their
lower bound, those with a negative one at their upper bound, the rest are free. A second
and much smaller flow problem on the free arcs minimises the sum of hashes of stable
names, so the choice depends neither on the solver's path nor on positions.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from bangfu.calc.pairing.canonical import Ints, Mask
from bangfu.calc.pairing.flow import cheapest_flow
from bangfu.calc.pairing.network import Network, mix

SPARE_BITS = 1  # beyond the number of choices: few hashes are alike by chance


def break_ties(network: Network, flow: Ints, reduced: Ints) -> Ints:
    """Return the flow on the face of `flow` with the least sum of name hashes.

    reduced: reduced costs of all arcs at prices that prove `flow` optimal.
    """
    free = np.flatnonzero((reduced == 0) & (network.low < network.high))
    free = free[_can_change(network, flow, free)]
    if len(free) == 0:
        return flow
    tail, head = network.tail[free], network.head[free]
    is_used = np.zeros(network.nodes, dtype=bool)
    is_used[tail] = True
    is_used[head] = True
    local = np.cumsum(is_used, dtype=np.int32) - 1
    supply = np.zeros(int(is_used.sum()), dtype=np.int64)
    np.add.at(supply, local[tail], flow[free])
    np.subtract.at(supply, local[head], flow[free])
    hashes = mix(network.name[tail], network.name[head])
    hashes = hashes >> np.uint64(64 - SPARE_BITS - len(free).bit_length())
    chosen = flow.copy()
    chosen[free] = cheapest_flow(
        local[tail],
        local[head],
        cost=hashes.astype(np.int64),
        low=network.low[free],
        high=network.high[free],
        supply=supply,
    )
    return chosen


def _can_change(network: Network, flow: Ints, free: Ints) -> Mask:
    """Mark free arcs that may lie on a cycle of changes; the others stay as they are.

    A change of flow runs in cycles of the residual network, so the ends of an arc that
    changes lie in one strongly connected component of it.
    """
    tail, head = network.tail[free], network.head[free]
    up, down = flow[free] < network.high[free], flow[free] > network.low[free]
    ahead = np.concatenate([tail[up], head[down]])
    behind = np.concatenate([head[up], tail[down]])
    residual = coo_array(
        (np.ones(len(ahead), dtype=np.int8), (ahead, behind)),
        shape=(network.nodes, network.nodes),
    )
    _, component = connected_components(residual, connection="strong")
    return np.asarray(component[tail] == component[head], dtype=np.bool_)
