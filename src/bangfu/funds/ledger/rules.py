"""What the ledger takes and refuses. Pure; the database holds the same lines.

WrongVoucher       text, movements, amounts or number of movements are wrong
ForbiddenEdge      no edge leads from the one account to the other
WrongFunds         class, source, year or purpose would change on the way
NoDocument         the edge asks for a document
OwnApproval        one person prepared and approved
Overdrawn          an account would turn past zero, or a commitment would lack its money
MonthClosed        the day lies in a closed month
WrongDay           the day is in future, or before what is reversed
NotReversible      a reversal itself, or reversed already
KeyReused          the same key came with other content
NotClosable        months close in order, when they are over
NoLine             only a line of a special account is committed
NotOpen            more would be paid or released than the commitment has open
ForbiddenPurpose   the class of funds is not for this purpose
NoReason           an act that needs a reason
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bangfu.calc.ledger.codes import (
    EARMARKS,
    AccountKind,
    FundClass,
    FundSource,
    Purpose,
)
from bangfu.calc.ledger.edges import EDGE_BY_CODE, Change, Edge, Way
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput, NotAllowed, WrongState
from bangfu.calc.values.money import FEN_MAX, format_yuan
from bangfu.calc.values.text import Text
from bangfu.funds.ledger.models import ENTRIES_MAX, Account, Commitment, Voucher

TEXT_LENGTH_MAX = 200
REASON_LENGTH_MIN, REASON_LENGTH_MAX = 4, 300
MOVEMENTS_MAX = ENTRIES_MAX // 2


class WrongVoucher(BadInput):
    """Text, movements or amounts are wrong."""

    code = "funds.wrong_voucher"


class ForbiddenEdge(BadInput):
    """No edge leads from the one account to the other."""

    code = "funds.forbidden_edge"


class WrongFunds(BadInput):
    """Class, source, year or purpose would change on the way."""

    code = "funds.wrong_funds"


class NoDocument(BadInput):
    """The edge asks for a document."""

    code = "funds.no_document"


class OwnApproval(NotAllowed):
    """One person prepared and approved."""

    code = "funds.own_approval"


class Overdrawn(WrongState):
    """An account would turn past zero, or a commitment would lack its money."""

    code = "funds.overdrawn"


class MonthClosed(WrongState):
    """The day lies in a closed month."""

    code = "funds.month_closed"


class WrongDay(BadInput):
    """The day is in future, or before the voucher that is reversed."""

    code = "funds.wrong_day"


class NotReversible(WrongState):
    """It is a reversal itself, or reversed already."""

    code = "funds.not_reversible"


class KeyReused(WrongState):
    """The same key came with other content."""

    code = "funds.key_reused"


class NotClosable(WrongState):
    """Months close one after the other, when they are over."""

    code = "funds.not_closable"


class NoLine(BadInput):
    """Only a line of a special account is committed."""

    code = "funds.no_line"


class NotOpen(WrongState):
    """More would be paid or released than the commitment has open."""

    code = "funds.not_open"


class ForbiddenPurpose(BadInput):
    """The class of funds is not for this purpose."""

    code = "funds.forbidden_purpose"


class NoReason(BadInput):
    """The act needs a reason."""

    code = "funds.no_reason"


@dataclass(frozen=True, slots=True)
class Movement:
    """An amount that leaves `source` for `target` along a named edge.

    amount_fen: from 1 to FEN_MAX. commitment: of the source, which this pays.
    """

    edge: str
    source: Account
    target: Account
    amount_fen: int
    commitment: Commitment | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """Who prepared a voucher, and when."""

    user_id: int
    username: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Posting:
    """What a voucher says, before it is one."""

    posted_on: date
    text: str
    movements: Sequence[Movement]
    document_id: int | None = None
    document_no: str = ""

    @property
    def division(self) -> DivisionCode:
        """The lowest division it touches, to which its voucher belongs."""
        touched = [
            str(account.division_code)
            for one in self.movements
            for account in (one.source, one.target)
        ]
        return DivisionCode(max(touched, key=len))

    @property
    def total_fen(self) -> int:
        """What moves, in fen."""
        return sum(one.amount_fen for one in self.movements)

    @property
    def digest(self) -> str:
        """SHA-256 of the content, to tell a repetition from a second voucher."""
        return digest_of(
            [
                self.posted_on.isoformat(),
                self.text,
                self.document_id,
                self.document_no,
                *[
                    [
                        one.edge,
                        one.source.pk,
                        one.target.pk,
                        one.amount_fen,
                        one.commitment and one.commitment.pk,
                    ]
                    for one in self.movements
                ],
            ]
        )


def digest_of(content: object) -> str:
    """Return the SHA-256 of plain values, in hexadecimal."""
    written = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def check_posting(posting: Posting) -> None:
    """Check a voucher by itself.

    Raises WrongVoucher, ForbiddenEdge, WrongFunds, NoDocument.
    """
    if not 1 <= len(posting.text.strip()) <= TEXT_LENGTH_MAX:
        raise WrongVoucher(
            Text(
                "摘要为 1 至 {limit} 字。",
                "The text of a voucher has 1 to {limit} characters.",
                {"limit": TEXT_LENGTH_MAX},
            )
        )
    if not 1 <= len(posting.movements) <= MOVEMENTS_MAX:
        raise WrongVoucher(
            Text(
                "一张凭证记 1 至 {limit} 笔。",
                "A voucher has 1 to {limit} movements.",
                {"limit": f"{MOVEMENTS_MAX:,}"},
            )
        )
    division = posting.division
    for movement in posting.movements:
        check_amount(movement.amount_fen)
        _check_place(movement, division)
        edge = find_edge(movement)
        _check_way(edge, movement)
        _check_funds(edge, movement)
        _check_document(edge, posting)


def check_amount(amount_fen: int) -> None:
    """Raise WrongVoucher for what is no amount above zero within the limit."""
    if isinstance(amount_fen, bool) or not isinstance(amount_fen, int):
        msg = f"money is integer fen, not a {type(amount_fen).__name__}"
        raise TypeError(msg)
    if not 1 <= amount_fen <= FEN_MAX:
        raise WrongVoucher(
            Text(
                "金额应大于零，且不超过 {limit} 元。",
                "An amount is above zero and at most {limit} yuan.",
                {"limit": format_yuan(FEN_MAX)},
            ),
            remedy=Text(
                "冲减请用冲销凭证，不要记负数。",
                "Take back by a reversal, not by a negative amount.",
            ),
        )


def _check_place(movement: Movement, division: DivisionCode) -> None:
    for account in (movement.source, movement.target):
        if not division.startswith(account.division_code):
            raise WrongVoucher(
                Text(
                    "一张凭证只能涉及一条上下级线，{one} 与 {other} 不在同一条线上。",
                    "A voucher stays on one line of divisions;"
                    " {one} and {other} are not.",
                    {"one": account.division_code, "other": division},
                ),
                remedy=Text("请分开制单。", "Make one voucher each."),
            )


def find_edge(movement: Movement) -> Edge:
    """Return the edge of a movement. Raises ForbiddenEdge when there is none."""
    edge = EDGE_BY_CODE.get(movement.edge)
    kinds = (movement.source.kind, movement.target.kind)
    if edge is None or (edge.source, edge.target) != kinds:
        raise ForbiddenEdge(
            Text(
                "资金封闭运行：没有从“{source}”到“{target}”的“{edge}”通道。",
                "Closed operation: no edge “{edge}” leads from “{source}” to “{target}”.",
                {
                    "edge": edge.text if edge else movement.edge,
                    "source": movement.source.kind_text,
                    "target": movement.target.kind_text,
                },
            )
        )
    return edge


def _check_way(edge: Edge, movement: Movement) -> None:
    source = DivisionCode(movement.source.division_code)
    target = DivisionCode(movement.target.division_code)
    is_below = source.contains(target) and source != target
    if (source == target) if edge.way is Way.SAME else is_below:
        return
    raise ForbiddenEdge(
        Text(
            "“{edge}”只能{way}，不能从 {source} 到 {target}。",
            "“{edge}” goes {way}, not from {source} to {target}.",
            {
                "edge": edge.text,
                "way": Text("在本级进行", "within one division")
                if edge.way is Way.SAME
                else Text("拨给下级", "to a division below"),
                "source": source,
                "target": target,
            },
        )
    )


def _check_funds(edge: Edge, movement: Movement) -> None:
    source, target = movement.source, movement.target
    is_same = (source.source, source.year) == (target.source, target.year) and (
        source.fund_class == target.fund_class or edge.change is Change.CLASS
    )
    if not is_same or not _is_purpose_kept(edge, source, target):
        raise WrongFunds(
            Text(
                "专款专用：“{edge}”不能从“{source}”记到“{target}”。",
                "Earmarked: “{edge}” does not go from “{source}” to “{target}”.",
                {
                    "edge": edge.text,
                    "source": source.line_text,
                    "target": target.line_text,
                },
            ),
            remedy=Text(
                "两个账户的年度、来源、类别和用途应一致；"
                "改变用途或类别须凭文件办理调整。",
                "Year, source, class and purpose stay the same;"
                " to change them, post an adjustment with its document.",
            ),
        )


def _is_purpose_kept(edge: Edge, source: Account, target: Account) -> bool:
    if edge.is_earmarked and not (source.purpose and target.purpose):
        return False
    match edge.change:
        case Change.NOTHING:
            return source.purpose == target.purpose
        case Change.PURPOSE_SET:
            return not source.purpose and bool(target.purpose)
        case Change.PURPOSE:
            return source.purpose != target.purpose
        case Change.CLASS:
            return source.fund_class != target.fund_class


def _check_document(edge: Edge, posting: Posting) -> None:
    if edge.needs_document and posting.document_id is None and not posting.document_no:
        raise NoDocument(
            Text(
                "“{edge}”须有文件依据。",
                "“{edge}” needs a document.",
                {"edge": edge.text},
            ),
            remedy=Text("请填写文号或附上文件。", "State its number, or attach it."),
        )


def check_line(
    *, kind: AccountKind, fund_class: str, source: str, year: int, purpose: str
) -> None:
    """Check what an account is for. Raises ForbiddenPurpose, WrongFunds."""
    if (
        fund_class not in set(FundClass)
        or source not in set(FundSource)
        or kind not in set(AccountKind)
        or not 2000 <= year <= 2099
    ):
        raise WrongFunds(
            Text(
                "没有这样的账户类型、资金类别、来源或年度。",
                "There is no such kind of account, class, source or year of funds.",
            )
        )
    found = FundClass(fund_class)
    if purpose and purpose not in EARMARKS[found]:
        is_known = purpose in set(Purpose)
        raise ForbiddenPurpose(
            Text(
                "“{fund_class}”不得用于“{purpose}”。",
                "“{fund_class}” may not be used for “{purpose}”.",
                {
                    "fund_class": found.text,
                    "purpose": Purpose(purpose).text if is_known else purpose,
                },
            )
        )


def check_two_persons(prepared: Signature, approver_id: int) -> None:
    """Raise OwnApproval when one person prepared and approves."""
    if prepared.user_id == approver_id:
        raise OwnApproval(
            Text(
                "制单人不能审批自己的凭证。",
                "Who prepared a voucher does not approve it.",
            ),
            remedy=Text("请由另一名审批人办理。", "Another approver must do it."),
        )


def check_reversible(voucher: Voucher, *, is_reversed: bool) -> None:
    """Raise NotReversible for a reversal, and for what is reversed already."""
    if voucher.reverses_id is not None or is_reversed:
        raise NotReversible(
            Text(
                "该凭证是冲销凭证或已被冲销，不能再冲销。",
                "The voucher is a reversal, or is reversed already.",
            )
        )


def check_reason(reason: str) -> str:
    """Return the reason without blanks around it. Raises NoReason."""
    text = reason.strip()
    if not REASON_LENGTH_MIN <= len(text) <= REASON_LENGTH_MAX:
        raise NoReason(
            Text(
                "请说明原因（{low} 至 {high} 字）。",
                "Say why, in {low} to {high} characters.",
                {"low": REASON_LENGTH_MIN, "high": REASON_LENGTH_MAX},
            )
        )
    return text


def check_month(year: int, month: int) -> None:
    """Raise NotClosable for what is no month."""
    if not (2000 <= year <= 2099 and 1 <= month <= 12):
        raise NotClosable(Text("没有这个月份。", "There is no such month."))


def check_day(posted_on: date, *, today: date) -> None:
    """Raise WrongDay for a day that is still to come."""
    if posted_on > today:
        raise WrongDay(
            Text(
                "记账日期不能晚于今天 {today}。",
                "The day is after today, {today}.",
                {"today": today},
            )
        )
