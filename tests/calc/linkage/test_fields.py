"""Dates, numbers, phones and addresses in one writing."""

import pytest

from bangfu.calc.linkage import dates, fields


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("1965-03-07", "19650307"),
        ("19650307", "19650307"),
        ("1965年3月7日", "19650307"),
        ("1965/3/7", "19650307"),
        ("7.3.1965", "19650307"),
        ("1965-03-07 00:00:00", "19650307"),
        ("1965-03", "19650300"),
        ("1965", "19650000"),
        ("19651337", "19651337"),
        ("", None),
        ("unknown", None),
        ("0000-00-00", None),
    ],
)
def test_a_birth_date_becomes_eight_digits(written, digits):
    assert dates.birth_date(written, month_first=False).digits == digits


def test_a_column_of_american_dates_is_recognised():
    column = ["03/07/1965", "12/25/1970"]

    month_first = dates.is_month_first(column)

    assert month_first
    assert dates.birth_date(column[0], month_first=month_first).digits == "19650307"


def test_the_first_of_january_names_no_day_to_group_by():
    placeholder = dates.birth_date("1900-01-01", month_first=False)

    assert placeholder.whole == "19000101"
    assert placeholder.month_day is None


def test_old_and_new_identity_numbers_are_one():
    # 110105 1949-12-31 002: the standard's own example, in 18 and in 15 places.
    assert fields.id_number("11010519491231002X") == fields.id_number("110105491231002")
    assert fields.id_number("110105********002X") is None
    assert fields.id_number("000000") is None


def test_a_phone_loses_the_prefix_of_the_country():
    assert fields.phone("+86 138-0000-1234") == fields.phone("13800001234")
    assert fields.phone("123") is None


def test_an_address_has_figures_for_numerals_and_one_word_for_an_office():
    one, other = (
        fields.address("永红村民委员会十二组3号"),
        fields.address("永红村12组3号"),
    )

    assert one == other
    assert one.numbers == "12-3"


def test_a_padded_code_is_the_division_above():
    assert fields.division("990101000000") == "990101"
    assert fields.division("990101101201") == "990101101201"


def test_sex_is_read_in_every_writing():
    assert [fields.sex(text) for text in ("男", "F", "2", "不详")] == [
        "1",
        "2",
        "2",
        None,
    ]
