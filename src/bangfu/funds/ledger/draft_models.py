"""Drafts: vouchers that wait outside the ledger for a second person."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from bangfu.calc.values.text import Text
from bangfu.funds.ledger.models import Voucher
from bangfu.scope.fields import DivisionCodeField, division_code_check


class DraftState(models.TextChoices):
    """A draft waits, is posted, or goes back to who prepared it."""

    WAITING = "waiting", "waiting"
    POSTED = "posted", "posted"
    RETURNED = "returned", "returned"

    @property
    def text(self) -> Text:
        """The state's name."""
        return _DRAFT_TEXTS[self]


_DRAFT_TEXTS = {
    DraftState.WAITING: Text("待审批", "waiting"),
    DraftState.POSTED: Text("已记账", "posted"),
    DraftState.RETURNED: Text("已退回", "returned"),
}


class Draft(models.Model):
    """A voucher that is prepared and not approved yet: outside the ledger.

    movements: [{"edge", "source", "target", "fen"}] with ids of accounts; empty for a
    reversal, which is what its original says. voucher: what it became.
    """

    division_code = DivisionCodeField()
    state = models.CharField(
        max_length=8, choices=DraftState.choices, default=DraftState.WAITING
    )
    posted_on = models.DateField()
    text = models.CharField(max_length=200)
    document_no = models.CharField(max_length=60, blank=True)
    movements = models.JSONField(default=list)
    total_fen = models.BigIntegerField()
    reverses = models.ForeignKey(
        Voucher, on_delete=models.PROTECT, null=True, related_name="+"
    )
    reason = models.CharField(max_length=300, blank=True)
    voucher = models.OneToOneField(
        Voucher, on_delete=models.PROTECT, null=True, related_name="draft"
    )
    prepared_by_id = models.BigIntegerField()
    prepared_by_name = models.CharField(max_length=150)
    prepared_at = models.DateTimeField()
    decided_by_id = models.BigIntegerField(null=True)
    decided_by_name = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)
    return_reason = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "funds"
        constraints = [
            division_code_check("funds_draft"),
            models.CheckConstraint(
                condition=Q(
                    state="waiting",
                    decided_by_id__isnull=True,
                    decided_at__isnull=True,
                    voucher__isnull=True,
                )
                | Q(
                    state="posted",
                    decided_by_id__isnull=False,
                    decided_at__isnull=False,
                    voucher__isnull=False,
                )
                | Q(
                    state="returned",
                    decided_by_id__isnull=False,
                    decided_at__isnull=False,
                    voucher__isnull=True,
                )
                & ~Q(return_reason=""),
                name="funds_draft_decided_when_over",
            ),
            models.CheckConstraint(
                condition=~Q(state="posted") | ~Q(prepared_by_id=F("decided_by_id")),
                name="funds_draft_two_persons",
            ),
        ]
        indexes = [
            models.Index(fields=["division_code", "-id"], name="funds_draft_division"),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk} {self.division_code} {self.state}"

    @property
    def state_text(self) -> Text:
        """The state's name."""
        return DraftState(self.state).text
