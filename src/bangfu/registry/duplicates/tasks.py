"""The job that searches a division for duplicates."""

from __future__ import annotations

from django.utils import timezone

from bangfu.calc.values.division_code import DivisionCode
from bangfu.jobs.running import Run
from bangfu.registry.duplicates import searching


def run_search(run: Run) -> dict[str, object]:
    """Search the division of the payload."""
    done = searching.search(
        by=run.actor,
        at=timezone.now(),
        division=DivisionCode(str(run.payload["division"])),
        progress=run.progress,
    )
    return {
        "persons": done.persons,
        "links": done.links,
        "found": done.found,
        "withdrawn": done.withdrawn,
        "known": done.known,
    }
