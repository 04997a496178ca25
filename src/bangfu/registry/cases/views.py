"""Pages of cases: work list, case, its acts, batches; and the calendar of the year."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.findings import NotAllowed, Refusal
from bangfu.calc.values.text import Text
from bangfu.divisions import queries as divisions
from bangfu.publicity.kinds import KindCode
from bangfu.registry import lists as registry_lists
from bangfu.registry import queries as registry
from bangfu.registry.cases import (
    calendar,
    drafting,
    forms,
    lists,
    newcomers,
    operations,
    panels,
    permissions,
    presenting,
    procedure,
    queries,
)
from bangfu.registry.cases.acts import BY_CODE, Act
from bangfu.registry.cases.models import Case
from bangfu.registry.cases.states import CaseKind, CaseState
from bangfu.registry.models import Household
from bangfu.scope import Actor
from bangfu.web import formats
from bangfu.web.language import say
from bangfu.web.navigation import Crumb
from bangfu.web.once import only_once

CASES = Text("识别退出办理", "Entry and exit")
HOUSEHOLDS = Text("贫困户", "Households")
CALENDAR = Text("动态管理日历", "The year")
NEW_HOUSEHOLD = Text("登记申请户", "Put a family on file")
_UNPROCESSABLE = 422


def acting(request: HttpRequest) -> Actor:
    """Return who asks. Raises NotAllowed for who sees no cases."""
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None:
        raise NotAllowed(Text("您还没有授权。", "You hold no grant yet."))
    permissions.check_see(actor)
    return actor


@login_required
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """List the cases of the acting scope; rows of one step can be decided together."""
    by = acting(request)
    permissions.check_work(by)
    step = request.GET.get("step", "")
    waiting = queries.counts_by_next_step(queries.waiting_for(by))
    context = {
        "title": CASES,
        "list": lists.CASES.page(
            request, queries.cases(), actions=lists.batch_actions(by, step)
        ),
        "waiting": waiting,
        "post_kinds": _post_kinds(by),
        "can_add": permissions.can_change_lineage(by, by.division)
        if by.division
        else False,
        "can_see_frame": by.role in permissions.FRAME_ROLES,
        "can_meet": bool(by.division)
        and permissions.can_hold_meeting(by, DivisionCode(by.division)),
    }
    return render(request, "registry/cases.html", context)


def _post_kinds(by: Actor) -> list[dict[str, Any]]:
    """Return the kinds of notices that the reader's office posts and that cases wait for."""
    return [
        {"kind": kind, "count": len(found)}
        for kind in drafting.kinds_of(by)
        if (found := drafting.waiting(by, kind.code))
    ]


@login_required
@require_safe
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """Show one case: its timeline and the one next step."""
    by = acting(request)
    found = _found(case_id)
    today = timezone.localdate()
    step = presenting.next_of(found, by, on=today)
    form = None
    if step is not None and step.how == "form" and step.may and not step.blocked:
        form = forms.ActForm(act=step.act, initial={"happened_on": today})
    context = {
        **_context(found),
        "step": step,
        "form": form,
        "take_url": reverse("registry:case_take", args=[case_id, step.act.code])
        if step
        else "",
        "asides": presenting.asides(found, by),
        "events": presenting.timeline(found),
        "ballots": found.ballots.select_related("meeting").order_by("pk"),
        "status": registry_lists.status_badge(found.household),
        "panels": panels.case_panels(request, found),
    }
    return render(request, "registry/case.html", context)


@login_required
@only_once
def take(request: HttpRequest, case_id: int, act: str) -> HttpResponse:
    """Take one act with a case."""
    by = acting(request)
    found = _found(case_id)
    row = _act(act)
    permissions.check_act(by, row, found.division_code)
    posted = request.method == "POST"
    form = forms.ActForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        act=row,
        initial={"happened_on": timezone.localdate()},
    )
    if form.is_valid():
        try:
            operations.take(
                by=by,
                at=timezone.now(),
                case_id=case_id,
                act=act,
                said=form.said(),
                expected=CaseState(found.state),
            )
        except Refusal as refusal:
            show(form, refusal)
        else:
            messages.success(request, say(_done(row)))
            return redirect("registry:case", case_id)
    context = {
        **_context(found),
        "title": row.text,
        "form": form,
        "submit_label": row.text,
        "cancel_url": reverse("registry:case", args=[case_id]),
    }
    context["crumbs"] = [*_crumbs(found), Crumb(row.text)]
    return _form_page(request, "web/form.html", context, form)


