"""What kind of file this is, told from its bytes and never from its name.

identify   .xlsx, .xls or text; anything else is refused with what to do
read_text  the text of a .csv in the encodings that offices send
"""

from __future__ import annotations

import enum
import re

from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text

_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_MARKUP = re.compile(rb"\s*<(!doctype|html|head|body|table|meta|\?xml|!--)", re.I)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")
_HEAD_BYTES = 4096

SAVE_AS_XLSX = Text(
    "请用 Excel 或 WPS 打开该文件，另存为“Excel 工作簿（.xlsx）”后重新上传。",
    "Open the file in Excel or WPS, save it as “Excel workbook (.xlsx)”, "
    "and upload it again.",
)


class FileFormat(enum.StrEnum):
    """The formats that are read."""

    XLSX = "xlsx"
    XLS = "xls"
    CSV = "csv"


def identify(content: bytes) -> FileFormat:
    """Return the format of `content`.

    Raises BadInput for empty, encrypted and web-page files and for what is no
    workbook. The parts of a zip file are looked at later, by `zipped`.
    """
    if not content:
        raise BadInput(
            Text("文件是空的（0 字节）。", "The file is empty (0 bytes)."),
            remedy=Text("请检查后重新上传。", "Check it and upload it again."),
        )
    if content.startswith(_ZIP):
        return FileFormat.XLSX
    if content.startswith(_COMPOUND):
        return _identify_compound(content)
    _check_not_markup(content)
    return FileFormat.CSV


def _identify_compound(content: bytes) -> FileFormat:
    names = {
        name
        for name in ("EncryptedPackage", "Workbook", "Book", "WordDocument")
        if f"{name}\0".encode("utf-16-le") in content
    }
    if "EncryptedPackage" in names:
        raise encrypted()
    if names & {"Workbook", "Book"}:
        return FileFormat.XLS
    raise not_a_workbook()


def _check_not_markup(content: bytes) -> None:
    head = content[:_HEAD_BYTES].removeprefix(b"\xef\xbb\xbf")
    if head.startswith(_UTF16_MARKS):
        head = head.decode("utf-16", errors="ignore").encode()
    if _MARKUP.match(head):
        raise BadInput(
            Text(
                "这是网页格式的文件，只是后缀名改成了 Excel。",
                "This is a web page or XML file that was only named like a workbook.",
            ),
            remedy=SAVE_AS_XLSX,
        )


def encrypted() -> BadInput:
    """The refusal of a file with a password."""
    return BadInput(
        Text("文件设有打开密码，无法读取。", "The file is locked with a password."),
        remedy=Text(
            "请在 Excel 中取消打开密码，保存后重新上传。",
            "Remove the password in Excel, save, and upload the file again.",
        ),
    )


def not_a_workbook() -> BadInput:
    """The refusal of what is no workbook at all."""
    return BadInput(
        Text(
            "这不是可读取的 Excel 文件（.xlsx、.xls）或 CSV 文件。",
            "This is not an Excel file (.xlsx, .xls) or a CSV file.",
        ),
        remedy=SAVE_AS_XLSX,
    )


def broken() -> BadInput:
    """The refusal of a damaged or half-written workbook."""
    return BadInput(
        Text(
            "文件已损坏或未完整保存、未完整上传，无法读取。",
            "The file is damaged, or it was not saved or uploaded completely.",
        ),
        remedy=SAVE_AS_XLSX,
    )


def read_text(content: bytes) -> str:
    """Decode a text file: UTF-8 with or without mark, UTF-16 with mark, GB18030.

    Raises BadInput when it is in none of them or holds control characters, as other
    files do that are no text.
    """
    encodings = ["utf-8-sig", "gb18030"]
    if content.startswith(_UTF16_MARKS):
        encodings = ["utf-16"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _CONTROL.search(text):
            break
        return text
    raise not_a_workbook()
