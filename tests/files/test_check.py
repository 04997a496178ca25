"""What is taken as evidence, and why the rest is not: what, where, how to mend it."""

from __future__ import annotations

import pytest
from tests.files import making

from bangfu.files import checking, kinds, refusals
from bangfu.files.kinds import FileKind

VBA = ("word/vbaProject.bin", b"x")
OUTSIDE = (
    "word/_rels/settings.xml.rels",
    (
        b'<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/'
        b'officeDocument/2006/relationships/attachedTemplate" Target="http://x/t.dotm" '
        b'TargetMode="External"/></Relationships>'
    ),
)
HYPERLINK = (
    "word/_rels/document.xml.rels",
    (
        b'<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/'
        b'officeDocument/2006/relationships/hyperlink" Target="http://x/" '
        b'TargetMode="External"/></Relationships>'
    ),
)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.jpg", making.jpeg(), FileKind.JPEG),
        ("A.JPEG", making.jpeg(), FileKind.JPEG),
        ("图.png", making.png(), FileKind.PNG),
        ("会议记录.pdf", making.pdf(), FileKind.PDF),
        ("表.xlsx", making.xlsx(), FileKind.XLSX),
        ("表.docx", making.docx(), FileKind.DOCX),
        ("表.docx", making.docx(HYPERLINK), FileKind.DOCX),
    ],
)
def test_it_takes_the_five_formats(name, content, kind):
    assert checking.check(name, content).kind is kind


def test_it_reads_what_the_camera_noted():
    found = checking.check("a.jpg", making.jpeg(exif=True))

    assert (found.width, found.height) == (60, 40)
    assert found.taken_at.isoformat() == "2016-02-29T15:30:00"
    assert found.exif["Make"] == "Phone"
    assert found.exif["GPSLatitude"] == [25.0, 50.0, 1.5]


BAD = {
    "empty": ("a.jpg", b"", refusals.Damaged),
    "text": ("a.jpg", b"hello", refusals.WrongFormat),
    "a program": ("a.exe", b"MZ\x90\x00", refusals.WrongFormat),
    "half a picture": ("a.jpg", making.jpeg(size=(400, 400))[:1500], refusals.Damaged),
    "a damaged drawing": ("a.png", making.png()[:60], refusals.Damaged),
    "another ending": ("a.pdf", making.jpeg(), refusals.WrongFormat),
    "no ending": ("photo", making.jpeg(), refusals.WrongFormat),
    "a macro workbook by name": ("a.xlsm", making.xlsx(), refusals.WrongFormat),
    "a picture and an archive": (
        "a.jpg",
        making.jpeg() + making.docx(),
        refusals.TwoFormats,
    ),
    "a picture and a PDF": (
        "a.jpg",
        making.jpeg(comment=b"%PDF-1.7 "),
        refusals.TwoFormats,
    ),
    "a picture and a page": (
        "a.png",
        making.png() + b"<script>alert(1)</script>",
        refusals.TwoFormats,
    ),
    "a PDF and an archive": ("a.pdf", making.pdf() + making.docx(), refusals.TwoFormats),
    "behind an archive": ("a.docx", making.docx() + b"MZ", refusals.TwoFormats),
    "macros": ("a.docx", making.docx(VBA), refusals.HoldsProgram),
    "a macro type": (
        "a.xlsx",
        making.xlsx(
            (
                "[Content_Types].xml",
                making.TYPES.format('<Override ContentType="macroEnabled"/>').encode(),
            )
        ),
        refusals.HoldsProgram,
    ),
    "a template elsewhere": ("a.docx", making.docx(OUTSIDE), refusals.HoldsProgram),
    "an archive": ("a.zip", making.package(main=""), refusals.WrongFormat),
    "a broken archive": ("a.docx", making.docx()[:80], refusals.Damaged),
    "old office": ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, refusals.Locked),
    "half a PDF": ("a.pdf", making.pdf()[:40], refusals.Damaged),
    "a PDF with script": ("a.pdf", making.pdf(b"/JS (x) "), refusals.HoldsProgram),
    "an escaped script": ("a.pdf", making.pdf(b"/J#53 (x) "), refusals.HoldsProgram),
    "a hidden script": (
        "a.pdf",
        making.pdf_with_hidden(b"1 0 << /S /JavaScript >>"),
        refusals.HoldsProgram,
    ),
    "a locked PDF": ("a.pdf", making.pdf(trailer=b"/Encrypt 3 0 R "), refusals.Locked),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_it_refuses(what):
    name, content, kind = BAD[what]

    with pytest.raises(kind) as refusal:
        checking.check(name, content)

    assert refusal.value.remedy is not None


