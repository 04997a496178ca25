"""Pages: the coverage board, officials, runs, and changes by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from bangfu.accounts.roles import Role
from bangfu.calc.values.division_code import DivisionCode, InvalidDivisionCode, Level
from bangfu.calc.values.findings import NotAllowed
from bangfu.calc.values.text import Text
from bangfu.divisions import queries as divisions
from bangfu.jobs.presenting import progress_of
from bangfu.pairing import (
    boards,
    coverage,
    lists,
    operations,
    permissions,
    presenting,
    queries,
)
from bangfu.pairing.forms import (
    ApplyForm,
    ApproveForm,
    ChangeForm,
    EndForm,
    OrderForm,
    RejectForm,
)
from bangfu.pairing.rules import RUN_LEVELS
from bangfu.pairing.states import RunState
from bangfu.scope import Actor
from bangfu.web.language import say
from bangfu.web.navigation import Crumb
from bangfu.web.once import only_once

COVERAGE = Text("双向全覆盖", "Two-way coverage")
OFFICIALS = Text("帮扶干部", "Officials")
RUNS = Text("配对方案", "Pairing runs")
HOUSEHOLDS = Text("贫困户帮扶情况", "Households and their helpers")
MINE = Text("我的帮扶户", "My households")
_UNPROCESSABLE = 422


def _acting(request: HttpRequest) -> Actor:
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None:
        raise NotAllowed(Text("您还没有授权。", "You hold no grant yet."))
    return actor


def _reading(request: HttpRequest) -> Actor:
    by = _acting(request)
    permissions.check_read(by)
    return by


# Coverage


@login_required
@require_safe
def coverage_board(request: HttpRequest, code: str = "") -> HttpResponse:
    """Show the two-way numbers of a division: cards, map, charts and their tables."""
    by = _reading(request)
    here = _code(code) if code else by.division
    if here is None or by.division is None or not by.division.contains(here):
        raise Http404
    today = timezone.localdate()
    board = coverage.coverage(here, at=today)
    latest = queries.latest_run(here)
    context = {
        "title": board.name,
        "crumbs": _coverage_crumbs(by.division, here),
        "board": board,
        "cards": boards.cards(board),
        "map": boards.coverage_map(board, at=today),
        "chart": boards.chart(board),
        "official_chart": boards.official_chart(board),
        "units": coverage.units(here, limit=10),
        "latest": latest,
        "latest_title": lists.run_title(latest) if latest else None,
        "limits": presenting.limits(latest, here),
        "can_order": permissions.can_order(by, here) and here.level in RUN_LEVELS,
        "at": timezone.now(),
    }
    if here.level is Level.VILLAGE:
        rows = queries.households_with_helper().filter(division_code=here)
        context["list"] = lists.HOUSEHOLDS.page(request, rows)
    return render(request, "pairing/coverage.html", context)


def _code(text: str) -> DivisionCode:
    try:
        return DivisionCode(text)
    except InvalidDivisionCode as refusal:
        raise Http404(str(refusal)) from refusal


def _coverage_crumbs(top: DivisionCode, here: DivisionCode) -> list[Crumb]:
    path = [one for one in [*here.ancestors(), here] if top.contains(one)]
    names = divisions.names(path, at=timezone.localdate())
    return [
        Crumb(COVERAGE, reverse("pairing:coverage")),
        *(Crumb(names.get(one, str(one)), boards.part_url(one)) for one in path),
    ]


@login_required
@require_safe
def households(request: HttpRequest) -> HttpResponse:
    """List active households with their helpers."""
    by = _reading(request)
    if by.division is not None:
        coverage.refresh(by.division)  # the filter looks at the tallies
    page = lists.HOUSEHOLDS.page(request, queries.households_with_helper())
    crumbs = [Crumb(COVERAGE, reverse("pairing:coverage")), Crumb(HOUSEHOLDS)]
    return render(
        request,
        "web/list_page.html",
        {"title": HOUSEHOLDS, "crumbs": crumbs, "list": page},
    )


# Officials


@login_required
@require_safe
def officials(request: HttpRequest) -> HttpResponse:
    """List officials with tier, quota and households; a helper is led to his own."""
    by = _acting(request)
    if by.role == Role.HELPER:
        return redirect("pairing:mine")
    permissions.check_read(by)
    if by.division is not None:
        coverage.refresh(by.division)  # the filter looks at the tallies
    page = lists.OFFICIALS.page(request, queries.listed_officials())
    return render(request, "web/list_page.html", {"title": OFFICIALS, "list": page})


@login_required
@require_safe
def official(request: HttpRequest, official_id: int) -> HttpResponse:
    """Show an official: tier with its reason, quota, households now and before."""
    _reading(request)
    found = queries.official(official_id)
    crumbs = [Crumb(OFFICIALS, reverse("pairing:officials")), Crumb(found.name)]
    return render(
        request,
        "pairing/official.html",
        {"title": found.name, "crumbs": crumbs, **presenting.official_context(found)},
    )


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Show a helper his or her own households."""
    by = _acting(request)
    if by.official_id is None:
        raise NotAllowed(
            Text(
                "这一页只供帮扶责任人使用。",
                "This page is for helpers.",
            )
        )
    found = queries.official(by.official_id)
    return render(
        request,
        "pairing/official.html",
        {"title": MINE, **presenting.official_context(found)},
    )


