"""The page of one household's sheet: fill in, look through, send back, correct."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from bangfu.calc.values.findings import Refusal
from bangfu.calc.values.text import Text
from bangfu.registry.models import Household
from bangfu.registry.surveys import (
    filling,
    forms,
    operations,
    permissions,
    presenting,
    queries,
    rules,
)
from bangfu.registry.surveys.kinds import SheetState
from bangfu.registry.surveys.models import Collection, SurveySheet
from bangfu.registry.surveys.views import (
    acting,
    collection_or_404,
    context_of,
    show,
)
from bangfu.scope import Actor
from bangfu.web import formats
from bangfu.web.language import say
from bangfu.web.navigation import Crumb
from bangfu.web.once import only_once

CORRECT = Text("锁定后更正", "Correct a locked year")
RETURN = Text("退回采集表", "Send the sheet back")
_UNPROCESSABLE = 422


@login_required
@only_once
def sheet(request: HttpRequest, collection_id: int, household_id: int) -> HttpResponse:
    """Show a household's sheet; while the year is open, let it be filled in."""
    by = acting(request)
    found, household = _found(collection_id, household_id)
    stored = queries.sheet_of(household.pk, found.year)
    may_fill = not found.is_locked and permissions.can_record(by, found.division_code)
    if request.method == "POST" and not may_fill:
        permissions.check_record(by, found.division_code)
        rules.check_open(found.is_locked)
    if not may_fill:
        return _read(request, by, found, household, stored)
    form = _form(request, found, household, stored, forms.SheetForm)
    if form.is_valid():
        try:
            saved = operations.record_sheet(
                by=by,
                at=timezone.now(),
                collection_id=found.pk,
                household_id=household.pk,
                version=form.cleaned_data["version"],
                filled=form.filled(),
            )
        except Refusal as refusal:
            show(form, refusal)
        else:
            messages.success(request, say(_saved(household, saved)))
            return redirect(_after(request, found, household))
    return _fill(request, by, found, household, stored, form)


@login_required
@only_once
def send_back(
    request: HttpRequest, collection_id: int, household_id: int
) -> HttpResponse:
    """Send a sheet back with a reason."""
    by = acting(request)
    found, household = _found(collection_id, household_id)
    permissions.check_record(by, found.division_code)
    stored = queries.sheet_of(household.pk, found.year)
    if stored is None:
        raise Http404
    form = forms.ReturnForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            operations.return_sheet(
                by=by,
                at=timezone.now(),
                sheet_id=stored.pk,
                reason=form.cleaned_data["reason"],
            )
        except Refusal as refusal:
            show(form, refusal)
        else:
            messages.success(request, say(Text("已退回。", "Sent back.")))
            return redirect("registry:survey", found.pk)
    context = {
        **_context(found, household),
        "title": RETURN,
        "form": form,
        "submit_label": RETURN,
        "cancel_url": _url(found, household),
    }
    status = _UNPROCESSABLE if form.errors else 200
    return render(request, "registry/survey_form.html", context, status=status)


@login_required
@only_once
def correct(
    request: HttpRequest, collection_id: int, household_id: int
) -> HttpResponse:
    """Correct a locked year of a household."""
    by = acting(request)
    found, household = _found(collection_id, household_id)
    permissions.check_close(by, found.division_code)
    rules.check_locked(found.is_locked)
    stored = queries.sheet_of(household.pk, found.year)
    form = _form(request, found, household, stored, forms.CorrectionForm)
    if form.is_valid():
        try:
            operations.correct_sheet(
                by=by,
                at=timezone.now(),
                collection_id=found.pk,
                household_id=household.pk,
                version=form.cleaned_data["version"],
                filled=form.filled(),
                reason=form.cleaned_data["reason"],
            )
        except Refusal as refusal:
            show(form, refusal)
        else:
            messages.success(
                request,
                say(
                    Text(
                        "已更正，原采集表保留。",
                        "Corrected; the earlier sheet is kept.",
                    )
                ),
            )
            return redirect(_url(found, household))
    return _fill(request, by, found, household, stored, form, title=CORRECT)


# Pieces


def _found(collection_id: int, household_id: int) -> tuple[Collection, Household]:
    found = collection_or_404(collection_id)
    household = queries.household_in(found, household_id)
    if household is None:
        raise Http404
    return found, household


def _url(found: Collection, household: Household) -> str:
    return reverse("registry:survey_sheet", args=[found.pk, household.pk])


