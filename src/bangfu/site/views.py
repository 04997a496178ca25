"""The home page: what waits for the acting person."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language

from bangfu.calc.values.text import Text
from bangfu.web.todo import collect

TITLE = Text("我的待办", "To do")


language = require_POST(set_language)


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the to-dos of the acting grant."""
    actor = request.actor  # type: ignore[attr-defined]
    functions = [import_string(path) for path in settings.BANGFU_TODO]
    todos = [] if actor is None else collect(functions, by=actor, at=timezone.now())
    return render(request, "site/home.html", {"title": TITLE, "todos": todos})
