"""Writes to appropriation documents: recorded, sent, arrived.

record            put a document on file with the way its money takes
prepare_hop       the next order of its own hop: hand down, or arrived
note_posted       the hop takes the day of the order that was approved
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Sum

from bangfu.audit import operations as audit
from bangfu.calc.ledger.codes import AccountKind
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text
from bangfu.divisions import queries as divisions
from bangfu.files import operations as files
from bangfu.files.kinds import Purpose as FilePurpose
from bangfu.files.queries import Subject
from bangfu.funds.budgets import orders, permissions, rules
from bangfu.funds.budgets.models import Appropriation, Hop, Order
from bangfu.funds.budgets.rules import Paper
from bangfu.funds.budgets.states import OrderKind
from bangfu.funds.ledger import operations as ledger
from bangfu.funds.ledger.models import Account
from bangfu.funds.ledger.rules import Movement, check_line
from bangfu.scope import Actor


class NoSuchAppropriation(BadInput):
    """There is no such document within the acting scope."""

    code = "funds.no_appropriation"
    http_status = 404


class DocumentTaken(BadInput):
    """The document is on file already."""

    code = "funds.document_taken"


def record(
    *,
    by: Actor,
    at: datetime,
    paper: Paper,
    document: tuple[str, bytes] | None = None,
    import_id: int | None = None,
) -> Appropriation:
    """Put a document on file; no money moves yet.

    The division that receives money from outside records it, or, of money that it hands
    on (paper.parent_id), the division above. document: name and content. Raises
    NotAllowed, WrongAppropriation with every finding, DocumentTaken, NoSuchAppropriation.
    """
    today = orders.civil_day(at)
    rules.check_paper(paper, today=today)
    _check_line(paper)
    with transaction.atomic():
        parent = None if paper.parent_id is None else locked(paper.parent_id)
        sender = _sender(by, paper, parent)
        if not divisions.exists(paper.division, at=today):
            raise rules.WrongAppropriation(
                Text("没有这个区划。", "There is no such division.")
            )
        row = Appropriation(
            division_code=paper.division,
            from_code=sender,
            parent=parent,
            document_no=paper.document_no.strip(),
            title=paper.title.strip(),
            issued_on=paper.issued_on,
            fund_class=paper.fund_class,
            source=paper.source,
            year=paper.year,
            amount_fen=paper.amount_fen,
            import_id=import_id,
            recorded_by_id=by.user_id,
            recorded_by_name=by.username,
            recorded_at=at,
        )
        _save_once(row)
        _write_hops(row, parent)
        if document is not None:
            _keep(by, at, row, *document)
        audit.record(
            "funds.appropriation.recorded",
            by=by,
            at=at,
            subject=row,
            detail={"fen": row.amount_fen, "class": row.fund_class},
        )
    return row


def prepare_hop(
    *, by: Actor, at: datetime, appropriation_id: int, happened_on: date
) -> Order:
    """Prepare the order of the next point on the way: hand down, or arrived.

    happened_on: the day on which the money left or came in. Raises NoSuchAppropriation,
    NotAllowed, WrongOrder, NotWaiting when it has arrived or an order waits.
    """
    with transaction.atomic():
        row = locked(appropriation_id)
        hop = own_hop(row)
        _check_ahead(row, hop, happened_on)
        kind = next_kind(row, hop)
        movement = _movement(by, at, row, kind)
        return orders.prepare(
            by=by,
            at=at,
            kind=kind,
            subject=Subject.of(row),
            movements=[movement],
            posted_on=happened_on,
            text=f"{kind.text.zh}：{row.document_no} {row.title}",
            document_no=row.document_no,
        )


def note_posted(*, by: Actor, at: datetime, order: Order) -> None:
    """Let the hop take the day and voucher of an order that was approved."""
    hop = own_hop(locked(int(order.subject_id)))
    if order.kind == OrderKind.HAND_DOWN:
        hop.sent_on, hop.sent_voucher_id = order.posted_on, order.voucher_id
    else:
        hop.arrived_on, hop.arrived_voucher_id = order.posted_on, order.voucher_id
    hop.save()


def next_kind(row: Appropriation, hop: Hop) -> OrderKind:
    """Return what happens next on a document's own hop, while it has not arrived."""
    if row.parent_id is None:
        return OrderKind.APPROPRIATE
    return OrderKind.HAND_DOWN if hop.sent_on is None else OrderKind.RECEIVE


def own_hop(row: Appropriation) -> Hop:
    """Return the hop of the document itself."""
    return Hop.objects.get(appropriation=row, is_own=True)


