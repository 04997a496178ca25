"""Writes to annual plans: chosen from the library, approved by a second person.

choose     put projects of the library into the draft of a year's plan
drop       take a project out again; of an approved plan in the fourth quarter only
approve    approve a plan, or what was added to an approved one in the fourth quarter
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from bangfu.audit import operations as audit
from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.findings import BadInput, NotAllowed, OutOfLimit
from bangfu.calc.values.text import Text
from bangfu.funds.projects import operations, permissions, queries, records, rules
from bangfu.funds.projects.models import AnnualPlan, PlanItem, PlanState, Project
from bangfu.funds.projects.states import FUNDABLE
from bangfu.scope import Actor

CHOOSE_MAX = 200
_ADJUSTED_IN = 4


class NoSuchPlan(BadInput):
    """There is no such plan within the acting scope."""

    code = "project.no_plan"
    http_status = 404


class OwnPlan(NotAllowed):
    """Who drafted or added must not approve."""

    code = "project.own_plan"


def choose(
    *,
    by: Actor,
    at: datetime,
    county: DivisionCode,
    year: int,
    project_ids: Sequence[int],
) -> AnnualPlan:
    """Put projects of the library into a plan, each with its whole budget.

    The plan is begun by the first choice. Raises NotAllowed, BadInput without any
    project, OutOfLimit, NotInLibrary, PlanClosed for an approved plan outside the
    fourth quarter.
    """
    permissions.check_plan(by, county)
    _check_choice(county, year, project_ids, at)
    with transaction.atomic():
        plan = _begun(by, at, county, year)
        _check_open(plan, records.civil_day(at))
        rows = Project.objects.select_for_update(of=("self",)).filter(
            pk__in=sorted(set(project_ids))
        )
        chosen = list(rows.order_by("pk"))
        known = set(queries.choosable(county).values_list("pk", flat=True))
        if len(chosen) != len(set(project_ids)) or not known.issuperset(
            project.pk for project in chosen
        ):
            raise rules.NotInLibrary(
                Text(
                    "所选项目中有的不在项目库，或已列入年度计划。",
                    "One of the projects is not in the library, or in a plan already.",
                ),
                remedy=Text(
                    "只能从已入库、未列入计划的项目中选择。",
                    "Choose from the library, what stands in no plan.",
                ),
            )
        PlanItem.objects.bulk_create(
            PlanItem(
                plan=plan,
                project=project,
                division_code=county,
                amount_fen=project.budget_fen,
                added_by_id=by.user_id,
                added_at=at,
            )
            for project in chosen
        )
        _record("chosen", by, at, plan, {"projects": len(chosen)})
    return plan


def drop(
    *, by: Actor, at: datetime, plan_id: int, project_id: int, reason: str
) -> AnnualPlan:
    """Take a project out of a plan; its row stays, with the reason.

    Raises NoSuchPlan, NotAllowed, BadFacts without a reason, NotInLibrary when it does
    not stand in the plan, NotNow when it is funded already, PlanClosed.
    """
    with transaction.atomic():
        plan = _locked(plan_id)
        permissions.check_plan(by, DivisionCode(plan.division_code))
        _check_open(plan, records.civil_day(at))
        if len(reason.strip()) < rules.REASON_MIN:
            raise rules.BadFacts(Text("请写明理由。", "Give the reason."))
        project = records.locked(project_id)
        item = PlanItem.objects.filter(plan=plan, project=project, left_at=None).first()
        if item is None:
            raise rules.NotInLibrary(
                Text("该项目不在本计划中。", "The project does not stand in this plan.")
            )
        if item.is_approved:
            operations.follow(
                by=by, at=at, project=project, act="leave_plan", reason=reason
            )
        item.left_at, item.left_reason = at, reason.strip()
        item.save(update_fields=["left_at", "left_reason"])
        _record("dropped", by, at, plan, {"project": project.pk}, reason.strip())
    return plan


def approve(*, by: Actor, at: datetime, plan_id: int, document_no: str) -> AnnualPlan:
    """Approve what stands in a plan and is not approved yet.

    Raises NoSuchPlan, NotAllowed, OwnPlan for who drafted it or added one of them,
    BadFacts without the number of the document or without any project.
    """
    with transaction.atomic():
        plan = _locked(plan_id)
        permissions.check_plan(by, DivisionCode(plan.division_code))
        items = list(queries.items_of(plan).filter(is_approved=False))
        if not document_no.strip() or not items:
            raise rules.BadFacts(
                Text(
                    "请填写批准文号；计划中须有待批准的项目。",
                    "Give the number of the document; there must be projects to approve.",
                )
            )
        added = {item.added_by_id for item in items}
        if by.user_id in added | {plan.drafted_by_id}:
            raise OwnPlan(
                Text(
                    "计划由您本人拟定，须由另一人批准。",
                    "You drafted the plan; somebody else must approve it.",
                )
            )
        for item in items:
            project = records.locked(item.project_id)
            operations.follow(by=by, at=at, project=project, act="enter_plan")
            item.is_approved = True
            item.save(update_fields=["is_approved"])
        if plan.state == PlanState.DRAFT:
            plan.state, plan.approved_at = PlanState.APPROVED, at
            plan.approved_by_id, plan.approved_by_name = by.user_id, by.username
        plan.document_no = document_no.strip()[:60]
        plan.save()
        detail = {"projects": len(items), "document_no": plan.document_no}
        _record("approved", by, at, plan, detail)
    return plan


def is_fundable(project: Project) -> bool:
    """Whether money may be reserved for a project: it stands in an approved plan."""
    item = queries.item_of(project)
    is_planned = item is not None and item.is_approved
    return is_planned and project.state in FUNDABLE


def _locked(plan_id: int) -> AnnualPlan:
    plan = queries.plan_for_update(plan_id)
    if plan is None:
        raise NoSuchPlan(
            Text(
                "没有这份计划，或不在您的管辖范围内。",
                "There is no such plan within your scope.",
            )
        )
    return plan


def _begun(by: Actor, at: datetime, county: DivisionCode, year: int) -> AnnualPlan:
    AnnualPlan.objects.bulk_create(
        [
            AnnualPlan(
                division_code=county,
                year=year,
                state=PlanState.DRAFT,
                drafted_by_id=by.user_id,
                drafted_by_name=by.username,
                drafted_at=at,
            )
        ],
        ignore_conflicts=True,
    )
    return AnnualPlan.objects.select_for_update().get(division_code=county, year=year)


def _check_choice(
    county: DivisionCode, year: int, project_ids: Sequence[int], at: datetime
) -> None:
    if county.level is not Level.COUNTY:
        raise BadInput(Text("年度计划以县为单位。", "A plan is a county's."))
    this_year = records.civil_day(at).year
    if not this_year - 1 <= year <= this_year + 1:
        raise BadInput(
            Text(
                "只能编制上年、本年或下一年度的计划。",
                "A plan is of last year, this year or the next one.",
            )
        )
    if not project_ids:
        raise BadInput(Text("请至少选择一个项目。", "Select at least one project."))
    if len(project_ids) > CHOOSE_MAX:
        raise OutOfLimit(
            Text(
                "一次最多选择 {most} 个项目。",
                "At most {most} projects at once.",
                {"most": CHOOSE_MAX},
            )
        )


def _check_open(plan: AnnualPlan, on: date) -> None:
    if plan.state == PlanState.DRAFT or rules.quarter(on) == _ADJUSTED_IN:
        return
    raise rules.PlanClosed(
        Text(
            "{year} 年度计划已批准，调整在第四季度办理。",
            "The plan of {year} is approved; it is adjusted in the fourth quarter.",
            {"year": plan.year},
        )
    )


def _record(
    done: str,
    by: Actor,
    at: datetime,
    plan: AnnualPlan,
    detail: dict[str, object],
    reason: str = "",
) -> None:
    audit.record(
        f"funds.plan.{done}", by=by, at=at, subject=plan, reason=reason, detail=detail
    )
