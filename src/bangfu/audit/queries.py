"""Reading events."""

from __future__ import annotations

from django.db import models

from bangfu.audit.models import Check, Event


def events_of(subject: models.Model) -> models.QuerySet[Event]:
    """Return the events about `subject`, newest first, within the acting scope."""
    return Event.objects.filter(
        subject_type=subject._meta.label_lower, subject_id=str(subject.pk)
    ).order_by("-id")


def last_check() -> Check | None:
    """Return the newest check of the chain, None before the first."""
    return Check.objects.order_by("-pk").first()
