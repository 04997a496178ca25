"""Reading a filled-in workbook: typed columns, and every problem with its place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from bangfu.calc.values.findings import BadInput, Finding, OutOfLimit, Severity
from bangfu.calc.values.text import Text
from bangfu.exchange.cells import Cells, SheetCells, read_cells
from bangfu.exchange.conversion import Conventions, convert, dtype_of
from bangfu.exchange.declaration import Column, Kind, Sheet, Workbook
from bangfu.exchange.findings import SheetFinding, finding_at
from bangfu.exchange.headers import HeaderMatch, match_sheets
from bangfu.exchange.limits import Limits
from bangfu.exchange.sniffing import FileFormat
from bangfu.exchange.tables import Tables, file_too_large, open_tables

ROW = "_row"
_DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class SheetReading:
    """What one sheet held.

    frame: `_row` (UInt32, row number as Excel shows it) and every declared column in
    declared order, typed as `Kind` says; null where the cell is empty or was refused,
    and in columns that the file does not have. written: `_row` and the columns of the
    file as text, as they stood. Rows without any value are in neither. header_row: the
    row of the header. present: keys of the columns that the file has.
    """

    sheet: Sheet
    name: str
    header_row: int
    present: tuple[str, ...]
    frame: pl.DataFrame
    written: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file held. sheets: by key, only those found. sha256: of the file's bytes.

    findings: in the order of sheets and rows. An IMPOSSIBLE one means that its cell is
    null in the frame; a DOUBTFUL one that the value was taken all the same.
    """

    workbook: Workbook
    sha256: str
    file_format: FileFormat
    sheets: dict[str, SheetReading]
    findings: tuple[SheetFinding, ...]

    def finding(
        self,
        sheet_key: str,
        *,
        row: int | None,
        column: str | None,
        code: str,
        message: Text,
        severity: Severity = Severity.IMPOSSIBLE,
        remedy: Text | None = None,
    ) -> SheetFinding:
        """Make a finding of an upper app's rule at a place in this file."""
        return finding_at(
            self.workbook,
            self.workbook.by_key[sheet_key],
            row=row,
            column=column,
            code=code,
            message=message,
            severity=severity,
            remedy=remedy,
        )

    def bad_groups(self, findings: Iterable[Finding]) -> set[str]:
        """Return the group values of all rows with an IMPOSSIBLE finding.

        Rows without a group value have none to return; `write_errors` takes them in
        by their finding.
        """
        groups: set[str] = set()
        for key, rows in bad_rows(findings).items():
            reading = self.sheets.get(key)
            if reading is None or reading.sheet.row_group is None:
                continue
            frame = reading.frame.filter(pl.col(ROW).is_in(sorted(rows)))
            groups.update(frame[reading.sheet.row_group].drop_nulls().to_list())
        return groups


def bad_rows(findings: Iterable[Finding]) -> dict[str, set[int]]:
    """Return the rows with an IMPOSSIBLE finding, by sheet key."""
    rows: dict[str, set[int]] = {}
    for found in findings:
        if (
            isinstance(found, SheetFinding)
            and found.row is not None
            and found.severity is Severity.IMPOSSIBLE
        ):
            rows.setdefault(found.sheet, set()).add(found.row)
    return rows


def read_workbook(
    source: Path | bytes, workbook: Workbook, *, limits: Limits = _DEFAULT_LIMITS
) -> Reading:
    """Read a .xlsx, .xls or .csv file that was filled in from `workbook`'s template.

    An empty cell is null: it says nothing, and callers must not overwrite with it
    unless they were told to. All problems of all cells are returned as findings.

    Raises BadInput when the file cannot be read as this workbook at all (damaged,
    encrypted, another kind of file, sheets or required columns missing), and
    OutOfLimit for more than `limits` allows.
    """
    content = _content(source, limits)
    tables = open_tables(content, limits)
    matches, notes = match_sheets(workbook, tables)
    findings = list(notes)
    sheets: dict[str, SheetReading] = {}
    for match in sorted(matches, key=lambda m: workbook.sheets.index(m.sheet)):
        reading, found = _read_sheet(workbook, match, tables, limits)
        sheets[match.sheet.key] = reading
        findings += found
        if len(findings) > limits.findings_max:
            raise _too_many_findings(findings, limits)
    if all(reading.frame.is_empty() for reading in sheets.values()):
        raise BadInput(
            Text("文件中没有数据行。", "The file holds no rows of data."),
            remedy=Text(
                "请在表头下面填写数据后重新上传。",
                "Fill in rows below the header and upload the file again.",
            ),
            code="no_rows",
        )
    return Reading(
        workbook=workbook,
        sha256=hashlib.sha256(content).hexdigest(),
        file_format=tables.file_format,
        sheets=sheets,
        findings=tuple(findings),
    )


def _content(source: Path | bytes, limits: Limits) -> bytes:
    if isinstance(source, bytes):
        return source
    size_bytes = source.stat().st_size
    if size_bytes > limits.file_bytes_max:
        raise file_too_large(size_bytes, limits)
    return source.read_bytes()


def _too_many_findings(findings: list[SheetFinding], limits: Limits) -> OutOfLimit:
    return OutOfLimit(
        Text(
            "错误超过 {limit} 处，整份文件可能填错了列或格式。",
            "There are more than {limit} errors: a whole column may be wrong.",
            {"limit": limits.findings_max},
        ),
        remedy=Text(
            "请先按前几处错误改正整列，再重新上传。",
            "Mend whole columns by the first errors shown, and upload again.",
        ),
        findings=tuple(findings[:20]),
    )


