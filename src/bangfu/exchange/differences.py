"""What a second state of the same rows changes, field by field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

_NEW = "_new."


@dataclass(frozen=True, slots=True)
class Differences:
    """The outcome of a comparison.

    new, changed, same: the key columns of the rows in the new state, in its order.
    cells: key columns, then `column`, `before` and `after` (String, null for empty):
    one row for each value that changes.
    """

    new: pl.DataFrame
    changed: pl.DataFrame
    same: pl.DataFrame
    cells: pl.DataFrame


def diff_frames(
    old: pl.DataFrame,
    new: pl.DataFrame,
    *,
    key: Sequence[str],
    columns: Sequence[str],
    ignore_null: bool = True,
) -> Differences:
    """Compare two frames by key. Rows that are only in `old` are not mentioned.

    key: columns that name a row; complete and unique in both frames. columns: those to
    compare, in both frames and of the same types. ignore_null: a null in `new` says
    nothing and changes nothing. Lists are compared as sets.
    """
    keys = list(key)
    _check_keys(old, keys)
    _check_keys(new, keys)
    before = old.select(*keys, *columns, pl.lit(value=True).alias("_known"))
    after = new.select(*keys, *(pl.col(name).alias(_NEW + name) for name in columns))
    both = after.join(before, on=keys, how="left", maintain_order="left")
    is_known = pl.col("_known").is_not_null()
    known = both.filter(is_known)
    parts = [_changes(known, keys, name, ignore_null=ignore_null) for name in columns]
    cells = pl.concat(parts) if parts else _no_changes(known, keys)
    touched = cells.select(keys).unique()
    return Differences(
        new=both.filter(~is_known).select(keys),
        changed=known.select(keys).join(
            touched, on=keys, how="semi", maintain_order="left"
        ),
        same=known.select(keys).join(
            touched, on=keys, how="anti", maintain_order="left"
        ),
        cells=known.select(keys)
        .with_row_index("_at")
        .join(cells, on=keys, how="inner", maintain_order="left_right")
        .drop("_at"),
    )


def _check_keys(frame: pl.DataFrame, keys: list[str]) -> None:
    names = frame.select(keys)
    if any(names.null_count().row(0)) or names.is_duplicated().any():
        msg = f"keys {keys} must be complete and unique"
        raise ValueError(msg)


def _changes(
    known: pl.DataFrame, keys: list[str], name: str, *, ignore_null: bool
) -> pl.DataFrame:
    before, after = pl.col(name), pl.col(_NEW + name)
    if isinstance(known.schema[name], pl.List):
        before, after = before.list.sort(), after.list.sort()
    is_changed = before.ne_missing(after)
    if ignore_null:
        is_changed &= after.is_not_null()
    return known.filter(is_changed).select(
        *keys,
        pl.lit(name).alias("column"),
        _as_text(known, name).alias("before"),
        _as_text(known, _NEW + name).alias("after"),
    )


def _no_changes(known: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    nothing = pl.lit(None, dtype=pl.String)
    return known.clear().select(
        *keys, *(nothing.alias(name) for name in ("column", "before", "after"))
    )


def _as_text(known: pl.DataFrame, name: str) -> pl.Expr:
    if isinstance(known.schema[name], pl.List):
        return pl.col(name).cast(pl.List(pl.String)).list.join("、")
    return pl.col(name).cast(pl.String)
