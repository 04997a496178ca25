"""Reads the attributes of a pack's tables one by one, and reports what is wrong.

Every reader returns None for an attribute that is absent or wrong; what is wrong is in
the report, what is absent and needed is reported by `check_attributes`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, TypeVar

from bangfu.calc.values.division_code import DivisionCode, InvalidDivisionCode
from bangfu.calc.values.findings import Finding
from bangfu.calc.values.text import Text
from bangfu.policy.cells import WrongCell, read_bilingual, read_cell
from bangfu.policy.reading import Block
from bangfu.policy.schema import Column, Kind, Specification
from bangfu.policy.values import NATIONAL, Cell, Content, Grade, Row, Status

ROWS_MAX = 1_000
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")

_Member = TypeVar("_Member", Grade, Status)


@dataclass(slots=True)
class Report:
    """Collects the findings about one block."""

    block: Block
    subject: str
    findings: list[Finding] = field(default_factory=list)

    def add(
        self,
        code: str,
        attribute: str | None,
        message: Text,
        remedy: Text | None = None,
    ) -> None:
        """Add a finding about an attribute, or about the block when it is None."""
        place = self.block.place(attribute)
        self.findings.append(
            Finding(
                code,
                self.subject,
                message,
                remedy=remedy,
                place=place,
                field=attribute,
            )
        )


def check_attributes(report: Report, required: set[str], optional: set[str]) -> None:
    """Report every attribute that is missing and every one that is not known."""
    present = set(report.block.content)
    for name in sorted(required - present):
        message = Text("缺少“{name}”。", "“{name}” is missing.", {"name": name})
        report.add("missing_attribute", name, message)
    for name in sorted(present - required - optional):
        message = Text(
            "不认识属性“{name}”。", "Unknown attribute “{name}”.", {"name": name}
        )
        report.add("unknown_attribute", name, message)


def read_pair(report: Report, attribute: str) -> Text | None:
    """Read a text in both languages."""
    raw = report.block.content.get(attribute)
    if raw is None:
        return None
    text = read_bilingual(raw)
    if text is None:
        message = Text(
            '“{name}”应为中英文文字：{{ zh = "…", en = "…" }}。',
            '“{name}” must be in both languages: {{ zh = "…", en = "…" }}.',
            {"name": attribute},
        )
        report.add("bad_type", attribute, message)
    return text


def read_content(report: Report, specification: Specification) -> Content | None:
    """Read the value itself; a table's rows are kept in order."""
    if "value" not in report.block.content:
        return None
    raw = report.block.content["value"]
    if specification.field.kind is Kind.TABLE:
        return _rows(report, specification.columns, raw)
    try:
        cell = read_cell(raw, specification.field)
    except WrongCell as wrong:
        report.add(wrong.code, "value", wrong.message)
        return None
    assert not isinstance(cell, date | Text | tuple)  # noqa: S101 -- columns only
    return cell


def _rows(
    report: Report, columns: tuple[Column, ...], raw: object
) -> tuple[Row, ...] | None:
    if (
        not isinstance(raw, list)
        or not raw
        or len(raw) > ROWS_MAX
        or not all(isinstance(row, dict) for row in raw)
    ):
        message = Text(
            "应为 1 至 {limit} 行的表格。",
            "It must be a table of 1 to {limit} rows.",
            {"limit": ROWS_MAX},
        )
        report.add("bad_type", "value", message)
        return None
    return tuple(
        _row(report, columns, row, number) for number, row in enumerate(raw, start=1)
    )


def _row(
    report: Report, columns: tuple[Column, ...], raw: dict[str, Any], number: int
) -> Row:
    cells: dict[str, Cell] = {}
    known = {column.name: column for column in columns}
    for name in raw:
        if name not in known:
            _report_cell(
                report,
                "unknown_column",
                number,
                name,
                Text("没有这一列。", "No such column."),
            )
    for name, column in known.items():
        if name in raw:
            try:
                cells[name] = read_cell(raw[name], column.field)
            except WrongCell as wrong:
                _report_cell(report, wrong.code, number, name, wrong.message)
        elif column.required:
            message = Text("缺少这一列。", "The column is missing.")
            _report_cell(report, "missing_column", number, name, message)
    return MappingProxyType(cells)


