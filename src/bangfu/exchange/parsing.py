"""What one written value means. Each function returns the value or a Problem.

They see each distinct writing of a column once, however many rows hold it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from bangfu.calc.values.division_code import DivisionCode, InvalidDivisionCode
from bangfu.calc.values.findings import Severity
from bangfu.calc.values.text import Text
from bangfu.exchange.declaration import CodeList, Column, MoneyUnit, fold

QUOTED_CHARACTERS_MAX = 30
LISTED_CODES_MAX = 8
SCALED_MAX = 10**18
EXACT_DIGITS_MAX = 10**15  # whole numbers below it survive in a numeric cell
YEAR_MIN, YEAR_MAX = 1900, 2100

_BLANKS = re.compile(r"\s+")
_SEVERAL = re.compile(r"[、,;，；/|\n]+")
_NOTHING = frozenset({"", "/", "\\", "-", "--", "—", "——"})
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?e\+?[0-9]{1,3}", re.I)
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]{1,3})?")
_THOUSANDS = re.compile(r"(?<=[0-9]),(?=[0-9]{3})")
_DATE = re.compile(
    r"([0-9]{4})(?:[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日?"
    r"|([0-9]{2})([0-9]{2}))"
)
_MIDNIGHT = re.compile(r"[\sTt]+0?0:00(?::00(?:\.0+)?)?\s*$")
_YEAR = re.compile(r"([0-9]{4})年?(?:度)?")
_SERIAL = re.compile(r"[0-9]{5}")
_DAY_ZERO = date(1899, 12, 30)
_SERIAL_MIN, _SERIAL_MAX = 367, 73_415  # 1901-01-01 to 2100-12-31
_MAC_DAYS = 1_462  # dates that count from 1904

_MONEY_SUFFIXES = {
    "万元": MoneyUnit.WAN_YUAN,
    "万": MoneyUnit.WAN_YUAN,
    "元": MoneyUnit.YUAN,
}

_TRUE = {fold(text) for text in ("是", "有", "对", "Y", "Yes", "true", "T", "1")}
_TRUE |= {"√", "✓", "✔", "☑"}
_FALSE = {fold(text) for text in ("否", "无", "错", "N", "No", "false", "F", "0")}
_FALSE |= {"×", "x", "✗", "✘", "☐", "□"}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a value cannot be taken as it stands.

    value: what is taken all the same, with a doubtful finding; None when nothing is.
    """

    code: str
    message: Text
    severity: Severity = Severity.IMPOSSIBLE
    value: object = None


Parsed = object | Problem | None
Guess = Callable[[CodeList, str], Text | None]


def no_guess(_: CodeList, __: str) -> Text | None:
    """Guess nothing: for a column whose many unknown values belong elsewhere."""
    return None


def quoted(column: Column, text: str) -> str:
    """Return `text` as a message may show it: cut, and hidden when sensitive."""
    if column.sensitive:
        return "***"
    if len(text) > QUOTED_CHARACTERS_MAX:
        return text[:QUOTED_CHARACTERS_MAX] + "…"
    return text


