"""Pages of notices: list, notice, poster, drafting and its acts."""

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

from bangfu.calc.values.division_code import Level
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
from bangfu.publicity.kinds import KINDS, Kind, KindCode
from bangfu.publicity.kinds import kind as kind_of
from bangfu.publicity.models import Entry, Notice
from bangfu.publicity.states import Act, Audience
from bangfu.scope import Actor
from bangfu.web.language import say
from bangfu.web.navigation import Crumb
from bangfu.web.once import only_once

NOTICES = Text("公告公示", "Notices")
DRAFT = Text("拟定公示", "Draft a notice")
_UNPROCESSABLE = 422


def acting(request: HttpRequest) -> Actor:
    """Return who asks. Raises NotAllowed without a grant."""
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None:
        raise NotAllowed(Text("您还没有授权。", "You hold no grant yet."))
    return actor


def reading(request: HttpRequest) -> Actor:
    """Return who asks. Raises NotAllowed for who sees no notices."""
    by = acting(request)
    permissions.check_read(by)
    return by


def show_form(
    request: HttpRequest,
    form: Any,
    *,
    title: Text,
    back: str,
    submit: Text,
    template: str = "web/form.html",
    **more: object,
) -> HttpResponse:
    """Show a form; with errors the status is 422."""
    context = {"title": title, "form": form, "cancel_url": back, "submit_label": submit}
    status = _UNPROCESSABLE if form.errors else 200
    return render(request, template, context | more, status=status)


def given(request: HttpRequest) -> dict[str, Any]:
    """Return what a form takes as data and files."""
    if request.method != "POST":
        return {}
    return {"data": request.POST, "files": request.FILES}


@login_required
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """List the notices in scope."""
    by = reading(request)
    page = lists.NOTICES.page(request, queries.notices())
    context = {"title": NOTICES, "list": page, "can_draft": _level_of(by) is not None}
    return render(request, "publicity/notices.html", context)


def _level_of(by: Actor) -> Level | None:
    """Return the level at which the acting office posts, or None."""
    if by.division is None:
        return None
    level = by.division.level
    return level if permissions.OFFICE_OF.get(level) == by.role else None


def _posting_level(by: Actor) -> Level:
    level = _level_of(by)
    if level is None:
        raise NotAllowed(
            Text(
                "您当前的身份不能拟定公示。",
                "The grant you act under does not draft notices.",
            )
        )
    return level


@login_required
@require_safe
def notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Show a notice: the one next step, facts, entries, evidence, timeline."""
    by = reading(request)
    found = queries.notice(notice_id)
    entries = queries.entries_of(found)
    page = lists.entries_spec(found).page(request, entries)
    presenting.prepare_entries(by, found, page.records)
    name = lists.notice_title(found)
    posting = getattr(found, "posting", None)
    can_object = permissions.can_receive(by) and found.state in queries.IN_PUBLIC
    context = {
        "title": found.title,
        "crumbs": [Crumb(NOTICES, reverse("publicity:notices")), Crumb(name)],
        "notice": found,
        "name": name,
        "badge": lists.notice_badge(found),
        "place_name": presenting.place_name(
            found.division_code, at=timezone.localdate()
        ),
        "level": Level(found.level).text,
        "audience": Audience(found.audience).text,
        "content": presenting.content_of(found),
        "posting": posting,
        "step": presenting.next_step(by, found, today=queries.today()),
        "acts": presenting.other_acts(by, found),
        "list": page,
        "attachments": files.attachments_of(files.Subject.of(found)),
        "corrections": found.corrections.order_by("pk"),
        "open_count": found.objections.filter(state="open").count(),
        "can_read_objections": permissions.can_read_objections(by),
        "can_object": can_object,
        "happenings": presenting.timeline(found),
    }
    return render(request, "publicity/notice.html", context)


@login_required
@require_safe
def poster(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Show what is printed and put on the board: only what anybody may read."""
    reading(request)
    found = queries.notice(notice_id)
    posting = getattr(found, "posting", None)
    today = queries.today()
    period = None
    if posting is None:
        period = queries.period_of(
            kind_of(found.kind), at=today, division=found.poster_code
        )
    context = {
        "title": found.title,
        "crumbs": [
            Crumb(NOTICES, reverse("publicity:notices")),
            Crumb(
                lists.notice_title(found),
                reverse("publicity:notice", args=[found.pk]),
            ),
            Crumb(Text("公示稿", "Poster")),
        ],
        "notice": found,
        "place_name": presenting.place_name(found.division_code, at=today),
        "content": presenting.content_of(found),
        "posting": posting,
        "period": period,
        "is_working": period is not None and period.unit == rules.WORKING_DAYS,
        "entries": found.entries.order_by("position")[: rules.ENTRIES_MAX],
    }
    return render(request, "publicity/poster.html", context)


