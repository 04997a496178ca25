"""A village's sheets come in a workbook: checked like sheets by hand, written together."""

from __future__ import annotations

import io

import polars as pl
import pytest
from tests.registry.surveys.year import YEAR, filled, with_amount

from bangfu import exchange
from bangfu.calc.values.findings import NotAllowed
from bangfu.exchange.conversion import dtype_of
from bangfu.registry.imports import operations as imports
from bangfu.registry.imports.intake import Options
from bangfu.registry.models import Flag, Income
from bangfu.registry.surveys import exporting
from bangfu.registry.surveys.models import Guarantee, SurveySheet
from bangfu.registry.surveys.sheets import SURVEY_SHEET, SURVEYS
from bangfu.scope import acting
from bangfu.scope.actor import system_actor


@pytest.fixture(autouse=True)
def seen(db, settings, tmp_path):
    """Let the test look at everything."""
    settings.BANGFU_FILES = str(tmp_path / "files")
    with acting(system_actor("tests")):
        yield


def row(household, **changes):
    """A row of the workbook that is in order."""
    values = {
        "division_code": str(household.division_code),
        "household_no": household.household_no,
        "year": YEAR,
        "surveyed_on": filled().surveyed_on,
        "surveyors": "王村干、李队员",
        "wage": 2_000_000,
        "wage_evidence": "contract",
        "operating": 600_000,
        "operating_evidence": "statement",
        "operating_expense": 100_000,
        "operating_expense_evidence": "estimate",
        "transfer_dibao": 100_000,
        "transfer_other": 20_000,
        "transfer_evidence": "bank",
        "spent_medical": 200_000,
        "spent_living": 900_000,
    }
    for kind in ("food", "clothing", "education", "medical", "housing", "water"):
        values[f"verdict_{kind}"] = "met"
    return values | changes


def workbook(*rows) -> bytes:
    schema = {column.key: dtype_of(column) for column in SURVEY_SHEET.columns}
    content = io.BytesIO()
    frame = pl.DataFrame(list(rows), schema=schema)
    exchange.write_rows(
        SURVEYS, {SURVEY_SHEET.key: frame}, language="zh-hans", target=content
    )
    return content.getvalue()


def bring(year, content: bytes, *, by: str = "village"):
    """Upload and check; return the import and its plan."""
    with acting(year[by]):
        record = imports.receive(
            by=year[by],
            at=year.at,
            kind="surveys",
            files=[("采集表.xlsx", content)],
            options=Options(),
        )
        plan = imports.check(by=year[by], at=year.at, import_id=record.pk)
    return record, plan


def apply(year, record, *, by: str = "village") -> None:
    with acting(year[by]):
        imports.apply(by=year[by], at=year.at, import_id=record.pk)


def test_a_villages_sheets_are_recorded_together(year):
    one, other = year.family(), year.family()

    record, plan = bring(year, workbook(row(one), row(other, wage=0)))
    assert not SurveySheet.objects.exists()
    apply(year, record)

    assert plan.counts.as_json() == {"new": 2, "changed": 0, "same": 0, "wrong": 0}
    assert [sheet.income.wage_fen for sheet in SurveySheet.objects.order_by("pk")] == [
        2_000_000,
        0,
    ]
    assert Guarantee.objects.filter(checked_by="王村干、李队员").count() == 12
    assert SurveySheet.objects.get(household=other).doubts == ["S1", "V8"]
    assert Flag.objects.filter(household=other, code="V8").exists()
    assert set(SurveySheet.objects.values_list("state", "recorded_by_id")) == {
        ("recorded", year["village"].user_id)
    }


def test_wrong_rows_stay_out_and_say_why(year):
    right = year.family()
    rows = [
        row(right),
        row(right),
        row(year.family(), wage_evidence="expected"),
        row(year.family(), surveyors="王村干"),
        row(year.family(), year=2018),
        row(year.family(), household_no="9999"),
        row(year.family(status="9")),
        row(year.family(village="990101102001")),
    ]

    _, plan = bring(year, workbook(*rows), by="township")

    assert (plan.counts.new, plan.counts.wrong) == (1, 7)
    found = {str(one.finding.message) for one in plan.findings}
    for sentence in (
        "wages: expected income is no evidence; record what was received",
        "a survey takes 2 people or more; separate their names by “、”",
        "the village's year is not open",
        "no such household on the roll, or it is not surveyed",
        "outside your division",
    ):
        assert any(sentence in words for words in found), sentence


def test_a_sheet_that_is_the_same_is_not_recorded_again(year):
    household = year.family()
    year.check(year.record(household))
    other = year.family()
    year.record(other, with_amount(filled(), wage=1))

    record, plan = bring(year, workbook(row(household), row(other)))
    apply(year, record)

    assert plan.counts.as_json() == {"new": 0, "changed": 1, "same": 1, "wrong": 0}
    assert year.sheet(household).state == "checked"
    assert year.sheet(other).income.wage_fen == 2_000_000


def test_a_locked_year_takes_in_no_workbook(year):
    household, _ = year.locked_family()

    _, plan = bring(year, workbook(row(household, wage=1)))

    assert plan.counts.wrong == 1
    assert "the village's year is locked" in str(plan.findings[0].finding.message)


def test_a_roll_does_not_change_the_income_of_a_locked_year(year):
    from tests.registry import workbooks

    household, _ = year.locked_family()
    sent = workbooks.household(
        household.household_no, year=YEAR, wage=1, group_name="一组"
    )
    with acting(year["county"]):
        record = imports.receive(
            by=year["county"],
            at=year.at,
            kind="households",
            files=[("roll.xlsx", workbooks.workbook([sent], []))],
            options=Options(),
        )
        plan = imports.check(by=year["county"], at=year.at, import_id=record.pk)

    assert plan.counts.wrong == 1
    assert any("is locked" in str(one.finding.message) for one in plan.findings)
    assert Income.objects.get().wage_fen == 2_000_000


def test_what_was_exported_comes_back_as_the_same(year):
    household = year.family()
    year.record(household)
    year.family()
    with acting(year["village"]):
        content = exporting.export_sheets(
            by=year["village"],
            at=year.at,
            collection=year.collection,
            purpose="入户时核对",
            language="zh-hans",
        )

    _, plan = bring(year, content)

    assert plan.counts.same == 1
    assert plan.counts.written == 0


def test_others_import_no_sheets_and_export_none(year):
    household = year.family()

    with pytest.raises(NotAllowed):
        bring(year, workbook(row(household)), by="city")
    with acting(year["helper"]), pytest.raises(NotAllowed):
        exporting.export_sheets(
            by=year["helper"],
            at=year.at,
            collection=year.collection,
            purpose="入户时核对",
            language="zh-hans",
        )
