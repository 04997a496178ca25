"""Families split or merged shortly before they came on the roll: F11."""

from __future__ import annotations

import polars as pl


def changed_before(events: pl.DataFrame, *, months: int) -> pl.DataFrame:
    """Return the splits and merges within `months` before a household's registration.

    events: household, kind, happened_on, registered_on. The window is closed at both
    ends: a split on the very day of registration counts, and so does one exactly
    `months` earlier (the last day of a shorter month). Adds `days_before`.
    """
    start = pl.col("registered_on").dt.offset_by(f"-{months}mo")
    return events.filter(
        pl.col("happened_on").is_between(start, pl.col("registered_on"))
    ).with_columns(
        days_before=(pl.col("registered_on") - pl.col("happened_on")).dt.total_days()
    )
