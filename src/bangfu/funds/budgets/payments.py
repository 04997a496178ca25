"""Writes to payments of allocations, for the apps that pay: many as one voucher.

pay          post payments of several allocations as one voucher
take_back    post what came back of payments

Who pays without an allocation has no way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Sum

from bangfu.calc.ledger.codes import AccountKind
from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text
from bangfu.funds.budgets.allocations import NotPublished, missing
from bangfu.funds.budgets.lines import beside
from bangfu.funds.budgets.models import Allocation, AllocationAct
from bangfu.funds.budgets.states import ActKind
from bangfu.funds.ledger import operations as ledger
from bangfu.funds.ledger.models import Voucher
from bangfu.funds.ledger.rules import Movement, Signature
from bangfu.scope import Actor

PAY_EDGES = {"pay_cards": AccountKind.ONE_CARD, "pay_supplier": AccountKind.SUPPLIER}
RETURN_EDGES = {
    "return_from_cards": AccountKind.ONE_CARD,
    "return_from_supplier": AccountKind.SUPPLIER,
}
USES_MAX = 1_000


class OverReturned(BadInput):
    """More would come back than was paid."""

    code = "funds.over_returned"


@dataclass(frozen=True, slots=True)
class Use:
    """An amount of one allocation, in fen."""

    allocation_id: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Payments, or what came back of them, that become one voucher.

    edge: "pay_cards" or "pay_supplier", "return_from_cards" or "return_from_supplier".
    name: of the batch or supplier. uses: of one county, each allocation once. key: the
    same key with the same content gives the same voucher.
    """

    edge: str
    name: str
    posted_on: date
    text: str
    uses: Sequence[Use]
    document_no: str = ""
    key: str = ""


def pay(
    *,
    by: Actor,
    at: datetime,
    prepared_by: Signature,
    batch: Batch,
) -> Voucher:
    """Post payments of allocations as one voucher that `by` approves.

    Raises NoSuchAllocation, NotPublished for one whose list was not posted, and what
    the ledger refuses: NotAllowed, OwnApproval, NotOpen, MonthClosed.
    """
    with transaction.atomic():
        rows = _rows(batch.uses)
        published = set(
            AllocationAct.objects.filter(
                allocation__in=list(rows), kind=ActKind.PUBLISHED
            ).values_list("allocation", flat=True)
        )
        if set(rows) - published:
            raise NotPublished(
                Text(
                    "有 {n} 项尚未公示，不能支付。",
                    "{n} allocations were not published; nothing is paid.",
                    {"n": len(set(rows) - published)},
                )
            )
        movements = [
            Movement(
                batch.edge,
                rows[use.allocation_id].line.account,
                beside(
                    rows[use.allocation_id].line,
                    PAY_EDGES[batch.edge],
                    batch.name,
                    by=by,
                    at=at,
                ),
                use.amount_fen,
                rows[use.allocation_id].commitment,
            )
            for use in batch.uses
        ]
        return ledger.post(
            by=by,
            at=at,
            posted_on=batch.posted_on,
            text=batch.text,
            movements=movements,
            prepared_by=prepared_by,
            document_no=batch.document_no,
            key=batch.key,
        )


def take_back(
    *,
    by: Actor,
    at: datetime,
    prepared_by: Signature,
    batch: Batch,
) -> Voucher:
    """Post what came back of payments; the money is in its line again, not committed.

    Raises NoSuchAllocation, OverReturned, and what the ledger refuses.
    """
    with transaction.atomic():
        rows = _rows(batch.uses)
        known = Voucher.objects.filter(key=batch.key).first() if batch.key else None
        for use in batch.uses:
            if known is None:
                _check_return(rows[use.allocation_id], use.amount_fen)
        movements = [
            Movement(
                batch.edge,
                beside(
                    rows[use.allocation_id].line,
                    RETURN_EDGES[batch.edge],
                    batch.name,
                    by=by,
                    at=at,
                ),
                rows[use.allocation_id].line.account,
                use.amount_fen,
            )
            for use in batch.uses
        ]
        voucher = ledger.post(
            by=by,
            at=at,
            posted_on=batch.posted_on,
            text=batch.text,
            movements=movements,
            prepared_by=prepared_by,
            key=batch.key,
        )
        if known is None:
            AllocationAct.objects.bulk_create(
                AllocationAct(
                    allocation=rows[use.allocation_id],
                    division_code=rows[use.allocation_id].division_code,
                    kind=ActKind.RETURNED,
                    amount_fen=use.amount_fen,
                    happened_on=batch.posted_on,
                    voucher=voucher,
                )
                for use in batch.uses
            )
    return voucher


def _rows(uses: Sequence[Use]) -> dict[int, Allocation]:
    keys = {use.allocation_id for use in uses}
    if len(keys) != len(uses) or not 0 < len(uses) <= USES_MAX:
        raise BadInput(
            Text(
                "一张凭证支付 1 至 {n} 项，每项一次。",
                "A voucher pays 1 to {n} allocations, each once.",
                {"n": USES_MAX},
            )
        )
    rows = (
        Allocation.objects.select_for_update(of=("self",))
        .select_related("line__account", "commitment")
        .filter(pk__in=keys)
        .order_by("pk")
    )
    by_key = {row.pk: row for row in rows}
    if len(by_key) != len(keys):
        raise missing()
    return by_key


def _check_return(row: Allocation, amount_fen: int) -> None:
    acts = AllocationAct.objects.filter(allocation=row)
    totals = dict(acts.values_list("kind").annotate(total=Sum("amount_fen")).order_by())
    if amount_fen > totals.get(ActKind.PAID, 0) - totals.get(ActKind.RETURNED, 0):
        raise OverReturned(
            Text(
                "{reference} 退回金额超过已支付金额。",
                "More would come back of {reference} than was paid.",
                {"reference": row.reference},
            )
        )
