"""Numbers, money and days as people write them in either language."""

from datetime import date, datetime

from django.utils import timezone

from bangfu.web.language import active_language

NOTHING = "—"
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def amount(fen: int | None) -> str:
    """Return fen as yuan with two decimals and thousands separators, without unit."""
    if fen is None:
        return NOTHING
    sign = "-" if fen < 0 else ""
    yuan, rest = divmod(abs(fen), 100)
    return f"{sign}{yuan:,}.{rest:02d}"


def yuan(fen: int | None) -> str:
    """Return fen with its unit: 1,234.50 元, or ¥1,234.50 in English."""
    if fen is None:
        return NOTHING
    number = amount(fen)
    if active_language() == "zh-hans":
        return f"{number} 元"
    return f"-¥{number[1:]}" if number.startswith("-") else f"¥{number}"


def number(value: float | None, decimals: int = 0) -> str:
    """Return a number with thousands separators."""
    return NOTHING if value is None else f"{value:,.{decimals}f}"


def percent(share: float | None, decimals: int = 1) -> str:
    """Return a share between 0 and 1 as a percentage.

    A share below 1 never rounds up to 100 %, nor one above 0 down to 0 %: "all" and
    "none" are claims that only the exact number may make.
    """
    if share is None:
        return NOTHING
    step = 10.0**-decimals
    value = round(share * 100, decimals)
    if share < 1 <= share + step and value >= 100:
        value = 100 - step
    if share > 0 and value <= 0:
        value = step
    return f"{value:.{decimals}f}%"


def civil_date(day: date | None) -> str:
    """Return a day: 2026年3月5日, or 5 March 2026."""
    if day is None:
        return NOTHING
    if active_language() == "zh-hans":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def short_date(day: date | None) -> str:
    """Return a day for a table: 2026-03-05."""
    return NOTHING if day is None else day.isoformat()


def moment(at: datetime | None) -> str:
    """Return a moment in the city's time zone: 2026-03-05 14:30."""
    if at is None:
        return NOTHING
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
