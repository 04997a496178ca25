"""Cells of a table as polars columns, before anyone knows what they mean.

Rows come from the reader as Python objects and leave in pieces of ten thousand as
columns, so that a large file never stands in memory as objects.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

import polars as pl

from bangfu.exchange.headers import HeaderMatch
from bangfu.exchange.tables import Row

PIECE_ROWS = 10_000
_SHORT_DIGITS = 15
_MOMENT = pl.Datetime("us")
_PLAIN_TYPES = {str, float, date, datetime}

_UNWANTED = r"[\x00-\x08\x0b\x0c\x0e-\x1f\u200b-\u200f\u202a-\u202e\u2060\ufeff]"
_GUARDED = r"^=\"(.*)\"$"


@dataclass(frozen=True, slots=True)
class Cells:
    """One column of cells; at most one of the three holds a value for each row.

    text: String, trimmed, no empty strings. number: Float64. moment: Datetime("us").
    """

    text: pl.Series
    number: pl.Series
    moment: pl.Series

    @property
    def is_filled(self) -> pl.Series:
        """Boolean, no nulls: whether the cell holds anything."""
        return (
            self.text.is_not_null()
            | self.number.is_not_null()
            | self.moment.is_not_null()
        )

    def taken(self, order: list[int]) -> Cells:
        """Return the cells in another order of rows."""
        index = pl.Series(order, dtype=pl.UInt32)
        return Cells(
            self.text.gather(index),
            self.number.gather(index),
            self.moment.gather(index),
        )

    def kept(self, is_kept: pl.Series) -> Cells:
        """Return only the cells of some rows."""
        return Cells(
            self.text.filter(is_kept),
            self.number.filter(is_kept),
            self.moment.filter(is_kept),
        )

    def as_text(self) -> pl.Series:
        """String: the cells as they stood, for quoting and for writing back."""
        moment = self.moment.dt.to_string("%Y-%m-%d %H:%M:%S").str.strip_suffix(
            " 00:00:00"
        )
        return (
            pl.select(pl.coalesce(self.text, number_text(self.number), moment))
            .to_series()
            .alias(self.text.name)
        )


def number_text(number: pl.Series) -> pl.Series:
    """Write numbers as Excel shows them: whole ones without a point, 15 digits."""
    if number.null_count() == len(number):
        return number.cast(pl.String)
    is_whole = (number == number.round()) & (number.abs() < 1e15)
    whole = number.set(~is_whole.fill_null(value=True), None).cast(pl.Int64)
    if is_whole.all():
        return whole.cast(pl.String)
    other = number.cast(pl.String)
    is_long = (other.str.len_bytes() > _SHORT_DIGITS) | other.str.contains("e")
    if is_long.any():
        rows = is_long.arg_true()
        exact = [format(value, ".15g") for value in number.gather(rows)]
        other = other.scatter(rows, exact)
    return whole.cast(pl.String).zip_with(whole.is_not_null(), other)


@dataclass(frozen=True, slots=True)
class SheetCells:
    """The data rows of one sheet. rows: UInt32, row numbers as Excel shows them.

    cells: by column key, only for columns that the file has.
    """

    rows: pl.Series
    cells: dict[str, Cells]


def read_cells(match: HeaderMatch) -> SheetCells:
    """Read the declared columns below the header; rows without any value are left out.

    The value of cells merged downwards holds for every row that they cover.
    """
    keys = list(match.places)
    pieces: list[list[_Piece]] = []
    count = 0
    for columns in _columns_of_pieces(match):
        count += len(columns[0])
        pieces.append([_split(columns[match.places[key].index]) for key in keys])
    first = match.row + 1
    numbers = pl.int_range(first, first + count, dtype=pl.UInt32, eager=True)
    cells = {
        key: _joined([piece[position] for piece in pieces])
        for position, key in enumerate(keys)
    }
    if not count or not cells:
        return SheetCells(numbers.alias("_row"), cells)
    is_kept = _any_filled(cells)
    for key, order in _merged_orders(match, count).items():
        cells[key] = cells[key].taken(order)
    if not is_kept.all():
        cells = {key: found.kept(is_kept) for key, found in cells.items()}
    return SheetCells(numbers.filter(is_kept).alias("_row"), cells)


def _columns_of_pieces(match: HeaderMatch) -> Iterator[list[tuple[object, ...]]]:
    rows: Iterator[Row] = islice(match.table.rows(), match.row, None)
    while piece := list(islice(rows, PIECE_ROWS)):
        yield list(zip(*piece, strict=True))


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some cells of a column; None instead of a part that holds nothing."""

    count: int
    text: pl.Series | None
    number: pl.Series | None
    moment: pl.Series | None


