"""Recording events, linking them into a chain, verifying the chain."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import models

from bangfu.audit import chain, permissions, reads
from bangfu.audit.models import Check, Event
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import Finding
from bangfu.scope import Actor, acting
from bangfu.scope.actor import SYSTEM_ROLE, system_actor
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


def extend_chain(*, by: Actor, at: datetime) -> int:
    """Link the events that are not linked yet; return how many (see `chain`).

    For the minute's job, which sees all events. Raises nothing a person could mend.
    """
    assert by.role == SYSTEM_ROLE, (by, at)  # noqa: S101 - others see a part only
    return chain.extend()


def verify_chain(
    *, by: Actor, at: datetime, noted: chain.Head | None = None
) -> tuple[Check, list[Finding]]:
    """Compute the whole chain anew and put the result on record.

    Events that are not linked yet are linked first. noted: an end written down earlier.
    Returns the check and all findings. Raises NotAllowed for who reads no audit.
    """
    if by.role != SYSTEM_ROLE:
        permissions.check_read(by)
    # The chain runs through all divisions; the answer tells numbers of events only.
    with acting(_SYSTEM):
        chain.extend(look_back=None)
        end, until, findings = chain.walk(noted=noted)
        check = Check.objects.create(
            checked_at=at,
            position=end.position,
            digest=end.digest,
            until=until,
            faults=len(findings),
        )
    return check, findings


_SYSTEM = system_actor("audit.chain")
