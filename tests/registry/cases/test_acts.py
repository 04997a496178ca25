"""Every act of the table that is taken by hand: it works, and it refuses."""

from __future__ import annotations

import pytest
from tests.registry.cases.stage import Stage, refresh, set_clock, status_of

from bangfu.audit.models import Event
from bangfu.calc.values.findings import BadInput, NotAllowed
from bangfu.registry.cases import operations, procedure, rules
from bangfu.registry.cases.acts import ACTS, AT_MEETING, BY_CODE
from bangfu.registry.cases.facts import BadFacts
from bangfu.registry.cases.models import Case, Step
from bangfu.registry.cases.states import ENDS, CaseKind, CaseState
from bangfu.registry.cases.stepping import Said
from bangfu.scope import acting
from bangfu.scope.actor import system_actor


def straight(kind: CaseKind) -> list[CaseState]:
    """The states of a procedure's straight way."""
    state = procedure.opening(kind)[0].target
    way = [state]
    while (step := procedure.next_step(kind, state)) is not None:
        state = step.target
        way.append(state)
    return way


def source_of(kind: CaseKind, code: str) -> CaseState:
    """The first state on the straight way from which an act leads on."""
    return next(s for s in straight(kind) if s in BY_CODE[code].sources)


BY_HAND = [
    (kind, act.code)
    for act in ACTS
    for kind in CaseKind
    if kind in act.kinds
    and not act.posts
    and act.code not in AT_MEETING
    and any(state in act.sources for state in straight(kind))
]
# Each act once is enough to see who may not and what is missing.
ONCE = list({code: (kind, code) for kind, code in reversed(BY_HAND)}.values())


def steps_of(case: Case) -> int:
    with acting(system_actor("tests")):
        return Step.objects.filter(case=case).count()


def placed(stage: Stage, kind: CaseKind, code: str) -> Case:
    """A case from which the act can be taken now; its posting is over."""
    case = stage.at_state(kind, source_of(kind, code))
    stage.wait(9)
    set_clock(stage.at)
    return case


@pytest.mark.parametrize(("kind", "code"), BY_HAND)
def test_it_works_and_is_audited(stage: Stage, kind, code):
    case = placed(stage, kind, code)
    before, sent_back = case.state, case.sent_back

    stage.take(case, code)

    refresh(case)
    act = BY_CODE[code]
    assert case.state == act.target
    assert (case.closed_at is not None) == (act.target in ENDS)
    assert case.sent_back == sent_back + (act.is_back and act.target not in ENDS)
    with acting(system_actor("tests")):
        event = Event.objects.get(
            action=f"registry.case.{code}", subject_id=str(case.pk)
        )
        step = Step.objects.filter(case=case).latest("pk")
    assert event.detail == {"kind": kind, "from": before, "to": act.target}
    assert event.user_id == step.user_id == stage.doer(act).user_id
    assert (step.from_state, step.to_state) == (before, act.target)


@pytest.mark.parametrize(("kind", "code"), ONCE)
def test_it_refuses_who_when_and_what(stage: Stage, kind, code):
    act = BY_CODE[code]
    case = placed(stage, kind, code)
    before = steps_of(case)

    for name in ("village", "township", "county", "city", "department"):
        if stage[name].role not in act.roles:
            with pytest.raises(NotAllowed):
                stage.take(case, code, by=stage[name])
    for kind_of_paper in act.evidence:
        files = [file for file in stage.said(act).files if file.kind != kind_of_paper]
        with pytest.raises(rules.EvidenceMissing) as missing:
            stage.take(case, code, files=files)
        assert rules.EVIDENCE_TEXTS[
            kind_of_paper
        ].zh in missing.value.message.in_language("zh-hans")
    for fact in act.facts:
        if fact.is_required:
            facts = {**stage.said(act).facts, fact.key: ""}
            with pytest.raises(BadFacts) as bad:
                stage.take(case, code, facts=facts)
            assert [found.field for found in bad.value.findings] == [fact.key]
    with pytest.raises(BadFacts):
        stage.take(case, code, facts={**stage.said(act).facts, "shoe_size": "43"})
    with pytest.raises(BadFacts):
        stage.take(case, code, happened_on=stage.today.replace(year=2031))
    with pytest.raises(BadFacts):
        stage.take(case, code, happened_on=stage.today.replace(year=2001))
    if act.needs_reason:
        with pytest.raises(BadFacts):
            stage.take(case, code, reason="无")

    refresh(case)
    assert steps_of(case) == before
    assert case.state == source_of(kind, code)


@pytest.mark.parametrize(("kind", "code"), ONCE)
def test_it_refuses_every_state_but_its_own(stage: Stage, kind, code):
    other = (
        next(
            state
            for state in straight(kind)
            if state not in BY_CODE[code].sources and state not in ENDS
        )
        if any(s not in BY_CODE[code].sources and s not in ENDS for s in straight(kind))
        else straight(kind)[-1]
    )
    case = stage.at_state(kind, other)
    before = steps_of(case)

    with pytest.raises(rules.NotNow):
        stage.take(case, code)

    assert steps_of(case) == before


