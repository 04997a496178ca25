"""Claims with their documents, and quality deposits."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from bangfu.audit.history import keeps_history
from bangfu.funds.claims.states import ClaimState, DepositState
from bangfu.scope.fields import DivisionCodeField, division_code_check


@keeps_history()
class Claim(models.Model):
    """One stage of an allocation of a project, asked for with a pack of documents.

    stage: 1 for the first; stages_count: how many there are. deposit_fen: what is kept
    back of it. refusals: codes of `RefusalReason`. payee: who is paid.
    """

    project = models.ForeignKey(
        "funds.Project", on_delete=models.PROTECT, related_name="claims"
    )
    allocation = models.ForeignKey(
        "funds.Allocation", on_delete=models.PROTECT, related_name="claims"
    )
    division_code = DivisionCodeField()
    stage = models.PositiveSmallIntegerField()
    is_final = models.BooleanField()
    amount_fen = models.BigIntegerField()
    deposit_fen = models.BigIntegerField(default=0)
    payee = models.CharField(max_length=100)
    state = models.CharField(max_length=10, choices=ClaimState.choices)
    refusals = models.JSONField(default=list)
    note = models.CharField(max_length=400, blank=True)
    submitted_by_id = models.BigIntegerField()
    submitted_by_name = models.CharField(max_length=150)
    submitted_at = models.DateTimeField()
    checked_by_id = models.BigIntegerField(null=True)
    checked_by_name = models.CharField(max_length=150, blank=True)
    checked_at = models.DateTimeField(null=True)
    order = models.OneToOneField(
        "funds.Order", on_delete=models.PROTECT, null=True, related_name="claim"
    )
    paid_on = models.DateField(null=True)

    class Meta:
        app_label = "funds"
        constraints = [
            division_code_check("funds_claim"),
            models.CheckConstraint(
                condition=Q(state__in=ClaimState.values), name="funds_claim_state_known"
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, deposit_fen__gte=0)
                & Q(deposit_fen__lt=F("amount_fen")),
                name="funds_claim_amount_ok",
            ),
            models.UniqueConstraint(
                fields=["allocation", "stage"],
                condition=~Q(state=ClaimState.RETURNED),
                name="funds_claim_stage_once",
            ),
            models.CheckConstraint(
                condition=Q(checked_by_id__isnull=True)
                | ~Q(checked_by_id=F("submitted_by_id")),
                name="funds_claim_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(state=ClaimState.RETURNED) | ~Q(refusals=[]),
                name="funds_claim_returned_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state=ClaimState.PAID, paid_on__isnull=False)
                | ~Q(state=ClaimState.PAID) & Q(paid_on__isnull=True),
                name="funds_claim_paid_on_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["division_code", "state"], name="funds_claim_state")
        ]

    def __str__(self) -> str:
        return f"{self.project_id}/{self.stage} {self.state}"


class ClaimDocument(models.Model):
    """A document of a claim's pack. attachment_id: of the app `files`."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="documents")
    division_code = DivisionCodeField()
    kind = models.CharField(max_length=30)
    attachment_id = models.BigIntegerField()
    name = models.CharField(max_length=120)

    class Meta:
        app_label = "funds"
        constraints = [division_code_check("funds_claimdocument")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}"


@keeps_history()
class Deposit(models.Model):
    """What is kept back of a project's last payment until the period without defect is over.

    account: of the ledger, where it lies. payee: who gets it back. due_on: the first day
    on which it may be released.
    """

    claim = models.OneToOneField(
        Claim, on_delete=models.PROTECT, related_name="deposit"
    )
    division_code = DivisionCodeField()
    account = models.ForeignKey(
        "funds.Account", on_delete=models.PROTECT, related_name="+"
    )
    amount_fen = models.BigIntegerField()
    payee = models.CharField(max_length=100)
    held_on = models.DateField()
    due_on = models.DateField()
    state = models.CharField(max_length=10, choices=DepositState.choices)
    ended_on = models.DateField(null=True)

    class Meta:
        app_label = "funds"
        constraints = [
            division_code_check("funds_deposit"),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0), name="funds_deposit_positive"
            ),
            models.CheckConstraint(
                condition=Q(state=DepositState.HELD, ended_on__isnull=True)
                | Q(state=DepositState.FORFEITED, ended_on__isnull=False)
                | Q(state=DepositState.RELEASED, ended_on__gte=F("due_on")),
                name="funds_deposit_ends_in_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.amount_fen} {self.state}"
