"""Pair every household with a responsible official, to proven optimality.

`solve` takes tables and returns named pairs with a proof; `verify` checks both against
the same tables without trusting any of it. The aims, in this order: cover as many
households as can be, fall short of lower quotas as little as can be, cost as little as
can be. Nobody is ever given more than the upper quota.

What holds:
- the same rows in any order give the same named pairs;
- the cost equals a bound that is proven by prices of households and officials;
- no forbidden pair, nobody outside the jurisdiction.

docs/algorithms/pairing.md has the formulation and worked numbers.
"""

from bangfu.calc.pairing.checks import Params, Tables, check
from bangfu.calc.pairing.engine import snap_to_divisions, solve
from bangfu.calc.pairing.proof import Proof
from bangfu.calc.pairing.remedies import Remedy, RemedyKind
from bangfu.calc.pairing.result import Result, Status
from bangfu.calc.pairing.shortages import Shortage, ShortageKind
from bangfu.calc.pairing.verify import verify

__all__ = [
    "Params",
    "Proof",
    "Remedy",
    "RemedyKind",
    "Result",
    "Shortage",
    "ShortageKind",
    "Status",
    "Tables",
    "check",
    "snap_to_divisions",
    "solve",
    "verify",
]
