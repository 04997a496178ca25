import io

import pytest
from tests.exchange.forms import FORM, YUAN_COLUMN, one_sheet, opened, saved, xlsx

from bangfu.calc.values.findings import Severity
from bangfu.calc.values.text import Text
from bangfu.exchange import Column, Kind, read_workbook, write_errors

HOUSEHOLDS = [
    ["户编号", "村代码", "年收入（元）", "备注"],
    ["1", "990721101200", 5000, "x"],
    ["2", "990721101200", -1, "y"],
    ["3", "990721101200", 7000, "z"],
]
MEMBERS = [
    ["户编号", "姓名", "民族", "证件号码"],
    ["1", "甲一", "汉族", "99072119900101123X"],
    ["1", "甲二", "汉", None],
    ["2", "乙一", "汉族", None],
    ["3", "丙一", "回族", 990721199001011234],
    ["4", "丁一", "回族", None],
]


@pytest.fixture
def reading():
    return read_workbook(xlsx({"贫困户": HOUSEHOLDS, "家庭成员": MEMBERS}), FORM)


def errors(reading, findings, groups=None, language="zh-hans", form=FORM):
    target = io.BytesIO()
    groups = reading.bad_groups(findings) if groups is None else groups
    counts = write_errors(
        form, reading, groups, findings, language=language, target=target
    )
    return target.getvalue(), counts


def lines(page):
    return [list(row) for row in page.iter_rows(values_only=True)]


def test_only_wrong_groups_are_in_it_and_whole(reading):
    content, counts = errors(reading, reading.findings)

    assert reading.bad_groups(reading.findings) == {"1", "2", "3"}
    assert counts == {"household": 3, "member": 4}
    book = opened(content)
    assert lines(book["贫困户"]) == [
        [
            "户编号",
            "村代码",
            "住房面积（平方米）",
            "年收入（元）",
            "识别年度",
            "错误原因",
            "原行号",
        ],
        ["1", "990721101200", None, 5000, None, "“户编号”相同的其他行有错误", 2],
        ["2", "990721101200", None, "-1", None, "“年收入”：不应小于 0", 3],
        ["3", "990721101200", None, 7000, None, "“户编号”相同的其他行有错误", 4],
    ]
    assert [row[-2:] for row in lines(book["家庭成员"])[1:]] == [
        ["“户编号”相同的其他行有错误", 2],
        ["“民族”：不认识“汉”，应为“汉族”", 3],
        ["“户编号”相同的其他行有错误", 4],
        [
            "“证件号码”：单元格是数字格式，Excel 只保留 15 位，后几位已不可信，请设为文本格式后重新填写",
            5,
        ],
    ]


def test_wrong_cells_are_coloured_and_commented(reading):
    content, _ = errors(reading, reading.findings)

    page = opened(content)["家庭成员"]
    right, wrong = page["D2"], page["D3"]

    assert wrong.value == "汉"
    assert wrong.fill.fgColor.rgb == "FFF8D7DA"
    assert wrong.comment.text == "不认识“汉”，应为“汉族”"
    assert wrong.number_format == "@"
    assert right.value == "汉族"
    assert right.comment is None
    assert right.fill.fill_type is None


def test_it_is_written_in_english_too(reading):
    book = opened(errors(reading, reading.findings, language="en")[0])

    assert [cell.value for cell in book["Households"][1]][-2:] == [
        "Reasons",
        "Original row",
    ]
    assert [row[-2] for row in lines(book["Households"])[1:]] == [
        "another row with the same “Household number” is wrong",
        "“Income”: it should not be less than 0",
        "another row with the same “Household number” is wrong",
    ]


def test_it_is_a_template_with_instructions_and_lists(reading):
    book = opened(errors(reading, reading.findings)[0])

    assert book.sheetnames == ["贫困户", "家庭成员", "说明", "_codes"]
    assert (
        book["家庭成员"].data_validations.dataValidation[1].formula1
        == "_codes!$A$2:$A$5"
    )


