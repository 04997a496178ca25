"""The pages of the yearly survey: a year is opened, filled in, checked, locked, corrected."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.registry.surveys.year import VILLAGE, YEAR, filled, with_amount

from bangfu.registry.surveys.forms import initial_of
from bangfu.registry.surveys.models import Collection, SurveySheet
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

SYSTEM = system_actor("tests")


@pytest.fixture
def pages(client, login):
    """Return a function that asks for a page as somebody: (status, words)."""

    def ask(actor, url, data=None, **more):
        login(actor)
        client.cookies["django_language"] = "en"
        return (
            client.get(url, **more) if data is None else client.post(url, data, **more)
        )

    return ask


def fields(**changes):
    """What a browser posts of a sheet."""
    sent = {
        "version": "",
        "surveyed_on": "2020-11-20",
        "surveyors": "王村干、李队员",
        "wage": "20000",
        "wage_evidence": "contract",
        "operating": "6000",
        "operating_evidence": "statement",
        "operating_expense": "1000",
        "operating_expense_evidence": "estimate",
        "transfer_dibao": "1000",
        "transfer_other": "200",
        "transfer_evidence": "bank",
        "spent_medical": "2000",
    }
    for kind in ("food", "clothing", "education", "medical", "housing", "water"):
        sent[f"verdict_{kind}"] = "met"
    return sent | changes


def work(year) -> str:
    return f"/registry/surveys/{year.collection.pk}/"


def test_a_year_is_opened_on_its_page(year, pages):
    sent = {"division": "990101101", "year": "2019"}

    response = pages(year["township"], "/registry/surveys/open/", sent, follow=True)

    assert "The year is open in 2 villages." in response.content.decode()
    refused = pages(year["township"], "/registry/surveys/open/", sent)
    assert refused.status_code == 422
    assert "The collection of 2019 is open already." in refused.content.decode()


def test_the_list_says_how_far_each_village_is(year, pages):
    year.record(year.family())
    year.family()

    words = pages(year["county"], "/registry/surveys/").content.decode()

    row = words.split("东村")[1].split("</tr>")[0]
    cells = [cell.split("<")[0] for cell in row.split('class="num">')[1:]]
    # households, done, missing, checked, doubtful
    assert cells == ["2", "1", "1", "0", "0"]


def test_a_sheet_is_filled_in_and_leads_to_the_next_household(year, pages):
    one, other = year.family(), year.family()

    response = pages(
        year["village"], f"{work(year)}{one.pk}/", fields(then="next"), follow=True
    )

    assert response.redirect_chain[-1][0].startswith(f"{work(year)}{other.pk}/?")
    words = response.content.decode()
    assert "张1 is saved; somebody else checks it." in words
    assert 'value="王村干、李队员"' in words
    with acting(SYSTEM):
        assert SurveySheet.objects.get().income.net_fen == 2_620_000


def test_after_the_last_household_comes_the_work_list(year, pages):
    household = year.family()

    response = pages(
        year["village"], f"{work(year)}{household.pk}/", fields(then="next")
    )

    assert response.url == work(year)


def test_what_is_wrong_stands_at_its_field_and_nothing_is_saved(year, pages):
    household = year.family()
    sent = fields(surveyors="王村干", wage_evidence="", verdict_water="")

    response = pages(year["village"], f"{work(year)}{household.pk}/", sent)

    words = response.content.decode()
    assert response.status_code == 422
    for sentence in (
        "a survey takes 2 people or more",
        "wages: choose the evidence",
        "water guaranteed: choose a verdict",
    ):
        assert sentence in words
    with acting(SYSTEM):
        assert not SurveySheet.objects.exists()


def test_expected_income_is_not_offered_and_not_taken(year, pages):
    household = year.family()
    url = f"{work(year)}{household.pk}/"

    shown = pages(year["village"], url).content.decode()
    response = pages(year["village"], url, fields(wage_evidence="expected"))

    assert 'value="statement"' in shown
    assert 'value="expected"' not in shown
    assert response.status_code == 422


def test_last_years_figures_stand_beside(year, pages):
    year.open(2019)
    household = year.family()
    year.record(household, year=2019)

    words = pages(year["village"], f"{work(year)}{household.pk}/").content.decode()

    assert "2019 (yuan)" in words
    assert "20,000.00" in words


def test_selected_sheets_are_checked_together(year, pages):
    one, other = year.family(), year.family()
    year.record(one)
    year.record(other)

    response = pages(
        year["township"],
        f"{work(year)}check/",
        {"selected": [one.pk, other.pk]},
        follow=True,
    )

    assert "Checked 2 households." in response.content.decode()
    with acting(SYSTEM):
        assert SurveySheet.objects.filter(state="checked").count() == 2


def test_who_recorded_sees_no_button_to_check_and_is_refused(year, pages):
    household = year.family()
    year.record(household)
    page = f"{work(year)}{household.pk}/"

    assert f"{work(year)}check/" not in pages(year["village"], page).content.decode()
    assert f"{work(year)}check/" in pages(year["team"], page).content.decode()
    response = pages(
        year["village"], f"{work(year)}check/", {"selected": [household.pk]}
    )
    assert response.status_code == 403


def test_a_sheet_is_sent_back_with_a_reason(year, pages):
    household = year.family()
    year.record(household)
    url = f"{work(year)}{household.pk}/return/"

    assert pages(year["township"], url, {"reason": ""}).status_code == 422
    pages(year["township"], url, {"reason": "缺工资流水"})

    words = pages(year["village"], f"{work(year)}{household.pk}/").content.decode()
    assert "Why it went back: 缺工资流水" in words


def test_a_village_is_locked_on_its_page_and_read_only_afterwards(year, pages):
    household = year.family()
    year.check(year.record(household))
    year.family()

    refused = pages(year["township"], f"{work(year)}lock/", {"missing_reason": ""})
    pages(year["township"], f"{work(year)}lock/", {"missing_reason": "外出务工"})

    assert "东村: 1 households without a sheet; say why" in refused.content.decode()
    with acting(SYSTEM):
        assert Collection.objects.get(division_code=VILLAGE, year=YEAR).missing == 1
        assert Collection.objects.filter(locked_at=None).count() == 1
    page = f"{work(year)}{household.pk}/"
    assert (
        "<form" not in pages(year["township"], page).content.decode().split("main")[1]
    )
    assert pages(year["village"], page, fields()).status_code == 409


def test_the_year_of_a_township_is_locked_at_once(year, pages):
    sent = {"division": "990101101", "year": "2020"}

    response = pages(year["township"], "/registry/surveys/lock/", sent, follow=True)

    assert "The year is locked in 2 villages." in response.content.decode()


def test_a_correction_starts_from_the_locked_sheet_and_keeps_it(year, pages):
    household, sheet = year.locked_family()
    url = f"{work(year)}{household.pk}/correct/"
    with acting(SYSTEM):
        shown = initial_of(sheet)

    assert shown["wage"] == Decimal(20_000)
    assert "Save the correction" in pages(year["township"], url).content.decode()
    refused = pages(year["township"], url, fields(reason="工资漏登记"))
    pages(
        year["township"],
        url,
        fields(version=year.version(household), wage="25000", reason="工资漏登记"),
    )

    assert refused.status_code == 422
    words = pages(year["county"], f"{work(year)}{household.pk}/").content.decode()
    assert "工资漏登记" in words
    assert "The first sheet" in words
    assert year.sheet(household).income.wage_fen == 2_500_000


def test_the_household_file_shows_its_years_and_a_chart_of_two(year, pages):
    year.open(2019)
    household = year.family()
    year.record(household, with_amount(filled(), wage=1_000_000), year=2019)
    year.record(household)

    words = pages(
        year["village"], f"/registry/households/{household.pk}/"
    ).content.decode()

    panel = words.split('id="years"')[1]
    assert "Income by component" in panel
    assert "contract or pay slip" in panel
    assert f"{work(year)}{household.pk}/" in panel


def test_a_village_takes_its_sheets_away_and_brings_them_back(year, pages):
    year.record(year.family())
    year.family()
    url = f"{work(year)}export/"

    assert pages(year["village"], url, {"purpose": ""}).status_code == 422
    response = pages(year["village"], url, {"purpose": "入户时核对"})

    assert response["Content-Type"].startswith(
        "application/vnd.openxmlformats-officedocument.spreadsheetml"
    )
