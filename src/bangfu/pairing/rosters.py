"""What both rosters share: rows of several files, what is stored, what would change.

A roster is one sheet whose rows are records with a key. Rows with an IMPOSSIBLE finding
are left out whole. An empty cell says nothing unless the options say otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.findings import Severity
from bangfu.calc.values.text import Text
from bangfu.divisions import queries as divisions
from bangfu.exchange.conversion import dtype_of
from bangfu.exchange.declaration import Kind, Sheet
from bangfu.exchange.differences import Differences, diff_frames
from bangfu.exchange.reading import ROW, bad_rows
from bangfu.registry.imports.intake import (
    DIFFERENCES_MAX,
    Difference,
    FileFinding,
    FileReading,
    Options,
)
from bangfu.scope import Actor

FILE = "_file"
_UNIT_LEVELS = (Level.CITY, Level.COUNTY, Level.TOWNSHIP)
_YES_NO = {"true": Text("是", "yes"), "false": Text("否", "no")}


@dataclass(frozen=True, slots=True)
class Marker:
    """Puts findings on rows of one sheet of the files."""

    sheet: Sheet
    files: Sequence[FileReading]

    def mark(
        self,
        rows: pl.DataFrame,
        column: str,
        code: str,
        message: Text | Callable[[Mapping[str, object]], Text],
        *,
        severity: Severity = Severity.IMPOSSIBLE,
    ) -> list[FileFinding]:
        """Return one finding a row. rows: `_file`, `_row` and what the message needs."""
        readings = {file.number: file.reading for file in self.files}
        return [
            FileFinding(
                row[FILE],
                readings[row[FILE]].finding(
                    self.sheet.key,
                    row=row[ROW],
                    column=column,
                    code=code,
                    message=message(row) if callable(message) else message,
                    severity=severity,
                ),
            )
            for row in rows.iter_rows(named=True)
        ]


def stacked(files: Sequence[FileReading], sheet: Sheet) -> pl.DataFrame:
    """Return the rows of all files: `_file`, `_row` and the sheet's columns."""
    schema: dict[str, pl.DataType] = {FILE: pl.UInt32(), ROW: pl.UInt32()}
    schema |= {column.key: dtype_of(column) for column in sheet.columns}
    frames = [pl.DataFrame(schema=schema)]
    for file in files:
        part = file.reading.sheets.get(sheet.key)
        if part is not None:
            number = pl.lit(file.number, dtype=pl.UInt32).alias(FILE)
            frames.append(part.frame.with_columns(number).select(list(schema)))
    return pl.concat(frames)


def present(files: Sequence[FileReading], sheet: Sheet) -> set[str]:
    """Return the columns that at least one file has."""
    parts = [file.reading.sheets.get(sheet.key) for file in files]
    return {key for part in parts if part is not None for key in part.present}


def read_findings(files: Sequence[FileReading]) -> list[FileFinding]:
    """Return what reading the files found."""
    return [
        FileFinding(file.number, finding)
        for file in files
        for finding in file.reading.findings
    ]


def bad(findings: Sequence[FileFinding], sheet: Sheet) -> pl.DataFrame:
    """Return `_file` and `_row` of the rows with an IMPOSSIBLE finding."""
    by_file: dict[int, list[FileFinding]] = {}
    for found in findings:
        by_file.setdefault(found.file, []).append(found)
    rows = [
        (file, row)
        for file, some in by_file.items()
        for row in sorted(bad_rows(one.finding for one in some).get(sheet.key, ()))
    ]
    return pl.DataFrame(rows, schema={FILE: pl.UInt32, ROW: pl.UInt32}, orient="row")


def key_findings(
    rows: pl.DataFrame, marker: Marker, *, by: Actor, on: date
) -> list[FileFinding]:
    """Return what is wrong with division codes, and rows repeated over files."""
    code = pl.col("division_code")
    given = rows.filter(code.is_not_null())
    levels = [int(level) for level in _UNIT_LEVELS]
    is_level = code.str.len_chars().is_in(levels)
    is_mine = code.str.starts_with(by.division or "")
    known = known_codes(given["division_code"], on=on)
    wrong = [
        (~is_level, "not_a_unit_level", _NOT_A_LEVEL),
        (is_level & ~is_mine, "out_of_scope", _OUT_OF_SCOPE.with_(of=by.division)),
        (is_level & is_mine & ~code.is_in(known), "unknown_division", _UNKNOWN),
    ]
    found = [
        finding
        for condition, finding_code, message in wrong
        for finding in marker.mark(
            given.filter(condition), "division_code", finding_code, message
        )
    ]
    return found + _repeated(rows, marker)


