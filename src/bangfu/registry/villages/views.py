"""Pages of a village file: its years with the pass rules, and the form of a year."""

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
from bangfu.calc.values.findings import BadInput, Refusal
from bangfu.calc.values.text import Text
from bangfu.divisions import queries as divisions
from bangfu.exchange.declaration import Kind
from bangfu.registry import queries as registry
from bangfu.registry.surveys import permissions
from bangfu.registry.surveys.views import SURVEYS, acting, show
from bangfu.registry.villages import forms, operations, queries
from bangfu.registry.villages.fields import SECTIONS, TERRAIN, VillageField
from bangfu.registry.villages.models import VillageYear
from bangfu.scope import Actor
from bangfu.web import formats
from bangfu.web.cells import Badge
from bangfu.web.language import say
from bangfu.web.navigation import Crumb
from bangfu.web.once import only_once

_UNPROCESSABLE = 422
_PASSED = {
    True: Badge(Text("达标", "passed"), "success"),
    False: Badge(Text("未达标", "not passed"), "danger"),
    None: Badge(Text("未登记", "not recorded"), "neutral"),
}


@login_required
@require_safe
def village(request: HttpRequest, code: str) -> HttpResponse:
    """Show a village's file of a year, with every pass rule."""
    by = acting(request)
    where = _village(by, code)
    years = queries.years_of(where)
    asked = request.GET.get("year", "")
    found = next((one for one in years if str(one.year) == asked), None)
    found = found or (years[0] if years else None)
    this_year = timezone.localdate().year
    context = {
        **_context(where),
        "years": years,
        "found": found,
        "results": [] if found is None else _results(found),
        "sections": [] if found is None else _sections(found),
        "recorded": None if found is None else formats.moment(found.recorded_at),
        "can_record": permissions.can_record(by, where),
        "edit_year": this_year if found is None else found.year,
        "this_year": this_year,
        "is_locked": found is not None and found.locked_at is not None,
        "can_correct": permissions.can_close(by, where),
    }
    return render(request, "registry/village.html", context)


@login_required
@only_once
def change(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """Record a village's year; after the lock, correct it."""
    by = acting(request)
    where = _village(by, code)
    is_locked = registry.is_year_locked(where, year)
    check = permissions.check_close if is_locked else permissions.check_record
    check(by, where)
    found = queries.year_of(where, year)
    posted = request.POST if request.method == "POST" else None
    form = forms.VillageForm(
        posted,
        found=found,
        is_correction=is_locked,
        version=queries.version_of(found),
    )
    if form.is_valid():
        given: dict[str, Any] = {
            "by": by,
            "at": timezone.now(),
            "village": where,
            "year": year,
            "version": form.cleaned_data["version"],
            "figures": form.figures(),
        }
        try:
            if is_locked:
                operations.correct_village(reason=form.cleaned_data["reason"], **given)
            else:
                operations.record_village(**given)
        except Refusal as refusal:
            show(form, refusal)
        else:
            messages.success(request, say(Text("已保存。", "Saved.")))
            return redirect(f"{reverse('registry:village', args=[code])}?year={year}")
    context = {
        **_context(where),
        "form": form,
        "sections": form.sections(),
        "cancel_url": reverse("registry:village", args=[code]),
        "year": year,
        "is_locked": is_locked,
    }
    status = _UNPROCESSABLE if form.errors else 200
    return render(request, "registry/village_change.html", context, status=status)


def _village(by: Actor, code: str) -> DivisionCode:
    """Return a village of the acting scope; anything else is not there (404)."""
    try:
        where = DivisionCode.parse(code)
    except BadInput as error:
        raise Http404 from error
    if (
        where.level is not Level.VILLAGE
        or by.division is None
        or not by.division.contains(where)
    ):
        raise Http404
    return where


def _context(where: DivisionCode) -> dict[str, Any]:
    place = divisions.full_name(where, at=timezone.localdate())
    title = Text("{village}村情", "File of {village}", {"village": place})
    return {
        "title": title,
        "crumbs": [
            Crumb(SURVEYS, reverse("registry:surveys")),
            Crumb(title, reverse("registry:village", args=[where])),
        ],
        "code": str(where),
    }


def _results(found: VillageYear) -> list[dict[str, Any]]:
    return [
        {
            "result": one,
            "value": None if one.value is None else formats.number(float(one.value), 2),
            "threshold": formats.number(float(one.threshold), 0),
            "badge": _PASSED[one.passed],
        }
        for one in queries.judged(found)
    ]


def _sections(found: VillageYear) -> list[tuple[Text, list[tuple[Text, str]]]]:
    return [
        (
            section.text,
            [(field.text, _words(field, found)) for field in section.fields],
        )
        for section in SECTIONS
    ]


def _words(field: VillageField, found: VillageYear) -> str:
    value = getattr(found, field.column)
    if value in (None, ""):
        return formats.NOTHING
    if field.kind is Kind.YUAN:
        return formats.yuan(value)
    if field.kind is Kind.BOOL:
        return say(Text("是", "yes") if value else Text("否", "no"))
    if field.kind is Kind.CODE:
        return say(TERRAIN.labels[value])
    if field.kind is Kind.TEXT:
        return str(value)
    decimals = 2 if field.kind is Kind.DECIMAL else 0
    return f"{formats.number(float(value), decimals)} {say(field.unit)}"
