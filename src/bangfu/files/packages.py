"""Office packages (.xlsx, .docx): really unpacked, without macros or outside parts."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from bangfu.calc.values.text import Text
from bangfu.files import refusals
from bangfu.files.kinds import (
    INFLATED_BYTES_MAX,
    INFLATION_FREE_BYTES,
    INFLATION_MAX,
    MEBIBYTE,
    PARTS_MAX,
    FileKind,
)

HEAD = b"PK\x03\x04"
_END = b"PK\x05\x06"
_END_BYTES = 22
_PIECE_BYTES = MEBIBYTE
_MAIN = {"xl/workbook.xml": FileKind.XLSX, "word/document.xml": FileKind.DOCX}
_PROGRAM_PARTS = re.compile(
    r"vbaproject\.bin$|vbadata\.xml$|/activex/|/embeddings/.*\.bin$|macrosheets/", re.I
)
_MACRO_TYPE = re.compile(rb"macroenabled", re.I)
# A template or object that the office program would fetch from elsewhere when opened.
_OUTSIDE = re.compile(
    rb"<Relationship\b(?=[^>]*TargetMode\s*=\s*[\"']External)"
    rb"(?=[^>]*/(?:attachedTemplate|oleObject|frame|externalLinkPath)[\"'])",
    re.I,
)
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    UnicodeDecodeError,
    ValueError,
    OSError,
)


def kind_of(content: bytes) -> FileKind:
    """Tell workbook from document. Raises Damaged, HoldsProgram, WrongFormat."""
    try:
        names = set(zipfile.ZipFile(io.BytesIO(content)).namelist())
    except _BROKEN as error:
        raise refusals.damaged("ZIP") from error
    for main, kind in _MAIN.items():
        if main in names:
            return kind
    raise refusals.WrongFormat(
        Text(
            "压缩包不是 XLSX 或 DOCX 文件，不予接收。",
            "The archive is no XLSX or DOCX and is not taken.",
        ),
        remedy=Text(
            "请解压后逐个上传其中的文件。", "Unpack it and upload the files one by one."
        ),
    )


def check(content: bytes, kind: FileKind) -> None:
    """Raise TwoFormats, HoldsProgram, TooLarge, Locked or Damaged."""
    _check_frame(content, kind)
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = archive.infolist()
        _check_directory(members)
        left = min(
            INFLATED_BYTES_MAX,
            max(INFLATION_FREE_BYTES, len(content) * INFLATION_MAX),
        )
        for member in members:
            left -= _inflate(archive, member, left)
    except _BROKEN as error:
        raise refusals.damaged("ZIP") from error


def _check_frame(content: bytes, kind: FileKind) -> None:
    """Nothing may stand behind the archive; `checking` saw that nothing is before."""
    end = content.rfind(_END)
    if end < 0 or end + _END_BYTES != len(content):
        raise refusals.two_formats(kind.text, "…")


def _check_directory(members: list[zipfile.ZipInfo]) -> None:
    names = [member.filename for member in members]
    if len(names) > PARTS_MAX or len(set(names)) != len(names):
        raise refusals.damaged("ZIP")
    if any(member.flag_bits & 1 for member in members):
        raise refusals.locked()
    for name in names:
        if _PROGRAM_PARTS.search(name):
            raise refusals.program(name)


def _inflate(archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> int:
    """Unpack one part piece by piece; return its bytes. Its claimed size is not believed."""
    looked_at = member.filename.lower().endswith((".rels", "[content_types].xml"))
    kept = bytearray()
    member.file_size = max(left, 0) + _PIECE_BYTES
    seen = 0
    with archive.open(member) as stream:
        while piece := stream.read(_PIECE_BYTES):
            seen += len(piece)
            if seen > left:
                raise _bomb()
            if looked_at:
                kept += piece
    if _MACRO_TYPE.search(kept) or _OUTSIDE.search(kept):
        raise refusals.program(member.filename)
    return seen


def _bomb() -> refusals.TooLarge:
    return refusals.TooLarge(
        Text(
            "文件解压后过大（超过 {limit} MB 或 {ratio} 倍），不予读取。",
            "The file unpacks to more than {limit} MB or {ratio} times its size.",
            {"limit": INFLATED_BYTES_MAX // MEBIBYTE, "ratio": INFLATION_MAX},
        ),
        remedy=Text(
            "请删除多余的图片、格式和空白行后重新上传。",
            "Remove needless pictures, formats and blank rows, and upload it again.",
        ),
    )
