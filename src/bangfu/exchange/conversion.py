"""A column of cells becomes a column of typed values, with a problem per bad cell.

Long numbers are the point here. Excel keeps fifteen digits of a number, so an identity
or card number in a numeric cell is wrong before anyone reads it: such cells are
refused, and texts are never turned into numbers on the way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial

import polars as pl

from bangfu.calc.values.text import Text
from bangfu.exchange import parsing
from bangfu.exchange.cells import Cells, number_text
from bangfu.exchange.declaration import CodeList, Column, Kind, MoneyUnit
from bangfu.exchange.parsing import Problem

GUESSED_VALUES_MAX = 1_000
_EXACT_FLOAT_MAX = 2**53
_DECIMAL_DIGITS = 18
_MASKED = r"^\*{3,}[0-9A-Za-z]{0,4}$"

_DTYPES: dict[Kind, pl.DataType] = {
    Kind.TEXT: pl.String(),
    Kind.CODE: pl.String(),
    Kind.CODES: pl.List(pl.String),
    Kind.IDENTITY: pl.String(),
    Kind.NUMBER_TEXT: pl.String(),
    Kind.DIVISION: pl.String(),
    Kind.INTEGER: pl.Int64(),
    Kind.YUAN: pl.Int64(),
    Kind.DATE: pl.Date(),
    Kind.BOOL: pl.Boolean(),
    Kind.YEAR: pl.Int16(),
}


def dtype_of(column: Column) -> pl.DataType:
    """Return the polars type of a column's values."""
    if column.kind is Kind.DECIMAL:
        return pl.Decimal(_DECIMAL_DIGITS, column.decimals)
    return _DTYPES[column.kind]


