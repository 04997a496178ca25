"""The tables of a run as the verifier reads them: joined by id, priced row by row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bangfu.calc.pairing.checks import Params, Tables
from bangfu.calc.pairing.proof import Proof
from bangfu.calc.values.findings import Finding, Severity
from bangfu.calc.values.text import Text

Ints = NDArray[np.int64]
EXAMPLES_MAX = 20  # findings of one kind that are spelled out


@dataclass(frozen=True, slots=True)
class Case:
    """The checked tables sorted by id, with positions, and the claim about them.

    homes, people: the rolls with a column `at`. made: household, official, cost, is_kept
    of every named pair. load: (m,). kin, old: forbidden and existing pairs as
    positions (household, official), within the jurisdiction.
    """

    tables: Tables
    params: Params
    proof: Proof
    homes: pl.DataFrame
    people: pl.DataFrame
    made: pl.DataFrame
    load: Ints
    kin: pl.DataFrame
    old: pl.DataFrame

    @classmethod
    def read(
        cls, tables: Tables, params: Params, named: pl.DataFrame, proof: Proof
    ) -> Case:
        """Join ids to positions and price the pairs."""
        homes = tables.households.sort("id").with_row_index("at")
        people = tables.officials.sort("id").with_row_index("at")
        kin = join_rolls(tables.forbidden, homes, people)
        old = join_rolls(tables.existing, homes, people)
        made = join_rolls(named, homes, people)
        kept = old.join(kin, on=["home", "person"], how="anti")
        made = price_pairs(made, tables, params).join(
            kept.select("home", "person", is_kept=True),
            on=["home", "person"],
            how="left",
            maintain_order="left",
        )
        load = np.bincount(made["person"].to_numpy(), minlength=people.height)
        return cls(tables, params, proof, homes, people, made, load, kin, kept)


def join_rolls(
    pairs: pl.DataFrame, homes: pl.DataFrame, people: pl.DataFrame
) -> pl.DataFrame:
    """Join pairs of ids with both rolls; columns of the officials end in _p."""
    return (
        pairs.unique()
        .join(homes.rename({"at": "home"}), left_on="household_id", right_on="id")
        .join(
            people.rename({"at": "person"}),
            left_on="official_id",
            right_on="id",
            suffix="_p",
        )
        .with_columns(
            is_inside=pl.col("division_code").str.starts_with(pl.col("serves_code"))
        )
        .sort("home", "person")
    )


def _distance(frame: pl.DataFrame) -> Ints:
    """Straight-line distance in 0.01 km, ties to even, of joined rows."""
    filled = frame.select(
        pl.col("x_km", "y_km", "x_km_p", "y_km_p").fill_null(0.0)
    ).to_numpy()
    length = np.hypot(filled[:, 0] - filled[:, 2], filled[:, 1] - filled[:, 3])
    return np.asarray(np.rint(100 * length), dtype=np.int64)


def price_pairs(pairs: pl.DataFrame, tables: Tables, params: Params) -> pl.DataFrame:
    """Add the price of every joined pair, existing or not, in cost units."""
    priced = pairs.with_columns(
        travel=pl.Series(_distance(pairs), dtype=pl.Int64) * params.km_price
    )
    if tables.costs is None:
        priced = priced.with_columns(cost=pl.lit(0, dtype=pl.Int64))
    else:
        priced = priced.join(
            tables.costs, on=["need", "expertise"], how="left", maintain_order="left"
        )
    return priced.with_columns(price=pl.col("travel") + pl.col("cost"))


def wrong(code: str, zh: str, en: str, subject: str = "", **params: object) -> Finding:
    """Return a finding of the verifier; params fill its sentence."""
    return Finding(
        f"verify.{code}",
        subject or code,
        Text(zh, en, params),
        Severity.IMPOSSIBLE,
    )
