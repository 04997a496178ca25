"""Pages of budgets: the county's money, documents, lines, orders."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.text import Text
from bangfu.divisions import queries as divisions
from bangfu.funds import county_money, operations, pages
from bangfu.funds import queries as funds
from bangfu.funds.budgets import (
    allocations,
    appropriations,
    forms,
    lines,
    lists,
    permissions,
    queries,
)
from bangfu.funds.budgets.models import Appropriation, BudgetLine, Order
from bangfu.funds.budgets.states import OrderKind, OrderState
from bangfu.funds.ledger.models import Account
from bangfu.funds.project_views import found_project, project_crumbs
from bangfu.scope import Actor
from bangfu.web.navigation import Crumb
from bangfu.web.once import only_once

COUNTY = Text("资金总览", "The county's money")
APPROPRIATIONS = Text("资金文件", "Documents of money")
LINES = Text("预算", "Budget lines")
ORDERS = Text("资金单据", "Orders")
RECORD = Text("登记资金文件", "Record a document")
HAND_ON = Text("分解下达", "Hand on")
PLAN_LINE = Text("编制预算", "Plan a line")
ALLOT = Text("安排到用途", "Give it money")
FUND = Text("安排资金", "Keep money for it")
APPROVE = Text("审批记账", "Approve and post")
RETURN = Text("退回单据", "Return the order")
_YEARS_SHOWN = 3


def reading(request: HttpRequest) -> Actor:
    """Return who asks. Raises NotAllowed for who does not see the ledger."""
    by = pages.acting(request)
    permissions.check_read(by)
    return by


@login_required
@require_safe
def county(request: HttpRequest) -> HttpResponse:
    """Show what arrived, is planned, committed, paid and left, by class and age."""
    by = reading(request)
    where = pages.county_of(request, by)
    on = pages.asked_day(request)
    context = {
        "title": COUNTY,
        "county": where,
        "name": divisions.full_name(where, at=pages.today()),
        "counties": pages.counties(by),
        "on": on,
        "money": county_money.of(where, on=on),
        "waiting": queries.waiting_orders(by).count()
        if permissions.can_work(by)
        else 0,
        "can_prepare": permissions.can_prepare(by),
    }
    return render(request, "funds/county.html", context)


# Documents


@login_required
@require_safe
def appropriation_list(request: HttpRequest) -> HttpResponse:
    """List the documents by which money came or went down."""
    by = reading(request)
    context = {
        "title": APPROPRIATIONS,
        "crumbs": _crumbs(Crumb(APPROPRIATIONS)),
        "list": lists.APPROPRIATIONS.page(request, queries.appropriations()),
        "can_record": permissions.can_prepare(by),
    }
    return render(request, "funds/appropriations.html", context)


@login_required
@require_safe
def appropriation(request: HttpRequest, appropriation_id: int) -> HttpResponse:
    """Show a document: its hops with days in transit, and what was handed on."""
    by = reading(request)
    found = _appropriation(appropriation_id)
    today = pages.today()
    own = appropriations.own_hop(found)
    names = divisions.names(
        {
            DivisionCode(code)
            for hop in queries.hops_of(found)
            for code in (hop.from_code, hop.to_code)
        },
        at=today,
    )
    children = list(found.children.order_by("division_code"))
    is_here = by.division == found.division_code
    kind = None
    if own.arrived_on is None:
        kind = appropriations.next_kind(found, own)
    payer = found.from_code if kind is OrderKind.HAND_DOWN else found.division_code
    context = {
        "title": Text("{no}", "{no}", {"no": found.document_no}),
        "crumbs": _crumbs(
            Crumb(APPROPRIATIONS, reverse("funds:appropriations")),
            Crumb(found.document_no),
        ),
        "row": found,
        "ways": [
            (names.get(way.hop.from_code), names.get(way.hop.to_code), way)
            for way in queries.ways_of(found, on=today)
        ],
        "children": children,
        "left_fen": found.amount_fen - sum(one.amount_fen for one in children),
        "order": queries.order_of("funds.appropriation", found.pk),
        "kind": kind,
        "can_move": kind is not None
        and permissions.can_prepare(by)
        and by.division == payer,
        "can_hand_on": permissions.can_prepare(by)
        and is_here
        and DivisionCode(found.division_code).level < Level.COUNTY,
    }
    return render(request, "funds/appropriation.html", context)


@login_required
@only_once
def appropriation_new(request: HttpRequest) -> HttpResponse:
    """Put a document on file: from outside, or under one that is there (`?under=`)."""
    by = pages.acting(request)
    permissions.check_prepare(by, [by.division or ""])
    under = request.GET.get("under", "")
    parent = _appropriation(int(under)) if under.isdigit() else None
    form = forms.AppropriationForm(
        **pages.given(request),
        divisions=_receivers(by, parent),
        parent=parent,
        initial={"issued_on": pages.today(), "year": pages.today().year},
    )
    return pages.act_by_form(
        request,
        form,
        lambda at: appropriations.record(
            by=by, at=at, paper=form.paper(), document=form.document_content()
        ),
        done=Text("已登记。", "The document is on file."),
        then=lambda row: reverse("funds:appropriation", args=[row.pk]),
        title=HAND_ON if parent else RECORD,
        crumbs=_crumbs(Crumb(APPROPRIATIONS, reverse("funds:appropriations"))),
        back=reverse("funds:appropriations"),
    )


@login_required
@only_once
def hop(request: HttpRequest, appropriation_id: int) -> HttpResponse:
    """Prepare the order of the next point on a document's way."""
    by = pages.acting(request)
    permissions.check_prepare(by, [by.division or ""])
    found = _appropriation(appropriation_id)
    form = forms.DayForm(**pages.given(request), initial={"posted_on": pages.today()})
    return pages.act_by_form(
        request,
        form,
        lambda at: appropriations.prepare_hop(
            by=by,
            at=at,
            appropriation_id=appropriation_id,
            happened_on=form.cleaned_data["posted_on"],
        ),
        done=_PREPARED,
        then=_order_page,
        title=appropriations.next_kind(found, appropriations.own_hop(found)).text,
        crumbs=_crumbs(Crumb(found.document_no)),
        back=reverse("funds:appropriation", args=[found.pk]),
    )


