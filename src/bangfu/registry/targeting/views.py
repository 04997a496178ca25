"""Pages of targeting: the villages of a county, one village's households."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from bangfu.calc.values.division_code import DivisionCode, InvalidDivisionCode, Level
from bangfu.calc.values.findings import NotAllowed
from bangfu.calc.values.text import Text
from bangfu.divisions import queries as divisions
from bangfu.registry.targeting import operations, permissions, presenting, queries
from bangfu.scope import Actor
from bangfu.web import formats
from bangfu.web.navigation import Crumb
from bangfu.web.once import only_once

TARGETING = Text("识别比对", "Targeting")


def _acting(request: HttpRequest) -> Actor:
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None:
        raise NotAllowed(Text("您还没有授权。", "You hold no grant yet."))
    permissions.check_see(actor)
    return actor


@login_required
@require_safe
def villages(request: HttpRequest) -> HttpResponse:
    """Show the counties of a city, or the villages of a county or township."""
    by = _acting(request)
    place = _place(request, by)
    today = timezone.localdate()
    context: dict[str, Any] = {
        "title": TARGETING,
        "place": place,
        "place_name": divisions.full_name(place, at=today),
        "counties": [],
        "villages": [],
    }
    if place.level < Level.COUNTY:
        below = divisions.children(place, at=today)
        context["counties"] = [(one.code, one.name) for one in below]
        return render(request, "registry/targeting.html", context)
    model = queries.newest_model(place)
    counts = queries.villages_of(model, place) if model else []
    names = divisions.names([one.village for one in counts], at=today)
    context |= {
        **_of_model(model),
        "villages": [(names.get(one.village, one.village), one) for one in counts],
        "county": place.at(Level.COUNTY),
        "can_fit": permissions.can_fit(by, place.at(Level.COUNTY)),
    }
    return render(request, "registry/targeting.html", context)


@login_required
@require_safe
def village(request: HttpRequest, code: str) -> HttpResponse:
    """Show a village's households beside measured need, meeting and score."""
    by = _acting(request)
    place = _code(code)
    if place.level is not Level.VILLAGE or not _sees(by, place):
        raise Http404
    today = timezone.localdate()
    name = divisions.names([place], at=today).get(place, str(place))
    model = queries.newest_model(place)
    line = model.line_fen if model else None
    rows = presenting.rows(queries.standings(model, place), line)
    title = Text("识别比对：{village}", "Targeting: {village}", {"village": name})
    context = {
        "title": title,
        "crumbs": [
            Crumb(
                TARGETING,
                f"{reverse('registry:targeting')}?division={place.at(Level.COUNTY)}",
            ),
            Crumb(name),
        ],
        **_of_model(model),
        "place_name": divisions.full_name(place, at=today),
        "rows": rows,
        "apart": sum(row.is_apart for row in rows),
        "chart": presenting.chart(rows, line) if line is not None else None,
    }
    return render(request, "registry/targeting_village.html", context)


@login_required
@require_POST
@only_once
def fit(request: HttpRequest) -> HttpResponse:
    """Order the score of a county."""
    by = _acting(request)
    county = _code(request.POST.get("division") or str(by.division or ""))
    job = operations.order_fit(by=by, at=timezone.now(), county=county)
    return redirect("jobs:job", job.pk)


# Pieces


def _place(request: HttpRequest, by: Actor) -> DivisionCode:
    """Return the division of the address, the own one without; 404 outside the grant."""
    if by.division is None:
        raise Http404
    place = _code(request.GET.get("division") or str(by.division))
    if not _sees(by, place):
        raise Http404
    return place


def _sees(by: Actor, place: DivisionCode) -> bool:
    return by.division is not None and by.division.contains(place)


def _code(text: str) -> DivisionCode:
    try:
        return DivisionCode(text)
    except InvalidDivisionCode as error:
        raise Http404 from error


def _of_model(model: Any) -> dict[str, Any]:
    if model is None:
        return {"model": None}
    return {
        "model": model,
        "errors": presenting.errors(model),
        "line_words": formats.yuan(model.line_fen),
        "fitted_at": formats.moment(model.fitted_at),
    }
