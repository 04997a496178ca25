"""The ex-ante flags as functions of a run's frames: each returns one row a hit.

Columns: household, member (0), division_code, row_id (0), name_differs, chance, and the
figures that the check's sentence names. Money in the figures is whole yuan.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from bangfu.calc.crosschecks import density, exits, kinship, lineage
from bangfu.registry.crosschecks.inputs import Inputs

_EXITED = "1"
_COUNTY, _FEN = 6, 100
_SUBJECT = ("household", "member", "division_code", "row_id", "name_differs", "chance")
Thresholds = Mapping[str, float]


def kin_above_mean(inputs: Inputs, thresholds: Thresholds) -> pl.DataFrame:
    """F10: villages with more declared kin on the roll than the county's others."""
    is_kin = inputs.kin.unique("household").with_columns(_is_kin=pl.lit(value=True))
    villages = (
        inputs.household.join(is_kin, on="household", how="left")
        .group_by("division_code")
        .agg(roll=pl.len(), kin=pl.col("_is_kin").fill_null(value=False).sum())
        .with_columns(
            village=pl.col("division_code"),
            county=pl.col("division_code").str.head(_COUNTY),
            roll=pl.col("roll").cast(pl.Int64),
            kin=pl.col("kin").cast(pl.Int64),
        )
        .sort("division_code")
    )
    if villages.is_empty():
        return _nothing()
    found = kinship.kin_above_mean(
        villages,
        p_max=thresholds["chance_max_pct"] / 100,
        kin_min=int(thresholds["kin_min"]),
    )
    return found.select(
        *_without_household(),
        "roll",
        "kin",
        share_pct=(pl.col("share") * 100).round(1),
        mean_pct=(pl.col("mean") * 100).round(1),
        p_pct=(pl.col("p") * 100).round(2),
    )


def changed_before(inputs: Inputs, thresholds: Thresholds) -> pl.DataFrame:
    """F11: households split or merged shortly before they were registered."""
    found = lineage.changed_before(
        inputs.descent, months=int(thresholds["split_months"])
    )
    return (
        found.group_by("household", "division_code")
        .agg(days=pl.col("days_before").min())
        .sort("household")
        .select(*_of_household(), "days")
    )


def near_line(inputs: Inputs, thresholds: Thresholds) -> pl.DataFrame:
    """F18: exits at the line or a little above it."""
    found = exits.near_line(_exits(inputs), margin=thresholds["margin_pct"] / 100)
    return found.select(
        *_of_household(),
        "year",
        income=_yuan("income_fen"),
        line=_yuan("line_fen"),
        over_pct=(pl.col("over_share") * 100).round(1),
    )


def spikes(inputs: Inputs, thresholds: Thresholds) -> pl.DataFrame:
    """F19: exits whose income rose out of line with the county's other exits."""
    found = exits.spikes(
        _exits(inputs),
        rise_min=thresholds["rise_min_pct"] / 100,
        peers_max=thresholds["peers_times"],
    )
    return found.select(
        *_of_household(),
        "year",
        income=_yuan("income_fen"),
        before=_yuan("before_fen"),
        rise_pct=(pl.col("rise") * 100).round(1),
        peers_pct=(pl.col("peers") * 100).round(1),
    )


def bunching(inputs: Inputs, thresholds: Thresholds) -> pl.DataFrame:
    """F21: counties whose incomes bunch just above the line of the latest year.

    Counties with too few households are left out: the test refuses them.
    """
    known = _with_lines(inputs).filter(pl.col("line_fen").is_not_null())
    latest = known.filter(pl.col("year") == pl.col("year").max().over("county"))
    hits = []
    for (county, year), part in latest.group_by("county", "year", maintain_order=True):
        line = part["line_fen"][0] / _FEN
        try:
            jump = density.density_jump((part["income_fen"] / _FEN).to_numpy(), line)
        except density.TooFewValues:
            continue
        if jump.theta > 0 and jump.p <= thresholds["chance_max_pct"] / 100:
            hits.append(
                {
                    "division_code": county,
                    "year": year,
                    "line": round(line),
                    "n": jump.n,
                    "theta": round(jump.theta, 2),
                    "se": round(jump.se, 2),
                    "p": float(f"{jump.p:.2g}"),
                    "bandwidth": round(jump.bandwidth),
                    "below": jump.below,
                    "above": jump.above,
                }
            )
    if not hits:
        return _nothing()
    frame = pl.DataFrame(hits).sort("division_code")
    figures = [name for name in frame.columns if name != "division_code"]
    return frame.select(*_without_household(), *figures)


def _with_lines(inputs: Inputs) -> pl.DataFrame:
    """Return incomes per person with county and the line of the year."""
    lines = pl.DataFrame(
        [(county, year, fen) for (county, year), fen in inputs.lines_fen.items()],
        schema={"county": pl.String, "year": pl.Int64, "line_fen": pl.Int64},
        orient="row",
    )
    return (
        inputs.income.filter(pl.col("persons") > 0)
        .with_columns(
            county=pl.col("division_code").str.head(_COUNTY),
            income_fen=pl.col("net_fen") / pl.col("persons"),
        )
        .join(lines, on=["county", "year"], how="left")
    )


def _exits(inputs: Inputs) -> pl.DataFrame:
    """Return each exited household with its income of the year of exit and before.

    Without a recorded exit, as for a roll taken over, the latest year stands for it.
    """
    known = _with_lines(inputs).filter(pl.col("status") == _EXITED)
    year = pl.coalesce("exit_year", pl.col("year").max().over("household"))
    exits_ = known.with_columns(_exit=year)
    before = exits_.select(
        "household", before_fen="income_fen", year=pl.col("year") + 1
    )
    return (
        exits_.filter(pl.col("year") == pl.col("_exit"))
        .join(before, on=["household", "year"], how="left")
        .filter(pl.col("line_fen").is_not_null())
        .sort("household")
    )


def _yuan(column: str) -> pl.Expr:
    return (pl.col(column) / _FEN).round(0).cast(pl.Int64)


def _of_household() -> list[pl.Expr]:
    return [
        pl.col("household"),
        pl.lit(0, pl.Int64).alias("member"),
        pl.col("division_code"),
        *_no_row(),
    ]


def _without_household() -> list[pl.Expr]:
    return [
        pl.lit(0, pl.Int64).alias("household"),
        pl.lit(0, pl.Int64).alias("member"),
        pl.col("division_code"),
        *_no_row(),
    ]


def _no_row() -> list[pl.Expr]:
    return [
        pl.lit(0, pl.Int64).alias("row_id"),
        pl.lit(value=False).alias("name_differs"),
        pl.lit(None, pl.Float64).alias("chance"),
    ]


def _nothing() -> pl.DataFrame:
    kinds = (pl.Int64, pl.Int64, pl.String, pl.Int64, pl.Boolean, pl.Float64)
    return pl.DataFrame(schema=dict(zip(_SUBJECT, kinds, strict=True)))
