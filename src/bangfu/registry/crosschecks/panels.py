"""What other pages show of cross-checks: the household file, a case, to-dos, a guard."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from bangfu.calc.values.findings import NotAllowed
from bangfu.calc.values.text import Text
from bangfu.registry.cases.models import Case
from bangfu.registry.crosschecks import permissions, presenting, queries
from bangfu.registry.models import Household
from bangfu.scope import Actor
from bangfu.web.todo import Todo


def household(request: HttpRequest, household: Household) -> SafeString:
    """Return the panel of the household file; nothing for who may not see hits."""
    return _panel(request, household.pk, None)


def case(request: HttpRequest, case: Case) -> SafeString:
    """Return the panel of a case: the household's hits, and verdicts during the case."""
    return _panel(request, case.household_id, case)


def _panel(request: HttpRequest, household_id: int, case: Case | None) -> SafeString:
    by: Actor = request.actor  # type: ignore[attr-defined]
    if not permissions.can_see(by):
        return SafeString("")
    found = queries.hits_of(household_id)
    notes = [] if case is None else queries.verdicts_on(case)
    if not found and not notes:
        return SafeString("")
    context = {
        "hits": [
            {
                "hit": hit,
                "check": presenting.check_text(hit),
                "about": presenting.subject_text(hit),
                "state": presenting.state_badge(hit),
                "why": presenting.why(hit),
            }
            for hit in found
        ],
        "notes": [
            {
                "verdict": one,
                "check": presenting.check_text(one.hit),
                "badge": presenting.verdict_badge(one.kind),
            }
            for one in notes
        ],
        "is_case": case is not None,
    }
    return render_to_string("registry/_hits_panel.html", context, request)


def todo(*, by: Actor, at: datetime) -> list[Todo]:
    """Return the hits that wait for the acting office."""
    if not permissions.can_judge(by) or by.division is None:
        return []
    return [
        Todo(
            Text("比对线索待核实", "Hits to verify"),
            queries.count_open(),
            f"{reverse('registry:hits')}?standing=open",
            "doubt",
            "binoculars",
        )
    ]


def guard_evidence(*, by: Actor, subject_id: str) -> None:
    """Raise NotAllowed unless `by` sees the hit whose evidence is opened."""
    if not permissions.can_see(by) or queries.hit(int(subject_id)) is None:
        raise NotAllowed(
            Text(
                "您当前的身份不能查看这份材料。",
                "The grant you act under does not show this document.",
            )
        )
