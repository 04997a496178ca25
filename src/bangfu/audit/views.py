"""The page of the audit."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bangfu.audit import permissions, presenting, queries
from bangfu.audit.models import Event
from bangfu.calc.values.text import Text

TITLE = Text("操作记录", "Audit")


@login_required
@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """List what was done within one's scope, the latest first."""
    actor = request.actor  # type: ignore[attr-defined]
    prefix = permissions.check_read(actor)
    rows = Event.objects.filter(action__startswith=prefix)
    page = presenting.EVENTS.page(request, rows)
    presenting.dress(page.records, reader_role=actor.role, at=timezone.now())
    check = queries.last_check()
    context = {
        "title": TITLE,
        "list": page,
        "check": check,
        "check_words": presenting.check_words(check) if check else None,
    }
    return render(request, "audit/events.html", context)
