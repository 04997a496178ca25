"""The database holds the table of acts, whoever writes; tried by plain SQL."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError, OperationalError
from tests.registry.cases.stage import VILLAGE, Stage, refresh

from bangfu.registry.cases import procedure
from bangfu.registry.cases.models import Case, Step, Transition
from bangfu.registry.cases.states import CaseKind, CaseState
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

REFUSED = (IntegrityError, InternalError, OperationalError)
NEW_STEP = """
INSERT INTO registry_step (case_id, division_code, transition_id, act, from_state, to_state,
    user_id, username, role, happened_on, reason, facts)
VALUES (%(case)s, %(village)s, %(key)s, %(act)s, %(before)s, %(after)s, 1, 'x', 'county',
    '2021-03-01', '', '{}')
"""


def run(sql: str, params: object = None, *, checked: bool = False) -> None:
    """Run a statement as the system and take it back."""
    with acting(system_actor("tests")), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            if checked:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)


@pytest.fixture
def case(stage: Stage) -> Case:
    return stage.open(CaseKind.ENTRY, "apply")


def step_of(case: Case, act: str, before: str, after: str) -> dict:
    key = procedure.transition_key(case.kind, act, before, after)
    return {
        "case": case.pk,
        "village": VILLAGE,
        "key": key,
        "act": act,
        "before": before,
        "after": after,
    }


def test_the_seeded_table_is_the_code(db):
    assert set(Transition.objects.values_list("key", flat=True)) == (
        procedure.transitions()
    )


def test_a_state_does_not_change_without_a_step(case):
    with pytest.raises(REFUSED, match="without a step of the table"):
        run("UPDATE registry_case SET state = 'surveyed' WHERE id = %s", [case.pk])
    with pytest.raises(REFUSED, match="without a step of the table"):
        run("UPDATE registry_case SET last_step_id = NULL WHERE id = %s", [case.pk])


def test_a_step_outside_the_table_is_refused(case):
    for act, before, after in (
        ("survey", "applied", "registered"),
        ("review_county", "applied", "county_reviewed"),
        ("approve_exit", "applied", "exit_approved"),
    ):
        with pytest.raises(REFUSED, match="no such step"):
            run(NEW_STEP, step_of(case, act, before, after))


def test_a_step_from_another_state_is_refused(case):
    with pytest.raises(REFUSED, match="is not in state"):
        run(NEW_STEP, step_of(case, "verify", "publicity_1", "township_verified"))
    with pytest.raises(REFUSED, match="is not in state"):
        run(NEW_STEP, step_of(case, "apply", "", "applied"))


def test_a_step_under_a_false_name_is_refused(case):
    false = step_of(case, "survey", "applied", "surveyed") | {"act": "review"}

    with pytest.raises(REFUSED, match="no such step"):
        run(NEW_STEP, false)


def test_a_right_step_without_its_case_is_refused_at_the_end(case):
    right = step_of(case, "survey", "applied", "surveyed")

    run(NEW_STEP, right)
    with pytest.raises(REFUSED, match="is not where its last step left it"):
        run(NEW_STEP, right, checked=True)


def test_a_case_without_a_step_is_refused_at_the_end(case):
    copy = """INSERT INTO registry_case (household_id, division_code, kind, track, state,
        category, status_before, opened_on, opened_at, entered_at, is_legacy, sent_back)
        SELECT household_id, division_code, 'monitoring', 'monitoring', 'visited', '',
        '7', opened_on, opened_at, entered_at, false, 0 FROM registry_case WHERE id = %s"""

    with pytest.raises(REFUSED, match="is not where its last step left it"):
        run(copy, [case.pk], checked=True)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM registry_case WHERE id = %s",
        "UPDATE registry_case SET kind = 'relapse' WHERE id = %s",
        "UPDATE registry_case SET opened_at = now() WHERE id = %s",
        "DELETE FROM registry_step WHERE case_id = %s",
        "UPDATE registry_step SET happened_on = '2020-01-01' WHERE case_id = %s",
        "UPDATE registry_step SET facts = '{\"a\": 1}' WHERE case_id = %s",
        "UPDATE registry_case SET closed_at = now() WHERE id = %s",
    ],
)
def test_what_was_done_stays(case, sql):
    with pytest.raises(REFUSED):
        run(sql, [case.pk])


def test_a_wrong_track_is_refused(case):
    with pytest.raises(REFUSED, match="registry_case_track_of_kind"):
        run("UPDATE registry_case SET track = 'monitoring' WHERE id = %s", [case.pk])


def test_meetings_and_ballots_are_only_added(stage):
    case = stage.at_state(CaseKind.ENTRY, CaseState.REVIEWED)

    for sql in (
        "DELETE FROM registry_ballot",
        "UPDATE registry_ballot SET votes_for = 99",
        "UPDATE registry_meeting SET attended = 12",
    ):
        with pytest.raises(REFUSED, match="rows are only added"):
            run(sql)
    refresh(case)
    assert case.state == CaseState.REVIEWED


def test_a_helper_sees_cases_of_own_households_only(stage, make_actor):
    case = stage.walk(stage.open(CaseKind.ENTRY), CaseState.REVIEWED)
    helper = make_actor("helper", VILLAGE[:9], official_id=999)

    with acting(helper), connection.cursor() as cursor:
        seen = {}
        for table in ("case", "step", "document", "meeting", "ballot"):
            cursor.execute(f"SELECT count(*) FROM registry_{table}")
            seen[table] = cursor.fetchone()[0]

    assert set(seen.values()) == {0}
    with acting(stage["township"]):
        assert Step.objects.filter(case=case).exists()


def test_a_village_sees_no_full_list(stage):
    from bangfu.registry.cases.models import FrameHousehold

    with acting(system_actor("tests")):
        FrameHousehold.objects.create(
            division_code=VILLAGE,
            household_no="1",
            head_name="王五",
            persons=3,
            listed_on=stage.today,
            import_id=1,
            recorded_at=stage.at,
        )
    seen = {}
    for name in ("village", "township", "county", "city"):
        with acting(stage[name]):
            seen[name] = FrameHousehold.objects.count()

    assert seen == {"village": 0, "township": 0, "county": 1, "city": 1}
