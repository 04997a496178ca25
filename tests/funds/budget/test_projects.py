"""Acts of the project library: what each refuses, and that nothing is left behind."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from tests.funds.budget.stage import COUNTY, VILLAGE, refresh, statement

from bangfu.audit.models import Event
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import NotAllowed
from bangfu.funds.projects import operations, planning, rules
from bangfu.funds.projects.models import PlanItem, Project, ProjectStep
from bangfu.funds.projects.operations import NumberTaken
from bangfu.funds.projects.states import ProjectState
from bangfu.scope import acting
from bangfu.scope.actor import system_actor


def count(model) -> int:
    with acting(system_actor("tests")):
        return model.objects.count()


def test_a_statement_that_does_not_add_up_is_refused_with_every_finding(stage):
    with pytest.raises(rules.BadFacts) as refused:
        stage.propose(
            name=" ", ends_on=date(2021, 1, 1), poor_households=31, sources=()
        )

    assert {one.field for one in refused.value.findings} == {
        "name",
        "ends_on",
        "poor_households",
        "sources",
    }
    assert count(Project) == 0


def test_who_is_no_village_or_township_proposes_nothing(stage):
    with pytest.raises(NotAllowed):
        stage.do(
            "preparer",
            operations.propose,
            village=DivisionCode(VILLAGE),
            stated=statement(),
            happened_on=stage.today,
        )
    assert count(Project) == 0


def test_a_number_is_taken_once_in_a_county(stage):
    stage.propose()
    stage.count = 0

    with pytest.raises(NumberTaken):
        stage.propose()
    assert count(Project) == 1


def test_a_project_is_not_checked_before_its_posting_is_over(stage):
    project = stage.at_state(ProjectState.VILLAGE_POSTED)

    with pytest.raises(rules.NotPosted):
        stage.take(project, "check_township")
    stage.wait(11)
    stage.take(project, "check_township")

    refresh(project)
    assert project.state == ProjectState.TOWNSHIP_CHECKED


def test_who_reviewed_a_project_does_not_enter_it(stage):
    project = stage.at_state(ProjectState.COUNTY_POSTED)
    stage.wait(11)

    with pytest.raises(rules.SamePerson):
        stage.take(project, "enter_library", by="county")
    with pytest.raises(rules.EvidenceMissing):
        stage.take(project, "enter_library", files=[])
    with pytest.raises(rules.BadFacts):
        stage.take(project, "enter_library", facts={})


@pytest.mark.parametrize(
    ("missing", "field"),
    [
        ({"poor_households": 0, "poor_people": 0}, "beneficiaries"),
        ({"targets": ()}, "targets"),
        ({"participation": ""}, "participation"),
        ({"mechanism": ""}, "mechanism"),
    ],
)
def test_an_incomplete_project_stays_out_of_the_library(stage, missing, field):
    project = stage.at_state(ProjectState.COUNTY_POSTED, **missing)
    stage.wait(11)
    steps = count(ProjectStep)

    with pytest.raises(rules.Incomplete) as refused:
        stage.take(project, "enter_library")

    assert [one.field for one in refused.value.findings] == [field]
    assert count(ProjectStep) == steps


def test_the_database_keeps_an_incomplete_project_out_too(stage):
    project = stage.at_state(ProjectState.IN_LIBRARY)

    with (
        acting(system_actor("tests")),
        pytest.raises(IntegrityError, match="funds_project_complete_in_library"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE funds_project SET targets = '[]' WHERE id = %s", [project.pk]
        )


def test_no_project_changes_its_state_without_a_step(stage):
    project = stage.propose()

    with (
        acting(system_actor("tests")),
        pytest.raises(IntegrityError, match="without a step of the table"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE funds_project SET state = 'in_library' WHERE id = %s", [project.pk]
        )


def test_a_project_that_is_sent_back_is_posted_afresh(stage):
    project = stage.at_state(ProjectState.TOWNSHIP_POSTED)

    stage.take(project, "return_project", by="county")
    stage.walk(project, ProjectState.VILLAGE_POSTED)
    with pytest.raises(rules.NotPosted):
        stage.take(project, "check_township")
    assert project.sent_back == 1


def test_a_project_leaves_the_library_in_the_fourth_quarter_only(stage):
    project = stage.at_state(ProjectState.IN_LIBRARY)

    with pytest.raises(rules.NotNow):
        stage.take(project, "leave_library")
    while rules.quarter(stage.today) != 4:
        stage.wait(20)
    stage.take(project, "leave_library")

    refresh(project)
    assert project.state == ProjectState.LEFT_LIBRARY
    with acting(stage["auditor"]):
        assert Event.objects.filter(action="funds.project.leave_library").exists()


def test_a_plan_takes_projects_of_the_library_only(stage):
    project = stage.propose()

    with pytest.raises(rules.NotInLibrary):
        stage.plan(project)
    entered = stage.at_state(ProjectState.IN_PLAN)
    with acting(system_actor("tests")):
        item = PlanItem.objects.get(project=entered)
        item.pk, item.project = None, project
        with (
            pytest.raises(IntegrityError, match="is not in the library"),
            transaction.atomic(),
        ):
            item.save(force_insert=True)


def test_a_plan_takes_two_persons_and_is_adjusted_in_the_fourth_quarter(stage):
    first = stage.at_state(ProjectState.IN_LIBRARY)
    second = stage.at_state(ProjectState.IN_LIBRARY)
    given = {"county": COUNTY, "year": stage.today.year, "project_ids": [first.pk]}
    plan = stage.do("county", planning.choose, **given)

    with pytest.raises(planning.OwnPlan):
        stage.do("county", planning.approve, plan_id=plan.pk, document_no="1号")
    stage.do("second_county", planning.approve, plan_id=plan.pk, document_no="1号")
    refresh(first)
    assert first.state == ProjectState.IN_PLAN

    with pytest.raises(rules.PlanClosed):
        stage.do("county", planning.choose, **given | {"project_ids": [second.pk]})
    gone = {"plan_id": plan.pk, "project_id": first.pk, "reason": "用地未落实"}
    with pytest.raises(rules.PlanClosed):
        stage.do("county", planning.drop, **gone)
    while rules.quarter(stage.today) != 4:
        stage.wait(20)
    stage.do("county", planning.drop, **gone)
    refresh(first)
    assert first.state == ProjectState.IN_LIBRARY
