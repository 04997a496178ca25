"""A roll is checked as of its own date, whenever it is imported."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.registry.workbooks import household, member, number, workbook

from bangfu.calc.values.findings import BadInput
from bangfu.registry.imports.intake import Options
from bangfu.registry.models import Flag, Import

# `now` of the tests is 2016-03-01.
TODAY = date(2016, 3, 1)


def with_pupil(birth: str, **facts: object) -> bytes:
    """A household whose child, born that day, is at primary school (wide bound: 15)."""
    child = member(
        name="张小三",
        relation="03",
        school_status="03",
        identity_number=number(birth, 7),
    )
    head = member(identity_number=number("1970-01-01", 3))
    return workbook([household(year=2014, wage=100_000, **facts)], [head, child])


def codes() -> list[str]:
    return sorted(Flag.objects.values_list("code", flat=True))


@pytest.fixture
def later(importer):
    """The same office ten years later."""
    importer.at += timedelta(days=3653)
    return importer


def test_ages_are_taken_on_the_date_of_the_roll(later):
    later.run(with_pupil("2003-05-01"), as_of=TODAY)

    assert codes() == []


def test_without_a_date_they_are_taken_today(later):
    # In March 2026 the child is 22, at primary school.
    later.run(with_pupil("2003-05-01"))

    assert codes() == ["V6"]


def test_the_date_is_stored_with_the_import(importer):
    stated = importer.receive(with_pupil("2003-05-01"), as_of=date(2015, 12, 31))
    silent = importer.receive(with_pupil("2003-05-01"))

    assert Options.from_json(stated.options).as_of == date(2015, 12, 31)
    assert Options.from_json(silent.options).as_of == TODAY
    assert Options.from_json({"overwrite_empty": True, "language": "en"}) == Options(
        overwrite_empty=True, language="en"
    )


@pytest.mark.parametrize("day", [date(2013, 12, 31), date(2016, 3, 2)])
def test_a_date_in_the_future_or_before_the_register_is_refused(importer, day):
    with pytest.raises(BadInput, match="between 2014-01-01 and 2016-03-01") as caught:
        importer.receive(with_pupil("2003-05-01"), as_of=day)

    assert caught.value.reason_code == "bad_as_of"
    assert not Import.objects.exists()


def test_a_roll_that_speaks_of_years_long_past_is_noted_once_a_file(later):
    _, plan = later.check(with_pupil("2010-05-01"))

    (note,) = [f.finding for f in plan.findings if f.finding.code == "as_of"]
    assert note.severity == "note"
    assert note.message.in_language("zh") == (
        "收入年度为 2014 年，年龄按 2026-03-02 核查；"
        "如是往年名册，请填写当时的名册截止日期重新上传"
    )
    assert (plan.counts.new, plan.counts.wrong) == (1, 0)


def test_a_roll_with_its_own_date_is_not_noted(later):
    _, plan = later.check(with_pupil("2003-05-01"), as_of=TODAY)

    assert plan.findings == ()


def test_incomes_after_the_date_of_the_roll_keep_their_household_out(later):
    content = workbook([household(year=2016, wage=1)], [member()])
    _, plan = later.check(content, as_of=date(2015, 12, 31))

    messages = {f.finding.message.in_language("zh") for f in plan.findings}
    assert plan.counts.wrong == 1
    assert "收入年度晚于 2015 年" in messages


def test_who_is_born_after_the_date_of_the_roll_is_doubted(later):
    _, plan = later.check(with_pupil("2016-05-01"), as_of=TODAY)

    found = [
        (f.finding.code, f.finding.message.in_language("zh")) for f in plan.findings
    ]
    assert ("V1", "晚于名册截止日期 2016-03-01，请核实") in found
    assert plan.counts.new == 1
