"""The home page: what waits for the acting person, how it stands, where to go."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language

from bangfu.calc.values.text import Text
from bangfu.pairing import boards
from bangfu.pairing.coverage import coverage
from bangfu.pairing.permissions import READ_ROLES
from bangfu.scope import Actor
from bangfu.site.navigation import shortcuts
from bangfu.web.todo import collect

TITLE = Text("我的待办", "To do")


language = require_POST(set_language)


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the to-dos of the acting grant, the figures of its division and its pages."""
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None:
        return render(request, "site/home.html", {"title": TITLE})
    at = timezone.now()
    functions = [import_string(path) for path in settings.BANGFU_TODO]
    context = {
        "title": TITLE,
        "todos": collect(functions, by=actor, at=at),
        "cards": _figures(actor, timezone.localtime(at).date()),
        "shortcuts": shortcuts(actor.role),
    }
    return render(request, "site/home.html", context)


def _figures(actor: Actor, today: date) -> list[boards.Card]:
    """Return the figures of two-way coverage for those who may read them."""
    if actor.role not in READ_ROLES or actor.division is None:
        return []
    return boards.cards(coverage(actor.division, at=today))
