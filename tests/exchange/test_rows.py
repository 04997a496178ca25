import io
from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.exchange.forms import FORM, WAN_YUAN_COLUMN, one_column, one_sheet, opened

from bangfu.exchange import Kind, Workbook, read_workbook, write_rows

HOUSEHOLDS = pl.DataFrame(
    {
        "household_no": ["9900001", "9900002"],
        "village": ["990721101200", "990721101"],
        "area": [Decimal("80.50"), None],
        "income": [123456, 7],
        "entered": [2014, None],
    },
    schema_overrides={"area": pl.Decimal(18, 2), "entered": pl.Int16},
)
MEMBERS = pl.DataFrame(
    {
        "household_no": ["9900001"],
        "name": ["甲某"],
        "identity": ["99072119900101123X"],
        "nation": ["01"],
        "other_nations": [["11", "01"]],
        "born": [date(1990, 1, 1)],
        "work_months": [6],
        "is_student": [True],
        "phone": ["13800000000"],
    }
)


def written(
    form: Workbook, frames: dict[str, pl.DataFrame], language="zh-hans"
) -> bytes:
    target = io.BytesIO()
    write_rows(form, frames, language=language, target=target)
    return target.getvalue()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_an_export_comes_back_as_it_went_out(language):
    content = written(FORM, {"household": HOUSEHOLDS, "member": MEMBERS}, language)

    reading = read_workbook(content, FORM)

    assert reading.findings == ()
    assert reading.sheets["household"].frame.drop("_row").equals(HOUSEHOLDS)
    assert reading.sheets["member"].frame.drop("_row").equals(MEMBERS)


def test_writing_what_was_read_changes_nothing():
    frames = {"household": HOUSEHOLDS, "member": MEMBERS}
    first = read_workbook(written(FORM, frames), FORM)

    again = read_workbook(
        written(FORM, {key: part.frame for key, part in first.sheets.items()}), FORM
    )

    for key in frames:
        assert again.sheets[key].frame.equals(first.sheets[key].frame)


def test_values_are_written_as_people_read_them():
    book = opened(written(FORM, {"household": HOUSEHOLDS, "member": MEMBERS}))

    assert [cell.value for cell in book["贫困户"][2]] == [
        "9900001",
        "990721101200",
        80.5,
        1234.56,
        2014,
    ]
    member = book["家庭成员"][2]
    assert [cell.value for cell in member[2:5]] == [
        "99072119900101123X",
        "汉族",
        "满族、汉族",
    ]
    assert member[7].value == "是"
    assert member[2].number_format == "@"
    assert member[5].number_format == "yyyy-mm-dd"


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1+2",
        "@SUM(A1)",
        "\t=1",
        '=HYPERLINK("http://x")',
        "http://x",
        "{=1}",
    ],
)
def test_texts_are_never_written_as_formulas(text):
    form = one_column(Kind.TEXT)

    cell = opened(written(form, {"table": pl.DataFrame({"value": [text]})}))["表"]["A2"]

    assert cell.data_type == "s"
    assert cell.value == text
    assert cell.number_format == "@"
    assert cell.hyperlink is None


def test_codes_that_left_the_list_are_written_as_they_are():
    form = one_column(Kind.CODE)

    cell = opened(written(form, {"table": pl.DataFrame({"value": ["99"]})}))["表"]["A2"]

    assert cell.value == "99"


def test_amounts_are_written_in_the_columns_unit():
    form = one_sheet(WAN_YUAN_COLUMN)
    frame = pl.DataFrame({"budget": [1_234_567, 5_000_000]})

    content = written(form, {"table": frame})

    assert [row[0] for row in opened(content)["表"].iter_rows(values_only=True)] == [
        "预算（万元）",
        1.234567,
        5,
    ]
    assert read_workbook(content, form).sheets["table"].frame["budget"].to_list() == [
        1_234_567,
        5_000_000,
    ]


def test_numbers_that_excel_cannot_keep_are_written_as_text():
    form = one_column(Kind.INTEGER)
    frame = pl.DataFrame({"value": [1234567890123456789 // 10, 123456789012345]})

    content = written(form, {"table": frame})

    assert opened(content)["表"]["A2"].value == "123456789012345678"
    assert opened(content)["表"]["A3"].value == 123456789012345
    assert read_workbook(content, form).sheets["table"].frame["value"].to_list() == [
        123456789012345678,
        123456789012345,
    ]


def test_columns_outside_the_form_stay_home():
    form = one_column(Kind.TEXT)
    frame = pl.DataFrame({"_row": [1], "secret": ["x"], "value": ["甲"]})

    page = opened(written(form, {"table": frame}))["表"]

    assert [list(row) for row in page.iter_rows(values_only=True)] == [["值"], ["甲"]]


def test_sheets_without_a_frame_are_written_empty():
    book = opened(written(FORM, {"member": MEMBERS}))

    assert book["贫困户"].max_row == 1


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch):
    monkeypatch.setattr("bangfu.exchange.rows.LAST_ROW", 1)

    with pytest.raises(
        ValueError, match="a sheet holds 1 rows below its header, not 2"
    ):
        written(FORM, {"household": HOUSEHOLDS})


def test_a_failed_export_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    form = one_column(Kind.DATE)
    target = io.BytesIO()

    with pytest.raises(TypeError, match="Unknown or unsupported datetime type"):
        write_rows(
            form,
            {"table": pl.DataFrame({"value": ["2016-03-01"]})},
            language="en",
            target=target,
        )

    assert target.getvalue() == b""
    assert list(tmp_path.iterdir()) == []


def round_trip(kind, values, dtype, **more):
    form = one_column(kind, **more)
    frame = pl.DataFrame({"value": pl.Series(values, dtype=dtype)})
    return (
        read_workbook(written(form, {"table": frame}), form)
        .sheets["table"]
        .frame["value"]
    )


# What the reader itself would trim or drop is no text that could have been stored.
TEXTS = (
    st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=40)
    .map(lambda text: text.strip("'’‘"))
    .filter(lambda text: text.strip() == text and text and not text.startswith('="'))
)


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=30))
def test_any_text_comes_back(texts):
    assert round_trip(Kind.TEXT, texts, pl.String).to_list() == texts


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-(10**17), 10**17), min_size=1, max_size=30))
def test_any_amount_comes_back(amounts):
    assert round_trip(Kind.YUAN, amounts, pl.Int64).to_list() == amounts


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.decimals(-(10**12), 10**12, places=4, allow_nan=False),
        min_size=1,
        max_size=30,
    )
)
def test_any_decimal_comes_back(numbers):
    values = round_trip(Kind.DECIMAL, numbers, pl.Decimal(18, 4), decimals=4)

    assert values.to_list() == numbers


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.dates(date(1901, 1, 1), date(2100, 12, 31)), min_size=1, max_size=30)
)
def test_any_date_comes_back(days):
    assert round_trip(Kind.DATE, days, pl.Date).to_list() == days


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.from_regex(r"[0-9]{17}[0-9X]", fullmatch=True), min_size=1, max_size=30)
)
def test_any_identity_number_comes_back(numbers):
    assert round_trip(Kind.IDENTITY, numbers, pl.String).to_list() == numbers
