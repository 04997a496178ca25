"""Writes at the rim of the books: opening balances, and recovery of old money.

prepare_opening    take over what an account held before the system, once, with a document
prepare_recovery   give unspent, uncommitted money back after the years of the policy
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from bangfu.calc.ledger.codes import AccountKind
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.text import Text
from bangfu.files.queries import Subject
from bangfu.funds.budgets import orders, permissions, rules, terms
from bangfu.funds.budgets.models import Order
from bangfu.funds.budgets.states import OrderKind
from bangfu.funds.claims import rules as claim_rules
from bangfu.funds.ledger import operations as ledger
from bangfu.funds.ledger import queries as ledger_queries
from bangfu.funds.ledger.models import Account
from bangfu.funds.ledger.rules import Movement
from bangfu.scope import Actor


@dataclass(frozen=True, slots=True)
class Opening:
    """What an account held before the system, and the document that says so."""

    division: DivisionCode
    fund_class: str
    source: str
    year: int
    purpose: str
    amount_fen: int
    document_no: str


def prepare_opening(
    *, by: Actor, at: datetime, opening: Opening, posted_on: date
) -> Order:
    """Prepare the order that takes an opening balance over; another person approves.

    Raises NotAllowed, WrongOrder without a document, NotWaiting when the account's
    opening balance waits or is taken over already, WrongFunds, ForbiddenPurpose.
    """
    permissions.check_prepare(by, {opening.division})
    if not opening.document_no.strip():
        raise rules.WrongOrder(
            Text(
                "期初余额须有对账单或决算文号。",
                "An opening balance rests on a statement or a document with its number.",
            )
        )
    with transaction.atomic():
        old = _account(by, at, opening, AccountKind.OPENING)
        line = _account(by, at, opening, AccountKind.SPECIAL)
        return orders.prepare(
            by=by,
            at=at,
            kind=OrderKind.OPEN,
            subject=Subject.of(line),
            movements=[Movement("open", old, line, opening.amount_fen)],
            posted_on=posted_on,
            text=f"{OrderKind.OPEN.text.zh}：{line.line_text.zh}",
            document_no=opening.document_no,
        )


def prepare_recovery(
    *, by: Actor, at: datetime, account_id: int, posted_on: date, document_no: str
) -> Order:
    """Prepare the order that recovers what an account has unspent and uncommitted.

    Raises NoSuchRecord, NotAllowed, TooEarly before the policy's years are over,
    NothingLeft, WrongOrder without a document.
    """
    with transaction.atomic():
        account = ledger_queries.account(account_id)
        county = DivisionCode(account.division_code)
        permissions.check_prepare(by, {county})
        years = terms.recover_years(on=posted_on, division=county)
        claim_rules.check_old(account.year, posted_on, years)
        free_fen = ledger_queries.available(account)
        if account.kind != AccountKind.SPECIAL or free_fen <= 0:
            raise claim_rules.NothingLeft(
                Text(
                    "没有可收回的结转资金；已安排的须先释放。",
                    "Nothing can be recovered; what is committed must be released first.",
                )
            )
        if not document_no.strip():
            raise rules.WrongOrder(
                Text("请填写收回文件文号。", "Give the number of the document.")
            )
        treasury = ledger.open_account(
            by=by,
            at=at,
            kind=AccountKind.TREASURY,
            division_code=county,
            fund_class=account.fund_class,
            source=account.source,
            year=account.year,
            purpose=account.purpose,
        )
        return orders.prepare(
            by=by,
            at=at,
            kind=OrderKind.RECOVER,
            subject=Subject.of(account),
            movements=[Movement("recover", account, treasury, free_fen)],
            posted_on=posted_on,
            text=f"{OrderKind.RECOVER.text.zh}：{account.line_text.zh}",
            document_no=document_no,
        )


def _account(by: Actor, at: datetime, opening: Opening, kind: AccountKind) -> Account:
    return ledger.open_account(
        by=by,
        at=at,
        kind=kind,
        division_code=opening.division,
        fund_class=opening.fund_class,
        source=opening.source,
        year=opening.year,
        purpose=opening.purpose,
    )
