"""The straight way of a project and of its money, from the village's list to the end."""

from __future__ import annotations

from datetime import date

from tests.funds.budget.stage import COUNTY, WAN, refresh

from bangfu.audit.models import Event
from bangfu.funds import queries as funds_queries
from bangfu.funds.budgets import queries
from bangfu.funds.claims import deposits
from bangfu.funds.claims.models import Deposit
from bangfu.funds.projects.states import ProjectState
from bangfu.scope import acting
from bangfu.scope.actor import system_actor


def test_a_road_is_built_accepted_paid_and_closed(stage):
    project = stage.at_state(ProjectState.UNDER_WAY)
    with acting(system_actor("tests")):
        (allocation,) = funds_queries.allocations_of_project(project)
    stage.pay(stage.claim(allocation, 1))
    stage.pay(stage.claim(allocation, 2))
    stage.walk(project, ProjectState.ACCEPTED)
    stage.pay(stage.claim(allocation, 3))
    with acting(system_actor("tests")):
        deposit = Deposit.objects.get()
    assert deposit.due_on == date(
        stage.today.year + 1, stage.today.month, stage.today.day
    )
    stage.wait(366)
    order = stage.do(
        "preparer",
        deposits.prepare_release,
        deposit_id=deposit.pk,
        posted_on=stage.today,
    )
    stage.approve(order)

    refresh(project, deposit)
    with acting(stage["auditor"]):
        stated = funds_queries.project_statement(project, on=stage.today)
        money = queries.money_by_class(COUNTY, on=stage.today)
        acts = set(Event.objects.values_list("action", flat=True))
    assert project.state == ProjectState.CLOSED
    assert deposit.state == "released"
    assert (stated.planned_fen, stated.committed_fen, stated.paid_fen) == (
        10 * WAN,
        10 * WAN,
        10 * WAN,
    )
    assert stated.published_fen == 10 * WAN
    assert [(m.arrived_fen, m.planned_fen, m.paid_fen, m.left_fen) for m in money] == [
        (100 * WAN, 50 * WAN, 10 * WAN, 90 * WAN)
    ]
    assert {
        "funds.project.propose",
        "funds.project.enter_library",
        "funds.project.close",
        "funds.plan.approved",
        "funds.allocation.committed",
        "funds.claim.paid",
        "funds.deposit.held",
        "funds.deposit.ended",
        "funds.order.approved",
    } <= acts
