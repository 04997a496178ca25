"""The division code as a value."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bangfu.calc.values.division_code import DivisionCode, InvalidDivisionCode, Level

VILLAGE = DivisionCode("990721101200")


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("99", Level.PROVINCE),
        ("9907", Level.CITY),
        ("990721", Level.COUNTY),
        ("990721101", Level.TOWNSHIP),
        ("990721101200", Level.VILLAGE),
    ],
)
def test_the_number_of_digits_tells_the_level(text, level):
    assert DivisionCode(text).level is level


@pytest.mark.parametrize(
    "text",
    [
        "",
        "9",
        "990",
        "99072",
        "9907211",
        "9907211012",
        "99a7",
        "９９",
        " 99",
        "99\n",
        "9907211012001",
        None,
        9907,
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(InvalidDivisionCode) as refused:
        DivisionCode(text)

    assert str(refused.value.message) == (
        f"“{text}” is not a division code: it has 2, 4, 6, 9 or 12 digits."
    )


def test_a_code_is_text_and_stays_itself():
    assert VILLAGE == "990721101200"
    assert DivisionCode(VILLAGE) is VILLAGE
    assert pickle.loads(pickle.dumps(VILLAGE)) == VILLAGE  # noqa: S301 - own bytes


def test_it_knows_what_lies_above_it():
    assert VILLAGE.parent == "990721101"
    assert DivisionCode("99").parent is None
    assert VILLAGE.ancestors() == ["99", "9907", "990721", "990721101"]
    assert VILLAGE.at(Level.COUNTY) == "990721"


def test_a_level_below_it_is_a_programmers_error():
    with pytest.raises(ValueError, match="9907 lies above the county level"):
        DivisionCode("9907").at(Level.COUNTY)


def test_it_contains_itself_and_what_begins_with_it():
    city = DivisionCode("9907")

    assert city.contains("9907")
    assert city.contains(VILLAGE)
    assert not city.contains("9908")
    assert not city.contains("99")


@pytest.mark.parametrize(
    ("padded", "code"),
    [
        ("360721000000", "360721"),
        ("360721101000", "360721101"),
        ("360700", "3607"),
        ("360000", "36"),
        (" 360721101200 ", "360721101200"),
    ],
)
def test_padding_with_zero_groups_is_read_away(padded, code):
    assert DivisionCode.parse(padded) == code


def test_the_sample_province_is_told():
    assert VILLAGE.is_sample
    assert not DivisionCode("3607").is_sample


def test_levels_have_names():
    assert [level.text.in_language("zh") for level in Level] == [
        "省级",
        "市级",
        "县级",
        "乡级",
        "村级",
    ]


digits = st.sampled_from([2, 4, 6, 9, 12]).flatmap(
    lambda n: st.text("0123456789", min_size=n, max_size=n)
)


@given(digits, digits)
def test_the_range_holds_exactly_what_it_contains(one, other):
    lo, hi = DivisionCode(one).range()

    assert (lo <= other < hi) == DivisionCode(one).contains(other)


@given(digits)
def test_every_ancestor_contains_it_and_the_last_is_the_parent(text):
    code = DivisionCode(text)

    assert all(above.contains(code) for above in code.ancestors())
    assert (code.ancestors() or [None])[-1] == code.parent
