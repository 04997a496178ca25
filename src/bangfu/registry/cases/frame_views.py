"""The page of the full village lists, for who looks for missed families."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from bangfu.calc.values.text import Text
from bangfu.registry.cases import frame_lists, permissions
from bangfu.registry.cases.views import CASES, acting
from bangfu.web.navigation import Crumb

FAMILIES = Text("全村农户名单", "Full village lists")


@login_required
@require_safe
def frame(request: HttpRequest) -> HttpResponse:
    """List every family of the villages, and who of them may have been missed."""
    by = acting(request)
    permissions.check_frame(by)
    context = {
        "title": FAMILIES,
        "crumbs": [Crumb(CASES, reverse("registry:cases")), Crumb(FAMILIES)],
        "list": frame_lists.FRAME_LIST.page(request, frame_lists.families()),
    }
    return render(request, "registry/frame.html", context)
