"""The working calendar: public holidays, and weekends that are worked instead.

A year without data is refused, never taken as a year without holidays: a deadline
would silently be too short.

    NoCalendar              the pack has no holidays for that year
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text
from bangfu.policy.code_lists import HOLIDAYS
from bangfu.policy.packs import NoValue, Pack

_DAY = timedelta(days=1)
_SATURDAY = 5
WORKING_DAYS_MAX = 2_000


class NoCalendar(BadInput):
    """The pack has no holidays for that year."""

    code = "no_calendar"


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day off; days moved next to a holiday carry its name. code: see HOLIDAYS."""

    day: date
    code: str

    @property
    def name(self) -> Text:
        """The holiday's name."""
        return HOLIDAYS[self.code]


def public_holidays(
    pack: Pack, *, year: int, division: str | None = None
) -> tuple[Holiday, ...]:
    """Return the days off of `year`, in order. Raises NoCalendar."""
    try:
        value = pack.value("calendar.holidays", at=date(year, 1, 1), division=division)
    except NoValue as error:
        raise NoCalendar(
            Text(
                "政策包中没有 {year} 年的放假安排。",
                "The policy pack has no public holidays for {year}.",
                {"year": year},
            ),
            remedy=Text(
                "按国务院办公厅通知在 calendar.holidays 中补上该年。",
                "Add the year to calendar.holidays, from the State Council's notice.",
            ),
        ) from error
    holidays = {}
    for row in value.rows:
        day, last = cast("date", row["first"]), cast("date", row["last"])
        while day <= last:
            holidays[day] = Holiday(day, str(row["holiday"]))
            day += _DAY
    return tuple(holidays[day] for day in sorted(holidays))


def working_weekends(
    pack: Pack, *, year: int, division: str | None = None
) -> tuple[date, ...]:
    """Return the Saturdays and Sundays of `year` that are worked, in order."""
    try:
        value = pack.value(
            "calendar.working_weekends", at=date(year, 1, 1), division=division
        )
    except NoValue:
        return ()
    return tuple(sorted(cast("date", row["date"]) for row in value.rows))


@dataclass(frozen=True, slots=True)
class _Year:
    off: frozenset[date]
    worked: frozenset[date]


class WorkCalendar:
    """Tells working days in one division; a year is looked up when first needed."""

    def __init__(self, pack: Pack, *, division: str | None = None) -> None:
        """Keep the pack and the division; nothing is looked up yet."""
        self._pack = pack
        self._division = division
        self._years: dict[int, _Year] = {}

    def is_working_day(self, day: date) -> bool:
        """Tell whether offices work on `day`. Raises NoCalendar."""
        year = self._year(day.year)
        if day in year.worked:
            return True
        return day not in year.off and day.weekday() < _SATURDAY

    def add_working_days(self, day: date, count: int) -> date:
        """Return the `count`-th working day after `day`; `day` itself is not counted.

        count: 1 to 2000. Raises NoCalendar.
        """
        assert 1 <= count <= WORKING_DAYS_MAX  # noqa: S101
        left = count
        while left:
            day += _DAY
            if self.is_working_day(day):
                left -= 1
        return day

    def working_days(self, first: date, last: date) -> int:
        """Count the working days from `first` to `last`, both included.

        Raises NoCalendar.
        """
        days = (last - first).days + 1
        return sum(self.is_working_day(first + _DAY * n) for n in range(days))

    def _year(self, year: int) -> _Year:
        if year not in self._years:
            holidays = public_holidays(self._pack, year=year, division=self._division)
            worked = working_weekends(self._pack, year=year, division=self._division)
            self._years[year] = _Year(
                frozenset(holiday.day for holiday in holidays), frozenset(worked)
            )
        return self._years[year]
