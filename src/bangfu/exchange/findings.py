"""A finding that knows its row, so that the error workbook can mark the cell."""

from __future__ import annotations

from dataclasses import dataclass

from bangfu.calc.values.findings import Finding, Severity
from bangfu.calc.values.text import Text
from bangfu.exchange.declaration import Sheet, Workbook


@dataclass(frozen=True, slots=True)
class SheetFinding(Finding):
    """A finding at a place of a workbook.

    sheet: the declared sheet's key, "" for the whole file. row: row number as Excel
    shows it, None for the whole sheet. `field` holds the column's key or None.
    """

    sheet: str = ""
    row: int | None = None


def place_of(
    workbook: Workbook, sheet: Sheet, row: int | None, column: str | None
) -> Text:
    """Name a place as people say it: “家庭成员”第 8 行“民族”.

    The sheet is named only where the workbook has several.
    """
    zh = "“{sheet}”" if len(workbook.sheets) > 1 or row is None else ""
    en = ["“{sheet}”"] if zh else []
    if row is not None:
        zh += "第 {row} 行"
        en.append("row {row}")
    if column is not None:
        zh += "“{column}”"
        en.append("“{column}”")
    title = sheet.by_key[column].title if column is not None else ""
    return Text(zh, ", ".join(en), {"sheet": sheet.title, "row": row, "column": title})


def finding_at(
    workbook: Workbook,
    sheet: Sheet,
    *,
    row: int | None,
    column: str | None,
    code: str,
    message: Text,
    severity: Severity = Severity.IMPOSSIBLE,
    remedy: Text | None = None,
) -> SheetFinding:
    """Make a finding at one place; upper apps use it for their own rules."""
    return SheetFinding(
        code=code,
        subject=f"{sheet.key}:{row}" if row is not None else sheet.key,
        message=message,
        severity=severity,
        remedy=remedy,
        place=place_of(workbook, sheet, row, column),
        field=column,
        sheet=sheet.key,
        row=row,
    )


def describe(finding: Finding) -> Text:
    """Return place and message as one sentence, for a list of errors."""
    if finding.place is None:
        return finding.message
    return Text(
        "{place}：{message}",
        "{place}: {message}",
        {"place": finding.place, "message": finding.message},
    )
