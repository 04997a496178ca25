"""Turns what was read into values, and finds everything that is wrong with it.

Nothing stops at the first fault: an office mends a pack in one go. A finding names the
file and line, the key and the attribute.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bangfu.calc.values.findings import Finding
from bangfu.calc.values.text import Text
from bangfu.policy.attributes import (
    NAME,
    Report,
    check_attributes,
    read_content,
    read_member,
    read_pair,
    read_period,
    read_scenario,
    read_scope,
    read_unit,
)
from bangfu.policy.parameters import PLACES, SPECIFICATIONS
from bangfu.policy.reading import Block, ParameterBlock, Reading
from bangfu.policy.schema import Specification
from bangfu.policy.values import Grade, Parameter, Status, Value

_PACK_ATTRIBUTES = ({"id", "title", "regulation"}, {"note"})
_PARAMETER_ATTRIBUTES = ({"key", "title", "acts", "value"}, {"note"})
_VALUE_ATTRIBUTES = (
    {"value", "unit", "valid_from", "scope", "source", "grade", "status"},
    {"valid_to", "scenario", "note"},
)


@dataclass(frozen=True, slots=True)
class Checked:
    """What could be made of a pack, and everything that was wrong."""

    pack_id: str
    title: Text
    regulation: Text
    parameters: Mapping[str, Parameter]
    values: tuple[Value, ...]
    findings: tuple[Finding, ...]


def check_reading(reading: Reading) -> Checked:
    """Check all that was read; the findings of the reading come first."""
    findings = list(reading.findings)
    pack_id, title, regulation, found = _check_pack(reading.pack)
    findings += found
    parameters: dict[str, Parameter] = {}
    values: list[Value] = []
    first: dict[str, Block] = {}
    for item in reading.parameters:
        parameter, read, found = _check_parameter(item)
        findings += found
        key = item.block.content.get("key")
        if isinstance(key, str) and key in first:
            findings.append(_declared_twice(key, item.block, first[key]))
            continue
        if isinstance(key, str):
            first[key] = item.block
        if parameter is not None:
            parameters[parameter.key] = parameter
        values += read
    findings += _check_overlaps(values)
    return Checked(
        pack_id, title, regulation, parameters, tuple(values), tuple(findings)
    )


def _check_pack(block: Block | None) -> tuple[str, Text, Text, list[Finding]]:
    unknown = Text("？", "?")
    if block is None:
        return "", unknown, unknown, []
    report = Report(block, "pack")
    check_attributes(report, *_PACK_ATTRIBUTES)
    pack_id = block.content.get("id")
    if "id" in block.content and (
        not isinstance(pack_id, str) or not NAME.fullmatch(pack_id)
    ):
        report.add(
            "bad_type",
            "id",
            Text(
                "id 应由小写字母、数字和连字符组成。",
                "id must be lower-case letters, digits and hyphens.",
            ),
        )
    title = read_pair(report, "title")
    regulation = read_pair(report, "regulation")
    read_pair(report, "note")
    return str(pack_id), title or unknown, regulation or unknown, report.findings


def _check_parameter(
    item: ParameterBlock,
) -> tuple[Parameter | None, list[Value], list[Finding]]:
    content = item.block.content
    key = content.get("key")
    name = key if isinstance(key, str) else "?"
    report = Report(item.block, name)
    check_attributes(report, *_PARAMETER_ATTRIBUTES)
    title = read_pair(report, "title")
    note = read_pair(report, "note")
    acts = _acts(report)
    if "value" in content and not item.values:
        message = Text("没有任何取值。", "It has no value at all.")
        remedy = Text(
            "在其下写 [[parameter.value]]。", "Write [[parameter.value]] below it."
        )
        report.add("no_value", "value", message, remedy)
    specification = SPECIFICATIONS.get(name)
    if specification is None:
        if "key" in content:
            _report_unknown_key(report, name)
        return None, [], report.findings
    findings = report.findings
    values = []
    for block in item.values:
        value, found = _check_value(block, specification)
        findings += found
        if value is not None:
            values.append(value)
    if title is None or acts is None:
        return None, values, findings
    return Parameter(name, title, acts, note), values, findings


def _report_unknown_key(report: Report, name: str) -> None:
    message = Text("不认识参数“{key}”。", "Unknown parameter “{key}”.", {"key": name})
    remedy = Text(
        "参数名见 docs/reference/policy-pack.md。",
        "docs/reference/policy-pack.md lists the keys.",
    )
    report.add("unknown_key", "key", message, remedy)


def _acts(report: Report) -> tuple[str, ...] | None:
    acts = report.block.content.get("acts")
    if acts is None:
        return None
    if (
        not isinstance(acts, list)
        or not acts
        or not all(isinstance(act, str) for act in acts)
    ):
        message = Text(
            "acts 应为至少一项的列表。", "acts must be a list of at least one place."
        )
        report.add("bad_type", "acts", message)
        return None
    unknown = [act for act in acts if act not in PLACES]
    if unknown:
        message = Text(
            "不认识作用处：{acts}。",
            "Unknown place where it acts: {acts}.",
            {"acts": ", ".join(unknown)},
        )
        report.add("unknown_place", "acts", message)
        return None
    return tuple(acts)


def _check_value(
    block: Block, specification: Specification
) -> tuple[Value | None, list[Finding]]:
    report = Report(block, specification.key)
    check_attributes(report, *_VALUE_ATTRIBUTES)
    content = read_content(report, specification)
    unit = read_unit(report, specification)
    valid_from, valid_to = read_period(report, specification)
    scope = read_scope(report)
    source = read_pair(report, "source")
    grade = read_member(report, "grade", Grade)
    status = read_member(report, "status", Status)
    scenario = read_scenario(report, status)
    note = read_pair(report, "note")
    if (
        report.findings
        or content is None
        or unit is None
        or valid_from is None
        or scope is None
        or source is None
        or grade is None
        or status is None
    ):
        return None, report.findings
    value = Value(
        specification.key,
        content,
        unit,
        valid_from,
        valid_to,
        scope,
        source,
        grade,
        status,
        scenario,
        note,
        block.file,
        block.line,
    )
    return value, []


def _declared_twice(key: str, block: Block, first: Block) -> Finding:
    message = Text(
        "参数已在 {place} 写过。",
        "The parameter stands already at {place}.",
        {"place": first.place()},
    )
    remedy = Text("把取值合并到一处。", "Put the values in one place.")
    return Finding("declared_twice", key, message, remedy=remedy, place=block.place())


def _check_overlaps(values: Iterable[Value]) -> list[Finding]:
    series: dict[tuple[str, str, str], list[Value]] = defaultdict(list)
    for value in values:
        series[value.key, value.scope, value.scenario or ""].append(value)
    findings = []
    for same in series.values():
        same.sort(key=lambda value: value.valid_from)
        longest = same[0]
        for value in same[1:]:
            if longest.valid_to is None or value.valid_from <= longest.valid_to:
                findings.append(_overlap(longest, value))
            if longest.valid_to is not None and (
                value.valid_to is None or value.valid_to > longest.valid_to
            ):
                longest = value
    return findings


def _overlap(before: Value, after: Value) -> Finding:
    message = Text(
        "自 {after} 起与自 {before} 起（{place}）的取值有效期重叠，范围：{scope}。",
        "The values from {before} ({place}) and {after} overlap; scope: {scope}.",
        {
            "after": after.valid_from,
            "before": before.valid_from,
            "place": Block(before.file, {}, before.line).place(),
            "scope": after.scope or Text("全国", "the whole country"),
        },
    )
    remedy = Text("给较早的取值写上 valid_to。", "Give the earlier value a valid_to.")
    return Finding(
        "overlap",
        after.key,
        message,
        remedy=remedy,
        place=Block(after.file, {}, after.line).place(),
        field="valid_from",
    )