# Drafting


@login_required
@only_once
def new(request: HttpRequest) -> HttpResponse:
    """Choose a kind, then draft a notice of it."""
    by = reading(request)
    level = _posting_level(by)
    code = request.GET.get("kind", "")
    if code not in {one.value for one in KindCode}:
        return _choose_kind(request, level)
    kind = KINDS[KindCode(code)]
    form = _notice_form(request, by, kind, initial={"division": str(by.division)})
    if form.is_valid():
        try:
            found = operations.draft(by=by, at=timezone.now(), draft=form.draft(level))
        except Refusal as refusal:
            _add_refusal(form, refusal)
        else:
            return redirect("publicity:notice", found.pk)
    return show_form(
        request,
        form,
        title=DRAFT,
        back=reverse("publicity:notices"),
        submit=Text("保存草稿", "Save the draft"),
        template="publicity/draft.html",
        kind=kind,
        crumbs=[Crumb(NOTICES, reverse("publicity:notices")), Crumb(DRAFT)],
    )


def _choose_kind(request: HttpRequest, level: Level) -> HttpResponse:
    form = forms.KindForm(
        request.POST if request.method == "POST" else None, level=level
    )
    if form.is_valid():
        return redirect(f"{reverse('publicity:new')}?kind={form.cleaned_data['kind']}")
    return show_form(
        request,
        form,
        title=DRAFT,
        back=reverse("publicity:notices"),
        submit=Text("下一步", "Next"),
    )


def _notice_form(
    request: HttpRequest,
    by: Actor,
    kind: Kind,
    *,
    initial: dict[str, Any],
    keeps_lines: bool = False,
) -> forms.NoticeForm:
    return forms.NoticeForm(
        request.POST if request.method == "POST" else None,
        kind=kind,
        divisions=presenting.places(by, at=timezone.localdate()),
        keeps_lines=keeps_lines,
        initial=initial,
    )


def _add_refusal(form: Any, refusal: Refusal) -> None:
    """Show what the rules found beside the fields, or above all of them."""
    if isinstance(refusal, NotAllowed):
        raise refusal
    if not refusal.findings:
        form.add_error(None, f"{say(refusal)}{say(refusal.remedy)}")
    for finding in refusal.findings:
        names = (finding.field, f"item_{finding.field}", "lines")
        name = next((one for one in names if one in form.fields), None)
        place = f"{say(finding.place)} " if finding.place else ""
        form.add_error(name, f"{place}{say(finding.message)}")


