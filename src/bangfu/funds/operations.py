"""What other apps call, and the one place where an order is approved or returned.

commit, release, publish, pay, take_back     allocations (see budgets.allocations)
approve_order, return_order                  with what follows from them
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bangfu.funds.budgets import appropriations, orders
from bangfu.funds.budgets.allocations import commit, publish, release
from bangfu.funds.budgets.models import Order
from bangfu.funds.budgets.payments import Batch, Use, pay, take_back
from bangfu.funds.budgets.states import OrderKind
from bangfu.funds.claims import deposits
from bangfu.funds.claims import operations as claims
from bangfu.scope import Actor

__all__ = [
    "Batch",
    "Use",
    "approve_order",
    "commit",
    "pay",
    "publish",
    "release",
    "return_order",
    "take_back",
]
_HOPS = (OrderKind.APPROPRIATE, OrderKind.HAND_DOWN, OrderKind.RECEIVE)
_DEPOSITS = (OrderKind.RELEASE_DEPOSIT, OrderKind.FORFEIT_DEPOSIT)


def approve_order(*, by: Actor, at: datetime, order_id: int) -> Order:
    """Post a prepared order, and let its record follow.

    Raises NoSuchOrder, NotWaiting, and what the ledger refuses: NotAllowed,
    OwnApproval, Overdrawn, MonthClosed, NoDocument, NotOpen; nothing changes then.
    """
    with transaction.atomic():
        order = orders.approve(by=by, at=at, order_id=order_id)
        if order.kind in _HOPS:
            appropriations.note_posted(by=by, at=at, order=order)
        elif order.kind == OrderKind.PAY:
            claims.note_paid(by=by, at=at, order=order)
        elif order.kind in _DEPOSITS:
            deposit = deposits.note_ended(by=by, at=at, order=order)
            claims.close_if_settled(by=by, at=at, project_id=deposit.claim.project_id)
    return order


def return_order(*, by: Actor, at: datetime, order_id: int, reason: str) -> Order:
    """Return a prepared order; nothing is posted.

    Raises NoSuchOrder, NotWaiting, NotAllowed, NoReason.
    """
    with transaction.atomic():
        order = orders.send_back(by=by, at=at, order_id=order_id, reason=reason)
        if order.kind == OrderKind.PAY:
            claims.note_returned(by=by, at=at, order=order)
    return order
