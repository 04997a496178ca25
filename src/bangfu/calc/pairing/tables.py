"""The tables that go into and come out of pairing: column, type, unit, meaning.

Every frame is a polars frame. Ids and codes are text, never numbers, so that a
leading zero or an 18-digit key survives. `read_columns` brings a frame into the
declared types and reports every cell that will not go.
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
    """A named table, its columns and the columns that identify a row."""

    name: str
    text: Text
    columns: tuple[Column, ...]
    key: tuple[str, ...]


HOUSEHOLDS = Schema(
    "households",
    Text("贫困户表", "households"),
    (
        Column("id", pl.String, "-", "stable key of the household"),
        Column(
            "division_code",
            pl.String,
            "2, 4, 6, 9 or 12 digits",
            "division that the household lives in, a village as a rule",
        ),
        Column(
            "x_km", pl.Float64, "km", "place, east; empty for all or none", nulls=True
        ),
        Column(
            "y_km", pl.Float64, "km", "place, north; empty for all or none", nulls=True
        ),
        Column("need", pl.String, "-", "need profile, a label of the table of costs"),
    ),
    ("id",),
)
"""One row per household that needs a responsible official."""

OFFICIALS = Schema(
    "officials",
    Text("帮扶干部表", "officials"),
    (
        Column("id", pl.String, "-", "stable key of the official"),
        Column("unit_id", pl.String, "-", "unit that the official belongs to"),
        Column(
            "serves_code",
            pl.String,
            "2, 4, 6, 9 or 12 digits",
            "division whose households the official may serve",
        ),
        Column("x_km", pl.Float64, "km", "place of work, east", nulls=True),
        Column("y_km", pl.Float64, "km", "place of work, north", nulls=True),
        Column("expertise", pl.String, "-", "expertise, a label of the table of costs"),
        Column("min", pl.Int64, "households", "lower quota, 0 or more"),
        Column("max", pl.Int64, "households", "upper quota, at least min"),
        Column(
            "max_legal",
            pl.Int64,
            "households",
            "highest upper quota that the regulation allows; for remedies only",
            optional=True,
            nulls=True,
        ),
    ),
    ("id",),
)
"""One row per official who is in post."""

EXISTING = Schema(
    "existing",
    Text("现有结对表", "existing pairs"),
    (
        Column("household_id", pl.String, "-", "id of the household"),
        Column("official_id", pl.String, "-", "id of its present official"),
    ),
    ("household_id", "official_id"),
)
"""One row per pair in force today; a household has one present official at most."""

FORBIDDEN = Schema(
    "forbidden",
    Text("回避关系表", "forbidden pairs"),
    (
        Column("household_id", pl.String, "-", "id of the household"),
        Column("official_id", pl.String, "-", "id of an official who is kin to it"),
    ),
    ("household_id", "official_id"),
)
"""One row per pair that must not be made."""

COSTS = Schema(
    "costs",
    Text("专长匹配成本表", "costs"),
    (
        Column("need", pl.String, "-", "need profile"),
        Column("expertise", pl.String, "-", "expertise"),
        Column(
            "cost", pl.Int64, "cost units", "mismatch, 0 or more; 100 units weigh 1 km"
        ),
    ),
    ("need", "expertise"),
)
"""One row per combination of need and expertise. Without it no mismatch counts."""

PAIRS = Schema(
    "pairs",
    Text("结对表", "pairs"),
    (
        Column("household_id", pl.String, "-", "id of the household"),
        Column("official_id", pl.String, "-", "id of its responsible official"),
    ),
    ("household_id",),
)
"""The result: one row per covered household, in the order of household ids."""


INPUTS = (HOUSEHOLDS, OFFICIALS, EXISTING, FORBIDDEN, COSTS)


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
    if all(frame.schema[column.name] == column.type for column in present):
        return frame[[column.name for column in present]], []
    casts = (_cast(column, frame.schema[column.name]) for column in present)
    return frame.select(casts), []


def _may_be_bad(series: pl.Series, column: Column) -> bool:
    """Tell whether a column needs a look; whole numbers in place do not."""
    is_sound = series.dtype == pl.Int64 and series.null_count() == 0
    return not is_sound or column.type != pl.Int64


def _check_names(frame: pl.DataFrame, schema: Schema) -> list[Finding]:
    declared = [column.name for column in schema.columns]
    findings = [
        Finding(
            "pairing.missing_column",
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
            "pairing.unknown_column",
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
    if given == pl.String and column.type != pl.String:
        cell = cell.str.strip_chars()
    return cell.cast(column.type, strict=False)


def _is_bad(column: Column, given: pl.DataType) -> pl.Expr:
    """Mark the cells that are empty where they must not be, or not of the type."""
    cell, cast = pl.col(column.name), _cast(column, given)
    bad = cast.is_null()
    if column.nulls:
        bad = bad & cell.is_not_null()
    if column.type == pl.String and given not in (pl.String, pl.Null):
        return pl.lit(value=True)
    if column.type == pl.String:
        bad = bad | (cast == "")
    if column.type == pl.Int64 and given.is_float():
        bad = bad | (cast.cast(pl.Float64) != cell)
    if column.type == pl.Float64:
        bad = bad | ~cast.is_finite()
    return bad.fill_null(value=False)


def _bad_cells(
    frame: pl.DataFrame, bad: pl.Expr, column: Column, schema: Schema
) -> list[Finding]:
    given = frame.schema[column.name]
    if column.type == pl.String and given not in (pl.String, pl.Null):
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
            "pairing.bad_cell",
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
    return findings + and_more("pairing.bad_cell", schema, found.height)


def _wrong_type(column: Column, schema: Schema, given: pl.DataType) -> Finding:
    return Finding(
        "pairing.not_text",
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