# Lines


@login_required
@require_safe
def line_list(request: HttpRequest) -> HttpResponse:
    """List budget lines with what they hold."""
    by = reading(request)
    context = {
        "title": LINES,
        "crumbs": _crumbs(Crumb(LINES)),
        "list": lists.LINES.page(request, queries.lines()),
        "can_plan": permissions.can_prepare(by),
    }
    return render(request, "funds/lines.html", context)


@login_required
@require_safe
def line(request: HttpRequest, line_id: int) -> HttpResponse:
    """Show a line: planned, given, committed, available, and what is kept of it."""
    by = reading(request)
    found = _line(line_id)
    rows = queries.allocations().filter(line=found).select_related("commitment")
    context = {
        "title": found.purpose_text,
        "crumbs": _crumbs(
            Crumb(LINES, reverse("funds:lines")), Crumb(found.purpose_text)
        ),
        "line": found,
        "list": lists.ALLOCATIONS.page(request, rows),
        "order": queries.order_of("funds.budgetline", found.pk),
        "can_allot": permissions.can_prepare(by) and by.division == found.division_code,
        "undivided": _undivided(found),
    }
    return render(request, "funds/line.html", context)


@login_required
@only_once
def line_new(request: HttpRequest) -> HttpResponse:
    """Plan what a county spends of one class, source and year on a purpose."""
    by = pages.acting(request)
    permissions.check_prepare(by, [by.division or ""])
    form = forms.LineForm(**pages.given(request), initial={"year": pages.today().year})
    return pages.act_by_form(
        request,
        form,
        lambda at: lines.plan_line(
            by=by, at=at, plan=form.plan(DivisionCode(by.division or ""))
        ),
        done=Text("预算已登记。", "The line is planned."),
        then=lambda row: reverse("funds:line", args=[row.pk]),
        title=PLAN_LINE,
        crumbs=_crumbs(Crumb(LINES, reverse("funds:lines"))),
        back=reverse("funds:lines"),
    )


@login_required
@only_once
def line_allot(request: HttpRequest, line_id: int) -> HttpResponse:
    """Prepare the order that gives a line its money."""
    by = pages.acting(request)
    found = _line(line_id)
    permissions.check_prepare(by, [found.division_code])
    form = forms.AllotForm(**pages.given(request), initial={"posted_on": pages.today()})
    return pages.act_by_form(
        request,
        form,
        lambda at: lines.prepare_allotment(
            by=by, at=at, line_id=line_id, **form.cleaned_data
        ),
        done=_PREPARED,
        then=_order_page,
        title=ALLOT,
        crumbs=_crumbs(Crumb(LINES, reverse("funds:lines")), Crumb(found.purpose_text)),
        back=reverse("funds:line", args=[line_id]),
    )


@login_required
@only_once
def project_fund(request: HttpRequest, project_id: int) -> HttpResponse:
    """Keep a part of a line with the project's purpose for it."""
    by = pages.acting(request)
    project = found_project(project_id)
    county = DivisionCode(project.division_code).at(Level.COUNTY)
    permissions.check_commit(by, county)
    offered = queries.lines().filter(division_code=county, purpose=project.purpose)
    stated = funds.project_statement(project, on=pages.today())
    left = stated.planned_fen - stated.committed_fen
    form = forms.FundForm(
        **pages.given(request),
        lines=list(offered.order_by("-year", "pk")),
        initial={"amount_fen": f"{left / 100:.2f}"},
    )
    return pages.act_by_form(
        request,
        form,
        lambda at: allocations.commit(
            by=by,
            at=at,
            line_id=int(form.cleaned_data["line"]),
            amount_fen=form.cleaned_data["amount_fen"],
            purpose=project.name,
            project_id=project_id,
        ),
        done=Text("已安排资金。", "The money is kept for the project."),
        then=lambda _row: reverse("funds:project", args=[project_id]),
        title=FUND,
        crumbs=project_crumbs(project),
        back=reverse("funds:project", args=[project_id]),
    )


