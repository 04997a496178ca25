"""What is allowed with appropriations, lines, orders and allocations. Pure.

WrongAppropriation  document, class, amount or way are wrong
WrongLine           a line's plan is wrong
WrongOrder          an order's day, amount or document are wrong
NotWaiting          the order is decided already, or the hop is not at this point
NotPlanned          the project is not in an approved plan, or of another purpose
OverPlan            more than the plan says would be kept for the project
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bangfu.calc.ledger.codes import FundClass, FundSource
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput, Finding, WrongState
from bangfu.calc.values.money import FEN_MAX
from bangfu.calc.values.text import Text

TEXT_MAX = 200
DOCUMENT_NO_MAX = 60


class WrongAppropriation(BadInput):
    """Document, class, amount or way are wrong; all findings at once."""

    code = "funds.wrong_appropriation"


class WrongLine(BadInput):
    """A line's plan is wrong."""

    code = "funds.wrong_line"


class WrongOrder(BadInput):
    """An order's day, amount or document are wrong."""

    code = "funds.wrong_order"


class NotWaiting(WrongState):
    """The order is decided already, or the money is not at this point of its way."""

    code = "funds.not_waiting"


class NotPlanned(WrongState):
    """The project is not in an approved annual plan, or for another purpose."""

    code = "funds.not_planned"


class OverPlan(WrongState):
    """More would be kept for the project than its plan says."""

    code = "funds.over_plan"


@dataclass(frozen=True, slots=True)
class Paper:
    """What an appropriation document says.

    division: who receives. parent_id: the document above, whose class, source and year
    it takes; None when the money comes from outside.
    """

    division: DivisionCode
    document_no: str
    title: str
    issued_on: date
    fund_class: str
    source: str
    year: int
    amount_fen: int
    parent_id: int | None = None


def check_paper(paper: Paper, *, today: date) -> None:
    """Raise WrongAppropriation with every finding in a document."""
    asked = (
        (
            "document_no",
            0 < len(paper.document_no.strip()) <= DOCUMENT_NO_MAX,
            Text("请填写文号。", "The number of the document is needed."),
        ),
        (
            "title",
            0 < len(paper.title.strip()) <= TEXT_MAX,
            Text("请填写文件名称。", "The title of the document is needed."),
        ),
        (
            "issued_on",
            paper.issued_on <= today,
            Text("发文日期不能晚于今天。", "It was issued in the future."),
        ),
        (
            "fund_class",
            paper.fund_class in set(FundClass) and paper.source in set(FundSource),
            Text("没有这种资金类别或来源。", "There is no such class or source."),
        ),
        (
            "year",
            paper.issued_on.year - 1 <= paper.year <= paper.issued_on.year + 1,
            Text(
                "资金年度应为发文当年或前后一年。",
                "The year of the money is that of the document, or one beside it.",
            ),
        ),
        (
            "amount_fen",
            0 < paper.amount_fen <= FEN_MAX,
            Text("金额应大于零。", "The amount is above zero."),
        ),
    )
    findings = tuple(
        Finding("funds.paper", name, message, field=name)
        for name, is_right, message in asked
        if not is_right
    )
    if findings:
        raise WrongAppropriation(
            Text(
                "下达文件有 {n} 处需要改正。",
                "The document has {n} entries to correct.",
                {"n": len(findings)},
            ),
            findings=findings,
        )


def check_within_parent(amount_fen: int, *, left_fen: int) -> None:
    """Raise WrongAppropriation when a document hands on more than is left of its parent."""
    if amount_fen > left_fen:
        raise WrongAppropriation(
            Text(
                "超过上级文件尚未分解的金额。",
                "It is more than what is left of the document above.",
            )
        )


def check_order(*, posted_on: date, amount_fen: int, today: date) -> None:
    """Raise WrongOrder for a day in the future or an amount that is none."""
    if posted_on > today:
        raise WrongOrder(Text("记账日期不能晚于今天。", "The day is in the future."))
    if not 0 < amount_fen <= FEN_MAX:
        raise WrongOrder(Text("金额应大于零。", "The amount is above zero."))


def transit_days(sent_on: date | None, arrived_on: date | None, *, on: date) -> int:
    """Return how many days money was, or has been, on its way; 0 before it is sent."""
    return 0 if sent_on is None else ((arrived_on or on) - sent_on).days
