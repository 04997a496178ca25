"""What other pages show of surveys: the household's years, to-dos."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from bangfu.calc.values.text import Text
from bangfu.registry import queries as registry
from bangfu.registry.models import Household
from bangfu.registry.surveys import permissions, presenting, queries
from bangfu.registry.surveys.kinds import SheetState
from bangfu.registry.surveys.models import SurveySheet
from bangfu.scope import Actor
from bangfu.web.todo import Todo

_ALL_MET = Text("全部达标", "all met")


def household(request: HttpRequest, household: Household) -> SafeString:
    """Return the panel of the household file: its years, and a chart of its income."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    file = registry.household_file(household.pk)
    context = {
        "household": household,
        "years": presenting.years(household.pk),
        "income_chart": presenting.chart(file.incomes if file else []),
        "can_open": by.role in permissions.WORK_ROLES,
        "all_met": _ALL_MET,
    }
    return render_to_string("registry/_years_panel.html", context, request)


def todo(*, by: Actor, at: datetime) -> list[Todo]:
    """Return the open collections, and the sheets that wait for somebody else's check."""
    if by.role not in permissions.RECORD_ROLES or by.division is None:
        return []
    found = list(queries.collections().filter(locked_at=None)[:_SHOWN_MAX])
    missing = sum(one.missing for one in queries.progress(found).values())
    waiting = SurveySheet.objects.filter(
        state=SheetState.RECORDED, locked_at=None
    ).exclude(recorded_by_id=by.user_id)
    page = reverse("registry:surveys") + "?standing=open"
    return [
        Todo(
            Text("待采集户", "Households to survey"),
            missing,
            page,
            "due",
            "clipboard-data",
        ),
        Todo(
            Text("采集表待审核", "Sheets to check"),
            waiting.count(),
            page,
            "due",
            "check2-square",
        ),
    ]


_SHOWN_MAX = 500