@login_required
@only_once
def revise(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Change a draft."""
    by = reading(request)
    found = queries.notice(notice_id)
    permissions.check_act(by, Act.REVISE, found)
    rules.check_act(Act.REVISE, found.state)
    entries = list(found.entries.order_by("position"))
    # Entries about records of another app are made there, corrections aside.
    keeps = found.corrects_id is None and any(one.subject_id for one in entries)
    initial = {
        "title": found.title,
        "division": found.division_code,
        "place": found.place,
        "audience": found.audience,
        "lines": forms.text_of(found.column_texts, entries),
        **{f"item_{key}": value for key, value in found.content.items()},
    }
    form = _notice_form(
        request, by, kind_of(found.kind), initial=initial, keeps_lines=keeps
    )
    if form.is_valid():
        wanted = form.draft(Level(found.level), kept=found if keeps else None)
        try:
            operations.revise(
                by=by, at=timezone.now(), notice_id=notice_id, draft=wanted
            )
        except Refusal as refusal:
            _add_refusal(form, refusal)
        else:
            return redirect("publicity:notice", notice_id)
    return show_form(
        request,
        form,
        title=Text("修改公示", "Change the draft"),
        back=_url(notice_id),
        submit=Text("保存草稿", "Save the draft"),
        template="publicity/draft.html",
        kind=kind_of(found.kind),
        keeps_lines=keeps,
        reason=found.reason,
    )


def _url(notice_id: int) -> str:
    return reverse("publicity:notice", args=[notice_id])


def _done(request: HttpRequest, notice_id: int, message: Text) -> HttpResponse:
    messages.success(request, say(message))
    return redirect("publicity:notice", notice_id)


@login_required
@require_POST
@only_once
def submit(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Hand a draft to a second person."""
    operations.submit(by=reading(request), at=timezone.now(), notice_id=notice_id)
    return _done(request, notice_id, Text("已提交核对。", "Submitted."))


@login_required
@require_POST
@only_once
def check(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Find a notice right."""
    operations.check(by=reading(request), at=timezone.now(), notice_id=notice_id)
    return _done(
        request, notice_id, Text("已核对，可以张贴。", "Checked; post it now.")
    )


@login_required
@require_POST
@only_once
def settle(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Record what passed."""
    passed = operations.settle(
        by=reading(request), at=timezone.now(), notice_id=notice_id
    )
    words = Text("已办结 {n} 条。", "{n} entries passed.")
    return _done(request, notice_id, words.with_(n=len(passed)))


def _with_reason(
    request: HttpRequest,
    notice_id: int,
    act: Act,
    operation: Callable[..., object],
    done: Text,
) -> HttpResponse:
    by = reading(request)
    found = queries.notice(notice_id)
    permissions.check_act(by, act, found)
    rules.check_act(act, found.state)
    form = forms.ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        operation(
            by=by,
            at=timezone.now(),
            notice_id=notice_id,
            reason=form.cleaned_data["reason"],
        )
        return _done(request, notice_id, done)
    return show_form(
        request, form, title=act.text, back=_url(notice_id), submit=act.text
    )


@login_required
@only_once
def send_back(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Return a notice to its author."""
    done = Text("已退回。", "Returned.")
    return _with_reason(request, notice_id, Act.RETURN, operations.send_back, done)


@login_required
@only_once
def cancel(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Give up a notice that was never posted."""
    done = Text("已作废。", "Cancelled.")
    return _with_reason(request, notice_id, Act.CANCEL, operations.cancel, done)


@login_required
@only_once
def withdraw(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Take a posted notice down."""
    done = Text("已撤回。", "Withdrawn.")
    return _with_reason(request, notice_id, Act.WITHDRAW, operations.withdraw, done)


@login_required
@only_once
def withdraw_entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Take one entry off a posted notice."""
    by = reading(request)
    entry = queries.entry(entry_id)
    permissions.check_act(by, Act.WITHDRAW, entry.notice)
    rules.check_act(Act.WITHDRAW, entry.notice.state)
    form = forms.ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        operations.withdraw_entry(
            by=by,
            at=timezone.now(),
            entry_id=entry_id,
            reason=form.cleaned_data["reason"],
        )
        return _done(request, entry.notice_id, Text("已撤回一条。", "Withdrawn."))
    return show_form(
        request,
        form,
        title=Text("撤回“{label}”", "Withdraw “{label}”", {"label": entry.label}),
        back=_url(entry.notice_id),
        submit=Text("撤回", "Withdraw"),
    )


@login_required
@only_once
def post(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Record that a notice was put up, with a photograph."""
    by = reading(request)
    found = queries.notice(notice_id)
    permissions.check_act(by, Act.POST, found)
    rules.check_act(Act.POST, found.state)
    form = forms.PostForm(**given(request), initial={"happened_on": queries.today()})
    if form.is_valid():
        try:
            operations.post(
                by=by,
                at=timezone.now(),
                notice_id=notice_id,
                happened_on=form.cleaned_data["happened_on"],
                evidence=form.evidence(),
            )
        except rules.WrongDay as refusal:
            form.add_error("happened_on", f"{say(refusal)}{say(refusal.remedy)}")
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _done(request, notice_id, Text("已登记张贴。", "Posted."))
    return show_form(
        request,
        form,
        title=Act.POST.text,
        back=_url(notice_id),
        submit=Act.POST.text,
    )


@login_required
@only_once
def correct(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Draft the correction of some entries, or the addition of others."""
    by = reading(request)
    found = queries.notice(notice_id)
    permissions.check_act(by, Act.CORRECT, found)
    rules.check_act(Act.CORRECT, found.state)
    entries = _asked_entries(request, found)
    initial = {"lines": forms.text_of(found.column_texts, entries)}
    form = forms.CorrectForm(
        request.POST if request.method == "POST" else None, initial=initial
    )
    if form.is_valid():
        try:
            changes, additions = form.changes(entries, found.column_texts)
            made = operations.correct(
                by=by,
                at=timezone.now(),
                notice_id=notice_id,
                changes=changes,
                additions=additions,
                reason=form.cleaned_data["reason"],
            )
        except Refusal as refusal:
            _add_refusal(form, refusal)
        else:
            done = Text("更正稿已拟好，请提交核对。", "Drafted; submit it for a check.")
            return _done(request, made.pk, done)
    return show_form(
        request,
        form,
        title=Text("更正公示", "Correct the notice"),
        back=_url(notice_id),
        submit=Text("保存更正稿", "Save the correction"),
        template="publicity/correct.html",
        entries=entries,
    )


def _asked_entries(request: HttpRequest, notice: Notice) -> list[Entry]:
    keys = [one for one in request.GET.getlist("entry") if one.isdigit()]
    entries = list(notice.entries.filter(pk__in=keys[:100]).order_by("position"))
    if len(entries) != len(keys):
        raise Http404
    return entries
