"""Files as offices really send them: moved, renamed, decorated, merged."""

import hashlib
import io
from datetime import date

import openpyxl
import pytest
import xlsxwriter
from openpyxl.styles import Font
from tests.exchange.forms import (
    FORM,
    WAN_YUAN_COLUMN,
    YUAN_COLUMN,
    one_column,
    one_sheet,
    saved,
    xlsx,
)

from bangfu.calc.values.findings import BadInput, Severity
from bangfu.calc.values.text import Text
from bangfu.exchange import Column, Kind, describe, read_workbook

HOUSEHOLDS = [["户编号", "村代码", "年收入（元）"], ["9900001", "990721101200", 5000]]
MEMBERS = [["户编号", "姓名"], ["9900001", "甲某"], ["9900001", "乙某"]]

TWO_TEXTS = one_sheet(
    Column("value", Text("值", "Value"), Kind.TEXT),
    Column("other", Text("另值", "Other"), Kind.TEXT),
)


def sentences(reading):
    return [describe(found).in_language("zh-hans") for found in reading.findings]


def refused(content, form=FORM):
    with pytest.raises(BadInput) as refusal:
        read_workbook(content, form)
    return refusal.value


def test_both_sheets_are_read_with_excel_row_numbers():
    content = xlsx({"贫困户": HOUSEHOLDS, "家庭成员": MEMBERS})

    reading = read_workbook(content, FORM)

    assert reading.findings == ()
    assert reading.sha256 == hashlib.sha256(content).hexdigest()
    households, members = reading.sheets["household"], reading.sheets["member"]
    assert households.frame.columns == [
        "_row",
        "household_no",
        "village",
        "area",
        "income",
        "entered",
    ]
    assert households.frame.row(0) == (2, "9900001", "990721101200", None, 500000, None)
    assert households.present == ("household_no", "village", "income")
    assert members.frame.select("_row", "name").rows() == [(2, "甲某"), (3, "乙某")]
    assert members.written.columns == ["_row", "household_no", "name"]


def test_a_path_is_read_like_bytes(tmp_path):
    path = tmp_path / "花名册.xlsx"
    path.write_bytes(xlsx({"贫困户": HOUSEHOLDS, "家庭成员": MEMBERS}))

    assert len(read_workbook(path, FORM).sheets["member"].frame) == 2


def test_a_merged_title_above_the_header_is_passed_over():
    book = openpyxl.Workbook()
    page = book.active
    page["A1"] = "某某乡贫困户花名册"
    page.merge_cells("A1:C2")
    page["A3"] = "填报单位：某某乡"
    for row in [["值"], ["甲"]]:
        page.append(row)

    reading = read_workbook(saved(book), one_column(Kind.TEXT))

    assert reading.sheets["table"].header_row == 4
    assert reading.sheets["table"].frame.rows() == [(5, "甲")]


def test_a_header_below_the_tenth_row_is_not_found():
    rows = [[f"说明 {n}"] for n in range(10)] + [["值"], ["甲"]]

    refusal = refused(xlsx({"表": rows}), one_column(Kind.TEXT))

    assert refusal.message.as_json() == {
        "zh": "没有找到“表”：前 10 行内没有这张表的表头",
        "en": "“Table” was not found: no sheet has its header in the first 10 rows",
    }
    assert refusal.remedy is not None
    assert refusal.remedy.zh == "请使用本系统下载的模板，保留表头原样后重新上传。"


def test_trailing_formatted_blank_rows_are_not_data():
    book = openpyxl.Workbook()
    page = book.active
    page.append(["值", "另值"])
    page.append(["甲", "x"])
    for row in range(3, 3000):
        page.cell(row, 1).font = Font(bold=True)
        page.cell(row, 2).value = "" if row % 2 else None
    form = one_sheet(
        Column("value", Text("值", "Value"), Kind.TEXT, required=True),
        Column("other", Text("另值", "Other"), Kind.TEXT, required=True),
    )

    reading = read_workbook(saved(book), form)

    assert reading.findings == ()
    assert reading.sheets["table"].frame.rows() == [(2, "甲", "x")]


def test_blank_rows_between_do_not_move_the_row_numbers():
    rows = [["值"], ["甲"], [None], [" 　"], ["乙"]]

    reading = read_workbook(xlsx({"表": rows}), one_column(Kind.TEXT))

    assert reading.sheets["table"].frame.rows() == [(2, "甲"), (5, "乙")]


