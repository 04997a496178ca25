"""Why a file is not taken: each says what, where and how to mend it.

WrongFormat     not a format that is taken, or the name says another one
TwoFormats      content that is valid as two formats at once
HoldsProgram    macros, scripts, or parts fetched from elsewhere
TooLarge        bytes, pixels or unpacked bytes beyond a limit
Damaged         it cannot be read to its end
Locked          a password is needed to open it
"""

from __future__ import annotations

from bangfu.calc.values.findings import BadInput, OutOfLimit
from bangfu.calc.values.text import Text


class WrongFormat(BadInput):
    """Not a format that is taken, or the name says another one than the content."""

    code = "files.wrong_format"


class TwoFormats(BadInput):
    """The content is valid as two formats at once."""

    code = "files.two_formats"


class HoldsProgram(BadInput):
    """The file holds macros, scripts, or fetches parts from elsewhere."""

    code = "files.holds_program"


class TooLarge(OutOfLimit):
    """The file exceeds a limit of bytes, pixels or unpacked bytes."""

    code = "files.too_large"


class Damaged(BadInput):
    """The file cannot be read to its end."""

    code = "files.damaged"


class Locked(BadInput):
    """The file needs a password to be opened."""

    code = "files.locked"


SAVE_AGAIN = Text(
    "请用原软件打开，另存为 PDF、JPG、PNG、XLSX 或 DOCX 后重新上传。",
    "Open it in its own program, save it as PDF, JPG, PNG, XLSX or DOCX, and upload it "
    "again.",
)


def two_formats(outer: Text, inner: str) -> TwoFormats:
    """The refusal of a picture or document that is also something else."""
    return TwoFormats(
        Text(
            "文件既是{outer}，又夹带 {inner} 内容，不予接收。",
            "The file is a {outer} and carries {inner} content as well.",
            {"outer": outer, "inner": inner},
        ),
        remedy=SAVE_AGAIN,
    )


def program(where: str) -> HoldsProgram:
    """The refusal of a document that holds a program; where: the part that does."""
    return HoldsProgram(
        Text(
            "文件在“{where}”处含有宏、脚本或外部引用，为安全起见不予接收。",
            "The file holds a macro, script or outside reference at “{where}”.",
            {"where": where[:80]},
        ),
        remedy=Text(
            "请另存为不含宏的 XLSX 或 DOCX，或打印为 PDF 后重新上传。",
            "Save it as XLSX or DOCX without macros, or print it to PDF, and upload it "
            "again.",
        ),
    )


def damaged(where: str) -> Damaged:
    """The refusal of a file that breaks off; where: what could not be read."""
    return Damaged(
        Text(
            "文件已损坏或未完整上传（{where}）。",
            "The file is damaged or was not uploaded completely ({where}).",
            {"where": where[:80]},
        ),
        remedy=Text(
            "请在本机打开确认无误后重新上传。",
            "Open it on your own device, make sure it is whole, and upload it again.",
        ),
    )


def locked() -> Locked:
    """The refusal of a file with a password, or in the old binary Office format."""
    return Locked(
        Text(
            "文件设有密码，或是旧版 .doc、.xls 格式，无法核查内容。",
            "The file has a password or is an old .doc or .xls and cannot be checked.",
        ),
        remedy=Text(
            "请取消密码，另存为 DOCX、XLSX 或 PDF 后重新上传。",
            "Remove the password, save it as DOCX, XLSX or PDF, and upload it again.",
        ),
    )
