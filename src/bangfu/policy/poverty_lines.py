"""Poverty lines: two series that are never mixed, each asked for by name and year.

The statistical series (nbs) follows the rural low-income price index and counts the
poor of the nation; the administrative series (admin) is the exit line that counties
use for household income. A household's income of a year is compared with the line of
the same year.

    UnknownSeries           the series was not named, or is neither of the two
    NoLine                  the series has no line for that year
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date

from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text
from bangfu.policy.packs import NoValue, Pack
from bangfu.policy.values import Value

_FEN_PER_YUAN = 100


class Series(enum.StrEnum):
    """The two series of poverty lines."""

    NBS = "nbs"
    ADMIN = "admin"

    @property
    def text(self) -> Text:
        """The series's name."""
        return _SERIES_TEXTS[self]


_SERIES_TEXTS = {
    Series.NBS: Text("统计贫困线", "statistical line"),
    Series.ADMIN: Text("退出收入标准", "administrative exit line"),
}


class UnknownSeries(BadInput):
    """The series was not named, or is neither of the two."""

    code = "unknown_line_series"


class NoLine(BadInput):
    """The series has no line for that year."""

    code = "no_poverty_line"


@dataclass(frozen=True, slots=True)
class PovertyLine:
    """One line. amount_fen: fen per person and year, at prices of that year."""

    series: Series
    year: int
    amount_fen: int
    value: Value


def poverty_line(
    pack: Pack, *, series: str, year: int, division: str | None = None
) -> PovertyLine:
    """Return the line of `series` for `year` in `division`.

    No line is ever taken from another year or from the other series. Raises
    UnknownSeries, NoLine, InvalidDivisionCode.
    """
    if series not in list(Series):
        raise UnknownSeries(
            Text(
                "请指明贫困线系列：nbs（统计贫困线）或 admin（退出收入标准）。",
                "Name the series of poverty lines: nbs (statistical) or admin (exit).",
            )
        )
    named = Series(series)
    try:
        value = pack.value(f"line.{named}", at=date(year, 12, 31), division=division)
    except NoValue as error:
        raise NoLine(
            Text(
                "{year} 年没有“{series}”的数值。",
                "There is no {series} for {year}.",
                {"year": year, "series": named.text},
            ),
            remedy=Text(
                "在政策包 line.{series} 中补上该年的标准。",
                "Add that year to line.{series} in the policy pack.",
                {"series": str(named)},
            ),
        ) from error
    return PovertyLine(named, year, value.integer * _FEN_PER_YUAN, value)
