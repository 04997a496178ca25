"""Pages of the jobs."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from bangfu.calc.values.findings import NotAllowed
from bangfu.calc.values.text import Text
from bangfu.jobs import operations
from bangfu.jobs.models import Job, State
from bangfu.jobs.presenting import kind_text, page_of, progress_of, state_badge
from bangfu.scope import Actor
from bangfu.web.columns import Column
from bangfu.web.filters import ChoiceFilter
from bangfu.web.lists import ListSpec
from bangfu.web.navigation import Crumb

TITLE = Text("后台任务", "Jobs")
JOBS = ListSpec(
    key="jobs.jobs",
    noun=Text("项", "jobs"),
    order="-id",
    empty=Text("还没有后台任务。", "There are no jobs yet."),
    row_url=lambda job: reverse("jobs:job", args=[job.pk]),
    columns=(
        Column(name="kind", text=Text("任务", "Job"), value=kind_text, is_fixed=True),
        Column(
            name="state", text=Text("状态", "State"), value=state_badge, order="state"
        ),
        Column(name="username", text=Text("提交人", "Ordered by"), order="username"),
        Column(
            name="division_code",
            text=Text("区划", "Division"),
            kind="code",
            order="division_code",
        ),
        Column(
            name="created_at",
            text=Text("提交时间", "Ordered"),
            kind="moment",
            order="id",
        ),
        Column(name="finished_at", text=Text("结束时间", "Ended"), kind="moment"),
    ),
    filters=(
        ChoiceFilter(
            name="state",
            text=Text("状态", "State"),
            field="state",
            choices=[(state.value, state.text) for state in State],
        ),
    ),
)


@login_required
@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    """List the jobs within the acting scope, newest first."""
    _acting(request)
    page = JOBS.page(request, Job.objects.all())
    return render(request, "jobs/list.html", {"title": TITLE, "list": page})


@login_required
@require_safe
def job(request: HttpRequest, job_id: int) -> HttpResponse:
    """Show one job, its progress and what came of it."""
    actor = _acting(request)
    found = get_object_or_404(Job, pk=job_id)
    return render(
        request, "jobs/job.html", {"title": kind_text(found), **_context(found, actor)}
    )


@login_required
@require_safe
def progress(request: HttpRequest, job_id: int) -> HttpResponse:
    """Answer the progress block, which asks every two seconds."""
    _acting(request)
    found = get_object_or_404(Job, pk=job_id)
    response = render(request, "web/_progress.html", {"progress": progress_of(found)})
    if found.is_final:
        response["HX-Refresh"] = "true"  # the page around it has news too
    return response


@login_required
@require_POST
def cancel(request: HttpRequest, job_id: int) -> HttpResponse:
    """Cancel a job that one has ordered."""
    actor = _acting(request)
    get_object_or_404(Job, pk=job_id)
    operations.cancel(by=actor, at=timezone.now(), job_id=job_id)
    return redirect("jobs:job", job_id)


def _context(found: Job, actor: Actor) -> dict[str, Any]:
    return {
        "job": found,
        "badge": state_badge(found),
        "progress": progress_of(found),
        "page_url": page_of(found) if found.user_id == actor.user_id else "",
        "can_cancel": not found.is_final
        and not found.cancel_requested
        and found.user_id == actor.user_id,
        "crumbs": [Crumb(TITLE, reverse("jobs:list")), Crumb(kind_text(found))],
    }


def _acting(request: HttpRequest) -> Actor:
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None:
        raise NotAllowed(Text("您还没有授权。", "You hold no grant yet."))
    return actor
