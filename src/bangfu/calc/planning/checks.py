"""Checks over the tables that go into planning: all findings at once.

`check` returns the tables in their declared types, the small ones sorted by id, and every
finding; one of severity IMPOSSIBLE means that nothing may be solved. The two large
tables are compared by numbers, and only looked at as text where something is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from bangfu.calc.planning import tables
from bangfu.calc.planning.instance import Ints, Shorts
from bangfu.calc.tables.frames import (
    Rule,
    Schema,
    check_size,
    empty,
    read_columns,
    rows_where,
)
from bangfu.calc.values.findings import Finding, Severity
from bangfu.calc.values.text import Text

ROWS_MAX = {
    "households": 3_000_000,
    "measures": 10_000,
    "options": 50_000_000,
    "resources": 100_000,
    "use": 100_000_000,
    "reserves": 10_000,
}
AMOUNT_MAX = 1e15  # beyond it a float64 no longer holds every whole number
WEIGHT_MAX = 1e9
LIMIT_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of one run, each as its schema in `tables` declares."""

    households: pl.DataFrame
    options: pl.DataFrame
    measures: pl.DataFrame
    resources: pl.DataFrame
    use: pl.DataFrame
    reserves: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Coded:
    """Tables that passed, their ids as numbers in the order of the sorted tables.

    option_household, option_measure: (o,); use_household, use_measure, use_resource:
    (u,), rows as they were given.
    """

    tables: Tables
    option_household: Shorts
    option_measure: Shorts
    use_household: Shorts
    use_measure: Shorts
    use_resource: Shorts


def check(
    given: Mapping[str, pl.DataFrame | None], limit: int | None
) -> tuple[Coded | None, list[Finding]]:
    """Return the tables ready for solving, or None; and all findings.

    Rows of `use` about a household and a measure that are no option are left out with a
    finding of severity DOUBTFUL: they could not change the plan.
    """
    findings = _check_limit(limit)
    frames: dict[str, pl.DataFrame] = {}
    for schema in (
        tables.HOUSEHOLDS,
        tables.MEASURES,
        tables.RESOURCES,
        tables.OPTIONS,
        tables.USE,
        tables.RESERVES,
    ):
        rows = given.get(schema.name)
        frame, found = read_columns(empty(schema) if rows is None else rows, schema)
        findings += found
        if frame is not None:
            if (
                schema.name in ("households", "measures")
                or frame.height > ROWS_MAX[schema.name]
            ):
                findings += check_size(frame, schema, ROWS_MAX[schema.name])
            if schema not in (tables.OPTIONS, tables.USE):
                listed = [n for n, t in frame.schema.items() if t != pl.Float64]
                frame = frame.with_columns(pl.col(listed).cast(pl.String))
            frames[schema.name] = frame
    for schema in (tables.HOUSEHOLDS, tables.MEASURES, tables.RESOURCES):
        if schema.name in frames:
            findings += rows_where(frames[schema.name], schema, _rules(schema))
    if _is_impossible(findings) or len(frames) < len(ROWS_MAX):
        return None, findings
    for name in ("households", "measures", "resources"):
        frames[name] = frames[name].sort("id")
    findings += _check_reserves(frames)
    for schema, amount in ((tables.OPTIONS, "gain"), (tables.USE, "amount")):
        findings += _check_amounts(frames[schema.name], schema, amount)
    coded, found = _code(Tables(**frames))
    findings += found
    return (None if _is_impossible(findings) else coded), findings


def _is_impossible(findings: list[Finding]) -> bool:
    return any(finding.severity is Severity.IMPOSSIBLE for finding in findings)


def _check_limit(limit: int | None) -> list[Finding]:
    if limit is None or 1 <= limit <= LIMIT_MAX:
        return []
    return [
        Finding(
            "planning.bad_limit",
            "max_per_household",
            Text(
                "每户措施上限为 {limit}，应为 1 至 {most}。",
                "The most measures of a household is {limit}; it must lie from 1 to {most}.",
                {"limit": limit, "most": LIMIT_MAX},
            ),
            field="max_per_household",
        )
    ]


def _rules(schema: Schema) -> list[tuple[pl.Expr, Rule]]:
    repeated = Rule(
        "planning.repeated_id",
        Text(
            "{table}中编号“{id}”重复。",
            "The id “{id}” occurs more than once in {table}.",
            {"table": schema.text},
        ),
        field="id",
    )
    rules = [(~pl.col("id").is_first_distinct(), repeated)]
    for name, most in (("weight", WEIGHT_MAX), ("capacity", AMOUNT_MAX)):
        if name in (column.name for column in schema.columns):
            rules.append(_range_rule(schema, name, most))
    return rules


def _range_rule(
    schema: Schema, name: str, most: float, subject: str = "id"
) -> tuple[pl.Expr, Rule]:
    place, who = "{" + name + "}", "{" + subject + "}"
    low = 0.0 if name != "gain" else -most
    rule = Rule(
        "planning.out_of_range",
        Text(
            f"{{table}}中“{who}”的“{name}”为 {place}，应在 {{low}} 至 {{most}} 之间。",
            f"“{who}” in {{table}}: {name} is {place}; it must lie from {{low}} to {{most}}.",
            {"table": schema.text, "low": f"{low:g}", "most": f"{most:g}"},
        ),
        subject=subject,
        field=name,
    )
    cell = pl.col(name)
    return (cell < low) | (cell > most), rule


