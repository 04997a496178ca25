"""Running one job: lease, the grant checked again, the work, the end.

The work and the job's end are one transaction on the connection "default". Progress and
the lease are written on the connection "side", so that others see them meanwhile.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connections, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from bangfu.calc.values.findings import Refusal
from bangfu.calc.values.text import Text
from bangfu.jobs import transport
from bangfu.jobs.models import Job, State
from bangfu.scope import Actor, acting
from bangfu.scope.actor import system_actor
from bangfu.web import disk

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
RENEW_SECONDS = 15.0
ATTEMPTS_MAX = 3
_SYSTEM = system_actor("jobs")


class Cancelled(Exception):
    """The person who ordered the job wants it no more."""


class LeaseLost(Exception):
    """Another worker was given the job because this one seemed dead."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a handler gets: the order, the actor, and a way to report progress."""

    job_id: int
    payload: dict[str, Any]
    actor: Actor
    worker: str

    def progress(self, done: int, total: int, message: Text) -> None:
        """Report progress, seen at once. Raises Cancelled or LeaseLost; call it often."""
        with acting(_SYSTEM, using="side"):
            mine = Job.objects.using("side").filter(
                pk=self.job_id, worker=self.worker, state=State.RUNNING
            )
            seen = mine.update(
                progress_done=done,
                progress_total=total,
                message=message.as_json(),
                lease_until=Now() + LEASE,
            )
            cancelled = mine.filter(cancel_requested=True).exists()
        if not seen:
            raise LeaseLost
        if cancelled:
            raise Cancelled


def run_job(job_id: int) -> State:
    """Run a waiting job to its end and return the state it ended in.

    A job that is not waiting any more is left alone, so a message that comes twice
    does no harm.
    """
    worker = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    job = _take(job_id, worker)
    if job is None:
        return State(_load(job_id).state)
    try:
        with _renewed(job_id, worker):
            actor = _actor(job)
            run = Run(job_id, job.payload, actor, worker)
            with acting(actor):
                result = transport.handler(job.kind)(run)
                _finish_here(job_id, worker, result)
    except Cancelled:
        return _end(job_id, worker, State.CANCELLED, None)
    except LeaseLost:
        log.warning("job %s: the lease was lost; nothing was written", job_id)
        return State(_load(job_id).state)
    except Refusal as refusal:
        return _end(job_id, worker, State.FAILED, refusal.message)
    except Exception as error:
        incident = secrets.token_hex(4)
        log.exception("job %s failed, incident %s", job_id, incident)
        return _end(job_id, worker, State.FAILED, _reason(error, incident))
    return State.DONE


def rescue() -> list[int]:
    """Queue again the running jobs whose lease ran out; fail those out of attempts.

    Returns the ids that were queued again.
    """
    queued = []
    with acting(_SYSTEM):
        lost = Job.objects.select_for_update(skip_locked=True).filter(
            state=State.RUNNING, lease_until__lt=Now()
        )
        for job in lost:
            if job.attempts >= ATTEMPTS_MAX:
                _give_up(job)
            else:
                Job.objects.filter(pk=job.pk).update(
                    state=State.QUEUED, worker="", lease_until=None
                )
                transport.send(job.pk)
                queued.append(job.pk)
    return queued


def release_all() -> int:
    """Let the leases of all running jobs run out; only when no worker is alive."""
    with acting(_SYSTEM):
        return Job.objects.filter(state=State.RUNNING).update(
            lease_until=Now() - timedelta(seconds=1)
        )


def _take(job_id: int, worker: str) -> Job | None:
    with acting(_SYSTEM, using="side"):
        jobs = Job.objects.using("side")
        taken = jobs.filter(pk=job_id, state=State.QUEUED).update(
            state=State.RUNNING,
            worker=worker,
            attempts=F("attempts") + 1,
            started_at=Now(),
            lease_until=Now() + LEASE,
        )
        return jobs.get(pk=job_id) if taken else None


def _load(job_id: int) -> Job:
    with acting(_SYSTEM, using="side"):
        return Job.objects.using("side").get(pk=job_id)


def _actor(job: Job) -> Actor:
    """Check the grant again: it may have ended since the job was ordered."""
    check = import_string(settings.BANGFU_ACTOR_OF_GRANT)
    actor: Actor = check(user_id=job.user_id, grant_id=job.grant_id)
    return actor


def _finish_here(job_id: int, worker: str, result: dict[str, object]) -> None:
    """End the job in the transaction of its work, if it is still this worker's.

    The side connection must not hold the row's lock, and it does not: each of its
    writes is a transaction of its own.
    """
    ended = Job.objects.filter(pk=job_id, worker=worker, state=State.RUNNING).update(
        state=State.DONE,
        result=result,
        finished_at=Now(),
        lease_until=None,
        progress_done=F("progress_total"),
    )
    if not ended:
        raise LeaseLost


def _end(job_id: int, worker: str, state: State, error: Text | None) -> State:
    with acting(_SYSTEM, using="side"):
        Job.objects.using("side").filter(
            pk=job_id, worker=worker, state=State.RUNNING
        ).update(
            state=state,
            error=None if error is None else error.as_json(),
            finished_at=Now(),
            lease_until=None,
        )
    return state


def _give_up(job: Job) -> None:
    error = Text(
        "处理该任务的后台进程 {count} 次中断，任务已停止，没有写入任何数据。",
        "The worker died {count} times while doing this job; it was stopped and wrote nothing.",
        {"count": job.attempts},
    )
    Job.objects.filter(pk=job.pk).update(
        state=State.FAILED, error=error.as_json(), finished_at=Now(), lease_until=None
    )


def _reason(error: Exception, incident: str) -> Text:
    if disk.is_full(error):
        full = disk.DiskFull.of_server()
        both = {"message": full.message, "remedy": full.remedy}
        return Text("{message}{remedy}", "{message} {remedy}", both)
    return _unexpected(incident)


def _unexpected(incident: str) -> Text:
    return Text(
        "系统内部错误，没有写入任何数据。请把编号 {incident} 告诉管理员。",
        "An internal error; nothing was written. Tell the administrator the number {incident}.",
        {"incident": incident},
    )


@contextmanager
def _renewed(job_id: int, worker: str) -> Iterator[None]:
    """Renew the lease from a thread, so that one long SQL statement does not lose it."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(RENEW_SECONDS):
            with acting(_SYSTEM, using="side"), transaction.atomic(using="side"):
                Job.objects.using("side").filter(
                    pk=job_id, worker=worker, state=State.RUNNING
                ).update(lease_until=Now() + LEASE)
        connections["side"].close()

    thread = threading.Thread(target=renew, name=f"lease-{job_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
