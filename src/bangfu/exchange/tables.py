"""The sheets of a file as rows of plain values, whatever the format.

A cell is "" (empty), str, float, bool, date, datetime, time or timedelta. Numbers are
floats, as in the file: whoever needs the digits of a long number must not take them
from here. Formulas give their value; error values are empty and noted by place.
"""

from __future__ import annotations

import csv
import io
import os
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time

import python_calamine
import xlrd  # type: ignore[import-untyped]

from bangfu.calc.values.findings import OutOfLimit, Refusal
from bangfu.calc.values.text import Text
from bangfu.exchange import zipped
from bangfu.exchange.declaration import CODES_SHEET_NAME
from bangfu.exchange.limits import MEBIBYTE, Limits
from bangfu.exchange.sniffing import (
    FileFormat,
    broken,
    encrypted,
    identify,
    read_text,
)

Row = Sequence[object]

_XLS_DAMAGE = (
    xlrd.XLRDError,
    xlrd.compdoc.CompDocError,
    struct.error,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet as it stands in the file.

    rows: gives the rows from row 1 each time it is called; their cells begin at column
    `first_column` (1 is A). merged: (first row, first column, last row, last column).
    All numbers count from 1.
    """

    name: str
    rows: Callable[[], Iterator[Row]]
    first_column: int = 1
    merged: tuple[tuple[int, int, int, int], ...] = ()
    error_cells: frozenset[tuple[int, int]] = frozenset()
    formulas_without_result: int = 0


@dataclass(frozen=True, slots=True)
class Tables:
    """All sheets of a file that hold anything."""

    file_format: FileFormat
    tables: list[Table] = field(default_factory=list)
    dates_from_1904: bool = False


def open_tables(content: bytes, limits: Limits) -> Tables:
    """Open a file's sheets.

    Raises BadInput for what cannot be read and OutOfLimit for what is too large.
    """
    if len(content) > limits.file_bytes_max:
        raise file_too_large(len(content), limits)
    match identify(content):
        case FileFormat.XLSX:
            return _open_xlsx(content, limits)
        case FileFormat.XLS:
            return _open_xls(content, limits)
        case FileFormat.CSV:
            return _open_csv(content, limits)


def file_too_large(size_bytes: int, limits: Limits) -> OutOfLimit:
    """The refusal of a file with too many bytes."""
    return OutOfLimit(
        Text(
            "文件有 {size} MB，上限为 {limit} MB。",
            "The file has {size} MB; the limit is {limit} MB.",
            {
                "size": -(-size_bytes // MEBIBYTE),
                "limit": limits.file_bytes_max // MEBIBYTE,
            },
        ),
        remedy=Text(
            "请删除图片，或按乡镇拆成几个文件后重新上传。",
            "Remove pictures, or split the file by township, and upload again.",
        ),
    )


def _check_sheet_count(count: int, limits: Limits) -> None:
    if count > limits.sheets_max:
        raise OutOfLimit(
            Text(
                "文件有 {count} 个工作表，上限为 {limit} 个。",
                "The file has {count} sheets; the limit is {limit}.",
                {"count": count, "limit": limits.sheets_max},
            ),
            remedy=Text(
                "请删除与填报无关的工作表。",
                "Delete the sheets that do not belong to the form.",
            ),
        )


# .xlsx


def _open_xlsx(content: bytes, limits: Limits) -> Tables:
    package = zipped.inspect_package(content, limits)
    _check_sheet_count(len(package.sheets), limits)
    try:
        workbook = python_calamine.load_workbook(io.BytesIO(content))
        tables = [
            _xlsx_table(workbook.get_sheet_by_name(meta.name), package)
            for meta in workbook.sheets_metadata
            if meta.typ == python_calamine.SheetTypeEnum.WorkSheet
            and meta.name != CODES_SHEET_NAME
        ]
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise broken() from error
    except BaseException as error:
        # The Rust reader panics on some damaged files; its panic has no public type.
        if type(error).__name__ != "PanicException":
            raise
        raise broken() from error
    return Tables(
        FileFormat.XLSX,
        [table for table in tables if table],
        dates_from_1904=package.dates_from_1904,
    )


def _xlsx_table(
    sheet: python_calamine.CalamineSheet, package: zipped.Package
) -> Table | None:
    if sheet.start is None:
        return None
    part = package.sheets[sheet.name]
    return Table(
        name=sheet.name,
        rows=lambda: iter(sheet.iter_rows()),
        first_column=sheet.start[1] + 1,
        merged=tuple(
            (first[0] + 1, first[1] + 1, last[0] + 1, last[1] + 1)
            for first, last in sheet.merged_cell_ranges or ()
        ),
        error_cells=frozenset(part.error_cells),
        formulas_without_result=part.formulas_without_result,
    )


# .xls


def _open_xls(content: bytes, limits: Limits) -> Tables:
    try:
        with open(os.devnull, "w", encoding="utf-8") as log:
            book = xlrd.open_workbook(
                file_contents=content, logfile=log, ragged_rows=True
            )
        _check_sheet_count(book.nsheets, limits)
        _check_xls_areas(book, limits)
        tables = [_xls_table(sheet) for sheet in book.sheets()]
    except Refusal:
        raise
    except _XLS_DAMAGE as error:
        raise (encrypted() if "encrypted" in str(error) else broken()) from error
    return Tables(
        FileFormat.XLS,
        [table for table in tables if table],
        dates_from_1904=book.datemode == 1,
    )


def _check_xls_areas(book: xlrd.Book, limits: Limits) -> None:
    cells = 0
    for sheet in book.sheets():
        cells += sheet.nrows * sheet.ncols
        _check_area(sheet.nrows, sheet.ncols, cells, limits)


def _check_area(rows: int, columns: int, cells: int, limits: Limits) -> None:
    if (
        rows > limits.rows_max
        or columns > limits.columns_max
        or cells > limits.cells_max
    ):
        raise zipped.area_out_of_limit(rows, columns, limits)


def _xls_table(sheet: xlrd.sheet.Sheet) -> Table | None:
    if sheet.nrows == 0 or sheet.name == CODES_SHEET_NAME:
        return None
    errors = frozenset(
        (row + 1, column + 1)
        for row in range(sheet.nrows)
        for column, kind in enumerate(sheet.row_types(row))
        if kind == xlrd.XL_CELL_ERROR
    )
    return Table(name=sheet.name, rows=lambda: _xls_rows(sheet), error_cells=errors)


def _xls_rows(sheet: xlrd.sheet.Sheet) -> Iterator[Row]:
    width = sheet.ncols
    datemode = sheet.book.datemode
    for number in range(sheet.nrows):
        cells = [_xls_value(cell, datemode) for cell in sheet.row(number)]
        yield cells + [""] * (width - len(cells))


def _xls_value(cell: xlrd.sheet.Cell, datemode: int) -> object:
    if cell.ctype == xlrd.XL_CELL_DATE:
        return _xls_moment(cell.value, datemode)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype in (xlrd.XL_CELL_ERROR, xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return ""
    return cell.value


def _xls_moment(serial: float, datemode: int) -> object:
    try:
        moment: datetime = xlrd.xldate_as_datetime(serial, datemode)
    except (ValueError, OverflowError):
        return serial
    return moment.date() if moment.time() == time() else moment


# .csv


def _open_csv(content: bytes, limits: Limits) -> Tables:
    text = read_text(content)
    lines = text.splitlines()[:10]
    delimiter = max(",\t;", key=lambda mark: max(x.count(mark) for x in lines))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[Row] = []
    width = 0
    try:
        for row in reader:
            rows.append(row)
            width = max(width, len(row))
            _check_area(len(rows), width, len(rows) * width, limits)
    except csv.Error as error:
        raise broken() from error
    full = [[*row, *[""] * (width - len(row))] for row in rows]
    return Tables(FileFormat.CSV, [Table(name="CSV", rows=lambda: iter(full))])
