"""Pages of projects: list, project, its acts, batches, notices, statement, export."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.text import Text
from bangfu.divisions import queries as divisions
from bangfu.funds import pages, project_money
from bangfu.funds.projects import (
    drafting,
    forms,
    lists,
    operations,
    permissions,
    presenting,
    queries,
)
from bangfu.funds.projects.acts import BY_CODE, Act
from bangfu.funds.projects.models import Beneficiary, Project
from bangfu.funds.projects.states import EDITABLE, ProjectState
from bangfu.publicity.kinds import KindCode
from bangfu.scope import Actor
from bangfu.web.language import say
from bangfu.web.navigation import Crumb
from bangfu.web.once import only_once

PROJECTS = Text("项目库", "Project library")
PROPOSE = Text("申报项目", "Propose a project")
EDIT = Text("修改申报", "Change the statement")
_VILLAGES_MAX = 2_000


def seeing(request: HttpRequest) -> Actor:
    """Return who asks. Raises NotAllowed for who sees no projects."""
    by = pages.acting(request)
    permissions.check_see(by)
    return by


@login_required
@require_safe
def projects(request: HttpRequest) -> HttpResponse:
    """List the projects of the acting scope; rows of one step can be decided together."""
    by = seeing(request)
    step = request.GET.get("step", "")
    context = {
        "title": PROJECTS,
        "list": lists.PROJECTS.page(
            request, queries.projects(), actions=lists.batch_actions(by, step)
        ),
        "waiting": queries.counts_by_next_step(queries.waiting_for(by)),
        "post_kinds": [
            {"kind": kind, "count": len(found)}
            for kind in drafting.kinds_of(by)
            if (found := drafting.waiting(by, kind.code))
        ],
        "can_propose": permissions.can_propose(by),
        "can_plan": permissions.can_plan(by),
    }
    return render(request, "funds/projects.html", context)


@login_required
@require_safe
def project(request: HttpRequest, project_id: int) -> HttpResponse:
    """Show one project: facts, the one next step, money, timeline."""
    by = seeing(request)
    found = _found(project_id)
    step = presenting.next_of(found, by)
    form = None
    if step is not None and step.how == "form" and step.may and not step.blocked:
        form = forms.ActForm(act=step.act, initial={"happened_on": pages.today()})
    place = DivisionCode(found.division_code)
    context = {
        **_context(found),
        "step": step,
        "form": form,
        "take_url": reverse("funds:project_take", args=[project_id, step.act.code])
        if step
        else "",
        "asides": presenting.asides(found, by),
        "events": presenting.timeline(found),
        "facts": presenting.facts_of(found),
        "sources": presenting.sources_of(found),
        "served": Beneficiary.objects.filter(project=found).select_related("household"),
        "can_edit": found.state in EDITABLE
        and permissions.can_propose(by)
        and permissions.can_act(by, BY_CODE["propose"], place),
        "money": project_money.of(found, by=by, on=pages.today()),
    }
    return render(request, "funds/project.html", context)


@login_required
@only_once
def project_new(request: HttpRequest) -> HttpResponse:
    """Put a project on a village's list."""
    by = pages.acting(request)
    permissions.check_propose(by)
    form = forms.ProjectForm(**pages.given(request), villages=_villages(by))
    return pages.act_by_form(
        request,
        form,
        lambda at: operations.propose(
            by=by,
            at=at,
            village=form.village_code(),
            stated=form.stated(),
            happened_on=pages.today(),
        ),
        done=Text("已申报。", "The project is proposed."),
        then=_page_of,
        title=PROPOSE,
        crumbs=_crumbs(),
        back=reverse("funds:projects"),
    )


@login_required
@only_once
def project_edit(request: HttpRequest, project_id: int) -> HttpResponse:
    """Write the statement of a draft anew."""
    by = pages.acting(request)
    found = _found(project_id)
    permissions.check_propose(by, DivisionCode(found.division_code))
    village = str(found.division_code)
    form = forms.ProjectForm(
        **pages.given(request),
        villages=[(village, village)],
        initial=forms.initial_of(found),
    )
    return pages.act_by_form(
        request,
        form,
        lambda at: operations.restate(
            by=by,
            at=at,
            project_id=project_id,
            stated=form.stated(),
            happened_on=pages.today(),
        ),
        done=Text("已修改。", "The statement is changed."),
        then=_page_of,
        title=EDIT,
        crumbs=_crumbs(found),
        back=_page_of(found),
    )


