"""Pages on which a split, merge, move, birth or death of a family is recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import Refusal
from bangfu.calc.values.text import Text
from bangfu.registry import queries as registry
from bangfu.registry.cases import lineage, merging, permissions
from bangfu.registry.cases.lineage_forms import (
    EventForm,
    JoinForm,
    LeaveForm,
    MergeForm,
    MoveForm,
    SplitForm,
)
from bangfu.registry.cases.models import LineageKind
from bangfu.registry.cases.views import HOUSEHOLDS, acting, show
from bangfu.web.language import say
from bangfu.web.navigation import Crumb
from bangfu.web.once import only_once

_UNPROCESSABLE = 422
_FORMS: dict[str, tuple[type[EventForm], Callable[..., Any]]] = {
    LineageKind.SPLIT: (SplitForm, lineage.split),
    LineageKind.MERGE: (MergeForm, merging.merge),
    LineageKind.MOVE: (MoveForm, lineage.move),
    LineageKind.JOIN: (JoinForm, lineage.add_member),
    LineageKind.LEAVE: (LeaveForm, lineage.remove_member),
}


@login_required
@only_once
def change(request: HttpRequest, household_id: int, kind: str) -> HttpResponse:
    """Record one event in a family's descent."""
    by = acting(request)
    household = registry.households().filter(pk=household_id).first()
    if household is None or kind not in _FORMS:
        raise Http404
    permissions.check_lineage(by, [household.division_code])
    form_class, operation = _FORMS[kind]
    form = form_class(
        request.POST if request.method == "POST" else None,
        household=household,
        initial={"happened_on": timezone.localdate()},
    )
    back = reverse("registry:household", args=[household_id])
    if form.is_valid():
        given = form.given()
        if "village" in given:
            given["village"] = DivisionCode(given["village"])
        try:
            operation(
                by=by,
                at=timezone.now(),
                household_id=household_id,
                said=form.said(),
                **given,
            )
        except Refusal as refusal:
            show(form, refusal)
        else:
            messages.success(request, say(Text("已登记。", "Recorded.")))
            return redirect(back)
    title = LineageKind(kind).text
    context = {
        "title": title,
        "crumbs": [
            Crumb(HOUSEHOLDS, reverse("registry:households")),
            Crumb(household.head_name, back),
            Crumb(title),
        ],
        "form": form,
        "cancel_url": back,
    }
    status = _UNPROCESSABLE if form.errors else 200
    return render(request, "web/form.html", context, status=status)
