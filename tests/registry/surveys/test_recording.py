"""A household's sheet is recorded by two or more, and refused where it is wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.registry.surveys.year import (
    NET_FEN,
    NEXT_VILLAGE,
    filled,
    with_amount,
    with_verdict,
)

from bangfu.audit.models import Event
from bangfu.calc.values.findings import NotAllowed, OutOfLimit
from bangfu.registry.models import Flag, Income
from bangfu.registry.surveys import filling, operations, rules
from bangfu.registry.surveys.filling import Checked
from bangfu.registry.surveys.kinds import Verdict
from bangfu.registry.surveys.models import Collection, Guarantee, SurveySheet
from bangfu.scope import acting
from bangfu.scope.actor import system_actor


@pytest.fixture(autouse=True)
def seen(db):
    """Let the test look at everything."""
    with acting(system_actor("tests")):
        yield


def refused(year, household, sheet, **how):
    """Record a sheet that is refused; return the findings by field."""
    with pytest.raises(filling.BadSheet) as caught:
        year.record(household, sheet, **how)
    assert not SurveySheet.objects.exists()
    assert not Income.objects.exists()
    assert not Guarantee.objects.exists()
    return {found.field: str(found.message) for found in caught.value.findings}


# Opening


def test_a_year_is_opened_once_in_every_village_of_the_township(year):
    opened = Collection.objects.filter(year=2020).order_by("division_code")

    assert [one.division_code for one in opened] == ["990101101001", "990101101002"]
    assert {one.due_on for one in opened} == {date(2020, 12, 31)}
    event = Event.objects.get(action="registry.survey.opened")
    assert event.detail == {"year": 2020, "villages": 2}
    with pytest.raises(rules.AlreadyOpen):
        year.open()


def test_the_county_opens_what_the_township_has_not(year):
    with acting(year["county"]):
        opened = operations.open_year(
            by=year["county"], at=year.at, division=year["county"].division, year=2020
        )

    assert [str(one.division_code) for one in opened] == ["990101102001"]


@pytest.mark.parametrize("who", ["village", "team", "city", "helper"])
def test_only_offices_open_a_year(year, who):
    with pytest.raises(NotAllowed):
        year.open(2019, by=who)


def test_a_year_to_come_is_not_opened(year):
    with pytest.raises(OutOfLimit) as caught:
        year.open(2021)

    assert str(caught.value) == "A year from 2014 to 2020 can be collected."


# Recording


def test_a_sheet_is_recorded_with_income_evidence_and_guarantees(year):
    household = year.family()

    sheet = year.record(household)

    income = Income.objects.get()
    assert income.net_fen == NET_FEN
    assert income.transfer_fen == 120_000
    assert income.wage_evidence == "contract"
    assert income.property_evidence == ""
    assert (sheet.members, sheet.members_sharing) == (2, 2)
    assert sheet.state == "recorded"
    assert sheet.doubts == []
    assert {(g.kind, g.verdict, g.checked_by) for g in sheet.guarantees.all()} == {
        (kind, "met", "王村干、李队员")
        for kind in ("food", "clothing", "education", "medical", "housing", "water")
    }
    event = Event.objects.get(action="registry.survey.recorded")
    assert event.subject_id == str(household.pk)
    assert event.detail == {"year": 2020, "is_new": True}


def test_the_rules_of_the_household_file_still_judge_the_year(year):
    household = year.family()

    sheet = year.record(household, with_amount(filled(), wage=0))

    # Six months of work and no wages.
    assert Flag.objects.filter(household=household, code="V8").exists()
    assert sheet.doubts == ["S1", "V8"]


def test_a_sheet_is_changed_before_it_is_locked_and_its_history_is_kept(year):
    household = year.family()
    year.record(household)

    year.record(household, with_amount(filled(), wage=2_100_000), by="team")

    sheet = SurveySheet.objects.get()
    assert sheet.income.wage_fen == 2_100_000
    assert sheet.recorded_by_id == year["team"].user_id
    assert Guarantee.objects.count() == 6
    assert sheet.history.count() == 1


def test_the_income_of_an_imported_roll_becomes_that_of_the_sheet(year):
    household = year.family()
    Income.objects.create(
        household=household,
        division_code=household.division_code,
        year=2020,
        wage_fen=5,
        recorded_by_id=0,
    )

    year.record(household)

    assert Income.objects.get().net_fen == NET_FEN


def test_expected_income_is_refused_as_evidence(year):
    evidence = {**filled().evidence, "wage": "expected"}

    found = refused(year, year.family(), replace(filled(), evidence=evidence))

    assert found == {
        "wage_evidence": "wages: expected income is no evidence; record what was "
        "received"
    }


def test_every_amount_needs_evidence_that_the_policy_accepts(year):
    found = refused(year, year.family(), replace(filled(), evidence={"wage": "gossip"}))

    assert found == {
        "wage_evidence": "wages: the policy does not accept this evidence",
        "operating_evidence": "production: choose the evidence",
        "transfer_evidence": "transfers: choose the evidence",
        "operating_expense_evidence": "operating expense: choose the evidence",
    }


def test_one_surveyor_is_not_enough(year):
    found = refused(year, year.family(), replace(filled(), surveyors="王村干，王村干"))

    assert found == {
        "surveyors": "a survey takes 2 people or more; separate their names by “、”"
    }


def test_amounts_days_and_verdicts_must_make_sense(year):
    sheet = with_amount(filled(), operating=-1, transfer=10_000)
    sheet = with_verdict(sheet, "water", Checked(Verdict.UNMET))
    guarantees = dict(sheet.guarantees)
    del guarantees["food"]
    sheet = replace(sheet, surveyed_on=date(2020, 12, 2), guarantees=guarantees)

    assert refused(year, year.family(), sheet) == {
        "surveyed_on": "the day is in the future",
        "operating": "an amount is not negative",
        "transfer": "the parts exceed the total",
        "verdict_food": "food without worry: choose a verdict",
        "note_water": "water guaranteed: say what is lacking",
    }


@pytest.mark.parametrize("who", ["neighbour", "city", "helper"])
def test_only_the_village_and_its_offices_record(year, who):
    household = year.family()

    with pytest.raises((NotAllowed, operations.NoSuchCollection)):
        year.record(household, by=who)

    assert not SurveySheet.objects.exists()


def test_a_family_of_another_village_or_off_the_roll_has_no_sheet_here(year):
    elsewhere = year.family(village=NEXT_VILLAGE)
    removed = year.family(status="9")

    for household in (elsewhere, removed):
        with pytest.raises(operations.NoSuchCollection):
            year.record(household, by="township")


def test_who_saw_an_older_sheet_does_not_overwrite_a_newer_one(year):
    household = year.family()
    year.record(household)

    with pytest.raises(rules.SheetChanged):
        year.record(household, with_amount(filled(), wage=1), version="")

    assert Income.objects.get().wage_fen == 2_000_000


# Doubts


def test_what_is_doubtful_stands_on_the_sheet(year):
    weak = {**filled().evidence, "wage": "statement"}
    unmet = Checked(Verdict.UNCLEAR, "未见鉴定表")
    sheet = replace(
        with_verdict(filled(), "housing", unmet),
        evidence=weak,
        spent={"medical": NET_FEN, "education": 1},
    )

    assert year.record(year.family(status="1"), sheet).doubts == ["S1", "S2", "S3"]


def test_income_barely_above_the_line_is_doubted(year):
    # The line of 2020 is 4,000 yuan: two people at 4,200 each.
    sheet = with_amount(filled(), wage=340_000, operating=0, operating_expense=0)
    sheet = with_amount(sheet, transfer_dibao=500_000, transfer_other=0)

    assert year.record(year.family(), sheet).doubts == ["S4"]


def test_a_family_in_which_nobody_shares_income_is_doubted(year):
    household = year.family()
    household.members.update(shares_income=False)

    assert year.record(household).doubts == ["S5"]


def test_an_amount_has_a_limit(year):
    found = refused(year, year.family(), with_amount(filled(), wage=10**9 + 1))

    assert found == {"wage": "at most 10,000,000 yuan"}
