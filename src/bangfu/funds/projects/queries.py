"""Reads of projects and plans, all within the acting scope."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Max, QuerySet

from bangfu.calc.values.division_code import DivisionCode
from bangfu.funds.projects.acts import ACTS, Act, next_step
from bangfu.funds.projects.models import AnnualPlan, PlanItem, Project, ProjectStep
from bangfu.funds.projects.states import ProjectState
from bangfu.scope import Actor


def projects() -> QuerySet[Project]:
    """Return the projects that the acting grant sees."""
    return Project.objects.all()


def project(project_id: int) -> Project | None:
    """Return a project, or None outside the acting scope."""
    return Project.objects.filter(pk=project_id).first()


def project_for_update(project_id: int) -> Project | None:
    """Return a project locked for the open transaction, None outside the scope."""
    return Project.objects.select_for_update(of=("self",)).filter(pk=project_id).first()


def projects_by_id(ids: Iterable[int]) -> dict[int, Project]:
    """Return projects by key; those outside the scope are absent."""
    return Project.objects.in_bulk(list(ids))


def within(rows: QuerySet[Project], division: DivisionCode) -> QuerySet[Project]:
    """Narrow projects to a division."""
    lo, hi = division.range()
    return rows.filter(division_code__gte=lo, division_code__lt=hi)


def done(project: Project) -> list[tuple[str, int]]:
    """Return act and user of every step of a project."""
    steps = ProjectStep.objects.filter(project=project)
    return list(steps.values_list("act", "user_id"))


def last_day(project: Project) -> date | None:
    """Return the latest day stated with a step of the project."""
    steps = ProjectStep.objects.filter(project=project)
    day: date | None = steps.aggregate(day=Max("happened_on"))["day"]
    return day


def steps_of(project: Project) -> list[ProjectStep]:
    """Return the steps of a project in their order, with documents."""
    steps = ProjectStep.objects.filter(project=project)
    return list(steps.prefetch_related("documents").order_by("pk"))


def waiting_for(by: Actor) -> QuerySet[Project]:
    """Return the projects whose next step is for the acting role."""
    states = [
        state
        for state in ProjectState
        if (act := next_step(state)) is not None
        and by.role in act.roles
        and act.follows not in ("commitment", "settlement")
    ]
    return Project.objects.filter(state__in=states)


def waiting_for_act(act: Act) -> QuerySet[Project]:
    """Return the projects with which an act can be taken."""
    return Project.objects.filter(state__in=act.sources)


def counts_by_next_step(rows: QuerySet[Project]) -> list[tuple[Act, int]]:
    """Count projects by their next step, in the order of the table."""
    counts: dict[str, int] = {}
    for state in rows.values_list("state", flat=True):
        act = next_step(ProjectState(state))
        if act is not None:
            counts[act.code] = counts.get(act.code, 0) + 1
    return [(act, counts[act.code]) for act in ACTS if act.code in counts]


# Plans


def plans() -> QuerySet[AnnualPlan]:
    """Return the annual plans in scope, the newest first."""
    return AnnualPlan.objects.order_by("-year", "division_code")


def plan(plan_id: int) -> AnnualPlan | None:
    """Return a plan, or None outside the acting scope."""
    return AnnualPlan.objects.filter(pk=plan_id).first()


def plan_of(county: DivisionCode, year: int) -> AnnualPlan | None:
    """Return the plan of a county and year, None before it is begun."""
    return AnnualPlan.objects.filter(division_code=county, year=year).first()


def plan_for_update(plan_id: int) -> AnnualPlan | None:
    """Return a plan locked for the open transaction, None outside the scope."""
    return AnnualPlan.objects.select_for_update().filter(pk=plan_id).first()


def items_of(plan: AnnualPlan) -> QuerySet[PlanItem]:
    """Return the items that stand in a plan, with their projects."""
    rows = PlanItem.objects.filter(plan=plan, left_at=None)
    return rows.select_related("project").order_by("project__project_no")


def item_of(project: Project) -> PlanItem | None:
    """Return the item by which a project stands in a plan now, None if in none."""
    rows = PlanItem.objects.filter(project=project, left_at=None)
    return rows.select_related("plan").first()


def choosable(county: DivisionCode) -> QuerySet[Project]:
    """Return the projects of a county's library that stand in no plan."""
    rows = within(Project.objects.filter(state=ProjectState.IN_LIBRARY), county)
    taken = PlanItem.objects.filter(left_at=None).values("project")
    return rows.exclude(pk__in=taken).order_by("project_no")
