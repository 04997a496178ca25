import io
from datetime import date
from decimal import Decimal

import pytest
from tests.exchange.forms import FORM, HOUSEHOLDS, MEMBERS, NATIONS, one_sheet, opened

from bangfu.calc.values.text import Text
from bangfu.exchange import (
    CodeList,
    Column,
    Kind,
    Sheet,
    Workbook,
    read_workbook,
    write_template,
)

EXAMPLES = {
    "household": [
        {
            "household_no": "9900001",
            "village": "990721101200",
            "area": Decimal("80.50"),
            "income": 123456,
            "entered": 2014,
        }
    ],
    "member": [
        {
            "household_no": "9900001",
            "name": "甲某",
            "identity": "99072119900101123X",
            "nation": "01",
            "other_nations": ["03", "11"],
            "born": date(1990, 1, 1),
            "work_months": 6,
            "is_student": False,
            "phone": "13800000000",
        }
    ],
}


def template(language="zh-hans", form=FORM, **more):
    target = io.BytesIO()
    write_template(form, language=language, target=target, **more)
    return target.getvalue()


def lines(page):
    return [list(row) for row in page.iter_rows(values_only=True)]


@pytest.mark.parametrize(
    ("language", "sheets", "header"),
    [
        (
            "zh-hans",
            ["贫困户", "家庭成员", "说明", "_codes"],
            ["户编号", "村代码", "住房面积（平方米）", "年收入（元）", "识别年度"],
        ),
        (
            "en",
            ["Households", "Members", "Instructions", "_codes"],
            [
                "Household number",
                "Village code",
                "Floor area (m2)",
                "Income (yuan)",
                "Year entered",
            ],
        ),
    ],
)
def test_data_sheets_come_first_and_instructions_last(language, sheets, header):
    book = opened(template(language))

    assert book.sheetnames == sheets
    assert [page.sheet_state for page in book] == ["visible"] * 3 + ["hidden"]
    assert lines(book.worksheets[0]) == [header]
    assert book.worksheets[0].freeze_panes == "B2"


def test_text_columns_have_text_format_before_anything_is_typed():
    page = opened(template())["家庭成员"]

    formats = {
        column.key: page.column_dimensions[letters].number_format
        for column, letters in zip(MEMBERS.columns, "ABCDEFGHI", strict=True)
    }

    assert formats == {
        "household_no": "@",
        "name": "@",
        "identity": "@",
        "nation": "@",
        "other_nations": "@",
        "born": "yyyy-mm-dd",
        "work_months": "0",
        "is_student": "General",
        "phone": "@",
    }


def test_excel_checks_what_is_typed():
    page = opened(template())["家庭成员"]

    rules = {
        str(rule.sqref): (
            rule.type,
            rule.formula1,
            rule.formula2,
            rule.errorStyle,
            rule.error,
        )
        for rule in page.data_validations.dataValidation
    }

    assert rules == {
        "B2:B1048576": ("textLength", "0", "20", None, "“姓名”：文字"),
        "D2:D1048576": (
            "list",
            "_codes!$A$2:$A$5",
            None,
            None,
            "“民族”：从下拉列表中选择",
        ),
        "F2:F1048576": (
            "date",
            "367",
            "73415",
            "warning",
            "“出生日期”：日期，如 2016-03-01",
        ),
        "G2:G1048576": ("whole", "0", "12", None, "“务工月数”：整数"),
        "H2:H1048576": ("list", '"是,否"', None, "warning", "“是否在校”：是或否"),
    }


def test_amounts_are_checked_in_the_unit_of_the_column():
    page = opened(template())["贫困户"]

    rules = {
        str(rule.sqref): (rule.type, rule.formula1, rule.formula2)
        for rule in page.data_validations.dataValidation
    }

    assert rules["D2:D1048576"] == ("decimal", "0", "999999999999999")
    assert rules["E2:E1048576"] == ("whole", "1900", "2100")


def test_long_lists_drop_down_from_a_hidden_sheet():
    many = CodeList(
        "many",
        Text("长表", "Long list"),
        tuple((f"{n:03}", Text(f"第{n}项", f"Item {n}")) for n in range(300)),
    )
    columns = (
        Column("nation", Text("民族", "Ethnic group"), Kind.CODE, codes=NATIONS),
        Column("item", Text("项", "Item"), Kind.CODE, codes=many),
        Column("other", Text("另项", "Other"), Kind.CODE, codes=many),
    )
    form = Workbook(
        "w", Text("表", "Form"), (Sheet("s", Text("表", "Sheet"), columns),)
    )

    book = opened(template("en", form))

    sources = [rule.formula1 for rule in book["Sheet"].data_validations.dataValidation]
    assert sources == ["_codes!$A$2:$A$5", "_codes!$B$2:$B$301", "_codes!$B$2:$B$301"]
    assert [cell.value for cell in book["_codes"][1]] == ["Ethnic group", "Long list"]
    assert [cell.value for cell in book["_codes"][301]] == [None, "Item 299"]


def test_headers_have_comments_that_say_how_to_fill_them_in():
    page = opened(template())["贫困户"]

    assert page["A1"].comment.text == "必填；文本格式的号码\n示例：9900001"
    assert page["D1"].comment.text == "选填；金额，单位：元"
    english = opened(template("en"))["Households"]
    assert english["A1"].comment.text == "required; a number, as text\nExample: 9900001"


def test_comments_carry_the_columns_help():
    column = Column(
        "a", Text("甲", "A"), Kind.TEXT, help=Text("照户口簿填写", "as in the register")
    )

    page = opened(template(form=one_sheet(column)))["表"]

    assert page["A1"].comment.text == "选填；文字；照户口簿填写"


def test_examples_may_leave_columns_out():
    content = template(
        example_rows={"household": [{"household_no": "1"}], "member": []}
    )

    assert lines(opened(content)["贫困户"])[1] == ["1", None, None, None, None]


def test_the_instructions_list_every_column():
    rows = lines(opened(template())["说明"])

    assert rows[0][0] == "贫困户花名册（版本 3）"
    assert [row[0] for row in rows[1:5]] == [
        "1. 请勿改动表头；可增加自己的列，系统不读取。",
        "2. 证件号、账号、区划代码等列已设为文本格式，请勿改为数字。",
        "3. 空单元格表示不填，不会覆盖系统中已有的内容。",
        "4. 每户一行。",
    ]
    assert rows[6] == [
        "工作表",
        "列名",
        "是否必填",
        "填写要求",
        "单位",
        "可选值",
        "国家指标代码",
        "说明",
        "示例",
    ]
    named = [(row[0], row[1]) for row in rows[7:]]
    assert named == [
        (sheet.title.zh, column.title.zh)
        for sheet in (HOUSEHOLDS, MEMBERS)
        for column in sheet.columns
    ]
    assert rows[7][2:] == ["必填", "文本格式的号码", "", "", "HAA001", "", "9900001"]
    assert rows[15][5] == "汉族、回族、满族、土家族"


def test_an_untouched_template_has_no_rows_to_read():
    with pytest.raises(Exception, match="The file holds no rows of data"):
        read_workbook(template(), FORM)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_example_rows_are_read_back_as_they_were_given(language):
    reading = read_workbook(template(language, example_rows=EXAMPLES), FORM)

    assert reading.findings == ()
    for key, rows in EXAMPLES.items():
        assert reading.sheets[key].frame.drop("_row").to_dicts() == rows


def test_the_same_template_has_the_same_bytes():
    assert template() == template()
