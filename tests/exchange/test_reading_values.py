"""What one cell becomes, kind by kind, and what is said when it cannot be taken."""

from datetime import date, datetime, time
from decimal import Decimal

import pytest
from tests.exchange.forms import one_column, xlsx

from bangfu.calc.values.findings import Severity
from bangfu.calc.values.text import Text
from bangfu.exchange import Kind, MoneyUnit, describe, read_workbook


def read(kind, *values, header="值", **more):
    content = xlsx({"表": [[header], *([value] for value in values)]})
    return read_workbook(content, one_column(kind, **more))


def values(kind, *written, **more):
    reading = read(kind, *written, **more)
    assert [str(describe(found)) for found in reading.findings] == []
    return reading.sheets["table"].frame["value"].to_list()


def refusal(kind, written, **more):
    """The only finding about a cell, in both languages; its value must be null."""
    reading = read(kind, written, **more)
    [found] = reading.findings
    assert found.severity is Severity.IMPOSSIBLE
    assert found.row == 2
    assert found.field == "value"
    assert reading.sheets["table"].frame["value"].to_list() == [None]
    return found.code, describe(found).as_json()


def test_text_is_trimmed_and_otherwise_kept():
    assert values(
        Kind.TEXT, "　张三 ", "王\u200b五", "A１ b", "'0123", "\u00a0甲\n乙 "
    ) == [
        "张三",
        "王五",
        "A１ b",
        "0123",
        "甲\n乙",
    ]


def test_text_takes_numbers_dates_and_truth_values_as_they_are_shown():
    assert values(
        Kind.TEXT,
        12,
        1.5,
        0.1 + 0.2,
        date(2016, 3, 1),
        datetime.fromisoformat("2016-03-01T08:05"),
        True,
    ) == ["12", "1.5", "0.3", "2016-03-01", "2016-03-01 08:05:00", "TRUE"]


def test_text_that_is_too_long_is_refused():
    assert refusal(Kind.TEXT, "甲乙丙丁", maximum=3) == (
        "too_long",
        {
            "zh": "第 2 行“值”：内容过长，最多 3 个字",
            "en": "row 2, “Value”: the text is too long: at most 3 characters",
        },
    )


def test_identity_numbers_are_cleaned():
    assert values(
        Kind.IDENTITY,
        "99072119900101123x",
        "９９０７２１１９９００１０１１２３Ｘ",
        " 990721 19900101 123X ",
        "'99072119900101123X",
        "’99072119900101123X",
        "/",
    ) == ["99072119900101123X"] * 5 + [None]


def test_numeric_cells_in_identity_columns_are_refused():
    numeric = (
        "numeric_identity",
        {
            "zh": "第 2 行“值”：单元格是数字格式，Excel 只保留 15 位，后几位已不可信，"
            "请设为文本格式后重新填写",
            "en": "row 2, “Value”: the cell is a number, of which Excel keeps 15 digits, "
            "so the last ones cannot be trusted: make the cell text and type it again",
        },
    )
    assert refusal(Kind.IDENTITY, 990721199001011234) == numeric
    assert refusal(Kind.IDENTITY, 12) == numeric


@pytest.mark.parametrize("kind", [Kind.IDENTITY, Kind.NUMBER_TEXT, Kind.DIVISION])
def test_scientific_notation_is_recognised_as_lost_digits(kind):
    assert refusal(kind, "9.90721E+17") == (
        "digits_lost",
        {
            "zh": "第 2 行“值”：内容是科学计数法（如 3.6E+17），后几位数字已丢失，"
            "请设为文本格式后重新填写",
            "en": "row 2, “Value”: the number is written like 3.6E+17 and has lost its "
            "last digits: make the cell text and type it again",
        },
    )


def test_number_texts_take_whole_numbers_that_are_exact():
    assert values(
        Kind.NUMBER_TEXT, 13800000000, "0797-123 4567", "０１２", 999999999999999, "—"
    ) == ["13800000000", "0797-1234567", "012", "999999999999999", None]