# Orders


@login_required
@require_safe
def order_list(request: HttpRequest) -> HttpResponse:
    """List orders: what waits for a second person, what was posted or returned."""
    reading(request)
    context = {
        "title": ORDERS,
        "crumbs": _crumbs(Crumb(ORDERS)),
        "list": lists.ORDERS.page(request, queries.orders()),
    }
    return render(request, "web/list_page.html", context)


@login_required
@require_safe
def order(request: HttpRequest, order_id: int) -> HttpResponse:
    """Show an order with its movements, and let another person decide."""
    by = reading(request)
    found = _order(order_id)
    accounts = Account.objects.in_bulk(
        {key for one in found.movements for key in (one["source"], one["target"])}
    )
    is_waiting = found.state == OrderState.PREPARED
    is_own = found.prepared_by_id == by.user_id
    may = permissions.can_approve(by) and by.division == found.division_code
    context = {
        "title": OrderKind(found.kind).text,
        "crumbs": _crumbs(Crumb(ORDERS, reverse("funds:orders")), Crumb(str(found.pk))),
        "order": found,
        "state": lists.order_badge(found),
        "movements": [
            (accounts.get(one["source"]), accounts.get(one["target"]), one["fen"])
            for one in found.movements
        ],
        "can_approve": is_waiting and may and not is_own,
        "can_return": is_waiting and (may or is_own),
        "subject_url": county_money.subject_url(found),
    }
    return render(request, "funds/order.html", context)


@login_required
@only_once
def order_approve(request: HttpRequest, order_id: int) -> HttpResponse:
    """Approve an order: it is posted as a voucher."""
    by = pages.acting(request)
    found = _order(order_id)
    permissions.check_approve(by, [found.division_code])
    if request.method != "POST":
        context = {
            "title": APPROVE,
            "crumbs": _crumbs(Crumb(ORDERS, reverse("funds:orders"))),
            "order": found,
            "cancel_url": _order_page(found),
        }
        return render(request, "funds/order_approve.html", context)
    operations.approve_order(by=by, at=pages.now(), order_id=order_id)
    return pages.done(request, Text("已记账。", "It is posted."), _order_page(found))


@login_required
@only_once
def order_return(request: HttpRequest, order_id: int) -> HttpResponse:
    """Return an order with a reason."""
    by = pages.acting(request)
    found = _order(order_id)
    if found.prepared_by_id != by.user_id:
        permissions.check_approve(by, [found.division_code])
    form = forms.ReturnForm(**pages.given(request))
    return pages.act_by_form(
        request,
        form,
        lambda at: operations.return_order(
            by=by, at=at, order_id=order_id, reason=form.cleaned_data["reason"]
        ),
        done=Text("已退回。", "It is returned."),
        then=_order_page,
        title=RETURN,
        crumbs=_crumbs(Crumb(ORDERS, reverse("funds:orders"))),
        back=_order_page(found),
    )


# Pieces

_PREPARED = Text(
    "已制单，待另一人审批。", "The order is prepared; another person approves it."
)


def order_page(found: Order) -> str:
    """Return the address of an order."""
    return _order_page(found)


def funds_crumbs(*more: Crumb) -> list[Crumb]:
    """Return the way from the county's money to a page."""
    return _crumbs(*more)


def _order_page(found: Order) -> str:
    return reverse("funds:order", args=[found.pk])


def _crumbs(*more: Crumb) -> list[Crumb]:
    return [Crumb(COUNTY, reverse("funds:county")), *more]


def _appropriation(appropriation_id: int) -> Appropriation:
    found = queries.appropriation(appropriation_id)
    if found is None:
        raise Http404
    return found


def _line(line_id: int) -> BudgetLine:
    found = queries.line(line_id)
    if found is None:
        raise Http404
    return found


def _order(order_id: int) -> Order:
    found = queries.orders().filter(pk=order_id).first()
    if found is None:
        raise Http404
    return found


def _undivided(line: BudgetLine) -> Account | None:
    """Return the account of the same money that is not allotted yet, None without one."""
    return (
        Account.objects.filter(
            division_code=line.division_code,
            kind="special",
            fund_class=line.fund_class,
            source=line.source,
            year=line.year,
            purpose="",
            name="",
        )
        .select_related("standing")
        .first()
    )


def _receivers(by: Actor, parent: Appropriation | None) -> list[tuple[str, str]]:
    home = DivisionCode(by.division or "99")
    today = pages.today()
    if parent is None:
        names = divisions.names([home], at=today)
        return [(str(home), names.get(home, str(home)))]
    return [(str(one.code), one.name) for one in divisions.children(home, at=today)]
