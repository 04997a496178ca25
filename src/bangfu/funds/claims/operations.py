"""Writes to claims: submitted, checked or returned, ordered, paid.

submit       ask for the next stage of an allocation with a pack of documents
check        find it right; send_back: return it with reasons as codes
order        prepare the voucher; an approver pays (funds.operations.approve_order)
note_paid    what follows when it is paid: the deposit is held, the project may close
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from bangfu.audit import operations as audit
from bangfu.calc.ledger.codes import AccountKind, Purpose
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.text import Text
from bangfu.files import operations as files
from bangfu.files.kinds import Purpose as FilePurpose
from bangfu.files.queries import Subject
from bangfu.funds.budgets import allocations, orders, terms
from bangfu.funds.budgets.lines import beside
from bangfu.funds.budgets.models import Allocation, Order
from bangfu.funds.budgets.states import OrderKind
from bangfu.funds.claims import deposits, permissions, queries, rules
from bangfu.funds.claims.models import Claim, ClaimDocument
from bangfu.funds.claims.records import locked
from bangfu.funds.claims.states import ClaimState
from bangfu.funds.ledger.rules import Movement
from bangfu.funds.projects import operations as projects
from bangfu.funds.projects import records as project_records
from bangfu.funds.projects.models import Project
from bangfu.funds.projects.states import ProjectState
from bangfu.funds.projects.stepping import Upload
from bangfu.scope import Actor

# Purposes that are building works: something is kept back until they proved sound.
WORKS = frozenset({Purpose.INFRASTRUCTURE, Purpose.HOUSING, Purpose.RELOCATION})
_BUILT = (ProjectState.UNDER_WAY, ProjectState.COMPLETED, ProjectState.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for: the stage, who is paid, what is kept back, the pack."""

    allocation_id: int
    stage: int
    payee: str
    deposit_fen: int = 0
    files: Sequence[Upload] = ()


def submit(*, by: Actor, at: datetime, ask: Ask) -> Claim:
    """Ask for the next stage of an allocation of a project.

    The amount follows from the terms that were fixed with the funding. Raises
    NoSuchAllocation, NotAllowed, WrongClaim, PackMissing, NotNow before the project is
    under way, NotAccepted for the last stage before acceptance.
    """
    with transaction.atomic():
        allocation = allocations.found(ask.allocation_id)
        if allocation.project_id is None:
            raise rules.WrongClaim(
                Text("该安排不是项目资金。", "The allocation is not a project's.")
            )
        project = project_records.locked(allocation.project_id)
        permissions.check_submit(by, DivisionCode(project.division_code))
        due = _due(allocation, project, ask)
        _check_progress(project, due)
        rules.check_pack([file.kind for file in ask.files], is_final=due.is_final)
        _check_deposit(project, due, ask.deposit_fen, orders.civil_day(at))
        claim = Claim(
            project=project,
            allocation=allocation,
            division_code=project.division_code,
            stage=due.stage,
            is_final=due.is_final,
            amount_fen=due.amount_fen,
            deposit_fen=ask.deposit_fen,
            payee=ask.payee.strip()[:100],
            state=ClaimState.SUBMITTED,
            submitted_by_id=by.user_id,
            submitted_by_name=by.username,
            submitted_at=at,
        )
        _save_once(claim)
        for upload in ask.files:
            _keep(claim, upload, by=by, at=at)
        _record("submitted", by, at, claim)
    return claim


def check(*, by: Actor, at: datetime, claim_id: int) -> Claim:
    """Find a claim right. Raises NoSuchClaim, NotAllowed, NotNow, SamePerson."""
    with transaction.atomic():
        claim = locked(claim_id)
        permissions.check_check(by, DivisionCode(claim.division_code))
        rules.check_state(claim.state, ClaimState.SUBMITTED)
        rules.check_checker(claim.submitted_by_id, by.user_id)
        claim.state, claim.checked_at = ClaimState.CHECKED, at
        claim.checked_by_id, claim.checked_by_name = by.user_id, by.username
        claim.save()
        _record("checked", by, at, claim)
    return claim


def send_back(
    *, by: Actor, at: datetime, claim_id: int, refusals: Sequence[str], note: str = ""
) -> Claim:
    """Return a claim with reasons; the stage can be claimed again.

    refusals: codes of `RefusalReason`. Raises NoSuchClaim, NotAllowed, NotNow,
    SamePerson, WrongClaim without a reason.
    """
    with transaction.atomic():
        claim = locked(claim_id)
        permissions.check_check(by, DivisionCode(claim.division_code))
        if claim.state != ClaimState.CHECKED:
            rules.check_state(claim.state, ClaimState.SUBMITTED)
        rules.check_checker(claim.submitted_by_id, by.user_id)
        claim.refusals = rules.check_refusals(refusals, note)
        claim.state, claim.note = ClaimState.RETURNED, note.strip()[: rules.NOTE_MAX]
        claim.checked_by_id, claim.checked_by_name = by.user_id, by.username
        claim.checked_at = at
        claim.save()
        _record("returned", by, at, claim, ", ".join(claim.refusals))
    return claim


