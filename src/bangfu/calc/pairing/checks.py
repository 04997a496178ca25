"""Checks over the tables that go into pairing: all findings at once.

`check` returns tables in their declared types, with ignorable rows left out, and every
finding; a finding of severity IMPOSSIBLE means that nothing may be solved.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from bangfu.calc.pairing import tables
from bangfu.calc.pairing.tables import EXAMPLES_MAX, Schema, and_more, row_place
from bangfu.calc.values.findings import Finding, Severity
from bangfu.calc.values.text import Text

HOUSEHOLDS_MAX = 1_000_000
OFFICIALS_MAX = 1_000_000
QUOTA_MAX = 100_000
COORDINATE_MAX_KM = 20_000.0
# The flow solver multiplies costs by the number of nodes, in 64 bits: 56,600 km at the
# highest price is 5.7e11, times a million nodes 5.7e17.
PRICE_MAX = 100_000
MISMATCH_MAX = 1_000_000_000
ARCS_MAX = 10_000_000
CODE_SHAPE = r"^[0-9]{2}([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$"


@dataclass(frozen=True, slots=True)
class Params:
    """What the cost weighs.

    km_price: cost units per 0.01 km, so 1 km costs 100 at price 1. keep_price: cost
    units that keeping an existing pair saves; 1,000 weighs 10 km at price 1. arcs_max:
    the largest network that is built, about 180 bytes an arc.
    """

    km_price: int = 1
    keep_price: int = 1_000
    arcs_max: int = ARCS_MAX


@dataclass(frozen=True, slots=True)
class Tables:
    """The five tables of one run, each as its schema in `tables` declares.

    costs None: no mismatch counts. existing and forbidden may be without rows.
    """

    households: pl.DataFrame
    officials: pl.DataFrame
    existing: pl.DataFrame
    forbidden: pl.DataFrame
    costs: pl.DataFrame | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """What a check says of a row; `message` may name any column. subject: a column."""

    code: str
    message: Text
    remedy: Text | None = None
    severity: Severity = Severity.IMPOSSIBLE
    subject: str = "id"
    field: str | None = None


def check(given: Tables, params: Params) -> tuple[Tables | None, list[Finding]]:
    """Return the tables ready for solving, or None, with all findings.

    Rows of `existing` and `forbidden` that name unknown ids or repeat a row are left
    out with a finding of severity DOUBTFUL or NOTE: the old pairs of an official who
    left are no reason to stop.
    """
    frames: dict[str, pl.DataFrame] = {}
    findings = check_params(params)
    for schema in tables.INPUTS:
        rows: pl.DataFrame | None = getattr(given, schema.name)
        if rows is not None:
            frame, found = tables.read_columns(rows, schema)
            findings += found
            if frame is not None:
                frames[schema.name] = frame
    findings += _check_each(frames)
    if "households" in frames and "officials" in frames:
        findings += _check_together(frames)
    if any(finding.severity is Severity.IMPOSSIBLE for finding in findings):
        return None, findings
    return (
        Tables(
            households=frames["households"],
            officials=frames["officials"],
            existing=frames["existing"],
            forbidden=frames["forbidden"],
            costs=frames.get("costs"),
        ),
        findings,
    )


def _check_each(frames: dict[str, pl.DataFrame]) -> list[Finding]:
    findings = []
    if "households" in frames:
        findings += _check_households(frames["households"])
    if "officials" in frames:
        findings += _check_officials(frames["officials"])
    if "existing" in frames:
        findings += _check_one_official(frames["existing"])
    return findings


def _check_together(frames: dict[str, pl.DataFrame]) -> list[Finding]:
    """Check the tables against each other; leaves unknown pairs out of `frames`."""
    households, officials = frames["households"], frames["officials"]
    findings = _check_coordinates(households, officials)
    if "costs" in frames:
        findings += _check_costs(households, officials, frames["costs"])
    for schema in (tables.EXISTING, tables.FORBIDDEN):
        if schema.name in frames:
            frames[schema.name], found = _known_pairs(
                frames[schema.name], schema, households, officials
            )
            findings += found
    return findings


def check_params(params: Params) -> list[Finding]:
    """Check that the prices are whole numbers from 0 to PRICE_MAX."""
    findings = []
    for name, value, most in (
        ("km_price", params.km_price, PRICE_MAX),
        ("keep_price", params.keep_price, MISMATCH_MAX),
        ("arcs_max", params.arcs_max, 100 * ARCS_MAX),
    ):
        if int(value) != value or not 0 <= value <= most:
            findings.append(
                Finding(
                    "pairing.bad_price",
                    name,
                    Text(
                        "参数“{name}”为 {value}，应为 0 至 {most} 的整数。",
                        "{name} is {value}; a whole number from 0 to {most} is needed.",
                        {"name": name, "value": value, "most": most},
                    ),
                    field=name,
                )
            )
    return findings


def _check_households(frame: pl.DataFrame) -> list[Finding]:
    schema = tables.HOUSEHOLDS
    return [
        *_check_size(frame, schema, HOUSEHOLDS_MAX),
        *_check_repeated(frame, schema),
        *_check_codes(frame, schema, "division_code"),
    ]


def _check_officials(frame: pl.DataFrame) -> list[Finding]:
    schema = tables.OFFICIALS
    low, high = pl.col("min"), pl.col("max")
    return [
        *_check_size(frame, schema, OFFICIALS_MAX),
        *_check_repeated(frame, schema),
        *_check_codes(frame, schema, "serves_code"),
        *_rows_where(
            frame,
            schema,
            (low < 0) | (high < 0) | (high > QUOTA_MAX),
            Rule(
                "pairing.bad_quota",
                Text(
                    "干部“{id}”的名额为 {min} 至 {max}，应在 0 至 {most} 之间。",
                    "Official “{id}” has quotas {min} to {max}; "
                    "they must lie from 0 to {most}.",
                    {"most": QUOTA_MAX},
                ),
                field="max",
            ),
        ),
        *_rows_where(
            frame,
            schema,
            low > high,
            Rule(
                "pairing.min_above_max",
                Text(
                    "干部“{id}”的下限 {min} 大于上限 {max}。",
                    "Official “{id}” has a lower quota {min} above the upper quota {max}.",
                ),
                field="min",
            ),
        ),
    ]


def _check_size(frame: pl.DataFrame, schema: Schema, most: int) -> list[Finding]:
    if frame.height == 0:
        return [
            Finding(
                "pairing.no_rows",
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
                "pairing.too_many_rows",
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


def _check_repeated(frame: pl.DataFrame, schema: Schema) -> list[Finding]:
    if frame["id"].n_unique() == frame.height:
        return []
    return _rows_where(
        frame,
        schema,
        ~pl.col("id").is_first_distinct(),
        Rule(
            "pairing.repeated_id",
            Text(
                "{table}中编号“{id}”重复。",
                "The id “{id}” occurs more than once in {table}.",
                {"table": schema.text},
            ),
            field="id",
        ),
    )


def _check_codes(frame: pl.DataFrame, schema: Schema, name: str) -> list[Finding]:
    distinct = frame[name].unique()
    wrong = distinct.filter(~distinct.str.contains(CODE_SHAPE))
    if wrong.is_empty():
        return []
    return _rows_where(
        frame,
        schema,
        pl.col(name).is_in(wrong.implode()),
        Rule(
            "pairing.bad_code",
            Text(
                "{table}中“{id}”的“{column}”为“{"
                + name
                + "}”，不是区划代码：应为 2、4、6、9 或 12 位数字。",
                "“{id}” in {table}: {column} “{" + name + "}” is not a division code: "
                "2, 4, 6, 9 or 12 digits are needed.",
                {"table": schema.text, "column": name},
            ),
            field=name,
        ),
    )


def _check_coordinates(
    households: pl.DataFrame, officials: pl.DataFrame
) -> list[Finding]:
    columns = [
        (schema, frame, name)
        for schema, frame in (
            (tables.HOUSEHOLDS, households),
            (tables.OFFICIALS, officials),
        )
        for name in ("x_km", "y_km")
    ]
    if all(frame[name].null_count() == frame.height for _, frame, name in columns):
        return []
    findings = []
    for schema, frame, name in columns:
        findings += _rows_where(
            frame,
            schema,
            pl.col(name).is_null(),
            Rule(
                "pairing.no_place",
                Text(
                    "{table}中“{id}”没有“{column}”坐标，而其他行有。",
                    "“{id}” in {table} has no {column}, while others have.",
                    {"table": schema.text, "column": name},
                ),
                remedy=Text(
                    "请补齐坐标；或者两张表的坐标全部留空，则不计距离。",
                    "Fill it in, or leave the coordinates of both tables empty: "
                    "distance then counts for nothing.",
                ),
                field=name,
            ),
        )
        findings += _rows_where(
            frame,
            schema,
            pl.col(name).abs() > COORDINATE_MAX_KM,
            Rule(
                "pairing.far_place",
                Text(
                    "{table}中“{id}”的坐标“{column}”为 {"
                    + name
                    + "}，超过 {most} 千米。",
                    "“{id}” in {table}: {column} {" + name + "} is beyond {most} km.",
                    {
                        "table": schema.text,
                        "column": name,
                        "most": int(COORDINATE_MAX_KM),
                    },
                ),
                field=name,
            ),
        )
    return findings


def _check_costs(
    households: pl.DataFrame, officials: pl.DataFrame, costs: pl.DataFrame
) -> list[Finding]:
    schema = tables.COSTS
    findings = _rows_where(
        costs,
        schema,
        (pl.col("cost") < 0) | (pl.col("cost") > MISMATCH_MAX),
        Rule(
            "pairing.bad_cost",
            Text(
                "需求“{need}”与专长“{expertise}”的成本为 {cost}，应在 0 至 {most} 之间。",
                "The cost of need “{need}” and expertise “{expertise}” is {cost}; "
                "it must lie from 0 to {most}.",
                {"most": MISMATCH_MAX},
            ),
            subject="need",
            field="cost",
        ),
    )
    findings += _rows_where(
        costs,
        schema,
        ~pl.struct("need", "expertise").is_first_distinct(),
        Rule(
            "pairing.repeated_cost",
            Text(
                "需求“{need}”与专长“{expertise}”的成本重复。",
                "Need “{need}” and expertise “{expertise}” have more than one cost.",
            ),
            subject="need",
        ),
    )
    asked = households.select(pl.col("need").unique()).join(
        officials.select(pl.col("expertise").unique()), how="cross"
    )
    lacking = asked.join(costs, on=["need", "expertise"], how="anti")
    findings += _rows_where(
        lacking.sort("need", "expertise"),
        schema,
        pl.lit(value=True),
        Rule(
            "pairing.no_cost",
            Text(
                "成本表没有需求“{need}”与专长“{expertise}”的成本。",
                "The costs have no row for need “{need}” and expertise “{expertise}”.",
            ),
            subject="need",
            remedy=Text("请补上这一行。", "Add the row."),
        ),
    )
    return findings


def _known_pairs(
    frame: pl.DataFrame,
    schema: Schema,
    households: pl.DataFrame,
    officials: pl.DataFrame,
) -> tuple[pl.DataFrame, list[Finding]]:
    if frame.height == 0:
        return frame, []
    findings = []
    for name, known in (
        ("household_id", households["id"]),
        ("official_id", officials["id"]),
    ):
        is_known = frame[name].is_in(known.implode())
        if not is_known.all():
            unknown = frame.filter(~is_known)
            findings += _rows_where(
                unknown,
                schema,
                pl.lit(value=True),
                Rule(
                    "pairing.unknown_id",
                    Text(
                        "{table}中的“{" + name + "}”不在名册内，该行不计。",
                        "“{"
                        + name
                        + "}” in {table} is in no roll; the row is left out.",
                        {"table": schema.text},
                    ),
                    severity=Severity.DOUBTFUL,
                    subject=name,
                    field=name,
                ),
            )
            frame = frame.filter(is_known)
    distinct = frame.unique(maintain_order=True)
    if distinct.height < frame.height:
        findings.append(
            Finding(
                "pairing.repeated_pair",
                schema.name,
                Text(
                    "{table}有 {count} 行重复，只计一次。",
                    "{count} rows of {table} are repeated and count once.",
                    {"table": schema.text, "count": frame.height - distinct.height},
                ),
                Severity.NOTE,
            )
        )
    return distinct, findings


def _check_one_official(existing: pl.DataFrame) -> list[Finding]:
    if existing["household_id"].n_unique() == existing.height:
        return []
    twice = (
        existing.group_by("household_id")
        .agg(
            pl.col("official_id").unique().sort().str.join("、").alias("officials"),
            pl.len(),
        )
        .filter(pl.col("len") > 1)
        .sort("household_id")
    )
    distinct = existing.unique()
    if distinct["household_id"].n_unique() == distinct.height:
        return []
    return _rows_where(
        twice,
        tables.EXISTING,
        pl.lit(value=True),
        Rule(
            "pairing.two_officials",
            Text(
                "贫困户“{household_id}”现有 {len} 名帮扶责任人：{officials}。",
                "Household “{household_id}” has {len} present officials: {officials}.",
            ),
            subject="household_id",
            remedy=Text("请只保留一名帮扶责任人。", "Leave one responsible official."),
        ),
    )


def _rows_where(
    frame: pl.DataFrame, schema: Schema, wrong: pl.Expr, rule: Rule
) -> list[Finding]:
    """Return a finding for every row in which `wrong` holds, up to EXAMPLES_MAX."""
    found = frame.with_row_index("row_").filter(wrong)
    findings = [
        Finding(
            rule.code,
            str(row[rule.subject]),
            rule.message.with_(**row),
            rule.severity,
            remedy=rule.remedy,
            place=row_place(row["row_"]),
            field=rule.field,
        )
        for row in found.head(EXAMPLES_MAX).to_dicts()
    ]
    return findings + and_more(rule.code, schema, found.height, rule.severity)
