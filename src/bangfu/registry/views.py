"""Pages of the households: list, file, print, reveal, look-up."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bangfu.calc.values.findings import NotAllowed, Refusal
from bangfu.calc.values.text import Text
from bangfu.divisions import queries as divisions
from bangfu.registry import (
    changes,
    export_limits,
    forms,
    lists,
    operations,
    panels,
    permissions,
    presenting,
    queries,
)
from bangfu.scope import Actor
from bangfu.web import formats
from bangfu.web.downloads import workbook_response
from bangfu.web.language import active_language, say
from bangfu.web.navigation import Crumb

HOUSEHOLDS = Text("贫困户", "Households")
EXPORT = Text("导出贫困户", "Export households")
LOOK_UP = Text("按身份证号码后四位查找", "Look up by last four characters")
PRINT = Text("建档立卡户登记信息", "Household on the register")
REVEAL = Text("查看完整内容", "Show in full")
_EXPORTED = Text("贫困户.xlsx", "households.xlsx")
_UNPROCESSABLE = 422


def acting_reader(request: HttpRequest) -> Actor:
    """Return who asks. Raises NotAllowed for who sees no households."""
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None:
        raise NotAllowed(Text("您还没有授权。", "You hold no grant yet."))
    permissions.check_read(actor)
    return actor


@login_required
@require_safe
def households(request: HttpRequest) -> HttpResponse:
    """List the households of the acting scope."""
    by = acting_reader(request)
    export_url = reverse("registry:export") if permissions.can_export(by) else ""
    rows = queries.households()
    page = lists.HOUSEHOLDS.page(request, rows, export_url=export_url)
    codes = {row.division_code for row in page.records}
    names = divisions.names(codes, at=timezone.localdate())
    for row in page.records:
        row.village = names.get(row.division_code, "")
    context = {
        "title": HOUSEHOLDS,
        "list": page,
        "can_look_up": permissions.can_look_up(by),
        "can_import": permissions.can_import(by),
    }
    return render(request, "registry/households.html", context)


@login_required
@never_cache
def export(request: HttpRequest) -> HttpResponse:
    """Ask for a purpose; then hand out the filtered list as a workbook."""
    by = acting_reader(request)
    permissions.check_export(by)
    rows = lists.HOUSEHOLDS.filtered(request, queries.households())
    used = lists.HOUSEHOLDS.active_filters(request)
    count = rows.order_by()[: export_limits.EXPORT_MAX + 1].count()
    form = forms.ExportForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {
        "title": EXPORT,
        "crumbs": [Crumb(HOUSEHOLDS, reverse("registry:households")), Crumb(EXPORT)],
        "form": form,
        "count": count,
        "filters": used,
        "limit": export_limits.EXPORT_MAX,
        "cancel_url": f"{reverse('registry:households')}?{request.GET.urlencode()}",
    }
    try:
        export_limits.check_export_size(count)
    except Refusal as refusal:
        context["refusal"] = refusal
    if form.is_valid():
        try:
            content = operations.export_households(
                by=by,
                at=timezone.now(),
                rows=rows,
                filters=[one.filter.name for one in used],
                purpose=form.cleaned_data["purpose"],
                language=active_language(),
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            return workbook_response(content, say(_EXPORTED))
    status = _UNPROCESSABLE if form.errors else 200
    return render(request, "registry/export.html", context, status=status)


@login_required
@require_safe
def household(request: HttpRequest, household_id: int) -> HttpResponse:
    """Show one household's file."""
    by = acting_reader(request)
    file = file_of(household_id)
    return render(
        request,
        "registry/household.html",
        {
            **_file_context(file, by),
            "panels": panels.household_panels(request, file.household),
            "acts": changes.history_of(file),
        },
    )


@login_required
@require_safe
def household_print(request: HttpRequest, household_id: int) -> HttpResponse:
    """Show one household's file for one A4 page."""
    by = acting_reader(request)
    file = file_of(household_id)
    context = _file_context(file, by)
    context["title"] = PRINT
    context["crumbs"] = [*crumbs_of(file.household), Crumb(PRINT)]
    context["printed_words"] = formats.moment(timezone.now())
    return render(request, "registry/print.html", context)


