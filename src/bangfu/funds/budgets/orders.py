"""Writes to orders: prepared by one person, approved or returned by another.

The only place of this app that posts vouchers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from bangfu.audit import operations as audit
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text
from bangfu.files.queries import Subject
from bangfu.funds.budgets import permissions, rules
from bangfu.funds.budgets.models import Order
from bangfu.funds.budgets.states import OrderKind, OrderState
from bangfu.funds.ledger import operations as ledger
from bangfu.funds.ledger.models import Account, Commitment, Voucher
from bangfu.funds.ledger.rules import Movement, Signature, check_reason
from bangfu.scope import Actor


class NoSuchOrder(BadInput):
    """There is no such order within the acting scope."""

    code = "funds.no_order"
    http_status = 404


def prepare(  # noqa: PLR0913 - a voucher has that many parts
    *,
    by: Actor,
    at: datetime,
    kind: OrderKind,
    subject: Subject,
    movements: Sequence[Movement],
    posted_on: date,
    text: str,
    document_no: str = "",
    document_id: int | None = None,
) -> Order:
    """Prepare a voucher for another person's approval.

    movements: all out of accounts of one division. posted_on: the day it will bear.
    Raises NotAllowed, WrongOrder, NotWaiting when the record has an order waiting.
    """
    division = DivisionCode(movements[0].source.division_code)
    permissions.check_prepare(by, {one.source.division_code for one in movements})
    amount_fen = sum(one.amount_fen for one in movements)
    rules.check_order(posted_on=posted_on, amount_fen=amount_fen, today=civil_day(at))
    order = Order(
        division_code=division,
        kind=kind,
        state=OrderState.PREPARED,
        subject_type=subject.type,
        subject_id=subject.id,
        amount_fen=amount_fen,
        posted_on=posted_on,
        text=text.strip()[: rules.TEXT_MAX],
        document_no=document_no.strip(),
        document_id=document_id,
        movements=[_as_json(one) for one in movements],
        prepared_by_id=by.user_id,
        prepared_by_name=by.username,
        prepared_at=at,
    )
    try:
        with transaction.atomic():
            order.save()
    except IntegrityError as error:
        if "funds_order_one_waits" not in str(error) and (
            "funds_order_opening_once" not in str(error)
        ):
            raise
        raise rules.NotWaiting(
            Text(
                "该事项已制单，或期初余额已入账。",
                "An order waits for this already, or the opening balance is taken over.",
            ),
            remedy=Text("请先审批或退回。", "Approve or return that one first."),
        ) from error
    _record("prepared", by, at, order)
    return order


def approve(*, by: Actor, at: datetime, order_id: int) -> Order:
    """Post a prepared order as a voucher. Call it through `funds.operations`.

    Raises NoSuchOrder, NotWaiting, and what the ledger refuses: NotAllowed,
    OwnApproval, Overdrawn, MonthClosed, NoDocument, NotOpen; the order waits on then.
    """
    with transaction.atomic():
        order = locked(order_id)
        voucher = ledger.post(
            by=by,
            at=at,
            posted_on=order.posted_on,
            text=order.text,
            movements=_movements(order),
            prepared_by=Signature(
                order.prepared_by_id, order.prepared_by_name, order.prepared_at
            ),
            document_id=order.document_id,
            document_no=order.document_no,
            key=f"order:{order.pk}",
        )
        _decide(order, OrderState.POSTED, by, at, voucher=voucher)
        _record("approved", by, at, order)
    return order


def send_back(*, by: Actor, at: datetime, order_id: int, reason: str) -> Order:
    """Return a prepared order; nothing is posted. Call it through `funds.operations`.

    The preparer may take the own one back. Raises NoSuchOrder, NotWaiting, NotAllowed,
    NoReason.
    """
    why = check_reason(reason)
    with transaction.atomic():
        order = locked(order_id)
        if by.user_id != order.prepared_by_id:
            permissions.check_approve(by, {order.division_code})
        _decide(order, OrderState.RETURNED, by, at, reason=why)
        _record("returned", by, at, order, why)
    return order


def locked(order_id: int) -> Order:
    """Return an order that waits, held until the transaction ends.

    Raises NoSuchOrder, NotWaiting.
    """
    order = Order.objects.select_for_update(of=("self",)).filter(pk=order_id).first()
    if order is None:
        raise NoSuchOrder(
            Text(
                "没有这张单据，或不在您的管辖范围内。",
                "There is no such order within your scope.",
            )
        )
    if order.state != OrderState.PREPARED:
        raise rules.NotWaiting(
            Text(
                "该单据{state}。",
                "The order is {state} already.",
                {"state": OrderState(order.state).text},
            ),
            remedy=Text("请刷新页面。", "Reload the page."),
        )
    return order


def civil_day(at: datetime) -> date:
    """Return the civil day of a moment in the city."""
    return timezone.localdate(at)  # noqa: TID251 - of the time that was passed in


def _decide(
    order: Order,
    state: OrderState,
    by: Actor,
    at: datetime,
    *,
    voucher: Voucher | None = None,
    reason: str = "",
) -> None:
    order.state, order.voucher, order.reason = state, voucher, reason
    order.decided_by_id, order.decided_by_name = by.user_id, by.username
    order.decided_at = at
    order.save()


def _as_json(movement: Movement) -> dict[str, object]:
    return {
        "edge": movement.edge,
        "source": movement.source.pk,
        "target": movement.target.pk,
        "fen": movement.amount_fen,
        "commitment": movement.commitment.pk if movement.commitment else None,
    }


def _movements(order: Order) -> list[Movement]:
    rows = order.movements
    accounts = Account.objects.in_bulk(
        {key for one in rows for key in (one["source"], one["target"])}
    )
    commitments = Commitment.objects.in_bulk(
        {one["commitment"] for one in rows if one["commitment"]}
    )
    return [
        Movement(
            edge=one["edge"],
            source=accounts[one["source"]],
            target=accounts[one["target"]],
            amount_fen=one["fen"],
            commitment=commitments.get(one["commitment"]),
        )
        for one in rows
    ]


def _record(done: str, by: Actor, at: datetime, order: Order, reason: str = "") -> None:
    audit.record(
        f"funds.order.{done}",
        by=by,
        at=at,
        subject=order,
        reason=reason,
        detail={"kind": order.kind, "fen": order.amount_fen},
    )