def test_a_refusal_says_what_where_and_how_to_mend_it():
    with pytest.raises(refusals.HoldsProgram) as refusal:
        checking.check("a.docx", making.docx(VBA))

    assert refusal.value.message.in_language("zh") == (
        "文件在“word/vbaProject.bin”处含有宏、脚本或外部引用，为安全起见不予接收。"
    )
    assert "不含宏的 XLSX 或 DOCX" in refusal.value.remedy.zh


def test_a_picture_of_an_iphone_is_told_what_to_set():
    with pytest.raises(refusals.WrongFormat) as refusal:
        checking.check("IMG_1.HEIC", b"\0\0\0\x18ftypheic")

    assert "兼容性最佳" in refusal.value.remedy.zh


def test_a_picture_bomb_is_refused_before_it_is_decoded(monkeypatch):
    monkeypatch.setattr("bangfu.files.images.IMAGE_PIXELS_MAX", 599)

    with pytest.raises(refusals.TooLarge):
        checking.check("a.png", making.png(size=(30, 20)))


def test_a_picture_that_claims_billions_of_pixels_is_refused():
    content = bytearray(making.png())
    content[16:24] = (60_000).to_bytes(4, "big") * 2

    with pytest.raises((refusals.TooLarge, refusals.Damaged)):
        checking.check("a.png", bytes(content))


def test_a_package_bomb_is_refused():
    bomb = making.docx(("word/media/a.xml", b"\0" * (17 * kinds.MEBIBYTE)))
    assert len(bomb) < 100_000

    with pytest.raises(refusals.TooLarge) as refusal:
        checking.check("a.docx", bomb)

    assert refusal.value.message.in_language("zh") == (
        "文件解压后过大（超过 200 MB 或 100 倍），不予读取。"
    )


def test_a_package_that_lies_about_its_size_is_refused():
    bomb = bytearray(making.docx(("word/media/a.xml", b"\0" * (17 * kinds.MEBIBYTE))))
    real = (17 * kinds.MEBIBYTE).to_bytes(4, "little")
    while (at := bomb.find(real)) >= 0:
        bomb[at : at + 4] = (10).to_bytes(4, "little")

    with pytest.raises((refusals.TooLarge, refusals.Damaged)):
        checking.check("a.docx", bytes(bomb))


def test_a_large_file_is_refused(monkeypatch):
    monkeypatch.setattr("bangfu.files.checking.FILE_BYTES_MAX", kinds.MEBIBYTE)

    with pytest.raises(refusals.TooLarge) as refusal:
        checking.check("a.jpg", making.jpeg() + b"\0" * (kinds.MEBIBYTE * 3 // 2))

    assert refusal.value.message.in_language("en") == (
        "The file has 1.5 MB; the limit is 1 MB."
    )


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (making.jpeg(exif=True, comment=b"secret"), FileKind.JPEG),
        (making.png(), FileKind.PNG),
    ],
)
def test_a_public_copy_holds_pixels_only(content, kind):
    import io

    from PIL import Image

    from bangfu.files import images

    copy = images.public_copy(content, kind)

    with Image.open(io.BytesIO(copy)) as image:
        assert dict(image.getexif()) == {}
        kept = {key for key in image.info if not key.startswith("jfif")}
        assert kept <= {"dpi"}
        # Turned upright by what the camera noted, then shown without it.
        assert image.size == ((40, 60) if kind is FileKind.JPEG else (30, 20))
    assert b"secret" not in copy
    assert b"somebody" not in copy
    assert b"Phone" not in copy
