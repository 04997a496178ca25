"""Jobs: solving and applying runs."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from bangfu.jobs.running import Run as JobRun
from bangfu.pairing import operations, queries


def run_solve(run: JobRun) -> dict[str, object]:
    """Solve the run that the payload names."""
    solved = operations.solve(
        by=run.actor,
        at=timezone.now(),
        run_id=int(run.payload["run_id"]),
        progress=run.progress,
    )
    return {"run_id": solved.pk, **queries.figures(solved)}


def run_apply(run: JobRun) -> dict[str, object]:
    """Apply the run that the payload names."""
    applied = operations.apply(
        by=run.actor,
        at=timezone.now(),
        run_id=int(run.payload["run_id"]),
        from_date=date.fromisoformat(run.payload["from_date"]),
        progress=run.progress,
    )
    return {"run_id": applied.pk, **queries.figures(applied)}
