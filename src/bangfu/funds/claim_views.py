"""Pages of claims, deposits, opening balances and money that stayed unspent."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.text import Text
from bangfu.funds import pages
from bangfu.funds.budget_views import (
    funds_crumbs,
    order_page,
)
from bangfu.funds.budgets import permissions as budget_permissions
from bangfu.funds.budgets import queries as budgets
from bangfu.funds.claims import (
    balances,
    deposits,
    forms,
    lists,
    operations,
    permissions,
    queries,
)
from bangfu.funds.claims.models import Claim, Deposit
from bangfu.funds.claims.states import PACK_TEXTS, ClaimState, RefusalReason
from bangfu.funds.ledger import queries as ledger
from bangfu.funds.project_views import project_crumbs
from bangfu.scope import Actor
from bangfu.web.navigation import Crumb
from bangfu.web.once import only_once

CLAIMS = Text("报账", "Claims")
NEW = Text("申请报账", "Claim a stage")
RETURN = Text("退回报账", "Return the claim")
ORDER = Text("制单支付", "Order the payment")
OPENING = Text("期初余额入账", "Take over an opening balance")
RECOVER = Text("收回结转资金", "Recover unspent money")
_ENDS = {
    "release": Text("退还质量保证金", "Release the deposit"),
    "forfeit": Text("没收质量保证金", "Forfeit the deposit"),
}
_PREPARED = Text(
    "已制单，待另一人审批。", "The order is prepared; another person approves it."
)


def seeing(request: HttpRequest) -> Actor:
    """Return who asks. Raises NotAllowed for who sees no claims."""
    by = pages.acting(request)
    permissions.check_see(by)
    return by


@login_required
@require_safe
def claims(request: HttpRequest) -> HttpResponse:
    """List claims, the newest first."""
    seeing(request)
    context = {"title": CLAIMS, "list": lists.CLAIMS.page(request, queries.claims())}
    return render(request, "web/list_page.html", context)


@login_required
@require_safe
def claim(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Show a claim with its pack, and what may be done with it."""
    by = seeing(request)
    found = _claim(claim_id)
    place = DivisionCode(found.division_code)
    may_check = permissions.can_check(by, place) and by.user_id != found.submitted_by_id
    waits = found.state in (ClaimState.SUBMITTED, ClaimState.CHECKED)
    context = {
        "title": Text(
            "{name}：第 {n} 阶段报账",
            "{name}: claim of stage {n}",
            {"name": found.project.name, "n": found.stage},
        ),
        "crumbs": [
            *project_crumbs(found.project),
            Crumb(Text("第 {n} 阶段报账", "stage {n}", {"n": found.stage})),
        ],
        "claim": found,
        "state": lists.state_badge(found),
        "documents": [
            (PACK_TEXTS[one.kind], one) for one in found.documents.order_by("pk")
        ],
        "refusals": [RefusalReason(code).text for code in found.refusals],
        "can_check": may_check and found.state == ClaimState.SUBMITTED,
        "can_return": may_check and waits,
        "can_order": found.state == ClaimState.CHECKED
        and budget_permissions.can_prepare(by)
        and by.division == place[:6],
        "order": budgets.orders().filter(claim=found).first(),
    }
    return render(request, "funds/claim.html", context)


@login_required
@only_once
def claim_new(request: HttpRequest, allocation_id: int) -> HttpResponse:
    """Ask for the next stage of an allocation."""
    by = pages.acting(request)
    row = budgets.allocations().filter(pk=allocation_id).first()
    if row is None or row.project is None:
        raise Http404
    permissions.check_submit(by, DivisionCode(row.division_code))
    due = queries.next_stage(row, row.project)
    if due is None:
        raise Http404
    form = forms.ClaimForm(**pages.given(request), due=due)
    return pages.act_by_form(
        request,
        form,
        lambda at: operations.submit(by=by, at=at, ask=form.ask()),
        done=Text("已提交，待县扶贫办审核。", "It is submitted; the county checks it."),
        then=_claim_page,
        title=NEW,
        crumbs=project_crumbs(row.project),
        back=reverse("funds:project", args=[row.project.pk]),
        template="funds/claim_new.html",
        due=due,
    )


