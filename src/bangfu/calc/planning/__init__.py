"""Choose measures for households within scarce funds and places, with a proven bound.

`solve` takes tables and returns a plan, the prices of resources, and a bound that no
plan exceeds; `verify` checks all three from the same tables without trusting any of it;
`explain` says of every option why it was chosen or not; `compare` runs what-ifs side by
side.

What holds:
- the same rows in any order give the same plan;
- no resource beyond its capacity, one measure of a group, the limit per household;
- value <= best value <= bound.

docs/algorithms/planning.md has the formulation and what was measured.
"""

from bangfu.calc.planning.engine import Problem, read, solve, solve_problem
from bangfu.calc.planning.prices import Effort
from bangfu.calc.planning.reasons import Reason, explain, words_of
from bangfu.calc.planning.result import BoundBy, Result
from bangfu.calc.planning.scenarios import Scenario, compare
from bangfu.calc.planning.verify import verify
from bangfu.calc.planning.warming import warm_up
from bangfu.calc.values.stopwatch import Stopwatch

__all__ = [
    "BoundBy",
    "Effort",
    "Problem",
    "Reason",
    "Result",
    "Scenario",
    "Stopwatch",
    "compare",
    "explain",
    "read",
    "solve",
    "solve_problem",
    "verify",
    "warm_up",
    "words_of",
]
