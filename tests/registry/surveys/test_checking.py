"""A sheet is checked by somebody else, or goes back; its verdicts reach the file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.registry.surveys.year import filled, with_verdict

from bangfu.accounts.models import User
from bangfu.audit.models import Event
from bangfu.calc.values.findings import BadInput, NotAllowed, OutOfLimit
from bangfu.registry.surveys import operations, rules
from bangfu.registry.surveys.filling import Checked
from bangfu.registry.surveys.kinds import Verdict
from bangfu.registry.surveys.models import SurveySheet
from bangfu.scope import acting
from bangfu.scope.actor import system_actor


@pytest.fixture(autouse=True)
def seen(db):
    """Let the test look at everything."""
    with acting(system_actor("tests")):
        yield


def test_several_sheets_are_checked_together_and_their_verdicts_reach_the_file(year):
    one, other = year.family(), year.family()
    unmet = with_verdict(filled(), "water", Checked(Verdict.UNMET, "取水 40 分钟"))
    sheets = [year.record(one), year.record(other, unmet)]

    year.check(*sheets)

    assert set(SurveySheet.objects.values_list("state", "checked_by_name")) == {
        ("checked", year["township"].username)
    }
    for household, water in ((one, True), (other, False)):
        household.refresh_from_db()
        assert household.guaranteed_food is True
        assert household.guaranteed_water is water
    events = Event.objects.filter(action="registry.survey.checked")
    assert {event.subject_id for event in events} == {str(one.pk), str(other.pk)}


def test_nobody_checks_what_he_or_she_recorded(year):
    sheets = [year.record(year.family()), year.record(year.family(), by="township")]

    with pytest.raises(rules.OwnSheet):
        year.check(*sheets)

    assert not SurveySheet.objects.filter(state="checked").exists()


def test_nobody_checks_a_family_that_he_or_she_asked(year):
    User.objects.filter(pk=year["township"].user_id).update(name="李队员")
    sheet = year.record(year.family())

    with pytest.raises(rules.OwnSheet) as caught:
        year.check(sheet)

    assert str(caught.value) == (
        "You asked this family; somebody else must check the sheet."
    )


def test_a_doubtful_sheet_is_looked_into_before_it_is_checked(year):
    weak = {**filled().evidence, "wage": "statement"}
    sheet = year.record(year.family(), replace(filled(), evidence=weak))

    with pytest.raises(BadInput):
        year.check(sheet)
    year.check(sheet, note="已电话核实务工单位")

    sheet.refresh_from_db()
    assert sheet.check_note == "已电话核实务工单位"


def test_a_sheet_is_checked_once(year):
    sheet = year.record(year.family())
    year.check(sheet)

    with pytest.raises(rules.NothingToCheck):
        year.check(sheet, by="second")


@pytest.mark.parametrize("who", ["city", "helper", "neighbour"])
def test_others_check_nothing(year, who):
    sheet = year.record(year.family())

    with pytest.raises((NotAllowed, operations.NoSuchCollection)):
        year.check(sheet, by=who)

    sheet.refresh_from_db()
    assert sheet.state == "recorded"


def test_no_sheet_and_too_many_are_refused(year):
    with acting(year["township"]):
        for many in ([], list(range(501))):
            with pytest.raises(OutOfLimit):
                operations.check_sheets(by=year["township"], at=year.at, sheet_ids=many)


def test_a_sheet_goes_back_with_a_reason_and_comes_again(year):
    household = year.family()
    sheet = year.record(household)

    with acting(year["township"]):
        operations.return_sheet(
            by=year["township"], at=year.at, sheet_id=sheet.pk, reason="缺工资流水"
        )

    sheet.refresh_from_db()
    assert (sheet.state, sheet.check_note) == ("returned", "缺工资流水")
    assert Event.objects.get(action="registry.survey.returned").reason == "缺工资流水"
    year.record(household)
    sheet.refresh_from_db()
    assert (sheet.state, sheet.check_note) == ("recorded", "")


def test_a_sheet_does_not_go_back_without_a_reason_or_to_oneself(year):
    sheet = year.record(year.family(), by="township")

    for reason, kind in (("", BadInput), ("缺工资流水", rules.OwnSheet)):
        with acting(year["township"]), pytest.raises(kind):
            operations.return_sheet(
                by=year["township"], at=year.at, sheet_id=sheet.pk, reason=reason
            )


def test_a_checked_sheet_that_is_changed_waits_for_its_check_again(year):
    household = year.family()
    year.check(year.record(household))

    year.record(household, replace(filled(), surveyors="王村干、赵队员"))

    assert year.sheet(household).state == "recorded"
    assert year.sheet(household).checked_by_id is None


def test_an_earlier_year_says_nothing_of_today(year):
    year.open(2019)
    household = year.family()
    year.check(year.record(household))
    unmet = with_verdict(
        replace(filled(), surveyed_on=date(2019, 11, 1)),
        "food",
        Checked(Verdict.UNMET, "缺粮"),
    )

    year.check(year.record(household, unmet, year=2019))

    household.refresh_from_db()
    assert household.guaranteed_food is True


def test_the_neighbour_sees_none_of_it(year):
    year.record(year.family())

    with acting(year["neighbour"]):
        assert not SurveySheet.objects.exists()
    with acting(year["helper"]):
        assert not SurveySheet.objects.exists()
    with acting(year["county"]):
        assert SurveySheet.objects.count() == 1
