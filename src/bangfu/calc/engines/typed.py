"""The rules that need types: casts, comparisons, dates, and the order of windows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify

from bangfu.calc.engines import words
from bangfu.calc.engines.checking import finding, outputs, sql_of
from bangfu.calc.engines.steps import Step
from bangfu.calc.tables.schema import Type
from bangfu.calc.values.findings import Finding

Schema = Mapping[str, Mapping[str, Type]]

_KIND = exp.DataType.Type
_FAMILIES = {
    **dict.fromkeys(
        (_KIND.TINYINT, _KIND.SMALLINT, _KIND.INT, _KIND.BIGINT, _KIND.INT128),
        "whole number",
    ),
    **dict.fromkeys((_KIND.DOUBLE, _KIND.FLOAT), "number"),
    **dict.fromkeys((_KIND.TEXT, _KIND.VARCHAR, _KIND.CHAR), "text"),
    _KIND.BOOLEAN: "boolean",
    _KIND.DATE: "date",
    _KIND.NULL: "null",
}
_NUMERIC = {"whole number", "number", "null"}
# What may be cast to what, besides NULL; literals have a rule of their own.
_CASTS = {
    "BIGINT": {"whole number"},
    "DOUBLE": {"whole number", "number"},
    "VARCHAR": {"text", "whole number", "date"},
    "TEXT": {"text", "whole number", "date"},
    "DATE": {"date"},
    "BOOLEAN": {"boolean"},
}
_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg)
_TOGETHER = (
    exp.EQ,
    exp.NEQ,
    exp.GT,
    exp.GTE,
    exp.LT,
    exp.LTE,
    exp.NullSafeEQ,
    exp.NullSafeNEQ,
    exp.In,
    exp.Between,
    exp.Coalesce,
    exp.Nullif,
    exp.Greatest,
    exp.Least,
    exp.Case,
)


def check(step: Step, tree: exp.Expr, schema: Schema) -> list[Finding]:
    """Return what is wrong with a step given the columns that it may read.

    tree: the step with sample values in the place of parameters.
    """
    by_name: dict[str, object] = {
        table: {column: kind.value for column, kind in columns.items()}
        for table, columns in schema.items()
    }
    try:
        typed = annotate_types(
            qualify(tree.copy(), schema=by_name, dialect="duckdb"),
            schema=by_name,
            dialect="duckdb",
        )
    except SqlglotError as error:
        said = str(error).splitlines()[0]
        return [finding(step, "engine.column", words.COLUMN, what=said)]
    findings: list[Finding] = []
    for node in typed.walk():
        if isinstance(node, exp.Cast):
            findings += _cast(step, node)
        elif isinstance(node, _ARITHMETIC):
            findings += _arithmetic(step, node)
        elif isinstance(node, _TOGETHER):
            findings += _together(step, node)
        elif isinstance(node, exp.Window):
            findings += _window(step, node)
    return findings


def _family(node: exp.Expr) -> str:
    if isinstance(node, exp.Null):
        return "null"
    kind = node.type
    return _FAMILIES.get(kind.this, "unknown") if kind is not None else "unknown"


def _cast(step: Step, node: exp.Cast) -> Iterator[Finding]:
    wanted = node.to.sql("duckdb").upper()
    wanted = "VARCHAR" if wanted == "TEXT" else wanted
    given, inner = _family(node.this), node.this.unnest()
    if given == "null" or (wanted in _CASTS and given in _CASTS[wanted]):
        return
    is_written = isinstance(inner, exp.Literal) and inner.is_string
    if is_written and wanted in {"DOUBLE", "DATE", "VARCHAR"}:
        return
    if wanted == "BIGINT" and isinstance(inner, exp.Floor | exp.Ceil):
        return
    yield finding(
        step,
        "engine.cast",
        words.CAST,
        words.CAST_REMEDY,
        what=sql_of(node.this),
        given=words.FAMILIES[given],
        wanted=wanted,
    )


def _arithmetic(step: Step, node: exp.Expr) -> Iterator[Finding]:
    families = {_family(one) for one in _operands(node)}
    if "date" in families:
        yield finding(
            step, "engine.date", words.DATES, words.DATES_REMEDY, what=sql_of(node)
        )
    elif not families <= _NUMERIC:
        yield _mixed(step, node, sorted(families | {"number"}))


def _together(step: Step, node: exp.Expr) -> Iterator[Finding]:
    families = {_family(one) for one in _operands(node)} - {"null"}
    merged = {"number" if one in _NUMERIC else one for one in families}
    if len(merged) > 1:
        yield _mixed(step, node, sorted(merged))


def _mixed(step: Step, node: exp.Expr, families: list[str]) -> Finding:
    return finding(
        step,
        "engine.mixed",
        words.MIXED,
        left=words.FAMILIES[families[0]],
        right=words.FAMILIES[families[-1]],
        what=sql_of(node),
    )


def _operands(node: exp.Expr) -> list[exp.Expr]:
    if isinstance(node, exp.Case):
        branches = [one.args["true"] for one in node.args["ifs"]]
        default = node.args.get("default")
        return branches if default is None else [*branches, default]
    if isinstance(node, exp.Between):
        return [node.this, node.args["low"], node.args["high"]]
    if isinstance(node, exp.Neg):
        return [node.this]
    rest = node.args.get("expression")
    return [node.this, *([rest] if rest is not None else []), *node.expressions]


def _window(step: Step, node: exp.Window) -> Iterator[Finding]:
    """A window with an order needs a total one: the key is in it, or in the partition."""
    order = node.args.get("order")
    needs = (exp.RowNumber, exp.Ntile, exp.Lag, exp.Lead)
    if order is None and not isinstance(node.this, needs):
        return
    placed = [one.this for one in order.expressions] if order is not None else []
    placed += node.args.get("partition_by") or []
    there = {one.sql("duckdb") for one in placed}
    select = node.find_ancestor(exp.Select)
    assert select is not None  # noqa: S101 - a window stands in a SELECT
    key = {
        one.alias_or_name: one.unalias().sql("duckdb")
        for one in outputs(select)
        if one.alias_or_name in step.key
    }
    if not set(key.values()) <= there:
        yield finding(
            step,
            "engine.window",
            words.WINDOW,
            words.WINDOW_REMEDY,
            what=sql_of(node),
            key=", ".join(step.key),
        )
