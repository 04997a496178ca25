"""Reads: imports, and where each of them really stands.

A job's transaction is rolled back when it fails, so what it could not write is told by
the job: an import whose check failed has failed, one whose writing failed is where it
was before, checked, and may be confirmed again. No state waits for a job to leave it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.text import Text
from bangfu.jobs.models import Job, State
from bangfu.registry.models import Import, ImportState

STATE_TEXTS = {
    ImportState.CHECKING: Text("核查中", "checking"),
    ImportState.CHECKED: Text("待确认", "waits for confirmation"),
    ImportState.APPLYING: Text("写入中", "being written"),
    ImportState.APPLIED: Text("已导入", "imported"),
    ImportState.UNCHANGED: Text("无可导入", "nothing to import"),
    ImportState.FAILED: Text("失败", "failed"),
    ImportState.CANCELLED: Text("已取消", "cancelled"),
}
ENDED = frozenset(
    {
        ImportState.APPLIED,
        ImportState.UNCHANGED,
        ImportState.FAILED,
        ImportState.CANCELLED,
    }
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an import stands. error: why it failed, or why it was not written."""

    state: ImportState
    error: Text | None
    job: Job | None

    @property
    def is_over(self) -> bool:
        """Whether nothing more can become of it."""
        return self.state in ENDED

    @property
    def is_running(self) -> bool:
        """Whether a job has it in hand."""
        return self.state in (ImportState.CHECKING, ImportState.APPLYING)


def all_imports() -> models.QuerySet[Import]:
    """Return the imports of the acting scope, newest first."""
    return Import.objects.order_by("-id")


def standing_of(record: Import) -> Standing:
    """Return where one import stands."""
    return standings([record])[record.pk]


def standings(records: list[Import]) -> dict[int, Standing]:
    """Return where each import stands, by id; one query for all of them."""
    ids = [record.job_id for record in records if record.job_id is not None]
    jobs = Job.objects.in_bulk(ids)
    return {
        record.pk: _standing(record, jobs.get(record.job_id or 0)) for record in records
    }


def waiting(division: DivisionCode) -> int:
    """Count the imports of an office that wait for its confirmation."""
    records = list(
        Import.objects.filter(
            division_code=division,
            state__in=(ImportState.CHECKED, ImportState.APPLYING),
        )
    )
    found = standings(records).values()
    return sum(standing.state == ImportState.CHECKED for standing in found)


def _standing(record: Import, job: Job | None) -> Standing:
    state = ImportState(record.state)
    stored = Text.from_json(record.error) if record.error else None
    if job is None or state not in (ImportState.CHECKING, ImportState.APPLYING):
        return Standing(state, stored, job)
    failed = job.state == State.FAILED
    if not failed and job.state != State.CANCELLED:
        return Standing(state, None, job)
    error = job.error_text if failed else None
    if state == ImportState.APPLYING:
        return Standing(ImportState.CHECKED, stored or error, job)
    ended = ImportState.FAILED if failed else ImportState.CANCELLED
    return Standing(ended, error, job)
