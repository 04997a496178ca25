"""Checks over the tables that go into pairing: all findings at once.

`check` returns tables in their declared types, with ignorable rows left out, and every
finding; a finding of severity IMPOSSIBLE means that nothing may be solved.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from bangfu.calc.pairing import tables
from bangfu.calc.tables.frames import (
    Rule,
    Schema,
    check_size,
    read_columns,
    rows_where,
)
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
LABELS_MAX = 1_000_000  # pairs of need and expertise
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


def check(given: Tables, params: Params) -> tuple[Tables | None, list[Finding]]:
    """Return the tables sorted by their keys, ready for solving, or None; all findings.

    Rows of `existing` and `forbidden` that name unknown ids or repeat a row are left
    out with a finding of severity DOUBTFUL or NOTE: the old pairs of an official who
    left are no reason to stop.
    """
    frames: dict[str, pl.DataFrame] = {}
    findings = check_params(params)
    for schema in tables.INPUTS:
        rows: pl.DataFrame | None = getattr(given, schema.name)
        if rows is not None:
            frame, found = read_columns(rows, schema)
            findings += found
            if frame is not None:
                frames[schema.name] = frame
    findings += _check_each(frames)
    if "households" in frames and "officials" in frames:
        findings += _check_together(frames)
    if any(finding.severity is Severity.IMPOSSIBLE for finding in findings):
        return None, findings
    ordered = {
        schema.name: frames[schema.name].sort(*schema.key)
        for schema in tables.INPUTS
        if schema.name in frames
    }
    return Tables(**ordered), findings


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
        *check_size(frame, schema, HOUSEHOLDS_MAX),
        *rows_where(frame, schema, _id_and_code_rules(schema, "division_code")),
    ]


def _check_officials(frame: pl.DataFrame) -> list[Finding]:
    schema = tables.OFFICIALS
    low, high = pl.col("min"), pl.col("max")
    bad_quota = Rule(
        "pairing.bad_quota",
        Text(
            "干部“{id}”的名额为 {min} 至 {max}，应在 0 至 {most} 之间。",
            "Official “{id}” has quotas {min} to {max}; they must lie from 0 to {most}.",
            {"most": QUOTA_MAX},
        ),
        field="max",
    )
    min_above_max = Rule(
        "pairing.min_above_max",
        Text(
            "干部“{id}”的下限 {min} 大于上限 {max}。",
            "Official “{id}” has a lower quota {min} above the upper quota {max}.",
        ),
        field="min",
    )
    rules = [
        *_id_and_code_rules(schema, "serves_code"),
        ((low < 0) | (high < 0) | (high > QUOTA_MAX), bad_quota),
        (low > high, min_above_max),
    ]
    return [
        *check_size(frame, schema, OFFICIALS_MAX),
        *rows_where(frame, schema, rules),
    ]


def _id_and_code_rules(schema: Schema, name: str) -> list[tuple[pl.Expr, Rule]]:
    repeated = Rule(
        "pairing.repeated_id",
        Text(
            "{table}中编号“{id}”重复。",
            "The id “{id}” occurs more than once in {table}.",
            {"table": schema.text},
        ),
        field="id",
    )
    place = "{" + name + "}"
    bad_code = Rule(
        "pairing.bad_code",
        Text(
            f"{{table}}中“{{id}}”的“{name}”为“{place}”，不是区划代码："
            "应为 2、4、6、9 或 12 位数字。",
            f"“{{id}}” in {{table}}: {name} “{place}” is not a division code: "
            "2, 4, 6, 9 or 12 digits are needed.",
            {"table": schema.text},
        ),
        field=name,
    )
    return [
        (~pl.col("id").is_first_distinct(), repeated),
        (~pl.col(name).str.contains(CODE_SHAPE), bad_code),
    ]


def _check_coordinates(
    households: pl.DataFrame, officials: pl.DataFrame
) -> list[Finding]:
    both = [(tables.HOUSEHOLDS, households), (tables.OFFICIALS, officials)]
    if all(
        frame[name].null_count() == frame.height
        for _, frame in both
        for name in ("x_km", "y_km")
    ):
        return []
    findings = []
    for schema, frame in both:
        rules = [
            *_coordinate_rules(schema, "x_km"),
            *_coordinate_rules(schema, "y_km"),
        ]
        findings += rows_where(frame, schema, rules)
    return findings


def _coordinate_rules(schema: Schema, name: str) -> list[tuple[pl.Expr, Rule]]:
    no_place = Rule(
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
    )
    place = "{" + name + "}"
    far_place = Rule(
        "pairing.far_place",
        Text(
            f"{{table}}中“{{id}}”的坐标“{name}”为 {place}，超过 {{most}} 千米。",
            f"“{{id}}” in {{table}}: {name} {place} is beyond {{most}} km.",
            {"table": schema.text, "most": int(COORDINATE_MAX_KM)},
        ),
        field=name,
    )
    return [
        (pl.col(name).is_null(), no_place),
        (pl.col(name).abs() > COORDINATE_MAX_KM, far_place),
    ]


def _check_costs(
    households: pl.DataFrame, officials: pl.DataFrame, costs: pl.DataFrame
) -> list[Finding]:
    needs = households["need"].unique().sort().to_list()
    expertises = officials["expertise"].unique().sort().to_list()
    if len(needs) * len(expertises) > LABELS_MAX:
        return [_too_many_labels(len(needs), len(expertises))]
    findings = rows_where(costs, tables.COSTS, _cost_rules())
    known = set(costs.select("need", "expertise").iter_rows())
    lacking = [
        {"need": need, "expertise": expertise}
        for need in needs
        for expertise in expertises
        if (need, expertise) not in known
    ]
    if lacking:
        lacks = Rule(
            "pairing.no_cost",
            Text(
                "成本表没有需求“{need}”与专长“{expertise}”的成本。",
                "The costs have no row for need “{need}” and expertise “{expertise}”.",
            ),
            subject="need",
            remedy=Text("请补上这一行。", "Add the row."),
            is_placed=False,
        )
        rules = [(pl.col("need").is_not_null(), lacks)]
        findings += rows_where(pl.DataFrame(lacking), tables.COSTS, rules)
    return findings


def _cost_rules() -> list[tuple[pl.Expr, Rule]]:
    bad_cost = Rule(
        "pairing.bad_cost",
        Text(
            "需求“{need}”与专长“{expertise}”的成本为 {cost}，应在 0 至 {most} 之间。",
            "The cost of need “{need}” and expertise “{expertise}” is {cost}; "
            "it must lie from 0 to {most}.",
            {"most": MISMATCH_MAX},
        ),
        subject="need",
        field="cost",
    )
    repeated = Rule(
        "pairing.repeated_cost",
        Text(
            "需求“{need}”与专长“{expertise}”的成本重复。",
            "Need “{need}” and expertise “{expertise}” have more than one cost.",
        ),
        subject="need",
    )
    cost = pl.col("cost")
    return [
        ((cost < 0) | (cost > MISMATCH_MAX), bad_cost),
        (~pl.struct("need", "expertise").is_first_distinct(), repeated),
    ]


def _too_many_labels(needs: int, expertises: int) -> Finding:
    return Finding(
        "pairing.too_many_labels",
        tables.COSTS.name,
        Text(
            "需求 {needs} 种、专长 {expertises} 种，组合超过上限 {most} 种。",
            "{needs} needs and {expertises} expertises make more than {most} pairs.",
            {"needs": needs, "expertises": expertises, "most": LABELS_MAX},
        ),
        remedy=Text(
            "请用统一的需求和专长类别，不要逐户填写。",
            "Use common categories, not free text for each household.",
        ),
    )


def _known_pairs(
    frame: pl.DataFrame,
    schema: Schema,
    households: pl.DataFrame,
    officials: pl.DataFrame,
) -> tuple[pl.DataFrame, list[Finding]]:
    """Leave out rows that name unknown ids, and repeated rows; say so."""
    if frame.height == 0:
        return frame, []
    known = {
        "household_id": pl.col("household_id").is_in(households["id"].implode()),
        "official_id": pl.col("official_id").is_in(officials["id"].implode()),
    }
    rules = [
        (~is_known, _unknown_rule(schema, name)) for name, is_known in known.items()
    ]
    findings = rows_where(frame, schema, rules)
    if findings:
        frame = frame.filter(known["household_id"] & known["official_id"])
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


def _unknown_rule(schema: Schema, name: str) -> Rule:
    place = "{" + name + "}"
    return Rule(
        "pairing.unknown_id",
        Text(
            f"{{table}}中的“{place}”不在名册内，该行不计。",
            f"“{place}” in {{table}} is in no roll; the row is left out.",
            {"table": schema.text},
        ),
        severity=Severity.DOUBTFUL,
        subject=name,
        field=name,
    )


def _check_one_official(existing: pl.DataFrame) -> list[Finding]:
    if existing["household_id"].n_unique() == existing.height:
        return []
    twice = (
        existing.unique()
        .group_by("household_id")
        .agg(
            pl.col("official_id").sort().str.join("、").alias("officials"),
            pl.len().alias("count"),
        )
        .filter(pl.col("count") > 1)
        .sort("household_id")
    )
    two = Rule(
        "pairing.two_officials",
        Text(
            "贫困户“{household_id}”现有 {count} 名帮扶责任人：{officials}。",
            "Household “{household_id}” has {count} present officials: {officials}.",
        ),
        subject="household_id",
        remedy=Text("请只保留一名帮扶责任人。", "Leave one responsible official."),
        is_placed=False,
    )
    return rows_where(twice, tables.EXISTING, [(pl.col("count") > 1, two)])
