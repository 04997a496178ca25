"""Marks of villages: poor, deep-poor, demonstration."""

import pytest
from tests.divisions.conftest import SINCE, code, day

from bangfu.audit.models import Event
from bangfu.calc.values.division_code import Level
from bangfu.calc.values.findings import NotAllowed
from bangfu.divisions import operations, queries
from bangfu.divisions.kinds import FlagKind
from bangfu.divisions.models import VillageFlag
from bangfu.divisions.rules import FlagConflict, NoSuchDivision, WrongUnit

EAST, WEST = code("990721100200"), code("990721100202")


@pytest.fixture
def flag(tree, now):
    def set_flag(village=EAST, kind=FlagKind.POOR, since=SINCE):
        return operations.set_flag(
            by=tree,
            at=now,
            code=village,
            flag=kind,
            valid_from_date=since,
            document="清单",
        )

    return set_flag


@pytest.fixture
def end(tree, now):
    def end_flag(to, village=EAST, kind=FlagKind.POOR):
        return operations.end_flag(
            by=tree,
            at=now,
            code=village,
            flag=kind,
            valid_to_date=day(to),
            reason="退出",
        )

    return end_flag


def test_a_village_carries_several_flags_for_a_time(flag, end):
    flag()
    flag(kind=FlagKind.DEEP_POOR, since=day("2015-01-01"))
    end("2016-01-01")

    county = code("990721")
    both = {FlagKind.POOR, FlagKind.DEEP_POOR}
    assert queries.flags_within(county, at=day("2014-06-01")) == {EAST: {FlagKind.POOR}}
    assert queries.flags_within(county, at=day("2015-12-31")) == {EAST: both}
    assert queries.flags_within(county, at=day("2016-01-01")) == {
        EAST: {FlagKind.DEEP_POOR}
    }


def test_flags_are_counted_by_division(flag):
    flag()
    flag(WEST)
    flag(code("990721200200"), FlagKind.DEMONSTRATION)

    assert queries.flag_counts(code("9907"), Level.TOWNSHIP, at=SINCE) == {
        "990721100": {FlagKind.POOR: 2},
        "990721200": {FlagKind.DEMONSTRATION: 1},
    }
    [first, *_] = queries.flagged_villages(code("9907"), at=SINCE)
    assert (first.village.name, first.flags) == ("东村委会", {FlagKind.POOR})


def test_the_same_flag_from_the_same_day_stays(flag):
    first = flag()

    assert flag().pk == first.pk
    assert Event.objects.filter(action="divisions.flags_set").count() == 1


def test_a_second_stretch_may_follow_the_first(flag, end):
    flag()
    end("2015-01-01")
    flag(since=day("2015-01-01"))

    assert VillageFlag.objects.count() == 2


def test_a_flag_that_holds_already_is_refused(flag):
    flag(since=day("2015-01-01"))

    for since in ("2014-06-01", "2015-06-01"):
        with pytest.raises(FlagConflict) as refused:
            flag(since=day(since))
        assert str(refused.value.message) == (
            "990721100200 is a poor village already, from 2015-01-01."
        )


def test_only_villages_carry_flags(flag):
    with pytest.raises(
        WrongUnit, match="Only villages carry flags; 990721100 is a town"
    ):
        flag(code("990721100"))


def test_an_unknown_village_is_refused(flag):
    with pytest.raises(NoSuchDivision):
        flag(code("990721100299"))


def test_a_village_of_another_city_is_refused(flag):
    with pytest.raises(NotAllowed):
        flag(code("990821100200"))


def test_one_wrong_village_refuses_the_whole_file(tree, now):
    with pytest.raises(NoSuchDivision):
        operations.set_flags(
            by=tree,
            at=now,
            flags=[(EAST, "poor", SINCE), (code("990721100299"), "poor", SINCE)],
        )

    assert not VillageFlag.objects.exists()


def test_a_file_of_flags_is_one_event_with_counts(tree, now):
    flags = [(EAST, "poor", SINCE), (WEST, "poor", SINCE), (WEST, "deep_poor", SINCE)]

    assert operations.set_flags(by=tree, at=now, flags=flags, document="清单") == 3
    assert operations.set_flags(by=tree, at=now, flags=flags, document="清单") == 0

    [event] = Event.objects.filter(action="divisions.flags_set")
    assert event.detail == {"poor": 2, "deep_poor": 1}
    assert event.division_code == "990721100"


def test_an_unknown_flag_is_a_programmers_error(tree, now):
    with pytest.raises(ValueError, match="rich"):
        operations.set_flags(by=tree, at=now, flags=[(EAST, "rich", SINCE)])


def test_a_flag_that_is_not_there_cannot_end(flag, end):
    with pytest.raises(FlagConflict, match="990721100200 was no poor village before"):
        end("2016-01-01")
    flag(since=day("2016-01-01"))
    with pytest.raises(FlagConflict):
        end("2016-01-01")
