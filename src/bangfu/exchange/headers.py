"""Which sheet of a file is which declared sheet, and which column is which.

Offices rename sheets, put a title above the header, move columns and add their own.
The header is the row among the first ten that holds the most declared columns.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from bangfu.calc.values.findings import BadInput, Severity
from bangfu.calc.values.text import Text, join
from bangfu.exchange.declaration import (
    INSTRUCTIONS_TITLE,
    ORIGINAL_ROW_TITLE,
    REASONS_TITLE,
    RULES_TITLE,
    Column,
    Kind,
    MoneyUnit,
    Sheet,
    Workbook,
    fold,
    fold_header,
    unit_in_header,
)
from bangfu.exchange.findings import SheetFinding, finding_at
from bangfu.exchange.sniffing import FileFormat
from bangfu.exchange.tables import Row, Table, Tables

HEADER_ROWS_MAX = 10
_OWN_HEADERS = {
    fold_header(title)
    for text in (REASONS_TITLE, ORIGINAL_ROW_TITLE, RULES_TITLE)
    for title in (text.zh, text.en)
}
_INSTRUCTIONS = {fold(INSTRUCTIONS_TITLE.zh), fold(INSTRUCTIONS_TITLE.en)}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a declared column stands. index: position in the table's rows."""

    index: int
    header: str
    money_unit: MoneyUnit


@dataclass(slots=True)
class HeaderMatch:
    """A table seen as one declared sheet. row: number of the header row."""

    sheet: Sheet
    table: Table
    row: int = 0
    places: dict[str, Place] = field(default_factory=dict)
    repeated: dict[str, list[str]] = field(default_factory=dict)
    other_units: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)

    @property
    def score(self) -> int:
        """How many declared columns the header holds."""
        return len(self.places)


def match_header(sheet: Sheet, table: Table) -> HeaderMatch:
    """Return the best reading of a table's first rows as a header of `sheet`."""
    best = HeaderMatch(sheet, table)
    for number, row in enumerate(islice(table.rows(), HEADER_ROWS_MAX), start=1):
        match = _match_row(sheet, table, number, row)
        if match.score > best.score:
            best = match
    return best


def _match_row(sheet: Sheet, table: Table, number: int, row: Row) -> HeaderMatch:
    match = HeaderMatch(sheet, table, row=number)
    seen: dict[str, list[str]] = defaultdict(list)
    for index, cell in enumerate(row):
        if not isinstance(cell, str) or not (folded := fold_header(cell)):
            continue
        column = sheet.by_writing.get(folded)
        if column is None:
            if folded not in _OWN_HEADERS:
                match.unknown.append(cell.strip())
            continue
        seen[column.key].append(column_letters(table.first_column + index))
        _note_place(match, column, index, cell)
    match.repeated = {key: found for key, found in seen.items() if len(found) > 1}
    return match


def _note_place(match: HeaderMatch, column: Column, index: int, cell: str) -> None:
    unit = unit_in_header(cell)
    money_unit = column.money_unit
    if unit and column.kind is Kind.YUAN:
        known = {fold(name): u for u in MoneyUnit for name in (u.text.zh, u.text.en)}
        money_unit = known.get(unit, money_unit)
    elif unit and column.unit is not None and _is_other_unit(unit, column.unit):
        match.other_units[column.key] = cell.strip()
        return
    match.places.setdefault(column.key, Place(index, cell.strip(), money_unit))


_UNITS = {
    fold(unit)
    for unit in (
        *("人", "户", "元", "万元", "亩", "公顷", "平方米", "m2", "㎡"),
        *("平方公里", "米", "公里", "km", "里", "%", "年", "月", "天"),
        *("persons", "households", "yuan", "mu", "ha", "square metres", "metres"),
    )
}


def _is_other_unit(unit: str, declared: Text) -> bool:
    # Brackets also hold remarks, "（必填）": only a known unit contradicts.
    return unit in _UNITS and unit not in (fold(declared.zh), fold(declared.en))


