"""Pages: walking down the tree of a day, one division's facts, the map's outlines."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from bangfu.calc.values.division_code import DivisionCode, InvalidDivisionCode
from bangfu.calc.values.text import Text
from bangfu.divisions import panels, queries
from bangfu.divisions.forms import BrowseForm
from bangfu.web.navigation import Crumb

TITLE = Text("行政区划", "Divisions")


@login_required
@require_safe
def browse(request: HttpRequest, code: str = "") -> HttpResponse:
    """Show a division of a day, what lies below it, and what a search finds."""
    form = BrowseForm(request.GET)
    today = timezone.localdate()
    day, words = form.chosen(today=today)
    query = "" if day == today else f"?at={day}"
    here = _code(code) if code else None
    division = queries.division(here, at=day) if here else None
    children = queries.children(here, at=day)
    context = {
        "title": Text(division.name, division.name) if division else TITLE,
        "crumbs": _crumbs(here, day, query),
        "form": form,
        "query": query,
        "division": division,
        "rows": panels.child_rows(children, at=day, query=query),
        "map": panels.map_of(here, children, at=day, query=query),
        "map_sources": panels.map_sources(here, children),
        "map_approval_number": queries.map_approval_number(),
        "found": queries.search(words, at=day, within=here) if words else None,
        "search_limit": queries.SEARCH_LIMIT,
        "facts": panels.facts(division, at=day) if division else None,
    }
    return render(request, "divisions/browse.html", context)


@login_required
@require_safe
def map_geometry(request: HttpRequest, code: str) -> JsonResponse:
    """Return the outlines of the divisions below one as GeoJSON; 0 is the nation."""
    day, _ = BrowseForm(request.GET).chosen(today=timezone.localdate())
    here = None if code == "0" else _code(code)
    return JsonResponse(
        queries.map_of_children(here, at=day), content_type="application/geo+json"
    )


def _code(text: str) -> DivisionCode:
    try:
        return DivisionCode(text)
    except InvalidDivisionCode as refusal:
        raise Http404(str(refusal)) from refusal


def _crumbs(code: DivisionCode | None, day: date, query: str) -> list[Crumb]:
    crumbs = [Crumb(TITLE, reverse("divisions:browse") + query)]
    if code is not None:
        crumbs += [
            Crumb(row.name, reverse("divisions:division", args=[row.code]) + query)
            for row in queries.path(code, at=day)
        ]
    return crumbs
