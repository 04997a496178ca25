"""Tables of the ledger: accounts, vouchers, entries, what the database keeps of them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from bangfu.calc.ledger.codes import AccountKind, FundClass, FundSource, Purpose
from bangfu.calc.ledger.edges import EDGE_BY_CODE
from bangfu.calc.values.money import FEN_MAX
from bangfu.calc.values.text import Text, join
from bangfu.scope.fields import DivisionCodeField, division_code_check

ENTRIES_MAX = 2_000
"""Entries of one voucher: 1,000 movements."""


class EdgeRow(models.Model):
    """One row of `calc.ledger.edges.EDGES`, so that the database knows the table."""

    code = models.CharField(max_length=20, primary_key=True, db_collation="C")
    source_kind = models.CharField(max_length=13, db_collation="C")
    target_kind = models.CharField(max_length=13, db_collation="C")
    way = models.CharField(max_length=4)
    change = models.CharField(max_length=11)
    is_earmarked = models.BooleanField()
    needs_document = models.BooleanField()

    class Meta:
        app_label = "funds"
        db_table = "funds_edge"

    def __str__(self) -> str:
        return f"{self.code}: {self.source_kind} -> {self.target_kind}"


class Earmark(models.Model):
    """A purpose for which money of a class may have an account at all."""

    key = models.CharField(max_length=40, primary_key=True, db_collation="C")
    fund_class = models.CharField(max_length=15, db_collation="C")
    purpose = models.CharField(max_length=20, db_collation="C", blank=True)

    class Meta:
        app_label = "funds"

    def __str__(self) -> str:
        return self.key


class Account(models.Model):
    """A kind of account at a division, for one class, source, year and purpose.

    division_code: whose money it is; for money in transit, where it goes. year: of the
    appropriation, which money keeps for its whole life. purpose: empty for what is not
    allotted yet. name: tells suppliers, batches and projects apart. Rows never change.
    """

    division_code = DivisionCodeField()
    kind = models.CharField(
        max_length=13,
        choices=[(one.value, one.value) for one in AccountKind],
        db_collation="C",
    )
    fund_class = models.CharField(
        max_length=15,
        choices=[(one.value, one.value) for one in FundClass],
        db_collation="C",
    )
    source = models.CharField(
        max_length=10,
        choices=[(one.value, one.value) for one in FundSource],
        db_collation="C",
    )
    year = models.PositiveSmallIntegerField()
    purpose = models.CharField(max_length=20, blank=True, db_collation="C")
    name = models.CharField(max_length=100, blank=True)
    opened_by_id = models.BigIntegerField()
    opened_by_name = models.CharField(max_length=150)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "funds"
        constraints = [
            division_code_check("funds_account"),
            models.UniqueConstraint(
                fields=[
                    "division_code",
                    "kind",
                    "fund_class",
                    "source",
                    "year",
                    "purpose",
                    "name",
                ],
                name="funds_account_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[one.value for one in AccountKind]),
                name="funds_account_kind_ok",
            ),
            models.CheckConstraint(
                condition=Q(fund_class__in=[one.value for one in FundClass]),
                name="funds_account_class_ok",
            ),
            models.CheckConstraint(
                condition=Q(source__in=[one.value for one in FundSource]),
                name="funds_account_source_ok",
            ),
            models.CheckConstraint(
                condition=Q(year__gte=2000, year__lte=2099),
                name="funds_account_year_ok",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.division_code} {self.kind} {self.fund_class} {self.year}"

    @property
    def kind_text(self) -> Text:
        """The kind's name."""
        return AccountKind(self.kind).text

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
        """The purpose's name, or that there is none yet."""
        if not self.purpose:
            return Text("未分配用途", "not allotted")
        return Purpose(self.purpose).text

    @property
    def title_text(self) -> Text:
        """The kind, and the name where there is one."""
        if not self.name:
            return self.kind_text
        return join([self.kind_text, Text(self.name, self.name)], zh="：", en=": ")

    @property
    def line_text(self) -> Text:
        """Year, source, class and purpose in one line."""
        return join(
            [
                Text(str(self.year), str(self.year)),
                self.source_text,
                self.class_text,
                self.purpose_text,
            ],
            zh=" · ",
            en=" · ",
        )