@pytest.mark.parametrize("written", [1e15, 6222021234567890, 12.5])
def test_number_texts_refuse_numbers_that_may_have_changed(written):
    assert refusal(Kind.NUMBER_TEXT, written) == (
        "digits_lost",
        {
            "zh": "第 2 行“值”：单元格是数字格式，Excel 只保留 15 位整数，内容可能已改变，"
            "请设为文本格式后重新填写",
            "en": "row 2, “Value”: the cell is a number, of which Excel keeps 15 digits, "
            "so it may have changed: make the cell text and type it again",
        },
    )


def test_number_texts_refuse_what_excel_made_a_date():
    assert refusal(Kind.NUMBER_TEXT, date(2016, 3, 1)) == (
        "turned_into_date",
        {
            "zh": "第 2 行“值”：Excel 已把内容改成了日期，请将单元格设为文本格式后重新填写",
            "en": "row 2, “Value”: Excel turned the value into a date: make the cell text "
            "and type it again",
        },
    )


def test_division_codes_are_read_from_text_and_whole_numbers():
    assert values(
        Kind.DIVISION,
        "990721101200",
        990721101200,
        "990721101000",
        990721,
        " ９９０７ ",
        "'99",
    ) == ["990721101200", "990721101200", "990721101", "990721", "9907", "99"]


def test_other_writings_are_no_division_codes():
    assert refusal(Kind.DIVISION, "99072110120") == (
        "not_a_division",
        {
            "zh": "第 2 行“值”：“99072110120”不是区划代码，应为 2、4、6、9 或 12 位数字",
            "en": "row 2, “Value”: “99072110120” is not a division code: 2, 4, 6, 9 or 12 "
            "digits are needed",
        },
    )
    assert refusal(Kind.DIVISION, 99.5)[0] == "not_a_division"
    assert refusal(Kind.DIVISION, date(2016, 3, 1))[0] == "turned_into_date"


def test_codes_are_read_from_labels_codes_and_numbers():
    assert values(Kind.CODE, "汉族", " Hui ", 1, "０1", "15 土家族", "/") == [
        "01",
        "03",
        "01",
        "01",
        "15",
        None,
    ]


def test_an_unknown_label_names_the_closest_entry():
    assert refusal(Kind.CODE, "汉") == (
        "unknown_code",
        {
            "zh": "第 2 行“值”：不认识“汉”，应为“汉族”",
            "en": "row 2, “Value”: “汉” is not known; it should be “Han”",
        },
    )


def test_an_unknown_label_without_a_close_entry_lists_what_is_allowed():
    assert refusal(Kind.CODE, "未知") == (
        "unknown_code",
        {
            "zh": "第 2 行“值”：不认识“未知”，可填：汉族、回族、满族、土家族",
            "en": "row 2, “Value”: “未知” is not known; allowed are: Han, Hui, Manchu, Tujia",
        },
    )


def test_a_column_full_of_other_things_gets_no_guesses():
    reading = read(Kind.CODE, *(f"汉{n}" for n in range(1_001)))

    assert len(reading.findings) == 1_001
    assert reading.findings[0].message.in_language("zh") == (
        "不认识“汉0”，可填：汉族、回族、满族、土家族"
    )


def test_a_stroke_means_an_empty_cell():
    for kind in (
        Kind.BOOL,
        Kind.DIVISION,
        Kind.DATE,
        Kind.YEAR,
        Kind.INTEGER,
        Kind.CODE,
    ):
        reading = read(kind, "—", "／")

        assert reading.findings == ()
        assert reading.sheets["table"].frame["value"].to_list() == [None, None]


def test_several_codes_in_one_cell_keep_their_order():
    assert values(
        Kind.CODES, "满族、汉族", "Han, Hui；Han", "03;1，11", "汉族", "/"
    ) == [
        ["11", "01"],
        ["01", "03"],
        ["03", "01", "11"],
        ["01"],
        None,
    ]


