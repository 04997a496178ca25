"""The rules that a step keeps whatever its columns hold.

Everything not allowed is refused, by the kind of node in the parsed tree: a function
that a later version of an engine brings along is unknown here until somebody has
compared it on both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from sqlglot import exp

from bangfu.calc.engines import words
from bangfu.calc.engines.steps import Step
from bangfu.calc.tables.schema import Type
from bangfu.calc.values.findings import Finding
from bangfu.calc.values.text import Text

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_WHOLE = re.compile(r"[0-9]{1,18}")


def check(
    step: Step, tables: Collection[str], parameters: Mapping[str, Type]
) -> list[Finding]:
    """Return everything that is wrong with the form of a step."""
    if not isinstance(step.tree, exp.Select | exp.Union):
        return [_fault(step, "engine.one_select", words.ONE_SELECT)]
    findings = list(_outputs(step))
    for node in step.tree.walk():
        findings += _node(step, node, tables, parameters)
    return findings


def finding(
    step: Step, code: str, message: Text, remedy: Text | None = None, **places: object
) -> Finding:
    """Return a finding about a step, with its place in the file."""
    return _fault(step, code, message, remedy, **places)


def sql_of(node: exp.Expr) -> str:
    """Return a node as a person would write it, cut to a line."""
    said = node.sql("duckdb")
    return said if len(said) <= 80 else f"{said[:79]}…"


def outputs(tree: exp.Expr) -> list[exp.Expr]:
    """Return the output expressions of a SELECT, or of the first of a UNION."""
    while isinstance(tree, exp.Union):
        tree = tree.left
    return list(tree.expressions)


def _fault(
    step: Step, code: str, message: Text, remedy: Text | None = None, **places: object
) -> Finding:
    return Finding(
        code,
        step.name,
        Text(
            "步骤“{step}”：{problem}",
            "Step “{step}”: {problem}",
            {"step": step.name, "problem": message.with_(**places)},
        ),
        remedy=None if remedy is None else remedy.with_(**places),
        place=Text("第 {line} 行起", "from line {line}", {"line": step.line}),
    )


def _kind(node: exp.Expr) -> str:
    if isinstance(node, exp.Anonymous):
        return node.name
    return node.sql_name() if isinstance(node, exp.Func) else node.key.upper()


def _outputs(step: Step) -> Iterator[Finding]:
    names = []
    for number, one in enumerate(outputs(step.tree), start=1):
        if isinstance(one, exp.Star) or (
            isinstance(one, exp.Column) and isinstance(one.this, exp.Star)
        ):
            continue  # said below
        name = one.alias_or_name
        if not isinstance(one, exp.Alias | exp.Column) or not _NAME.fullmatch(name):
            yield _fault(step, "engine.column", words.UNNAMED, what=number)
        elif name in names:
            yield _fault(step, "engine.column", words.REPEATED, what=name)
        names.append(name)
    for key in step.key:
        if key not in names:
            yield _fault(step, "engine.key", words.KEY, what=key)


def _node(
    step: Step,
    node: exp.Expr,
    tables: Collection[str],
    parameters: Mapping[str, Type],
) -> Iterator[Finding]:
    if isinstance(node, exp.Round):
        yield _fault(step, "engine.round", words.ROUND, words.ROUND_REMEDY)
    elif isinstance(node, exp.Anonymous) or (
        isinstance(node, exp.Func) and type(node) not in words.PLAIN | words.FUNCTIONS
    ):
        yield _fault(
            step,
            "engine.function",
            words.FUNCTION,
            words.FUNCTION_REMEDY,
            what=_kind(node),
        )
    elif type(node) not in words.PLAIN | words.FUNCTIONS:
        yield _fault(step, "engine.construct", words.CONSTRUCT, what=_kind(node))
    elif isinstance(node, exp.Placeholder):
        if node.name not in parameters:
            yield _fault(step, "engine.parameter", words.PARAMETER, what=node.name)
    elif isinstance(node, exp.Table):
        yield from _table(step, node, tables)
    else:
        rule = _RULES.get(type(node))
        if rule is not None:
            yield from rule(step, node)


def _table(step: Step, node: exp.Table, tables: Collection[str]) -> Iterator[Finding]:
    is_plain = isinstance(node.this, exp.Identifier) and not (
        node.args.get("db") or node.args.get("catalog")
    )
    if not is_plain or node.name not in tables:
        yield _fault(step, "engine.table", words.TABLE, what=sql_of(node))
    extra = {name for name, value in node.args.items() if value} - {"this", "alias"}
    if is_plain and extra - {"joins"}:
        yield _fault(
            step, "engine.construct", words.CONSTRUCT, what=", ".join(sorted(extra))
        )


def _select(step: Step, node: exp.Select) -> Iterator[Finding]:
    for name, value in node.args.items():
        if value and name not in words.SELECT_PARTS:
            part = name.strip("_").upper()
            yield _fault(step, "engine.part", words.PART, what=part)
    if node.args.get("kind"):
        yield _fault(step, "engine.part", words.PART, what=str(node.args["kind"]))
    distinct = node.args.get("distinct")
    if distinct and distinct.args.get("on"):
        yield _fault(step, "engine.part", words.PART, what="DISTINCT ON")
    if node.parent is not None and not isinstance(node.parent, exp.Union):
        yield _fault(step, "engine.part", words.PART, what="SUBQUERY")


def _union(step: Step, node: exp.Union) -> Iterator[Finding]:
    if node.args.get("distinct") or node.args.get("by_name"):
        yield _fault(step, "engine.part", words.PART, what="UNION")
    for name in ("order", "limit", "offset", "with_"):
        if node.args.get(name):
            yield _fault(step, "engine.part", words.PART, what=name.strip("_").upper())


def _join(step: Step, node: exp.Join) -> Iterator[Finding]:
    side, kind = node.side.upper(), node.kind.upper()
    is_cross = kind == "CROSS"
    is_known = side in {"", "LEFT"} and kind in {"", "INNER", "OUTER", "CROSS"}
    has_on = node.args.get("on") is not None
    if not is_known or node.args.get("using") or node.method or has_on == is_cross:
        yield _fault(step, "engine.join", words.JOIN, what=sql_of(node).strip())


def _group(step: Step, node: exp.Group) -> Iterator[Finding]:
    extra = {name for name, value in node.args.items() if value} - {"expressions"}
    numbered = any(isinstance(one, exp.Literal) for one in node.expressions)
    if extra or numbered:
        yield _fault(step, "engine.group", words.GROUP, what=sql_of(node).strip())


def _literal(step: Step, node: exp.Literal) -> Iterator[Finding]:
    if node.is_string:
        if "\\" in node.this:
            yield _fault(step, "engine.text", words.BACKSLASH)
    elif not _WHOLE.fullmatch(node.this):
        yield _fault(
            step, "engine.float", words.FLOAT, words.FLOAT_REMEDY, what=node.this
        )


def _star(step: Step, node: exp.Star) -> Iterator[Finding]:
    if not isinstance(node.parent, exp.Count):
        yield _fault(step, "engine.star", words.STAR)


def _not(step: Step, node: exp.Not) -> Iterator[Finding]:
    inner = node.this.unnest()
    certain = (exp.Is, exp.Coalesce, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Boolean)
    if not isinstance(inner, certain):
        yield _fault(step, "engine.not", words.NOT, words.NOT_REMEDY)


def _div(step: Step, node: exp.Div) -> Iterator[Finding]:
    divisor = node.expression.unnest()
    while isinstance(divisor, exp.Cast):
        divisor = divisor.this.unnest()
    is_safe = (isinstance(divisor, exp.Nullif) and _is_zero(divisor.expression)) or (
        isinstance(divisor, exp.Literal) and not _is_zero(divisor)
    )
    if not is_safe:
        yield _fault(
            step,
            "engine.divide",
            words.DIVIDE,
            words.DIVIDE_REMEDY,
            what=sql_of(node),
        )


def _is_zero(node: exp.Expr) -> bool:
    try:
        return isinstance(node, exp.Literal) and float(node.this) == 0
    except ValueError:
        return True  # a text that is no number is no safe divisor


def _mod(step: Step, node: exp.Mod) -> Iterator[Finding]:
    divisor = node.expression.unnest()
    if not (
        isinstance(divisor, exp.Literal)
        and _WHOLE.fullmatch(divisor.this)
        and int(divisor.this) > 0
    ):
        yield _fault(step, "engine.divide", words.MOD)


def _floor(step: Step, node: exp.Expr) -> Iterator[Finding]:
    parent = node.parent
    is_cast = isinstance(parent, exp.Cast) and parent.to.is_type("bigint")
    if not is_cast or node.args.get("decimals") or node.args.get("to"):
        yield _fault(step, "engine.floor", words.FLOOR, words.FLOOR_REMEDY)


def _like(step: Step, node: exp.Like) -> Iterator[Finding]:
    if not isinstance(node.expression, exp.Literal):
        yield _fault(step, "engine.construct", words.CONSTRUCT, what=sql_of(node))


def _in(step: Step, node: exp.In) -> Iterator[Finding]:
    if not node.expressions:
        yield _fault(step, "engine.part", words.PART, what="IN (SELECT …)")


def _window_spec(step: Step, node: exp.WindowSpec) -> Iterator[Finding]:
    if node.args.get("kind") != "ROWS" or node.args.get("exclude"):
        yield _fault(step, "engine.window", words.FRAME)


def _order(step: Step, node: exp.Order) -> Iterator[Finding]:
    if not isinstance(node.parent, exp.Window | exp.Select | exp.Union):
        yield _fault(step, "engine.part", words.PART, what=sql_of(node).strip())


def _identifier(step: Step, node: exp.Identifier) -> Iterator[Finding]:
    if not _NAME.fullmatch(node.name):
        yield _fault(step, "engine.column", words.COLUMN, what=node.name)


_RULES: dict[type, Callable[[Step, Any], Iterator[Finding]]] = {
    exp.Select: _select,
    exp.Union: _union,
    exp.Join: _join,
    exp.Group: _group,
    exp.Literal: _literal,
    exp.Star: _star,
    exp.Not: _not,
    exp.Div: _div,
    exp.Mod: _mod,
    exp.Floor: _floor,
    exp.Ceil: _floor,
    exp.Like: _like,
    exp.In: _in,
    exp.WindowSpec: _window_spec,
    exp.Order: _order,
    exp.Identifier: _identifier,
}
