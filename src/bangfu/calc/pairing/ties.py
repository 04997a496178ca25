"""Choose one flow among all that cost the same, by the names of what it joins.

The flows of least cost form a face: arcs with a positive reduced cost stay at their
lower bound, those with a negative one at their upper bound, the rest are free. A second
and much smaller flow problem on the free arcs minimises the sum of hashes of stable
names, so the choice depends neither on the solver's path nor on positions.
"""

from __future__ import annotations

import numpy as np

from bangfu.calc.pairing.canonical import Ints
from bangfu.calc.pairing.flow import cheapest_flow
from bangfu.calc.pairing.network import Network, mix

HASH_BITS = 24


def break_ties(network: Network, flow: Ints, reduced: Ints) -> Ints:
    """Return the flow on the face of `flow` with the least sum of name hashes.

    reduced: reduced costs of all arcs at prices that prove `flow` optimal.
    """
    free = np.flatnonzero((reduced == 0) & (network.low < network.high))
    if len(free) == 0:
        return flow
    tail, head = network.tail[free], network.head[free]
    nodes, ends = np.unique(np.concatenate([tail, head]), return_inverse=True)
    local_tail, local_head = np.split(ends.astype(np.int32), 2)
    supply = np.zeros(len(nodes), dtype=np.int64)
    np.add.at(supply, local_tail, flow[free])
    np.subtract.at(supply, local_head, flow[free])
    hashes = mix(network.name[tail], network.name[head]) >> np.uint64(64 - HASH_BITS)
    chosen = flow.copy()
    chosen[free] = cheapest_flow(
        local_tail,
        local_head,
        cost=hashes.astype(np.int64),
        low=network.low[free],
        high=network.high[free],
        supply=supply,
    )
    return chosen