class Voucher(models.Model):
    """A list of movements, prepared by one person and approved by another.

    division_code: the lowest division it touches, so that both ends of a transfer see it.
    number: without gaps within a division and year; it and recorded_at are the
    database's. posted_on: the day that counts, stated, never in future. document_no: the
    number of an official document. document: evidence. reverses: the voucher it undoes.
    key: the caller's, empty or once. digest: of what was asked for under that key.
    """

    division_code = DivisionCodeField()
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField(db_default=0)
    posted_on = models.DateField()
    text = models.CharField(max_length=200)
    document_no = models.CharField(max_length=60, blank=True)
    document = models.ForeignKey(
        "files.Attachment", on_delete=models.PROTECT, null=True, related_name="+"
    )
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="reversed_by"
    )
    reason = models.CharField(max_length=300, blank=True)
    entry_count = models.PositiveSmallIntegerField()
    total_fen = models.BigIntegerField()
    key = models.CharField(max_length=80, null=True, unique=True, db_collation="C")  # noqa: DJ001
    digest = models.CharField(max_length=64, blank=True, db_collation="C")
    prepared_by_id = models.BigIntegerField()
    prepared_by_name = models.CharField(max_length=150)
    prepared_at = models.DateTimeField()
    approved_by_id = models.BigIntegerField()
    approved_by_name = models.CharField(max_length=150)
    approved_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "funds"
        constraints = [
            division_code_check("funds_voucher"),
            models.UniqueConstraint(
                fields=["division_code", "year", "number"],
                name="funds_voucher_number_once",
            ),
            models.CheckConstraint(
                condition=~Q(prepared_by_id=F("approved_by_id")),
                name="funds_voucher_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(entry_count__gte=2, entry_count__lte=ENTRIES_MAX),
                name="funds_voucher_entries_ok",
            ),
            models.CheckConstraint(
                condition=Q(total_fen__gt=0), name="funds_voucher_total_ok"
            ),
            models.CheckConstraint(
                condition=~Q(text=""), name="funds_voucher_has_text"
            ),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True) | ~Q(reason=""),
                name="funds_voucher_reversal_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.division_code} {self.year}-{self.number}"


class Commitment(models.Model):
    """Part of a line kept for something; no money moves.

    subject_type, subject_id: the record it is for, as plain values. open_fen: what is
    neither paid nor released, kept by the database alone.
    """

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="commitments"
    )
    division_code = DivisionCodeField()
    amount_fen = models.BigIntegerField()
    open_fen = models.BigIntegerField(db_default=0)
    text = models.CharField(max_length=200)
    subject_type = models.CharField(max_length=60, blank=True, db_collation="C")
    subject_id = models.CharField(max_length=40, blank=True, db_collation="C")
    key = models.CharField(max_length=80, null=True, unique=True, db_collation="C")  # noqa: DJ001
    made_by_id = models.BigIntegerField()
    made_by_name = models.CharField(max_length=150)
    made_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "funds"
        constraints = [
            division_code_check("funds_commitment"),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, amount_fen__lte=FEN_MAX),
                name="funds_commitment_amount_ok",
            ),
            models.CheckConstraint(
                condition=Q(open_fen__gte=0, open_fen__lte=F("amount_fen")),
                name="funds_commitment_open_ok",
            ),
        ]
        indexes = [
            models.Index(
                fields=["subject_type", "subject_id"], name="funds_commitment_subject"
            ),
            models.Index(fields=["account"], name="funds_commitment_account"),
        ]

    def __str__(self) -> str:
        return f"commitment {self.pk} {self.open_fen}/{self.amount_fen}"


