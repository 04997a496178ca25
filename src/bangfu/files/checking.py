"""What a file is, told from its bytes; its name must agree. Pure: no database, no disk."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import PurePosixPath

from bangfu.calc.values.text import Text
from bangfu.files import documents, images, packages, refusals
from bangfu.files.kinds import FILE_BYTES_MAX, MEBIBYTE, SUFFIXES, FileKind

_PDF_HEAD = b"%PDF-"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEAD_BYTES = 1_024
_MARKUP = re.compile(rb"<(!doctype|html|head|body|script|svg|\?php|iframe)\b", re.I)
_ELSEWHERE = {
    ".heic": Text(
        "iPhone 请在“设置—相机—格式”中选择“兼容性最佳”，或另存为 JPG。",
        "On an iPhone choose Settings, Camera, Formats, Most Compatible; or save as JPG.",
    ),
    ".doc": Text("请另存为 DOCX 或 PDF。", "Save it as DOCX or PDF."),
    ".xls": Text("请另存为 XLSX 或 PDF。", "Save it as XLSX or PDF."),
}


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that was found right.

    width, height: pixels of a picture, else None. taken_at: what the camera's clock
    said, without a time zone. exif: tags to values, for JSON.
    """

    kind: FileKind
    width: int | None = None
    height: int | None = None
    taken_at: datetime | None = None
    exif: dict[str, object] = field(default_factory=dict)


def check(name: str, content: bytes) -> Checked:
    """Return what `content` is.

    name: as the sender's device called it. Raises a refusal of `refusals`; decoding a
    picture costs up to 150 MB of memory.
    """
    _check_size(content)
    kind = _kind_of(name, content)
    _check_name(name, kind)
    _check_single(kind, content)
    if kind.is_image:
        facts = images.look(content, kind)
        return Checked(kind, facts.width, facts.height, facts.taken_at, facts.exif)
    if kind is FileKind.PDF:
        documents.check(content)
    else:
        packages.check(content, kind)
    return Checked(kind)


def _check_size(content: bytes) -> None:
    if not content:
        raise refusals.damaged("0 B")
    if len(content) > FILE_BYTES_MAX:
        raise refusals.TooLarge(
            Text(
                "文件大小 {size} MB，超过上限 {limit} MB。",
                "The file has {size} MB; the limit is {limit} MB.",
                {
                    "size": f"{len(content) / MEBIBYTE:.1f}",
                    "limit": FILE_BYTES_MAX // MEBIBYTE,
                },
            ),
            remedy=Text(
                "请降低拍照分辨率、压缩扫描件，或分成几份上传。",
                "Take the picture or scan at a lower resolution, or split the file.",
            ),
        )


def _kind_of(name: str, content: bytes) -> FileKind:
    if content.startswith(images.JPEG_HEAD):
        return FileKind.JPEG
    if content.startswith(images.PNG_HEAD):
        return FileKind.PNG
    if content.startswith(_PDF_HEAD):
        return FileKind.PDF
    if content.startswith(packages.HEAD):
        return packages.kind_of(content)
    if content.startswith(_COMPOUND):
        raise refusals.locked()
    suffix = _suffix(name)
    raise refusals.WrongFormat(
        Text(
            "“{name}”不是可接收的格式（JPG、PNG、PDF、XLSX、DOCX）。",
            "“{name}” is not of a format that is taken (JPG, PNG, PDF, XLSX, DOCX).",
            {"name": name[:60]},
        ),
        remedy=_ELSEWHERE.get(suffix, refusals.SAVE_AGAIN),
    )


def _check_name(name: str, kind: FileKind) -> None:
    suffix = _suffix(name)
    if SUFFIXES.get(suffix) is kind:
        return
    raise refusals.WrongFormat(
        Text(
            "文件名以“{suffix}”结尾，内容却是{kind}。",
            "The name ends in “{suffix}” and the content is a {kind}.",
            {"suffix": suffix[:20] or name[-20:], "kind": kind.text},
        ),
        remedy=Text(
            "请确认选对了文件；如无误，把后缀改为 {right} 后重新上传。",
            "Make sure it is the right file; if so, let its name end in {right}.",
            {"right": kind.suffixes[0]},
        ),
    )


def _check_single(kind: FileKind, content: bytes) -> None:
    """Refuse content that another program would take for another format."""
    if kind is not FileKind.PDF and _PDF_HEAD in content[:_HEAD_BYTES]:
        raise refusals.two_formats(kind.text, "PDF")
    is_package = kind in {FileKind.XLSX, FileKind.DOCX}
    if not is_package and zipfile.is_zipfile(BytesIO(content)):
        raise refusals.two_formats(kind.text, "ZIP")
    ends = content[:_HEAD_BYTES] + b"\0" + content[-_HEAD_BYTES:]
    if not is_package and _MARKUP.search(ends):
        raise refusals.two_formats(kind.text, "HTML")


def _suffix(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).suffix.lower()
