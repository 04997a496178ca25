"""Pages of village meetings: list, record, minutes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.findings import Refusal
from bangfu.calc.values.text import Text
from bangfu.divisions import queries as divisions
from bangfu.registry.cases import (
    forms,
    lists,
    meetings,
    permissions,
    presenting,
    queries,
)
from bangfu.registry.cases.models import Document
from bangfu.registry.cases.views import CASES, acting, show
from bangfu.web.cells import Badge
from bangfu.web.language import say
from bangfu.web.navigation import Crumb
from bangfu.web.once import only_once

MEETINGS = Text("村民代表会议", "Village meetings")
NEW = Text("登记会议", "Record a meeting")
_UNPROCESSABLE = 422
_PASSED = Badge(Text("通过", "passed"), "success")
_NOT_PASSED = Badge(Text("未通过", "not passed"), "danger")


@login_required
@require_safe
def meetings_page(request: HttpRequest) -> HttpResponse:
    """List the meetings of the acting scope."""
    by = acting(request)
    permissions.check_work(by)
    context = {
        "title": MEETINGS,
        "crumbs": [Crumb(CASES, reverse("registry:cases")), Crumb(MEETINGS)],
        "list": lists.MEETINGS.page(request, lists.meetings()),
        "can_meet": bool(by.division)
        and permissions.can_hold_meeting(by, DivisionCode(by.division)),
    }
    return render(request, "registry/meetings.html", context)


@login_required
@only_once
def new(request: HttpRequest) -> HttpResponse:
    """Record a meeting and its votes."""
    by = acting(request)
    village = by.division
    if village is None:
        raise Http404
    permissions.check_meeting(by, village)
    if village.level is not Level.VILLAGE:
        raise Http404
    ready = queries.ready_for_meeting(village)[: meetings.BALLOTS_MAX]
    posted = request.method == "POST"
    form = forms.MeetingForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        cases=ready,
        initial={"held_on": timezone.localdate()},
    )
    if form.is_valid():
        minutes, votes = form.read(village)
        try:
            meeting = meetings.hold_meeting(
                by=by, at=timezone.now(), minutes=minutes, votes=votes
            )
        except Refusal as refusal:
            show(form, refusal)
        else:
            messages.success(request, say(Text("会议已登记。", "Recorded.")))
            return redirect("registry:meeting", meeting.pk)
    context: dict[str, Any] = {
        "title": NEW,
        "crumbs": [
            Crumb(CASES, reverse("registry:cases")),
            Crumb(MEETINGS, reverse("registry:meetings")),
            Crumb(NEW),
        ],
        "form": form,
        "rows": [
            (case, presenting.kind_text(case), fields) for case, fields in form.rows()
        ],
        "cancel_url": reverse("registry:meetings"),
    }
    status = _UNPROCESSABLE if form.errors else 200
    return render(request, "registry/meeting_new.html", context, status=status)


@login_required
@require_safe
def meeting(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Show a meeting: who came, how it voted, the minutes."""
    by = acting(request)
    permissions.check_work(by)
    found = queries.meeting(meeting_id)
    if found is None:
        raise Http404
    ballots = found.ballots.select_related("case__household").order_by("rank", "pk")
    context = {
        "title": MEETINGS,
        "crumbs": [
            Crumb(CASES, reverse("registry:cases")),
            Crumb(MEETINGS, reverse("registry:meetings")),
            Crumb(str(found.held_on)),
        ],
        "meeting": found,
        "place": divisions.full_name(found.division_code, at=found.held_on),
        "ballots": [
            (
                one,
                presenting.kind_text(one.case),
                _PASSED if one.has_passed else _NOT_PASSED,
            )
            for one in ballots
        ],
        "documents": Document.objects.filter(meeting=found).order_by("pk"),
    }
    return render(request, "registry/meeting.html", context)