@login_required
@require_POST
@only_once
def claim_check(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Find a claim right."""
    by = pages.acting(request)
    found = _claim(claim_id)
    operations.check(by=by, at=pages.now(), claim_id=claim_id)
    text = Text("审核通过，待制单。", "It is checked; a preparer orders the payment.")
    return pages.done(request, text, _claim_page(found))


@login_required
@only_once
def claim_return(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Return a claim with reasons."""
    by = pages.acting(request)
    found = _claim(claim_id)
    permissions.check_check(by, DivisionCode(found.division_code))
    form = forms.RefusalForm(**pages.given(request))
    return pages.act_by_form(
        request,
        form,
        lambda at: operations.send_back(
            by=by, at=at, claim_id=claim_id, **form.cleaned_data
        ),
        done=Text("已退回。", "It is returned."),
        then=_claim_page,
        title=RETURN,
        crumbs=project_crumbs(found.project),
        back=_claim_page(found),
    )


@login_required
@only_once
def claim_order(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Prepare the voucher that pays a claim."""
    by = pages.acting(request)
    found = _claim(claim_id)
    budget_permissions.check_prepare(by, [str(found.division_code)[:6]])
    form = forms.DayForm(**pages.given(request), initial={"posted_on": pages.today()})
    return pages.act_by_form(
        request,
        form,
        lambda at: operations.order(
            by=by,
            at=at,
            claim_id=claim_id,
            posted_on=form.cleaned_data["posted_on"],
        ),
        done=_PREPARED,
        then=order_page,
        title=ORDER,
        crumbs=project_crumbs(found.project),
        back=_claim_page(found),
    )


@login_required
@only_once
def deposit_end(request: HttpRequest, deposit_id: int, how: str) -> HttpResponse:
    """Prepare the order that releases or forfeits a deposit."""
    by = pages.acting(request)
    found = _deposit(deposit_id)
    if how not in _ENDS:
        raise Http404
    budget_permissions.check_prepare(by, [str(found.division_code)[:6]])
    kind = forms.DayForm if how == "release" else forms.DocumentForm
    form = kind(**pages.given(request), initial={"posted_on": pages.today()})
    prepare = deposits.prepare_release if how == "release" else deposits.prepare_forfeit
    project = found.claim.project
    return pages.act_by_form(
        request,
        form,
        lambda at: prepare(by=by, at=at, deposit_id=deposit_id, **form.cleaned_data),
        done=_PREPARED,
        then=order_page,
        title=_ENDS[how],
        crumbs=project_crumbs(project),
        back=reverse("funds:project", args=[project.pk]),
    )


@login_required
@only_once
def opening_new(request: HttpRequest) -> HttpResponse:
    """Prepare the order that takes an opening balance over."""
    by = pages.acting(request)
    budget_permissions.check_prepare(by, [by.division or ""])
    form = forms.OpeningForm(
        **pages.given(request),
        initial={"posted_on": pages.today(), "year": pages.today().year - 1},
    )
    return pages.act_by_form(
        request,
        form,
        lambda at: balances.prepare_opening(
            by=by,
            at=at,
            opening=form.opening(DivisionCode(by.division or "")),
            posted_on=form.cleaned_data["posted_on"],
        ),
        done=_PREPARED,
        then=order_page,
        title=OPENING,
        crumbs=funds_crumbs(),
        back=reverse("funds:county"),
    )


@login_required
@only_once
def recover(request: HttpRequest, account_id: int) -> HttpResponse:
    """Prepare the order that recovers what an old account has unspent."""
    by = pages.acting(request)
    account = ledger.account(account_id)
    budget_permissions.check_prepare(by, [account.division_code])
    form = forms.DocumentForm(
        **pages.given(request), initial={"posted_on": pages.today()}
    )
    return pages.act_by_form(
        request,
        form,
        lambda at: balances.prepare_recovery(
            by=by, at=at, account_id=account_id, **form.cleaned_data
        ),
        done=_PREPARED,
        then=order_page,
        title=RECOVER,
        crumbs=funds_crumbs(Crumb(account.line_text)),
        back=reverse("funds:county"),
    )


def _claim(claim_id: int) -> Claim:
    found = queries.claim(claim_id)
    if found is None:
        raise Http404
    return found


def _deposit(deposit_id: int) -> Deposit:
    found = queries.deposits().filter(pk=deposit_id).first()
    if found is None:
        raise Http404
    return found


def _claim_page(found: Claim) -> str:
    return reverse("funds:claim", args=[found.pk])
