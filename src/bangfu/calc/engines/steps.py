"""Pipelines: reading their text, and filling their parameters.

    -- step: people | key: household
    -- Counts of the people of each household.
    SELECT household, count(*) AS members FROM member GROUP BY household

A line `-- step:` begins a step. `$name` is a parameter: one value of a declared type, or
several of them where it stands alone in `IN ($name)`.

    PipelineRefused     a step breaks a rule; the findings name each
    StepFailed          a step that keeps the rules failed on the data
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from bangfu.calc.tables.schema import Table, Type
from bangfu.calc.values.findings import BadInput, Finding, Refusal
from bangfu.calc.values.text import Text

Value = str | int | float | bool | date | None
Values = Mapping[str, "Value | Sequence[Value]"]

STEPS_MAX = 60
VALUES_MAX = 1_000  # in one list
_HEAD = re.compile(
    r"^-- step:[ ]*(?P<name>\S*)[ ]*(?:\|[ ]*key:[ ]*(?P<key>[^|\n]*))?$", re.MULTILINE
)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class PipelineRefused(BadInput):
    """A pipeline breaks a rule of the engines; nothing was computed."""

    code = "pipeline_refused"


class StepFailed(Refusal):
    """A step failed on the data; no later step was run."""

    code = "step_failed"

    def __init__(self, step: str, reason: str) -> None:
        """Keep the name of the step and what the engine said."""
        self.step = step
        super().__init__(
            Text(
                "计算步骤“{step}”失败：{reason}",
                "The step “{step}” failed: {reason}",
                {"step": step, "reason": reason},
            ),
            remedy=Text(
                "该步骤之后的步骤没有执行；请把步骤名称和原因告诉维护人员。",
                "No later step was run; give the name and the reason to the maintainers.",
            ),
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One SELECT with a name. key: the columns of its result that identify a row.

    line: where it begins in the file. note: the comment below its head.
    """

    name: str
    key: tuple[str, ...]
    sql: str
    line: int
    note: str
    tree: exp.Expr


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Steps in the order in which they run; made by `duck.load`, which checks them.

    inputs: the tables that steps may read. parameters: the types of `$name`s. types: of
    every step, its columns in order.
    """

    name: str
    inputs: tuple[Table, ...]
    parameters: Mapping[str, Type]
    steps: tuple[Step, ...]
    types: Mapping[str, Mapping[str, Type]]

    @property
    def result(self) -> Step:
        """The last step."""
        return self.steps[-1]

    def step(self, name: str) -> Step:
        """Return a step by its name. Raises KeyError."""
        for step in self.steps:
            if step.name == name:
                return step
        raise KeyError(name)

    def filled(self, values: Values) -> list[tuple[Step, exp.Expr]]:
        """Return the steps with their parameters filled in.

        Raises PipelineRefused when a value is missing, unknown or of another type.
        """
        findings = check_values(self.parameters, values)
        if findings:
            raise refused(self.name, findings)
        return [(step, fill(step.tree, self.parameters, values)) for step in self.steps]


def refused(name: str, findings: Sequence[Finding]) -> PipelineRefused:
    """Return the refusal of a pipeline, with every finding behind it."""
    first = findings[0]
    return PipelineRefused(
        Text(
            "计算步骤“{name}”不能使用：{first}",
            "The pipeline “{name}” cannot be used: {first}",
            {"name": name, "first": first.message},
        ),
        remedy=first.remedy,
        findings=tuple(findings),
    )


def parse(text: str) -> tuple[list[Step], list[Finding]]:
    """Read the steps of a text; return those that parse, and what is wrong."""
    heads = list(_HEAD.finditer(text))
    if not heads:
        return [], [_fault("-", "engine.no_step", _NO_STEP)]
    steps: list[Step] = []
    findings: list[Finding] = []
    if len(heads) > STEPS_MAX:
        findings.append(
            _fault("-", "engine.too_many", _TOO_MANY.with_(limit=STEPS_MAX))
        )
    names: set[str] = set()
    for head, end in zip(
        heads, [*(h.start() for h in heads[1:]), len(text)], strict=True
    ):
        name = head["name"]
        body = text[head.end() : end].strip()
        key = tuple(part.strip() for part in (head["key"] or "").split(",") if part)
        step, wrong = _read(name, key, body, text.count("\n", 0, head.start()) + 1)
        if name in names:
            wrong.append(_fault(name, "engine.name", _TWICE))
        names.add(name)
        findings += wrong
        if step is not None:
            steps.append(step)
    return steps, findings


def _read(
    name: str, key: tuple[str, ...], body: str, line: int
) -> tuple[Step | None, list[Finding]]:
    wrong = []
    if not _NAME.fullmatch(name):
        wrong.append(_fault(name or "-", "engine.name", _BAD_NAME))
    if not key:
        wrong.append(_fault(name, "engine.key", _NO_KEY))
    try:
        trees = sqlglot.parse(body, dialect="duckdb")
    except SqlglotError as error:
        said = str(error).splitlines()[0]
        return None, [*wrong, _fault(name, "engine.syntax", _SYNTAX.with_(said=said))]
    if len(trees) != 1 or trees[0] is None:
        return None, [*wrong, _fault(name, "engine.one_select", _ONE_SELECT)]
    note = " ".join(
        part[2:].strip() for part in body.splitlines() if part.startswith("--")
    )
    return Step(name, key, body, line, note, trees[0]), wrong


def check_values(parameters: Mapping[str, Type], values: Values) -> list[Finding]:
    """Return what is wrong with the values of parameters."""
    findings = [
        _fault(f"${name}", "engine.parameter", _MISSING)
        for name in parameters
        if name not in values
    ]
    for name, value in values.items():
        kind = parameters.get(name)
        if kind is None:
            findings.append(_fault(f"${name}", "engine.parameter", _UNKNOWN))
            continue
        many = _as_list(value)
        if not many or len(many) > VALUES_MAX:
            findings.append(_fault(f"${name}", "engine.parameter", _COUNT))
        elif not all(_is_of(kind, one) for one in many):
            findings.append(
                _fault(f"${name}", "engine.parameter", _WRONG.with_(kind=kind.word))
            )
    return findings


def fill(tree: exp.Expr, parameters: Mapping[str, Type], values: Values) -> exp.Expr:
    """Return a copy of `tree` with literals in the place of its parameters."""
    filled = tree.copy()
    for place in list(filled.find_all(exp.Placeholder)):
        name = place.name
        literals = [literal(parameters[name], one) for one in _as_list(values[name])]
        parent = place.parent
        if isinstance(parent, exp.In) and place.arg_key == "expressions":
            at = parent.expressions.index(place)
            rest = [*parent.expressions[:at], *parent.expressions[at + 1 :]]
            parent.set("expressions", [*rest, *literals])
        else:
            assert len(literals) == 1, f"${name}: one value is taken here"  # noqa: S101
            place.replace(literals[0])
    return filled


def literal(kind: Type, value: Value) -> exp.Expr:
    """Return a value as a literal that both engines type alike.

    A number is cast from its text: a bare 0.1 is a DECIMAL on both engines, which then
    go different ways with it.
    """
    if value is None:
        return exp.cast(exp.null(), kind.value)
    if kind is Type.BOOLEAN:
        return exp.true() if value else exp.false()
    if kind is Type.TEXT:
        return exp.Literal.string(str(value))
    if kind is Type.INTEGER:
        assert isinstance(value, int)  # noqa: S101 - check_values has looked
        sign = exp.Literal.number(abs(value))
        return exp.cast(exp.Neg(this=sign) if value < 0 else sign, kind.value)
    said = repr(float(value)) if kind is Type.NUMBER else value.isoformat()  # type: ignore[arg-type,union-attr]
    return exp.cast(exp.Literal.string(said), kind.value)


def sample(kind: Type) -> Value:
    """Return a value of a type, with which a step is bound before values are known."""
    samples: dict[Type, Value] = {
        Type.TEXT: "",
        Type.BOOLEAN: False,
        Type.INTEGER: 1,
        Type.NUMBER: 1.0,
        Type.DATE: date(2016, 1, 1),
    }
    return samples[kind]


def _as_list(value: Value | Sequence[Value]) -> list[Value]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return list(value)
    return [value]


def _is_of(kind: Type, value: Value) -> bool:
    if value is None:
        return True
    if kind is Type.BOOLEAN or isinstance(value, bool):
        return kind is Type.BOOLEAN and isinstance(value, bool)
    if kind is Type.NUMBER:
        return isinstance(value, int | float) and math.isfinite(value)
    if kind is Type.DATE:
        return isinstance(value, date) and not isinstance(value, datetime)
    if kind is Type.INTEGER:
        return isinstance(value, int) and -(2**63) < value < 2**63
    return isinstance(value, str) and "\\" not in value


def _fault(subject: str, code: str, message: Text) -> Finding:
    return Finding(code, subject, message.with_(subject=subject))


_NO_STEP = Text(
    "文件里没有以“-- step:”开头的步骤。", "The text has no step that begins “-- step:”."
)
_TOO_MANY = Text("步骤超过 {limit} 个。", "There are more than {limit} steps.")
_TWICE = Text("步骤名“{subject}”重复。", "The step “{subject}” is there twice.")
_BAD_NAME = Text(
    "步骤名“{subject}”应为小写字母开头的字母、数字和下划线，不超过 40 个字符。",
    "The step name “{subject}” must be small letters, digits and underscores, 40 at most.",
)
_NO_KEY = Text(
    "步骤“{subject}”没有写明主键列。", "The step “{subject}” does not name its key."
)
_SYNTAX = Text("步骤“{subject}”：{said}", "The step “{subject}”: {said}")
_ONE_SELECT = Text(
    "步骤“{subject}”应为一条 SELECT 语句。", "The step “{subject}” must be one SELECT."
)
_MISSING = Text("参数 {subject} 没有给值。", "The parameter {subject} has no value.")
_UNKNOWN = Text("没有参数 {subject}。", "There is no parameter {subject}.")
_COUNT = Text(
    "参数 {subject} 应有 1 到 1000 个值。",
    "The parameter {subject} takes 1 to 1,000 values.",
)
_WRONG = Text(
    "参数 {subject} 的类型应为 {kind}。",
    "The parameter {subject} must be of type {kind}.",
)