def _read_sheet(
    workbook: Workbook, match: HeaderMatch, tables: Tables, limits: Limits
) -> tuple[SheetReading, list[SheetFinding]]:
    _check_formulas(match)
    found = read_cells(match)
    collector = _Collector(workbook, match, found)
    values = [found.rows]
    for column in match.sheet.columns:
        cells = found.cells.get(column.key)
        values.append(
            pl.Series(column.key, [None] * len(found.rows), dtype=dtype_of(column))
            if cells is None
            else _read_column(column, cells, collector, tables, limits)
        )
    frame = pl.DataFrame(values)
    collector.note_repeated_keys(frame)
    written = [found.rows, *(_written(match, key, found) for key in found.cells)]
    reading = SheetReading(
        sheet=match.sheet,
        name=match.table.name,
        header_row=match.row,
        present=tuple(found.cells),
        frame=frame,
        written=pl.DataFrame(written),
    )
    return reading, collector.in_order()


def _written(match: HeaderMatch, key: str, found: SheetCells) -> pl.Series:
    """Return the cells as they stood; an amount in another unit says its unit.

    The error workbook has the declared unit in its header, so a bare number would
    change its meaning there.
    """
    text = found.cells[key].as_text().alias(key)
    column, unit = match.sheet.by_key[key], match.places[key].money_unit
    if column.kind is not Kind.YUAN or unit is column.money_unit:
        return text
    is_bare = text.str.contains(r"[0-9０-９]\s*$").fill_null(value=False)
    return text.set(is_bare, None).zip_with(~is_bare, text + unit.text.zh)


def _check_formulas(match: HeaderMatch) -> None:
    if match.table.formulas_without_result:
        raise BadInput(
            Text(
                "工作表“{name}”有 {count} 个公式没有计算结果。",
                "Sheet “{name}” has {count} formulas without a result.",
                {
                    "name": match.table.name,
                    "count": match.table.formulas_without_result,
                },
            ),
            remedy=Text(
                "请用 Excel 或 WPS 打开文件并保存一次，再重新上传。",
                "Open the file in Excel or WPS, save it once, and upload it again.",
            ),
            code="formulas_without_result",
        )


def _read_column(
    column: Column,
    cells: Cells,
    collector: _Collector,
    tables: Tables,
    limits: Limits,
) -> pl.Series:
    conventions = Conventions(
        money_unit=collector.match.places[column.key].money_unit,
        dates_from_1904=tables.dates_from_1904,
        characters_max=limits.cell_characters_max,
    )
    converted = convert(column, cells, conventions)
    for position, problem in converted.problems:
        collector.note(
            position, column, problem.code, problem.message, problem.severity
        )
    collector.note_error_cells(column)
    if column.required:
        collector.note_empty(column, converted.values)
    return converted.values.alias(column.key)


class _Collector:
    """Gathers the findings of one sheet."""

    def __init__(
        self, workbook: Workbook, match: HeaderMatch, found: SheetCells
    ) -> None:
        self.workbook = workbook
        self.match = match
        self.rows = found.rows
        self._findings: list[SheetFinding] = []
        self._noted: set[tuple[int, str]] = set()

    def note(
        self,
        position: int,
        column: Column,
        code: str,
        message: Text,
        severity: Severity = Severity.IMPOSSIBLE,
    ) -> None:
        row = self.rows[position]
        self._noted.add((row, column.key))
        self._findings.append(
            finding_at(
                self.workbook,
                self.match.sheet,
                row=row,
                column=column.key,
                code=code,
                message=message,
                severity=severity,
            )
        )

    def note_error_cells(self, column: Column) -> None:
        errors = self.match.table.error_cells
        if not errors:
            return
        place = self.match.places[column.key]
        number = place.index + self.match.table.first_column
        wrong = sorted(row for row, at in errors if at == number)
        for position in self.rows.is_in(wrong).arg_true():
            self.note(position, column, "error_cell", _ERROR_CELL)

    def note_empty(self, column: Column, values: pl.Series) -> None:
        if not values.null_count():
            return
        for position in values.is_null().arg_true():
            if (self.rows[position], column.key) not in self._noted:
                self.note(position, column, "required", _REQUIRED)

    def note_repeated_keys(self, frame: pl.DataFrame) -> None:
        keys = list(self.match.sheet.key_columns)
        if not keys:
            return
        complete = frame.select(ROW, *keys).drop_nulls()
        first = complete.group_by(keys).agg(pl.col(ROW).min().alias("first"))
        repeated = (
            complete.join(first, on=keys)
            .filter(pl.col(ROW) > pl.col("first"))
            .sort(ROW)
        )
        column = self.match.sheet.by_key[keys[-1]]
        for row, first_row in repeated.select(ROW, "first").iter_rows():
            position = self.rows.search_sorted(row)
            self.note(position, column, "repeated_key", _repeated(first_row))

    def in_order(self) -> list[SheetFinding]:
        order = {column.key: i for i, column in enumerate(self.match.sheet.columns)}
        return sorted(
            self._findings,
            key=lambda found: (found.row or 0, order.get(found.field or "", -1)),
        )


_REQUIRED = Text("不能为空", "it must not be empty")
_ERROR_CELL = Text(
    "单元格是公式错误值（如 #N/A、#REF!），请改为正确的内容",
    "the cell holds a formula error such as #N/A or #REF!: correct it",
)


def _repeated(first_row: int) -> Text:
    return Text("与第 {row} 行重复", "it repeats row {row}", {"row": first_row})
