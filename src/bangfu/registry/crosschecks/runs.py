"""Writes: all checks over a division, carried out and kept.

Loads an engine: only the job, the command and the sample come here, no page does.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from bangfu.audit import operations as audit
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.text import Text
from bangfu.registry.crosschecks import keeping, permissions, running, thresholds
from bangfu.registry.crosschecks.models import CheckRun
from bangfu.scope import Actor


def run(
    *,
    by: Actor,
    at: datetime,
    progress: running.Progress | None = None,
    job_id: int | None = None,
) -> CheckRun:
    """Carry out all checks over the actor's division and keep what they find.

    The same data give the same hits: a second run adds nothing. Raises NotAllowed, what
    the policy pack refuses, StepFailed; nothing is kept then.
    """
    permissions.check_run(by)
    division = by.division or DivisionCode(settings.BANGFU_DIVISION)
    on = thresholds.today(at)
    with transaction.atomic():
        limits = thresholds.thresholds_on(on, division)
        record = CheckRun.objects.create(
            division_code=division,
            user_id=by.user_id,
            username=by.username,
            job_id=job_id,
            started_at=at,
            policy_hash=limits.pack_hash,
            thresholds=limits.as_json(),
        )
        found = running.find(
            by=by,
            at=at,
            division=division,
            limits=limits,
            progress=progress or _silent,
        )
        leads = keeping.leads_of(found, limits)
        record.counts = keeping.keep(run=record, leads=leads, asked=found.frames, at=at)
        record.skipped = {code: why.as_json() for code, why in found.skipped.items()}
        record.members, record.rows = found.members, found.rows
        record.lists = [
            {"id": one.pk, "kind": one.kind, "as_of": one.as_of.isoformat()}
            for one in found.lists
        ]
        record.finished_at = at
        record.save()
        total = {
            name: sum(counts[name] for counts in record.counts.values())
            for name in keeping.NAMES
        }
        audit.record(
            "registry.crosscheck.run",
            by=by,
            at=at,
            subject=record,
            detail={"members": found.members, "rows": found.rows, **total},
        )
    return record


def _silent(done: int, total: int, message: Text) -> None:
    """Show nothing."""
