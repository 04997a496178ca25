"""The error workbook: only what was wrong, in the template, ready to be sent again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import polars as pl
from xlsxwriter.worksheet import Worksheet

from bangfu.calc.values.findings import Finding, Severity
from bangfu.calc.values.text import Text, join
from bangfu.exchange.declaration import (
    ORIGINAL_ROW_TITLE,
    REASONS_TITLE,
    RULES_TITLE,
    Column,
    Sheet,
    Workbook,
)
from bangfu.exchange.findings import SheetFinding
from bangfu.exchange.instructions import add_instructions
from bangfu.exchange.layout import Book, cell_writer
from bangfu.exchange.reading import ROW, Reading, SheetReading, bad_rows

_WRONG = {"bg_color": "#F8D7DA", "font_color": "#8B0A1F"}
_DOUBTFUL = {"bg_color": "#FFF4CE", "font_color": "#7A4D00"}
_COMMENT_SIZE = {"x_scale": 2}


def write_errors(
    workbook: Workbook,
    reading: Reading,
    bad_groups: Collection[str],
    findings: Iterable[Finding],
    *,
    language: str,
    target: Path | BinaryIO,
    rule_of: Callable[[str], Text] | None = None,
) -> dict[str, int]:
    """Write the wrong rows of a reading, and return how many by sheet key.

    bad_groups: values of the sheets' `row_group`; every row of such a group is taken
    in, on every sheet, and so is every row with an IMPOSSIBLE finding. findings: of the
    reading and of the caller's own rules; they become the reasons, colours and
    comments. rule_of: names a finding's rule by its code. Behind the template's columns
    stand 错误原因 and 原行号, with `rule_of` also 核查规则, by which a spreadsheet can
    filter; the reader ignores them.
    """
    known = [found for found in findings if isinstance(found, SheetFinding)]
    rows = bad_rows(known)
    more = (REASONS_TITLE, ORIGINAL_ROW_TITLE, *([RULES_TITLE] if rule_of else []))
    written: dict[str, int] = {}
    with Book(workbook, language=language, target=target, is_streamed=True) as book:
        for sheet in workbook.sheets:
            page = book.add_sheet(sheet, more=more)
            book.add_validations(page, sheet)
            part = reading.sheets.get(sheet.key)
            if part is None:
                continue
            wrong = _wrong_rows(part, bad_groups, rows.get(sheet.key, set()))
            notes = _by_row([found for found in known if found.sheet == sheet.key])
            _Writer(book, page, part, notes, rule_of).write(wrong)
            written[sheet.key] = len(wrong)
        add_instructions(book)
        book.add_code_sheet()
    return written


def _wrong_rows(
    part: SheetReading, bad_groups: Collection[str], rows: set[int]
) -> list[int]:
    is_wrong = pl.col(ROW).is_in(sorted(rows))
    if part.sheet.row_group is not None:
        is_wrong |= pl.col(part.sheet.row_group).is_in(sorted(bad_groups))
    return part.frame.filter(is_wrong.fill_null(value=False))[ROW].to_list()


def _by_row(findings: list[SheetFinding]) -> dict[int, list[SheetFinding]]:
    by_row: dict[int, list[SheetFinding]] = defaultdict(list)
    for found in findings:
        if found.row is not None and found.severity is not Severity.NOTE:
            by_row[found.row].append(found)
    return by_row


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes the wrong rows of one sheet."""

    book: Book
    page: Worksheet
    part: SheetReading
    notes: dict[int, list[SheetFinding]]
    rule_of: Callable[[str], Text] | None

    def write(self, rows: list[int]) -> None:
        chosen = pl.col(ROW).is_in(rows)
        values = self.part.frame.filter(chosen)
        written = self.part.written.filter(chosen)
        lines = zip(
            values.iter_rows(named=True), written.iter_rows(named=True), strict=True
        )
        for line, (typed, stood) in enumerate(lines, start=1):
            self._write_row(line, typed, stood)

    def _write_row(
        self, line: int, typed: dict[str, object], stood: dict[str, object]
    ) -> None:
        sheet = self.part.sheet
        notes = self.notes.get(int(str(typed[ROW])), [])
        by_field = defaultdict(list)
        for found in notes:
            by_field[found.field].append(found)
        for index, column in enumerate(sheet.columns):
            about = by_field.get(column.key, [])
            self._write_cell(
                line,
                index,
                column,
                (typed[column.key], stood.get(column.key)),
                about,
            )
        behind = len(sheet.columns)
        wrapped = self.book.format(text_wrap=True, valign="top", num_format="@")
        reasons = self.book.say(_reasons(sheet, notes))
        self.page.write_string(line, behind, reasons, wrapped)
        self.page.write_number(line, behind + 1, int(str(typed[ROW])))
        if self.rule_of is None or not notes:
            return
        rules = [self.rule_of(code) for code in dict.fromkeys(f.code for f in notes)]
        named = self.book.say(join(rules, zh="、", en=", "))
        self.page.write_string(line, behind + 2, named, wrapped)

    def _write_cell(
        self,
        line: int,
        index: int,
        column: Column,
        value: tuple[object, object],
        about: list[SheetFinding],
    ) -> None:
        typed, stood = value
        is_wrong = any(found.severity is Severity.IMPOSSIBLE for found in about)
        colours = _WRONG if is_wrong else _DOUBTFUL if about else {}
        style = self.book.cell_format(column, **colours)
        # A cell that its own sheet or a rule rejects is shown as it stood.
        if typed is not None and not is_wrong:
            cell_writer(self.book, self.page, column)(line, index, typed, style)
        elif stood is not None:
            self.page.write_string(line, index, str(stood), style)
        elif about:
            self.page.write_blank(line, index, None, style)
        if about:
            comment = self.book.say(join([found.message for found in about]))
            self.page.write_comment(line, index, comment, _COMMENT_SIZE)


def _reasons(sheet: Sheet, notes: list[SheetFinding]) -> Text:
    if notes:
        return join([_reason(sheet, found) for found in notes])
    group = sheet.by_key[sheet.row_group or sheet.columns[0].key]
    return Text(
        "“{group}”相同的其他行有错误",
        "another row with the same “{group}” is wrong",
        {"group": group.title},
    )


def _reason(sheet: Sheet, found: SheetFinding) -> Text:
    if found.field is None:
        return found.message
    return Text(
        "“{column}”：{message}",
        "“{column}”: {message}",
        {"column": sheet.by_key[found.field].title, "message": found.message},
    )
