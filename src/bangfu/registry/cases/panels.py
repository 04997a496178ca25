"""What other pages show of cases: a panel of the household file, to-dos, a guard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

from bangfu.calc.values.findings import NotAllowed
from bangfu.calc.values.text import Text
from bangfu.registry.cases import drafting, permissions, presenting, queries
from bangfu.registry.cases.models import Case
from bangfu.registry.cases.states import MonitoringCategory
from bangfu.registry.models import Household
from bangfu.scope import Actor
from bangfu.web.todo import Todo


def household(request: HttpRequest, household: Household) -> SafeString:
    """Return the panel of the household file: cases, monitoring, holds, descent."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    today = timezone.localdate()  # noqa: TID251 - a panel belongs to the edge
    watched = queries.watched_now(household.pk)
    cases = queries.cases_of(household)
    context = {
        "household": household,
        "cases": [
            {
                "case": case,
                "kind": presenting.kind_text(case),
                "state": presenting.state_badge(case),
                "next": presenting.next_of(case, by, on=today),
            }
            for case in cases
        ],
        "openings": presenting.can_be_opened(
            by, household, cases=cases, is_watched=watched is not None
        ),
        "watched": watched,
        "category": MonitoringCategory(watched.category).text if watched else None,
        "holds": [
            Text.from_json(hold.message) for hold in queries.holds_on(household.pk)
        ],
        "lineage": [
            {"event": event, "text": presenting.lineage_text(event)}
            for event in queries.lineage_of(household.pk)
        ],
        "can_change_lineage": permissions.can_change_lineage(
            by, household.division_code
        ),
    }
    return render_to_string("registry/_cases_panel.html", context, request)


def case_panels(request: HttpRequest, case: Case) -> list[SafeString]:
    """Return what others show on the page of a case (settings.BANGFU_CASE_PANELS)."""
    functions: list[Callable[[HttpRequest, Case], SafeString]] = [
        import_string(path) for path in settings.BANGFU_CASE_PANELS
    ]
    drawn = [draw(request, case) for draw in functions]
    return [panel for panel in drawn if panel]


def todo(*, by: Actor, at: datetime) -> list[Todo]:
    """Return the steps that wait for the acting role, the notices to draft."""
    if by.role not in permissions.WORK_ROLES or by.division is None:
        return []
    cases = reverse("registry:cases")
    found = [
        Todo(
            Text("待办：{act}", "To do: {act}", {"act": act.text}),
            count,
            reverse("registry:meeting_new")
            if presenting.is_for_meeting(act) and by.level == _VILLAGE_DIGITS
            else f"{cases}?step={act.code}",
            icon="signpost-split",
        )
        for act, count in queries.counts_by_next_step(queries.waiting_for(by))
        if not act.posts
    ]
    for kind in drafting.kinds_of(by):
        waiting = drafting.waiting(by, kind.code)
        found.append(
            Todo(
                Text("待拟公示：{kind}", "To draft: {kind}", {"kind": kind.text}),
                len(waiting),
                cases,
                icon="megaphone",
            )
        )
    return found


_VILLAGE_DIGITS = 12


def guard_evidence(*, by: Actor, subject_id: str) -> None:
    """Raise NotAllowed unless `by` sees the case whose document is opened."""
    if not permissions.can_see(by) or queries.case(int(subject_id)) is None:
        raise _closed()


def guard_minutes(*, by: Actor, subject_id: str) -> None:
    """Raise NotAllowed unless `by` sees the meeting whose minutes are opened."""
    if (
        by.role not in permissions.WORK_ROLES
        or queries.meeting(int(subject_id)) is None
    ):
        raise _closed()


def _closed() -> NotAllowed:
    return NotAllowed(
        Text(
            "您当前的身份不能查看这份材料。",
            "The grant you act under does not show this document.",
        )
    )
