"""Preferences of a reader, and the keys of forms that were sent.

`user_id` is a plain number: this package lies below accounts and cannot point to it.
A row that outlives its user says nothing about anyone.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import IntegrityError, models, transaction
from django.db.models.functions import Now

KEPT = timedelta(days=2)


class PreferenceQuerySet(models.QuerySet["Preference"]):
    """Reads and writes of preferences."""

    def value_of(self, *, user_id: int | None, key: str) -> dict[str, object]:
        """Return what a user keeps under `key`; empty when nothing or nobody."""
        if user_id is None:
            return {}
        found = self.filter(user_id=user_id, key=key).values_list("value", flat=True)
        return found.first() or {}

    def put(self, *, user_id: int, key: str, changes: dict[str, object]) -> None:
        """Set some entries of what a user keeps under `key`."""
        with transaction.atomic():
            row, _ = self.select_for_update().get_or_create(user_id=user_id, key=key)
            row.value = {**row.value, **changes}
            row.save(update_fields=["value"])


class Preference(models.Model):
    """What one user set up for one part of the screen: columns, density, views."""

    user_id = models.BigIntegerField()
    key = models.CharField(max_length=100)
    value = models.JSONField(default=dict)

    objects = PreferenceQuerySet.as_manager()

    class Meta:
        """One row per user and key."""

        constraints = [
            models.UniqueConstraint(
                fields=["user_id", "key"], name="web_preference_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}:{self.key}"


class SubmissionQuerySet(models.QuerySet["Submission"]):
    """Claims of form keys."""

    def claim(self, *, user_id: int, key: uuid.UUID) -> tuple[Submission, bool]:
        """Write the key, or wait for the request that did and return its row.

        Returns the row and whether this request is the first. Must run inside the
        transaction of the act, so that a refused act gives the key back.
        """
        try:
            with transaction.atomic():
                return self.create(user_id=user_id, key=key), True
        except IntegrityError:
            return self.get(user_id=user_id, key=key), False

    def forget_old(self, *, user_id: int) -> None:
        """Delete a user's keys that are older than two days."""
        self.filter(user_id=user_id, sent_at__lt=Now() - KEPT).delete()


class Submission(models.Model):
    """The key of a form that was acted on, and where its sender was led."""

    user_id = models.BigIntegerField()
    key = models.UUIDField()
    location = models.TextField(default="/")
    sent_at = models.DateTimeField(db_default=Now())

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        """A key counts once per user."""

        constraints = [
            models.UniqueConstraint(
                fields=["user_id", "key"], name="web_submission_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.key)