@login_required
@only_once
def project_take(request: HttpRequest, project_id: int, act: str) -> HttpResponse:
    """Take one act with a project."""
    by = seeing(request)
    found = _found(project_id)
    row = _act(act)
    permissions.check_act(by, row, DivisionCode(found.division_code))
    form = forms.ActForm(
        **pages.given(request), act=row, initial={"happened_on": pages.today()}
    )
    return pages.act_by_form(
        request,
        form,
        lambda at: operations.take(
            by=by,
            at=at,
            project_id=project_id,
            act=act,
            said=form.said(),
            expected=ProjectState(found.state),
        ),
        done=Text("已办理：{act}。", "Done: {act}.", {"act": row.text}),
        then=_page_of,
        title=row.text,
        crumbs=_crumbs(found),
        back=_page_of(found),
    )


@login_required
@require_POST
@only_once
def project_batch(request: HttpRequest, act: str) -> HttpResponse:
    """Take one act with the selected projects: first ask for what it needs, then do it."""
    by = seeing(request)
    row = _act(act)
    if by.division is None or not row.is_batch:
        raise Http404
    permissions.check_act(by, row, by.division)
    chosen = lists.PROJECTS.selected(
        request, queries.waiting_for_act(row), limit=operations.BATCH_MAX
    )
    ids = list(chosen.order_by("pk").values_list("pk", flat=True))
    form = forms.ActForm(
        **(pages.given(request) if "happened_on" in request.POST else {}),
        act=row,
        initial={"happened_on": pages.today()},
    )
    back = reverse("funds:projects")
    if form.is_valid():
        moved, refused = operations.take_many(
            by=by, at=pages.now(), project_ids=ids, act=act, said=form.said()
        )
        if not refused:
            messages.success(request, say(_done_many(row, len(moved))))
            return redirect(back)
        by_id = queries.projects_by_id([one.project_id for one in refused])
        context = {
            "title": row.text,
            "crumbs": [*_crumbs(), Crumb(row.text)],
            "moved": len(moved),
            "refused": [(by_id.get(one.project_id), one.refusal) for one in refused],
            "back": back,
        }
        return render(request, "funds/project_batch_result.html", context)
    return pages.form_page(
        request,
        form,
        title=row.text,
        crumbs=_crumbs(),
        back=back,
        template="funds/project_batch.html",
        chosen=queries.projects_by_id(ids).values(),
    )


@login_required
@require_POST
@only_once
def project_post(request: HttpRequest, kind: str) -> HttpResponse:
    """Draft the notice that posts every project of the reader's office that waits."""
    by = seeing(request)
    if kind not in [one.value for one in KindCode]:
        raise Http404
    notice = drafting.draft_notice(by=by, at=pages.now(), code=KindCode(kind))
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


# Pieces


def found_project(project_id: int) -> Project:
    """Return a project of the scope, or answer that there is none."""
    return _found(project_id)


def project_crumbs(project: Project | None = None) -> list[Crumb]:
    """Return the way to a project's page."""
    return _crumbs(project)


def _found(project_id: int) -> Project:
    found = queries.project(project_id)
    if found is None:
        raise Http404
    return found


def _act(code: str) -> Act:
    row = BY_CODE.get(code)
    if row is None or not row.is_by_hand:
        raise Http404
    return row


def _page_of(project: Project) -> str:
    return reverse("funds:project", args=[project.pk])


def _crumbs(project: Project | None = None) -> list[Crumb]:
    first = Crumb(PROJECTS, reverse("funds:projects"))
    return (
        [first] if project is None else [first, Crumb(project.name, _page_of(project))]
    )


def _context(found: Project) -> dict[str, Any]:
    return {
        "title": found.name,
        "crumbs": _crumbs(found),
        "project": found,
        "place": divisions.full_name(
            DivisionCode(found.division_code), at=pages.today()
        ),
        "state": presenting.state_badge(found),
    }


def _villages(by: Actor) -> list[tuple[str, str]]:
    today = pages.today()
    if by.division is None:
        return []
    if by.division.level is Level.VILLAGE:
        names = divisions.names([by.division], at=today)
        return [(str(by.division), names.get(by.division, str(by.division)))]
    found = divisions.villages_under(by.division, at=today)[:_VILLAGES_MAX]
    return [(str(one.code), f"{one.code} {one.name}") for one in found]


def _done_many(row: Act, count: int) -> Text:
    return Text(
        "已办理 {n} 个项目：{act}。",
        "Done for {n}: {act}.",
        {"n": count, "act": row.text},
    )