def plain(text: str) -> str:
    """Return `text` with plain digits and letters and without any blanks."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text))


def is_nothing(text: str) -> bool:
    """Tell whether people write this for an empty cell: a stroke or a slash."""
    return text in _NOTHING


def lost_digits(text: str) -> Problem | None:
    """Return the problem of a long number that a program shortened to 3.6E+17."""
    if not _SCIENTIFIC.fullmatch(text):
        return None
    return Problem(
        "digits_lost",
        Text(
            "内容是科学计数法（如 3.6E+17），后几位数字已丢失，"
            "请设为文本格式后重新填写",
            "the number is written like 3.6E+17 and has lost its last digits: "
            "make the cell text and type it again",
        ),
    )


# Codes


def parse_code(column: Column, text: str, *, guess: Guess) -> Parsed:
    """Return the code that `text` means in the column's list.

    guess: finds the label that an unknown writing was probably meant to be.
    """
    codes = _codes(column)
    code = codes.code_of(text)
    if code is None and not is_nothing(plain(text)):
        return _unknown_code(column, codes, text, guess)
    return code


def parse_codes(column: Column, text: str, *, guess: Guess) -> Parsed:
    """Return the codes of a cell that names several, each once, in written order."""
    codes = _codes(column)
    whole = codes.code_of(text)
    if whole is not None:
        return [whole]
    found: list[str] = []
    for part in filter(None, map(str.strip, _SEVERAL.split(text))):
        code = codes.code_of(part)
        if code is None and not is_nothing(plain(part)):
            return _unknown_code(column, codes, part, guess)
        if code is not None and code not in found:
            found.append(code)
    return found or None


def _codes(column: Column) -> CodeList:
    if column.codes is None:
        msg = f"column {column.key} has no code list"
        raise AssertionError(msg)
    return column.codes


def _unknown_code(column: Column, codes: CodeList, text: str, guess: Guess) -> Problem:
    shown = quoted(column, text)
    if closest := guess(codes, text):
        message = Text(
            "不认识“{text}”，应为“{closest}”",
            "“{text}” is not known; it should be “{closest}”",
            {"text": shown, "closest": closest},
        )
        return Problem("unknown_code", message)
    labels = list(codes.labels.values())
    more = len(labels) > LISTED_CODES_MAX
    listed = Text(
        "、".join(label.zh for label in labels[:LISTED_CODES_MAX]) + "等" * more,
        ", ".join(label.en for label in labels[:LISTED_CODES_MAX]) + " …" * more,
    )
    message = Text(
        "不认识“{text}”，可填：{listed}",
        "“{text}” is not known; allowed are: {listed}",
        {"text": shown, "listed": listed},
    )
    return Problem("unknown_code", message)


def parse_bool(column: Column, text: str) -> Parsed:
    """Return True or False for the usual ways of saying yes and no."""
    folded = fold(text)
    if folded in _TRUE:
        return True
    if folded in _FALSE:
        return False
    if is_nothing(plain(text)):
        return None
    return Problem(
        "not_yes_or_no",
        Text(
            "不认识“{text}”，应填“是”或“否”",
            "“{text}” is not known; it should be “yes” or “no”",
            {"text": quoted(column, text)},
        ),
    )


def parse_division(column: Column, text: str) -> Parsed:
    """Return the division code in `text`, without the zeros that fill it up."""
    digits = plain(text).lstrip("'’")
    if is_nothing(digits):
        return None
    if problem := lost_digits(digits):
        return problem
    try:
        return str(DivisionCode.parse(digits))
    except InvalidDivisionCode:
        return Problem(
            "not_a_division",
            Text(
                "“{text}”不是区划代码，应为 2、4、6、9 或 12 位数字",
                "“{text}” is not a division code: 2, 4, 6, 9 or 12 digits are needed",
                {"text": quoted(column, text)},
            ),
        )


# Dates


def parse_date(column: Column, text: str) -> Parsed:
    """Return the date in `text`: 2016-3-1, 2016年3月1日, 20160301 or Excel's number."""
    written = plain(_MIDNIGHT.sub("", text))
    if is_nothing(written):
        return None
    if found := _DATE.fullmatch(written):
        year, month, day = (int(group) for group in found.groups() if group)
        try:
            return date(year, month, day)
        except ValueError:
            return not_a_date(column, text)
    if _SERIAL.fullmatch(written):
        return parse_serial(column, float(written), from_1904=False)
    return not_a_date(column, text)


