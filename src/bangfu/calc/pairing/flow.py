"""OR-Tools' flow solvers, fed with arrays. The only place that imports ortools."""

from __future__ import annotations

import numpy as np
from ortools.graph.python import max_flow, min_cost_flow

from bangfu.calc.pairing.canonical import Ints, Mask
from bangfu.calc.pairing.network import Nodes


class NoFlow(Exception):
    """No flow meets all supplies and bounds, or the solver gave up: a defect here."""


def cheapest_flow(
    tail: Nodes, head: Nodes, *, cost: Ints, low: Ints, high: Ints, supply: Ints
) -> Ints:
    """Return the flow of every arc in a flow of least cost, within [low, high].

    supply: (nodes,), positive where flow enters. Costs times nodes must stay below
    2**62. The solver knows no lower bounds, so they are moved into the supplies.
    Cost scaling (Goldberg 1997), roughly arcs ** 1.3 in practice.

    Raises NoFlow when there is none, which the closed form has excluded.
    """
    shifted = supply.copy()
    bound = np.flatnonzero(low)
    np.subtract.at(shifted, tail[bound], low[bound])
    np.add.at(shifted, head[bound], low[bound])
    solver = min_cost_flow.SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(tail, head, high - low, cost)
    solver.set_nodes_supplies(np.arange(len(supply), dtype=np.int32), shifted)
    status = solver.solve()
    if status != solver.OPTIMAL:
        msg = f"the flow solver ended with {status}"
        raise NoFlow(msg)
    flow = solver.flows(np.arange(len(tail), dtype=np.int32))
    return np.asarray(flow, dtype=np.int64) + low


def largest_flow(
    tail: Nodes, head: Nodes, *, high: Ints, source: int, sink: int
) -> tuple[int, Mask]:
    """Return the value of a largest flow and the nodes on the source's side of the cut.

    The cut is the one nearest to the source. source side: (nodes,).
    """
    solver = max_flow.SimpleMaxFlow()
    solver.add_arcs_with_capacity(tail, head, high)
    status = solver.solve(source, sink)
    if status != solver.OPTIMAL:
        msg = f"the flow solver ended with {status}"
        raise NoFlow(msg)
    side = np.zeros(int(max(tail.max(), head.max())) + 1, dtype=bool)
    side[solver.get_source_side_min_cut()] = True
    return int(solver.optimal_flow()), side
