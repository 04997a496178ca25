"""Jobs: check an import, write an import, carry out the cross-checks."""

from __future__ import annotations

from django.utils import timezone

from bangfu.jobs.running import Run
from bangfu.registry.crosschecks.tasks import monthly, run_crosscheck
from bangfu.registry.imports import operations
from bangfu.scope import acting

# The worker looks for tasks in this module only.
__all__ = ["monthly", "run_apply_import", "run_crosscheck", "run_import"]


def run_import(run: Run) -> dict[str, object]:
    """Check the files of an import and keep the preview."""
    plan = operations.check(
        by=run.actor,
        at=timezone.now(),
        import_id=int(run.payload["import_id"]),
        progress=run.progress,
    )
    return dict(plan.counts.as_json())


def run_apply_import(run: Run) -> dict[str, object]:
    """Write a confirmed import. A plan that changed fails, and is shown anew."""
    import_id = int(run.payload["import_id"])
    try:
        record = operations.apply(
            by=run.actor,
            at=timezone.now(),
            import_id=import_id,
            progress=run.progress,
        )
    except operations.PlanChanged as changed:
        # This job's transaction ends in nothing; the preview goes by the other one.
        with acting(run.actor, using="side"):
            operations.show_again(
                by=run.actor,
                at=timezone.now(),
                import_id=import_id,
                changed=changed,
                using="side",
            )
        raise
    return {
        key: (record.counts or {}).get(key, 0)
        for key in ("new", "changed", "same", "wrong")
    }