class Release(models.Model):
    """Part of a commitment given back to the line. Rows are only added."""

    commitment = models.ForeignKey(
        Commitment, on_delete=models.PROTECT, related_name="releases"
    )
    division_code = DivisionCodeField()
    amount_fen = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    released_by_id = models.BigIntegerField()
    released_by_name = models.CharField(max_length=150)
    released_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "funds"
        constraints = [
            division_code_check("funds_release"),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0), name="funds_release_amount_ok"
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="funds_release_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"release of {self.commitment_id}: {self.amount_fen}"


class Entry(models.Model):
    """One side of a movement. amount_fen: plus into the account, minus out of it.

    line: number of the movement within its voucher. counter: the account of the other
    side. division_code, posted_on: the account's and the voucher's.
    """

    voucher = models.ForeignKey(
        Voucher, on_delete=models.PROTECT, related_name="entries", db_index=False
    )
    line = models.PositiveSmallIntegerField()
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="entries", db_index=False
    )
    counter = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    edge = models.CharField(
        max_length=20,
        choices=[(code, code) for code in EDGE_BY_CODE],
        db_collation="C",
    )
    amount_fen = models.BigIntegerField()
    posted_on = models.DateField()
    division_code = DivisionCodeField()
    commitment = models.ForeignKey(
        Commitment,
        on_delete=models.PROTECT,
        null=True,
        related_name="entries",
        db_index=False,
    )

    class Meta:
        app_label = "funds"
        constraints = [
            division_code_check("funds_entry"),
            models.UniqueConstraint(
                fields=["voucher", "line", "account"], name="funds_entry_side_once"
            ),
            models.CheckConstraint(
                condition=~Q(amount_fen=0)
                & Q(amount_fen__gte=-FEN_MAX, amount_fen__lte=FEN_MAX),
                name="funds_entry_amount_ok",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "posted_on", "id"], name="funds_entry_statement"
            ),
            models.Index(
                fields=["commitment"],
                condition=Q(commitment__isnull=False),
                name="funds_entry_commitment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.voucher_id}/{self.line} {self.amount_fen}"

    @property
    def edge_text(self) -> Text:
        """The edge's name."""
        return EDGE_BY_CODE[self.edge].text


class Standing(models.Model):
    """An account now: kept by the database alone, and the row that it locks.

    sign: -1 where money comes from. last_on: the newest day with an entry.
    """

    account = models.OneToOneField(
        Account, on_delete=models.PROTECT, primary_key=True, related_name="standing"
    )
    division_code = DivisionCodeField()
    sign = models.SmallIntegerField()
    balance_fen = models.BigIntegerField(default=0)
    committed_fen = models.BigIntegerField(default=0)
    last_on = models.DateField(null=True)

    class Meta:
        app_label = "funds"
        constraints = [
            division_code_check("funds_standing"),
            models.CheckConstraint(
                condition=Q(sign=1, balance_fen__gte=F("committed_fen"))
                | Q(sign=-1, balance_fen__lte=0),
                name="funds_standing_not_overdrawn",
            ),
            # Checked before the other, whose name comes later in the alphabet.
            models.CheckConstraint(
                condition=Q(committed_fen=0) | Q(sign=1, committed_fen__gt=0),
                name="funds_standing_commitments_ok",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.balance_fen}"

    @property
    def available_fen(self) -> int:
        """What is neither spent nor committed, in fen."""
        return self.balance_fen - self.committed_fen


class Day(models.Model):
    """An account at the end of a day with entries: kept by the database alone.

    debit_fen, credit_fen: of that day, into and out of it, both positive. balance_fen:
    of everything up to that day.
    """

    pk = models.CompositePrimaryKey("account", "day")
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="days", db_index=False
    )
    day = models.DateField()
    division_code = DivisionCodeField()
    sign = models.SmallIntegerField()
    entry_count = models.IntegerField()
    debit_fen = models.BigIntegerField()
    credit_fen = models.BigIntegerField()
    balance_fen = models.BigIntegerField()

    class Meta:
        app_label = "funds"
        constraints = [
            division_code_check("funds_day"),
            models.CheckConstraint(
                condition=Q(sign=1, balance_fen__gte=0)
                | Q(sign=-1, balance_fen__lte=0),
                name="funds_day_not_overdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day}: {self.balance_fen}"