def test_a_table_may_begin_at_any_cell():
    book = openpyxl.Workbook()
    page = book.active
    page["D5"], page["D6"], page["D8"] = "值", "汉族", "汉"

    reading = read_workbook(saved(book), one_column(Kind.CODE))

    assert reading.sheets["table"].frame.rows() == [(6, "01"), (8, None)]
    assert sentences(reading) == ["第 8 行“值”：不认识“汉”，应为“汉族”"]


def test_extra_sheets_are_left_alone_and_those_with_content_are_named():
    content = xlsx(
        {
            "Sheet3": [],
            "说明": [["户编号", "姓名"], ["任意", "内容"]],
            "统计": [["合计", 2]],
            "家庭成员": MEMBERS,
            "贫困户": HOUSEHOLDS,
        }
    )

    reading = read_workbook(content, FORM)

    [note] = reading.findings
    assert note.severity is Severity.NOTE
    assert describe(note).as_json() == {
        "zh": "贫困户花名册：工作表“统计”不属于本表，未读取",
        "en": "Household roll: sheet “统计” does not belong to the form and was not read",
    }


def test_renamed_sheets_are_known_by_their_header():
    content = xlsx({"Sheet1": MEMBERS, "Sheet2": HOUSEHOLDS})

    reading = read_workbook(content, FORM)

    assert {key: part.name for key, part in reading.sheets.items()} == {
        "household": "Sheet2",
        "member": "Sheet1",
    }


def test_two_sheets_that_could_be_the_same_are_refused():
    content = xlsx({"贫困户": HOUSEHOLDS, "甲村": MEMBERS, "乙村": MEMBERS})

    refusal = refused(content)

    assert refusal.message.as_json() == {
        "zh": "工作表“甲村”、“乙村”都像“家庭成员”，请合并为一张并命名为“家庭成员”",
        "en": "sheets “甲村”, “乙村” could each be “Members”: join them into one of that name",
    }


def test_a_copy_beside_the_named_sheet_is_only_noted():
    content = xlsx({"贫困户": HOUSEHOLDS, "家庭成员": MEMBERS, "家庭成员 (2)": MEMBERS})

    assert sentences(read_workbook(content, FORM)) == [
        "贫困户花名册：工作表“家庭成员 (2)”不属于本表，未读取"
    ]


def test_missing_sheets_are_named():
    refusal = refused(xlsx({"贫困户": HOUSEHOLDS}))

    assert refusal.reason_code == "bad_header"
    assert [found.code for found in refusal.findings] == ["missing_sheet"]
    assert refusal.message.in_language("zh") == (
        "没有找到“家庭成员”：前 10 行内没有这张表的表头"
    )


def test_columns_may_be_moved_and_headers_written_in_other_ways():
    header = [" * 村 代码：", "Household Number", "备注", "INCOME (yuan)"]
    content = xlsx(
        {
            "贫困户": [header, ["990721101200", "9900001", "x", 1]],
            "家庭成员": [["姓名（必填）", "户编号"], ["甲某", "9900001"]],
        }
    )

    reading = read_workbook(content, FORM)

    assert reading.sheets["household"].frame.select(
        "household_no", "village", "income"
    ).rows() == [("9900001", "990721101200", 100)]
    [note] = reading.findings
    assert (note.code, note.severity) == ("unknown_columns", Severity.NOTE)
    assert describe(note).as_json() == {
        "zh": "“贫困户”第 1 行：不认识的列未读取：“备注”",
        "en": "“Households”, row 1: columns that are not known were not read: “备注”",
    }


def test_headers_may_be_national_codes_or_aliases():
    for header in ("haa001", "户码", "household_no"):
        content = xlsx(
            {"贫困户": [[header, "村代码"], ["9900001", "99"]], "家庭成员": MEMBERS}
        )

        assert read_workbook(content, FORM).findings == ()


