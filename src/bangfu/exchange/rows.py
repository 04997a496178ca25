"""Data on its way out, in the form of the template, so that it can come back in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import polars as pl
from xlsxwriter.worksheet import Worksheet

from bangfu.exchange.declaration import Sheet, Workbook
from bangfu.exchange.instructions import add_instructions
from bangfu.exchange.layout import LAST_ROW, Book, cell_writer

_PIECE_ROWS = 5_000


def write_rows(
    workbook: Workbook,
    frames: Mapping[str, pl.DataFrame],
    *,
    language: str,
    target: Path | BinaryIO,
) -> None:
    """Write frames into the sheets of `workbook`, one row at a time in memory.

    frames: by sheet key, columns by column key and typed as a reading's frame is;
    columns that are missing stay empty, others are left out. Texts are written as
    texts whatever they begin with, never as formulas. Raises ValueError for more rows
    than a sheet holds; nothing is written then.
    """
    for frame in frames.values():
        if len(frame) > LAST_ROW:
            msg = f"a sheet holds {LAST_ROW} rows below its header, not {len(frame)}"
            raise ValueError(msg)
    with Book(workbook, language=language, target=target, is_streamed=True) as book:
        for sheet in workbook.sheets:
            page = book.add_sheet(sheet)
            book.add_validations(page, sheet)
            if sheet.key in frames:
                _write_frame(book, page, sheet, frames[sheet.key])
        add_instructions(book)
        book.add_code_sheet()


def _write_frame(
    book: Book, page: Worksheet, sheet: Sheet, frame: pl.DataFrame
) -> None:
    columns = [column for column in sheet.columns if column.key in frame.columns]
    cells = [
        (
            sheet.columns.index(column),
            cell_writer(book, page, column),
            book.cell_format(column),
        )
        for column in columns
    ]
    chosen = frame.select([column.key for column in columns])
    row = 0
    for piece in chosen.iter_slices(_PIECE_ROWS):
        for values in piece.iter_rows():
            row += 1
            for value, (index, write, style) in zip(values, cells, strict=True):
                if value is not None:
                    write(row, index, value, style)
