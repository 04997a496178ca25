"""The two other formats that offices send: .xls and .csv."""

from datetime import date

import pytest
from tests.exchange.biff import DateCell, ErrorValue, xls
from tests.exchange.forms import FORM, one_column, one_sheet

from bangfu.calc.values.findings import BadInput, OutOfLimit
from bangfu.calc.values.text import Text
from bangfu.exchange import Column, Kind, Limits, describe, read_workbook

MIXED = one_sheet(
    Column("no", Text("户编号", "No"), Kind.NUMBER_TEXT),
    Column("identity", Text("证件号码", "Identity"), Kind.IDENTITY),
    Column("income", Text("收入", "Income"), Kind.YUAN),
    Column("born", Text("出生日期", "Born"), Kind.DATE),
    Column("poor", Text("贫困", "Poor"), Kind.BOOL),
)
HEADER = ["户编号", "证件号码", "收入（元）", "出生日期", "贫困"]
ROW = ["0001", "99072119900101123x", 1234.56, date(1990, 1, 1), True]
TYPED = (2, "0001", "99072119900101123X", 123456, date(1990, 1, 1), True)


def test_an_old_workbook_is_read():
    reading = read_workbook(xls({"Sheet1": [HEADER, ROW]}), MIXED)

    assert reading.file_format == "xls"
    assert reading.findings == ()
    assert reading.sheets["table"].frame.rows() == [TYPED]


def test_titles_blank_rows_and_several_sheets_of_an_old_workbook_are_read():
    content = xls(
        {
            "说明": [["任意"]],
            "家庭成员": [
                ["花名册"],
                [None],
                ["姓名", "户编号"],
                ["甲", 9900001],
                [None],
                ["乙", "9"],
            ],
            "贫困户": [["户编号", "村代码"], ["9900001", 990721101200]],
        }
    )

    reading = read_workbook(content, FORM)

    assert reading.findings == ()
    assert reading.sheets["member"].frame.select(
        "_row", "household_no", "name"
    ).rows() == [
        (4, "9900001", "甲"),
        (6, "9", "乙"),
    ]


def test_numeric_identities_and_error_values_of_an_old_workbook_are_refused():
    content = xls({"表": [HEADER, ["1", 990721199001011234, ErrorValue(), None, None]]})

    reading = read_workbook(content, MIXED)

    assert [(found.code, found.field, found.row) for found in reading.findings] == [
        ("numeric_identity", "identity", 2),
        ("error_cell", "income", 2),
    ]


def test_impossible_dates_of_an_old_workbook_are_refused_with_their_number():
    content = xls({"表": [HEADER, ["1", None, None, DateCell(3e6), None]]})

    [found] = read_workbook(content, MIXED).findings

    assert str(describe(found)) == (
        "row 2, “Born”: “3000000” is not a complete date such as 2016-03-01"
    )


def test_an_old_workbook_has_limits():
    content = xls({"表": [["值"], *([f"甲{n}"] for n in range(20))]})

    with pytest.raises(OutOfLimit) as refusal:
        read_workbook(content, one_column(Kind.TEXT), limits=Limits(rows_max=20))

    assert refusal.value.message.in_language("zh") == (
        "工作表有 21 行、1 列，超过上限（20 行、256 列、各表合计 8000000 个单元格）。"
    )


TEXT = '户编号,证件号码,收入（元）,出生日期,贫困\r\n0001,99072119900101123x,"1,234.56",1990/1/1,是\r\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_file_is_read_in_each_usual_encoding(encoding):
    reading = read_workbook(TEXT.encode(encoding), MIXED)

    assert reading.file_format == "csv"
    assert reading.findings == ()
    assert reading.sheets["table"].frame.rows() == [TYPED]


@pytest.mark.parametrize("mark", ["\t", ";"])
def test_other_separators_are_recognised(mark):
    content = TEXT.replace('"1,234.56"', "1234.56").replace(",", mark).encode()

    assert read_workbook(content, MIXED).sheets["table"].frame.rows() == [TYPED]


def test_titles_ragged_rows_and_guarded_numbers_of_a_csv_file_are_read():
    content = (
        '花名册\n\n户编号,证件号码\n="0001",\'99072119900101123x\n\n0002\n'.encode()
    )

    reading = read_workbook(content, MIXED)

    assert reading.findings == ()
    assert reading.sheets["table"].frame.select("_row", "no", "identity").rows() == [
        (4, "0001", "99072119900101123X"),
        (6, "0002", None),
    ]


def test_rare_characters_survive_gb18030():
    content = "值\n𠮷䶮·阿依\n".encode("gb18030")

    frame = read_workbook(content, one_column(Kind.TEXT)).sheets["table"].frame

    assert frame.rows() == [(2, "𠮷䶮·阿依")]


def test_digits_that_a_program_lost_in_a_csv_file_are_refused():
    content = "户编号,证件号码\n1,9.90721E+17\n".encode()

    [found] = read_workbook(content, MIXED).findings

    assert found.code == "digits_lost"
    assert (
        describe(found)
        .in_language("zh")
        .startswith("第 2 行“证件号码”：内容是科学计数法")
    )


def test_a_csv_file_holds_one_sheet_of_the_form():
    content = "户编号,姓名\n1,甲\n".encode()

    reading = read_workbook(content, FORM)

    assert list(reading.sheets) == ["member"]


def test_a_csv_file_without_the_header_is_refused():
    with pytest.raises(BadInput) as refusal:
        read_workbook(b"a,b\n1,2\n", FORM)

    assert refusal.value.message.in_language("zh") == (
        "没有找到“贫困户”：前 10 行内没有这张表的表头"
    )


def test_a_csv_file_has_limits():
    with pytest.raises(OutOfLimit):
        read_workbook(
            "值\n甲\n乙\n".encode(), one_column(Kind.TEXT), limits=Limits(rows_max=2)
        )
    with pytest.raises(BadInput):
        read_workbook(("值\n" + "甲" * 200_000).encode(), one_column(Kind.TEXT))
