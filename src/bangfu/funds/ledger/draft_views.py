"""Pages that change the ledger: drafts, reversals, closes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import Refusal
from bangfu.calc.values.text import Text
from bangfu.funds.ledger import drafts as drafting
from bangfu.funds.ledger import (
    forms,
    lists,
    operations,
    permissions,
    queries,
)
from bangfu.funds.ledger.book_models import Close
from bangfu.funds.ledger.draft_models import Draft, DraftState
from bangfu.funds.ledger.models import Account
from bangfu.funds.ledger.views import reading, tabs, voucher_or_404
from bangfu.web.language import say
from bangfu.web.navigation import Crumb
from bangfu.web.once import only_once

DRAFTS = Text("待审凭证", "Drafts")
NEW = Text("填制凭证", "Prepare a voucher")
CLOSING = Text("结账", "Closing")
_UNPROCESSABLE = 422
_CLOSES_SHOWN = 120


def _given(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _tried(form: Any, act: Callable[[], Any]) -> Any:
    """Return what an act returns; what it refuses stands above the form, then None."""
    try:
        return act()
    except Refusal as refused:
        remedy = say(refused.remedy) if refused.remedy else ""
        form.add_error(None, say(refused) + remedy)
    return None


@login_required
@require_safe
def drafts(request: HttpRequest) -> HttpResponse:
    """List drafts, newest first."""
    by = reading(request)
    context = {
        "title": DRAFTS,
        "tabs": tabs("drafts"),
        "list": lists.DRAFTS.page(request, Draft.objects.all()),
        "can_prepare": permissions.can_prepare(by),
    }
    return render(request, "funds/list.html", context)


@login_required
@only_once
def new(request: HttpRequest) -> HttpResponse:
    """Prepare a voucher of the own division's money."""
    by = reading(request)
    permissions.check_prepare(by, ())
    accounts = Account.objects.filter(division_code=by.division).order_by(
        "kind", "-year", "fund_class", "source", "purpose", "name"
    )[: forms.ACCOUNTS_MAX]
    form = forms.DraftForm(
        _given(request),
        accounts=list(accounts),
        initial={"posted_on": queries.today()},
    )
    if form.is_valid():
        prepared = _tried(
            form,
            lambda: drafting.prepare(
                by=by,
                at=timezone.now(),
                posted_on=form.posted_day,
                text=form.cleaned_data["text"],
                movements=form.movements,
                document_no=form.cleaned_data["document_no"],
            ),
        )
        if prepared is not None:
            messages.success(
                request,
                say(
                    Text(
                        "已提交，等待另一名审批人审批。",
                        "Sent; another person approves it.",
                    )
                ),
            )
            return redirect("funds:draft", prepared.pk)
    context = {
        "title": NEW,
        "crumbs": [Crumb(DRAFTS, reverse("funds:drafts")), Crumb(NEW)],
        "form": form,
        "submit_label": Text("提交审批", "Send for approval"),
        "cancel_url": reverse("funds:drafts"),
    }
    status = _UNPROCESSABLE if form.errors else 200
    return render(request, "funds/draft_new.html", context, status=status)


def _draft_or_404(draft_id: int) -> Draft:
    try:
        return drafting.draft(draft_id)
    except queries.NoSuchRecord as missing:
        raise Http404 from missing


def _name(found: Draft) -> Text:
    return Text("第 {n} 号凭证稿", "Draft {n}", {"n": str(found.pk)})


