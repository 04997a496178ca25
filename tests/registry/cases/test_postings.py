"""Postings: what they move, what an objection or a withdrawal sends back, fresh windows."""

from __future__ import annotations

import pytest
from tests.registry.cases.stage import (
    VILLAGE,
    Stage,
    photo,
    refresh,
    set_clock,
    status_of,
)

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import NotAllowed
from bangfu.publicity.kinds import KindCode
from bangfu.publicity.operations import objections
from bangfu.publicity.operations import posting as boards
from bangfu.publicity.rules import Received
from bangfu.registry.cases import drafting, rules
from bangfu.registry.cases.models import Case, Step
from bangfu.registry.cases.states import CaseKind, CaseState
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

FINDING = "经核查，该户有轿车一辆，异议属实。"


def uphold(stage: Stage, case: Case, code: KindCode) -> None:
    """Receive an objection to the case's entry and find it right."""
    set_clock(stage.at)
    by = stage["township"]
    with acting(by):
        entry = stage.entry(case, code)
        objection = objections.receive(
            by=by,
            at=stage.at,
            notice_id=entry.notice_id,
            entry_id=entry.pk,
            received=Received("phone", "facts", stage.today, "该户有小轿车，请核实。"),
        )
        objections.decide(
            by=by,
            at=stage.at,
            objection_id=objection.pk,
            is_upheld=True,
            finding=FINDING,
        )


@pytest.mark.parametrize(
    ("kind", "state", "code", "back"),
    [
        (
            CaseKind.ENTRY,
            CaseState.PUBLICITY_1,
            KindCode.ENTRY_FIRST,
            CaseState.APPLIED,
        ),
        (
            CaseKind.ENTRY,
            CaseState.PUBLICITY_2,
            KindCode.ENTRY_SECOND,
            CaseState.APPLIED,
        ),
        (
            CaseKind.REMOVAL,
            CaseState.PUBLICITY_1,
            KindCode.REMOVAL,
            CaseState.REMOVAL_PROPOSED,
        ),
        (CaseKind.EXIT, CaseState.EXIT_PUBLICITY, KindCode.EXIT, CaseState.PRE_EXIT),
        (
            CaseKind.MONITORING,
            CaseState.MONITOR_PUBLICITY,
            KindCode.MONITOR,
            CaseState.VISITED,
        ),
    ],
)
def test_an_upheld_objection_sends_the_case_back_and_it_is_posted_afresh(
    stage: Stage, kind, state, code, back
):
    case = stage.at_state(kind, state)

    uphold(stage, case, code)

    refresh(case)
    assert (case.state, case.sent_back) == (back, 1)
    with acting(system_actor("tests")):
        step = Step.objects.filter(case=case).latest("pk")
    assert step.reason == "公示期内的异议成立"
    assert step.notice_id is not None
    stage.walk(case, state)  # again, by a new notice
    with acting(system_actor("tests")):
        entry = stage.entry(case, code)
    assert entry.notice_id != step.notice_id
    stage.walk(case)


def test_an_open_objection_stops_that_entry_only(stage):
    stopped = stage.at_state(CaseKind.ENTRY, CaseState.PUBLICITY_1)
    free = stage.at_state(CaseKind.ENTRY, CaseState.PUBLICITY_1)
    by = stage["township"]
    set_clock(stage.at)
    with acting(by):
        entry = stage.entry(stopped, KindCode.ENTRY_FIRST)
        objections.receive(
            by=by,
            at=stage.at,
            notice_id=entry.notice_id,
            entry_id=entry.pk,
            received=Received("phone", "facts", stage.today, "该户有小轿车，请核实。"),
        )
    stage.wait(9)
    set_clock(stage.at)

    with pytest.raises(rules.NotPosted) as refused:
        stage.take(stopped, "verify")
    assert "有异议，暂停" in refused.value.message.in_language("zh-hans")
    stage.take(free, "verify")

    refresh(stopped, free)
    assert (stopped.state, free.state) == (
        CaseState.PUBLICITY_1,
        CaseState.TOWNSHIP_VERIFIED,
    )


def test_a_withdrawn_notice_sends_the_case_back(stage):
    case = stage.at_state(CaseKind.EXIT, CaseState.EXIT_PROPOSED)
    notice = stage.post(case)
    with acting(stage["village"]):
        boards.withdraw(
            by=stage["village"], at=stage.at, notice_id=notice.pk, reason="公示内容有误"
        )

    refresh(case)
    assert case.state == CaseState.PRE_EXIT
    assert status_of(case) == "2"


def test_a_return_takes_the_entry_down(stage):
    case = stage.at_state(CaseKind.ENTRY, CaseState.PUBLICITY_1)
    set_clock(stage.at)

    stage.take(case, "return_to_survey")

    with acting(system_actor("tests")):
        assert stage.entry(case, KindCode.ENTRY_FIRST).is_final
    stage.walk(case, CaseState.PUBLICITY_1)


def test_a_case_that_was_withdrawn_meanwhile_is_not_posted(stage):
    case = stage.at_state(CaseKind.ENTRY, CaseState.REVIEWED)
    notice, writer = stage.draft(case, KindCode.ENTRY_FIRST)
    stage.take(case, "withdraw")

    with acting(writer), pytest.raises(rules.NotNow) as refused:
        boards.post(
            by=writer,
            at=stage.at,
            notice_id=notice.pk,
            happened_on=stage.today,
            evidence=[photo()],
        )

    assert "现为“已撤回”" in refused.value.message.in_language("zh-hans")
    with acting(writer):
        notice.refresh_from_db()
    assert notice.state == "checked"


def test_a_window_is_counted_in_full_days_after_the_posting(stage):
    case = stage.at_state(CaseKind.ENTRY, CaseState.PUBLICITY_1)
    for days, is_over in ((7, False), (1, True)):
        stage.wait(days)
        set_clock(stage.at)
        if is_over:
            stage.take(case, "verify")
        else:
            with pytest.raises(rules.NotPosted):
                stage.take(case, "verify")

    refresh(case)
    assert case.state == CaseState.TOWNSHIP_VERIFIED


def test_the_office_drafts_one_notice_for_all_that_wait(stage):
    first = stage.at_state(CaseKind.ENTRY, CaseState.REVIEWED)
    second = stage.at_state(CaseKind.RELAPSE, CaseState.REVIEWED)
    stage.at_state(CaseKind.REMOVAL, CaseState.REVIEWED)
    village = stage["village"]

    with acting(village):
        notice = drafting.draft_notice(
            by=village, at=stage.at, code=KindCode.ENTRY_FIRST
        )
        entries = list(notice.entries.order_by("position"))

    assert [one.subject_id for one in entries] == [str(first.pk), str(second.pk)]
    assert entries[0].values == ["—", "1"]
    assert notice.division_code == DivisionCode(VILLAGE)
    with acting(village), pytest.raises(drafting.NothingToPost):
        drafting.draft_notice(by=village, at=stage.at, code=KindCode.ENTRY_FIRST)
    for name in ("township", "county", "team"):
        with acting(stage[name]), pytest.raises(NotAllowed):
            drafting.draft_notice(
                by=stage[name], at=stage.at, code=KindCode.ENTRY_FIRST
            )