def test_missing_required_columns_are_named_all_at_once():
    content = xlsx(
        {
            "贫困户": [["户编号码", "年收入", "住房面积"], ["9900001", 1, 2]],
            "家庭成员": [["姓名", "电话"], ["甲某", "1"]],
        }
    )

    refusal = refused(content)

    assert [found.code for found in refusal.findings] == ["missing_columns"] * 2
    assert refusal.message.as_json() == {
        "zh": "“贫困户”缺少必填列“户编号”、“村代码”（“户编号码”应改为“户编号”）；"
        "“家庭成员”缺少必填列“户编号”",
        "en": "“Households” lacks the required columns “Household number”, “Village code” "
        "(“户编号码” may be “Household number”); “Members” lacks the required columns "
        "“Household number”",
    }


def test_a_column_that_stands_twice_is_refused():
    content = xlsx({"表": [["值", None, "值（旧）"], ["甲", None, "乙"]]})

    refusal = refused(content, one_column(Kind.TEXT))

    assert refusal.message.as_json() == {
        "zh": "“表”中“值”出现了不止一次（A、C 列），请只保留一列",
        "en": "in “Table” “Value” stands more than once (columns A、C): keep one",
    }


def test_money_in_another_unit_is_converted_and_reported():
    content = xlsx({"表": [["年收入（万元）", "预算（元）"], [1.2, 5000]]})

    reading = read_workbook(content, one_sheet(YUAN_COLUMN, WAN_YUAN_COLUMN))

    assert reading.sheets["table"].frame.rows() == [(2, 1200000, 500000)]
    assert [describe(found).as_json() for found in reading.findings] == [
        {
            "zh": "第 1 行“年收入”：表头写的是“万元”，已按万元换算为元",
            "en": "row 1, “Income”: the header says “10,000 yuan”: the values were "
            "converted to yuan",
        },
        {
            "zh": "第 1 行“预算”：表头写的是“元”，已按元换算为万元",
            "en": "row 1, “Budget”: the header says “yuan”: the values were converted to "
            "10,000 yuan",
        },
    ]


def test_another_unit_that_cannot_be_converted_is_refused():
    area = Column("area", Text("耕地", "Land"), Kind.DECIMAL, unit=Text("亩", "mu"))
    content = xlsx({"表": [["值", "耕地（公顷）"], ["甲", 1]]})
    form = one_sheet(Column("value", Text("值", "Value"), Kind.TEXT), area)

    refusal = refused(content, form)

    assert refusal.message.as_json() == {
        "zh": "“表”的单位不同：“耕地（公顷）”，应为“耕地（亩）”，请换算后填写",
        "en": "“Table” uses other units: “耕地（公顷）” must be “Land (mu)”: convert the values",
    }


def test_cells_merged_downwards_hold_for_every_row_they_cover():
    book = openpyxl.Workbook()
    page = book.active
    rows = [
        ["户编号", "姓名"],
        ["9900001", "甲"],
        [None, "乙"],
        [None, "丙"],
        ["9900002", "丁"],
    ]
    for row in rows:
        page.append(row)
    page.merge_cells("A2:A4")
    page.merge_cells("A5:A9")
    form = one_sheet(
        Column("no", Text("户编号", "No"), Kind.NUMBER_TEXT, required=True),
        Column("name", Text("姓名", "Name"), Kind.TEXT),
    )

    reading = read_workbook(saved(book), form)

    assert reading.findings == ()
    assert reading.sheets["table"].frame.rows() == [
        (2, "9900001", "甲"),
        (3, "9900001", "乙"),
        (4, "9900001", "丙"),
        (5, "9900002", "丁"),
    ]


def test_merged_cells_that_overlap_do_not_count_twice():
    book = openpyxl.Workbook()
    page = book.active
    for row in [["值", "另值"], ["甲", "x"], [None, "y"], ["乙", "z"]]:
        page.append(row)
    page.merged_cells.add("A2:A3")
    page.merged_cells.add("A3:A4")

    reading = read_workbook(saved(book), TWO_TEXTS)

    assert reading.sheets["table"].frame.rows() == [
        (2, "甲", "x"),
        (3, "甲", "y"),
        (4, "乙", "z"),
    ]


def test_an_empty_required_cell_is_reported_once():
    content = xlsx({"表": [["值", "另值"], [None, "x"], ["汉", "x"]]})
    form = one_sheet(
        *one_column(Kind.CODE, required=True).sheets[0].columns,
        Column("other", Text("另值", "Other"), Kind.TEXT),
    )

    reading = read_workbook(content, form)

    assert sentences(reading) == [
        "第 2 行“值”：不能为空",
        "第 3 行“值”：不认识“汉”，应为“汉族”",
    ]
    assert str(describe(reading.findings[0])) == "row 2, “Value”: it must not be empty"


