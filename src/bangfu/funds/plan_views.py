"""Pages of annual plans: chosen from the library, adjusted, approved."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.text import Text
from bangfu.funds import pages
from bangfu.funds.project_views import PROJECTS, found_project, seeing
from bangfu.funds.projects import forms, lists, permissions, planning, queries, rules
from bangfu.funds.projects.models import AnnualPlan, PlanState
from bangfu.web.language import say
from bangfu.web.lists import BulkAction
from bangfu.web.navigation import Crumb
from bangfu.web.once import only_once

PLAN = Text("年度计划", "Annual plan")
APPROVE = Text("批准年度计划", "Approve the plan")
DROP = Text("调出年度计划", "Take out of the plan")
_FOURTH = 4


@login_required
@require_safe
def plan(request: HttpRequest) -> HttpResponse:
    """Show the plan of a county and year, and what its library offers for it."""
    by = seeing(request)
    county = pages.county_of(request, by)
    year = _year(request)
    found = queries.plan_of(county, year)
    items = list(queries.items_of(found)) if found else []
    today = pages.today()
    is_draft = found is None or found.state == PlanState.DRAFT
    is_open = is_draft or rules.quarter(today) == _FOURTH
    may = permissions.can_plan(by)
    actions = []
    if may and is_open:
        query = f"?year={year}&county={county}"
        actions = [
            BulkAction(
                text=Text("列入 {y} 年度计划", "Put into the plan of {y}", {"y": year}),
                url=reverse("funds:plan_choose") + query,
                kind="primary",
                icon="check2-all",
            )
        ]
    context = {
        "title": Text("{y} 年度项目计划", "Annual plan of {y}", {"y": year}),
        "crumbs": [Crumb(PROJECTS, reverse("funds:projects")), Crumb(PLAN)],
        "plan": found,
        "items": items,
        "total_fen": sum(item.amount_fen for item in items),
        "unapproved": [item for item in items if not item.is_approved],
        "library_fen": queries.choosable(county).aggregate(n=Sum("budget_fen"))["n"],
        "years": range(today.year - 1, today.year + 2),
        "year": year,
        "county": county,
        "counties": pages.counties(by),
        "may": may,
        "is_open": is_open,
        "is_draft": is_draft,
        "list": lists.CHOOSABLE.page(
            request, queries.choosable(county), actions=actions
        ),
    }
    return render(request, "funds/plan.html", context)


@login_required
@require_POST
@only_once
def plan_choose(request: HttpRequest) -> HttpResponse:
    """Put the selected projects of the library into a plan."""
    by = pages.acting(request)
    permissions.check_plan(by)
    county, year = pages.county_of(request, by), _year(request)
    chosen = lists.CHOOSABLE.selected(
        request, queries.choosable(county), limit=planning.CHOOSE_MAX
    )
    ids = list(chosen.order_by("pk").values_list("pk", flat=True))
    planning.choose(by=by, at=pages.now(), county=county, year=year, project_ids=ids)
    text = Text("已列入 {n} 个项目。", "{n} projects were put in.", {"n": len(ids)})
    messages.success(request, say(text))
    return redirect(f"{reverse('funds:plan')}?year={year}&county={county}")


@login_required
@only_once
def plan_drop(request: HttpRequest, plan_id: int, project_id: int) -> HttpResponse:
    """Take a project out of a plan."""
    by = pages.acting(request)
    found = _plan(plan_id)
    permissions.check_plan(by, DivisionCode(found.division_code))
    project = found_project(project_id)
    form = forms.ReasonForm(**pages.given(request))
    return pages.act_by_form(
        request,
        form,
        lambda at: planning.drop(
            by=by,
            at=at,
            plan_id=plan_id,
            project_id=project_id,
            reason=form.cleaned_data["reason"],
        ),
        done=Text("已调出：{name}。", "Taken out: {name}.", {"name": project.name}),
        then=_page_of,
        title=DROP,
        crumbs=[Crumb(PLAN, _page_of(found)), Crumb(project.name)],
        back=_page_of(found),
    )


@login_required
@only_once
def plan_approve(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Approve what stands in a plan and is not approved yet."""
    by = pages.acting(request)
    found = _plan(plan_id)
    permissions.check_plan(by, DivisionCode(found.division_code))
    form = forms.PlanApprovalForm(**pages.given(request))
    return pages.act_by_form(
        request,
        form,
        lambda at: planning.approve(
            by=by,
            at=at,
            plan_id=plan_id,
            document_no=form.cleaned_data["document_no"],
        ),
        done=Text("年度计划已批准。", "The plan is approved."),
        then=_page_of,
        title=APPROVE,
        crumbs=[Crumb(PLAN, _page_of(found))],
        back=_page_of(found),
    )


def _plan(plan_id: int) -> AnnualPlan:
    found = queries.plan(plan_id)
    if found is None:
        raise Http404
    return found


def _page_of(found: AnnualPlan) -> str:
    return f"{reverse('funds:plan')}?year={found.year}&county={found.division_code}"


def _year(request: HttpRequest) -> int:
    raw = request.GET.get("year", "")
    is_year = raw.isascii() and raw.isdigit() and len(raw) == 4
    return int(raw) if is_year else pages.today().year
