"""Have the loops compiled before time is measured."""

from __future__ import annotations

import polars as pl

from bangfu.calc.planning.engine import solve


def warm_up() -> None:
    """Solve a problem of one household: compiles the loops, or loads the machine code.

    The first time on an installation takes some ten seconds; the code is then kept
    beside the source, or in the user's cache where that is not writable.
    """
    one = pl.DataFrame({"household_id": ["H"], "measure_id": ["M"]})
    solve(
        households=pl.DataFrame({"id": ["H"], "weight": [1.0]}),
        measures=pl.DataFrame({"id": ["M"]}),
        options=one.with_columns(gain=pl.lit(1.0)),
        resources=pl.DataFrame({"id": ["R"], "capacity": [1.0]}),
        use=one.with_columns(resource_id=pl.lit("R"), amount=pl.lit(1.0)),
    )
