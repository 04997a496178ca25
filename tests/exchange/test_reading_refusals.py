"""Wrong, huge, hostile and half-written files: each gets a sentence and a remedy."""

import io
import random
import struct
import zipfile

import pytest
from tests.exchange.biff import xls
from tests.exchange.forms import FORM, one_column, one_sheet, opened, xlsx

from bangfu.calc.values.findings import BadInput, OutOfLimit
from bangfu.calc.values.text import Text
from bangfu.exchange import Column, Kind, Limits, read_workbook

SMALL = xlsx({"表": [["值"], ["甲"]]})
TEXT_FORM = one_column(Kind.TEXT)
BROKEN = {
    "zh": "文件已损坏或未完整保存、未完整上传，无法读取。",
    "en": "The file is damaged, or it was not saved or uploaded completely.",
}
NOT_A_WORKBOOK = {
    "zh": "这不是可读取的 Excel 文件（.xlsx、.xls）或 CSV 文件。",
    "en": "This is not an Excel file (.xlsx, .xls) or a CSV file.",
}
WEB_PAGE = {
    "zh": "这是网页格式的文件，只是后缀名改成了 Excel。",
    "en": "This is a web page or XML file that was only named like a workbook.",
}
ENCRYPTED = {
    "zh": "文件设有打开密码，无法读取。",
    "en": "The file is locked with a password.",
}
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SAVE_AS = "请用 Excel 或 WPS 打开该文件，另存为“Excel 工作簿（.xlsx）”后重新上传。"


def refused(content, kind=BadInput, limits=None, form=TEXT_FORM):
    with pytest.raises(kind) as refusal:
        read_workbook(content, form, limits=limits or Limits())
    assert refusal.value.remedy is not None
    return refusal.value.message.as_json(), refusal.value.remedy.zh


