"""Birth dates as they can be compared, whatever way they were written.

A date becomes eight digits, YYYYMMDD, and stays comparable when it is impossible: the
typing error that made it so is what the comparison is after. Parts that are unknown
are zeros.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

_YEAR_FIRST = re.compile(r"(\d{4})[-/.年](\d{1,2})?(?:[-/.月](\d{1,2})?日?)?")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})")
_TIME = re.compile(r"[T ]\d{1,2}:.*$")
_PLACEHOLDERS = ("0101", "0000")
_EMPTY = ("00000000", "99999999", "11111111")


class BirthDate(NamedTuple):
    """A birth date in parts; None where unknown.

    digits: eight of them. whole: the digits when year, month and day are there.
    month_day: None as well for 1 January, which often means "unknown". day: days
    since 1970-01-01, for a date that exists.
    """

    digits: str | None
    whole: str | None
    year: str | None
    month_day: str | None
    day: int | None


NO_DATE = BirthDate(None, None, None, None, None)


def is_month_first(texts: Iterable[str]) -> bool:
    """Tell whether dates with the year last are month/day/year; else day/month/year.

    A first part above 12 speaks for the day, a second part for the month.
    """
    firsts = seconds = 0
    for text in texts:
        match = _YEAR_LAST.fullmatch(_plain(text))
        if match:
            firsts += int(match[1]) > 12
            seconds += int(match[2]) > 12
    return seconds > firsts


def birth_date(text: str, *, month_first: bool) -> BirthDate:
    """Read one birth date; what holds no year is taken as unknown."""
    digits = _digits(_plain(text), month_first=month_first)
    if digits is None or digits in _EMPTY or digits[:4] == "0000":
        return NO_DATE
    year, month_day = digits[:4], digits[4:]
    is_whole = month_day[:2] != "00" and month_day[2:] != "00"
    return BirthDate(
        digits,
        digits if is_whole else None,
        year,
        month_day if is_whole and month_day not in _PLACEHOLDERS else None,
        _day(digits),
    )


def _plain(text: str) -> str:
    return _TIME.sub("", unicodedata.normalize("NFKC", text).strip())


def _digits(text: str, *, month_first: bool) -> str | None:
    if re.fullmatch(r"\d{8}", text):
        return text
    if re.fullmatch(r"\d{4}(\d{2})?", text):
        return text.ljust(8, "0")
    match = _YEAR_LAST.fullmatch(text)
    if match:
        day, month = (match[2], match[1]) if month_first else (match[1], match[2])
        return f"{match[3]}{month:0>2}{day:0>2}"
    match = _YEAR_FIRST.fullmatch(text)
    if match:
        return f"{match[1]}{match[2] or '':0>2}{match[3] or '':0>2}"
    return None


def _day(digits: str) -> int | None:
    try:
        date = datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
    return (date - datetime.date(1970, 1, 1)).days
