"""What the database refuses, said to people: constraint by constraint."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import DatabaseError, transaction

from bangfu.calc.values.findings import Refusal
from bangfu.calc.values.text import Text
from bangfu.funds.ledger import rules

_WITHIN = Text(
    "请核对专户余额、未支付的承诺和记账日期后再办。",
    "Look at the balance, the open commitments and the day, then do it again.",
)


def _overdrawn() -> Refusal:
    return rules.Overdrawn(
        Text(
            "余额不足：记账后账户会透支，或已承诺的资金会落空。",
            "Not enough money: an account would be overdrawn at the end of a day,"
            " or a commitment left without its money.",
        ),
        remedy=_WITHIN,
    )


def _closed() -> Refusal:
    return rules.MonthClosed(
        Text(
            "该月已结账，不能再记账。",
            "The month is closed; nothing is posted into it.",
        ),
        remedy=Text(
            "请记入未结账的月份；更正用冲销凭证。",
            "Post into an open month; correct by a reversal.",
        ),
    )


def _future() -> Refusal:
    return rules.WrongDay(
        Text(
            "记账日期不能晚于今天（以数据库时钟为准）。",
            "The day is after today, by the clock of the database.",
        )
    )


def _reversed() -> Refusal:
    return rules.NotReversible(
        Text(
            "该凭证是冲销凭证、已被冲销，或冲销日期早于原凭证。",
            "The voucher is a reversal or reversed already, or the day is before it.",
        )
    )


def _not_open() -> Refusal:
    return rules.NotOpen(
        Text(
            "超过该承诺尚未支付的金额。",
            "It is more than the commitment has open.",
        )
    )


def _order() -> Refusal:
    return rules.NotClosable(
        Text(
            "月份须按顺序结账，不能跳月，也不能重复结账。",
            "Months are closed one after the other, each once.",
        )
    )


def _over() -> Refusal:
    return rules.NotClosable(
        Text("当月尚未结束，不能结账。", "The month is not over; it cannot be closed.")
    )


def _no_line() -> Refusal:
    return rules.NoLine(
        Text(
            "只有专户中已分配用途的资金可以承诺。",
            "Only money of a special account with a purpose is committed.",
        )
    )


def _foreign() -> Refusal:
    return rules.NotOpen(
        Text(
            "该承诺不属于付款账户。",
            "The commitment is not of the account that pays.",
        )
    )


_BY_CONSTRAINT: dict[str, Callable[[], Refusal]] = {
    "funds_standing_not_overdrawn": _overdrawn,
    "funds_day_not_overdrawn": _overdrawn,
    "funds_entry_month_open": _closed,
    "funds_voucher_not_in_future": _future,
    "funds_voucher_reversal_ok": _reversed,
    "funds_voucher_reverses_id_key": _reversed,
    "funds_commitment_open_ok": _not_open,
    "funds_standing_commitments_ok": _not_open,
    "funds_commitment_of_line": _no_line,
    "funds_entry_commitment_of_account": _foreign,
    "funds_close_in_order": _order,
    "funds_close_once": _order,
    "funds_close_month_over": _over,
}


@contextmanager
def refusing() -> Iterator[None]:
    """Run writes in a savepoint; what a rule of the database refuses, say in words.

    Anything else that the database raises is a programmer's error and stays one.
    """
    try:
        with transaction.atomic():
            yield
    except DatabaseError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        name = getattr(diagnosis, "constraint_name", None) or ""
        refusal = _BY_CONSTRAINT.get(name)
        if refusal is None:
            raise
        raise refusal() from error
