"""Reads a file of changes of county codes since 1981: validity and successions.

Nine columns: code, province, prefecture, name, level, status, year in use from, year
changed or ceased, codes that carry on (`;` between them, `[year]` for one that took
over a part earlier). A year counts from its first of January, so that what ceases in a
year and what follows it in that year meet without a gap.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.findings import Finding
from bangfu.calc.values.text import Text
from bangfu.divisions.kinds import SuccessionKind
from bangfu.divisions.published import finding_at

HEADER = (
    "代码",
    "一级行政区",
    "二级行政区",
    "名称",
    "级别",
    "状态",
    "启用时间",
    "变更/弃用时间",
    "新代码",
)
_LEVELS = {"省级": Level.PROVINCE, "地级": Level.CITY, "县级": Level.COUNTY}
_STATES = ("在用", "弃用", "变更")
_YEAR = re.compile(r"19[5-9][0-9]|20[0-9]{2}")
_TARGET = re.compile(r"([0-9]{6})(?:\[([0-9]{4})\])?")


class Stretch(NamedTuple):
    """A code under one name from a day, up to a day or None."""

    code: str
    name: str
    starts: date
    ends: date | None
    line: int


class Step(NamedTuple):
    """`to_code` carries on for `from_code` from a day."""

    from_code: str
    to_code: str
    effective: date
    kind: str


@dataclass(slots=True)
class Changes:
    """What the file says, and what is wrong in it."""

    stretches: list[Stretch] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def within(self, under: DivisionCode) -> Changes:
        """Return what concerns a division, those above it and those within it."""
        near = {*under.ancestors()}

        def is_near(code: str) -> bool:
            return code.startswith(under) or code in near

        return Changes(
            [stretch for stretch in self.stretches if is_near(stretch.code)],
            [s for s in self.steps if is_near(s.from_code) or is_near(s.to_code)],
            list(self.findings),
        )

    @property
    def current(self) -> list[Stretch]:
        """Codes in use."""
        return [stretch for stretch in self.stretches if stretch.ends is None]

    @property
    def past(self) -> list[Stretch]:
        """Codes, or names of codes, that are over."""
        return [stretch for stretch in self.stretches if stretch.ends is not None]


class _Line(NamedTuple):
    stretch: Stretch
    targets: tuple[tuple[str, int | None], ...]


def read(path: Path) -> Changes:
    """Read the file. The result holds the findings; the caller refuses them."""
    changes = Changes()
    text = path.read_bytes().decode("utf-8-sig", errors="replace")
    reader = csv.reader(io.StringIO(text, newline=""))
    if tuple(next(reader, ())) != HEADER:
        changes.findings.append(finding_at(path.name, 1, path.name, _BAD_HEADER))
        return changes
    lines = []
    for row in reader:
        parsed = _parsed(row, reader.line_num)
        if isinstance(parsed, Text):
            code = row[0] if row else ""
            changes.findings.append(
                finding_at(path.name, reader.line_num, code, parsed)
            )
        else:
            lines.append(parsed)
    changes.stretches = [line.stretch for line in lines]
    changes.findings += _overlaps(path.name, changes.stretches)
    changes.steps = _steps(lines)
    return changes


def _parsed(row: Sequence[str], line: int) -> _Line | Text:
    if len(row) != len(HEADER):
        return _BAD_WIDTH.with_(count=len(row))
    padded, _, _, name, level_name, status, since, until, targets = row
    level = _LEVELS.get(level_name)
    if level is None or status not in _STATES or not name.strip():
        return _BAD_STATE
    if not re.fullmatch(f"[0-9]{{{int(level)}}}0{{{6 - int(level)}}}", padded):
        return _BAD_CODE.with_(code=padded[:20], level=level.text)
    if not _YEAR.fullmatch(since) or (until and not _YEAR.fullmatch(until)):
        return _BAD_YEAR
    if (status == "在用") != (not until) or (until and until <= since):
        return _BAD_YEAR
    matches = [_TARGET.fullmatch(part) for part in targets.split(";") if part]
    if not all(matches):
        return _BAD_TARGET.with_(targets=targets[:40])
    ends = date(int(until), 1, 1) if until else None
    stretch = Stretch(padded[:level], name.strip(), date(int(since), 1, 1), ends, line)
    found = [match.groups() for match in matches if match]
    return _Line(stretch, tuple((code, int(y) if y else None) for code, y in found))


def _overlaps(file: str, stretches: Sequence[Stretch]) -> list[Finding]:
    findings = []
    last: dict[str, Stretch] = {}
    for stretch in sorted(stretches, key=lambda s: (s.code, s.starts)):
        before = last.get(stretch.code)
        if before and (before.ends is None or before.ends > stretch.starts):
            message = _OVERLAP.with_(code=stretch.code, line=before.line)
            findings.append(finding_at(file, stretch.line, stretch.code, message))
        last[stretch.code] = stretch
    return findings


def _steps(lines: Sequence[_Line]) -> list[Step]:
    """Name the kind of every succession from how many codes go into how many."""
    level_of = {line.stretch.code.ljust(6, "0"): line.stretch.code for line in lines}
    begun = {(line.stretch.code, line.stretch.starts) for line in lines}
    heirs = Counter(
        (level_of.get(code, code), line.stretch.ends)
        for line in lines
        for code, year in line.targets
        if year is None
    )
    steps = {}
    for line in lines:
        for step in _steps_of(line, level_of, begun, heirs):
            steps[step[:3]] = step
    return sorted(steps.values())


def _steps_of(
    line: _Line,
    level_of: Mapping[str, str],
    begun: set[tuple[str, date]],
    heirs: Mapping[tuple[str, date | None], int],
) -> list[Step]:
    code, ends = line.stretch.code, line.stretch.ends
    whole = [to for to, year in line.targets if year is None]
    steps = []
    for padded, year in line.targets:
        to = level_of.get(padded, padded)
        day = date(year, 1, 1) if year else ends
        if day is None:
            continue
        if to == code:
            kind = SuccessionKind.RENAME
        elif year is not None:
            kind = SuccessionKind.MOVE
        elif len(whole) > 1:
            kind = SuccessionKind.SPLIT
        elif (to, day) in begun and heirs[(to, day)] == 1:
            kind = SuccessionKind.RENAME
        else:
            kind = SuccessionKind.MERGE
        steps.append(Step(code, to, day, kind.value))
    return steps


_BAD_HEADER = Text(
    "表头应为：" + "、".join(HEADER) + "。",
    "The header should be: " + ", ".join(HEADER) + ".",
)
_BAD_WIDTH = Text("应有 9 列，现为 {count} 列。", "9 columns are needed, not {count}.")
_BAD_STATE = Text(
    "名称、级别（省级、地级、县级）或状态（在用、弃用、变更）有误。",
    "Name, level (省级, 地级, 县级) or status (在用, 弃用, 变更) is wrong.",
)
_BAD_CODE = Text("“{code}”不是{level}代码。", "“{code}” is no {level} code.")
_BAD_YEAR = Text(
    "年份有误：在用的不填弃用年份，弃用年份应晚于启用年份。",
    "A year is wrong: what is in use has no end, and an end comes after the start.",
)
_BAD_TARGET = Text("新代码“{targets}”有误。", "The new codes “{targets}” are wrong.")
_OVERLAP = Text(
    "代码 {code} 的有效期与第 {line} 行重叠。",
    "The validity of {code} overlaps that of line {line}.",
)
