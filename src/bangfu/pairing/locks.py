"""The one way in which acts on pairings wait for one another.

    apply a run over a division     alone in that division
    change by hand                  together with other changes by hand

Both hold every division above their own in common, so applying a run over a city waits
for a change by hand in one of its villages and the other way round. The locks end with
the transaction.
"""

from __future__ import annotations

from bangfu.calc.values.division_code import DivisionCode
from bangfu.exchange import staging

# Advisory locks are numbers of 64 bits shared by all apps of a database: "pair" first.
_OURS = int.from_bytes(b"pair", "big") << 32


def take_alone(division: DivisionCode) -> None:
    """Wait until nobody else changes pairings of `division`, then hold it alone."""
    _take(division, "pg_advisory_xact_lock")


def take_together(division: DivisionCode) -> None:
    """Wait until no run is being applied over `division`, then hold it with others."""
    _take(division, "pg_advisory_xact_lock_shared")


def _take(division: DivisionCode, how: str) -> None:
    for above in division.ancestors():
        _wait("pg_advisory_xact_lock_shared", above)
    _wait(how, division)


def _wait(how: str, division: DivisionCode) -> None:
    staging.rows(f"SELECT {how}(%s # hashtext(%s))", [_OURS, division])
