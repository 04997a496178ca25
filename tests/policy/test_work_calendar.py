from __future__ import annotations

from datetime import date

import pytest

from bangfu.policy.loading import DEFAULT_PACK, load
from bangfu.policy.work_calendar import NoCalendar, WorkCalendar, public_holidays

YEARS = range(2014, 2027)


@pytest.fixture(scope="module")
def pack():
    return load(DEFAULT_PACK)


@pytest.fixture
def calendar(pack):
    return WorkCalendar(pack)


# Working days by year, counted from the State Council's notices: weekdays of the year,
# less weekdays off, plus weekends worked.
WORKING_DAYS = {
    2014: 250,
    2015: 249,
    2016: 250,
    2017: 249,
    2018: 250,
    2019: 250,
    2020: 249,
    2021: 250,
    2022: 249,
    2023: 249,
    2024: 251,
    2025: 248,
    2026: 248,
}


@pytest.mark.parametrize("year", YEARS)
def test_every_year_has_its_number_of_working_days(calendar, year):
    assert (
        calendar.working_days(date(year, 1, 1), date(year, 12, 31))
        == WORKING_DAYS[year]
    )


# First day of the first lunar month; the festival's statutory days start there.
SPRING_FESTIVALS = [
    "2014-01-31", "2015-02-19", "2016-02-08", "2017-01-28", "2018-02-16", "2019-02-05",
    "2020-01-25", "2021-02-12", "2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29",
    "2026-02-17",
]  # fmt: skip


@pytest.mark.parametrize("first", [date.fromisoformat(day) for day in SPRING_FESTIVALS])
def test_the_first_three_days_of_the_lunar_year_are_off(pack, first):
    off = {h.day: h.code for h in public_holidays(pack, year=first.year)}

    for offset in range(3):
        assert off[date.fromordinal(first.toordinal() + offset)] == "spring_festival"


@pytest.mark.parametrize("year", YEARS)
def test_the_fixed_days_are_off_in_every_year(pack, year):
    off = {holiday.day for holiday in public_holidays(pack, year=year)}

    assert off >= {date(year, 1, 1), date(year, 5, 1)}
    assert off >= {
        date(year, 10, day) for day in range(1, 8) if year != 2023 or day < 7
    }


@pytest.mark.parametrize("year", YEARS)
def test_only_weekends_are_worked_instead(pack, calendar, year):
    value = pack.value("calendar.working_weekends", at=date(year, 1, 1))
    off = {holiday.day for holiday in public_holidays(pack, year=year)}

    for row in value.rows:
        assert row["date"].weekday() >= 5
        assert row["date"] not in off
        assert calendar.is_working_day(row["date"])


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2016, 2, 5), True),  # Friday before Spring Festival
        (date(2016, 2, 6), True),  # Saturday, worked
        (date(2016, 2, 7), False),
        (date(2016, 2, 13), False),
        (date(2016, 2, 14), True),  # Sunday, worked
        (date(2016, 2, 20), False),  # an ordinary Saturday
        (date(2015, 9, 4), False),  # Friday, moved for Victory Day
        (date(2015, 9, 6), True),  # Sunday, worked
        (date(2020, 1, 31), False),  # Friday, lengthened in 2020
        (date(2020, 2, 1), False),  # was to be worked before that
    ],
)
def test_it_tells_working_days(calendar, day, works):
    assert calendar.is_working_day(day) is works


def test_five_working_days_over_spring_festival(calendar):
    # 2016: 5 and 6 February are worked, 7 to 13 are off, 14 (Sunday) is worked.
    assert calendar.add_working_days(date(2016, 2, 4), 5) == date(2016, 2, 16)


def test_counting_goes_over_the_turn_of_the_year(calendar):
    # 31 December 2015 is a Thursday; 1 to 3 January are off.
    assert calendar.add_working_days(date(2015, 12, 30), 2) == date(2016, 1, 4)
    assert calendar.working_days(date(2015, 12, 31), date(2016, 1, 4)) == 2


def test_a_year_without_data_is_refused(calendar):
    with pytest.raises(NoCalendar) as refused:
        calendar.is_working_day(date(2027, 1, 4))

    assert refused.value.message.as_json() == {
        "zh": "政策包中没有 2027 年的放假安排。",
        "en": "The policy pack has no public holidays for 2027.",
    }


def test_holidays_are_in_order_and_carry_a_name(pack):
    holidays = public_holidays(pack, year=2014)

    assert [h.day for h in holidays] == sorted(h.day for h in holidays)
    assert holidays[0].name.zh == "元旦"
    assert len(holidays) == 27
