"""What row-by-row intakes have in common: rows, findings, keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import Severity
from bangfu.calc.values.text import Text
from bangfu.divisions import queries as divisions
from bangfu.exchange.declaration import Sheet
from bangfu.exchange.reading import ROW, bad_rows
from bangfu.registry.imports.intake import FileFinding, FileReading
from bangfu.scope import Actor

OUTSIDE = Text("不在您的管辖范围内", "outside your division")
NO_VILLAGE = Text("没有这个村", "no such village")
TWICE = Text("与前面一行重复", "the same as a row above")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of one file. place: file and row number."""

    file: int
    number: int
    values: dict[str, Any]

    @property
    def key(self) -> tuple[str, str]:
        """Village and number."""
        return str(self.values["division_code"]), str(self.values["household_no"])


class Checker:
    """The rows of the files, and findings at their places."""

    def __init__(self, sheet: Sheet, files: Sequence[FileReading]) -> None:
        self.sheet = sheet
        self.readings = {file.number: file.reading for file in files}
        self.findings = [
            FileFinding(file.number, finding)
            for file in files
            for finding in file.reading.findings
        ]
        self._wrong: set[tuple[int, int]] = set()
        for number, reading in self.readings.items():
            rows = bad_rows(reading.findings).get(sheet.key, ())
            self._wrong |= {(number, row) for row in rows}
        self.rows = [
            Row(file.number, values[ROW], values)
            for file in files
            if sheet.key in file.reading.sheets
            for values in file.reading.sheets[sheet.key].frame.iter_rows(named=True)
        ]

    def mark(self, row: Row, column: str | None, code: str, message: Text) -> None:
        """Find a row wrong."""
        finding = self.readings[row.file].finding(
            self.sheet.key,
            row=row.number,
            column=column,
            code=code,
            message=message,
            severity=Severity.IMPOSSIBLE,
        )
        self.findings.append(FileFinding(row.file, finding))
        self._wrong.add((row.file, row.number))

    def right(self, rows: Iterable[Row]) -> list[Row]:
        """Return the rows that nothing was found wrong with."""
        return [row for row in rows if (row.file, row.number) not in self._wrong]

    @property
    def wrong(self) -> int:
        """How many rows are wrong."""
        return len(self._wrong)

    def check_places(self, by: Actor, on: date) -> None:
        """Mark rows outside the actor's division, and unknown villages."""
        codes = {str(row.values["division_code"]) for row in self.right(self.rows)}
        mine = {code for code in codes if code.startswith(by.division or "-")}
        known = set(divisions.names((DivisionCode(code) for code in mine), at=on))
        for row in self.right(self.rows):
            code = str(row.values["division_code"])
            if code not in mine:
                self.mark(row, "division_code", "outside", OUTSIDE)
            elif code not in known:
                self.mark(row, "division_code", "no_village", NO_VILLAGE)
