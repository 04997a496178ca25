"""Pages of objections: list, objection, taking one, handling it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.findings import NotAllowed, Refusal
from bangfu.calc.values.text import Text
from bangfu.files import queries as files
from bangfu.publicity import (
    forms,
    lists,
    operations,
    permissions,
    presenting,
    queries,
    rules,
)
from bangfu.publicity.models import Objection
from bangfu.publicity.views import acting, given, reading, show_form
from bangfu.scope import Actor
from bangfu.web.language import say
from bangfu.web.navigation import Crumb
from bangfu.web.once import only_once

OBJECTIONS = Text("异议办理", "Objections")


def _now() -> datetime:
    return timezone.now()  # noqa: TID251 - these views are an edge


def _reading(request: HttpRequest) -> Actor:
    by = acting(request)
    permissions.check_read_objections(by)
    return by


def _handling(request: HttpRequest, objection_id: int) -> tuple[Actor, Objection]:
    by = _reading(request)
    found = queries.objection(objection_id)
    permissions.check_handler(by, found)
    return by, found


@login_required
@require_safe
def objections(request: HttpRequest) -> HttpResponse:
    """List the objections in scope; nothing about who made them."""
    _reading(request)
    page = lists.OBJECTIONS.page(request, queries.objections())
    return render(request, "web/list_page.html", {"title": OBJECTIONS, "list": page})


@login_required
@require_safe
def objection(request: HttpRequest, objection_id: int) -> HttpResponse:
    """Show where an objection stands, and to its handler how it came in."""
    by = _reading(request)
    found = queries.objection(objection_id)
    can_handle = permissions.can_handle(by, found)
    complaint = queries.complaint_of(found) if can_handle else None
    title = _title(found)
    attached = files.attachments_of(files.Subject.of(found))
    context = {
        "title": title,
        "crumbs": [Crumb(OBJECTIONS, reverse("publicity:objections")), Crumb(title)],
        "objection": found,
        "badge": lists.objection_badge(found),
        "due": lists.due_cell(found),
        "about": lists.about_words(found),
        "handler": presenting.handler_words(found),
        "place_name": presenting.place_name(
            found.division_code,
            at=timezone.localdate(_now()),  # noqa: TID251
        ),
        "complaint": complaint,
        "attachments": attached if can_handle else None,
        "acts": presenting.objection_acts(
            by, found, is_named=complaint is not None and complaint.is_named
        ),
        "happenings": presenting.timeline(found),
    }
    return render(request, "publicity/objection.html", context)


def _title(objection: Objection) -> Text:
    return Text("第 {n} 号异议", "Objection {n}", {"n": objection.pk})


def _url(objection_id: int) -> str:
    return reverse("publicity:objection", args=[objection_id])


def _done(request: HttpRequest, objection_id: int, message: Text) -> HttpResponse:
    messages.success(request, say(message))
    return redirect("publicity:objection", objection_id)


@login_required
@only_once
def receive(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Take an objection to an entry of a notice, or to the notice as a whole."""
    by = reading(request)
    found = queries.notice(notice_id)
    level = Level(found.level)
    place = DivisionCode(found.division_code)
    permissions.check_receive(by, place, rules.handler_level(level, "facts"))
    asked = request.GET.get("entry", "")
    entry = queries.entry(int(asked)) if asked.isdigit() else None
    if entry is not None and entry.notice_id != found.pk:
        raise Http404
    form = forms.ReceiveForm(**given(request), initial={"received_on": queries.today()})
    if form.is_valid():
        try:
            made = operations.receive(
                by=by,
                at=_now(),
                notice_id=notice_id,
                entry_id=None if entry is None else entry.pk,
                received=form.received(),
                evidence=form.evidence(),
            )
        except (NotAllowed, rules.NotPosted):
            raise
        except rules.WrongObjection as refusal:
            form.add_error(None, f"{say(refusal)}{say(refusal.remedy)}")
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _received(request, by, made)
    return show_form(
        request,
        form,
        title=Text("登记异议", "Take an objection"),
        back=reverse("publicity:notice", args=[notice_id]),
        submit=Text("登记", "Record"),
        template="publicity/receive.html",
        notice=found,
        entry=entry,
    )


