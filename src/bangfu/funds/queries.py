"""What other apps read: fund statements of households and projects.

    household_statement(household_id, on)
    project_statement(project, on)

Both equal the ledger to the fen: they add up acts that the database writes from entries.
"""

from __future__ import annotations

from datetime import date

from django.db.models import Q, Sum

from bangfu.funds.budgets import queries as budgets
from bangfu.funds.budgets.models import Allocation
from bangfu.funds.budgets.queries import Statement
from bangfu.funds.projects.models import PlanItem, Project


def allocations_of_household(household_id: int) -> list[Allocation]:
    """Return what is or was kept for a household, oldest first."""
    return list(budgets.allocations().filter(household=household_id).order_by("pk"))


def allocations_of_project(project: Project) -> list[Allocation]:
    """Return what is or was kept for a project, oldest first."""
    return list(budgets.allocations().filter(project=project).order_by("pk"))


def household_statement(household_id: int, *, on: date) -> Statement:
    """Return the fund statement of a household at the end of a day."""
    return budgets.statement(allocations_of_household(household_id), on=on)


def project_statement(project: Project, *, on: date) -> Statement:
    """Return the fund statement of a project at the end of a day.

    planned_fen: what annual plans give it on that day; who does not see the county's
    plans takes the amounts that were kept.
    """
    standing = PlanItem.objects.filter(
        Q(left_at=None) | Q(left_at__date__gt=on),
        project=project,
        is_approved=True,
        added_at__date__lte=on,
    )
    planned = standing.aggregate(n=Sum("amount_fen"))["n"]
    return budgets.statement(
        allocations_of_project(project), on=on, planned_fen=planned
    )
