"""Small files of every format, right and wrong."""

from __future__ import annotations

import io
import zipfile
import zlib

TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{}</Types>'


def jpeg(*, colour="red", size=(60, 40), exif=False, comment=b"") -> bytes:
    from PIL import Image

    image = Image.new("RGB", size, colour)
    target = io.BytesIO()
    more = {"exif": _exif(image)} if exif else {}
    image.save(target, "JPEG", **more, **({"comment": comment} if comment else {}))
    return target.getvalue()


def _exif(image):
    from PIL import ExifTags

    found = image.getexif()
    found[ExifTags.Base.Make] = "Phone\x00"
    found[ExifTags.Base.Orientation] = 6
    found.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = (
        "2016:02:29 15:30:00"
    )
    gps = found.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitude] = (25.0, 50.0, 1.5)
    gps[ExifTags.GPS.GPSLatitudeRef] = "N"
    return found


def png(*, size=(30, 20), colour="blue") -> bytes:
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    noted = PngInfo()
    noted.add_text("Author", "somebody")
    target = io.BytesIO()
    Image.new("RGB", size, colour).save(target, "PNG", pnginfo=noted)
    return target.getvalue()


def pdf(body: bytes = b"", *, trailer: bytes = b"") -> bytes:
    return (
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog " + body + b">>\nendobj\n"
        b"trailer\n<< /Root 1 0 R " + trailer + b">>\n%%EOF\n"
    )


def pdf_with_hidden(objects: bytes) -> bytes:
    packed = zlib.compress(objects)
    stream = (
        b"2 0 obj\n<< /Type /Obj#53tm /N 1 /First 4 /Filter /FlateDecode /Length "
        + str(len(packed)).encode()
        + b" >>\nstream\n"
        + packed
        + b"\nendstream\nendobj\n"
    )
    return pdf().replace(b"trailer\n", stream + b"trailer\n")


def package(*parts: tuple[str, bytes], main: str = "word/document.xml") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        names = {name for name, _ in parts}
        if "[Content_Types].xml" not in names:
            archive.writestr("[Content_Types].xml", TYPES.format(""))
        if main:
            archive.writestr(main, b"<document/>")
        for name, content in parts:
            archive.writestr(name, content)
    return target.getvalue()


def docx(*parts: tuple[str, bytes]) -> bytes:
    return package(*parts)


def xlsx(*parts: tuple[str, bytes]) -> bytes:
    return package(*parts, main="xl/workbook.xml")
