"""The guard before an .xlsx is parsed: every part is really inflated and looked at.

The reader behind it keeps the whole used area of a sheet in memory, so one cell in the
last corner would ask for gigabytes, and a zip file may claim any size for its parts.
Here nothing is believed: parts are inflated piece by piece against the limits, and the
used area is taken from the cells themselves.

Most sheets are written in one plain form (`<c r="B7" …>`), which is measured with
numpy. A sheet in any other form is parsed with expat, more slowly. The same pass
notes what the reader does not tell: error values, and formulas without a result.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

import numpy as np
from numpy.typing import NDArray

from bangfu.calc.values.findings import BadInput, OutOfLimit
from bangfu.calc.values.text import Text
from bangfu.exchange.limits import MEBIBYTE, Limits
from bangfu.exchange.sniffing import SAVE_AS_XLSX, broken, encrypted, not_a_workbook

Bytes = NDArray[np.uint8]
Positions = NDArray[np.int64]

_PIECE_BYTES = MEBIBYTE
_INFLATION_FREE_BYTES = 64 * MEBIBYTE
_DIRECTORY_BYTES_MAX = 8 * MEBIBYTE
_PARTS_MAX = 2_000

_ENDS_NAME = np.zeros(256, dtype=np.bool_)  # for each byte: whether a name ends there
_ENDS_NAME[list(b" \t\r\n>/")] = True
_ERROR_CELL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^>]*\st="e"')
# A text result may be empty (t="str"); any other result without a value is missing.
_NO_RESULT = re.compile(
    rb'<c r="[A-Z0-9]{2,10}"(?![^>]*\st="str")[^>]*>'
    rb"<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>"
)


@dataclass(slots=True)
class Part:
    """What was seen in one part of the file; rows and columns count from 1."""

    rows: int = 0
    columns: int = 0
    error_cells: set[tuple[int, int]] = field(default_factory=set)
    formulas_without_result: int = 0


@dataclass(frozen=True, slots=True)
class Package:
    """An .xlsx that passed the guard. sheets: by name; parts: by path in the file."""

    sheets: dict[str, Part]
    parts: dict[str, Part]
    dates_from_1904: bool


def inspect_package(content: bytes, limits: Limits) -> Package:
    """Inflate every part of an .xlsx and measure its sheets.

    Raises OutOfLimit where a limit is exceeded, and BadInput for macros, other Office
    files, unknown compression and damage.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        _check_members(archive.infolist())
        package = _read_directory(archive)
        _inspect_members(archive, package, len(content), limits)
    except (
        zipfile.BadZipFile,
        zlib.error,
        expat.ExpatError,
        EOFError,
        KeyError,
        NotImplementedError,
        OverflowError,
        UnicodeDecodeError,
        ValueError,
    ) as error:
        raise broken() from error
    return package


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    names = [member.filename.lower() for member in members]
    if len(names) > _PARTS_MAX or len(set(names)) != len(names):
        raise broken()
    if any(member.flag_bits & 1 for member in members):
        raise encrypted()
    if any(name.endswith("vbaproject.bin") for name in names):
        raise _macros()
    if "xl/workbook.bin" in names or "mimetype" in names:
        raise BadInput(
            Text(
                "不支持 .xlsb、.ods 格式。",
                "The formats .xlsb and .ods are not supported.",
            ),
            remedy=SAVE_AS_XLSX,
        )
    if "xl/workbook.xml" not in names:
        raise not_a_workbook()


def _macros() -> BadInput:
    return BadInput(
        Text(
            "文件含有宏，为安全起见不予接收。",
            "The file contains macros and is not accepted, for safety.",
        ),
        remedy=SAVE_AS_XLSX,
    )


def _inspect_members(
    archive: zipfile.ZipFile, package: Package, packed_bytes: int, limits: Limits
) -> None:
    inflated = 0
    for member in archive.infolist():
        part = package.parts.get(member.filename.lower())
        meter = _Meter() if part else None
        strings = 0
        for piece in _pieces(archive, member, limits.inflated_bytes_max - inflated):
            inflated += len(piece)
            strings += len(piece) if "sharedstrings" in member.filename.lower() else 0
            _check_inflation(inflated, strings, packed_bytes, limits)
            if meter:
                meter.take(piece)
        if part and meter:
            _measure(part, meter.finish(), package, archive, member, limits)


def _measure(
    part: Part,
    measured: Part | None,
    package: Package,
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    limits: Limits,
) -> None:
    cells_left = limits.cells_max - sum(
        seen.rows * seen.columns for seen in package.parts.values()
    )
    if measured is None or _exceeds(measured, limits, cells_left):
        measured = _measure_slowly(archive, member)
    if _exceeds(measured, limits, cells_left):
        raise area_out_of_limit(measured.rows, measured.columns, limits)
    part.rows, part.columns = measured.rows, measured.columns
    part.error_cells = measured.error_cells
    part.formulas_without_result = measured.formulas_without_result


