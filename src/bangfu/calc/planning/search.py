"""Branch and bound by SCIP: exact for small problems, a polish for the others.

The search is limited in nodes, not in seconds, so that the same problem gives the same
plan on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ortools.linear_solver import pywraplp

from bangfu.calc.planning.core import Core, rows_of
from bangfu.calc.planning.instance import Instance, Mask


@dataclass(frozen=True, slots=True)
class Found:
    """The best choice among the open options, and what none can exceed (their value)."""

    chosen: Mask
    bound: float


def search(one: Instance, core: Core, start: Mask, nodes: int) -> Found | None:
    """Return the best choice of the open options found in some nodes.

    start: a feasible choice to begin with, (open,). None when SCIP found nothing.
    """
    solver = pywraplp.Solver.CreateSolver("SCIP")
    solver.SetSolverSpecificParametersAsString(
        f"limits/totalnodes = {nodes}\nlimits/gap = 0\nrandomization/randomseedshift = 0"
    )
    cells = [solver.BoolVar("") for _ in range(len(core.open))]
    matrix, room, resources = rows_of(one, core)
    slack = np.zeros(len(room))
    slack[: len(resources)] = one.slack_allowed[resources]
    for row in range(len(room)):
        start_at, stop_at = matrix.indptr[row], matrix.indptr[row + 1]
        # Rows are scaled to 1, so that the solver's tolerance is relative.
        scale = max(float(room[row]), 1e-9)
        bounded = solver.RowConstraint(
            -solver.infinity(), (room[row] + slack[row]) / scale
        )
        for place in range(start_at, stop_at):
            cell = cells[matrix.indices[place]]
            bounded.SetCoefficient(cell, float(matrix.data[place]) / scale)
    objective = solver.Objective()
    for cell, value in zip(cells, one.value[core.open].tolist(), strict=True):
        objective.SetCoefficient(cell, value)
    objective.SetMaximization()
    solver.SetHint(cells, start.astype(float).tolist())
    status = solver.Solve()
    if status not in (pywraplp.Solver.OPTIMAL, pywraplp.Solver.FEASIBLE):
        return None
    chosen = np.array([cell.solution_value() > 0.5 for cell in cells], dtype=bool)
    return Found(chosen, float(objective.BestBound()))
