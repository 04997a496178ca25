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
from bangfu.divisions.forms import WORDS_MAX, BrowseForm
from bangfu.web.navigation import Crumb

TITLE = Text("行政区划", "Divisions")


NATION = "0"  # stands for "above the provinces" in an address


@login_required
@require_safe
def browse(request: HttpRequest, code: str = "") -> HttpResponse:
    """Show a division of a day, what lies below it, and what a search finds.

    Without a code it is the acting person's own division, where that is on file.
    """
    form = BrowseForm(request.GET)
    today = timezone.localdate()
    day, words = form.chosen(today=today)
    query = "" if day == today else f"?at={day}"
    here = _here(code) if code else _own(request, day)
    division = queries.division(here, at=day) if here else None
    children = queries.children(here, at=day)
    context = {
        "title": Text(division.name, division.name) if division else TITLE,
        "crumbs": _crumbs(here, day, query),
        "form": form,
        "words_max": WORDS_MAX,
        "query": query,
        "division": division,
        "rows": panels.child_rows(children, at=day, query=query),
        "map": panels.map_of(here, children, at=day, query=query),
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
    here = _here(code)
    return JsonResponse(
        queries.map_of_children(here, at=day), content_type="application/geo+json"
    )


def _own(request: HttpRequest, day: date) -> DivisionCode | None:
    actor = getattr(request, "actor", None)
    own = actor.division if actor else None
    return own if own and queries.exists(own, at=day) else None


def _here(text: str) -> DivisionCode | None:
    if text == NATION:
        return None
    try:
        return DivisionCode(text)
    except InvalidDivisionCode as refusal:
        raise Http404(str(refusal)) from refusal


def _crumbs(code: DivisionCode | None, day: date, query: str) -> list[Crumb]:
    top = reverse("divisions:division", args=[NATION])
    crumbs = [Crumb(TITLE, top + query)]
    if code is not None:
        crumbs += [
            Crumb(row.name, reverse("divisions:division", args=[row.code]) + query)
            for row in queries.path(code, at=day)
        ]
    return crumbs