def _received(request: HttpRequest, by: Actor, made: Objection) -> HttpResponse:
    words = Text(
        "已登记为第 {n} 号异议，由{handler}办理。",
        "Recorded as objection {n}; handled by {handler}.",
        {"n": made.pk, "handler": presenting.handler_words(made)},
    )
    return _done(request, made.pk, words)


@login_required
@never_cache
def open_complaint(request: HttpRequest, objection_id: int) -> HttpResponse:
    """Ask for a purpose, then show who complained and what, once."""
    by, found = _handling(request, objection_id)
    form = forms.PurposeForm(request.POST if request.method == "POST" else None)
    title = Text("查看异议内容", "Open the complaint")
    back = _url(objection_id)
    if form.is_valid():
        opened = operations.open_complaint(
            by=by,
            at=_now(),
            objection_id=objection_id,
            purpose=form.cleaned_data["purpose"],
        )
        context = {"title": title, "opened": opened, "objection": found, "back": back}
        return render(request, "publicity/opened.html", context)
    return show_form(request, form, title=title, back=back, submit=Text("查看", "Show"))


@login_required
@only_once
def decide(request: HttpRequest, objection_id: int) -> HttpResponse:
    """Decide an objection."""
    by, _ = _handling(request, objection_id)
    form = forms.DecideForm(**given(request))
    if form.is_valid():
        try:
            operations.decide(
                by=by,
                at=_now(),
                objection_id=objection_id,
                is_upheld=form.cleaned_data["decision"] == forms.UPHELD,
                finding=form.cleaned_data["finding"],
                evidence=form.evidence(),
            )
        except (NotAllowed, rules.ObjectionIsOver):
            raise
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _done(request, objection_id, Text("已作出结论。", "Decided."))
    return show_form(
        request,
        form,
        title=Text("作出结论", "Decide"),
        back=_url(objection_id),
        submit=Text("确定", "Confirm"),
    )


def _with_reason(
    request: HttpRequest,
    by: Actor,
    objection_id: int,
    operation: Callable[..., object],
    title: Text,
) -> HttpResponse:
    form = forms.ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        operation(
            by=by,
            at=_now(),
            objection_id=objection_id,
            reason=form.cleaned_data["reason"],
        )
        return _done(request, objection_id, Text("已登记。", "Recorded."))
    return show_form(
        request,
        form,
        title=title,
        back=_url(objection_id),
        submit=Text("确定", "Confirm"),
    )


@login_required
@only_once
def retract(request: HttpRequest, objection_id: int) -> HttpResponse:
    """Record that the complainant takes the objection back."""
    by, _ = _handling(request, objection_id)
    title = Text("登记撤回", "Taken back by the complainant")
    return _with_reason(request, by, objection_id, operations.retract, title)


@login_required
@only_once
def take_over(request: HttpRequest, objection_id: int) -> HttpResponse:
    """Handle an objection of a level below."""
    by = _reading(request)
    permissions.check_take_over(by, queries.objection(objection_id))
    title = Text("提级办理", "Take over")
    return _with_reason(request, by, objection_id, operations.take_over, title)


@login_required
@only_once
def tell(request: HttpRequest, objection_id: int) -> HttpResponse:
    """Record that a named complainant was told the result."""
    by, _ = _handling(request, objection_id)
    form = (
        forms.ToldForm(request.POST)
        if request.method == "POST"
        else forms.ToldForm.on(queries.today())
    )
    if form.is_valid():
        operations.tell_result(
            by=by,
            at=_now(),
            objection_id=objection_id,
            told_on=form.cleaned_data["told_on"],
        )
        return _done(request, objection_id, Text("已登记告知。", "Recorded."))
    return show_form(
        request,
        form,
        title=Text("登记告知", "Record the telling"),
        back=_url(objection_id),
        submit=Text("确定", "Confirm"),
    )
