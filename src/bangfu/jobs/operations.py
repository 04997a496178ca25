"""Ordering, cancelling and running jobs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import NotAllowed, WrongState
from bangfu.calc.values.text import Text
from bangfu.jobs import transport
from bangfu.jobs.models import Job, State
from bangfu.scope import Actor


def enqueue(
    *,
    by: Actor,
    at: datetime,
    kind: str,
    payload: Mapping[str, object],
    division: DivisionCode,
) -> Job:
    """Order a job; it is seen by the worker when this transaction commits.

    kind: a key of settings.BANGFU_JOBS. payload: ids and options, no personal data.
    """
    transport.handler(kind)  # an unknown kind fails here, not in the worker
    with transaction.atomic():
        job = Job.objects.create(
            kind=kind,
            division_code=division,
            user_id=by.user_id,
            username=by.username,
            grant_id=by.grant_id,
            payload=dict(payload),
            created_at=at,
        )
        transport.send(job.pk)
    return job


def cancel(*, by: Actor, at: datetime, job_id: int) -> Job:
    """Cancel a job: at once when it waits, at its next step when it runs.

    Raises WrongState when it is over, NotAllowed unless `by` ordered it.
    """
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job_id)
        if job.user_id != by.user_id:
            raise NotAllowed(
                Text(
                    "只有提交任务的人可以取消。",
                    "Only the person who ordered a job can cancel it.",
                )
            )
        if job.is_final:
            raise WrongState(
                Text(
                    "任务已结束，不能取消。", "The job is over and cannot be cancelled."
                )
            )
        job.cancel_requested = True
        if job.state == State.QUEUED:
            job.state, job.finished_at = State.CANCELLED, at
        job.save(update_fields=["cancel_requested", "state", "finished_at"])
    return job
