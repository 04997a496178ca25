"""Half-open periods of civil days."""

import datetime
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bangfu.calc.values.period import EmptyPeriod, Period

YEAR_2016 = Period(date(2016, 1, 1), date(2017, 1, 1))


def test_the_first_day_belongs_to_it_and_the_end_does_not():
    assert date(2016, 1, 1) in YEAR_2016
    assert date(2016, 12, 31) in YEAR_2016
    assert date(2017, 1, 1) not in YEAR_2016
    assert date(2015, 12, 31) not in YEAR_2016


def test_an_open_period_goes_on():
    assert date(9999, 12, 31) in Period(date(2016, 1, 1))
    assert Period(date(2016, 1, 1)).days is None


def test_days_are_counted():
    assert YEAR_2016.days == 366


@pytest.mark.parametrize("end", [date(2016, 1, 1), date(2015, 1, 1)])
def test_a_period_without_a_day_is_refused(end):
    with pytest.raises(EmptyPeriod) as refused:
        Period(date(2016, 1, 1), end)

    assert (
        str(refused.value.message)
        == f"The start, 2016-01-01, is not before the end, {end}."
    )


def test_touching_is_not_overlapping():
    assert not YEAR_2016.overlaps(Period(date(2017, 1, 1)))
    assert YEAR_2016.overlaps(Period(date(2016, 12, 31)))
    assert YEAR_2016.intersection(Period(date(2017, 1, 1))) is None


def test_the_intersection_is_what_both_have():
    assert YEAR_2016.intersection(Period(date(2016, 7, 1))) == Period(
        date(2016, 7, 1), date(2017, 1, 1)
    )
    assert Period(date(2016, 1, 1)).intersection(Period(date(2018, 1, 1))) == Period(
        date(2018, 1, 1)
    )


def test_it_can_be_ended():
    assert Period(date(2016, 1, 1)).ended(date(2017, 1, 1)) == YEAR_2016
    with pytest.raises(EmptyPeriod):
        YEAR_2016.ended(date(2016, 1, 1))


def test_it_is_written_with_its_last_day():
    assert str(YEAR_2016.text) == "2016-01-01 to 2016-12-31"
    assert Period(date(2016, 1, 1)).text.in_language("zh-hans") == "2016-01-01 起"


days = st.dates(date(2000, 1, 1), date(2000, 3, 1))


@st.composite
def periods(draw):
    start = draw(days)
    length = draw(st.none() | st.integers(1, 30))
    return Period(start, length and start + datetime.timedelta(days=length))


@given(periods(), periods(), days)
def test_a_day_is_in_the_intersection_when_it_is_in_both(one, other, day):
    both = one.intersection(other)

    assert (both is not None and day in both) == (day in one and day in other)
    assert one.overlaps(other) == other.overlaps(one)
