"""Reads the files of a pack, and remembers on which line each thing stands.

The reader knows TOML and the outline of a pack (`[pack]`, `[[parameter]]`,
`[[parameter.value]]`); what may stand in them is for `checking`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from bangfu.calc.values.findings import Finding
from bangfu.calc.values.text import Text

PACK_FILE = "pack.toml"
FILES_MAX = 200
FILE_BYTES_MAX = 1_000_000
VALUES_MAX = 20_000

_HEADER = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.\"]+)\s*\]\]?")
_ATTRIBUTE = re.compile(r"\s*\"?([A-Za-z0-9_]+)\"?\s*=")
_ERROR_LINE = re.compile(r"at line (\d+)")


@dataclass(frozen=True, slots=True)
class Block:
    """One table of a pack file: its content and where it stands.

    line: of its header, None when it could not be told. lines: attribute to line.
    """

    file: str
    content: dict[str, Any]
    line: int | None = None
    lines: dict[str, int] = field(default_factory=dict)

    def place(self, attribute: str | None = None) -> Text:
        """Say where this table, or an attribute of it, stands."""
        return place_of(self.file, self.lines.get(attribute or "", self.line))


@dataclass(frozen=True, slots=True)
class ParameterBlock:
    """A `[[parameter]]` with its `[[parameter.value]]` tables, in file order."""

    block: Block
    values: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the `[pack]` table, the parameters, and what was wrong."""

    pack: Block | None
    parameters: tuple[ParameterBlock, ...]
    findings: tuple[Finding, ...]


def place_of(file: str, line: int | None) -> Text:
    """Say a place in a pack: the file, and the line when it is known."""
    if line is None:
        return Text("{file}", "{file}", {"file": file})
    return Text(
        "{file} 第 {line} 行", "{file} line {line}", {"file": file, "line": line}
    )


def read_directory(directory: Path) -> Reading:
    """Read every `*.toml` file of `directory`, in order of name.

    What cannot be read is a finding; the other files are read all the same.
    """
    try:
        paths = sorted(path for path in directory.iterdir() if path.suffix == ".toml")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return Reading(None, (), (_unreadable(str(directory), reason),))
    if len(paths) > FILES_MAX:
        return Reading(None, (), (_too_many_files(directory, len(paths)),))
    pack: Block | None = None
    parameters: list[ParameterBlock] = []
    findings: list[Finding] = []
    for path in paths:
        text = _read_text(path)
        content = text if isinstance(text, Finding) else _parse(path.name, text)
        if isinstance(content, Finding):
            findings.append(content)
            continue
        headers = _headers(str(text))
        findings += _check_outline(path.name, content)
        if path.name == PACK_FILE and isinstance(content.get("pack"), dict):
            pack = _block(path.name, content["pack"], headers.get("pack", []), 0, 1)
        parameters += _parameters(path.name, content.get("parameter"), headers)
    if pack is None and not any(finding.subject == PACK_FILE for finding in findings):
        findings.append(_no_pack_table(directory))
    return Reading(pack, tuple(parameters), tuple(findings))


def _read_text(path: Path) -> str | Finding:
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            return _too_large(path)
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        message = Text("文件不是 UTF-8 编码。", "The file is not UTF-8.")
        remedy = Text("用 UTF-8 编码另存。", "Save it as UTF-8.")
        return _finding("not_utf8", path.name, message, remedy)
    except OSError as error:
        return _unreadable(path.name, error.strerror or type(error).__name__)


def _parse(file: str, text: str) -> dict[str, Any] | Finding:
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        line = _ERROR_LINE.search(str(error))
        message = Text(
            "不是有效的 TOML：{error}。",
            "Not valid TOML: {error}.",
            {"error": str(error)},
        )
        place = place_of(file, int(line[1]) if line else None)
        return Finding("not_toml", file, message, place=place)


