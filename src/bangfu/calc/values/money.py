"""Money as integer fen, a hundredth of a yuan; Decimal only while a text is read.

A float is never money: 0.1 + 0.2 is not 0.3. Passing one is a programmer's error and
raises TypeError; a number cell of a workbook goes through its shortest text first.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text

FEN_MAX = 10**15
"""Largest amount either side of zero: 10 trillion yuan, far inside a bigint."""

_AMOUNT = re.compile(r"([+-]?)(\d+|\d{1,3}(?:,\d{3})+)(\.\d*)?")
_UNIT_WORDS = {"元": "yuan", "圆": "yuan", "万元": "wan", "万": "wan"}


class Unit(enum.StrEnum):
    """What one of the written number is."""

    YUAN = "yuan"
    WAN = "wan"  # 10,000 yuan, the unit of budgets


_FEN_PER_UNIT = {Unit.YUAN: 100, Unit.WAN: 1_000_000}


class Rounding(enum.StrEnum):
    """Named ways to drop what is below one fen."""

    HALF_UP = "half_up"  # 四舍五入
    HALF_EVEN = "half_even"
    DOWN = "down"


_DECIMAL_ROUNDING = {
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.HALF_EVEN: ROUND_HALF_EVEN,
    Rounding.DOWN: ROUND_DOWN,
}


class InvalidAmount(BadInput, ValueError):
    """The text is not an amount of money that can be kept exactly."""

    code = "invalid_amount"


def parse_yuan(
    amount: str | int | Decimal,
    *,
    unit: str = Unit.YUAN,
    rounding: Rounding | None = None,
) -> int:
    """Read an amount written in `unit` ("yuan" or "wan") and return it in fen.

    Takes thousands commas, full-width digits, a leading ¥ and a trailing 元 or 万元,
    which must then agree with `unit`. Without `rounding`, a part of a fen is refused.

    Raises InvalidAmount for anything else, and TypeError for a float or a bool.
    """
    if isinstance(amount, (float, bool)):
        msg = f"money is never a {type(amount).__name__}"
        raise TypeError(msg)
    unit = Unit(unit)
    value = _read(amount, unit) if isinstance(amount, str) else Decimal(amount)
    if not value.is_finite():
        raise _not_an_amount(str(amount))
    if abs(value) * _FEN_PER_UNIT[unit] > FEN_MAX:
        raise InvalidAmount(
            Text(
                "金额“{amount}”超过上限 {limit} 元。",
                "The amount “{amount}” is above the limit of {limit} yuan.",
                {"amount": str(amount)[:40], "limit": format_yuan(FEN_MAX)},
            ),
            code="amount_too_large",
        )
    return _to_fen(value * _FEN_PER_UNIT[unit], str(amount), rounding)


def _read(written: str, unit: Unit) -> Decimal:
    text = "".join(unicodedata.normalize("NFKC", written).split()).lstrip("¥")
    for word, meant in sorted(_UNIT_WORDS.items(), key=lambda pair: -len(pair[0])):
        if text.endswith(word):
            if meant != unit:
                raise _wrong_unit(written, unit)
            text = text.removesuffix(word)
            break
    match = _AMOUNT.fullmatch(text)
    if match is None or not text.isascii():
        raise _not_an_amount(written)
    sign, whole, decimals = match.groups()
    return Decimal(f"{sign}{whole.replace(',', '')}{decimals or ''}")


def _to_fen(fen: Decimal, written: str, rounding: Rounding | None) -> int:
    if rounding is not None:
        return int(fen.quantize(Decimal(1), rounding=_DECIMAL_ROUNDING[rounding]))
    if fen != fen.to_integral_value():
        raise InvalidAmount(
            Text(
                "金额“{amount}”不足一分的部分无法记账。",
                "The amount “{amount}” has a part smaller than one fen.",
                {"amount": written[:40]},
            ),
            remedy=Text(
                "请按分填写，元后最多两位小数。",
                "Write it to the fen: at most two decimals of a yuan.",
            ),
            code="amount_below_fen",
        )
    return int(fen)


def _not_an_amount(written: str) -> InvalidAmount:
    return InvalidAmount(
        Text(
            "“{amount}”不是金额。",
            "“{amount}” is not an amount of money.",
            {"amount": written[:40]},
        ),
        remedy=Text("请填写数字，例如 1,234.50。", "Write a number such as 1,234.50."),
    )


def _wrong_unit(written: str, unit: Unit) -> InvalidAmount:
    zh, en = ("元", "yuan") if unit is Unit.YUAN else ("万元", "10,000 yuan")
    return InvalidAmount(
        Text(
            "“{amount}”的单位与本栏单位“{zh}”不一致。",
            "The unit of “{amount}” is not this column's, {en}.",
            {"amount": written[:40], "zh": zh, "en": en},
        ),
        code="amount_unit",
    )


def format_yuan(fen: int) -> str:
    """Write fen as yuan with commas and two decimals: 123450 is "1,234.50"."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan:,}.{rest:02d}"


def share_out(total_fen: int, weights: Sequence[int]) -> list[int]:
    """Divide an amount in proportion to weights, to the fen and without a fen lost.

    Method of the largest remainder: everyone gets the whole fen of the exact share, and
    the fen left over go one each to the largest fractions, earlier weights first among
    equals. The shares sum to `total_fen` and each is within one fen of exact.

    weights: non-negative integers, not all zero; a zero weight gets nothing.
    Raises ValueError for other weights. A negative total is shared as its mirror image.
    """
    if any(weight < 0 for weight in weights) or not sum(weights):
        msg = "weights must be non-negative and not all zero"
        raise ValueError(msg)
    whole = sum(weights)
    parts = [divmod(abs(total_fen) * weight, whole) for weight in weights]
    shares = [share for share, _ in parts]
    left = abs(total_fen) - sum(shares)
    by_remainder = sorted(range(len(parts)), key=lambda at: (-parts[at][1], at))
    for at in by_remainder[:left]:
        shares[at] += 1
    return shares if total_fen >= 0 else [-share for share in shares]
