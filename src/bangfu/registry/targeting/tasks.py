"""The job that fits the score of a county."""

from __future__ import annotations

from django.utils import timezone

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.text import Text
from bangfu.jobs.running import Run
from bangfu.registry.targeting import scoring


def run_fit(run: Run) -> dict[str, object]:
    """Fit the score of the county of the payload."""
    run.progress(0, 1, Text("测算代理得分", "Fitting the score"))
    model = scoring.fit_score(
        by=run.actor,
        at=timezone.now(),
        county=DivisionCode(str(run.payload["division"])),
    )
    return {"model": model.pk, "households": model.fitted}