@login_required
@never_cache
def reveal(request: HttpRequest, household_id: int, what: str) -> HttpResponse:
    """Ask for a purpose; then show one sealed value, once."""
    by = acting_reader(request)
    if what not in operations.SEALED:
        raise Http404
    found = file_of(household_id).household
    permissions.check_reveal(by, found.division_code)
    form = forms.RevealForm(request.POST if request.method == "POST" else None)
    member = request.GET.get("member", "")
    context: dict[str, Any] = {
        "title": REVEAL,
        "crumbs": [*crumbs_of(found), Crumb(REVEAL)],
        "form": form,
        "purposes": form.PURPOSES,
        "what": presenting.sealed_title(what),
        "household": found,
        "member": found.members.filter(pk=int(member)).first()
        if member.isdigit()
        else None,
        "cancel_url": reverse("registry:household", args=[household_id]),
    }
    if form.is_valid():
        try:
            context["value"] = operations.reveal(
                by=by,
                at=timezone.now(),
                household_id=household_id,
                what=what,
                member_id=int(member) if member.isdigit() else None,
                purpose=form.cleaned_data["purpose"],
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
    status = _UNPROCESSABLE if form.errors else 200
    return render(request, "registry/reveal.html", context, status=status)


@login_required
@never_cache
def look_up(request: HttpRequest) -> HttpResponse:
    """Find people by the last four characters; posted, so no address holds them."""
    by = acting_reader(request)
    permissions.check_look_up(by)
    form = forms.LookUpForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {
        "title": LOOK_UP,
        "crumbs": [Crumb(HOUSEHOLDS, reverse("registry:households")), Crumb(LOOK_UP)],
        "form": form,
        "limit": queries.LOOK_UP_MAX,
    }
    if form.is_valid():
        try:
            context["found"] = operations.look_up(
                by=by, at=timezone.now(), last_four=form.cleaned_data["last_four"]
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
    status = _UNPROCESSABLE if form.errors else 200
    return render(request, "registry/look_up.html", context, status=status)


# Pieces


def file_of(household_id: int) -> queries.HouseholdFile:
    """Return a household's file; outside the scope there is none (404)."""
    file = queries.household_file(household_id)
    if file is None:
        raise Http404
    return file


def _file_context(file: queries.HouseholdFile, by: Actor) -> dict[str, Any]:
    found = file.household
    today = timezone.localdate()
    return {
        "title": found.head_name,
        "crumbs": crumbs_of(found),
        "file": file,
        "household": found,
        "place": divisions.full_name(found.division_code, at=today),
        "status": lists.status_badge(found),
        "members": [presenting.member_row(m, on=today) for m in file.members],
        "gone": [presenting.member_row(m, on=today) for m in file.gone],
        "line_series": queries.LINE_SERIES.text,
        "incomes": [presenting.income_row(year) for year in file.incomes],
        "flags": file.flags,
        "flags_by_rule": presenting.flags_by_rule(file.flags),
        "groups": presenting.fact_groups(found),
        "guarantees": presenting.guarantees(found),
        "can_edit": permissions.can_edit(by, found.division_code),
        "can_reveal": permissions.can_reveal(by, found.division_code),
    }


def crumbs_of(found: Any) -> list[Crumb]:
    """Return the way to a household's page."""
    return [
        Crumb(HOUSEHOLDS, reverse("registry:households")),
        Crumb(found.head_name, reverse("registry:household", args=[found.pk])),
    ]


def show_refusal(form: Any, refusal: Refusal) -> None:
    """Put what was refused at the fields it is about, else above the form."""
    placed = [found for found in refusal.findings if found.field in form.fields]
    for found in placed:
        form.add_error(found.field, say(found.message))
    if not placed:
        form.add_error(None, say(refusal))