# Runs


@login_required
@require_safe
def runs(request: HttpRequest) -> HttpResponse:
    """List runs, newest first."""
    by = _reading(request)
    page = lists.RUNS.page(request, queries.runs())
    may = by.division is not None and permissions.can_order(by, by.division)
    return render(
        request, "pairing/runs.html", {"title": RUNS, "list": page, "can_order": may}
    )


@login_required
@only_once
def order(request: HttpRequest) -> HttpResponse:
    """Order a run."""
    by = _reading(request)
    if by.division is None:
        raise Http404
    permissions.check_order(by, by.division)
    chosen = request.GET.get("division", str(by.division))
    initial = {"division": chosen, "year": timezone.localdate().year}
    form = OrderForm(
        request.POST if request.method == "POST" else None,
        divisions=presenting.orderable(by.division, at=timezone.localdate()),
        initial=initial,
    )
    if form.is_valid():
        run = operations.order_run(
            by=by,
            at=timezone.now(),
            division=form.cleaned_data["division"],
            year=form.cleaned_data["year"],
            parameters=form.parameters,
        )
        return redirect("pairing:run", run.pk)
    return _form(
        request,
        form,
        title=Text("新建配对方案", "Order a run"),
        back=reverse("pairing:runs"),
        submit=Text("开始计算", "Solve"),
    )


def _form(
    request: HttpRequest,
    form: Any,
    *,
    title: Text,
    back: str,
    submit: Text,
    **more: object,
) -> HttpResponse:
    context = {"title": title, "form": form, "cancel_url": back, "submit_label": submit}
    status = _UNPROCESSABLE if form.errors else 200
    return render(request, "web/form.html", context | more, status=status)


@login_required
@require_safe
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """Show a run: progress, coverage before and after, changes, what is missing."""
    by = _reading(request)
    found = queries.run(run_id)
    job = queries.job_of(found)
    is_waiting = found.state in (RunState.SOLVING, RunState.APPLYING)
    context = {
        "title": lists.run_title(found),
        "crumbs": [Crumb(RUNS, reverse("pairing:runs")), Crumb(lists.run_title(found))],
        "run": found,
        "badge": lists.run_badge(found),
        "summary": found.summary,
        "progress": progress_of(job) if is_waiting and job is not None else None,
        "is_stuck": is_waiting and queries.job_is_over(found),
        "error": Text.from_json(found.error) if found.error else None,
        "changes": presenting.named_changes(found, at=timezone.localdate()),
        "shortages": [presenting.shortage(one) for one in found.shortages],
        "meaning": presenting.meaning(found),
        "can_decide": permissions.can_decide(by, found)
        and found.state == RunState.PREVIEWED,
        "is_own": by.user_id == found.created_by_id
        and found.state == RunState.PREVIEWED,
        "can_apply": permissions.can_apply(by, found)
        and found.state == RunState.APPROVED,
        "approve_form": ApproveForm(),
        "apply_form": ApplyForm.on(timezone.localdate()),
    }
    return render(request, "pairing/run.html", context)


@login_required
@require_safe
def lines(request: HttpRequest, run_id: int) -> HttpResponse:
    """List the lines of a run."""
    _reading(request)
    found = queries.run(run_id)
    title = Text("{run}：逐户变化", "{run}: household by household")
    page = lists.LINES.page(request, queries.run_lines(found))
    crumbs = [
        Crumb(RUNS, reverse("pairing:runs")),
        Crumb(lists.run_title(found), reverse("pairing:run", args=[run_id])),
        Crumb(Text("逐户变化", "Lines")),
    ]
    return render(
        request,
        "web/list_page.html",
        {
            "title": title.with_(run=lists.run_title(found)),
            "crumbs": crumbs,
            "list": page,
        },
    )


@login_required
@require_POST
@only_once
def approve(request: HttpRequest, run_id: int) -> HttpResponse:
    """Approve a run."""
    by = _acting(request)
    permissions.check_decide(by, queries.run(run_id))
    form = ApproveForm(request.POST)
    if form.is_valid():
        operations.approve(
            by=by,
            at=timezone.now(),
            run_id=run_id,
            reason=form.cleaned_data["reason"],
        )
        return _back(request, run_id, Text("已批准。", "Approved."))
    return _form(
        request,
        form,
        title=Text("批准方案", "Approve the run"),
        back=reverse("pairing:run", args=[run_id]),
        submit=Text("批准", "Approve"),
    )