def test_one_unknown_code_among_several_refuses_the_cell():
    assert refusal(Kind.CODES, "汉族、满") == (
        "unknown_code",
        {
            "zh": "第 2 行“值”：不认识“满”，应为“满族”",
            "en": "row 2, “Value”: “满” is not known; it should be “Manchu”",
        },
    )


def test_yes_and_no_are_read_in_the_usual_ways():
    assert values(Kind.BOOL, "是", 1, "y", "TRUE", True, "√", "有") == [True] * 7
    assert values(Kind.BOOL, "否", 0, "N", "false", False, "×", "无") == [False] * 7
    assert refusal(Kind.BOOL, "也许") == (
        "not_yes_or_no",
        {
            "zh": "第 2 行“值”：不认识“也许”，应填“是”或“否”",
            "en": "row 2, “Value”: “也许” is not known; it should be “yes” or “no”",
        },
    )


def test_dates_are_read_in_the_usual_ways():
    written = [
        "2016-3-1",
        "2016/03/01",
        "2016.3.1",
        "2016年3月1日",
        " ２０１６年３月１日 ",
        "20160301",
        20160301,
        42430,
        "42430",
        date(2016, 3, 1),
        datetime.fromisoformat("2016-03-01T13:30"),
        "2016-03-01 00:00:00",
        "2016/3/1 0:00",
    ]
    assert values(Kind.DATE, *written) == [date(2016, 3, 1)] * len(written)


@pytest.mark.parametrize(
    "written",
    ["2016年3月", "16-3-1", "2016-02-30", "三月一日", 2016, 1.5, -3, "2016-3-1 08:30"],
)
def test_incomplete_and_impossible_dates_are_refused(written):
    code, said = refusal(Kind.DATE, written)

    assert code == "not_a_date"
    assert said == {
        "zh": f"第 2 行“值”：“{written}”不是完整的日期，应如 2016-03-01",
        "en": f"row 2, “Value”: “{written}” is not a complete date such as 2016-03-01",
    }


def test_dates_have_bounds():
    assert refusal(Kind.DATE, "1899-12-31", minimum=date(1900, 1, 1)) == (
        "out_of_range",
        {
            "zh": "第 2 行“值”：不应小于 1900-01-01",
            "en": "row 2, “Value”: it should not be less than 1900-01-01",
        },
    )


def test_dates_before_the_twentieth_century_are_refused():
    assert refusal(Kind.DATE, datetime.fromisoformat("1900-05-01"))[0] == "not_a_date"


def test_a_time_of_day_is_no_date():
    assert refusal(Kind.DATE, time(8, 30))[0] == "not_a_date"


def test_years_are_read_from_text_numbers_and_dates():
    assert (
        values(Kind.YEAR, 2016, "2016年", "２０１６", "2016年度", date(2016, 1, 1))
        == [2016] * 5
    )
    assert refusal(Kind.YEAR, 16) == (
        "not_a_year",
        {
            "zh": "第 2 行“值”：“16”不是年份，应如 2016",
            "en": "row 2, “Value”: “16” is not a year such as 2016",
        },
    )


def test_integers_are_read_from_numbers_and_texts():
    assert values(
        Kind.INTEGER, 3, "３", "1,234", " 5 人", "-", unit=Text("人", "persons")
    ) == [
        3,
        3,
        1234,
        5,
        None,
    ]


def test_fractions_are_no_integers():
    said = {
        "zh": "第 2 行“值”：“3.5”应为整数",
        "en": "row 2, “Value”: “3.5” should be a whole number",
    }
    assert refusal(Kind.INTEGER, 3.5) == ("too_many_decimals", said)
    assert refusal(Kind.INTEGER, "3.5") == ("too_many_decimals", said)


def test_words_are_no_numbers():
    assert refusal(Kind.INTEGER, "三") == (
        "not_a_number",
        {
            "zh": "第 2 行“值”：“三”不是数字",
            "en": "row 2, “Value”: “三” is not a number",
        },
    )
    assert refusal(Kind.DECIMAL, "1.2.3")[0] == "not_a_number"
    assert refusal(Kind.YUAN, "12美元")[0] == "not_a_number"
    assert refusal(Kind.YUAN, "+-3e5")[0] == "not_a_number"
    assert refusal(Kind.YUAN, date(2016, 3, 1))[0] == "turned_into_date"


