"""The table of events."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from bangfu.scope.fields import DivisionCodeField


class Event(models.Model):
    """One act. Rows are append-only by trigger, for every database role.

    division_code: where; empty for acts without a place (a failed log-in), which only
    the system sees. happened_at: the clock of the edge; recorded_at: the database's.
    """

    act = models.UUIDField(null=True)
    action = models.CharField(max_length=80)
    user_id = models.BigIntegerField()
    username = models.CharField(max_length=150)
    grant_id = models.BigIntegerField()
    role = models.CharField(max_length=20)
    division_code = DivisionCodeField(blank=True)
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    reason = models.TextField(blank=True)
    detail = models.JSONField(default=dict)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="audit_subject"),
            models.Index(fields=["division_code", "-id"], name="audit_division"),
            models.Index(fields=["username", "-id"], name="audit_username"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type}:{self.subject_id}"


class Link(models.Model):
    """One event's place in the chain (see `chain`). Rows are append-only by trigger.

    position: 1, 2, 3 …, in the order in which events were linked. digest: keyed, over
    the digest before it and everything the event says.
    """

    position = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="link")
    digest = models.BinaryField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(position__gte=1), name="audit_link_position_ok"
            )
        ]

    def __str__(self) -> str:
        return f"{self.position}: event {self.event_id}"


class Check(models.Model):
    """That the chain was verified. Rows are append-only by trigger.

    position, digest: the last link then; 0 and empty for an empty chain. until: when
    the last linked event was recorded. faults: how many findings there were.
    """

    checked_at = models.DateTimeField()
    position = models.BigIntegerField()
    digest = models.BinaryField()
    until = models.DateTimeField(null=True)
    faults = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.position} links at {self.checked_at}: {self.faults} faults"
