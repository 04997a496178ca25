"""The clock, the verdict, personal numbers and handlers: pure, with properties."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.publicity.conftest import draft_of, line

from bangfu.calc.values.division_code import Level
from bangfu.calc.values.findings import OutOfLimit
from bangfu.policy import queries as policy
from bangfu.publicity import masking, rules
from bangfu.publicity.rules import EntryFacts, Window
from bangfu.publicity.states import TRANSITIONS, Act, NoticeState, Verdict

DAY = timedelta(days=1)
days = st.dates(date(2014, 1, 1), date(2026, 6, 30))
lengths = st.integers(1, 60)


class EveryDay:
    """An office that never closes."""

    def add_working_days(self, day, count):
        return day + DAY * count


@pytest.fixture(scope="module")
def calendar():
    return policy.WorkCalendar(policy.load(policy.active_directory()))


# The clock


def test_seven_days_begin_on_the_day_after():
    found = rules.window(date(2016, 3, 1), 7, "days", EveryDay())

    assert (found.first, found.last) == (date(2016, 3, 2), date(2016, 3, 8))
    assert not found.is_over(date(2016, 3, 8))
    assert found.is_over(date(2016, 3, 9))


def test_calendar_days_run_through_a_holiday(calendar):
    """The National Day holiday 2016 was 1 to 7 October; 8 and 9 were worked."""
    found = rules.window(date(2016, 9, 29), 5, "days", calendar)

    assert (found.first, found.last) == (date(2016, 9, 30), date(2016, 10, 4))


def test_working_days_leave_a_holiday_out(calendar):
    found = rules.window(date(2016, 9, 29), 5, "working days", calendar)

    # 30 September, then 8, 9 (worked weekend), 10 and 11 October.
    assert (found.first, found.last) == (date(2016, 9, 30), date(2016, 10, 11))


def test_an_announcement_has_no_window():
    found = rules.window(date(2016, 3, 1), 0, "working days", EveryDay())

    assert found.is_over(date(2016, 3, 1))
    assert found.last < found.first


@given(recorded=days, count=lengths)
def test_a_window_holds_as_many_full_days_as_the_policy_says(recorded, count):
    found = rules.window(recorded, count, "days", EveryDay())

    whole = [
        recorded + DAY * n
        for n in range(count + 3)
        if found.first <= recorded + DAY * n <= found.last
    ]
    assert len(whole) == count
    assert recorded not in whole
    assert recorded + DAY in whole


@given(recorded=days, count=lengths)
def test_working_days_hold_as_many_working_days_and_never_fewer_days(
    calendar, recorded, count
):
    found = rules.window(recorded, count, "working days", calendar)

    assert calendar.working_days(found.first, found.last) == count
    assert calendar.is_working_day(found.last)
    assert found.last >= rules.window(recorded, count, "days", calendar).last


@given(recorded=days, later=st.integers(0, 400), count=lengths)
def test_recording_later_never_ends_a_window_earlier(calendar, recorded, later, count):
    unit = "working days"
    latest = date(2026, 9, 1)
    second = min(recorded + DAY * later, latest)

    assert (
        rules.window(recorded, count, unit, calendar).last
        <= rules.window(second, count, unit, calendar).last
    )


@given(recorded=days, count=lengths, waited=st.integers(0, 90))
def test_an_entry_passes_exactly_when_the_window_is_over(recorded, count, waited):
    window = rules.window(recorded, count, "days", EveryDay())
    today = recorded + DAY * waited

    found = rules.verdict(EntryFacts(window=window), today=today)

    assert found is (Verdict.PASSED if waited > count else Verdict.RUNNING)


# The verdict

WINDOW = Window(date(2016, 3, 2), date(2016, 3, 8), 7, "days")


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({"window": None}, "open"),
        ({}, "running"),
        ({"is_stopped": True}, "stopped"),
        ({"is_corrected": True}, "stopped"),
        ({"is_upheld": True}, "upheld"),
        ({"is_withdrawn": True}, "withdrawn"),
        ({"has_passed": True, "is_stopped": True}, "passed"),
        ({"has_passed": True, "is_upheld": True}, "upheld"),
        ({"is_withdrawn": True, "is_upheld": True}, "upheld"),
    ],
)
def test_what_the_verdict_follows_from(facts, found):
    whole = EntryFacts(**{"window": WINDOW, **facts})

    assert rules.verdict(whole, today=date(2016, 3, 5)) == found


@given(
    is_stopped=st.booleans(),
    is_corrected=st.booleans(),
    today=st.dates(date(2016, 3, 1), date(2016, 3, 20)),
)
def test_nothing_that_is_stopped_ever_passes(is_stopped, is_corrected, today):
    facts = EntryFacts(WINDOW, is_stopped=is_stopped, is_corrected=is_corrected)

    found = rules.verdict(facts, today=today)

    assert (found is Verdict.PASSED) == (
        today > WINDOW.last and not is_stopped and not is_corrected
    )


@pytest.mark.parametrize(
    ("received", "is_over", "stops"),
    [
        (date(2016, 3, 1), False, True),
        (date(2016, 3, 8), False, True),
        (date(2016, 3, 9), False, False),
        (date(2016, 3, 5), True, False),
    ],
)
def test_an_objection_stops_within_the_window_only(received, is_over, stops):
    assert rules.stops(WINDOW, received_on=received, is_over=is_over) is stops


def test_nothing_stops_an_announcement():
    window = rules.window(date(2016, 3, 1), 0, "days", EveryDay())

    assert not rules.stops(window, received_on=date(2016, 3, 1), is_over=False)


@pytest.mark.parametrize(
    ("posted_by", "about", "handler"),
    [
        (12, "facts", 9),
        (12, "staff", 9),
        (9, "facts", 9),
        (9, "staff", 6),
        (6, "facts", 6),
        (6, "staff", 4),
        (4, "facts", 4),
        (4, "staff", 4),
    ],
)
def test_who_handles_an_objection(posted_by, about, handler):
    assert rules.handler_level(Level(posted_by), about) == handler


# What a notice says


@pytest.mark.parametrize(
    "text",
    [
        "990101197001010031",
        "张三 99010119700101003X",
        "９９０１０１１９７００１０１００３１",
        "990101 1970 0101 0031",
        "13812345678",
        "138-1234-5678",
        "卡号6222021234567890123",
        "990101700101003",
    ],
)
def test_personal_numbers_are_found(text):
    assert masking.has_personal_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "12317",
        "0797-8888888",
        "2016-03-01",
        "示扶字〔2016〕12号",
        "张* 4 人",
        "1,234,567.00",
    ],
)
def test_other_numbers_are_none(text):
    assert not masking.has_personal_number(text)


@given(
    st.from_regex(r"[1-9][0-9]{16}[0-9X]", fullmatch=True),
    st.text("，。张三", max_size=5),
)
def test_an_identity_number_is_found_in_any_text(number, around):
    assert masking.has_personal_number(f"{around}{number}{around}")


def test_a_complete_draft_passes():
    rules.check_draft(draft_of())


def test_all_that_is_missing_is_said_at_once():
    content = {"unit": "", "hotline": "12317"}

    with pytest.raises(rules.WrongNotice) as refusal:
        rules.check_draft(draft_of(title=" ", content=content))

    assert [one.field for one in refusal.value.findings] == [
        "title",
        "unit",
        "basis",
        "address",
        "meeting",
    ]
    assert refusal.value.findings[1].message.in_language("zh") == "请填写公示单位。"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([line(1, label=" ")], "缺少首栏内容"),
        ([line(1, values=())], "有 1 栏，应为 2 栏"),
        ([line(1, values=("字" * 201,))], "单栏超过 200 字"),
        ([line(1), line(1)], "与前面一条重复"),
        ([line(1, subject_id="")], "对象标识不完整"),
    ],
)
def test_wrong_lines_are_said_with_their_place(lines, said):
    with pytest.raises(rules.WrongNotice) as refusal:
        rules.check_draft(draft_of(*lines))

    finding = refusal.value.findings[-1]
    assert finding.message.in_language("zh") == said
    assert finding.place.in_language("zh") == f"第 {len(lines)} 条"


def test_a_line_from_elsewhere_is_wrong():
    from bangfu.calc.values.division_code import DivisionCode

    outside = line(1, division=DivisionCode("990101101002"))

    with pytest.raises(rules.WrongNotice) as refusal:
        rules.check_draft(draft_of(outside))

    assert refusal.value.findings[0].message.zh == "不在公示范围内"


def test_an_empty_list_and_a_long_one_are_refused(monkeypatch):
    with pytest.raises(rules.WrongNotice):
        rules.check_lines(draft_of().__class__(**{**fields(draft_of()), "lines": []}))
    monkeypatch.setattr(rules, "ENTRIES_MAX", 2)
    with pytest.raises(OutOfLimit) as refusal:
        rules.check_draft(draft_of())
    assert refusal.value.message.in_language("zh") == "一份公示最多 2 条、12 栏。"


def fields(draft):
    return {name: getattr(draft, name) for name in draft.__slots__}


def test_personal_numbers_are_refused_with_their_place():
    with pytest.raises(rules.PersonalData) as refusal:
        rules.check_draft(draft_of(line(1), line(2, values=("13812345678",))))

    assert refusal.value.findings[0].place.in_language("zh") == "第 2 条"


def test_a_telephone_may_stand_in_the_hotline_only():
    content = {**draft_of().content, "hotline": "13812345678"}
    rules.check_draft(draft_of(content=content))

    with pytest.raises(rules.PersonalData):
        rules.check_draft(draft_of(content={**content, "address": "13812345678"}))


@pytest.mark.parametrize(
    ("kind", "level", "division"),
    [
        ("exit", 9, "990101101001"),
        ("fund", 12, "990101"),
        ("entry_announced", 12, None),
    ],
)
def test_the_level_must_fit_kind_and_place(kind, level, division):
    with pytest.raises(rules.WrongNotice):
        rules.check_draft(
            draft_of(kind=kind, level=level, division=division or "990101101001")
        )


# The table


@pytest.mark.parametrize("act", list(Act))
def test_an_act_starts_from_the_states_of_the_table_only(act):
    line_ = next(one for one in TRANSITIONS if one.act is act)
    for state in NoticeState:
        if state in line_.from_:
            rules.check_act(act, state)
        else:
            with pytest.raises(rules.WrongNoticeState):
                rules.check_act(act, state)


def test_a_wrong_state_is_said_with_what_it_takes():
    with pytest.raises(rules.WrongNoticeState) as refusal:
        rules.check_act(Act.POST, "draft")

    assert refusal.value.message.in_language("zh") == (
        "公示目前“拟稿”，不能登记张贴；需为“待张贴”。"
    )


def test_the_database_holds_the_same_moves():
    import importlib
    import re

    migration = importlib.import_module("bangfu.publicity.migrations.0003_invariants")
    stored = set(re.findall(r"\('(\w+)','(\w+)'\)", migration.MOVES))

    assert stored == {
        (start.value, one.to.value)
        for one in TRANSITIONS
        for start in one.from_
        if start is not one.to
    }
