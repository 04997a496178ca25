"""Frames that people hand in: declared columns, all findings at once.

Every frame is a polars frame. Ids and codes are text, never numbers, so that a leading
zero or an 18-digit key survives; a column of Categorical or Enum is text as well, and
saves memory where few ids are repeated often. `read_columns` brings a frame into the declared types
and reports every cell that will not go; `rows_where` reports every row that breaks a
rule. Tables that leave the database are described in `schema`, not here.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from bangfu.calc.values.findings import Finding, Severity
from bangfu.calc.values.text import Text

EXAMPLES_MAX = 20  # findings of one kind that are spelled out; the rest are counted


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `optional`: the column may be absent; `nulls`: cells may be empty."""

    name: str
    type: type[pl.DataType]
    unit: str
    meaning: str
    optional: bool = False
    nulls: bool = False


@dataclass(frozen=True, slots=True)
class Schema:
    """A named table, its columns and the columns that identify a row.

    area: the first part of the codes of its findings, such as "pairing".
    """

    area: str
    name: str
    text: Text
    columns: tuple[Column, ...]
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a check says of a row; `message` may name any column.

    subject: the column that identifies the row. is_placed: whether row numbers of the
    frame are those of the table that was given.
    """

    code: str
    message: Text
    remedy: Text | None = None
    severity: Severity = Severity.IMPOSSIBLE
    subject: str = "id"
    field: str | None = None
    is_placed: bool = True

    def finding(self, row: dict[str, object]) -> Finding:
        """Return the finding about a row, whose number is in its column row_."""
        number = row["row_"]
        return Finding(
            self.code,
            str(row[self.subject]),
            self.message.with_(**row),
            self.severity,
            remedy=self.remedy,
            place=row_place(int(str(number))) if self.is_placed else None,
            field=self.field,
        )


def empty(schema: Schema) -> pl.DataFrame:
    """Return a table of `schema` without rows."""
    return pl.DataFrame(schema={column.name: column.type for column in schema.columns})


def read_columns(
    frame: pl.DataFrame, schema: Schema
) -> tuple[pl.DataFrame | None, list[Finding]]:
    """Return the declared columns in their types, or None and what is wrong.

    Text is read as a number where a number is declared; a number is not read as text,
    because its leading zeros are already lost.
    """
    findings = _check_names(frame, schema)
    if findings:
        return None, findings
    if frame.height == 0:
        return empty(schema), []
    present = [column for column in schema.columns if column.name in frame.columns]
    # One pass over the frame for all columns: small tables are mostly overhead.
    suspect = [column for column in present if _may_be_bad(frame[column.name], column)]
    bad = {
        column.name: _is_bad(column, frame.schema[column.name]) for column in suspect
    }
    flags = frame.select(**{name: wrong.any() for name, wrong in bad.items()})
    for column in suspect:
        if flags[column.name][0]:
            findings += _bad_cells(frame, bad[column.name], column, schema)
    if findings:
        return None, findings
    if all(_is_as_declared(frame.schema[column.name], column) for column in present):
        return frame[[column.name for column in present]], []
    casts = (_cast(column, frame.schema[column.name]) for column in present)
    return frame.select(casts), []


def _is_text(given: pl.DataType) -> bool:
    """Tell whether a column holds text, plain or as numbers into a list of texts."""
    return given in (pl.String, pl.Null) or isinstance(given, pl.Categorical | pl.Enum)


def _is_as_declared(given: pl.DataType, column: Column) -> bool:
    return given == column.type or (
        column.type == pl.String and isinstance(given, pl.Categorical | pl.Enum)
    )


def _may_be_bad(series: pl.Series, column: Column) -> bool:
    """Tell whether a column needs a look; whole numbers in place do not."""
    is_sound = series.dtype == pl.Int64 and series.null_count() == 0
    return not is_sound or column.type != pl.Int64


def _check_names(frame: pl.DataFrame, schema: Schema) -> list[Finding]:
    declared = [column.name for column in schema.columns]
    findings = [
        Finding(
            f"{schema.area}.missing_column",
            schema.name,
            Text(
                "{table}缺少“{column}”列。",
                "The table {table} lacks the column “{column}”.",
                {"table": schema.text, "column": column.name},
            ),
            remedy=Text(
                "表头应为：{columns}。",
                "The header must be: {columns}.",
                {"columns": ", ".join(declared)},
            ),
            field=column.name,
        )
        for column in schema.columns
        if not column.optional and column.name not in frame.columns
    ]
    findings += [
        Finding(
            f"{schema.area}.unknown_column",
            schema.name,
            Text(
                "{table}有不认识的“{column}”列。",
                "The table {table} has an unknown column “{column}”.",
                {"table": schema.text, "column": name},
            ),
            remedy=Text(
                "请删去该列或改正列名。", "Remove the column or correct its name."
            ),
            field=name,
        )
        for name in frame.columns
        if name not in declared
    ]
    return findings


def _cast(column: Column, given: pl.DataType) -> pl.Expr:
    cell = pl.col(column.name)
    if _is_text(given) and column.type != pl.String:
        cell = cell.cast(pl.String).str.strip_chars()
    return cell.cast(column.type, strict=False)


def _is_bad(column: Column, given: pl.DataType) -> pl.Expr:
    """Mark the cells that are empty where they must not be, or not of the type."""
    cell, cast = pl.col(column.name), _cast(column, given)
    bad = cast.is_null()
    if column.nulls:
        bad = bad & cell.is_not_null()
    if column.type == pl.String and not _is_text(given):
        return pl.lit(value=True)
    if column.type == pl.String:
        bad = (cell.is_null() if not column.nulls else pl.lit(value=False)) | (
            cell == ""
        )
    if column.type == pl.Int64 and given.is_float():
        bad = bad | (cast.cast(pl.Float64) != cell)
    if column.type == pl.Float64:
        bad = bad | ~cast.is_finite()
    return bad.fill_null(value=False)


def _bad_cells(
    frame: pl.DataFrame, bad: pl.Expr, column: Column, schema: Schema
) -> list[Finding]:
    given = frame.schema[column.name]
    if column.type == pl.String and not _is_text(given):
        return [_wrong_type(column, schema, given)]
    found = frame.select(pl.col(column.name).alias("cell")).with_row_index("row")
    found = found.filter(frame.select(bad).to_series())
    needed = {
        pl.String: Text("非空文本", "text that is not empty"),
        pl.Float64: Text("有限的数字", "a finite number"),
        pl.Int64: Text("整数", "a whole number"),
    }[column.type]
    findings = [
        Finding(
            f"{schema.area}.bad_cell",
            schema.name,
            Text(
                "{table}第 {row} 行“{column}”为“{value}”，应为{needed}。",
                "Row {row} of {table}: “{column}” is “{value}”; {needed} is needed.",
                {
                    "table": schema.text,
                    "row": row + 1,
                    "column": column.name,
                    "value": "" if cell is None else str(cell)[:40],
                    "needed": needed,
                },
            ),
            place=row_place(row),
            field=column.name,
        )
        for row, cell in found.head(EXAMPLES_MAX).iter_rows()
    ]
    return findings + and_more(f"{schema.area}.bad_cell", schema, found.height)


def _wrong_type(column: Column, schema: Schema, given: pl.DataType) -> Finding:
    return Finding(
        f"{schema.area}.not_text",
        schema.name,
        Text(
            "{table}的“{column}”列是数字（{type}），应为文本，否则前导零会丢失。",
            "The column “{column}” of {table} holds numbers ({type}); text is needed, "
            "otherwise leading zeros are lost.",
            {"table": schema.text, "column": column.name, "type": str(given)},
        ),
        remedy=Text("请把该列存为文本格式。", "Store the column as text."),
        field=column.name,
    )


def row_place(row: int) -> Text:
    """Say which row, counted from 1 below the header."""
    return Text("第 {row} 行", "row {row}", {"row": row + 1})


def and_more(
    code: str,
    schema: Schema,
    count: int,
    severity: Severity = Severity.IMPOSSIBLE,
) -> list[Finding]:
    """Return one finding that counts those beyond the spelled-out examples."""
    if count <= EXAMPLES_MAX:
        return []
    return [
        Finding(
            code,
            schema.name,
            Text(
                "{table}另有 {count} 处同样的问题。",
                "{count} more of the same kind in {table}.",
                {"table": schema.text, "count": count - EXAMPLES_MAX},
            ),
            severity,
        )
    ]


def check_size(frame: pl.DataFrame, schema: Schema, most: int) -> list[Finding]:
    """Refuse a table without rows or with more than `most`."""
    if frame.height == 0:
        return [
            Finding(
                f"{schema.area}.no_rows",
                schema.name,
                Text(
                    "{table}没有数据。",
                    "The table {table} is empty.",
                    {"table": schema.text},
                ),
            )
        ]
    if frame.height > most:
        return [
            Finding(
                f"{schema.area}.too_many_rows",
                schema.name,
                Text(
                    "{table}有 {rows} 行，超过上限 {most} 行。",
                    "The table {table} has {rows} rows, more than {most}.",
                    {"table": schema.text, "rows": frame.height, "most": most},
                ),
                remedy=Text("请按县分别计算。", "Solve each county by itself."),
            )
        ]
    return []


def rows_where(
    frame: pl.DataFrame, schema: Schema, rules: list[tuple[pl.Expr, Rule]]
) -> list[Finding]:
    """Return a finding for every row in which a rule's condition holds.

    Up to EXAMPLES_MAX of each rule; all conditions are looked at in one pass first.
    """
    flags = frame.select(
        wrong.any().alias(str(number)) for number, (wrong, _) in enumerate(rules)
    )
    findings = []
    for (wrong, rule), is_broken in zip(rules, flags.row(0), strict=True):
        if is_broken:
            found = frame.with_row_index("row_").filter(wrong)
            rows = found.head(EXAMPLES_MAX).to_dicts()
            findings += [rule.finding(row) for row in rows]
            findings += and_more(rule.code, schema, found.height, rule.severity)
    return findings
