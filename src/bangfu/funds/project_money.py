"""The money of a project or household in words, for pages and panels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.text import Text
from bangfu.funds import queries as funds
from bangfu.funds.budgets import permissions as budget_permissions
from bangfu.funds.budgets import queries as budgets
from bangfu.funds.budgets import terms
from bangfu.funds.budgets.models import Allocation, AllocationAct
from bangfu.funds.budgets.queries import Statement
from bangfu.funds.budgets.states import ActKind
from bangfu.funds.claims import permissions as claim_permissions
from bangfu.funds.claims import queries as claims
from bangfu.funds.claims.lists import state_badge
from bangfu.funds.claims.models import Claim, Deposit
from bangfu.funds.claims.states import ClaimState, DepositState
from bangfu.funds.projects import planning
from bangfu.funds.projects.models import Project
from bangfu.scope import Actor
from bangfu.web import formats
from bangfu.web.cells import Badge

_DEPOSIT_KINDS = {
    DepositState.HELD: "info",
    DepositState.RELEASED: "success",
    DepositState.FORFEITED: "danger",
}


@dataclass(frozen=True, slots=True)
class ActRow:
    """One thing that happened to an allocation, as a row. url: of the voucher."""

    day: str
    reference: str
    text: Text
    amount: str
    url: str


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage of an allocation, its claim, or where it may be claimed."""

    text: Text
    percent: str
    amount: str
    claim: Claim | None
    state: Badge | None
    claim_url: str


@dataclass(frozen=True, slots=True)
class AllocationRows:
    """One allocation of a project with its stages."""

    allocation: Allocation
    line_url: str
    stages: list[StageRow]


@dataclass(frozen=True, slots=True)
class DepositRow:
    """One quality deposit and whether the reader may end it."""

    deposit: Deposit
    state: Badge
    due: str
    may_end: bool


@dataclass(frozen=True, slots=True)
class ProjectMoney:
    """What the page of a project says of its money."""

    statement: Statement
    allocations: list[AllocationRows]
    deposits: list[DepositRow]
    acts: list[ActRow]
    can_fund: bool


def of(project: Project, *, by: Actor, on: date) -> ProjectMoney:
    """Return the money of a project on a day, as the reader may see and act on it."""
    allocations = funds.allocations_of_project(project)
    county = DivisionCode(project.division_code)[:6]
    return ProjectMoney(
        statement=funds.project_statement(project, on=on),
        allocations=[_rows(one, project, by) for one in allocations],
        deposits=[_deposit(one, by) for one in claims.deposits_of(project)],
        acts=act_rows(allocations, by=by),
        can_fund=planning.is_fundable(project)
        and budget_permissions.can_work(by)
        and by.division == county,
    )


def act_rows(allocations: Iterable[Allocation], *, by: Actor) -> list[ActRow]:
    """Return what happened to allocations as rows; vouchers are linked where seen."""
    may = budget_permissions.can_read(by)
    return [_act(one, may=may) for one in budgets.acts_of(allocations)]


def _act(one: AllocationAct, *, may: bool) -> ActRow:
    kind = ActKind(one.kind)
    url = ""
    if may and one.voucher_id is not None:
        url = reverse("funds:voucher", args=[one.voucher_id])
    elif one.notice_entry_id is not None:
        url = reverse("publicity:notices")
    text = kind.text
    if one.amount_fen < 0:
        text = Text("冲销：{kind}", "reversed: {kind}", {"kind": kind.text})
    return ActRow(
        day=formats.short_date(one.happened_on),
        reference=one.allocation.reference,
        text=text,
        amount=formats.amount(one.amount_fen),
        url=url,
    )


def _rows(allocation: Allocation, project: Project, by: Actor) -> AllocationRows:
    made = {
        claim.stage: claim
        for claim in claims.claims_of(project)
        if claim.allocation_id == allocation.pk and claim.state != ClaimState.RETURNED
    }
    due = claims.next_stage(allocation, project)
    place = DivisionCode(project.division_code)
    amounts = terms.stage_amounts(allocation.amount_fen, project.stages)
    rows = []
    for number, (stage, fen) in enumerate(
        zip(project.stages, amounts, strict=True), start=1
    ):
        claim = made.get(number)
        is_next = due is not None and due.stage == number
        amount = claim.amount_fen if claim else fen
        rows.append(
            StageRow(
                text=Text.from_json(stage),
                percent=stage["percent"],
                amount=formats.amount(
                    due.amount_fen if due is not None and is_next else amount
                ),
                claim=claim,
                state=state_badge(claim) if claim else None,
                claim_url=reverse("funds:claim_new", args=[allocation.pk])
                if is_next and claim_permissions.can_submit(by, place)
                else "",
            )
        )
    may = budget_permissions.can_read(by)
    return AllocationRows(
        allocation=allocation,
        line_url=reverse("funds:line", args=[allocation.line_id]) if may else "",
        stages=rows,
    )


def _deposit(deposit: Deposit, by: Actor) -> DepositRow:
    state = DepositState(deposit.state)
    county = DivisionCode(deposit.division_code)[:6]
    return DepositRow(
        deposit=deposit,
        state=Badge(state.text, _DEPOSIT_KINDS[state]),
        due=formats.short_date(deposit.due_on),
        may_end=state is DepositState.HELD
        and budget_permissions.can_prepare(by)
        and by.division == county,
    )