def parse_serial(column: Column, number: float, *, from_1904: bool) -> Parsed:
    """Return the date behind a number: 20160301, or days as Excel counts them."""
    if 19_000_101 <= number <= 21_001_231:
        return parse_date(column, format(number, ".15g"))
    days = int(number) + _MAC_DAYS * from_1904
    is_year = YEAR_MIN <= number <= YEAR_MAX  # 2016 is not 8 July 1905
    if is_year or number % 1 or not _SERIAL_MIN <= days <= _SERIAL_MAX:
        return not_a_date(column, format(number, ".15g"))
    return _DAY_ZERO + timedelta(days=days)


def not_a_date(column: Column, written: object) -> Problem:
    """The problem of what is no date between 1901 and 2100."""
    text = f"{written:%Y-%m-%d}" if isinstance(written, datetime) else str(written)
    return Problem(
        "not_a_date",
        Text(
            "“{text}”不是完整的日期，应如 2016-03-01",
            "“{text}” is not a complete date such as 2016-03-01",
            {"text": quoted(column, text)},
        ),
    )


def parse_year(column: Column, text: str) -> Parsed:
    """Return the year in `text`: 2016, 2016年, 2016年度."""
    written = plain(text)
    if is_nothing(written):
        return None
    found = _YEAR.fullmatch(written)
    if found and YEAR_MIN <= int(found[1]) <= YEAR_MAX:
        return int(found[1])
    return Problem(
        "not_a_year",
        Text(
            "“{text}”不是年份，应如 2016",
            "“{text}” is not a year such as 2016",
            {"text": quoted(column, text)},
        ),
    )


# Numbers


def parse_scaled(
    column: Column, text: str, *, scale: int, places: int, money_unit: MoneyUnit | None
) -> Parsed:
    """Return the number in `text` times `scale`, as an integer.

    A number with more decimals than can be kept is rounded half up and reported.
    places: decimals that people may write, for the message.
    """
    written = plain(text).lower()
    if is_nothing(written):
        return None
    number, factor = _number(column, written, money_unit)
    if number is None:
        return Problem(
            "not_a_number",
            Text(
                "“{text}”不是数字",
                "“{text}” is not a number",
                {"text": quoted(column, text)},
            ),
        )
    exact = number * factor * scale
    if abs(exact) >= SCALED_MAX:
        return too_large(column, text)
    scaled = int(exact.to_integral_value(ROUND_HALF_UP))
    if scaled == exact:
        return scaled
    return Problem(
        "too_many_decimals",
        _decimals_message(column, text, places),
        Severity.IMPOSSIBLE if places == 0 else Severity.DOUBTFUL,
        value=None if places == 0 else scaled,
    )


def _decimals_message(column: Column, text: str, places: int) -> Text:
    if places == 0:
        return Text(
            "“{text}”应为整数",
            "“{text}” should be a whole number",
            {"text": quoted(column, text)},
        )
    return Text(
        "“{text}”的小数超过 {places} 位，已四舍五入",
        "“{text}” has more than {places} decimals and was rounded",
        {"text": quoted(column, text), "places": places},
    )


def too_large(column: Column, text: str) -> Problem:
    """The problem of a number that no field of the system can hold."""
    return Problem(
        "out_of_range",
        Text(
            "“{text}”过大",
            "“{text}” is too large",
            {"text": quoted(column, text)},
        ),
    )


def _number(
    column: Column, written: str, money_unit: MoneyUnit | None
) -> tuple[Decimal | None, Decimal]:
    """Return the number and what to multiply it by: a unit may stand behind it."""
    factor = Decimal(1)
    written = _THOUSANDS.sub("", written).lstrip("¥")
    if money_unit is not None:
        for suffix, unit in _MONEY_SUFFIXES.items():
            if written.endswith(suffix):
                written = written.removesuffix(suffix)
                factor = Decimal(unit) / money_unit
                break
    elif column.unit is not None:
        for name in (column.unit.zh, column.unit.en):
            written = written.removesuffix(plain(name).lower())
    if not _NUMBER.fullmatch(written):
        return None, factor
    return Decimal(written), factor