@dataclass(frozen=True, slots=True)
class Converted:
    """values: of the column's type, null where empty or refused.

    problems: position in the column and what is wrong there.
    """

    values: pl.Series
    problems: list[tuple[int, Problem]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Conventions:
    """How the file at hand writes things."""

    money_unit: MoneyUnit = MoneyUnit.YUAN
    dates_from_1904: bool = False
    characters_max: int = 2_000


def convert(column: Column, cells: Cells, conventions: Conventions) -> Converted:
    """Convert a column of cells to the kind that is declared."""
    match column.kind:
        case Kind.TEXT | Kind.IDENTITY | Kind.NUMBER_TEXT:
            converted = _convert_text(column, cells, conventions)
        case Kind.INTEGER | Kind.DECIMAL | Kind.YUAN:
            converted = _convert_number(column, cells, conventions)
        case Kind.DATE:
            converted = _convert_date(column, cells, conventions)
        case Kind.YEAR:
            converted = _convert_year(column, cells)
        case Kind.DIVISION:
            converted = _convert_division(column, cells)
        case _:
            converted = _convert_word(column, cells)
    return _within_bounds(column, converted)


def _mapped(
    series: pl.Series, parse: Callable[..., object], dtype: pl.DataType
) -> Converted:
    """Parse each distinct value once and put the results back in their rows."""
    unique = series.drop_nulls().unique()
    if unique.is_empty():
        return Converted(pl.Series([None] * len(series), dtype=dtype))
    parsed = [parse(value) for value in unique]
    values = pl.Series(
        [found.value if isinstance(found, Problem) else found for found in parsed],
        dtype=dtype,
    )
    index = series.replace_strict(
        unique,
        pl.int_range(len(unique), dtype=pl.UInt32, eager=True),
        default=None,
        return_dtype=pl.UInt32,
    )
    problems: list[tuple[int, Problem]] = []
    is_bad = pl.Series([isinstance(found, Problem) for found in parsed])
    if is_bad.any():
        rows = is_bad.gather(index).arg_true()
        problems = [
            (row, found)
            for row, at in zip(rows, index.gather(rows), strict=True)
            if isinstance(found := parsed[at], Problem)
        ]
    return Converted(values.gather(index), problems)


def _first_of(*parts: Converted) -> Converted:
    """Join the parts of a column that were converted apart."""
    filled = [part for part in parts if part.values.null_count() < len(part.values)]
    values = parts[0].values
    if filled:
        values = filled[0].values
    for part in filled[1:]:
        values = values.zip_with(values.is_not_null(), part.values)
    return Converted(values, [found for part in parts for found in part.problems])


def _everywhere(series: pl.Series, problem: Problem) -> list[tuple[int, Problem]]:
    return [(row, problem) for row in series.is_not_null().arg_true()]


def _as_date_problem() -> Problem:
    return Problem(
        "turned_into_date",
        Text(
            "Excel 已把内容改成了日期，请将单元格设为文本格式后重新填写",
            "Excel turned the value into a date: make the cell text and type it again",
        ),
    )


# Texts


def _convert_text(column: Column, cells: Cells, conventions: Conventions) -> Converted:
    written = _written_text(column, cells.text)
    text = Converted(written)
    if column.kind is not Kind.TEXT:
        text = _without_lost_digits(written)
    number = _number_cells(column, cells.number)
    moment = _moment_cells(column, cells.moment)
    joined = _first_of(text, number, moment)
    longest = column.maximum if isinstance(column.maximum, int) else None
    return _not_too_long(column, joined, longest or conventions.characters_max)


def _written_text(column: Column, text: pl.Series) -> pl.Series:
    if text.str.contains(r"^['’‘]").any():
        text = text.str.replace(r"^['’‘]([0-9０-９])", "$1")
    if column.kind is Kind.TEXT:
        return text
    if (text.str.len_bytes() != text.str.len_chars()).any():
        text = text.str.normalize("NFKC")
    if text.str.contains(r"\s").any():
        text = text.str.replace_all(r"\s+", "")
    if column.kind is Kind.IDENTITY:
        text = text.str.to_uppercase()
    if column.sensitive:
        # What an export has masked says nothing: the value that is stored stays.
        text = text.set(text.str.contains(_MASKED).fill_null(value=False), None)
    return text.set(text.is_in(["", "/", "\\", "-", "--", "—", "——"]), None)


def _without_lost_digits(text: pl.Series) -> Converted:
    is_short = text.str.contains(r"(?i)^[0-9](\.[0-9]+)?e\+?[0-9]{1,3}$")
    if not is_short.any():
        return Converted(text)
    problems = _mapped(
        text.set(~is_short.fill_null(value=False), None),
        parsing.lost_digits,
        pl.String(),
    ).problems
    return Converted(text.set(is_short.fill_null(value=False), None), problems)


def _number_cells(column: Column, number: pl.Series) -> Converted:
    if number.null_count() == len(number):
        return Converted(number.cast(pl.String))
    if column.kind is Kind.IDENTITY:
        problem = Problem(
            "numeric_identity",
            Text(
                "单元格是数字格式，Excel 只保留 15 位，后几位已不可信，"
                "请设为文本格式后重新填写",
                "the cell is a number, of which Excel keeps 15 digits, so the last "
                "ones cannot be trusted: make the cell text and type it again",
            ),
        )
        nothing = pl.Series([None] * len(number), dtype=pl.String)
        return Converted(nothing, _everywhere(number, problem))
    is_exact = number.abs() < parsing.EXACT_DIGITS_MAX
    if column.kind is Kind.NUMBER_TEXT:
        is_exact &= number == number.floor()
    lost = number.set(is_exact.fill_null(value=True), None)
    kept = number.set(~is_exact.fill_null(value=False), None)
    return Converted(number_text(kept), _everywhere(lost, _inexact_number(column)))


def _inexact_number(column: Column) -> Problem:
    return Problem(
        "digits_lost",
        Text(
            "单元格是数字格式，Excel 只保留 15 位整数，内容可能已改变，"
            "请设为文本格式后重新填写",
            "the cell is a number, of which Excel keeps 15 digits, so it may have "
            "changed: make the cell text and type it again",
        ),
    )


def _moment_cells(column: Column, moment: pl.Series) -> Converted:
    if moment.null_count() == len(moment):
        return Converted(moment.cast(pl.String))
    if column.kind is not Kind.TEXT:
        nothing = pl.Series([None] * len(moment), dtype=pl.String)
        return Converted(nothing, _everywhere(moment, _as_date_problem()))
    written = moment.dt.to_string("%Y-%m-%d %H:%M:%S").str.strip_suffix(" 00:00:00")
    return Converted(written)


def _not_too_long(column: Column, converted: Converted, longest: int) -> Converted:
    values = converted.values
    is_long = values.str.len_chars() > longest
    if not is_long.any():
        return converted
    problem = Problem(
        "too_long",
        Text(
            "内容过长，最多 {limit} 个字",
            "the text is too long: at most {limit} characters",
            {"limit": longest},
        ),
    )
    problems = [(row, problem) for row in is_long.arg_true()]
    return Converted(
        values.set(is_long.fill_null(value=False), None),
        converted.problems + problems,
    )


# Words from a list


def _convert_word(column: Column, cells: Cells) -> Converted:
    written = cells.as_text()
    if column.kind is Kind.BOOL:
        return _mapped(written, partial(parsing.parse_bool, column), dtype_of(column))
    parse = parsing.parse_code if column.kind is Kind.CODE else parsing.parse_codes
    # Looking for the closest label takes a millisecond: a column of other things,
    # with a hundred thousand unknown values, would take minutes.
    is_guessed = written.n_unique() <= GUESSED_VALUES_MAX
    guess = CodeList.closest if is_guessed else parsing.no_guess
    return _mapped(written, partial(parse, column, guess=guess), dtype_of(column))


def _convert_division(column: Column, cells: Cells) -> Converted:
    text = _mapped(cells.text, partial(parsing.parse_division, column), pl.String())
    number = _mapped(
        number_text(cells.number), partial(parsing.parse_division, column), pl.String()
    )
    moment = _moment_cells(column, cells.moment)
    return _first_of(text, number, moment)


# Dates


def _convert_date(column: Column, cells: Cells, conventions: Conventions) -> Converted:
    dtype = pl.Date()
    serial = partial(
        parsing.parse_serial, column, from_1904=conventions.dates_from_1904
    )
    return _first_of(
        _moments_as_dates(column, cells.moment),
        _mapped(cells.text, partial(parsing.parse_date, column), dtype),
        _mapped(cells.number, serial, dtype),
    )


def _moments_as_dates(column: Column, moment: pl.Series) -> Converted:
    year = moment.dt.year()
    is_known = (year > parsing.YEAR_MIN) & (year <= parsing.YEAR_MAX)
    rest = moment.set(is_known.fill_null(value=True), None)
    return Converted(
        moment.set(~is_known.fill_null(value=False), None).dt.date(),
        _mapped(rest, partial(parsing.not_a_date, column), pl.Date()).problems,
    )


def _convert_year(column: Column, cells: Cells) -> Converted:
    parse = partial(parsing.parse_year, column)
    dtype = pl.Int16()
    return _first_of(
        _mapped(cells.text, parse, dtype),
        _mapped(number_text(cells.number), parse, dtype),
        _mapped(cells.moment.dt.year().cast(pl.String), parse, dtype),
    )


# Numbers


def _convert_number(
    column: Column, cells: Cells, conventions: Conventions
) -> Converted:
    scale, places = _scale(column, conventions)
    product = cells.number * scale
    rounded = product.round()
    # Fifteen digits are what Excel keeps: 12.3 may be stored as 12.300000000000001.
    is_exact = ((product - rounded).abs() < 1e-6) & (rounded.abs() < _EXACT_FLOAT_MAX)
    exact = rounded.set(~is_exact.fill_null(value=False), None).cast(pl.Int64)
    other = number_text(cells.number.set(is_exact.fill_null(value=True), None))
    parse = partial(
        parsing.parse_scaled,
        column,
        scale=scale,
        places=places,
        money_unit=conventions.money_unit if column.kind is Kind.YUAN else None,
    )
    scaled = _first_of(
        Converted(exact),
        _mapped(cells.text, parse, pl.Int64()),
        _mapped(other, parse, pl.Int64()),
    )
    dates = _everywhere(cells.moment, _as_date_problem())
    values = scaled.values
    if column.kind is Kind.DECIMAL:
        wide = pl.Decimal(38, column.decimals)
        values = values.cast(wide) / pl.Series([scale]).cast(wide)
        values = values.cast(dtype_of(column))
    return Converted(values, scaled.problems + dates)


def _scale(column: Column, conventions: Conventions) -> tuple[int, int]:
    """Return what a written number is multiplied by, and its places."""
    match column.kind:
        case Kind.INTEGER:
            return 1, 0
        case Kind.DECIMAL:
            return 10**column.decimals, column.decimals
        case _:
            scale = int(conventions.money_unit)
            return scale, len(str(scale)) - 1


def _within_bounds(column: Column, converted: Converted) -> Converted:
    if column.kind in (Kind.TEXT, Kind.IDENTITY, Kind.NUMBER_TEXT):
        return converted
    values = converted.values
    is_out = pl.Series([False]).new_from_index(0, len(values))
    if column.minimum is not None:
        is_out |= (values < column.minimum).fill_null(value=False)
    if column.maximum is not None:
        is_out |= (values > column.maximum).fill_null(value=False)
    if not is_out.any():
        return converted
    problem = Problem("out_of_range", _range_message(column))
    problems = [found for found in converted.problems if not is_out[found[0]]]
    problems += [(row, problem) for row in is_out.arg_true()]
    return Converted(values.set(is_out, None), problems)


def _range_message(column: Column) -> Text:
    low, high = (_shown(column, bound) for bound in (column.minimum, column.maximum))
    if low is not None and high is not None:
        return Text(
            "超出范围，应为 {low} 至 {high}",
            "out of range: {low} to {high} is allowed",
            {"low": low, "high": high},
        )
    if low is not None:
        return Text("不应小于 {low}", "it should not be less than {low}", {"low": low})
    return Text("不应大于 {high}", "it should not be more than {high}", {"high": high})


def _shown(column: Column, bound: int | Decimal | date | None) -> object:
    if column.kind is Kind.YUAN and isinstance(bound, int):
        return format((Decimal(bound) / column.money_unit).normalize(), "f")
    return bound
