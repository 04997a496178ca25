"""Pictures: whether they are whole, what the camera noted, and copies without it.

The one place that loads Pillow.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from bangfu.calc.values.text import Text
from bangfu.files import refusals
from bangfu.files.kinds import IMAGE_PIXELS_MAX, PUBLIC_SIDE_MAX, FileKind

JPEG_HEAD = b"\xff\xd8\xff"
PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_FORMATS = {FileKind.JPEG: "JPEG", FileKind.PNG: "PNG"}
_TAGS_MAX = 200
_VALUE_LENGTH_MAX = 500
_QUALITY = 85
_LEFT_OUT = {"MakerNote", "UserComment", "PrintImageMatching", "JPEGThumbnail"}


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """Pixels, and what the camera noted: tags of EXIF to values, for JSON."""

    width: int
    height: int
    taken_at: datetime | None
    exif: dict[str, object]


def look(content: bytes, kind: FileKind) -> ImageFacts:
    """Decode a picture to its end and return its facts. Raises TooLarge, Damaged."""
    try:
        with Image.open(io.BytesIO(content), formats=[_FORMATS[kind]]) as image:
            width, height = image.size
            _check_pixels(width, height)
            image.load()
            exif = _exif(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise refusals.damaged(str(error)) from error
    return ImageFacts(width, height, _taken_at(exif), exif)


def _check_pixels(width: int, height: int) -> None:
    if width * height > IMAGE_PIXELS_MAX:
        raise _too_many_pixels()


def _too_many_pixels() -> refusals.TooLarge:
    return refusals.TooLarge(
        Text(
            "图片像素超过上限（{limit} 万像素），不予解码。",
            "The picture has more than {mega} megapixels and is not decoded.",
            {"limit": IMAGE_PIXELS_MAX // 10_000, "mega": IMAGE_PIXELS_MAX // 10**6},
        ),
        remedy=Text(
            "请用较低分辨率重新拍摄或另存后上传。",
            "Take or save the picture at a lower resolution and upload it again.",
        ),
    )


def _exif(image: Image.Image) -> dict[str, object]:
    found = image.getexif()
    parts: list[tuple[Mapping[Any, Any], Mapping[int, str]]] = [
        (found, ExifTags.TAGS),
        (found.get_ifd(ExifTags.IFD.Exif), ExifTags.TAGS),
        (found.get_ifd(ExifTags.IFD.GPSInfo), ExifTags.GPSTAGS),
    ]
    noted: dict[str, object] = {}
    for tags, names in parts:
        for tag, value in tags.items():
            name = names.get(tag, str(tag))
            if name not in _LEFT_OUT and len(noted) < _TAGS_MAX:
                noted[name] = _plain(value)
    return noted


def _plain(value: object) -> object:
    """Return a value that JSON holds; what it cannot hold becomes its words."""
    if isinstance(value, bool | int):
        return value
    if isinstance(value, tuple):
        return [_plain(one) for one in value[:20]]
    if isinstance(value, bytes):
        return value[:64].hex()
    try:
        return float(value) if not isinstance(value, str) else _cleaned(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, ZeroDivisionError):
        return _cleaned(str(value))


def _cleaned(text: str) -> str:
    return text.replace("\x00", "").strip()[:_VALUE_LENGTH_MAX]


def _taken_at(exif: Mapping[str, object]) -> datetime | None:
    noted = str(exif.get("DateTimeOriginal") or exif.get("DateTime") or "")
    try:
        return datetime.strptime(noted, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - as stated
    except ValueError:
        return None


def public_copy(content: bytes, kind: FileKind) -> bytes:
    """Return the picture upright, at most 2,000 pixels a side, with nothing but pixels.

    Whatever stood beside them (EXIF, comments, thumbnails, appended data) is left out.
    """
    with Image.open(io.BytesIO(content), formats=[_FORMATS[kind]]) as image:
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((PUBLIC_SIDE_MAX, PUBLIC_SIDE_MAX))
        mode = "RGB" if kind is FileKind.JPEG else "RGBA"
        pixels = upright.convert(mode)
    bare = Image.new(mode, pixels.size)
    bare.paste(pixels)
    target = io.BytesIO()
    bare.save(target, _FORMATS[kind], quality=_QUALITY)
    return target.getvalue()
