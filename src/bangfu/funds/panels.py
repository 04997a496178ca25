"""What other pages show of funds: a panel of the household file, to-dos, guards."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from bangfu.accounts.roles import Role
from bangfu.calc.values.findings import NotAllowed
from bangfu.calc.values.text import Text
from bangfu.funds import project_money
from bangfu.funds import queries as funds
from bangfu.funds.budgets import permissions as budget_permissions
from bangfu.funds.budgets import queries as budgets
from bangfu.funds.claims import permissions as claim_permissions
from bangfu.funds.claims import queries as claims
from bangfu.funds.claims.states import ClaimState
from bangfu.funds.projects import drafting, permissions, queries
from bangfu.scope import Actor
from bangfu.web.todo import Todo


def household(request: HttpRequest, household: Any) -> SafeString:
    """Return the panel of the household file: its fund statement, to the fen."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    today = timezone.localdate()  # noqa: TID251 - a panel belongs to the edge
    allocations = funds.allocations_of_household(household.pk)
    context = {
        "allocations": allocations,
        "statement": budgets.statement(allocations, on=today),
        "acts": project_money.act_rows(allocations, by=by),
    }
    return render_to_string("funds/_household_panel.html", context, request)


def todo(*, by: Actor, at: datetime) -> list[Todo]:
    """Return the projects, claims and orders that wait for the acting role."""
    if by.division is None:
        return []
    return [*_projects(by), *_claims(by), *_orders(by)]


def _projects(by: Actor) -> list[Todo]:
    if not permissions.can_see(by):
        return []
    found = [
        Todo(
            Text("项目：{act}", "Projects: {act}", {"act": act.text}),
            count,
            f"{reverse('funds:projects')}?step={act.code}",
            icon="kanban",
        )
        for act, count in queries.counts_by_next_step(queries.waiting_for(by))
        if not act.posts
    ]
    for kind in drafting.kinds_of(by):
        text = Text("待拟公示：{kind}", "To draft: {kind}", {"kind": kind.text})
        waiting = len(drafting.waiting(by, kind.code))
        found.append(Todo(text, waiting, reverse("funds:projects"), icon="megaphone"))
    return found


def _claims(by: Actor) -> list[Todo]:
    waits = {
        Role.COUNTY: (ClaimState.SUBMITTED, Text("报账待审核", "Claims to check")),
        Role.PREPARER: (ClaimState.CHECKED, Text("报账待制单", "Claims to order")),
    }
    if by.role not in waits:
        return []
    state, text = waits[Role(by.role)]
    count = claims.claims().filter(state=state).count()
    url = f"{reverse('funds:claims')}?state={state.value}"
    return [Todo(text, count, url, icon="receipt")]


def _orders(by: Actor) -> list[Todo]:
    if not budget_permissions.can_approve(by):
        return []
    return [
        Todo(
            Text("资金单据待审批", "Orders of money to approve"),
            budgets.waiting_orders(by).count(),
            f"{reverse('funds:orders')}?state=prepared",
            icon="cash-stack",
        )
    ]


def guard_project(*, by: Actor, subject_id: str) -> None:
    """Raise NotAllowed unless `by` sees the project whose document is opened."""
    if not permissions.can_see(by) or queries.project(int(subject_id)) is None:
        raise _closed()


def guard_claim(*, by: Actor, subject_id: str) -> None:
    """Raise NotAllowed unless `by` sees the claim whose document is opened."""
    if not claim_permissions.can_see(by) or claims.claim(int(subject_id)) is None:
        raise _closed()


def guard_appropriation(*, by: Actor, subject_id: str) -> None:
    """Raise NotAllowed unless `by` sees the document of money that is opened."""
    may = budget_permissions.can_read(by)
    if not may or budgets.appropriation(int(subject_id)) is None:
        raise _closed()


def _closed() -> NotAllowed:
    return NotAllowed(
        Text(
            "您当前的身份不能查看这份材料。",
            "The grant you act under does not show this document.",
        )
    )