def _pieces(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, bytes_max: int
) -> Iterator[bytes]:
    # The claimed size would end the reading early, and the parser behind does not
    # keep to it: the part is read to the end of its compressed bytes instead.
    member.file_size = max(bytes_max, 0) + _PIECE_BYTES
    with archive.open(member) as stream:
        while piece := stream.read(_PIECE_BYTES):
            yield piece


def _check_inflation(
    inflated: int, strings: int, packed_bytes: int, limits: Limits
) -> None:
    bytes_max = min(
        limits.inflated_bytes_max,
        max(_INFLATION_FREE_BYTES, packed_bytes * limits.inflation_max),
    )
    if strings > limits.text_bytes_max:
        bytes_max = limits.text_bytes_max
    elif inflated <= bytes_max:
        return
    raise OutOfLimit(
        Text(
            "文件解压后超过 {limit} MB，不予读取。",
            "The file unpacks to more than {limit} MB and is not read.",
            {"limit": bytes_max // MEBIBYTE},
        ),
        remedy=Text(
            "请删除多余的格式、图片和空白行，或拆成几个文件后重新上传。",
            "Remove needless formats, pictures and blank rows, or split the file.",
        ),
    )


def _exceeds(part: Part, limits: Limits, cells_left: int) -> bool:
    return (
        part.rows > limits.rows_max
        or part.columns > limits.columns_max
        or part.rows * part.columns > cells_left
    )


def area_out_of_limit(rows: int, columns: int, limits: Limits) -> OutOfLimit:
    """The refusal of a sheet with more rows, columns or cells than a limit."""
    return OutOfLimit(
        Text(
            "工作表有 {rows} 行、{columns} 列，超过上限（{rows_max} 行、"
            "{columns_max} 列、各表合计 {cells_max} 个单元格）。",
            "A sheet has {rows} rows and {columns} columns; the limit is {rows_max} "
            "rows, {columns_max} columns, and {cells_max} cells on all sheets.",
            {
                "rows": rows,
                "columns": columns,
                "rows_max": limits.rows_max,
                "columns_max": limits.columns_max,
                "cells_max": limits.cells_max,
            },
        ),
        remedy=Text(
            "请按乡镇或村拆成几个文件；表格以外的内容请删除。",
            "Split the file by township or village, and delete what stands outside "
            "the table.",
        ),
    )


class _Meter:
    """Measures a part in the plain form; gives up on any other form."""

    def __init__(self) -> None:
        self.part = Part()
        self._rest = b""
        self._is_plain = True

    def take(self, piece: bytes) -> None:
        if not self._is_plain:
            return
        piece = self._rest + piece
        # A tag cut in two is measured with the next piece. The last cell is kept
        # back whole, so that what stands between <c and </c> is seen together.
        cut = piece.rfind(b"<c ")
        cut = cut if cut > 0 else piece.rfind(b"<")
        cut = cut if cut > 0 else len(piece)
        self._rest = piece[cut:]
        self._measure(piece[:cut])

    def finish(self) -> Part | None:
        """Return what was measured, or None when the part is not in the plain form."""
        self._measure(self._rest)
        return self.part if self._is_plain else None

    def _measure(self, piece: bytes) -> None:
        cells = _Cells.of(piece)
        if cells is None:
            self._is_plain = False
            return
        part = self.part
        part.rows = max(part.rows, int(cells.rows.max(initial=0)))
        part.columns = max(part.columns, int(cells.columns.max(initial=0)))
        if b'="e"' in piece:
            part.error_cells.update(
                (int(row), _column_number(letters))
                for letters, row in _ERROR_CELL.findall(piece)
            )
        if cells.has_formulas:
            part.formulas_without_result += len(_NO_RESULT.findall(piece))


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells in a piece of a sheet, by the references that they carry."""

    rows: Positions
    columns: Positions
    has_formulas: bool

    @classmethod
    def of(cls, piece: bytes) -> _Cells | None:
        """Take a piece apart, all cells at once: a sheet has millions of them.

        None when a cell is written in another way than `<c r="AB12"`, or may hide
        behind a prefix, a comment, a document type or another encoding.
        """
        text = np.frombuffer(piece + b"." + bytes(32), dtype=np.uint8)
        tags = np.flatnonzero(text == ord("<"))
        names = text[tags + 1]
        prefixed = np.flatnonzero(text == ord(":"))
        prefixed = prefixed[text[prefixed + 1] == ord("c")]
        if (
            (text[: len(piece)] == 0).any()
            or (names == ord("!")).any()
            or _ENDS_NAME[text[prefixed + 2]].any()
        ):
            return None
        cells = tags[names == ord("c")]
        cells = cells[_ENDS_NAME[text[cells + 2]]]
        for distance, byte in enumerate(b' r="', start=2):
            if not (text[cells + distance] == byte).all():
                return None
        at = cells + len(b'<c r="')
        columns, at = _number_at(text, at, first=ord("A"), base=26, digit=1, places=3)
        rows, at = _number_at(text, at, first=ord("0"), base=10, digit=0, places=7)
        if not (text[at] == ord('"')).all():
            return None
        return cls(rows, columns, bool((names == ord("f")).any()))


def _number_at(
    text: Bytes, at: Positions, *, first: int, base: int, digit: int, places: int
) -> tuple[Positions, Positions]:
    """Read a number at each position; return the numbers and where they end.

    first: the first of `base` signs in a row; digit: what it is worth.
    """
    numbers = np.zeros(len(at), dtype=np.int64)
    for _ in range(places):
        sign = text[at].astype(np.int64) - first
        is_sign = (sign >= 0) & (sign < base)
        if not is_sign.any():
            break
        numbers = np.where(is_sign, numbers * base + sign + digit, numbers)
        at = at + is_sign
    return numbers, at


def _column_number(letters: bytes | str) -> int:
    number = 0
    for letter in letters.encode() if isinstance(letters, str) else letters:
        number = number * 26 + letter - 64
    return number


class _CellParser:
    """Measures a part with expat, as the reader behind would place its cells.

    Only cells with content count: formatted blank ones cost the reader nothing.
    """

    def __init__(self) -> None:
        self.part = Part()
        self._row = self._column = 0
        self._type = ""
        self._has_formula = self._has_value = self._is_in_value = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column = 0
        elif name == "c":
            self._place(attributes.get("r"))
            self._type = attributes.get("t", "")
            self._has_formula = self._has_value = False
        elif name == "f":
            self._has_formula = True
        self._is_in_value = name in ("v", "t")

    def characters(self, _: str) -> None:
        self._has_value |= self._is_in_value

    def _place(self, reference: str | None) -> None:
        self._column += 1
        if reference:
            digits = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
            self._row = int(digits)
            self._column = _column_number(reference.removesuffix(digits))

    def end(self, tag: str) -> None:
        self._is_in_value = False
        if tag.rpartition(":")[2] != "c":
            return
        part = self.part
        if self._has_value:
            part.rows = max(part.rows, self._row)
            part.columns = max(part.columns, self._column)
        elif self._has_formula and self._type != "str":
            part.formulas_without_result += 1
        if self._type == "e":
            part.error_cells.add((self._row, self._column))


def _refuse_document_type(*_: object) -> None:
    raise broken()


def _measure_slowly(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Part:
    cells = _CellParser()
    parser = expat.ParserCreate()
    parser.StartElementHandler = cells.start
    parser.EndElementHandler = cells.end
    parser.CharacterDataHandler = cells.characters
    parser.StartDoctypeDeclHandler = _refuse_document_type
    with archive.open(member) as stream:
        parser.ParseFile(stream)
    return cells.part


def _read_directory(archive: zipfile.ZipFile) -> Package:
    if _has_macro_type(archive):
        raise _macros()
    targets = {
        attributes["Id"]: _resolved(attributes["Target"])
        for tag, attributes in _elements(archive, "xl/_rels/workbook.xml.rels")
        if tag == "Relationship" and attributes.get("TargetMode") != "External"
    }
    sheets: dict[str, Part] = {}
    parts: dict[str, Part] = {}
    dates_from_1904 = False
    for tag, attributes in _elements(archive, "xl/workbook.xml"):
        if tag == "workbookPr":
            dates_from_1904 = attributes.get("date1904") in ("1", "true")
        elif tag == "sheet":
            target = targets[_relation(attributes)]
            # A sheet that the reader behind could find elsewhere was not measured.
            _member(archive, target)
            sheets[attributes["name"]] = parts.setdefault(target, Part())
    return Package(sheets=sheets, parts=parts, dates_from_1904=dates_from_1904)


def _relation(attributes: dict[str, str]) -> str:
    return next(
        (value for name, value in attributes.items() if name.endswith(":id")), ""
    )


def _resolved(target: str) -> str:
    target = target.lower()
    if target.startswith(("/xl/", "xl/")):
        return target.removeprefix("/")
    return f"xl/{target}"


def _has_macro_type(archive: zipfile.ZipFile) -> bool:
    return any(
        "macroenabled" in attributes.get("ContentType", "").lower()
        for _, attributes in _elements(archive, "[Content_Types].xml")
    )


def _elements(archive: zipfile.ZipFile, name: str) -> list[tuple[str, dict[str, str]]]:
    elements: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda tag, attributes: elements.append(
        (tag.rpartition(":")[2], attributes)
    )
    parser.StartDoctypeDeclHandler = _refuse_document_type
    with archive.open(_member(archive, name)) as stream:
        document = stream.read(_DIRECTORY_BYTES_MAX)
    parser.Parse(document, True)  # noqa: FBT003  expat's own signature
    return elements


def _member(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    for member in archive.infolist():
        if member.filename.lower() == name.lower():
            return member
    raise broken()
