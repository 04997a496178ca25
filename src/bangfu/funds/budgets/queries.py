"""Reads of budgets, all within the acting scope: documents, lines, orders, progress."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Q, QuerySet, Sum

from bangfu.calc.ledger.codes import AccountKind
from bangfu.calc.values.division_code import DivisionCode
from bangfu.funds.budgets import rules, terms
from bangfu.funds.budgets.models import (
    Allocation,
    AllocationAct,
    Appropriation,
    BudgetLine,
    Hop,
    Order,
)
from bangfu.funds.budgets.states import ActKind, OrderState
from bangfu.funds.ledger.models import Account, Entry
from bangfu.scope import Actor

_IN = ("appropriate", "receive", "open", "earn_interest")
_OUT = ("pay_supplier", "pay_cards", "hold_deposit")
_BACK = ("return_from_supplier", "return_from_cards", "forfeit_deposit")


def appropriations() -> QuerySet[Appropriation]:
    """Return the documents in scope."""
    return Appropriation.objects.prefetch_related("hops")


def appropriation(appropriation_id: int) -> Appropriation | None:
    """Return a document, or None outside the acting scope."""
    return Appropriation.objects.filter(pk=appropriation_id).first()


def hops_of(row: Appropriation) -> list[Hop]:
    """Return the ways of a document's money from level to level, in their order."""
    return list(row.hops.order_by("position"))


def lines() -> QuerySet[BudgetLine]:
    """Return the budget lines in scope, with accounts and what the accounts hold."""
    return BudgetLine.objects.select_related("account__standing").annotate(
        balance_fen=F("account__standing__balance_fen"),
        committed_fen=F("account__standing__committed_fen"),
        available_fen=F("account__standing__balance_fen")
        - F("account__standing__committed_fen"),
    )


def line(line_id: int) -> BudgetLine | None:
    """Return a budget line, or None outside the acting scope."""
    return lines().filter(pk=line_id).first()


def orders() -> QuerySet[Order]:
    """Return the orders in scope."""
    return Order.objects.all()


def waiting_orders(by: Actor) -> QuerySet[Order]:
    """Return the orders that wait for another person of the reader's own division."""
    rows = Order.objects.filter(
        state=OrderState.PREPARED, division_code=by.division or "-"
    )
    return rows.exclude(prepared_by_id=by.user_id)


def order_of(kind_of: str, key: int) -> Order | None:
    """Return the newest order about a record, by its model's label and key."""
    rows = Order.objects.filter(subject_type=kind_of, subject_id=str(key))
    return rows.select_related("voucher").order_by("-pk").first()


def allocations() -> QuerySet[Allocation]:
    """Return the allocations in scope, with projects and households."""
    return Allocation.objects.select_related("project", "household")


@dataclass(frozen=True, slots=True)
class Statement:
    """What became of money kept for somebody, at the end of a day, in fen.

    committed: less what was released. paid: less reversed vouchers. returned: what came
    back of it. held: neither paid nor released.
    """

    on: date
    planned_fen: int
    committed_fen: int
    published_fen: int
    paid_fen: int
    returned_fen: int

    @property
    def held_fen(self) -> int:
        """What is committed and not paid."""
        return self.committed_fen - self.paid_fen


def statement(
    rows: Iterable[Allocation], *, on: date, planned_fen: int | None = None
) -> Statement:
    """Add up what happened to allocations until the end of a day.

    planned_fen: what a plan says; None takes the first amounts of the allocations.
    """
    keys = [row.pk for row in rows]
    acts = AllocationAct.objects.filter(allocation__in=keys, happened_on__lte=on)
    totals = dict(acts.values_list("kind").annotate(total=Sum("amount_fen")).order_by())
    made = int(totals.get(ActKind.COMMITTED, 0))
    return Statement(
        on=on,
        planned_fen=made if planned_fen is None else planned_fen,
        committed_fen=made - int(totals.get(ActKind.RELEASED, 0)),
        published_fen=int(totals.get(ActKind.PUBLISHED, 0)),
        paid_fen=int(totals.get(ActKind.PAID, 0)),
        returned_fen=int(totals.get(ActKind.RETURNED, 0)),
    )


def acts_of(rows: Iterable[Allocation]) -> list[AllocationAct]:
    """Return what happened to allocations, in the order of its days."""
    keys = [row.pk for row in rows]
    acts = AllocationAct.objects.filter(allocation__in=keys)
    return list(acts.select_related("allocation").order_by("happened_on", "pk"))