@login_required
@require_safe
def draft(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Show a draft; who may approve it finds the button here."""
    by = reading(request)
    found = _draft_or_404(draft_id)
    is_waiting = found.state == DraftState.WAITING
    movements = [] if found.reverses_id else drafting.movements_of(found)
    name = _name(found)
    context = {
        "title": name,
        "crumbs": [Crumb(DRAFTS, reverse("funds:drafts")), Crumb(name)],
        "draft": found,
        "badge": lists.draft_badge(found),
        "lines": [
            (forms.edge_words(one.edge), one.target, one.source, one.amount_fen)
            for one in movements
        ],
        "original": found.reverses and lists.voucher_name(found.reverses),
        "voucher_name": found.voucher and lists.voucher_name(found.voucher),
        "can_approve": is_waiting
        and permissions.can_approve(by)
        and by.user_id != found.prepared_by_id,
        "can_withdraw": is_waiting and by.user_id == found.prepared_by_id,
    }
    return render(request, "funds/draft.html", context)


@login_required
@require_POST
@only_once
def approve(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Post a draft."""
    by = reading(request)
    _draft_or_404(draft_id)
    voucher = drafting.approve(by=by, at=timezone.now(), draft_id=draft_id)
    messages.success(
        request,
        say(
            Text(
                "已审批并记账：{name}。",
                "Approved and posted: {name}.",
                {"name": lists.voucher_name(voucher)},
            )
        ),
    )
    return redirect("funds:voucher", voucher.pk)


@login_required
@only_once
def send_back(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Send a draft back, or withdraw the own one."""
    by = reading(request)
    found = _draft_or_404(draft_id)
    if by.user_id != found.prepared_by_id:
        permissions.check_approve(by, drafting.sources_of(found))
    form = forms.ReasonForm(_given(request))
    back = reverse("funds:draft", args=[draft_id])
    if form.is_valid():
        done = _tried(
            form,
            lambda: drafting.send_back(
                by=by,
                at=timezone.now(),
                draft_id=draft_id,
                reason=form.cleaned_data["reason"],
            ),
        )
        if done is not None:
            return redirect(back)
    context = {
        "title": Text("退回凭证稿", "Send a draft back"),
        "crumbs": [Crumb(DRAFTS, reverse("funds:drafts")), Crumb(_name(found))],
        "form": form,
        "submit_label": Text("退回", "Send back"),
        "cancel_url": back,
    }
    status = _UNPROCESSABLE if form.errors else 200
    return render(request, "web/form.html", context, status=status)


@login_required
@only_once
def reverse_(request: HttpRequest, voucher_id: int) -> HttpResponse:
    """Prepare the reversal of a voucher."""
    by = reading(request)
    found = voucher_or_404(voucher_id)
    permissions.check_prepare(by, ())
    form = forms.ReversalForm(_given(request), initial={"posted_on": queries.today()})
    back = reverse("funds:voucher", args=[voucher_id])
    if form.is_valid():
        prepared = _tried(
            form,
            lambda: drafting.prepare_reversal(
                by=by,
                at=timezone.now(),
                voucher_id=voucher_id,
                reason=form.cleaned_data["reason"],
                posted_on=form.cleaned_data["posted_on"],
            ),
        )
        if prepared is not None:
            return redirect("funds:draft", prepared.pk)
    context = {
        "title": Text(
            "冲销{name}", "Reverse {name}", {"name": lists.voucher_name(found)}
        ),
        "form": form,
        "submit_label": Text("提交审批", "Send for approval"),
        "cancel_url": back,
    }
    status = _UNPROCESSABLE if form.errors else 200
    return render(request, "web/form.html", context, status=status)


@login_required
@require_safe
def periods(request: HttpRequest) -> HttpResponse:
    """Show the closed months of the divisions in scope, and which comes next."""
    by = reading(request)
    division = by.division
    today = queries.today()
    following = queries.next_month(division, today) if division else None
    context = {
        "title": CLOSING,
        "tabs": tabs("periods"),
        "closes": Close.objects.order_by("-last_on", "division_code")[:_CLOSES_SHOWN],
        "closed_through": queries.closed_through(division) if division else None,
        "following": following,
        "following_year": str(following[0]) if following else "",
        "waiting": Draft.objects.filter(
            division_code=division, state=DraftState.WAITING
        ).count(),
        "can_close": following is not None
        and division is not None
        and permissions.can_approve(by),
    }
    return render(request, "funds/periods.html", context)


@login_required
@require_POST
@only_once
def close(request: HttpRequest) -> HttpResponse:
    """Close a month of the own division for good."""
    by = reading(request)
    permissions.check_close(by, by.division or "")
    form = forms.MonthForm(request.POST)
    if not form.is_valid():
        return render(
            request,
            "web/form.html",
            {"title": CLOSING, "form": form, "cancel_url": reverse("funds:periods")},
            status=_UNPROCESSABLE,
        )
    closed = operations.close_period(
        by=by,
        at=timezone.now(),
        division_code=DivisionCode(by.division or ""),
        year=form.cleaned_data["year"],
        month=form.cleaned_data["month"],
    )
    messages.success(
        request,
        say(
            Text(
                "{year} 年 {month} 月已结账。",
                "{year}-{month} is closed.",
                {"year": str(closed.year), "month": closed.month},
            )
        ),
    )
    return redirect("funds:periods")
