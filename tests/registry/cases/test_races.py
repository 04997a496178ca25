"""Two people at once: one of them is told, and nothing is done twice."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, connections
from tests.registry.cases.conftest import make_villages
from tests.registry.cases.stage import Stage, refresh

from bangfu.calc.values.findings import Refusal
from bangfu.registry.cases.models import Ballot, Case, Step
from bangfu.registry.cases.states import CaseKind, CaseState
from bangfu.scope import acting
from bangfu.scope.actor import system_actor


@pytest.fixture
def stage(turning_clock, committed_db, make_actor, settings, tmp_path) -> Stage:
    settings.BANGFU_FILES = str(tmp_path / "files")
    make_villages()
    return Stage(make_actor)


def both(*acts) -> list[object]:
    """Run acts at the same time, each on a connection of its own; return refusals."""
    barrier = threading.Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(number: int, act) -> None:
        try:
            barrier.wait(10)
            act()
        except Refusal as refusal:
            results[number] = refusal
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=run, args=(number, act))
        for number, act in enumerate(acts)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return results


def states(case: Case) -> list[str]:
    with acting(system_actor("tests")):
        steps = Step.objects.filter(case=case).order_by("pk")
        return [step.to_state for step in steps]


def test_two_people_take_the_same_act_and_one_is_told(stage):
    case = stage.open(CaseKind.ENTRY, "apply")

    refused = both(
        lambda: stage.take(case, "survey"),
        lambda: stage.take(case, "survey", by=stage["team"]),
    )

    assert sorted(type(one).__name__ for one in refused) == ["NoneType", "NotNow"]
    assert states(case) == ["applied", "surveyed"]


def test_a_meeting_and_a_withdrawal_leave_one_end(stage):
    case = stage.open(CaseKind.ENTRY, "apply")
    stage.take(case, "survey")

    refused = both(
        lambda: stage.meet(case),
        lambda: stage.take(case, "withdraw", by=stage["township"]),
    )

    refresh(case)
    reached = states(case)
    # Who passed at the meeting may withdraw afterwards; not the other way round.
    if case.state == CaseState.REVIEWED or "reviewed" in reached:
        assert refused[0] is None
    else:
        assert refused[0] is not None
        assert reached == ["applied", "surveyed", "withdrawn"]
        with acting(system_actor("tests")):
            assert not Ballot.objects.exists()
    assert len(reached) == len(set(reached))


def test_two_applications_of_one_household_open_one_case(stage):
    household = stage.family("7")

    refused = both(
        lambda: stage.open(CaseKind.ENTRY, "apply", household=household),
        lambda: stage.open(
            CaseKind.ENTRY, "apply", household=household, by=stage["team"]
        ),
    )

    assert sum(one is None for one in refused) == 1
    with acting(system_actor("tests")):
        assert Case.objects.filter(household=household).count() == 1


def test_without_the_lock_the_state_would_be_taken_twice(stage):
    """The database alone refuses the second of two steps from one state."""
    case = stage.open(CaseKind.ENTRY, "apply")
    with acting(stage["village"]):
        stale = Case.objects.get(pk=case.pk)
    stage.take(case, "survey")

    from bangfu.registry.cases import stepping
    from bangfu.registry.cases.acts import BY_CODE

    act = BY_CODE["survey"]
    with (
        pytest.raises(Exception, match="is not in state"),
        acting(stage["village"]),
    ):
        stepping.move(
            stale,
            act,
            by=stage["village"],
            at=stage.at,
            said=stage.said(act),
            facts={},
        )
    connection.close()