@login_required
@only_once
def open_case(
    request: HttpRequest, household_id: int, kind: str, act: str
) -> HttpResponse:
    """Begin a procedure with a household."""
    by = acting(request)
    household = _household(household_id)
    row = _act(act)
    if kind not in CaseKind.values:
        raise Http404
    permissions.check_act(by, row, household.division_code)
    posted = request.method == "POST"
    form = forms.ActForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        act=row,
        initial={"happened_on": timezone.localdate()},
    )
    if form.is_valid():
        try:
            opened = operations.open_case(
                by=by,
                at=timezone.now(),
                household_id=household_id,
                kind=CaseKind(kind),
                act=act,
                said=form.said(),
            )
        except Refusal as refusal:
            show(form, refusal)
        else:
            messages.success(request, say(_done(row)))
            return redirect("registry:case", opened.pk)
    context = {
        "title": Text(
            "{kind}：{act}",
            "{kind}: {act}",
            {"kind": CaseKind(kind).text, "act": row.text},
        ),
        "crumbs": [*_household_crumbs(household), Crumb(row.text)],
        "form": form,
        "submit_label": row.text,
        "cancel_url": reverse("registry:household", args=[household_id]),
    }
    return _form_page(request, "web/form.html", context, form)


@login_required
@require_POST
@only_once
def batch(request: HttpRequest, act: str) -> HttpResponse:
    """Take one act with the selected cases: first ask for what it needs, then do it."""
    by = acting(request)
    row = _act(act)
    if by.division is None or not row.is_batch:
        raise Http404
    permissions.check_act(by, row, by.division)
    chosen = lists.CASES.selected(
        request, queries.waiting_for_act(row), limit=operations.BATCH_MAX
    )
    ids = list(chosen.order_by("pk").values_list("pk", flat=True))
    is_confirmed = "happened_on" in request.POST
    form = forms.ActForm(
        request.POST if is_confirmed else None,
        request.FILES if is_confirmed else None,
        act=row,
        initial={"happened_on": timezone.localdate()},
    )
    back = f"{reverse('registry:cases')}?standing=open"
    if form.is_valid():
        try:
            moved, refused = operations.take_many(
                by=by, at=timezone.now(), case_ids=ids, act=act, said=form.said()
            )
        except Refusal as refusal:
            show(form, refusal)
        else:
            if not refused:
                messages.success(request, say(_done_many(row, len(moved))))
                return redirect(back)
            return _batch_result(request, row, len(moved), refused, back)
    context = {
        "title": row.text,
        "crumbs": [Crumb(CASES, reverse("registry:cases")), Crumb(row.text)],
        "form": form,
        "chosen": queries.cases_by_id(ids).values(),
        "cancel_url": back,
        "act": row,
    }
    return _form_page(request, "registry/case_batch.html", context, form)


def _batch_result(
    request: HttpRequest,
    row: Act,
    moved: int,
    refused: list[operations.Refused],
    back: str,
) -> HttpResponse:
    by_id = queries.cases_by_id([one.case_id for one in refused])
    context = {
        "title": row.text,
        "crumbs": [Crumb(CASES, back), Crumb(row.text)],
        "moved": moved,
        "refused": [(by_id.get(one.case_id), one.refusal) for one in refused],
        "back": back,
    }
    return render(request, "registry/case_batch_result.html", context)


@login_required
@require_POST
@only_once
def draft_notice(request: HttpRequest, kind: str) -> HttpResponse:
    """Draft the notice that posts every case of the reader's office that waits for it."""
    by = acting(request)
    if kind not in [one.value for one in KindCode]:
        raise Http404
    notice = drafting.draft_notice(by=by, at=timezone.now(), code=KindCode(kind))
    messages.success(
        request,
        say(
            Text(
                "已拟好公示，请核对内容后提交。",
                "The notice is drafted; look through it, then submit it.",
            )
        ),
    )
    return redirect("publicity:notice", notice.pk)


