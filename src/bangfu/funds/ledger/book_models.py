"""Tables of the books of a division: what is closed, and the last voucher number."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from bangfu.scope.fields import DivisionCodeField, division_code_check


class Book(models.Model):
    """The books of a division; closed_through: the last day that is closed for good."""

    division_code = DivisionCodeField(primary_key=True)
    closed_through = models.DateField(null=True)

    class Meta:
        app_label = "funds"
        constraints = [division_code_check("funds_book")]

    def __str__(self) -> str:
        return f"{self.division_code} {self.closed_through}"


class Counter(models.Model):
    """The last voucher number of a division in a year, kept by the database alone."""

    pk = models.CompositePrimaryKey("division_code", "year")
    division_code = DivisionCodeField()
    year = models.PositiveSmallIntegerField()
    last_number = models.PositiveIntegerField()

    class Meta:
        app_label = "funds"
        constraints = [division_code_check("funds_counter")]

    def __str__(self) -> str:
        return f"{self.division_code} {self.year}: {self.last_number}"


class Close(models.Model):
    """A month that is closed for good; month 12 closes the year. Rows are only added.

    last_on, digest: the database's; the digest is the SHA-256 of the division's own trial
    balance on its last day, under the lock that closes it (see `queries.digest`).
    """

    division_code = DivisionCodeField()
    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField()
    last_on = models.DateField(db_default=Now())
    digest = models.CharField(max_length=64, db_collation="C", db_default="")
    closed_by_id = models.BigIntegerField()
    closed_by_name = models.CharField(max_length=150)
    closed_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "funds"
        constraints = [
            division_code_check("funds_close"),
            models.UniqueConstraint(
                fields=["division_code", "year", "month"], name="funds_close_once"
            ),
            models.CheckConstraint(
                condition=Q(month__gte=1, month__lte=12), name="funds_close_month_ok"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.division_code} {self.year}-{self.month:02d}"