@login_required
@only_once
def reject(request: HttpRequest, run_id: int) -> HttpResponse:
    """Return a run with a reason."""
    by = _acting(request)
    permissions.check_decide(by, queries.run(run_id))
    form = RejectForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        operations.reject(
            by=by,
            at=timezone.now(),
            run_id=run_id,
            reason=form.cleaned_data["reason"],
        )
        return _back(request, run_id, Text("已退回。", "Returned."))
    return _form(
        request,
        form,
        title=Text("退回方案", "Return the run"),
        back=reverse("pairing:run", args=[run_id]),
        submit=Text("退回", "Return"),
    )


@login_required
@require_POST
@only_once
def apply(request: HttpRequest, run_id: int) -> HttpResponse:
    """Order an approved run to be carried out."""
    by = _acting(request)
    permissions.check_apply(by, queries.run(run_id))
    form = ApplyForm(request.POST)
    if form.is_valid():
        operations.order_apply(
            by=by,
            at=timezone.now(),
            run_id=run_id,
            from_date=form.cleaned_data["from_date"],
        )
        return redirect("pairing:run", run_id)
    return _form(
        request,
        form,
        title=Text("执行方案", "Carry the run out"),
        back=reverse("pairing:run", args=[run_id]),
        submit=Text("执行方案", "Carry it out"),
    )


@login_required
@require_POST
def verify(request: HttpRequest, run_id: int) -> HttpResponse:
    """Check pairs and proof of a run, and say what was found."""
    findings = operations.verify(by=_acting(request), at=timezone.now(), run_id=run_id)
    found = queries.run(run_id)
    context = {
        "title": Text("核验结果", "Verification"),
        "crumbs": [
            Crumb(RUNS, reverse("pairing:runs")),
            Crumb(lists.run_title(found), reverse("pairing:run", args=[run_id])),
            Crumb(Text("核验", "Verification")),
        ],
        "run": found,
        "findings": findings,
    }
    return render(request, "pairing/verified.html", context)


@login_required
@require_POST
def give_up(request: HttpRequest, run_id: int) -> HttpResponse:
    """Take a run out of a state that its job left behind."""
    operations.give_up(by=_acting(request), at=timezone.now(), run_id=run_id)
    return redirect("pairing:run", run_id)


def _back(request: HttpRequest, run_id: int, message: Text) -> HttpResponse:
    messages.success(request, say(message))
    return redirect("pairing:run", run_id)


# By hand


def _file(household_id: int) -> str:
    """Return the address of the household's file, at this app's panel."""
    return reverse("registry:household", args=[household_id]) + "#pairing"


@login_required
@only_once
def change(request: HttpRequest, household_id: int) -> HttpResponse:
    """Give a household another helper."""
    by = _acting(request)
    found = queries.household(household_id)
    permissions.check_change_by_hand(by, found.division_code)
    words = request.GET.get("q", "").strip()[:40]
    offered = queries.candidates(found, words=words)
    form = ChangeForm(
        request.POST if request.method == "POST" else None,
        officials=[(one.pk, presenting.candidate_words(one)) for one in offered],
        initial={"from_date": timezone.localdate()},
    )
    back = _file(household_id)
    if form.is_valid():
        operations.change_by_hand(
            by=by,
            at=timezone.now(),
            household_id=household_id,
            official_id=form.cleaned_data["official"],
            from_date=form.cleaned_data["from_date"],
            reason=form.cleaned_data["reason"],
        )
        messages.success(
            request, say(Text("已更换帮扶责任人。", "The helper changed."))
        )
        return redirect(back)
    context = {
        "title": Text("更换帮扶责任人", "Change the helper"),
        "crumbs": [
            Crumb(HOUSEHOLDS, reverse("pairing:households")),
            Crumb(found.head_name, back),
            Crumb(Text("更换", "Change")),
        ],
        "form": form,
        "cancel_url": back,
        "words": words,
        "offered": offered,
        "limit": queries.CANDIDATES_MAX,
        "helper": queries.helper_of(found),
    }
    status = _UNPROCESSABLE if form.errors else 200
    return render(request, "pairing/change.html", context, status=status)


@login_required
@only_once
def end(request: HttpRequest, household_id: int) -> HttpResponse:
    """End a household's pairing."""
    by = _acting(request)
    found = queries.household(household_id)
    permissions.check_change_by_hand(by, found.division_code)
    form = EndForm(
        request.POST if request.method == "POST" else None,
        initial={"from_date": timezone.localdate()},
    )
    back = _file(household_id)
    if form.is_valid():
        operations.end_by_hand(
            by=by,
            at=timezone.now(),
            household_id=household_id,
            from_date=form.cleaned_data["from_date"],
            reason=form.cleaned_data["reason"],
        )
        messages.success(request, say(Text("结对已终止。", "The pairing ended.")))
        return redirect(back)
    return _form(
        request,
        form,
        title=Text("终止结对", "End the pairing"),
        back=back,
        submit=Text("终止", "End it"),
    )
