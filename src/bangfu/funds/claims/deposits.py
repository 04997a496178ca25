"""Writes to quality deposits: held, released after the period without defect, forfeited."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from bangfu.audit import operations as audit
from bangfu.calc.ledger.codes import AccountKind
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text
from bangfu.files.queries import Subject
from bangfu.funds.budgets import orders, terms
from bangfu.funds.budgets.lines import beside
from bangfu.funds.budgets.models import Allocation, Order
from bangfu.funds.budgets.states import OrderKind
from bangfu.funds.claims import rules
from bangfu.funds.claims.models import Claim, Deposit
from bangfu.funds.claims.states import DepositState
from bangfu.funds.ledger.models import Account
from bangfu.funds.ledger.rules import Movement
from bangfu.scope import Actor


class NoSuchDeposit(BadInput):
    """There is no such deposit within the acting scope."""

    code = "claim.no_deposit"
    http_status = 404


def hold(*, by: Actor, at: datetime, claim: Claim) -> Deposit:
    """Put on file what the last payment of a project kept back, and until when."""
    assert claim.order is not None  # noqa: S101 - it is paid
    assert claim.paid_on is not None  # noqa: S101
    account_id = claim.order.movements[-1]["target"]
    months = terms.deposit_months(
        on=claim.paid_on, division=DivisionCode(claim.division_code)
    )
    deposit = Deposit.objects.create(
        claim=claim,
        division_code=claim.division_code,
        account_id=account_id,
        amount_fen=claim.deposit_fen,
        payee=claim.payee,
        held_on=claim.paid_on,
        due_on=rules.add_months(claim.paid_on, months),
        state=DepositState.HELD,
    )
    audit.record(
        "funds.deposit.held",
        by=by,
        at=at,
        subject=deposit,
        detail={"fen": deposit.amount_fen, "due": deposit.due_on.isoformat()},
    )
    return deposit


def prepare_release(
    *, by: Actor, at: datetime, deposit_id: int, posted_on: date
) -> Order:
    """Prepare the order that gives a deposit back. Raises NoSuchDeposit, NotNow, TooEarly."""
    with transaction.atomic():
        deposit = locked(deposit_id)
        rules.check_due(deposit.due_on, posted_on)
        supplier = _beside(by, at, deposit, AccountKind.SUPPLIER, deposit.payee)
        return _prepare(
            by, at, deposit, OrderKind.RELEASE_DEPOSIT, supplier, posted_on, ""
        )


def prepare_forfeit(
    *, by: Actor, at: datetime, deposit_id: int, posted_on: date, document_no: str
) -> Order:
    """Prepare the order that takes a deposit for defects, by a document.

    Raises NoSuchDeposit, NotNow, WrongClaim without a document.
    """
    with transaction.atomic():
        deposit = locked(deposit_id)
        if not document_no.strip():
            raise rules.WrongClaim(
                Text("请填写处理决定文号。", "Give the number of the decision.")
            )
        line = _beside(by, at, deposit, AccountKind.SPECIAL, "")
        return _prepare(
            by, at, deposit, OrderKind.FORFEIT_DEPOSIT, line, posted_on, document_no
        )


def note_ended(*, by: Actor, at: datetime, order: Order) -> Deposit:
    """Let a deposit follow the order that was approved."""
    deposit = locked(int(order.subject_id))
    is_released = order.kind == OrderKind.RELEASE_DEPOSIT
    deposit.state = DepositState.RELEASED if is_released else DepositState.FORFEITED
    deposit.ended_on = order.posted_on
    deposit.save()
    audit.record(
        "funds.deposit.ended",
        by=by,
        at=at,
        subject=deposit,
        detail={"fen": deposit.amount_fen, "state": deposit.state},
    )
    return deposit


def locked(deposit_id: int) -> Deposit:
    """Return a deposit that is held, locked. Raises NoSuchDeposit, NotNow."""
    deposit = (
        Deposit.objects.select_for_update(of=("self",))
        .select_related("account", "claim__project")
        .filter(pk=deposit_id)
        .first()
    )
    if deposit is None:
        raise NoSuchDeposit(
            Text(
                "没有这笔保证金，或不在您的管辖范围内。",
                "There is no such deposit within your scope.",
            )
        )
    if deposit.state != DepositState.HELD:
        raise rules.NotNow(
            Text(
                "该保证金{state}。",
                "The deposit is {state} already.",
                {"state": DepositState(deposit.state).text},
            )
        )
    return deposit


def _prepare(
    by: Actor,
    at: datetime,
    deposit: Deposit,
    kind: OrderKind,
    target: Account,
    posted_on: date,
    document_no: str,
) -> Order:
    return orders.prepare(
        by=by,
        at=at,
        kind=kind,
        subject=Subject.of(deposit),
        movements=[Movement(kind.value, deposit.account, target, deposit.amount_fen)],
        posted_on=posted_on,
        text=f"{kind.text.zh}：{deposit.claim.project.project_no} {deposit.payee}",
        document_no=document_no,
    )


def _beside(
    by: Actor, at: datetime, deposit: Deposit, kind: AccountKind, name: str
) -> Account:
    allocation = Allocation.objects.select_related("line").get(
        pk=deposit.claim.allocation_id
    )
    return beside(allocation.line, kind, name, by=by, at=at)
