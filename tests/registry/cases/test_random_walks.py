"""Random walks over the table: the database and the pure table always agree."""

from __future__ import annotations

import random

import pytest
from django.db import connection
from tests.registry.cases.stage import STATUS, Stage, refresh, set_clock, status_of

from bangfu.registry.cases import procedure
from bangfu.registry.cases.acts import AT_MEETING, Act
from bangfu.registry.cases.models import Case, Monitoring, Step, Transition
from bangfu.registry.cases.states import ENDS, CaseKind, CaseState
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

STEPS_MAX = 25
# What a household becomes when a case of a kind ended well.
AFTER = {
    CaseState.REGISTERED: {"entry": "0", "relapse": "3"},
    CaseState.EXITED: {"exit": "1"},
    CaseState.DEREGISTERED: {"removal": "9"},
}


def do(stage: Stage, case: Case, act: Act) -> None:
    """Take any act of the table as its office would."""
    if act.posts:
        stage.post(case)
    elif act.code in AT_MEETING:
        stage.meet(case, passes=act.code != "reject_at_meeting")
    else:
        if act.notice:
            stage.wait(9)
        set_clock(stage.at)
        stage.take(case, act.code)
    refresh(case)


@pytest.mark.parametrize("seed", range(8))
def test_a_walk_stays_within_the_table(stage: Stage, seed):
    dice = random.Random(seed)  # noqa: S311 - a stored seed
    kind = list(CaseKind)[seed % len(CaseKind)]
    opening = dice.choice(procedure.opening(kind))
    case = stage.open(kind, opening.code)
    expected = [procedure.transition_key(kind, opening.code, "", opening.target)]

    while case.is_open and len(expected) < STEPS_MAX:
        state = CaseState(case.state)
        # Ways back are tried as often as ways ahead until the walk is long enough.
        act = dice.choice(procedure.leading_on(kind, state))
        if act.target in ENDS and act.is_back and len(expected) < 6:
            continue
        do(stage, case, act)
        assert case.state == act.target
        expected.append(procedure.transition_key(kind, act.code, state, act.target))

    with acting(system_actor("tests")), connection.cursor() as cursor:
        steps = Step.objects.filter(case=case).order_by("pk")
        assert [step.transition_id for step in steps] == expected
        assert case.last_step_id == steps.last().pk
        assert set(expected) <= set(Transition.objects.values_list("key", flat=True))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        spells = Monitoring.objects.filter(household_id=case.household_id)
        running = spells.filter(until=None).count()
    assert case.state in procedure.states_of(kind)
    assert case.is_open == (case.state not in ENDS)
    if case.state in AFTER:
        assert status_of(case) == AFTER[case.state][case.kind]
    elif not case.is_open:
        assert status_of(case) == STATUS[kind]
    watched = kind is CaseKind.RISK_REMOVAL and case.state != CaseState.RISK_REMOVED
    assert running == (watched or case.state == CaseState.MONITORED)