def known_codes(codes: pl.Series, *, on: date) -> list[str]:
    """Return those of the codes that are divisions on a day."""
    wanted = {DivisionCode(code) for code in codes.drop_nulls().unique()}
    return sorted(divisions.names(wanted, at=on))


def _repeated(rows: pl.DataFrame, marker: Marker) -> list[FileFinding]:
    keys = list(marker.sheet.key_columns)
    complete = rows.select(FILE, ROW, *keys).drop_nulls()
    first = complete.group_by(keys).agg(
        pl.col(FILE).min().alias("first"),
        pl.col(ROW).sort_by(FILE, ROW).first().alias("first_row"),
    )
    again = complete.join(first, on=keys).filter(pl.col(FILE) > pl.col("first"))
    names = {file.number: file.name for file in marker.files}
    return marker.mark(
        again.sort(FILE, ROW),
        keys[-1],
        "repeated_key",
        lambda row: _REPEATED.with_(file=names[row["first"]], row=row["first_row"]),  # type: ignore[index]
    )


_NOT_A_LEVEL = Text(
    "单位应属市（4 位）、县（6 位）或乡镇（9 位）",
    "a unit belongs to a city (4 digits), county (6) or township (9)",
)
_OUT_OF_SCOPE = Text(
    "不在您的管辖范围 {of} 内",
    "it lies outside {of}, for which you are responsible",
)
_UNKNOWN = Text("区划库中没有这个代码", "no such division on file")
_REPEATED = Text(
    "与文件“{file}”第 {row} 行重复", "it repeats row {row} of file “{file}”"
)


def merged(
    good: pl.DataFrame,
    stored: pl.DataFrame,
    *,
    columns: Mapping[str, object],
    given: set[str],
    options: Options,
    key: Sequence[str],
) -> pl.DataFrame:
    """Return the records as they would stand afterwards, with `is_new`.

    columns: field to its value in a new record whose cell is empty. given: columns that
    the files have; only they can be emptied.
    """
    both = good.join(
        stored, on=list(key), how="left", suffix="_stored", maintain_order="left"
    ).with_columns(is_new=pl.col("pk").is_null())
    values = []
    for name, default in columns.items():
        empty = pl.lit(default, dtype=both.schema[name])
        before = pl.col(f"{name}_stored").fill_null(empty)
        if options.overwrite_empty and name in given:
            before = empty
        values.append(
            pl.coalesce(name, pl.when("is_new").then(empty).otherwise(before)).alias(
                name
            )
        )
    return both.with_columns(values)


def compare(
    stored: pl.DataFrame, after: pl.DataFrame, *, key: Sequence[str], columns: list[str]
) -> Differences:
    """Compare what is stored with what would stand afterwards."""
    return diff_frames(stored, after, key=key, columns=columns, ignore_null=False)


def shown(
    cells: pl.DataFrame, sheet: Sheet, *, key: Sequence[str], titles: Mapping[str, Text]
) -> tuple[Difference, ...]:
    """Return the first differences in words: codes by their label, yes and no.

    cells: key, column, before, after, as `Differences` has them.
    """
    return tuple(
        Difference(
            record="/".join(str(row[name]) for name in key),
            column=titles.get(row["column"]) or sheet.by_key[row["column"]].title,
            before=_words(sheet, row["column"], row["before"]),
            after=_words(sheet, row["column"], row["after"]),
        )
        for row in cells.head(DIFFERENCES_MAX).iter_rows(named=True)
    )


def _words(sheet: Sheet, key: str, value: str | None) -> str | None:
    column = sheet.by_key.get(key)
    if not value:
        return None
    if column is not None and column.codes is not None:
        label = column.codes.labels.get(value)
        return label.zh if label else value
    if column is not None and column.kind is Kind.BOOL:
        return _YES_NO[value].zh
    return value
