"""Villages whose roll has more kin of cadres than the villages around: F10."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.stats import binom


def kin_above_mean(
    villages: pl.DataFrame, *, p_max: float, kin_min: int
) -> pl.DataFrame:
    """Return the villages with more kin on the roll than chance explains.

    villages: village, county, roll (households on the roll), kin (of them, kin of a
    cadre). The county's share of kin without the village itself is the expectation; a
    village is returned when its share is above it, it has `kin_min` kin or more, and
    the binomial chance of so many or more is at most `p_max`. Adds share, mean and p.
    Assumes that families are on the roll independently of one another.

    A county of one village has nothing to compare with and returns nothing.
    """
    total = villages.with_columns(
        _roll=pl.col("roll").sum().over("county") - pl.col("roll"),
        _kin=pl.col("kin").sum().over("county") - pl.col("kin"),
    ).filter((pl.col("roll") > 0) & (pl.col("_roll") > 0))
    found = total.with_columns(
        share=pl.col("kin") / pl.col("roll"), mean=pl.col("_kin") / pl.col("_roll")
    )
    chance = binom.sf(
        found["kin"].to_numpy() - 1, found["roll"].to_numpy(), found["mean"].to_numpy()
    )
    return (
        found.with_columns(p=pl.Series(np.asarray(chance, dtype=np.float64)))
        .filter(
            (pl.col("share") > pl.col("mean"))
            & (pl.col("kin") >= kin_min)
            & (pl.col("p") <= p_max)
        )
        .drop("_roll", "_kin")
    )
