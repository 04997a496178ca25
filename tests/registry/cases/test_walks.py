"""Every procedure from its opening to its good end, by the real operations."""

from __future__ import annotations

import pytest
from tests.registry.cases.stage import Stage, status_of

from bangfu.registry.cases import procedure
from bangfu.registry.cases.models import Case, Monitoring, Step
from bangfu.registry.cases.states import CaseKind, CaseState
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

ENDS = [
    (CaseKind.ENTRY, CaseState.REGISTERED, "0"),
    (CaseKind.RELAPSE, CaseState.REGISTERED, "3"),
    (CaseKind.EXIT, CaseState.EXITED, "1"),
    (CaseKind.REMOVAL, CaseState.DEREGISTERED, "9"),
    (CaseKind.MONITORING, CaseState.MONITORED, "1"),
    (CaseKind.RISK_REMOVAL, CaseState.RISK_REMOVED, "1"),
]


@pytest.mark.parametrize(("kind", "end", "status"), ENDS)
def test_a_case_walks_to_its_end(stage: Stage, kind, end, status):
    case = stage.walk(stage.open(kind))

    assert case.state == end
    assert case.closed_at is not None
    assert status_of(case) == status
    with acting(system_actor("tests")):
        steps = list(Step.objects.filter(case=case).order_by("pk"))
    assert [step.transition_id in procedure.transitions() for step in steps]
    assert [step.from_state for step in steps[1:]] == [
        step.to_state for step in steps[:-1]
    ]
    assert Case.objects.none() is not None


def test_monitoring_begins_and_ends_a_spell(stage: Stage):
    risk = stage.walk(stage.open(CaseKind.RISK_REMOVAL))

    with acting(system_actor("tests")):
        [spell] = Monitoring.objects.filter(household_id=risk.household_id)
    assert spell.category == "unstable_exited"
    assert spell.until is not None
    assert spell.closed_by_id == risk.pk