def column_letters(number: int) -> str:
    """Return a column's letters: 1 is A, 28 is AB."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def match_sheets(
    workbook: Workbook, tables: Tables
) -> tuple[list[HeaderMatch], list[SheetFinding]]:
    """Find each declared sheet in a file, and say which sheets are left unread.

    Raises BadInput, naming all of them, when sheets or required columns are missing,
    columns stand twice, or two sheets could be the same one. A .csv file holds one
    sheet: the others are then absent without being missing.
    """
    matches, problems = _choose(workbook, tables)
    if not matches and tables.file_format is FileFormat.CSV:
        raise _nothing_known(workbook)
    if tables.file_format is not FileFormat.CSV:
        found = {match.sheet.key for match in matches}
        problems += [
            _missing_sheet(workbook, sheet)
            for sheet in workbook.sheets
            if sheet.required and sheet.key not in found
        ]
    for match in matches:
        problems += _header_problems(workbook, match)
    if problems:
        raise _refusal(problems)
    read = {id(match.table) for match in matches}
    notes = [
        _unread_sheet(workbook, table)
        for table in tables.tables
        if id(table) not in read and not _is_passed_over(table)
    ]
    for match in matches:
        notes += _header_notes(workbook, match)
    return matches, notes


def _choose(
    workbook: Workbook, tables: Tables
) -> tuple[list[HeaderMatch], list[SheetFinding]]:
    matches: list[HeaderMatch] = []
    problems: list[SheetFinding] = []
    free = [table for table in tables.tables if not _is_passed_over(table)]
    for sheet in workbook.sheets:
        named = [table for table in free if sheet.is_called(table.name)]
        if named:
            matches.append(match_header(sheet, named[0]))
            free.remove(named[0])
    named_sheets = {match.sheet.key for match in matches}
    rest = [sheet for sheet in workbook.sheets if sheet.key not in named_sheets]
    for sheet in rest:
        rivals = _best(sheet, free, workbook)
        if len(rivals) > 1:
            problems.append(_rivals(workbook, sheet, rivals))
        if rivals:
            matches.append(rivals[0])
            free.remove(rivals[0].table)
    return matches, problems


def _best(sheet: Sheet, tables: list[Table], workbook: Workbook) -> list[HeaderMatch]:
    """Return the tables that look most like `sheet`; several when they are equal."""
    enough = min(2, len(sheet.columns))
    candidates = []
    for table in tables:
        match = match_header(sheet, table)
        others = [match_header(s, table).score for s in workbook.sheets if s != sheet]
        is_likest = match.score >= max(others, default=0)
        if match.score >= enough and is_likest and _has_data(match):
            candidates.append(match)
    top = max((match.score for match in candidates), default=0)
    return [match for match in candidates if match.score == top]


def _has_data(match: HeaderMatch) -> bool:
    rows: Iterator[Row] = islice(match.table.rows(), match.row, None)
    return any(any(cell != "" for cell in row) for row in rows)


def _is_passed_over(table: Table) -> bool:
    return fold(table.name) in _INSTRUCTIONS or not any(
        any(cell != "" for cell in row) for row in table.rows()
    )


# What is said about it


def _titles(sheet: Sheet, keys: list[str]) -> Text:
    columns = [sheet.by_key[key] for key in keys]
    return Text(
        "、".join(f"“{column.title.zh}”" for column in columns),
        ", ".join(f"“{column.title.en}”" for column in columns),
    )


def _refusal(problems: list[SheetFinding]) -> BadInput:
    return BadInput(
        join([problem.message for problem in problems]),
        remedy=Text(
            "请使用本系统下载的模板，保留表头原样后重新上传。",
            "Use the template from this system, keep its header, and upload again.",
        ),
        findings=tuple(problems),
        code="bad_header",
    )


def _nothing_known(workbook: Workbook) -> BadInput:
    return _refusal([_missing_sheet(workbook, workbook.sheets[0])])


def _missing_sheet(workbook: Workbook, sheet: Sheet) -> SheetFinding:
    return finding_at(
        workbook,
        sheet,
        row=None,
        column=None,
        code="missing_sheet",
        message=Text(
            "没有找到“{sheet}”：前 10 行内没有这张表的表头",
            "“{sheet}” was not found: no sheet has its header in the first 10 rows",
            {"sheet": sheet.title},
        ),
    )


def _rivals(
    workbook: Workbook, sheet: Sheet, rivals: list[HeaderMatch]
) -> SheetFinding:
    names = [match.table.name for match in rivals]
    return finding_at(
        workbook,
        sheet,
        row=None,
        column=None,
        code="rival_sheets",
        message=Text(
            "工作表{zh}都像“{sheet}”，请合并为一张并命名为“{sheet}”",
            "sheets {en} could each be “{sheet}”: join them into one of that name",
            {
                "zh": "、".join(f"“{name}”" for name in names),
                "en": ", ".join(f"“{name}”" for name in names),
                "sheet": sheet.title,
            },
        ),
    )


def _header_problems(workbook: Workbook, match: HeaderMatch) -> list[SheetFinding]:
    sheet = match.sheet
    missing = [
        column.key
        for column in sheet.columns
        if column.required and column.key not in match.places
    ]
    found = []
    if not match.score:
        return [_missing_sheet(workbook, sheet)]
    if wrong_unit := [key for key in match.other_units if key not in match.places]:
        found.append(_other_units(workbook, match, wrong_unit))
    if missing := [key for key in missing if key not in match.other_units]:
        found.append(_missing_columns(workbook, match, missing))
    if match.repeated:
        found.append(_repeated_columns(workbook, match))
    return found


def _missing_columns(
    workbook: Workbook, match: HeaderMatch, missing: list[str]
) -> SheetFinding:
    zh = "“{sheet}”缺少必填列{zh}"
    en = "“{sheet}” lacks the required columns {en}"
    titles = _titles(match.sheet, missing)
    guesses = [(key, near) for key in missing if (near := _nearest(match, key))]
    if guesses:
        zh += "（" + "；".join(f"“{near}”应改为“{{{key}}}”" for key, near in guesses)
        zh += "）"
        en += " (" + "; ".join(f"“{near}” may be “{{{key}}}”" for key, near in guesses)
        en += ")"
    return finding_at(
        workbook,
        match.sheet,
        row=match.row,
        column=None,
        code="missing_columns",
        message=Text(
            zh,
            en,
            {
                "sheet": match.sheet.title,
                "zh": titles.zh,
                "en": titles.en,
                **{key: match.sheet.by_key[key].title for key, _ in guesses},
            },
        ),
    )


def _nearest(match: HeaderMatch, key: str) -> str | None:
    column = match.sheet.by_key[key]
    headers = {fold_header(header): header for header in match.unknown}
    for writing in sorted(column.writings):
        near = difflib.get_close_matches(writing, headers, n=1, cutoff=0.5)
        if near:
            return headers[near[0]].translate({123: None, 125: None})
    return None


def _repeated_columns(workbook: Workbook, match: HeaderMatch) -> SheetFinding:
    keys = list(match.repeated)
    titles = _titles(match.sheet, keys)
    letters = "、".join("、".join(found) for found in match.repeated.values())
    return finding_at(
        workbook,
        match.sheet,
        row=match.row,
        column=None,
        code="repeated_columns",
        message=Text(
            "“{sheet}”中{zh}出现了不止一次（{letters} 列），请只保留一列",
            "in “{sheet}” {en} stands more than once (columns {letters}): keep one",
            {
                "sheet": match.sheet.title,
                "zh": titles.zh,
                "en": titles.en,
                "letters": letters,
            },
        ),
    )


def _other_units(
    workbook: Workbook, match: HeaderMatch, keys: list[str]
) -> SheetFinding:
    sheet = match.sheet
    wanted = [sheet.by_key[key] for key in keys]
    written = [match.other_units[key] for key in keys]
    return finding_at(
        workbook,
        sheet,
        row=match.row,
        column=None,
        code="other_unit",
        message=Text(
            "“{sheet}”的单位不同：{written}，应为{zh}，请换算后填写",
            "“{sheet}” uses other units: {written} must be {en}: convert the values",
            {
                "sheet": sheet.title,
                "written": "、".join(f"“{header}”" for header in written),
                "zh": "、".join(f"“{column.header('zh-hans')}”" for column in wanted),
                "en": ", ".join(f"“{column.header('en')}”" for column in wanted),
            },
        ),
    )


def _unread_sheet(workbook: Workbook, table: Table) -> SheetFinding:
    return SheetFinding(
        code="unread_sheet",
        subject=table.name,
        message=Text(
            "工作表“{name}”不属于本表，未读取",
            "sheet “{name}” does not belong to the form and was not read",
            {"name": table.name},
        ),
        severity=Severity.NOTE,
        place=workbook.title,
    )


def _header_notes(workbook: Workbook, match: HeaderMatch) -> list[SheetFinding]:
    notes = []
    if match.unknown:
        notes.append(
            finding_at(
                workbook,
                match.sheet,
                row=match.row,
                column=None,
                code="unknown_columns",
                severity=Severity.NOTE,
                message=Text(
                    "不认识的列未读取：{names}",
                    "columns that are not known were not read: {names}",
                    {"names": "、".join(f"“{name}”" for name in match.unknown)},
                ),
            )
        )
    for key, place in match.places.items():
        column = match.sheet.by_key[key]
        if column.kind is Kind.YUAN and place.money_unit != column.money_unit:
            notes.append(_converted_unit(workbook, match, column, place))
    return notes


def _converted_unit(
    workbook: Workbook, match: HeaderMatch, column: Column, place: Place
) -> SheetFinding:
    return finding_at(
        workbook,
        match.sheet,
        row=match.row,
        column=column.key,
        code="converted_unit",
        severity=Severity.NOTE,
        message=Text(
            "表头写的是“{written}”，已按{written}换算为{unit}",
            "the header says “{written}”: the values were converted to {unit}",
            {"written": place.money_unit.text, "unit": column.money_unit.text},
        ),
    )
