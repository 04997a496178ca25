"""What other pages show of this app: a panel of the household file, and to-dos."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from bangfu.accounts.roles import Role
from bangfu.calc.values.text import Text
from bangfu.pairing import permissions, presenting, queries
from bangfu.pairing.coverage import coverage
from bangfu.registry.models import Household
from bangfu.scope import Actor
from bangfu.web.todo import Todo

HOUSEHOLD_TITLE = Text("帮扶责任人", "Helper")


def household(request: HttpRequest, household: Household) -> SafeString:
    """Return the panel of the household file: helper, all helpers, ways to change."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    context = presenting.household_context(by, household)
    return render_to_string("pairing/_household_panel.html", context, request)


def todo(*, by: Actor, at: datetime) -> list[Todo]:
    """Return runs to decide and gaps of coverage; for a helper, his own households."""
    if by.role == Role.HELPER and by.official_id is not None:
        return [
            Todo(
                Text("我的帮扶户", "My households"),
                queries.official(by.official_id).load,
                reverse("pairing:mine"),
                icon="person-heart",
            )
        ]
    if by.role not in permissions.READ_ROLES or by.division is None:
        return []
    found = []
    if by.role in permissions.DECIDE_ROLES:
        found.append(
            Todo(
                Text("待审批的配对方案", "Runs to approve or return"),
                queries.runs_to_decide(by.user_id).count(),
                f"{reverse('pairing:runs')}?state=previewed",
                icon="shuffle",
            )
        )
    if by.role in permissions.HAND_ROLES | {Role.VILLAGE, Role.LEADERSHIP}:
        figures = coverage(by.division, at=at.date()).figures
        found += [
            Todo(
                Text("无人帮扶的贫困户", "Households without a helper"),
                figures.uncovered,
                f"{reverse('pairing:households')}?covered=no",
                kind="gap",
                icon="person-x",
            ),
            Todo(
                Text("未达到结对下限的干部", "Officials below their minimum"),
                figures.below,
                f"{reverse('pairing:officials')}?standing=below",
                kind="gap",
                icon="person-dash",
            ),
        ]
    return found