def test_an_empty_optional_cell_is_null_without_a_finding():
    content = xlsx({"表": [["值", "另值"], [None, "x"], ["", "y"]]})
    form = one_sheet(
        Column("value", Text("值", "Value"), Kind.DATE),
        Column("other", Text("另值", "Other"), Kind.TEXT),
    )

    reading = read_workbook(content, form)

    assert reading.findings == ()
    assert reading.sheets["table"].frame["value"].to_list() == [None, None]


def test_a_repeated_key_names_the_first_row():
    rows = [["户编号", "村代码"], *([key, "99"] for key in ("1", "2", "1", None, "1"))]

    reading = read_workbook(xlsx({"贫困户": rows, "家庭成员": MEMBERS}), FORM)

    assert sentences(reading) == [
        "“贫困户”第 4 行“户编号”：与第 2 行重复",
        "“贫困户”第 5 行“户编号”：不能为空",
        "“贫困户”第 6 行“户编号”：与第 2 行重复",
    ]
    assert str(describe(reading.findings[0])) == (
        "“Households”, row 4, “Household number”: it repeats row 2"
    )
    assert reading.findings[0].subject == "household:4"


def test_formulas_give_their_value():
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        page = book.add_worksheet("表")
        page.write_row(0, 0, ["值", "另值"])
        page.write_formula(1, 0, "=1+1", None, 2)
    form = one_sheet(
        Column("value", Text("值", "Value"), Kind.INTEGER),
        Column("other", Text("另值", "Other"), Kind.TEXT),
    )

    reading = read_workbook(target.getvalue(), form)

    assert reading.sheets["table"].frame.rows() == [(2, 2, None)]


def test_formulas_without_a_result_are_refused():
    content = xlsx({"表": [["值"], ["=1+1"], ["=2+2"]]})

    refusal = refused(content, one_column(Kind.INTEGER))

    assert refusal.reason_code == "formulas_without_result"
    assert refusal.message.as_json() == {
        "zh": "工作表“表”有 2 个公式没有计算结果。",
        "en": "Sheet “表” has 2 formulas without a result.",
    }
    assert refusal.remedy.zh == "请用 Excel 或 WPS 打开文件并保存一次，再重新上传。"


def test_error_values_are_findings_and_not_empty_cells():
    book = openpyxl.Workbook()
    page = book.active
    for row in [["另值", "值"], ["a", 1], ["b", "#N/A"], ["c", "#REF!"]]:
        page.append(row)
    form = one_sheet(
        Column("value", Text("值", "Value"), Kind.INTEGER, required=True),
        Column("other", Text("另值", "Other"), Kind.TEXT),
    )

    reading = read_workbook(saved(book), form)

    assert [describe(found).as_json() for found in reading.findings] == [
        {
            "zh": f"第 {row} 行“值”：单元格是公式错误值（如 #N/A、#REF!），请改为正确的内容",
            "en": f"row {row}, “Value”: the cell holds a formula error such as #N/A or "
            "#REF!: correct it",
        }
        for row in (3, 4)
    ]


def test_a_file_without_rows_is_refused():
    refusal = refused(xlsx({"表": [["值"]]}), one_column(Kind.TEXT))

    assert refusal.reason_code == "no_rows"
    assert refusal.message.as_json() == {
        "zh": "文件中没有数据行。",
        "en": "The file holds no rows of data.",
    }


def test_findings_of_upper_rules_are_placed_like_those_of_the_reader():
    reading = read_workbook(xlsx({"贫困户": HOUSEHOLDS, "家庭成员": MEMBERS}), FORM)

    found = reading.finding(
        "member",
        row=3,
        column="name",
        code="V1",
        message=Text("不符", "does not agree"),
    )

    assert str(describe(found)) == "“Members”, row 3, “Name”: does not agree"
    assert reading.bad_groups([found]) == {"9900001"}


def test_dates_that_count_from_1904_are_read_right():
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    page = book.active
    page.append(["值"])
    page.append([date(2016, 3, 1)])
    page.append([40968])

    reading = read_workbook(saved(book), one_column(Kind.DATE))

    assert reading.sheets["table"].frame["value"].to_list() == [date(2016, 3, 1)] * 2
