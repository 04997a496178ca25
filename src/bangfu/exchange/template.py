"""The empty form that an office downloads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from bangfu.exchange.declaration import Workbook
from bangfu.exchange.instructions import add_instructions
from bangfu.exchange.layout import Book, cell_writer

Examples = Mapping[str, Sequence[Mapping[str, object]]]
_NO_EXAMPLES: Examples = MappingProxyType({})


def write_template(
    workbook: Workbook,
    *,
    language: str,
    target: Path | BinaryIO,
    example_rows: Examples = _NO_EXAMPLES,
) -> None:
    """Write the template of `workbook`: data sheets, instructions, hidden code lists.

    example_rows: by sheet key, rows of typed values by column key (codes, fen, dates).
    They are ordinary rows: the reader reads them. The same input gives the same bytes.
    """
    with Book(workbook, language=language, target=target, is_streamed=False) as book:
        for sheet in workbook.sheets:
            page = book.add_sheet(sheet)
            book.add_validations(page, sheet)
            for row, example in enumerate(example_rows.get(sheet.key, ()), start=1):
                for index, column in enumerate(sheet.columns):
                    value = example.get(column.key)
                    if value is not None:
                        style = book.cell_format(column)
                        cell_writer(book, page, column)(row, index, value, style)
        add_instructions(book)
        book.add_code_sheet()
