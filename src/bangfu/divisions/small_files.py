"""Reads what offices hand in beside the list: outlines, points and flags in files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput, Finding
from bangfu.calc.values.text import Text
from bangfu.divisions import documents
from bangfu.divisions.geometry import Point
from bangfu.divisions.kinds import FlagKind
from bangfu.divisions.published import FILE_BYTES_MAX, encoding_of

_Value = TypeVar("_Value")


def geojson(file: Path) -> Mapping[str, Any]:
    """Read one JSON object of limited size. Raises BadInput."""
    if file.stat().st_size > FILE_BYTES_MAX:
        raise BadInput(
            Text(
                "{file} 超过 {limit} MB。",
                "{file} is larger than {limit} MB.",
                {"file": file.name, "limit": FILE_BYTES_MAX // 2**20},
            ),
            code="file_too_large",
        )
    try:
        collection = json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise _unreadable(file, Text(str(error), str(error))) from error
    if not isinstance(collection, dict):
        raise _unreadable(file, _NO_OBJECT)
    return collection


def _unreadable(file: Path, reason: Text) -> BadInput:
    return BadInput(
        Text(
            "{file} 无法读取：{reason}。",
            "{file} cannot be read: {reason}.",
            {"file": file.name, "reason": reason},
        ),
        code="unreadable_file",
    )


def flags_in(file: Path) -> list[tuple[DivisionCode, str, date]]:
    """Read a CSV of code, flag, from. Raises BadInput with every wrong line."""
    return _read_csv(file, ("code", "flag", "from"), _flag_of)


def _flag_of(row: Mapping[str, str]) -> tuple[DivisionCode, str, date]:
    return (
        DivisionCode(row["code"].strip()),
        FlagKind(row["flag"].strip()).value,
        date.fromisoformat(row["from"].strip()),
    )


def points_in(file: Path) -> dict[DivisionCode, Point]:
    """Read a CSV of code, longitude, latitude. Raises BadInput with every wrong line."""
    return dict(
        _read_csv(
            file,
            ("code", "longitude", "latitude"),
            lambda row: (
                DivisionCode(row["code"].strip()),
                Point(float(row["longitude"]), float(row["latitude"])),
            ),
        )
    )


def _read_csv(
    file: Path, columns: tuple[str, ...], value: Callable[[Mapping[str, str]], _Value]
) -> list[_Value]:
    """Read a small CSV; every line that cannot be read is named.

    Offices save CSV in GB18030 as often as in UTF-8.
    """
    content = file.read_bytes()
    encoding = encoding_of(content)
    if not encoding:
        raise _unreadable(file, _NOT_TEXT)
    reader = csv.DictReader(io.StringIO(content.decode(encoding), newline=""))
    if not set(columns) <= set(reader.fieldnames or ()):
        raise _unreadable(file, _COLUMNS.with_(columns=", ".join(columns)))
    findings, values = [], []
    try:
        for row in reader:
            try:
                values.append(value(row))
            except (ValueError, AttributeError, TypeError, BadInput) as error:
                findings.append(
                    documents.line_finding(file.name, reader.line_num, error)
                )
    except csv.Error as error:
        findings.append(documents.line_finding(file.name, reader.line_num, error))
    if findings:
        raise _wrong_lines(file, findings)
    return values


def _wrong_lines(file: Path, findings: list[Finding]) -> BadInput:
    return BadInput(
        Text(
            "{file} 有 {n} 行错误，未导入。",
            "{file} has {n} wrong lines; nothing was stored.",
            {"file": file.name, "n": len(findings)},
        ),
        findings=tuple(findings),
        code="wrong_lines",
    )


_NOT_TEXT = Text("不是 UTF-8 或 GB18030 文本", "no text in UTF-8 or GB18030")
_COLUMNS = Text("应有 {columns} 列", "the columns {columns} are needed")
_NO_OBJECT = Text("不是 GeoJSON 对象", "not a GeoJSON object")