@pytest.mark.parametrize(
    ("bounds", "zh", "en"),
    [
        ({"minimum": 1}, "不应小于 1", "it should not be less than 1"),
        ({"maximum": -1}, "不应大于 -1", "it should not be more than -1"),
        (
            {"minimum": 1, "maximum": 9},
            "超出范围，应为 1 至 9",
            "out of range: 1 to 9 is allowed",
        ),
    ],
)
def test_numbers_have_bounds(bounds, zh, en):
    assert refusal(Kind.INTEGER, 0, **bounds) == (
        "out_of_range",
        {"zh": f"第 2 行“值”：{zh}", "en": f"row 2, “Value”: {en}"},
    )


def test_decimals_are_exact():
    assert values(
        Kind.DECIMAL, 12.3, 0.1 + 0.2, "1,234.50", -7, "1.5亩", unit=Text("亩", "mu")
    ) == [
        Decimal("12.30"),
        Decimal("0.30"),
        Decimal("1234.50"),
        Decimal("-7.00"),
        Decimal("1.50"),
    ]


def test_money_becomes_fen():
    assert values(Kind.YUAN, 1234.56, "1,234.56元", "￥0.01", "1.5万元", 0.29, "/") == [
        123456,
        123456,
        1,
        1500000,
        29,
        None,
    ]


def test_money_in_ten_thousands_becomes_fen():
    assert values(
        Kind.YUAN, 1.2, "35000元", "0.000001", money_unit=MoneyUnit.WAN_YUAN
    ) == [
        1200000,
        3500000,
        1,
    ]


@pytest.mark.parametrize(
    ("kind", "written", "taken"),
    [
        (Kind.YUAN, 0.125, 13),
        (Kind.YUAN, "0.125", 13),
        (Kind.YUAN, "0.0049", 0),
        (Kind.DECIMAL, 0.125, Decimal("0.13")),
        (Kind.DECIMAL, "-0.125", Decimal("-0.13")),
    ],
)
def test_surplus_decimals_are_rounded_half_up_and_reported(kind, written, taken):
    reading = read(kind, written)

    [found] = reading.findings
    assert found.severity is Severity.DOUBTFUL
    assert found.code == "too_many_decimals"
    assert describe(found).as_json() == {
        "zh": f"第 2 行“值”：“{written}”的小数超过 2 位，已四舍五入",
        "en": f"row 2, “Value”: “{written}” has more than 2 decimals and was rounded",
    }
    assert reading.sheets["table"].frame["value"].to_list() == [taken]


def test_bounds_of_money_are_shown_in_the_columns_unit():
    assert refusal(Kind.YUAN, -0.01, minimum=0, maximum=100_000_00) == (
        "out_of_range",
        {
            "zh": "第 2 行“值”：超出范围，应为 0 至 100000",
            "en": "row 2, “Value”: out of range: 0 to 100000 is allowed",
        },
    )


def test_numbers_beyond_any_field_are_refused():
    assert refusal(Kind.YUAN, "9" * 20) == (
        "out_of_range",
        {
            "zh": f"第 2 行“值”：“{'9' * 20}”过大",
            "en": f"row 2, “Value”: “{'9' * 20}” is too large",
        },
    )
    assert refusal(Kind.INTEGER, 1e300)[0] == "out_of_range"


def test_sensitive_values_never_appear_in_messages():
    reading = read(Kind.DIVISION, "99072199001011234", sensitive=True)

    [found] = reading.findings
    assert "99072199001011234" not in str(found)
    assert str(found.message) == (
        "“***” is not a division code: 2, 4, 6, 9 or 12 digits are needed"
    )


def test_long_values_are_cut_in_messages():
    reading = read(Kind.INTEGER, "甲" * 40)

    assert str(reading.findings[0].message) == f"“{'甲' * 30}…” is not a number"
