"""Pages of the households: list, file, print, change, reveal, look-up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bangfu.calc.values.findings import NotAllowed, Refusal
from bangfu.calc.values.text import Text
from bangfu.divisions import queries as divisions
from bangfu.registry import (
    changes,
    forms,
    lists,
    operations,
    panels,
    permissions,
    presenting,
    queries,
)
from bangfu.registry.models import Household
from bangfu.scope import Actor
from bangfu.web import formats
from bangfu.web.language import say
from bangfu.web.navigation import Crumb
from bangfu.web.once import only_once

HOUSEHOLDS = Text("贫困户", "Households")
LOOK_UP = Text("按身份证号码后四位查找", "Look up by last four characters")
CHANGE = Text("修改", "Change")
PRINT = Text("建档立卡户登记信息", "Household on the register")
REVEAL = Text("查看完整内容", "Show in full")
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
    page = lists.HOUSEHOLDS.page(request, queries.households())
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
@require_safe
def household(request: HttpRequest, household_id: int) -> HttpResponse:
    """Show one household's file."""
    by = acting_reader(request)
    file = _file(household_id)
    return render(
        request,
        "registry/household.html",
        {
            **_file_context(file, by),
            "panels": panels.household_panels(request, file.household),
            "acts": changes.history_of(file.household),
        },
    )


@login_required
@require_safe
def household_print(request: HttpRequest, household_id: int) -> HttpResponse:
    """Show one household's file for one A4 page."""
    by = acting_reader(request)
    file = _file(household_id)
    context = _file_context(file, by)
    context["title"] = PRINT
    context["crumbs"] = [*_crumbs(file.household), Crumb(PRINT)]
    context["printed_words"] = formats.moment(timezone.now())
    return render(request, "registry/print.html", context)


@login_required
@only_once
def change(request: HttpRequest, household_id: int) -> HttpResponse:
    """Change facts of a household by hand."""
    by = acting_reader(request)
    found = _file(household_id).household
    permissions.check_edit(by, found.division_code)
    form = _form(found, request.POST if request.method == "POST" else None)
    form.fields["version"].initial = queries.version_of(found)
    back = reverse("registry:household", args=[household_id])
    if form.is_valid():
        try:
            doubts = operations.update_household(
                by=by,
                at=timezone.now(),
                household_id=household_id,
                version=form.cleaned_data["version"],
                changes=form.changes(),
                reason=form.cleaned_data["reason"],
            )
        except operations.EditedMeanwhile as refusal:
            form = _again(request, form, refusal)
        except Refusal as refusal:
            _show(form, refusal)
        else:
            messages.success(request, say(_saved(len(doubts))))
            return redirect(back)
    context = {
        "title": Text("修改：{name}", "Change: {name}", {"name": found.head_name}),
        "crumbs": [*_crumbs(found), Crumb(CHANGE)],
        "form": form,
        "sections": presenting.form_sections(form),
        "cancel_url": back,
    }
    status = _UNPROCESSABLE if form.errors else 200
    return render(request, "registry/change.html", context, status=status)


@login_required
@never_cache
def reveal(request: HttpRequest, household_id: int, what: str) -> HttpResponse:
    """Ask for a purpose; then show one sealed value, once."""
    by = acting_reader(request)
    if what not in operations.SEALED:
        raise Http404
    found = _file(household_id).household
    permissions.check_reveal(by, found.division_code)
    form = forms.RevealForm(request.POST if request.method == "POST" else None)
    member = request.GET.get("member", "")
    context: dict[str, Any] = {
        "title": REVEAL,
        "crumbs": [*_crumbs(found), Crumb(REVEAL)],
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
            _show(form, refusal)
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
            _show(form, refusal)
    status = _UNPROCESSABLE if form.errors else 200
    return render(request, "registry/look_up.html", context, status=status)


# Pieces


def _file(household_id: int) -> queries.HouseholdFile:
    file = queries.household_file(household_id)
    if file is None:
        raise Http404
    return file


def _file_context(file: queries.HouseholdFile, by: Actor) -> dict[str, Any]:
    found = file.household
    today = timezone.localdate()
    return {
        "title": found.head_name,
        "crumbs": _crumbs(found),
        "file": file,
        "household": found,
        "place": divisions.full_name(found.division_code, at=today),
        "status": lists.status_badge(found),
        "members": [presenting.member_row(m, on=today) for m in file.members],
        "gone": [presenting.member_row(m, on=today) for m in file.gone],
        "incomes": [presenting.income_row(year) for year in file.incomes],
        "flags": file.flags,
        "flags_by_rule": presenting.flags_by_rule(file.flags),
        "groups": presenting.fact_groups(found),
        "guarantees": presenting.guarantees(found),
        "can_edit": permissions.can_edit(by, found.division_code),
        "can_reveal": permissions.can_reveal(by, found.division_code),
    }


def _form(found: Household, data: Any) -> forms.HouseholdForm:
    columns = presenting.editable_columns()
    return forms.HouseholdForm(data, household=found, columns=columns)


def _crumbs(found: Any) -> list[Crumb]:
    return [
        Crumb(HOUSEHOLDS, reverse("registry:households")),
        Crumb(found.head_name, reverse("registry:household", args=[found.pk])),
    ]


def _show(form: Any, refusal: Refusal) -> None:
    """Put what was refused at the fields it is about, else above the form."""
    placed = [found for found in refusal.findings if found.field in form.fields]
    for found in placed:
        form.add_error(found.field, say(found.message))
    if not placed:
        form.add_error(None, say(refusal))


def _again(request: HttpRequest, form: Any, refusal: operations.EditedMeanwhile) -> Any:
    """Return the form with what was entered, on the household as it stands now."""
    fresh = _file(form.household.pk).household
    data = request.POST.copy()
    data["version"] = queries.version_of(fresh)
    again = _form(fresh, data)
    again.is_valid()
    again.add_error(None, say(refusal))
    _show(again, refusal)
    return again


def _saved(doubts: int) -> Text:
    if not doubts:
        return Text("已保存。", "Saved.")
    return Text(
        "已保存，核查发现 {n} 处疑点，见“疑点”。",
        "Saved; the checks found {n} doubts, see “Doubts”.",
        {"n": doubts},
    )