# A county's money of a year


@dataclass(frozen=True, slots=True)
class ClassMoney:
    """A county's money of one class and year at the end of a day, in fen."""

    year: int
    fund_class: str
    arrived_fen: int
    planned_fen: int
    committed_fen: int
    paid_fen: int
    left_fen: int


def money_by_class(county: DivisionCode, *, on: date) -> list[ClassMoney]:
    """Return what arrived, is planned, committed, paid and left, by year and class.

    committed is what is open now; the rest is as of the day. paid counts what left the
    special account to suppliers, cards and deposits, less what came back.
    """
    special = Q(account__kind=AccountKind.SPECIAL, account__division_code=county)
    entries = Entry.objects.filter(special, posted_on__lte=on)
    sums = {
        (row["account__year"], row["account__fund_class"]): row
        for row in entries.values("account__year", "account__fund_class").annotate(
            arrived=Sum("amount_fen", filter=Q(edge__in=_IN), default=0),
            paid=Sum("amount_fen", filter=Q(edge__in=(*_OUT, *_BACK)), default=0),
            left=Sum("amount_fen", default=0),
        )
    }
    planned = {
        (row["year"], row["fund_class"]): row["n"]
        for row in BudgetLine.objects.filter(division_code=county)
        .values("year", "fund_class")
        .annotate(n=Sum("planned_fen"))
    }
    committed = {
        (row["year"], row["fund_class"]): row["n"]
        for row in Account.objects.filter(
            division_code=county, kind=AccountKind.SPECIAL
        )
        .values("year", "fund_class")
        .annotate(n=Sum("standing__committed_fen"))
    }
    return [
        ClassMoney(
            year=key[0],
            fund_class=key[1],
            arrived_fen=int(sums[key]["arrived"]) if key in sums else 0,
            planned_fen=int(planned.get(key) or 0),
            committed_fen=int(committed.get(key) or 0),
            paid_fen=-int(sums[key]["paid"]) if key in sums else 0,
            left_fen=int(sums[key]["left"]) if key in sums else 0,
        )
        for key in sorted(sums.keys() | planned.keys(), key=lambda k: (-k[0], k[1]))
    ]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the spending of a year's money is. shares: percent.

    wanted: what the policy wants spent by the end of the quarter that is running, or of
    the last one of the year when it is over. passed: by the end of the quarter before;
    None in the first.
    """

    year: int
    on: date
    arrived_fen: int
    paid_fen: int
    quarter: int
    wanted: Decimal
    passed: Decimal | None

    @property
    def share(self) -> Decimal | None:
        """What is spent of what arrived, percent; None before anything arrived."""
        if not self.arrived_fen:
            return None
        return Decimal(self.paid_fen * 100) / Decimal(self.arrived_fen)

    @property
    def is_behind(self) -> bool:
        """Whether less is spent than was wanted by the end of the quarter before."""
        return (
            self.share is not None
            and self.passed is not None
            and self.share < self.passed
        )


def progress(county: DivisionCode, year: int, *, on: date) -> Progress:
    """Return the spending of a year's money against the policy's milestones.

    Raises NoValue and UnverifiedValue of the policy.
    """
    found = [row for row in money_by_class(county, on=on) if row.year == year]
    wanted = terms.milestones(on=on, division=county)
    is_over = on.year > year
    quarter = max(wanted) if is_over else (on.month + 2) // 3
    passed = quarter if is_over else quarter - 1
    return Progress(
        year=year,
        on=on,
        arrived_fen=sum(row.arrived_fen for row in found),
        paid_fen=sum(row.paid_fen for row in found),
        quarter=quarter,
        wanted=wanted[quarter],
        passed=wanted.get(passed),
    )


@dataclass(frozen=True, slots=True)
class Way:
    """One hop with its days on the way. is_late: longer than the policy allows."""

    hop: Hop
    days: int
    is_late: bool


def ways_of(row: Appropriation, *, on: date) -> list[Way]:
    """Return the hops of a document with their days in transit on a day."""
    most = terms.transit_days_max(on=on, division=DivisionCode(row.division_code))
    found = []
    for hop in hops_of(row):
        days = rules.transit_days(hop.sent_on, hop.arrived_on, on=on)
        found.append(Way(hop, days, most is not None and days > most))
    return found
