"""Incomes of the year in which a household was exited: F18 and F19 of the audits."""

from __future__ import annotations

import polars as pl

_ROUNDING = 1e-6  # fen, of a product that is no whole number in binary


def near_line(exits: pl.DataFrame, *, margin: float) -> pl.DataFrame:
    """Return the exits whose income per person is at the line or a little above it.

    exits: household, income_fen (per person, year of exit), line_fen (that year's).
    margin: share of the line, such as 0.05; line <= income <= line (1 + margin). Adds
    `over_share`, how far above as a share. Empty incomes and lines are left out.
    """
    most = pl.col("line_fen") * (1 + margin) + _ROUNDING
    return exits.with_columns(
        over_share=pl.col("income_fen") / pl.col("line_fen") - 1
    ).filter(pl.col("income_fen").is_between(pl.col("line_fen"), most))


def spikes(exits: pl.DataFrame, *, rise_min: float, peers_max: float) -> pl.DataFrame:
    """Return the exits whose income rose out of line in the year of exit.

    exits: household, county, income_fen and before_fen (per person, year of exit and
    the year before). rise_min: least rise as a share, such as 0.5. peers_max: how often
    the county's median rise among the exits the rise must exceed, such as 2, so that a
    good year for everybody raises no flag. Adds `rise` and `peers`, the county's median.
    A year before without positive income is left out.
    """
    known = exits.filter(
        (pl.col("before_fen") > 0) & pl.col("income_fen").is_not_null()
    ).with_columns(rise=pl.col("income_fen") / pl.col("before_fen") - 1)
    return known.with_columns(peers=pl.col("rise").median().over("county")).filter(
        (pl.col("rise") >= rise_min)
        & (pl.col("rise") >= peers_max * pl.max_horizontal(pl.col("peers"), pl.lit(0)))
    )
