"""Appropriations and their hops, budget lines, orders, allocations and their acts."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from bangfu.audit.history import keeps_history
from bangfu.calc.ledger.codes import FundClass, FundSource, Purpose
from bangfu.calc.values.text import Text
from bangfu.funds.budgets.states import ActKind, OrderKind, OrderState
from bangfu.scope.fields import DivisionCodeField, division_code_check


class Appropriation(models.Model):
    """A document that sends money of one class, source and year one level down.

    division_code: who receives. from_code: who sends, above the installation too.
    parent: the document above under which the sender got it; None where the sender
    keeps no books here. document_id: of an attachment of `files`.
    """

    division_code = DivisionCodeField()
    from_code = DivisionCodeField()
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="children"
    )
    document_no = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    issued_on = models.DateField()
    fund_class = models.CharField(max_length=15)
    source = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    amount_fen = models.BigIntegerField()
    document_id = models.BigIntegerField(null=True)
    import_id = models.BigIntegerField(null=True)
    recorded_by_id = models.BigIntegerField()
    recorded_by_name = models.CharField(max_length=150)
    recorded_at = models.DateTimeField()

    class Meta:
        app_label = "funds"
        constraints = [
            division_code_check("funds_appropriation"),
            models.UniqueConstraint(
                fields=["division_code", "document_no", "fund_class", "source"],
                name="funds_appropriation_once",
            ),
            models.UniqueConstraint(
                fields=["id", "division_code"], name="funds_appropriation_id_division"
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0), name="funds_appropriation_positive"
            ),
            models.CheckConstraint(
                condition=Q(
                    fund_class__in=[one.value for one in FundClass],
                    source__in=[one.value for one in FundSource],
                ),
                name="funds_appropriation_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["division_code", "-issued_on"], name="funds_appropriation_of"
            )
        ]

    def __str__(self) -> str:
        return f"{self.document_no} {self.amount_fen}"

    @property
    def class_text(self) -> Text:
        """The class's name."""
        return FundClass(self.fund_class).text

    @property
    def source_text(self) -> Text:
        """The source's name."""
        return FundSource(self.source).text