CHECKED = [(act.code, earlier) for act in ACTS for earlier in act.not_by]


@pytest.mark.parametrize(("code", "earlier"), CHECKED)
def test_nobody_checks_an_own_step(stage: Stage, make_actor, code, earlier):
    act, first = BY_CODE[code], BY_CODE[earlier]
    kind = next(k for k in CaseKind if k in act.kinds and k in first.kinds)
    case = placed(stage, kind, code)
    checker = stage.doer(act)
    # One person with two grants did both: only the user counts, not the role.
    with acting(system_actor("tests")):
        [step] = Step.objects.filter(case=case, act=earlier)
    same = checker.__class__(
        step.user_id, "x", checker.grant_id, checker.role, checker.division
    )

    with pytest.raises(rules.SamePerson):
        stage.take(case, code, by=same)

    refresh(case)
    assert case.state in act.sources


RESTING = [(act.code, kind) for act in ACTS if act.notice for kind in act.kinds]


@pytest.mark.parametrize(("code", "kind"), RESTING)
def test_it_waits_for_the_end_of_the_posting(stage: Stage, code, kind):
    case = stage.at_state(kind, source_of(kind, code))
    set_clock(stage.at)

    with pytest.raises(rules.NotPosted) as refused:
        stage.take(case, code)

    assert "公示中" in refused.value.message.in_language("zh-hans")
    refresh(case)
    assert case.state in BY_CODE[code].sources


@pytest.mark.parametrize("act", [a for a in ACTS if a.posts or a.code in AT_MEETING])
def test_what_a_notice_or_a_meeting_does_is_not_done_by_hand(stage: Stage, act):
    with acting(stage["county"]), pytest.raises(rules.NotNow):
        operations.take(
            by=stage["county"],
            at=stage.at,
            case_id=1,
            act=act.code,
            said=Said(stage.today),
        )


def test_another_county_has_no_such_case(stage: Stage, make_actor):
    case = stage.open(CaseKind.EXIT)
    stranger = make_actor("county", "990102")

    with pytest.raises(operations.NoSuchCase):
        stage.take(case, "withdraw", by=stranger)

    refresh(case)
    assert case.state == CaseState.PRE_EXIT


def test_an_unknown_act_is_refused(stage: Stage):
    case = stage.open(CaseKind.EXIT)

    with acting(stage["village"]), pytest.raises(BadInput):
        operations.take(
            by=stage["village"],
            at=stage.at,
            case_id=case.pk,
            act="fly",
            said=Said(stage.today),
        )


def test_who_saw_another_state_is_told(stage: Stage):
    case = stage.at_state(CaseKind.ENTRY, CaseState.SURVEYED)

    with acting(stage["village"]), pytest.raises(rules.NotNow) as refused:
        operations.take(
            by=stage["village"],
            at=stage.at,
            case_id=case.pk,
            act="withdraw",
            said=Said(stage.today, reason="自愿撤回申请"),
            expected=CaseState.APPLIED,
        )

    assert "已被他人办理" in refused.value.message.in_language("zh-hans")


@pytest.mark.parametrize(
    ("kind", "code"),
    [(kind, act.code) for kind in CaseKind for act in procedure.opening(kind)],
)
def test_a_case_is_opened_once_a_track(stage: Stage, kind, code):
    case = stage.open(kind, code)

    with acting(system_actor("tests")):
        household = case.household.__class__.objects.get(pk=case.household_id)
    with pytest.raises((operations.AlreadyOpen, rules.WrongStatus)):
        stage.open(kind, code, household=household)

    with acting(system_actor("tests")):
        assert Case.objects.filter(household=household, closed_at=None).count() == 1


@pytest.mark.parametrize("kind", list(CaseKind))
def test_a_procedure_refuses_a_household_of_another_status(stage: Stage, kind):
    wrong = next(code for code in "017329" if code not in rules.FITTING[kind])
    household = stage.family(wrong)

    with pytest.raises(rules.WrongStatus):
        stage.open(kind, household=household)

    with acting(system_actor("tests")):
        assert not Case.objects.filter(household=household).exists()


def test_an_application_makes_an_applicant_and_a_withdrawal_takes_it_back(stage: Stage):
    case = stage.open(CaseKind.ENTRY, "apply")
    assert status_of(case) == "8"

    stage.take(case, "withdraw")

    assert status_of(case) == "7"


def test_a_plan_to_exit_is_taken_back_by_withdrawal(stage: Stage):
    case = stage.open(CaseKind.EXIT)
    assert status_of(case) == "2"

    stage.take(case, "withdraw")

    assert status_of(case) == "0"
    with acting(system_actor("tests")):
        case.household.refresh_from_db()
    assert case.household.planned_exit_year is None
