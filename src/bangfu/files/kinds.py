"""Formats that are taken as evidence, what evidence is for, and the limits."""

from __future__ import annotations

import enum

from django.db import models

from bangfu.calc.values.text import Text

MEBIBYTE = 1 << 20
FILE_BYTES_MAX = 20 * MEBIBYTE
IMAGE_PIXELS_MAX = 50_000_000  # decoded, about 150 MB of memory
INFLATED_BYTES_MAX = 200 * MEBIBYTE
INFLATION_MAX = 100  # of a package that unpacks to more than the free share
INFLATION_FREE_BYTES = 16 * MEBIBYTE
PARTS_MAX = 2_000
NAME_LENGTH_MAX = 120
ATTACHMENTS_MAX = 50  # of one subject
PUBLIC_SIDE_MAX = 2_000  # pixels of the longer side of a public copy


class FileKind(models.TextChoices):
    """A format that is taken."""

    JPEG = "jpeg"
    PNG = "png"
    PDF = "pdf"
    XLSX = "xlsx"
    DOCX = "docx"

    @property
    def mime(self) -> str:
        """The type that a download carries."""
        return _MIMES[self]

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Endings of a name that fit; the first is the usual one."""
        return (".jpg", ".jpeg") if self is FileKind.JPEG else (f".{self.value}",)

    @property
    def is_image(self) -> bool:
        """Whether it is a picture."""
        return self in {FileKind.JPEG, FileKind.PNG}

    @property
    def text(self) -> Text:
        """The format's name."""
        return _KIND_TEXTS[self]


_OFFICE = "application/vnd.openxmlformats-officedocument"
_MIMES = {
    FileKind.JPEG: "image/jpeg",
    FileKind.PNG: "image/png",
    FileKind.PDF: "application/pdf",
    FileKind.XLSX: f"{_OFFICE}.spreadsheetml.sheet",
    FileKind.DOCX: f"{_OFFICE}.wordprocessingml.document",
}
_KIND_TEXTS = {
    FileKind.JPEG: Text("JPEG 图片", "JPEG picture"),
    FileKind.PNG: Text("PNG 图片", "PNG picture"),
    FileKind.PDF: Text("PDF 文档", "PDF document"),
    FileKind.XLSX: Text("Excel 工作簿", "Excel workbook"),
    FileKind.DOCX: Text("Word 文档", "Word document"),
}
SUFFIXES = {suffix: kind for kind in FileKind for suffix in kind.suffixes}


class Purpose(enum.StrEnum):
    """What a piece of evidence is."""

    PHOTO = "photo"
    MINUTES = "minutes"
    FORM = "form"
    LETTER = "letter"
    OTHER = "other"

    @property
    def text(self) -> Text:
        """The purpose's name."""
        return _PURPOSE_TEXTS[self]


_PURPOSE_TEXTS = {
    Purpose.PHOTO: Text("现场照片", "photograph"),
    Purpose.MINUTES: Text("会议记录", "minutes"),
    Purpose.FORM: Text("表格材料", "form"),
    Purpose.LETTER: Text("来信来访材料", "letter"),
    Purpose.OTHER: Text("其他材料", "other paper"),
}