def _report_cell(
    report: Report, code: str, number: int, column: str, message: Text
) -> None:
    sentence = Text(
        "第 {number} 行“{column}”列：{message}",
        "Row {number}, column “{column}”: {message}",
        {"number": number, "column": column, "message": message},
    )
    report.add(code, "value", sentence)


def read_unit(report: Report, specification: Specification) -> str | None:
    """Read the unit, which must be the declared one."""
    unit = report.block.content.get("unit")
    if unit is None:
        return None
    if unit != specification.unit:
        message = Text(
            "单位应为“{right}”，现为“{unit}”。",
            "The unit must be “{right}”, but it is “{unit}”.",
            {"right": specification.unit, "unit": str(unit)[:40]},
        )
        remedy = Text(
            "先换算成规定的单位，再填写。", "Convert the value to the unit asked for."
        )
        report.add("wrong_unit", "unit", message, remedy)
        return None
    return specification.unit


def read_period(
    report: Report, specification: Specification
) -> tuple[date | None, date | None]:
    """Read the first and the last day of validity; the last may be open."""
    content = report.block.content
    dates: dict[str, date | None] = {}
    for name in ("valid_from", "valid_to"):
        raw = content.get(name)
        dates[name] = raw if type(raw) is date else None
        if name in content and dates[name] is None:
            message = Text(
                "“{name}”应为日期，如 2014-01-01，现为“{raw}”。",
                "“{name}” must be a date such as 2014-01-01, but it is “{raw}”.",
                {"name": name, "raw": str(raw)[:40]},
            )
            report.add("bad_date", name, message)
    first, last = dates["valid_from"], dates["valid_to"]
    if first is not None and last is not None and last < first:
        message = Text(
            "有效期的止日 {last} 早于起日 {first}。",
            "The period ends on {last}, before it begins on {first}.",
            {"first": first, "last": last},
        )
        report.add("bad_date", "valid_to", message)
    elif specification.yearly and first is not None:
        _check_year(report, first, last)
    return first, last


def _check_year(report: Report, first: date, last: date | None) -> None:
    if (first, last) != (date(first.year, 1, 1), date(first.year, 12, 31)):
        message = Text(
            "本参数逐年填写：有效期应为某年 1 月 1 日至 12 月 31 日。",
            "This parameter is given by year: 1 January to 31 December of one year.",
        )
        report.add("not_a_year", "valid_from", message)


def read_scope(report: Report) -> str | None:
    """Read the scope: a division code, or the empty text for the whole country."""
    scope = report.block.content.get("scope")
    if scope is None or scope == NATIONAL:
        return scope
    try:
        return DivisionCode(scope)
    except InvalidDivisionCode as error:
        remedy = Text('全国写作 ""。', 'The whole country is "".')
        report.add("bad_scope", "scope", error.message, remedy)
        return None


def read_member(
    report: Report, attribute: str, members: type[_Member]
) -> _Member | None:
    """Read a grade or a status."""
    raw = report.block.content.get(attribute)
    if raw is None:
        return None
    if raw in list(members):
        return members(raw)
    message = Text(
        "“{name}”应为 {choices} 之一，现为“{raw}”。",
        "“{name}” must be one of {choices}, but it is “{raw}”.",
        {"name": attribute, "choices": ", ".join(members), "raw": str(raw)[:40]},
    )
    report.add("unknown_choice", attribute, message)
    return None


def read_scenario(report: Report, status: Status | None) -> str | None:
    """Read the scenario's name; an assumption is never verified."""
    raw = report.block.content.get("scenario")
    if raw is None:
        return None
    if not isinstance(raw, str) or not NAME.fullmatch(raw):
        message = Text(
            "情景名应由小写字母、数字和连字符组成。",
            "A scenario's name is lower-case letters, digits and hyphens.",
        )
        report.add("bad_type", "scenario", message)
        return None
    if status is Status.VERIFIED:
        message = Text(
            "情景是假设，不能标为已核实。",
            "A scenario is an assumption; it cannot be marked verified.",
        )
        report.add("verified_scenario", "status", message)
    return raw
