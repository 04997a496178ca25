"""A year is locked by the office; afterwards nothing of it changes, and rows are added."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import IntegrityError, connections, transaction
from tests.registry.surveys.year import (
    NEXT_VILLAGE,
    VILLAGE,
    filled,
    with_amount,
    with_verdict,
)

from bangfu.audit.models import Event
from bangfu.calc.values.findings import BadInput, NotAllowed
from bangfu.registry import operations as registry
from bangfu.registry import queries as register
from bangfu.registry.editing import YearLocked
from bangfu.registry.models import Income
from bangfu.registry.surveys import filling, operations, queries, rules
from bangfu.registry.surveys.filling import Checked
from bangfu.registry.surveys.kinds import Verdict
from bangfu.registry.surveys.models import Collection, Guarantee, SurveySheet
from bangfu.registry.villages.models import VillageYear
from bangfu.scope import acting
from bangfu.scope.actor import system_actor


@pytest.fixture(autouse=True)
def seen(db):
    """Let the test look at everything."""
    with acting(system_actor("tests")):
        yield


# Locking


def test_the_township_locks_all_its_villages(year):
    household = year.family()
    year.check(year.record(household))

    year.lock()

    for model in (Collection, SurveySheet, Income):
        assert {one.locked_at for one in model.objects.all()} == {year.at}
    one, other = Collection.objects.order_by("division_code")
    assert (one.households, one.missing, one.locked_by_name) == (
        1,
        0,
        year["township"].username,
    )
    assert (other.households, other.missing) == (0, 0)
    events = Event.objects.filter(action="registry.survey.locked")
    assert [event.detail for event in events.order_by("division_code")] == [
        {"year": 2020, "sheets": 1, "missing": 0},
        {"year": 2020, "sheets": 0, "missing": 0},
    ]


def test_sheets_that_wait_or_went_back_keep_a_year_open(year):
    year.record(year.family())
    sheet = year.record(
        year.family(village=NEXT_VILLAGE), by="neighbour", village=NEXT_VILLAGE
    )
    with acting(year["township"]):
        operations.return_sheet(
            by=year["township"], at=year.at, sheet_id=sheet.pk, reason="缺工资流水"
        )

    with pytest.raises(rules.NotReady) as caught:
        year.lock(reason="已尽力联系")

    assert [str(found.message) for found in caught.value.findings] == [
        "东村: 1 sheets wait for their check, 0 went back",
        "新村: 0 sheets wait for their check, 1 went back",
    ]
    assert not Collection.objects.exclude(locked_at=None).exists()


def test_a_year_without_all_sheets_is_locked_with_a_reason_only(year):
    year.family()

    with pytest.raises(rules.NotReady) as caught:
        year.lock()
    year.lock(reason="全家外出务工，电话无人接听")

    assert [found.code for found in caught.value.findings] == ["survey.missing"]
    one = Collection.objects.get(division_code=VILLAGE)
    assert (one.missing, one.missing_reason) == (1, "全家外出务工，电话无人接听")
    assert Collection.objects.get(division_code=NEXT_VILLAGE).missing_reason == ""


def test_a_year_is_locked_once(year):
    year.lock()

    with pytest.raises(YearLocked):
        year.lock(by="county")


def test_a_year_that_was_never_opened_is_not_locked(year):
    with pytest.raises(operations.NoSuchCollection):
        year.lock(year=2018)


@pytest.mark.parametrize("who", ["village", "team", "city", "helper"])
def test_only_offices_lock(year, who):
    with pytest.raises(NotAllowed):
        year.lock(by=who)


def test_a_township_does_not_lock_its_county(year):
    with pytest.raises(NotAllowed):
        year.lock(division="990101")


def test_the_village_locks_into_the_year_what_a_roll_brought_without_a_sheet(year):
    household = year.family()
    income = Income.objects.create(
        household=household, division_code=VILLAGE, year=2020, recorded_by_id=0
    )

    year.lock(reason="全家外出务工")

    income.refresh_from_db()
    assert income.locked_at == year.at


# After the lock


def test_a_locked_sheet_is_neither_recorded_nor_checked(year):
    household, sheet = year.locked_family()

    with pytest.raises(YearLocked):
        year.record(household)
    with pytest.raises(YearLocked):
        year.check(sheet, by="second")


def test_the_income_of_a_locked_year_is_not_changed_by_hand(year):
    household, _ = year.locked_family()
    other = year.family()
    amounts = {"wage": 1, "operating": 0, "operating_expense": 0}

    for act, who in ((registry.change_income, household), (registry.add_income, other)):
        with acting(year["township"]), pytest.raises(YearLocked):
            act(
                by=year["township"],
                at=year.at,
                household_id=who.pk,
                year=2020,
                version=register.version_of(who.__class__.objects.get(pk=who.pk)),
                amounts=amounts,
                reason="改一下金额",
            )

    assert Income.objects.get().wage_fen == 2_000_000


STATEMENTS = (
    "UPDATE registry_income SET wage_fen = 1",
    "DELETE FROM registry_income",
    "UPDATE registry_surveysheet SET locked_at = NULL",
    "DELETE FROM registry_surveysheet",
    "UPDATE registry_guarantee SET verdict = 'unclear', note = 'x'",
    "DELETE FROM registry_guarantee",
    "UPDATE registry_collection SET locked_at = NULL",
    "DELETE FROM registry_collection",
    "UPDATE registry_villageyear SET population = 1",
    "DELETE FROM registry_villageyear",
)


def test_no_statement_changes_a_locked_year(year):
    VillageYear.objects.create(
        division_code=VILLAGE,
        year=2020,
        recorded_by_id=0,
        recorded_by_name="tests",
        recorded_at=year.at,
    )
    year.locked_family()

    for statement in STATEMENTS:
        with (
            pytest.raises(IntegrityError, match="refused: the year is locked"),
            transaction.atomic(),
            connections["default"].cursor() as cursor,
        ):
            cursor.execute(statement)


def test_no_row_is_added_to_a_locked_year_without_a_reason(year):
    household, _ = year.locked_family()
    other = year.family()

    with pytest.raises(IntegrityError), transaction.atomic():
        Income.objects.create(
            household=other, division_code=VILLAGE, year=2020, recorded_by_id=0
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Income.objects.create(
            household=household,
            division_code=VILLAGE,
            year=2019,
            corrects=Income.objects.get(),
            reason="改一下金额",
            locked_at=year.at,
            recorded_by_id=0,
        )


def test_a_locked_row_follows_its_household_into_another_village(year):
    household, _ = year.locked_family()

    with transaction.atomic():
        type(household).objects.filter(pk=household.pk).update(
            division_code=NEXT_VILLAGE
        )
        with connections["default"].cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    assert SurveySheet.objects.get().division_code == NEXT_VILLAGE
    assert set(Guarantee.objects.values_list("division_code", flat=True)) == {
        NEXT_VILLAGE
    }


# Corrections


def test_a_correction_is_a_new_row_that_names_the_old_one(year):
    household, before = year.locked_family()

    after = year.correct(household, with_amount(filled(), wage=2_500_000))

    assert after.corrects_id == before.pk
    assert after.reason == "工资漏登记"
    assert after.recorded_by_id == year["township"].user_id
    assert after.income.corrects_id == before.income_id
    assert list(Income.objects.order_by("pk").values_list("wage_fen", flat=True)) == [
        2_000_000,
        2_500_000,
    ]
    assert [one.income.wage_fen for one in queries.years_of(household.pk)] == [
        2_500_000
    ]
    file = register.household_file(household.pk)
    assert [one.income.wage_fen for one in file.incomes] == [2_500_000]
    assert [one.pk for one in queries.chain_of(household.pk, 2020)] == [
        before.pk,
        after.pk,
    ]
    event = Event.objects.get(action="registry.survey.corrected")
    assert (event.reason, event.detail) == (
        "工资漏登记",
        {"year": 2020, "sheet": after.pk},
    )


def test_a_correction_is_corrected_by_another_person_and_the_chain_stays_a_chain(year):
    household, _ = year.locked_family()
    first = year.correct(household, with_amount(filled(), wage=2_500_000))

    with pytest.raises(rules.OwnSheet):
        year.correct(household, with_amount(filled(), wage=2_600_000))
    second = year.correct(household, with_amount(filled(), wage=2_600_000), by="county")

    assert second.corrects_id == first.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        SurveySheet.objects.filter(pk=second.pk).update(corrects=None)


def test_a_corrected_verdict_reaches_the_file(year):
    household, _ = year.locked_family()

    year.correct(
        household, with_verdict(filled(), "housing", Checked(Verdict.UNMET, "C 级危房"))
    )

    household.refresh_from_db()
    assert household.guaranteed_housing is False


def test_a_household_without_a_sheet_gets_its_first_one_after_the_lock(year):
    household = year.family()
    year.lock(reason="全家外出务工")

    sheet = year.correct(household, filled(), reason="返乡后补采")

    assert (sheet.corrects, sheet.income.corrects) == (None, None)
    assert (sheet.reason, sheet.locked_at) == ("返乡后补采", year.at)


def test_a_correction_needs_a_lock_a_reason_and_a_difference(year):
    household = year.family()
    year.check(year.record(household))
    other = with_amount(filled(), wage=1)

    with pytest.raises(rules.NotLocked):
        year.correct(household, other)
    year.lock()
    with pytest.raises(BadInput):
        year.correct(household, other, reason="  ")
    with pytest.raises(rules.NothingCorrected):
        year.correct(household, filled())
    with pytest.raises(rules.SheetChanged):
        year.correct(household, other, version="")
    evidence = {**filled().evidence, "wage": "expected"}
    with pytest.raises(filling.BadSheet):
        year.correct(household, replace(filled(), evidence=evidence))

    assert Income.objects.count() == SurveySheet.objects.count() == 1


@pytest.mark.parametrize("who", ["village", "team", "city", "helper"])
def test_only_offices_correct(year, who):
    household, _ = year.locked_family()

    with pytest.raises((NotAllowed, operations.NoSuchCollection)):
        year.correct(household, with_amount(filled(), wage=1), by=who)


def test_a_later_member_does_not_change_the_income_per_person_of_a_locked_year(year):
    household, _ = year.locked_family()
    household.members.filter(relation="02").update(
        left_date="2021-01-01", left_reason="1"
    )

    file = register.household_file(household.pk)

    assert file.incomes[0].per_person_fen == 2_620_000 // 2
