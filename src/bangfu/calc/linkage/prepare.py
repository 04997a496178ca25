"""From the columns of a file to the columns that are compared.

Every distinct writing is read once; the frame is ordered by id, so that the same rows
in any order give the same table.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from bangfu.calc.linkage import dates, fields, names
from bangfu.calc.linkage.config import Config, Role

_TEXT = pl.String
_NAME = {"text": _TEXT, "sound": _TEXT, "key": _TEXT, "is_han": pl.Boolean}
_DATE = {
    "birth": _TEXT,
    "birth_whole": _TEXT,
    "birth_year": _TEXT,
    "month_day": _TEXT,
    "birth_day": pl.Int32,
}
_ADDRESS = {"address": _TEXT, "address_sound": _TEXT, "address_numbers": _TEXT}
SCRIPT_SHARE_MIN = 0.01  # a script that fewer names are in gets no levels of its own


@dataclass(frozen=True, slots=True)
class Prepared:
    """The table to be compared, one row a record, ordered by id.

    frame: `row` (0, 1, ... in the order of the ids) and the columns of model.py.
    """

    frame: pl.DataFrame
    has_han: bool
    has_latin: bool


def prepare(records: pl.DataFrame, config: Config) -> Prepared:
    """Return the table of comparable columns. records: checked, ordered by id."""
    parts = [pl.DataFrame({"row": pl.int_range(records.height, eager=True)})]
    parts.append(_names(records, config))
    if Role.BIRTH_DATE in config.columns:
        parts.append(_birth(joined(records, config.columns[Role.BIRTH_DATE], "-")))
    for role, read in (
        (Role.SEX, fields.sex),
        (Role.ID_NUMBER, fields.id_number),
        (Role.PHONE, fields.phone),
        (Role.DIVISION, fields.division),
    ):
        if role in config.columns:
            cells = joined(records, config.columns[role], "")
            parts.append(_read(cells, _single(read), {role.value: _TEXT}))
    if Role.ADDRESS in config.columns:
        cells = joined(records, config.columns[Role.ADDRESS], " ")
        parts.append(_read(cells, fields.address, _ADDRESS))
    frame = pl.concat(parts, how="horizontal")
    han = frame["is_han"].mean()
    share = float(han) if isinstance(han, float) else 0.0
    return Prepared(
        frame.with_columns(pl.col("is_han").cast(pl.Int8)),
        has_han=share >= SCRIPT_SHARE_MIN,
        has_latin=share <= 1 - SCRIPT_SHARE_MIN,
    )


def joined(records: pl.DataFrame, columns: Sequence[str], between: str) -> pl.Series:
    """Return the cells of one role as text; several columns are joined."""
    texts = [as_text(records[column]) for column in columns]
    if len(texts) == 1:
        return texts[0]
    frame = pl.DataFrame({str(at): text for at, text in enumerate(texts)})
    cells = frame.select(
        pl.concat_str(pl.all(), separator=between, ignore_nulls=True)
    ).to_series()
    return cells.set(cells == "", None)


def as_text(column: pl.Series) -> pl.Series:
    """Return a column as text, empty cells as null; whole numbers without ".0"."""
    if (
        column.dtype.is_float()
        and (column.drop_nulls().round() == column.drop_nulls()).all()
    ):
        column = column.cast(pl.Int64)
    text = column.cast(pl.String).str.strip_chars()
    return text.set(text == "", None)


def _single(read: Callable[[str], str | None]) -> Callable[[str], tuple[str | None]]:
    return lambda text: (read(text),)


def _read(
    cells: pl.Series,
    read: Callable[[str], Sequence[object]],
    schema: Mapping[str, type[pl.DataType]],
) -> pl.DataFrame:
    """Read each distinct cell once; return one row a cell, null for an empty one."""
    distinct = cells.drop_nulls().unique()
    rows = [read(text) for text in distinct.to_list()]
    table = pl.DataFrame(rows, schema=dict(schema), orient="row")
    keyed = table.with_columns(distinct.alias("_cell"))
    spread = cells.alias("_cell").to_frame()
    return spread.join(keyed, on="_cell", how="left", maintain_order="left").select(
        list(schema)
    )


def _names(records: pl.DataFrame, config: Config) -> pl.DataFrame:
    """Return given, surname with _sound and _key, and is_han."""
    nothing = pl.Series([None] * records.height, dtype=pl.String)
    if Role.NAME in config.columns:
        whole = joined(records, config.columns[Role.NAME], " ")
        halves = _read(whole, names.split_name, {"given": _TEXT, "surname": _TEXT})
        given, surname = halves["given"], halves["surname"]
    else:
        given, surname = (
            _read(
                joined(records, config.columns[role], " "),
                _single(names.clean_name),
                {"cell": _TEXT},
            )["cell"]
            if role in config.columns
            else nothing
            for role in (Role.GIVEN_NAME, Role.SURNAME)
        )
    han = pl.Series(
        [names.has_han(text) for text in given.drop_nulls().unique().to_list()],
        dtype=pl.Boolean,
    )
    is_folded = bool(han.any())
    columns: dict[str, pl.Series] = {}
    for name, cells in (("given", given), ("surname", surname)):
        read = _read(
            cells.set(cells == "", None),
            functools.partial(
                names.name_part, is_surname=name == "surname", is_folded=is_folded
            ),
            _NAME,
        )
        columns[name] = read["text"]
        columns[f"{name}_sound"] = read["sound"]
        columns[f"{name}_key"] = read["key"]
        columns[f"{name}_han"] = read["is_han"]
    frame = pl.DataFrame(columns)
    return frame.with_columns(
        is_han=pl.col("given_han").fill_null(value=False)
        | pl.col("surname_han").fill_null(value=False),
        given_seen=pl.len().over("given").cast(pl.Int32),
        surname_seen=pl.len().over("surname").cast(pl.Int32),
    ).drop("given_han", "surname_han")


def _birth(cells: pl.Series) -> pl.DataFrame:
    month_first = dates.is_month_first(cells.drop_nulls().unique().to_list())
    return _read(
        cells, lambda text: dates.birth_date(text, month_first=month_first), _DATE
    )