def changed(content, **parts):
    """A copy of a zip file with parts replaced or added."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, body in parts.items():
            new.writestr(name, body)
    return target.getvalue()


def sheet(body, attributes=""):
    return (
        '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/'
        f'spreadsheetml/2006/main"{attributes}><sheetData>{body}</sheetData></worksheet>'
    )


def with_sheet(body, attributes=""):
    return changed(SMALL, **{"xl/worksheets/sheet1.xml": sheet(body, attributes)})


def text_cell(reference, text):
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def test_an_empty_file_is_refused():
    assert refused(b"") == (
        {"zh": "文件是空的（0 字节）。", "en": "The file is empty (0 bytes)."},
        "请检查后重新上传。",
    )


@pytest.mark.parametrize(
    "content",
    [
        b"<html><table><tr><td>1</td></tr></table></html>",
        b"\xef\xbb\xbf\r\n<!DOCTYPE html><html></html>",
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com"/>',
        "<html>表</html>".encode("utf-16"),
        b"<meta http-equiv=Content-Type><TABLE>",
    ],
)
def test_a_web_page_named_like_a_workbook_is_refused(content):
    assert refused(content) == (WEB_PAGE, SAVE_AS)


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n\x00\x01",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"\xff" * 100,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        changed(SMALL, **{"word/document.xml": "<w/>"}).replace(
            b"xl/workbook.xml", b"xl/workboek.xml"
        ),
    ],
)
def test_other_kinds_of_files_are_refused(content):
    assert refused(content) == (NOT_A_WORKBOOK, SAVE_AS)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_half_written_file_is_refused(share):
    assert refused(SMALL[: int(len(SMALL) * share)]) == (BROKEN, SAVE_AS)


def outcomes_of_damage(whole, *, safe_bytes):
    """What reading says of copies with a few wrong bytes; an error would escape."""
    dice = random.Random(7)  # noqa: S311  damage, not secrets
    outcomes = set()
    for _ in range(200):
        content = bytearray(whole)
        for _ in range(5):
            content[dice.randrange(safe_bytes, len(content))] = dice.randrange(256)
        try:
            read_workbook(bytes(content), TEXT_FORM)
            outcomes.add("read")
        except (BadInput, OutOfLimit) as refusal:
            outcomes.add(refusal.message.zh)
    return outcomes


def test_damaged_files_are_refused_or_read_but_never_crash():
    old = xls({"表": [["值"], ["甲"], [1.5], [True]]})

    assert BROKEN["zh"] in outcomes_of_damage(SMALL, safe_bytes=4)
    assert {BROKEN["zh"], "read"} <= outcomes_of_damage(old, safe_bytes=8)


def test_a_sheet_that_breaks_off_is_refused():
    body = sheet("").replace(
        "</sheetData></worksheet>", '<row r="1"><c r="A1" t="s"><v>'
    )

    assert refused(changed(SMALL, **{"xl/worksheets/sheet1.xml": body}))[0] == BROKEN


def test_a_panic_of_the_parser_is_a_refusal_and_other_exits_are_not(monkeypatch):
    class PanicException(BaseException):
        pass

    def panics(_):
        raise PanicException

    def is_interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr("python_calamine.load_workbook", panics)
    assert refused(SMALL)[0] == BROKEN

    monkeypatch.setattr("python_calamine.load_workbook", is_interrupted)
    with pytest.raises(KeyboardInterrupt):
        read_workbook(SMALL, TEXT_FORM)


def test_an_encrypted_file_is_refused():
    name = "EncryptedPackage\0".encode("utf-16-le")
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + name + bytes(600)

    assert refused(content)[0] == ENCRYPTED
    assert refused(xls({"表": [["值"], ["甲"]]}, is_encrypted=True))[0] == ENCRYPTED


def test_a_zip_file_with_a_password_is_refused():
    entry = SMALL.index(b"PK\x01\x02")
    locked = SMALL[: entry + 8] + b"\x01" + SMALL[entry + 9 :]

    assert refused(locked)[0] == ENCRYPTED


@pytest.mark.parametrize("reference", ["A1B", "ABCD1", "A12345678", "1A", "A"])
def test_impossible_cell_references_are_refused(reference):
    rows = f'<row r="1">{text_cell("A1", "值")}</row><row r="2">{text_cell(reference, "甲")}</row>'

    with pytest.raises((BadInput, OutOfLimit)):
        read_workbook(with_sheet(rows), TEXT_FORM)


def test_macros_are_refused():
    said = {
        "zh": "文件含有宏，为安全起见不予接收。",
        "en": "The file contains macros and is not accepted, for safety.",
    }
    types = opened_part(SMALL, "[Content_Types].xml").replace(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )

    assert refused(changed(SMALL, **{"xl/vbaProject.bin": "x"}))[0] == said
    assert refused(changed(SMALL, **{"[Content_Types].xml": types}))[0] == said


def opened_part(content, name):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode()


def test_xlsb_and_ods_are_refused():
    said = {
        "zh": "不支持 .xlsb、.ods 格式。",
        "en": "The formats .xlsb and .ods are not supported.",
    }

    assert refused(changed(SMALL, **{"xl/workbook.bin": "x"}))[0] == said
    assert refused(changed(SMALL, mimetype="application/vnd.oasis"))[0] == said


def test_too_many_bytes_are_refused_before_reading(tmp_path):
    path = tmp_path / "big.xlsx"
    path.write_bytes(b"PK\x03\x04" + bytes(3 << 20))
    limits = Limits(file_bytes_max=2 << 20)
    said = (
        {
            "zh": "文件有 4 MB，上限为 2 MB。",
            "en": "The file has 4 MB; the limit is 2 MB.",
        },
        "请删除图片，或按乡镇拆成几个文件后重新上传。",
    )

    with pytest.raises(OutOfLimit) as refusal:
        read_workbook(path, TEXT_FORM, limits=limits)

    assert (refusal.value.message.as_json(), refusal.value.remedy.zh) == said
    assert refused(path.read_bytes(), OutOfLimit, limits) == said


def test_a_zip_bomb_is_refused_whatever_size_it_claims():
    bomb = changed(SMALL, **{"xl/media/image1.png": bytes(70 << 20)})
    entry = bomb.index(b"PK\x01\x02", bomb.index(b"PK\x01\x02") + 4)
    while b"image1" not in bomb[entry : entry + 80]:
        entry = bomb.index(b"PK\x01\x02", entry + 4)
    lying = bomb[: entry + 24] + struct.pack("<I", 10) + bomb[entry + 28 :]

    for content in (bomb, lying):
        said, remedy = refused(content, OutOfLimit)
        assert said == {
            "zh": "文件解压后超过 64 MB，不予读取。",
            "en": "The file unpacks to more than 64 MB and is not read.",
        }
        assert remedy == "请删除多余的格式、图片和空白行，或拆成几个文件后重新上传。"


def test_unpacked_bytes_and_texts_have_limits_of_their_own():
    picture = random.Random(1).randbytes(3 << 20)  # noqa: S311  bytes that do not pack
    content = changed(SMALL, **{"xl/media/image1.png": picture})
    assert (
        refused(content, OutOfLimit, Limits(inflated_bytes_max=2 << 20))[0]["zh"]
        == "文件解压后超过 2 MB，不予读取。"
    )
    strings = {"xl/sharedStrings.xml": "<sst>" + " " * (3 << 20) + "</sst>"}
    assert (
        refused(changed(SMALL, **strings), OutOfLimit, Limits(text_bytes_max=1 << 20))[
            0
        ]["zh"]
        == "文件解压后超过 1 MB，不予读取。"
    )


@pytest.mark.parametrize(
    "corner",
    [
        '<c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c>',
        "<c r='XFD1048576' t='inlineStr'><is><t>x</t></is></c>",
        '<c t="n" r="XFD1048576"><v>1</v></c>',
        '<c\nr="&#88;FD1048576"><v>1</v></c>',
        f'<x:c xmlns:x="{NAMESPACE}" r="XFD1048576"><x:v>1</x:v></x:c>',
    ],
)
def test_one_cell_in_the_last_corner_is_refused_however_it_is_written(corner):
    content = with_sheet(
        f'<row r="1">{text_cell("A1", "值")}</row><row r="2">{corner}</row>'
    )

    said, remedy = refused(content, OutOfLimit)

    assert said == {
        "zh": "工作表有 1048576 行、16384 列，超过上限（200000 行、256 列、各表合计 8000000 个单元格）。",
        "en": "A sheet has 1048576 rows and 16384 columns; the limit is 200000 rows, "
        "256 columns, and 8000000 cells on all sheets.",
    }
    assert remedy == "请按乡镇或村拆成几个文件；表格以外的内容请删除。"


def test_cells_without_references_are_counted_as_the_reader_places_them():
    cells = "<c><v>1</v></c>" * 300
    content = with_sheet(
        f'<row>{text_cell("A1", "值")}</row><row r="900">{cells}</row>'
    )

    said, _ = refused(content, OutOfLimit)

    assert said["zh"].startswith("工作表有 900 行、300 列，")


def test_formatted_blank_cells_do_not_count_towards_the_limits():
    blanks = "".join(
        f'<row r="{row}"><c r="A{row}" s="0"/></row>' for row in range(3, 3000)
    )
    rows = f'<row r="1">{text_cell("A1", "值")}</row><row r="2">{text_cell("A2", "甲")}</row>'

    reading = read_workbook(
        with_sheet(rows + blanks), TEXT_FORM, limits=Limits(rows_max=10)
    )

    assert reading.sheets["table"].frame.rows() == [(2, "甲")]


def test_rows_sheets_and_findings_have_limits():
    rows = xlsx({"表": [["值"], *(["汉"] for _ in range(30))]})
    form = one_column(Kind.CODE)

    assert refused(rows, OutOfLimit, Limits(rows_max=30))[0]["zh"] == (
        "工作表有 31 行、1 列，超过上限（30 行、256 列、各表合计 8000000 个单元格）。"
    )
    assert refused(rows, OutOfLimit, Limits(findings_max=29), form) == (
        {
            "zh": "错误超过 29 处，整份文件可能填错了列或格式。",
            "en": "There are more than 29 errors: a whole column may be wrong.",
        },
        "请先按前几处错误改正整列，再重新上传。",
    )
    many = xlsx({f"表{n}": [["值"], ["甲"]] for n in range(4)})
    assert refused(many, OutOfLimit, Limits(sheets_max=3)) == (
        {
            "zh": "文件有 4 个工作表，上限为 3 个。",
            "en": "The file has 4 sheets; the limit is 3.",
        },
        "请删除与填报无关的工作表。",
    )


def test_the_area_of_all_sheets_together_has_a_limit():
    corner = [["值"], ["甲"], *([None] for _ in range(97)), [None] * 9 + ["x"]]
    content = xlsx({f"表{n}": corner for n in range(3)})

    said, _ = refused(content, OutOfLimit, Limits(cells_max=2_999))

    assert said["zh"] == (
        "工作表有 100 行、10 列，超过上限（200000 行、256 列、各表合计 2999 个单元格）。"
    )


def test_a_text_longer_than_a_piece_is_read():
    long = "甲" * (1 << 20)
    rows = f'<row r="1">{text_cell("A1", "值")}</row><row r="2">{text_cell("A2", long)}</row>'

    [found] = read_workbook(with_sheet(rows), TEXT_FORM).findings

    assert found.code == "too_long"
    assert found.message.in_language("zh") == "内容过长，最多 2000 个字"


def test_a_document_type_is_refused():
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    body = sheet(f'<row r="1">{text_cell("A1", "&b;")}</row>').replace(
        "?>", "?>" + bomb
    )

    assert refused(changed(SMALL, **{"xl/worksheets/sheet1.xml": body}))[0] == BROKEN


def test_repeated_and_missing_parts_are_refused():
    twice = changed(SMALL, **{"XL/worksheets/sheet1.xml": sheet("")})
    relations = opened_part(SMALL, "xl/_rels/workbook.xml.rels").replace(
        "sheet1.xml", "x.xml"
    )
    missing = changed(SMALL, **{"xl/_rels/workbook.xml.rels": relations})

    assert refused(twice)[0] == BROKEN
    assert refused(missing)[0] == BROKEN


def test_more_parts_than_any_workbook_has_are_refused():
    parts = {f"xl/media/image{n}.png": "x" for n in range(2_001)}

    assert refused(changed(SMALL, **parts))[0] == BROKEN


def test_a_sheet_in_an_unusual_form_is_read_all_the_same():
    cell = "<x:c r='{0}' t='inlineStr'><x:is><x:t>{1}</x:t></x:is></x:c>"
    body = (
        f'<x:worksheet xmlns:x="{NAMESPACE}"><x:sheetData>'
        f"<x:row r='1'>{cell.format('A1', '值')}</x:row>"
        f"<x:row r='2'>{cell.format('A2', '甲')}</x:row>"
        "</x:sheetData></x:worksheet>"
    )

    reading = read_workbook(
        changed(SMALL, **{"xl/worksheets/sheet1.xml": body}), TEXT_FORM
    )

    assert reading.sheets["table"].frame.rows() == [(2, "甲")]


TWO_COLUMNS = one_sheet(
    Column("value", Text("值", "Value"), Kind.TEXT),
    Column("other", Text("另", "Other"), Kind.TEXT),
)
TWO_HEADERS = f'<row r="1">{text_cell("A1", "值")}{text_cell("B1", "另")}</row>'


def test_error_values_and_missing_results_are_seen_in_an_unusual_form_too():
    rows = TWO_HEADERS + (
        "<row r='2'><c t='e' r='A2'><v>#N/A</v></c><c r='B2'><v>1</v></c></row>"
    )
    [found] = read_workbook(with_sheet(rows), TWO_COLUMNS).findings
    assert (found.code, found.row, found.field) == ("error_cell", 2, "value")

    rows += "<row r='3'><c r='A3'><f>1+1</f></c></row>"
    assert refused(with_sheet(rows), form=TWO_COLUMNS)[0] == {
        "zh": "工作表“表”有 1 个公式没有计算结果。",
        "en": "Sheet “表” has 1 formulas without a result.",
    }


@pytest.mark.parametrize("reference", ['r="A2" t="str"', "r='A2' t='str'"])
def test_a_formula_may_give_an_empty_text(reference):
    rows = TWO_HEADERS + (
        f'<row r="2"><c {reference}><f>""</f><v></v></c>{text_cell("B2", "x")}</row>'
    )

    reading = read_workbook(with_sheet(rows), TWO_COLUMNS)

    assert reading.sheets["table"].frame.rows() == [(2, None, "x")]


def test_rows_that_hold_only_error_values_are_not_data():
    rows = TWO_HEADERS + (
        f'<row r="2">{text_cell("A2", "甲")}</row>'
        '<row r="3"><c r="A3" t="e"><f>B9</f><v>#N/A</v></c></row>'
    )

    reading = read_workbook(with_sheet(rows), TWO_COLUMNS)

    assert reading.findings == ()
    assert reading.sheets["table"].frame.rows() == [(2, "甲", None)]


def test_nothing_of_the_form_is_refused_by_name():
    refusal = refused(xlsx({"Sheet1": [["甲", "乙"], [1, 2]]}), form=FORM)[0]

    assert refusal["zh"] == (
        "没有找到“贫困户”：前 10 行内没有这张表的表头；没有找到“家庭成员”：前 10 行内没有这张表的表头"
    )


def test_the_test_file_itself_is_readable():
    assert opened(SMALL).sheetnames == ["表"]
    assert read_workbook(
        with_sheet(
            f'<row r="1">{text_cell("A1", "值")}</row><row r="2">{text_cell("A2", "甲")}</row>'
        ),
        TEXT_FORM,
    ).sheets["table"].frame.rows() == [(2, "甲")]
