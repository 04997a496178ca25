"""The closed operation as data: along which edges money may move, and nothing else.

domain: special accounts, dedicated ledger, earmark, closed operation; no transfer between
classes without a document; interest belongs to the fund; unspent money of two years is
recovered (Budget Law, article 42).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from bangfu.calc.ledger.codes import AccountKind
from bangfu.calc.values.text import Text


class Change(enum.StrEnum):
    """What may differ between the two accounts of a movement, apart from the kind."""

    NOTHING = "nothing"
    PURPOSE_SET = "purpose_set"  # from the undivided account to a line of a purpose
    PURPOSE = "purpose"
    CLASS = "class"  # and the purpose


class Way(enum.StrEnum):
    """Where the target's division lies, seen from the source's."""

    SAME = "same"
    DOWN = "down"  # below, at any level


@dataclass(frozen=True, slots=True)
class Edge:
    """One way for money to move.

    is_earmarked: only money with a purpose moves along it. needs_document: the voucher
    names a document or carries one.
    """

    code: str
    source: AccountKind
    target: AccountKind
    text: Text
    way: Way = Way.SAME
    change: Change = Change.NOTHING
    is_earmarked: bool = False
    needs_document: bool = False


_K = AccountKind
EDGES: tuple[Edge, ...] = (
    Edge(
        "appropriate",
        _K.APPROPRIATION,
        _K.SPECIAL,
        Text("资金拨入", "money appropriated"),
        needs_document=True,
    ),
    Edge(
        "open",
        _K.OPENING,
        _K.SPECIAL,
        Text("期初余额入账", "opening balance taken over"),
        needs_document=True,
    ),
    Edge(
        "open_deposit",
        _K.OPENING,
        _K.DEPOSIT,
        Text("期初保证金入账", "opening deposit taken over"),
        is_earmarked=True,
        needs_document=True,
    ),
    Edge(
        "earn_interest",
        _K.INTEREST,
        _K.SPECIAL,
        Text("利息转入本资金", "interest added to the fund"),
    ),
    Edge(
        "allot",
        _K.SPECIAL,
        _K.SPECIAL,
        Text("安排到用途", "allotted to a purpose"),
        change=Change.PURPOSE_SET,
    ),
    Edge(
        "adjust",
        _K.SPECIAL,
        _K.SPECIAL,
        Text("调整用途", "purpose adjusted"),
        change=Change.PURPOSE,
        is_earmarked=True,
        needs_document=True,
    ),
    Edge(
        "integrate",
        _K.SPECIAL,
        _K.SPECIAL,
        Text("调整资金类别", "class of funds adjusted"),
        change=Change.CLASS,
        needs_document=True,
    ),
    Edge(
        "hand_down",
        _K.SPECIAL,
        _K.TRANSIT,
        Text("下达拨付", "handed down"),
        way=Way.DOWN,
        needs_document=True,
    ),
    Edge(
        "receive",
        _K.TRANSIT,
        _K.SPECIAL,
        Text("到账", "received"),
    ),
    Edge(
        "pay_supplier",
        _K.SPECIAL,
        _K.SUPPLIER,
        Text("支付供应商", "paid to a supplier"),
        is_earmarked=True,
    ),
    Edge(
        "pay_cards",
        _K.SPECIAL,
        _K.ONE_CARD,
        Text("发放到一卡通", "paid to one-cards"),
        is_earmarked=True,
    ),
    Edge(
        "hold_deposit",
        _K.SPECIAL,
        _K.DEPOSIT,
        Text("预留质量保证金", "quality deposit held back"),
        is_earmarked=True,
    ),
    Edge(
        "release_deposit",
        _K.DEPOSIT,
        _K.SUPPLIER,
        Text("退还质量保证金", "quality deposit released"),
        is_earmarked=True,
    ),
    Edge(
        "forfeit_deposit",
        _K.DEPOSIT,
        _K.SPECIAL,
        Text("没收质量保证金", "quality deposit forfeited"),
        is_earmarked=True,
    ),
    Edge(
        "return_from_supplier",
        _K.SUPPLIER,
        _K.SPECIAL,
        Text("供应商退款", "returned by a supplier"),
        is_earmarked=True,
    ),
    Edge(
        "return_from_cards",
        _K.ONE_CARD,
        _K.SPECIAL,
        Text("一卡通退票", "returned from one-cards"),
        is_earmarked=True,
    ),
    Edge(
        "recover",
        _K.SPECIAL,
        _K.TREASURY,
        Text("收回国库", "recovered to the treasury"),
        needs_document=True,
    ),
)
EDGE_BY_CODE = {edge.code: edge for edge in EDGES}