def order(*, by: Actor, at: datetime, claim_id: int, posted_on: date) -> Order:
    """Prepare the voucher that pays a checked claim, its deposit kept back.

    Raises NoSuchClaim, NotNow, NotAllowed, WrongOrder, NotAccepted.
    """
    with transaction.atomic():
        claim = locked(claim_id)
        rules.check_state(claim.state, ClaimState.CHECKED)
        if claim.is_final:
            _check_accepted(claim.project)
        row = allocations.found(claim.allocation_id)
        found = orders.prepare(
            by=by,
            at=at,
            kind=OrderKind.PAY,
            subject=Subject.of(claim),
            movements=_movements(by, at, claim, row),
            posted_on=posted_on,
            text=f"{claim.project.project_no} 第{claim.stage}阶段 {claim.payee}",
            document_no=row.reference,
        )
        claim.state, claim.order = ClaimState.ORDERED, found
        claim.save()
        _record("ordered", by, at, claim)
    return found


def note_paid(*, by: Actor, at: datetime, order: Order) -> None:
    """Let a claim follow the order that was approved: paid, deposit held, closed."""
    claim = locked(int(order.subject_id))
    claim.state, claim.paid_on = ClaimState.PAID, order.posted_on
    claim.save()
    _record("paid", by, at, claim)
    if claim.deposit_fen:
        deposits.hold(by=by, at=at, claim=claim)
    close_if_settled(by=by, at=at, project_id=claim.project_id)


def note_returned(*, by: Actor, at: datetime, order: Order) -> None:
    """Let a claim wait for another order when the one that was prepared is returned."""
    claim = locked(int(order.subject_id))
    claim.state, claim.order = ClaimState.CHECKED, None
    claim.save()
    _record("reopened", by, at, claim, order.reason)


def close_if_settled(*, by: Actor, at: datetime, project_id: int) -> None:
    """Close an accepted project when all is paid and no deposit is held."""
    project = project_records.locked(project_id)
    if project.state == ProjectState.ACCEPTED and queries.is_settled(project):
        projects.follow(by=by, at=at, project=project, act="close")


def _due(allocation: Allocation, project: Project, ask: Ask) -> queries.Due:
    due = queries.next_stage(allocation, project)
    rules.check_claim(
        stage=ask.stage,
        next_stage=due.stage if due else len(project.stages) + 1,
        stages=len(project.stages),
        payee=ask.payee,
        deposit_fen=ask.deposit_fen,
    )
    assert due is not None  # noqa: S101 - no stage beyond the last passes the check
    if due.amount_fen <= 0:
        raise rules.WrongClaim(
            Text("该阶段已无可报账金额。", "Nothing is left to claim.")
        )
    return due


def _check_progress(project: Project, due: queries.Due) -> None:
    if due.is_final:
        _check_accepted(project)
    elif project.state not in _BUILT:
        raise rules.NotNow(
            Text(
                "项目“{state}”，开工后方可报账。",
                "The project is “{state}”; it is claimed once it is under way.",
                {"state": ProjectState(project.state).text},
            )
        )


def _check_accepted(project: Project) -> None:
    if project.state not in (ProjectState.ACCEPTED, ProjectState.CLOSED):
        raise rules.NotAccepted(
            Text(
                "最后一阶段须验收合格后拨付。",
                "The last stage is paid after acceptance only.",
            ),
            remedy=Text("请先办理验收。", "Have the project accepted first."),
        )


def _check_deposit(
    project: Project, due: queries.Due, deposit_fen: int, on: date
) -> None:
    if not due.is_final or (project.purpose not in WORKS and not deposit_fen):
        return
    rules.check_deposit(
        deposit_fen,
        project_fen=due.allocation.amount_fen,
        stage_fen=due.amount_fen,
        bounds=terms.deposit_bounds(
            on=on, division=DivisionCode(project.division_code)
        ),
    )


def _movements(
    by: Actor, at: datetime, claim: Claim, row: Allocation
) -> list[Movement]:
    supplier = beside(row.line, AccountKind.SUPPLIER, claim.payee, by=by, at=at)
    found = [
        Movement(
            "pay_supplier",
            row.line.account,
            supplier,
            claim.amount_fen - claim.deposit_fen,
            row.commitment,
        )
    ]
    if claim.deposit_fen:
        kept = beside(
            row.line, AccountKind.DEPOSIT, claim.project.project_no, by=by, at=at
        )
        found.append(
            Movement(
                "hold_deposit",
                row.line.account,
                kept,
                claim.deposit_fen,
                row.commitment,
            )
        )
    return found


def _save_once(claim: Claim) -> None:
    try:
        with transaction.atomic():
            claim.save()
    except IntegrityError as error:
        if "funds_claim_stage_once" not in str(error):
            raise
        raise rules.WrongClaim(
            Text("该阶段已在报账。", "The stage is being claimed already.")
        ) from error


def _keep(claim: Claim, upload: Upload, *, by: Actor, at: datetime) -> None:
    file = files.store(
        by=by,
        at=at,
        division=DivisionCode(claim.division_code),
        name=upload.name,
        content=upload.content,
    )
    attachment = files.attach(
        by=by,
        at=at,
        file=file,
        subject=Subject.of(claim),
        purpose=FilePurpose.FORM,
        name=upload.name,
    )
    ClaimDocument.objects.create(
        claim=claim,
        division_code=claim.division_code,
        kind=upload.kind,
        attachment_id=attachment.pk,
        name=upload.name[:120],
    )


def _record(done: str, by: Actor, at: datetime, claim: Claim, reason: str = "") -> None:
    audit.record(
        f"funds.claim.{done}",
        by=by,
        at=at,
        subject=claim,
        reason=reason,
        detail={"stage": claim.stage, "fen": claim.amount_fen},
    )
