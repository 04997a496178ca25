"""Writes to budget lines: planned by a document, and given money.

plan_line            what a county plans of one class, source and year for a purpose
prepare_allotment    move money that came undivided to a line
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from bangfu.audit import operations as audit
from bangfu.calc.ledger.codes import AccountKind
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text
from bangfu.files.queries import Subject
from bangfu.funds.budgets import orders, permissions, rules
from bangfu.funds.budgets.models import BudgetLine, Order
from bangfu.funds.budgets.states import OrderKind
from bangfu.funds.ledger import operations as ledger
from bangfu.funds.ledger.models import Account
from bangfu.funds.ledger.rules import Movement
from bangfu.scope import Actor


class NoSuchLine(BadInput):
    """There is no such budget line within the acting scope."""

    code = "funds.no_budget_line"
    http_status = 404


@dataclass(frozen=True, slots=True)
class LinePlan:
    """What is planned: of which money, for what, how much, by which document."""

    division: DivisionCode
    year: int
    fund_class: str
    source: str
    purpose: str
    planned_fen: int
    document_no: str


def plan_line(*, by: Actor, at: datetime, plan: LinePlan) -> BudgetLine:
    """Write down what is planned for a purpose; a line that is there takes the new amount.

    Raises NotAllowed, WrongLine, WrongFunds, ForbiddenPurpose.
    """
    permissions.check_prepare(by, {plan.division})
    if plan.planned_fen <= 0 or not plan.document_no.strip() or not plan.purpose:
        raise rules.WrongLine(
            Text(
                "请填写用途、大于零的金额和分配方案文号。",
                "Purpose, an amount above zero and the number of the document are needed.",
            )
        )
    with transaction.atomic():
        account = _account(by, at, plan, plan.purpose)
        line, is_new = BudgetLine.objects.select_for_update(of=("self",)).get_or_create(
            account=account,
            defaults={
                "division_code": plan.division,
                "year": plan.year,
                "fund_class": plan.fund_class,
                "source": plan.source,
                "purpose": plan.purpose,
                "planned_fen": plan.planned_fen,
                "document_no": plan.document_no.strip(),
                "recorded_by_id": by.user_id,
                "recorded_at": at,
            },
        )
        if not is_new:
            line.planned_fen = plan.planned_fen
            line.document_no = plan.document_no.strip()
            line.recorded_by_id, line.recorded_at = by.user_id, at
            line.save()
        audit.record(
            "funds.line.planned",
            by=by,
            at=at,
            subject=line,
            detail={"fen": plan.planned_fen, "document_no": line.document_no},
        )
    return line


def prepare_allotment(
    *, by: Actor, at: datetime, line_id: int, amount_fen: int, posted_on: date
) -> Order:
    """Prepare the order that gives a line money of its class, source and year.

    Raises NoSuchLine, NotAllowed, WrongOrder, NotWaiting.
    """
    with transaction.atomic():
        line = locked(line_id)
        undivided = _account(
            by,
            at,
            LinePlan(
                DivisionCode(line.division_code),
                line.year,
                line.fund_class,
                line.source,
                "",
                line.planned_fen,
                line.document_no,
            ),
            "",
        )
        return orders.prepare(
            by=by,
            at=at,
            kind=OrderKind.ALLOT,
            subject=Subject.of(line),
            movements=[Movement("allot", undivided, line.account, amount_fen)],
            posted_on=posted_on,
            text=f"{OrderKind.ALLOT.text.zh}：{line.purpose_text.zh}",
            document_no=line.document_no,
        )


def beside(
    line: BudgetLine, kind: AccountKind, name: str, *, by: Actor, at: datetime
) -> Account:
    """Return the account of a kind for a line's class, source, year and purpose.

    Opened now if there is none yet. Raises NotAllowed.
    """
    return ledger.open_account(
        by=by,
        at=at,
        kind=kind,
        division_code=DivisionCode(line.division_code),
        fund_class=line.fund_class,
        source=line.source,
        year=line.year,
        purpose=line.purpose,
        name=name,
    )


def locked(line_id: int) -> BudgetLine:
    """Return a line with its account, held until the end. Raises NoSuchLine."""
    line = (
        BudgetLine.objects.select_for_update(of=("self",))
        .select_related("account")
        .filter(pk=line_id)
        .first()
    )
    if line is None:
        raise NoSuchLine(
            Text(
                "没有这条预算，或不在您的管辖范围内。",
                "There is no such budget line within your scope.",
            )
        )
    return line


def _account(by: Actor, at: datetime, plan: LinePlan, purpose: str) -> Account:
    return ledger.open_account(
        by=by,
        at=at,
        kind=AccountKind.SPECIAL,
        division_code=plan.division,
        fund_class=plan.fund_class,
        source=plan.source,
        year=plan.year,
        purpose=purpose,
    )
