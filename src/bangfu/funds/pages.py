"""What the pages of funds share: who asks, refusals at forms, forms as pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.findings import NotAllowed, Refusal
from bangfu.calc.values.text import Text
from bangfu.divisions import queries as divisions
from bangfu.scope import Actor
from bangfu.web.language import say
from bangfu.web.navigation import Crumb

_UNPROCESSABLE = 422


def acting(request: HttpRequest) -> Actor:
    """Return who asks. Raises NotAllowed without a grant."""
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None:
        raise NotAllowed(Text("您还没有授权。", "You hold no grant yet."))
    return actor


def given(request: HttpRequest) -> dict[str, Any]:
    """Return what a form takes as data and files."""
    if request.method != "POST":
        return {}
    return {"data": request.POST, "files": request.FILES}


def show(form: Any, refusal: Refusal) -> None:
    """Put what was refused at the fields it is about, else above the form."""
    placed = [found for found in refusal.findings if found.field in form.fields]
    for found in placed:
        form.add_error(found.field, say(found.message))
    if not placed:
        remedy = say(refusal.remedy) if refusal.remedy else ""
        form.add_error(None, say(refusal) + remedy)
        for found in refusal.findings:
            form.add_error(None, say(found.message))


def form_page(
    request: HttpRequest,
    form: Any,
    *,
    title: Text,
    crumbs: list[Crumb],
    back: str,
    submit: Text | None = None,
    template: str = "web/form.html",
    **more: object,
) -> HttpResponse:
    """Show a form; with errors the status is 422."""
    context = {
        "title": title,
        "crumbs": [*crumbs, Crumb(title)],
        "form": form,
        "cancel_url": back,
        "submit_label": submit or title,
    }
    status = _UNPROCESSABLE if form.errors else 200
    return render(request, template, context | more, status=status)


def act_by_form(
    request: HttpRequest,
    form: Any,
    act: Callable[[datetime], Any],
    *,
    done: Text,
    then: Callable[[Any], str],
    **page: Any,
) -> HttpResponse:
    """Run an operation with a valid form and go on; show the form otherwise.

    act: of the moment; then: the address, of what the operation returned.
    """
    if form.is_valid():
        try:
            result = act(now())
        except Refusal as refusal:
            show(form, refusal)
        else:
            messages.success(request, say(done))
            return redirect(then(result))
    return form_page(request, form, **page)


def done(request: HttpRequest, text: Text, url: str) -> HttpResponse:
    """Say that an act is done and go on."""
    messages.success(request, say(text))
    return redirect(url)


def now() -> datetime:
    """Return the moment; the edge of the app reads it here."""
    return timezone.now()  # noqa: TID251 - the pages' clock


def today() -> date:
    """Return the civil day; the edge of the app reads it here."""
    return timezone.localdate()  # noqa: TID251 - the pages' clock


def county_of(request: HttpRequest, by: Actor) -> DivisionCode:
    """Return the county that a page is about: asked for, else the reader's, else the first.

    What is asked for outside the scope is not followed.
    """
    home = by.division or DivisionCode("99")
    if home.level >= Level.COUNTY:
        return home.at(Level.COUNTY)
    asked = request.GET.get("county", "")
    choices = [code for code, _ in counties(by)]
    if asked in choices:
        return DivisionCode(asked)
    return DivisionCode(choices[0]) if choices else home


def counties(by: Actor) -> list[tuple[str, str]]:
    """Return the counties of the reader's scope, with names."""
    home = by.division or DivisionCode("99")
    if home.level >= Level.COUNTY:
        county = home.at(Level.COUNTY)
        names = divisions.names([county], at=today())
        return [(str(county), names.get(county, str(county)))]
    rows = divisions.tree_at(today(), within=home).filter(level=Level.COUNTY)
    return [(str(row.code), row.name) for row in rows]


def asked_day(request: HttpRequest) -> date:
    """Return the day of `?on=`, today without one or with one that is none."""
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return today()
