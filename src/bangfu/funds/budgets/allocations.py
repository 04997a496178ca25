"""Writes to allocations: what part of a line is kept for whom, paid, and returned.

commit       keep a part of a line for a household or a project
release      give what is open back to the line
publish      note that the list on which it stands was posted without objection

The ledger refuses below what is available.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from bangfu.audit import operations as audit
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput, WrongState
from bangfu.calc.values.text import Text
from bangfu.funds.budgets import lines, orders, permissions, rules, terms
from bangfu.funds.budgets.models import Allocation, AllocationAct, BudgetLine
from bangfu.funds.budgets.states import ActKind
from bangfu.funds.ledger import operations as ledger
from bangfu.funds.projects import operations as projects
from bangfu.funds.projects import planning, posting, records
from bangfu.funds.projects import queries as project_queries
from bangfu.funds.projects.acts import BY_CODE, TAKE_OVER
from bangfu.funds.projects.models import Project
from bangfu.funds.projects.states import ProjectState
from bangfu.publicity import queries as publicity
from bangfu.publicity.kinds import KindCode
from bangfu.publicity.states import Verdict
from bangfu.registry import queries as registry
from bangfu.scope import Actor


class NoSuchAllocation(BadInput):
    """There is no such allocation within the acting scope."""

    code = "funds.no_allocation"
    http_status = 404


class ReferenceTaken(WrongState):
    """Another allocation of the county has this reference."""

    code = "funds.reference_taken"


class NotPublished(WrongState):
    """The list has not passed its posting."""

    code = "funds.not_published"


def commit(
    *,
    by: Actor,
    at: datetime,
    line_id: int,
    amount_fen: int,
    purpose: str,
    reference: str = "",
    household_id: int | None = None,
    project_id: int | None = None,
) -> Allocation:
    """Keep a part of a line for a household or a project; no money moves.

    reference: the caller's own, unique in the county; the same one with the same
    content returns the same allocation. Empty: a number is given. Raises NoSuchLine,
    NotAllowed, NoSuchHousehold, NoSuchProject, NotPlanned, OverPlan, Overdrawn,
    ReferenceTaken; nothing changes then.
    """
    with transaction.atomic():
        line = lines.locked(line_id)
        permissions.check_commit(by, line.division_code)
        county = DivisionCode(line.division_code)
        project = None if project_id is None else records.locked(project_id)
        division = _division(county, household_id, project)
        known = _known(line, reference, amount_fen, household_id, project_id)
        if known is not None:
            return known
        if project is not None:
            _check_project(project, line, amount_fen)
        row = Allocation(
            division_code=division,
            line=line,
            county_code=county,
            reference=reference.strip() or _next_reference(county, line.year),
            purpose=purpose.strip()[: rules.TEXT_MAX],
            amount_fen=amount_fen,
            household_id=household_id,
            project=project,
            made_by_id=by.user_id,
            made_by_name=by.username,
            made_at=at,
        )
        row.commitment = ledger.commit(
            by=by,
            at=at,
            account=line.account,
            amount_fen=amount_fen,
            text=f"{row.reference} {row.purpose}"[: rules.TEXT_MAX],
            subject_type="funds.project" if project else "registry.household",
            subject_id=str(project_id or household_id or ""),
        )
        _save(row)
        if project is not None:
            _fund(project, row, by, at)
        _record("committed", by, at, row, {"fen": amount_fen})
    return row


def release(
    *,
    by: Actor,
    at: datetime,
    allocation_id: int,
    reason: str,
    amount_fen: int | None = None,
) -> Allocation:
    """Give what an allocation has open back to its line (None: all that is open).

    Raises NoSuchAllocation, NotAllowed, NoReason, NotOpen.
    """
    with transaction.atomic():
        row = found(allocation_id)
        ledger.release(
            by=by,
            at=at,
            commitment_id=row.commitment_id,
            reason=reason,
            amount_fen=amount_fen,
        )
        _record("released", by, at, row, {"fen": amount_fen}, reason)
    return row


def publish(
    *, by: Actor, at: datetime, allocation_id: int, notice_entry_id: int
) -> Allocation:
    """Note that the list on which an allocation stands passed its posting.

    Raises NoSuchAllocation, NotAllowed, NoSuchRecord, NotPublished; noted again it
    changes nothing.
    """
    with transaction.atomic():
        row = found(allocation_id)
        permissions.check_commit(by, row.county_code)
        if publicity.held_verdict_of(notice_entry_id) is not Verdict.PASSED:
            raise NotPublished(
                Text(
                    "公示尚未办结，或异议成立。",
                    "The posting is not over, or an objection was upheld.",
                ),
                remedy=Text(
                    "公示期满且无异议后再办。",
                    "Do it once the window is over without objection.",
                ),
            )
        _publish(row, orders.civil_day(at), notice_entry_id)
        _record("published", by, at, row, {"entry": notice_entry_id})
    return row


def found(allocation_id: int) -> Allocation:
    """Return an allocation, held until the transaction ends. Raises NoSuchAllocation.

    Whoever asks may not see the county's line and commitment behind it.
    """
    row = Allocation.objects.select_for_update().filter(pk=allocation_id).first()
    if row is None:
        raise missing()
    return row


def missing() -> NoSuchAllocation:
    """Return the refusal of an allocation that is not there or out of scope."""
    return NoSuchAllocation(
        Text(
            "没有这笔资金安排，或不在您的管辖范围内。",
            "There is no such allocation within your scope.",
        )
    )


def _division(
    county: DivisionCode, household_id: int | None, project: Project | None
) -> DivisionCode:
    """Return where an allocation belongs. Raises BadInput for what is not in the county."""
    if household_id is not None and project is not None:
        raise BadInput(
            Text(
                "一项安排只对应一户或一个项目。", "It is for a household or a project."
            )
        )
    if project is not None:
        place = DivisionCode(project.division_code)
    elif household_id is not None:
        codes = registry.households().filter(pk=household_id)
        code = codes.values_list("division_code", flat=True).first()
        if code is None:
            raise BadInput(
                Text(
                    "没有这一户，或不在您的管辖范围内。",
                    "There is no such household within your scope.",
                )
            )
        place = DivisionCode(code)
    else:
        place = county
    if not county.contains(place):
        raise BadInput(
            Text("不在该预算所属的县。", "It does not lie in the county of the line.")
        )
    return place


def _known(
    line: BudgetLine,
    reference: str,
    amount_fen: int,
    household_id: int | None,
    project_id: int | None,
) -> Allocation | None:
    if not reference.strip():
        return None
    row = Allocation.objects.filter(
        county_code=line.division_code, reference=reference.strip()
    ).first()
    if row is None:
        return None
    stored = (row.line_id, row.amount_fen, row.household_id, row.project_id)
    if stored != (line.pk, amount_fen, household_id, project_id):
        raise _reference_taken()
    return row


def _reference_taken() -> ReferenceTaken:
    return ReferenceTaken(
        Text(
            "本县已有这个安排编号，内容不同。",
            "The county has this reference already, with other content.",
        ),
        remedy=Text("请换一个编号。", "Choose another reference."),
    )


def _save(row: Allocation) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "funds_allocation_reference" not in str(error):
            raise
        raise _reference_taken() from error


def _next_reference(county: DivisionCode, year: int) -> str:
    """Return the next number of a county and year, alone until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"allocation:{county}"],
        )
    taken = Allocation.objects.filter(county_code=county, line__year=year).count()
    return f"ZJ{year}-{taken + 1:05}"