def test_it_can_be_mended_and_sent_again(reading):
    content, _ = errors(reading, reading.findings)
    unmended = read_workbook(content, FORM)
    assert [(found.code, found.field) for found in unmended.findings] == [
        ("out_of_range", "income"),
        ("unknown_code", "nation"),
        ("digits_lost", "identity"),
    ]

    book = opened(content)
    book["贫困户"]["D3"] = 1
    book["家庭成员"]["D3"] = "汉族"
    book["家庭成员"]["C5"] = "990721199001011234"
    mended = read_workbook(saved(book), FORM)

    assert mended.findings == ()
    assert mended.sheets["household"].frame["income"].to_list() == [500000, 100, 700000]
    assert mended.sheets["member"].frame["identity"].to_list() == [
        "99072119900101123X",
        None,
        None,
        "990721199001011234",
    ]


def test_findings_of_upper_rules_choose_and_mark_rows(reading):
    rule = reading.finding(
        "member",
        row=6,
        column="household_no",
        code="V2",
        message=Text("没有这一户", "there is no such household"),
    )
    doubt = reading.finding(
        "member",
        row=6,
        column="name",
        code="V9",
        message=Text("姓名存疑", "the name is doubtful"),
        severity=Severity.DOUBTFUL,
    )

    content, counts = errors(reading, [rule, doubt])

    assert counts == {"household": 0, "member": 1}
    page = opened(content)["家庭成员"]
    assert lines(page)[1][-2:] == ["“户编号”：没有这一户；“姓名”：姓名存疑", 6]
    assert page["A2"].fill.fgColor.rgb == "FFF8D7DA"
    assert page["B2"].fill.fgColor.rgb == "FFFFF4CE"


def test_a_finding_about_a_whole_row_is_its_reason(reading):
    found = reading.finding(
        "household", row=4, column=None, code="V3", message=Text("无成员", "no members")
    )

    content, _ = errors(reading, [found])

    assert lines(opened(content)["贫困户"])[1][-2:] == ["无成员", 4]


def test_doubts_alone_choose_no_row(reading):
    doubt = reading.finding(
        "household",
        row=2,
        column="income",
        code="V9",
        message=Text("存疑", "doubtful"),
        severity=Severity.DOUBTFUL,
    )

    assert errors(reading, [doubt])[1] == {"household": 0, "member": 0}


def test_an_empty_required_cell_is_coloured():
    form = one_sheet(
        Column("a", Text("甲", "A"), Kind.TEXT, required=True),
        Column("b", Text("乙", "B"), Kind.TEXT),
    )
    reading = read_workbook(xlsx({"表": [["甲", "乙"], [None, "x"]]}), form)

    content, counts = errors(reading, reading.findings, form=form)

    assert counts == {"table": 1}
    cell = opened(content)["表"]["A2"]
    assert (cell.value, cell.fill.fgColor.rgb) == (None, "FFF8D7DA")
    assert cell.comment.text == "不能为空"


def test_an_amount_in_another_unit_keeps_its_meaning():
    form = one_sheet(
        YUAN_COLUMN, Column("b", Text("乙", "B"), Kind.TEXT, required=True)
    )
    rows = [["年收入（万元）", "乙"], [1.2, None], ["3.5", None]]
    reading = read_workbook(xlsx({"表": rows}), form)
    wrong = [
        reading.finding(
            "table",
            row=row,
            column="income",
            code="V1",
            message=Text("偏高", "too high"),
        )
        for row in (2, 3)
    ]

    content, _ = errors(reading, [*reading.findings, *wrong], form=form)

    page = opened(content)["表"]
    assert [row[0] for row in lines(page)] == ["年收入（元）", "1.2万元", "3.5万元"]
    again = read_workbook(content, form)
    assert again.sheets["table"].frame["income"].to_list() == [1200000, 3500000]


def test_sheets_that_the_file_did_not_have_are_written_empty():
    reading = read_workbook("户编号,姓名\n1,\n".encode(), FORM)

    content, counts = errors(reading, reading.findings)

    assert counts == {"member": 1}
    assert opened(content)["贫困户"].max_row == 1


def test_texts_that_look_like_formulas_stay_texts():
    form = one_sheet(
        Column("a", Text("甲", "A"), Kind.TEXT, maximum=3),
        Column("b", Text("乙", "B"), Kind.TEXT),
    )
    reading = read_workbook("甲,乙\n=1+2+3,@x\n".encode(), form)

    cells = opened(errors(reading, reading.findings, form=form)[0])["表"][2]

    assert [(cell.value, cell.data_type) for cell in cells[:2]] == [
        ("=1+2+3", "s"),
        ("@x", "s"),
    ]
