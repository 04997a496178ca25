"""A county's money as its page shows it: totals, classes, ages, progress."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.urls import reverse

from bangfu.calc.ledger.codes import FundClass
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.text import Text
from bangfu.funds.budgets import queries as budgets
from bangfu.funds.budgets.models import Order
from bangfu.funds.budgets.queries import ClassMoney, Progress
from bangfu.funds.claims import queries as claims
from bangfu.funds.claims.models import Claim, Deposit
from bangfu.funds.claims.queries import Unspent
from bangfu.funds.claims.rules import BUCKET_TEXTS
from bangfu.policy.packs import NoValue, UnverifiedValue
from bangfu.web import formats
from bangfu.web.cells import Badge
from bangfu.web.charts import Chart, Series

_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Bucket:
    """Unspent money of one age group, in fen."""

    text: Text
    total_fen: int
    rows: list[Unspent]


@dataclass(frozen=True, slots=True)
class CountyMoney:
    """What the page says. progress: of the year of the day; None where none is known.

    problem: why ages and progress cannot be said.
    """

    classes: list[tuple[Text, ClassMoney]]
    arrived_fen: int
    planned_fen: int
    committed_fen: int
    paid_fen: int
    left_fen: int
    buckets: list[Bucket]
    progress: Progress | None
    state: Badge | None
    chart: Chart | None
    problem: Text | None


def of(county: DivisionCode, *, on: date) -> CountyMoney:
    """Return a county's money at the end of a day."""
    rows = budgets.money_by_class(county, on=on)
    buckets, progress, problem = _judged(county, on)
    return CountyMoney(
        classes=[(FundClass(row.fund_class).text, row) for row in rows],
        arrived_fen=sum(row.arrived_fen for row in rows),
        planned_fen=sum(row.planned_fen for row in rows),
        committed_fen=sum(row.committed_fen for row in rows),
        paid_fen=sum(row.paid_fen for row in rows),
        left_fen=sum(row.left_fen for row in rows),
        buckets=buckets,
        progress=progress,
        state=None if progress is None else _state(progress),
        chart=_chart(rows),
        problem=problem,
    )


def _judged(
    county: DivisionCode, on: date
) -> tuple[list[Bucket], Progress | None, Text | None]:
    """Return ages and progress, or why the policy does not let them be told."""
    try:
        unspent = claims.unspent(county, on=on)
        progress = budgets.progress(county, on.year, on=on)
    except (NoValue, UnverifiedValue) as refusal:
        return [], None, refusal.message
    buckets = [
        Bucket(
            text,
            sum(one.balance_fen for one in unspent if one.bucket == code),
            [one for one in unspent if one.bucket == code],
        )
        for code, text in BUCKET_TEXTS.items()
    ]
    return buckets, progress, None


def _state(progress: Progress) -> Badge:
    if progress.share is None:
        return Badge(Text("当年资金未到账", "no money of the year yet"), "neutral")
    if progress.is_behind:
        return Badge(Text("落后于序时进度", "behind the schedule"), "danger", "alarm")
    if progress.share >= progress.wanted:
        return Badge(Text("达到本季度目标", "at the target of the quarter"), "success")
    return Badge(Text("符合序时进度", "in time"), "info")


def _chart(rows: list[ClassMoney]) -> Chart | None:
    if not rows:
        return None
    return Chart(
        key="classes",
        title=Text("各类资金：支付与结余", "Paid and left, by class"),
        kind="stacked",
        label_text=Text("年度和类别", "year and class"),
        labels=[
            Text(
                "{y} {c}",
                "{y} {c}",
                {"y": row.year, "c": FundClass(row.fund_class).text},
            )
            for row in rows
        ],
        series=[
            Series(
                text=Text("已支付", "paid"), values=[row.paid_fen / 1e6 for row in rows]
            ),
            Series(
                text=Text("结余", "left"), values=[row.left_fen / 1e6 for row in rows]
            ),
        ],
        unit=Text("万元", "10,000 yuan"),
        decimals=2,
    )


def share_words(share: Decimal | None) -> str:
    """Say a share given in percent."""
    return formats.percent(None if share is None else float(share / _HUNDRED))


def subject_url(order: Order) -> str:
    """Return the page of the record that an order is about, "" where none is."""
    key = int(order.subject_id)
    if order.subject_type == "funds.claim":
        return reverse("funds:claim", args=[key])
    if order.subject_type == "funds.appropriation":
        return reverse("funds:appropriation", args=[key])
    if order.subject_type == "funds.budgetline":
        return reverse("funds:line", args=[key])
    if order.subject_type == "funds.account":
        return reverse("funds:account", args=[key])
    deposit = Deposit.objects.filter(pk=key).values_list("claim", flat=True).first()
    found = Claim.objects.filter(pk=deposit).first() if deposit else None
    return reverse("funds:project", args=[found.project_id]) if found else ""