def _check_project(project: Project, line: BudgetLine, amount_fen: int) -> None:
    if not planning.is_fundable(project):
        raise rules.NotPlanned(
            Text(
                "该项目未列入已批准的年度计划，不能安排资金。",
                "The project is in no approved annual plan; no money is kept for it.",
            ),
            remedy=Text(
                "请先入库并列入年度计划。",
                "Enter it into the library and a plan first.",
            ),
        )
    if project.purpose != line.purpose:
        raise rules.NotPlanned(
            Text(
                "项目用途与预算用途不一致，专款专用。",
                "The line is earmarked for another purpose than the project's.",
            )
        )
    item = project_queries.item_of(project)
    acts = AllocationAct.objects.filter(allocation__project=project)
    committed = acts.filter(kind=ActKind.COMMITTED).aggregate(n=Sum("amount_fen"))["n"]
    released = acts.filter(kind=ActKind.RELEASED).aggregate(n=Sum("amount_fen"))["n"]
    planned = item.amount_fen if item else 0
    if (committed or 0) - (released or 0) + amount_fen > planned:
        raise rules.OverPlan(
            Text(
                "超过年度计划中该项目的金额。",
                "It is more than the annual plan gives the project.",
            )
        )


def _fund(project: Project, row: Allocation, by: Actor, at: datetime) -> None:
    """Bring the project on, fix its terms of payment, note that it is published."""
    day = orders.civil_day(at)
    if project.state == ProjectState.IN_PLAN:
        place = DivisionCode(project.division_code)
        project.stages = terms.as_json(terms.stages(on=day, division=place))
        project.save(update_fields=["stages"])
        projects.follow(by=by, at=at, project=project, act="fund")
    entry = publicity.latest_entry(
        kind=KindCode.PROJECT_COUNTY,
        subject_type=posting.SUBJECT,
        subject_id=str(project.pk),
    )
    is_posted = posting.verdict_of(project, BY_CODE["enter_library"]) is Verdict.PASSED
    if entry is not None and is_posted:
        _publish(row, day, entry.pk)
    elif any(act == TAKE_OVER for act, _ in project_queries.done(project)):
        # Its papers from before the system say that it was posted.
        _publish(row, day, None)


def _publish(row: Allocation, day: date, notice_entry_id: int | None) -> None:
    AllocationAct.objects.get_or_create(
        allocation=row,
        kind=ActKind.PUBLISHED,
        defaults={
            "division_code": row.division_code,
            "amount_fen": row.amount_fen,
            "happened_on": day,
            "notice_entry_id": notice_entry_id,
        },
    )


def _record(
    done: str,
    by: Actor,
    at: datetime,
    row: Allocation,
    detail: dict[str, object],
    reason: str = "",
) -> None:
    audit.record(
        f"funds.allocation.{done}",
        by=by,
        at=at,
        subject=row,
        reason=reason,
        detail=detail,
    )
