"""States of claims and deposits, documents of a pack, and reasons for returning it."""

from __future__ import annotations

from django.db import models

from bangfu.calc.values.text import Text


class ClaimState(models.TextChoices):
    """Where a claim is."""

    SUBMITTED = "submitted"
    CHECKED = "checked"
    ORDERED = "ordered"
    PAID = "paid"
    RETURNED = "returned"

    @property
    def text(self) -> Text:
        """The state's name."""
        return _CLAIM_TEXTS[self]


_CLAIM_TEXTS = {
    ClaimState.SUBMITTED: Text("待审核", "to be checked"),
    ClaimState.CHECKED: Text("审核通过，待制单", "checked; to be ordered"),
    ClaimState.ORDERED: Text("已制单，待支付", "ordered; to be paid"),
    ClaimState.PAID: Text("已支付", "paid"),
    ClaimState.RETURNED: Text("已退回", "returned"),
}


class RefusalReason(models.TextChoices):
    """Why a claim is returned."""

    NOT_IN_PLAN = "not_in_plan"
    MISSING_DETAIL = "missing_detail"
    NOT_SEALED = "not_sealed"
    NO_LINKED_HOUSEHOLDS = "no_linked_households"
    AMOUNT_WRONG = "amount_wrong"
    NOT_ACCEPTED = "not_accepted"
    OTHER = "other"

    @property
    def text(self) -> Text:
        """The reason in a sentence."""
        return _REASON_TEXTS[self]


_REASON_TEXTS = {
    RefusalReason.NOT_IN_PLAN: Text("未列入年度计划", "not in the annual plan"),
    RefusalReason.MISSING_DETAIL: Text(
        "缺少支出明细或票据", "detail or vouchers are missing"
    ),
    RefusalReason.NOT_SEALED: Text(
        "主管单位未签字盖章", "not signed and sealed by the supervising office"
    ),
    RefusalReason.NO_LINKED_HOUSEHOLDS: Text(
        "缺少利益联结贫困户名册", "the list of linked poor households is missing"
    ),
    RefusalReason.AMOUNT_WRONG: Text(
        "金额与合同或进度不符", "the amount fits neither contract nor progress"
    ),
    RefusalReason.NOT_ACCEPTED: Text("未经验收", "not accepted"),
    RefusalReason.OTHER: Text("其他", "other"),
}


class DepositState(models.TextChoices):
    """Where a quality deposit is."""

    HELD = "held"
    RELEASED = "released"
    FORFEITED = "forfeited"

    @property
    def text(self) -> Text:
        """The state's name."""
        return _DEPOSIT_TEXTS[self]


_DEPOSIT_TEXTS = {
    DepositState.HELD: Text("留置中", "held"),
    DepositState.RELEASED: Text("已退还", "released"),
    DepositState.FORFEITED: Text("已没收", "forfeited"),
}

# What a pack holds; the last stage needs the papers of acceptance besides.
PACK_TEXTS = {
    "application": Text("报账申请（主管单位签章）", "application, signed and sealed"),
    "expense_detail": Text("支出明细表", "expense detail"),
    "invoice": Text("发票（经手人签字）", "invoice, signed by the handler"),
    "linked_households": Text("利益联结贫困户名册", "list of linked poor households"),
    "acceptance_form": Text("验收单", "acceptance form"),
    "site_photo": Text("现场照片", "photo of the site"),
}
PACK = ("application", "expense_detail", "invoice", "linked_households")
FINAL_PACK = (*PACK, "acceptance_form", "site_photo")
