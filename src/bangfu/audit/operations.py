"""Recording events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import models

from bangfu.audit import reads
from bangfu.audit.models import Event
from bangfu.calc.values.division_code import DivisionCode
from bangfu.scope import Actor
from bangfu.scope.session import current_act


def record(
    action: str,
    *,
    by: Actor,
    at: datetime,
    subject: models.Model | None = None,
    division: DivisionCode | None = None,
    reason: str = "",
    detail: Mapping[str, object] | None = None,
) -> Event:
    """Record an act in the transaction that does it: no audit, no act.

    action: "app.subject.done", e.g. "pairing.run.approved". division: where; taken from
    the subject's `division_code`, else from the grant. detail: counts and codes, never
    names or numbers of persons.
    """
    where = division or getattr(subject, "division_code", None) or by.division or ""
    return Event.objects.create(
        act=current_act(),
        action=action,
        user_id=by.user_id,
        username=by.username,
        grant_id=by.grant_id,
        role=by.role,
        division_code=where,
        subject_type="" if subject is None else subject._meta.label_lower,
        subject_id="" if subject is None else str(subject.pk),
        reason=reason,
        detail=dict(detail or {}),
        happened_at=at,
    )


def record_read(
    *,
    action: str,
    by: Actor,
    at: datetime,
    subject: models.Model | None = None,
    division: DivisionCode | None = None,
    reason: str = "",
    detail: Mapping[str, object] | None = None,
) -> Event:
    """Record that somebody was shown what is sealed, as `record` does.

    The event outlives a page that fails afterwards (see `reads`): what was opened was
    opened.
    """
    event = record(
        action,
        by=by,
        at=at,
        subject=subject,
        division=division,
        reason=reason,
        detail=detail,
    )
    reads.note(event)
    return event
