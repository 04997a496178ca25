"""Money: read, written and shared out to the fen."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bangfu.calc.values.money import (
    FEN_MAX,
    InvalidAmount,
    Rounding,
    format_yuan,
    parse_yuan,
    share_out,
)


@pytest.mark.parametrize(
    ("written", "fen"),
    [
        ("0", 0),
        ("1,234.50", 123_450),
        ("1234.5", 123_450),
        ("1234.", 123_400),
        ("-0.01", -1),
        ("+3", 300),
        ("１２．３４", 1_234),
        (" ¥ 3,000 元 ", 300_000),
        ("￥3000", 300_000),
        ("12,345,678.90", 1_234_567_890),
        ("2.500", 250),
        (7, 700),
        (Decimal("0.07"), 7),
    ],
)
def test_an_amount_in_yuan_is_read_to_the_fen(written, fen):
    assert parse_yuan(written) == fen


@pytest.mark.parametrize(
    ("written", "fen"),
    [
        ("1", 1_000_000),
        ("65,438", 65_438_000_000),
        ("0.000001", 1),
        ("1.5万元", 1_500_000),
    ],
)
def test_an_amount_in_wan_is_ten_thousand_yuan(written, fen):
    assert parse_yuan(written, unit="wan") == fen


@pytest.mark.parametrize(
    "written",
    [
        "",
        "  ",
        "abc",
        "1,23",
        "1,2345",
        "12,34.5",
        "1e5",
        "--1",
        "1.2.3",
        "(5)",
        "五百",
        "NaN",
        "٣",
        ".5",
    ],
)
def test_what_is_no_amount_is_refused(written):
    with pytest.raises(InvalidAmount) as refused:
        parse_yuan(written)

    assert str(refused.value.message) == f"“{written}” is not an amount of money."
    assert refused.value.message.in_language("zh-hans") == f"“{written}”不是金额。"


def test_a_decimal_without_a_value_is_refused():
    with pytest.raises(InvalidAmount):
        parse_yuan(Decimal("NaN"))
    with pytest.raises(InvalidAmount):
        parse_yuan(Decimal("Infinity"))


@pytest.mark.parametrize("amount", [1.5, 2.0, float("nan"), True])
def test_a_float_or_a_bool_is_a_programmers_error(amount):
    with pytest.raises(TypeError, match="money is never a"):
        parse_yuan(amount)


def test_a_part_of_a_fen_is_refused():
    with pytest.raises(InvalidAmount) as refused:
        parse_yuan("1.005")

    assert refused.value.reason_code == "amount_below_fen"
    assert str(refused.value.message) == (
        "The amount “1.005” has a part smaller than one fen."
    )
    with pytest.raises(InvalidAmount):
        parse_yuan("0.0000001", unit="wan")


@pytest.mark.parametrize(
    ("rounding", "fen"),
    [(Rounding.HALF_UP, 101), (Rounding.HALF_EVEN, 100), (Rounding.DOWN, 100)],
)
def test_a_named_rounding_drops_it(rounding, fen):
    assert parse_yuan("1.005", rounding=rounding) == fen


def test_a_unit_that_is_written_must_be_the_columns_unit():
    with pytest.raises(InvalidAmount) as refused:
        parse_yuan("3万元")

    assert refused.value.reason_code == "amount_unit"
    assert (
        str(refused.value.message) == "The unit of “3万元” is not this column's, yuan."
    )
    with pytest.raises(InvalidAmount):
        parse_yuan("30000元", unit="wan")


def test_an_unknown_unit_is_a_programmers_error():
    with pytest.raises(ValueError, match="dollar"):
        parse_yuan("1", unit="dollar")


def test_the_limit_is_ten_trillion_yuan():
    assert parse_yuan("10,000,000,000,000") == FEN_MAX
    with pytest.raises(InvalidAmount) as refused:
        parse_yuan("10,000,000,000,000.01")

    assert refused.value.reason_code == "amount_too_large"
    with pytest.raises(InvalidAmount):
        parse_yuan("9" * 60)


@pytest.mark.parametrize(
    ("fen", "written"),
    [
        (0, "0.00"),
        (5, "0.05"),
        (-5, "-0.05"),
        (123_450, "1,234.50"),
        (-100_000_000, "-1,000,000.00"),
    ],
)
def test_an_amount_is_written_with_two_decimals(fen, written):
    assert format_yuan(fen) == written


@given(st.integers(-FEN_MAX, FEN_MAX))
def test_what_is_written_reads_back_the_same(fen):
    assert parse_yuan(format_yuan(fen)) == fen


@given(st.integers(-FEN_MAX, FEN_MAX))
def test_yuan_and_wan_agree(fen):
    assert parse_yuan(Decimal(fen) / 1_000_000, unit="wan") == fen


def test_the_largest_remainders_get_the_fen_left_over():
    # 100 × 3/7 = 42 6/7, 100 × 2/7 = 28 4/7 twice: 98 given, 2 fen left.
    assert share_out(100, [3, 2, 2]) == [43, 29, 28]


def test_equal_shares_favour_the_first():
    assert share_out(100, [1, 1, 1]) == [34, 33, 33]
    assert share_out(-100, [1, 1, 1]) == [-34, -33, -33]


def test_a_zero_weight_gets_nothing():
    assert share_out(5, [0, 1, 0, 1]) == [0, 3, 0, 2]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [-1, 3]])
def test_weights_that_cannot_share_are_refused(weights):
    with pytest.raises(ValueError, match="non-negative and not all zero"):
        share_out(100, weights)


shared = st.lists(st.integers(0, 10**9), min_size=1, max_size=40).filter(any)


@given(st.integers(-(10**13), 10**13), shared)
def test_no_fen_is_lost_and_each_share_is_within_one_fen(total, weights):
    shares = share_out(total, weights)

    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - Fraction(total * weight, sum(weights))) < 1


@given(st.integers(0, 10**13), shared)
def test_more_weight_never_gets_less(total, weights):
    pairs = sorted(zip(weights, share_out(total, weights), strict=True))

    for (lighter, less), (heavier, more) in pairwise(pairs):
        assert lighter == heavier or less <= more
