"""The filtered list of households as a workbook in the layout of the template.

Loaded at the first export: it needs polars. What is sealed goes out masked, and a
masked cell says nothing when the workbook is imported again.
"""

from __future__ import annotations

import io
from collections.abc import Iterable

import polars as pl

from bangfu import exchange
from bangfu.exchange import staging
from bangfu.registry.roll import stored
from bangfu.registry.roll.columns import (
    HOUSEHOLD_PLAIN,
    INCOME_STORED,
    KEY,
    MEMBER_PLAIN,
    SEALED,
)
from bangfu.registry.sheets import HOUSEHOLD_SHEET, HOUSEHOLDS, MEMBER_SHEET

_MASK = "*" * 16
_SHORT_MASK = "***"


def households_workbook(keys: Iterable[tuple[str, str]], *, language: str) -> bytes:
    """Return households with all members, and the income of their last year.

    keys: village and household number, in the order of the sheet.
    """
    order = pl.DataFrame(list(keys), schema=dict.fromkeys(KEY, pl.String), orient="row")
    order = order.with_row_index("household")
    with staging.in_bulk(len(order)):
        known = stored.fetch(order)
    frames = {
        HOUSEHOLD_SHEET.key: _households(known),
        MEMBER_SHEET.key: _members(known, order),
    }
    content = io.BytesIO()
    exchange.write_rows(HOUSEHOLDS, frames, language=language, target=content)
    return content.getvalue()


def _households(known: stored.Stored) -> pl.DataFrame:
    last = known.incomes.filter(
        pl.col("year") == pl.col("year").max().over("household")
    )
    incomes = last.select(
        "household",
        "year",
        *(pl.col(name).alias(name.removesuffix("_fen")) for name in INCOME_STORED),
    )
    rows = known.households.sort("household").join(
        incomes, on="household", how="left", maintain_order="left"
    )
    return rows.select(
        *KEY,
        *(column.name for column in HOUSEHOLD_PLAIN),
        *(_masked(f"{name}_tail", _SHORT_MASK).alias(name) for name in SEALED),
        *incomes.columns[1:],
    )


def _members(known: stored.Stored, order: pl.DataFrame) -> pl.DataFrame:
    rows = known.members.join(order, on="household").sort("household", "position")
    names = [column.name for column in MEMBER_PLAIN if not column.written_as]
    return rows.select(
        *KEY, *names, _masked("identity_tail", _MASK).alias("identity_number")
    )


def _masked(tail: str, mask: str) -> pl.Expr:
    return pl.concat_str(pl.lit(mask), pl.col(tail))