def _check_outline(file: str, content: dict[str, Any]) -> list[Finding]:
    findings = []
    for name, value in content.items():
        allowed = ("pack", "parameter") if file == PACK_FILE else ("parameter",)
        if name not in allowed:
            message = Text(
                "不认识的内容“{name}”。",
                "Unknown table or key “{name}”.",
                {"name": name},
            )
            remedy = Text(
                "文件中只能有 [[parameter]]；[pack] 只能在 pack.toml 中。",
                "A file holds [[parameter]] only; [pack] belongs in pack.toml.",
            )
            findings.append(_finding("unknown_table", file, message, remedy))
        elif not _has_shape(name, value):
            message = Text(
                "“{name}”的写法不对：应写作 {right}。",
                "“{name}” is written wrongly: it must be {right}.",
                {
                    "name": name,
                    "right": "[pack]" if name == "pack" else "[[parameter]]",
                },
            )
            findings.append(_finding("bad_table", file, message, None))
    return findings


def _has_shape(name: str, value: object) -> bool:
    if name == "pack":
        return isinstance(value, dict)
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _parameters(
    file: str, tables: object, headers: dict[str, list[_Header]]
) -> list[ParameterBlock]:
    if not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
        return []
    nested = [table.get("value") for table in tables]
    total = sum(len(values) for values in nested if isinstance(values, list))
    parameters = []
    done = 0
    for number, table in enumerate(tables):
        block = _block(file, table, headers.get("parameter", []), number, len(tables))
        values = table.get("value")
        blocks = []
        for value in values if isinstance(values, list) else []:
            content = value if isinstance(value, dict) else {}
            found = headers.get("parameter.value", [])
            blocks.append(_block(file, content, found, done, total))
            done += 1
        parameters.append(ParameterBlock(block, tuple(blocks)))
    return parameters


@dataclass(slots=True)
class _Header:
    line: int
    lines: dict[str, int] = field(default_factory=dict)


def _headers(text: str) -> dict[str, list[_Header]]:
    """Find the lines of table headers, and of the attributes below each."""
    found: dict[str, list[_Header]] = {}
    current: _Header | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            current = _Header(number)
            found.setdefault(header[2].replace('"', ""), []).append(current)
        elif current is not None and (attribute := _ATTRIBUTE.match(line)):
            current.lines.setdefault(attribute[1], number)
    return found


def _block(
    file: str, content: dict[str, Any], headers: list[_Header], number: int, total: int
) -> Block:
    """Join content and lines; a wrong line is worse than none, so counts must agree."""
    if len(headers) != total:
        return Block(file, content)
    return Block(file, content, headers[number].line, headers[number].lines)


def _finding(code: str, file: str, message: Text, remedy: Text | None) -> Finding:
    return Finding(code, file, message, remedy=remedy, place=place_of(file, None))


def _unreadable(name: str, reason: str) -> Finding:
    message = Text(
        "无法读取“{name}”：{reason}。",
        "“{name}” cannot be read: {reason}.",
        {"name": name, "reason": reason},
    )
    remedy = Text(
        "指定存放 TOML 文件的文件夹。",
        "Name a directory of TOML files that you may read.",
    )
    return Finding("unreadable", name, message, remedy=remedy)


def _no_pack_table(directory: Path) -> Finding:
    message = Text(
        "“{name}”中没有 pack.toml 或其中没有 [pack]，不是政策包。",
        "“{name}” has no pack.toml with a [pack] table, so it is not a policy pack.",
        {"name": str(directory)},
    )
    remedy = Text(
        "从默认政策包复制 pack.toml 并改写。",
        "Copy pack.toml from the default pack and edit it.",
    )
    return Finding("no_pack", PACK_FILE, message, remedy=remedy)


def _too_many_files(directory: Path, count: int) -> Finding:
    message = Text(
        "文件夹中有 {count} 个 TOML 文件，上限为 {limit} 个。",
        "The directory holds {count} TOML files; the limit is {limit}.",
        {"count": count, "limit": FILES_MAX},
    )
    return Finding("too_many_files", str(directory), message)


def _too_large(path: Path) -> Finding:
    message = Text(
        "文件超过 {limit} 字节。",
        "The file is larger than {limit} bytes.",
        {"limit": FILE_BYTES_MAX},
    )
    remedy = Text("把参数分到几个文件中。", "Split the parameters over several files.")
    return _finding("too_large", path.name, message, remedy)