def _split(values: Sequence[object]) -> _Piece:
    kinds = set(map(type, values))
    if not kinds <= _PLAIN_TYPES:
        values = [_plain(value) for value in values]
        kinds = set(map(type, values))
    moment = _only(values, datetime, kinds, _MOMENT)
    days = _only(values, date, kinds, pl.Date())
    if days is not None:
        days = days.cast(_MOMENT)
        moment = days if moment is None else days.zip_with(moment.is_null(), moment)
    return _Piece(
        count=len(values),
        text=_only(values, str, kinds, pl.String()),
        number=_only(values, float, kinds, pl.Float64()),
        moment=moment,
    )


def _only(
    values: Sequence[object], kind: type, kinds: set[type], dtype: pl.DataType
) -> pl.Series | None:
    """Return the values of one type, with nulls for others; None without any."""
    if kind not in kinds:
        return None
    if len(kinds) > 1:
        values = [value if type(value) is kind else None for value in values]
    return pl.Series(values, dtype=dtype)


def _plain(value: object) -> object:
    """Bring a rare type to one of the plain ones."""
    if type(value) in _PLAIN_TYPES:
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return str(value)


def _clean(text: pl.Series) -> pl.Series:
    if text.null_count() == len(text):
        return text
    if text.str.contains(_UNWANTED).any():
        text = text.str.replace_all(_UNWANTED, "")
    if text.str.contains(_GUARDED).any():
        text = text.str.replace(_GUARDED, "$1")
    text = text.str.strip_chars()
    return text.set(text.str.len_bytes() == 0, None)


def _joined(pieces: list[_Piece]) -> Cells:
    counts = [piece.count for piece in pieces]
    text = _concatenated([piece.text for piece in pieces], counts, pl.String())
    return Cells(
        text=_clean(text),
        number=_concatenated([piece.number for piece in pieces], counts, pl.Float64()),
        moment=_concatenated([piece.moment for piece in pieces], counts, _MOMENT),
    )


def _concatenated(
    parts: list[pl.Series | None], counts: list[int], dtype: pl.DataType
) -> pl.Series:
    if not any(part is not None for part in parts):
        return pl.repeat(None, sum(counts), dtype=dtype, eager=True)
    filled = [
        pl.repeat(None, count, dtype=dtype, eager=True) if part is None else part
        for part, count in zip(parts, counts, strict=True)
    ]
    return pl.concat(filled, rechunk=True)


def _any_filled(cells: dict[str, Cells]) -> pl.Series:
    return pl.select(
        pl.any_horizontal(
            [pl.lit(found.is_filled).alias(key) for key, found in cells.items()]
        )
    ).to_series()


def _merged_orders(match: HeaderMatch, count: int) -> dict[str, list[int]]:
    """Return, for columns with cells merged downwards, where each row's value is."""
    orders: dict[str, list[int]] = {}
    keys = {place.index: key for key, place in match.places.items()}
    free: dict[str, int] = {}
    for first_row, first_column, last_row, _ in sorted(match.table.merged):
        key = keys.get(first_column - match.table.first_column)
        anchor = first_row - match.row - 1
        end = min(last_row - match.row, count)
        # Excel never overlaps merged cells; a made-up file may, without end.
        if key is None or anchor < free.get(key, 0) or end - anchor < 2:
            continue
        free[key] = end
        order = orders.setdefault(key, list(range(count)))
        order[anchor:end] = [anchor] * (end - anchor)
    return orders