def locked(appropriation_id: int) -> Appropriation:
    """Return a document, held until the transaction ends. Raises NoSuchAppropriation."""
    row = (
        Appropriation.objects.select_for_update(of=("self",))
        .filter(pk=appropriation_id)
        .first()
    )
    if row is None:
        raise NoSuchAppropriation(
            Text(
                "没有这份文件，或不在您的管辖范围内。",
                "There is no such document within your scope.",
            )
        )
    return row


def _check_line(paper: Paper) -> None:
    check_line(
        kind=AccountKind.SPECIAL,
        fund_class=paper.fund_class,
        source=paper.source,
        year=paper.year,
        purpose="",
    )


def _sender(by: Actor, paper: Paper, parent: Appropriation | None) -> DivisionCode:
    """Return who sends, after asking whether `by` may record it."""
    if parent is None:
        permissions.check_prepare(by, {paper.division})
        return paper.division.parent or paper.division
    sender = DivisionCode(parent.division_code)
    permissions.check_prepare(by, {sender})
    if not sender.contains(paper.division) or sender == paper.division:
        raise rules.WrongAppropriation(
            Text("只能下达到所属下级。", "Money is handed down to a division below.")
        )
    if (paper.fund_class, paper.source, paper.year) != (
        parent.fund_class,
        parent.source,
        parent.year,
    ):
        raise rules.WrongAppropriation(
            Text(
                "类别、来源和年度应与上级文件一致。",
                "Class, source and year are those of the document above.",
            )
        )
    handed = parent.children.aggregate(total=Sum("amount_fen"))["total"] or 0
    rules.check_within_parent(
        paper.amount_fen, left_fen=parent.amount_fen - int(handed)
    )
    return sender


def _save_once(row: Appropriation) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "funds_appropriation_once" not in str(error):
            raise
        raise DocumentTaken(
            Text(
                "该文号的这类资金已登记。",
                "This class of money under this document is on file already.",
            )
        ) from error


def _write_hops(row: Appropriation, parent: Appropriation | None) -> None:
    above = [] if parent is None else list(parent.hops.order_by("position"))
    own = Hop(
        is_own=True,
        from_code=row.from_code,
        to_code=row.division_code,
        sent_on=row.issued_on if parent is None else None,
    )
    ways = [
        Hop(
            is_own=False,
            from_code=hop.from_code,
            to_code=hop.to_code,
            sent_on=hop.sent_on,
            arrived_on=hop.arrived_on,
        )
        for hop in above
    ]
    for position, hop in enumerate([*ways, own], start=1):
        hop.appropriation, hop.division_code = row, row.division_code
        hop.position = position
        hop.save()


def _check_ahead(row: Appropriation, hop: Hop, happened_on: date) -> None:
    if hop.arrived_on is not None:
        raise rules.NotWaiting(Text("该资金已到账。", "The money has arrived already."))
    first = row.issued_on if hop.sent_on is None else hop.sent_on
    if happened_on < first:
        raise rules.WrongOrder(
            Text(
                "日期不能早于 {day}。",
                "The day lies before {day}.",
                {"day": first.isoformat()},
            )
        )


def _movement(by: Actor, at: datetime, row: Appropriation, kind: OrderKind) -> Movement:
    def account(of: AccountKind, division: str) -> Account:
        return ledger.open_account(
            by=by,
            at=at,
            kind=of,
            division_code=DivisionCode(division),
            fund_class=row.fund_class,
            source=row.source,
            year=row.year,
        )

    there, above = str(row.division_code), str(row.from_code)
    ways = {
        OrderKind.APPROPRIATE: (
            (AccountKind.APPROPRIATION, there),
            (AccountKind.SPECIAL, there),
        ),
        OrderKind.HAND_DOWN: (
            (AccountKind.SPECIAL, above),
            (AccountKind.TRANSIT, there),
        ),
        OrderKind.RECEIVE: (
            (AccountKind.TRANSIT, there),
            (AccountKind.SPECIAL, there),
        ),
    }
    source, target = ways[kind]
    return Movement(kind.value, account(*source), account(*target), row.amount_fen)


def _keep(
    by: Actor, at: datetime, row: Appropriation, name: str, content: bytes
) -> None:
    file = files.store(
        by=by,
        at=at,
        division=DivisionCode(row.division_code),
        name=name,
        content=content,
    )
    attachment = files.attach(
        by=by,
        at=at,
        file=file,
        subject=Subject.of(row),
        purpose=FilePurpose.LETTER,
        name=name,
    )
    row.document_id = attachment.pk
    row.save(update_fields=["document_id"])