def _form(
    request: HttpRequest,
    found: Collection,
    household: Household,
    stored: SurveySheet | None,
    kind: type[forms.SheetForm],
) -> Any:
    """Return the form on what was posted, else on what is stored."""
    today = timezone.localdate()
    terms = queries.terms(today, found.division_code)
    last_income = queries.income_of(household.pk, found.year - 1)
    initial: dict[str, Any] = {"version": queries.version_of(stored)}
    if stored is not None:
        initial |= forms.initial_of(stored)
    elif income := queries.income_of(household.pk, found.year):
        initial |= forms.initial_of_income(income)
    if stored is None:
        initial.setdefault("surveyed_on", today)
        initial["surveyors"] = request.GET.get("surveyors", "")[: filling.NAMES_MAX]
    return kind(
        request.POST if request.method == "POST" else None,
        accepted=terms.accepted,
        last=queries.sheet_of(household.pk, found.year - 1),
        last_amounts={}
        if last_income is None
        else {key: getattr(last_income, f"{key}_fen") for key in filling.AMOUNTS},
        initial=initial,
    )


def _after(request: HttpRequest, found: Collection, household: Household) -> str:
    """Return where to go on: the next household without a sheet, or this one."""
    if request.POST.get("then") == "next":
        following = queries.next_missing(found, household)
        if following is None:
            return reverse("registry:survey", args=[found.pk])
        names = "、".join(filling.names_in(request.POST.get("surveyors", "")))
        return f"{_url(found, following)}?{urlencode({'surveyors': names})}"
    return _url(found, household)


def _fill(
    request: HttpRequest,
    by: Actor,
    found: Collection,
    household: Household,
    stored: SurveySheet | None,
    form: Any,
    *,
    title: Text | None = None,
) -> HttpResponse:
    context = {
        **_context(found, household),
        **_state(by, found, stored),
        "form": form,
        "sheet": stored,
        "is_correction": title is not None,
        "last_year": found.year - 1,
        "sharing": household.members.filter(left_date=None, shares_income=True).count(),
        "line": formats.yuan(queries.line_fen(found.year, found.division_code)),
        "has_line": queries.line_fen(found.year, found.division_code) is not None,
        "cancel_url": reverse("registry:survey", args=[found.pk]),
    }
    if title is not None:
        context["title"] = title
        context["cancel_url"] = _url(found, household)
    status = _UNPROCESSABLE if form.errors else 200
    return render(request, "registry/survey_sheet.html", context, status=status)


def _read(
    request: HttpRequest,
    by: Actor,
    found: Collection,
    household: Household,
    stored: SurveySheet | None,
) -> HttpResponse:
    """Show a sheet that cannot be filled in, with the chain of its corrections."""
    chain = queries.chain_of(household.pk, found.year)
    context = {
        **_context(found, household),
        **_state(by, found, stored),
        "row": None if stored is None else presenting.year_row(stored, chain),
        "sheet": stored,
        "spending": [] if stored is None else presenting.spending_of(stored),
        "chain": [
            (
                one,
                presenting.components_of(one.income),
                formats.yuan(one.income.net_fen),
            )
            for one in chain
        ],
        "can_correct": found.is_locked
        and permissions.can_close(by, found.division_code),
    }
    return render(request, "registry/survey_read.html", context)


def _state(by: Actor, found: Collection, stored: SurveySheet | None) -> dict[str, Any]:
    waits = stored is not None and stored.state == SheetState.RECORDED
    return {
        "state": presenting.LOCKED
        if found.is_locked and stored is not None
        else presenting.state_badge(None if stored is None else stored.state),
        "doubts": [] if stored is None else presenting.doubt_texts(stored.doubts),
        "may_check": waits
        and stored is not None
        and not found.is_locked
        and stored.recorded_by_id != by.user_id
        and permissions.can_record(by, found.division_code),
    }


def _context(found: Collection, household: Household) -> dict[str, Any]:
    context = context_of(found)
    return {
        **context,
        "title": Text(
            "{name}：{year} 年采集表",
            "{name}: survey of {year}",
            {"name": household.head_name, "year": found.year},
        ),
        "crumbs": [*context["crumbs"], Crumb(household.head_name)],
        "household": household,
    }


def _saved(household: Household, saved: SurveySheet) -> Text:
    if saved.doubts:
        return Text(
            "{name} 已保存，存疑 {n} 项，待另一人审核。",
            "{name} is saved with {n} doubts; somebody else checks it.",
            {"name": household.head_name, "n": len(saved.doubts)},
        )
    return Text(
        "{name} 已保存，待另一人审核。",
        "{name} is saved; somebody else checks it.",
        {"name": household.head_name},
    )