def _check_amounts(frame: pl.DataFrame, schema: Schema, name: str) -> list[Finding]:
    rule = _range_rule(schema, name, AMOUNT_MAX, "household_id")
    return rows_where(frame, schema, [rule])


def _check_reserves(frames: dict[str, pl.DataFrame]) -> list[Finding]:
    schema, frame = tables.RESERVES, frames["reserves"]
    if frame.height == 0:
        return []
    households = frames["households"]
    bands = households["band"].drop_nulls() if "band" in households.columns else None
    known = pl.lit(value=False) if bands is None else pl.col("band").is_in(bands)
    strange = Rule(
        "planning.unknown_band",
        Text(
            "预留表中的“{band}”没有对应的户。",
            "No household is of the band “{band}”, for which there is a reserve.",
        ),
        subject="band",
        field="band",
    )
    too_much = Rule(
        "planning.reserved_twice",
        Text(
            "资源“{resource_id}”的预留比例合计超过 1。",
            "The shares reserved of “{resource_id}” exceed 1.",
        ),
        subject="resource_id",
        field="share",
    )
    total = pl.col("share").sum().over("resource_id")
    is_known = pl.col("resource_id").is_in(frames["resources"]["id"].implode())
    return rows_where(
        frame,
        schema,
        [
            (~is_known, _unknown(schema, "resource_id")),
            (~known, strange),
            _range_rule(schema, "share", 1.0, "resource_id"),
            (total > 1.0 + 1e-9, too_much),
        ],
    )


def _unknown(schema: Schema, name: str) -> Rule:
    place = "{" + name + "}"
    return Rule(
        "planning.unknown_id",
        Text(
            f"{{table}}中的“{place}”不在对应的表内。",
            f"“{place}” in {{table}} is not in the table of its kind.",
            {"table": schema.text},
        ),
        remedy=Text(
            "请补上该编号或删去这些行。", "Add the id, or remove the rows that name it."
        ),
        subject=name,
        field=name,
    )


def codes_of(column: pl.Series, ids: pl.Series) -> Shorts:
    """Return the place of every cell in `ids`, -1 for an unknown one."""
    if isinstance(column.dtype, pl.Categorical):
        return _codes_of_categories(column, ids)
    coded = column.cast(pl.Enum(ids), strict=False).to_physical()
    return coded.cast(pl.Int32).fill_null(-1).to_numpy()


def _codes_of_categories(column: pl.Series, ids: pl.Series) -> Shorts:
    """Look the categories up once instead of every cell."""
    categories = column.unique()
    number = codes_of(categories.cast(pl.String), ids)
    place = categories.to_physical().to_numpy()
    table = np.full(int(place.max(initial=0)) + 1, -1, dtype=np.int32)
    table[place] = number
    return np.asarray(table[column.to_physical().to_numpy()])


def _code(given: Tables) -> tuple[Coded | None, list[Finding]]:
    ids = {
        "household_id": given.households["id"],
        "measure_id": given.measures["id"],
        "resource_id": given.resources["id"],
    }
    findings: list[Finding] = []
    columns: list[Shorts] = []
    for schema in (tables.OPTIONS, tables.USE):
        frame: pl.DataFrame = getattr(given, schema.name)
        for name in schema.key:
            codes = codes_of(frame[name], ids[name])
            columns.append(codes)
            if len(codes) and codes.min() < 0:
                strange = ~pl.col(name).is_in(ids[name].implode())
                rule = (strange, _unknown(schema, name))
                findings += rows_where(frame, schema, [rule])
    if findings:
        return None, findings
    home, measure, use_home, use_measure, use_resource = columns
    measures = len(ids["measure_id"])
    pairs = home.astype(np.int64) * measures + measure
    findings += _check_repeated(given.options, tables.OPTIONS, pairs)
    del pairs
    triples = use_home.astype(np.int64) * measures + use_measure
    triples *= max(len(ids["resource_id"]), 1)
    triples += use_resource
    findings += _check_repeated(given.use, tables.USE, triples)
    return Coded(given, home, measure, use_home, use_measure, use_resource), findings


def _check_repeated(frame: pl.DataFrame, schema: Schema, key: Ints) -> list[Finding]:
    key.sort()  # in place: nobody else reads it
    if not (key[1:] == key[:-1]).any():
        return []
    names = "、".join("“{" + name + "}”" for name in schema.key)
    english = ", ".join("“{" + name + "}”" for name in schema.key)
    rule = Rule(
        "planning.repeated_row",
        Text(
            f"{{table}}中{names}重复。",
            f"{english} occur more than once together in {{table}}.",
            {"table": schema.text},
        ),
        remedy=Text("请只保留一行。", "Leave one row."),
        subject="household_id",
    )
    return rows_where(
        frame, schema, [(~pl.struct(schema.key).is_first_distinct(), rule)]
    )


def left_out(frame: pl.DataFrame, is_left_out: np.ndarray) -> list[Finding]:
    """Return the findings on uses of what is no option."""
    rule = Rule(
        "planning.use_without_option",
        Text(
            "占用表中户“{household_id}”措施“{measure_id}”不在备选表内，该行不计。",
            "Household “{household_id}” and measure “{measure_id}” in use are no option; "
            "the row is left out.",
        ),
        severity=Severity.DOUBTFUL,
        subject="household_id",
    )
    return rows_where(frame, tables.USE, [(pl.lit(pl.Series(is_left_out)), rule)])
