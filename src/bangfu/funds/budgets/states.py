"""Kinds and states of orders, and what happens to an allocation, with their words."""

from __future__ import annotations

from django.db import models

from bangfu.calc.values.text import Text


class OrderKind(models.TextChoices):
    """What an order moves; it becomes a voucher when it is approved."""

    APPROPRIATE = "appropriate"
    HAND_DOWN = "hand_down"
    RECEIVE = "receive"
    ALLOT = "allot"
    OPEN = "open"
    PAY = "pay"
    RELEASE_DEPOSIT = "release_deposit"
    FORFEIT_DEPOSIT = "forfeit_deposit"
    RECOVER = "recover"

    @property
    def text(self) -> Text:
        """The kind's name."""
        return _KIND_TEXTS[self]


_KIND_TEXTS = {
    OrderKind.APPROPRIATE: Text("上级资金到账", "money from above arrived"),
    OrderKind.HAND_DOWN: Text("下达拨付", "hand down"),
    OrderKind.RECEIVE: Text("资金到账", "arrived"),
    OrderKind.ALLOT: Text("安排到用途", "allot to a purpose"),
    OrderKind.OPEN: Text("期初余额入账", "opening balance"),
    OrderKind.PAY: Text("报账拨付", "pay a claim"),
    OrderKind.RELEASE_DEPOSIT: Text("退还质量保证金", "release a quality deposit"),
    OrderKind.FORFEIT_DEPOSIT: Text("没收质量保证金", "forfeit a quality deposit"),
    OrderKind.RECOVER: Text("结转资金收回", "recover unspent money"),
}


class OrderState(models.TextChoices):
    """Where an order is."""

    PREPARED = "prepared"
    POSTED = "posted"
    RETURNED = "returned"

    @property
    def text(self) -> Text:
        """The state's name."""
        return _STATE_TEXTS[self]


_STATE_TEXTS = {
    OrderState.PREPARED: Text("待审批", "waits for approval"),
    OrderState.POSTED: Text("已记账", "posted"),
    OrderState.RETURNED: Text("已退回", "returned"),
}


class ActKind(models.TextChoices):
    """What happens to an allocation."""

    COMMITTED = "committed"
    RELEASED = "released"
    PUBLISHED = "published"
    PAID = "paid"
    RETURNED = "returned"

    @property
    def text(self) -> Text:
        """The kind's name."""
        return _ACT_TEXTS[self]


_ACT_TEXTS = {
    ActKind.COMMITTED: Text("安排", "committed"),
    ActKind.RELEASED: Text("释放", "released"),
    ActKind.PUBLISHED: Text("公示", "published"),
    ActKind.PAID: Text("支付", "paid"),
    ActKind.RETURNED: Text("退回", "returned"),
}