@login_required
@only_once
def new_household(request: HttpRequest) -> HttpResponse:
    """Put a family on file that is not on the roll."""
    by = acting(request)
    if by.division is None:
        raise Http404
    permissions.check_lineage(by, [by.division])
    form = forms.HouseholdForm(
        request.POST if request.method == "POST" else None, villages=_villages(by)
    )
    if form.is_valid():
        given = form.cleaned_data
        try:
            household = newcomers.add_household(
                by=by,
                at=timezone.now(),
                village=DivisionCode(given["village"]),
                household_no=given["household_no"],
                group_name=given["group_name"],
                head={
                    "name": given["name"],
                    "identity_number": given["identity_number"].upper(),
                },
            )
        except Refusal as refusal:
            show(form, refusal)
        else:
            return redirect("registry:household", household.pk)
    context = {
        "title": NEW_HOUSEHOLD,
        "crumbs": [
            Crumb(HOUSEHOLDS, reverse("registry:households")),
            Crumb(NEW_HOUSEHOLD),
        ],
        "form": form,
        "cancel_url": reverse("registry:cases"),
    }
    return _form_page(request, "web/form.html", context, form)


def _villages(by: Actor) -> list[tuple[str, str]]:
    today = timezone.localdate()
    assert by.division is not None  # noqa: S101 - asked by the caller
    if by.division.level is Level.VILLAGE:
        names = divisions.names([by.division], at=today)
        return [(by.division, names.get(by.division, by.division))]
    found = divisions.villages_under(by.division, at=today)
    return [(str(one.code), f"{one.code} {one.name}") for one in found[:2000]]


@login_required
@require_safe
def year(request: HttpRequest) -> HttpResponse:
    """Show what the year asks for, month by month, and how far it is."""
    by = acting(request)
    permissions.check_work(by)
    today = timezone.localdate()
    context = {
        "title": CALENDAR,
        "crumbs": [Crumb(CASES, reverse("registry:cases")), Crumb(CALENDAR)],
        "months": calendar.months(by, on=today),
        "this_month": today.month,
        "year": today.year,
    }
    return render(request, "registry/calendar.html", context)


# Pieces


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


def _form_page(
    request: HttpRequest, template: str, context: dict[str, Any], form: Any
) -> HttpResponse:
    status = _UNPROCESSABLE if form.errors else 200
    return render(request, template, context, status=status)


def _act(code: str) -> Act:
    row = BY_CODE.get(code)
    if row is None or row.posts:
        raise Http404
    return row


def _found(case_id: int) -> Case:
    found = queries.case(case_id)
    if found is None:
        raise Http404
    return found


def _household(household_id: int) -> Household:
    found = registry.households().filter(pk=household_id).first()
    if found is None:
        raise Http404
    return found


def _context(found: Case) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "title": Text(
            "{name}：{kind}",
            "{name}: {kind}",
            {"name": found.household.head_name, "kind": presenting.kind_text(found)},
        ),
        "crumbs": _crumbs(found),
        "case": found,
        "household": found.household,
        "place": divisions.full_name(found.division_code, at=today),
        "state": presenting.state_badge(found),
        "kind": presenting.kind_text(found),
        "states": procedure.states_of(CaseKind(found.kind)),
        "opened_words": formats.short_date(found.opened_on),
    }


def _crumbs(found: Case) -> list[Crumb]:
    return [
        Crumb(CASES, reverse("registry:cases")),
        Crumb(found.household.head_name, reverse("registry:case", args=[found.pk])),
    ]


def _household_crumbs(household: Household) -> list[Crumb]:
    return [
        Crumb(HOUSEHOLDS, reverse("registry:households")),
        Crumb(household.head_name, reverse("registry:household", args=[household.pk])),
    ]


def _done(row: Act) -> Text:
    return Text("已办理：{act}。", "Done: {act}.", {"act": row.text})


def _done_many(row: Act, count: int) -> Text:
    return Text(
        "已办理 {n} 户：{act}。", "Done for {n}: {act}.", {"n": count, "act": row.text}
    )