class Hop(models.Model):
    """One way of the money, from level to level. is_own: of this document itself.

    The others repeat those of the documents above, which the receiver does not see.
    sent_on: the document's day from outside, else that of the voucher. The days are
    those of the vouchers; a hop changes only from empty to a day.
    """

    appropriation = models.ForeignKey(
        Appropriation, on_delete=models.PROTECT, related_name="hops"
    )
    division_code = DivisionCodeField()
    position = models.PositiveSmallIntegerField()
    is_own = models.BooleanField()
    from_code = DivisionCodeField()
    to_code = DivisionCodeField()
    sent_on = models.DateField(null=True)
    arrived_on = models.DateField(null=True)
    sent_voucher = models.ForeignKey(
        "funds.Voucher", on_delete=models.PROTECT, null=True, related_name="+"
    )
    arrived_voucher = models.ForeignKey(
        "funds.Voucher", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        app_label = "funds"
        constraints = [
            division_code_check("funds_hop"),
            models.UniqueConstraint(
                fields=["appropriation", "position"], name="funds_hop_once"
            ),
            models.UniqueConstraint(
                fields=["appropriation"],
                condition=Q(is_own=True),
                name="funds_hop_one_own",
            ),
            models.CheckConstraint(
                condition=Q(arrived_on__isnull=True) | Q(arrived_on__gte=F("sent_on")),
                name="funds_hop_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_code} -> {self.to_code}"


@keeps_history()
class BudgetLine(models.Model):
    """What a county plans of one class, source and year for a purpose.

    account: the line's account, an account with a purpose. planned_fen: by the document.
    """

    division_code = DivisionCodeField()
    account = models.OneToOneField(
        "funds.Account", on_delete=models.PROTECT, related_name="budget_line"
    )
    year = models.PositiveSmallIntegerField()
    fund_class = models.CharField(max_length=15)
    source = models.CharField(max_length=10)
    purpose = models.CharField(max_length=20)
    planned_fen = models.BigIntegerField()
    document_no = models.CharField(max_length=60)
    recorded_by_id = models.BigIntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        app_label = "funds"
        constraints = [
            division_code_check("funds_budgetline"),
            models.CheckConstraint(
                condition=Q(planned_fen__gt=0), name="funds_budgetline_positive"
            ),
        ]
        indexes = [
            models.Index(fields=["division_code", "year"], name="funds_budgetline_year")
        ]

    def __str__(self) -> str:
        return f"{self.division_code} {self.year} {self.purpose}"

    @property
    def class_text(self) -> Text:
        """The class's name."""
        return FundClass(self.fund_class).text

    @property
    def source_text(self) -> Text:
        """The source's name."""
        return FundSource(self.source).text

    @property
    def purpose_text(self) -> Text:
        """The purpose's name."""
        return Purpose(self.purpose).text


class Order(models.Model):
    """A voucher to be: prepared by one person, approved or returned by another.

    division_code: whose money leaves. subject_type, subject_id: the record that it is
    about. movements: list of {"edge", "source", "target", "fen", "commitment"}, keys of
    accounts and commitments. posted_on: the day that the voucher will bear.
    """

    division_code = DivisionCodeField()
    kind = models.CharField(max_length=16, choices=OrderKind.choices)
    state = models.CharField(max_length=10, choices=OrderState.choices)
    subject_type = models.CharField(max_length=60, db_collation="C")
    subject_id = models.CharField(max_length=40, db_collation="C")
    amount_fen = models.BigIntegerField()
    posted_on = models.DateField()
    text = models.CharField(max_length=200)
    document_no = models.CharField(max_length=60, blank=True)
    document_id = models.BigIntegerField(null=True)
    movements = models.JSONField()
    prepared_by_id = models.BigIntegerField()
    prepared_by_name = models.CharField(max_length=150)
    prepared_at = models.DateTimeField()
    decided_by_id = models.BigIntegerField(null=True)
    decided_by_name = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    voucher = models.OneToOneField(
        "funds.Voucher", on_delete=models.PROTECT, null=True, related_name="order"
    )

    class Meta:
        app_label = "funds"
        constraints = [
            division_code_check("funds_order"),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0), name="funds_order_positive"
            ),
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "kind"],
                condition=Q(state=OrderState.PREPARED),
                name="funds_order_one_waits",
            ),
            models.UniqueConstraint(
                fields=["subject_type", "subject_id"],
                condition=Q(kind=OrderKind.OPEN) & ~Q(state=OrderState.RETURNED),
                name="funds_order_opening_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=OrderState.PREPARED,
                    decided_by_id__isnull=True,
                    voucher__isnull=True,
                )
                | Q(
                    state=OrderState.POSTED,
                    decided_by_id__isnull=False,
                    voucher__isnull=False,
                )
                & ~Q(decided_by_id=F("prepared_by_id"))
                | Q(
                    state=OrderState.RETURNED,
                    decided_by_id__isnull=False,
                    voucher__isnull=True,
                )
                & ~Q(reason=""),
                name="funds_order_by_two",
            ),
        ]
        indexes = [
            models.Index(
                fields=["division_code", "-id"],
                condition=Q(state=OrderState.PREPARED),
                name="funds_order_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_fen} {self.state}"


class Allocation(models.Model):
    """A commitment with its reference: what part of a line is kept for whom.

    division_code: of the household or project, else of the line. reference: shown to
    people, unique within the county and year of the line. Rows are only added; what
    becomes of one are its acts.
    """

    division_code = DivisionCodeField()
    commitment = models.OneToOneField(
        "funds.Commitment", on_delete=models.PROTECT, related_name="allocation"
    )
    line = models.ForeignKey(
        BudgetLine, on_delete=models.PROTECT, related_name="allocations"
    )
    county_code = DivisionCodeField()
    reference = models.CharField(max_length=40, db_collation="C")
    purpose = models.CharField(max_length=200)
    amount_fen = models.BigIntegerField()
    household = models.ForeignKey(
        "registry.Household", on_delete=models.PROTECT, null=True, related_name="+"
    )
    project = models.ForeignKey(
        "funds.Project", on_delete=models.PROTECT, null=True, related_name="allocations"
    )
    made_by_id = models.BigIntegerField()
    made_by_name = models.CharField(max_length=150)
    made_at = models.DateTimeField()

    class Meta:
        app_label = "funds"
        constraints = [
            division_code_check("funds_allocation"),
            models.UniqueConstraint(
                fields=["county_code", "reference"], name="funds_allocation_reference"
            ),
            models.UniqueConstraint(
                fields=["id", "division_code"], name="funds_allocation_id_division"
            ),
        ]
        indexes = [
            models.Index(fields=["household"], name="funds_allocation_household"),
            models.Index(fields=["line", "-id"], name="funds_allocation_line"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.amount_fen}"


class AllocationAct(models.Model):
    """What happened to an allocation, and when; written by the database alone.

    amount_fen: negative where a voucher was reversed. entry: the ledger's, of a payment.
    voucher_no: "year-number" of the voucher, for who does not see the county's books.
    """

    allocation = models.ForeignKey(
        Allocation, on_delete=models.PROTECT, related_name="acts"
    )
    division_code = DivisionCodeField()
    kind = models.CharField(max_length=10, choices=ActKind.choices)
    amount_fen = models.BigIntegerField()
    happened_on = models.DateField()
    voucher = models.ForeignKey(
        "funds.Voucher", on_delete=models.PROTECT, null=True, related_name="+"
    )
    entry_id = models.BigIntegerField(null=True)
    notice_entry_id = models.BigIntegerField(null=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "funds"
        constraints = [
            division_code_check("funds_allocationact"),
            models.UniqueConstraint(
                fields=["allocation"],
                condition=Q(kind=ActKind.PUBLISHED),
                name="funds_allocationact_published_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["allocation", "happened_on"], name="funds_allocationact_of"
            )
        ]

    def __str__(self) -> str:
        return f"{self.allocation_id} {self.kind} {self.amount_fen}"
