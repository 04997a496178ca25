"""Ordering the score of a county; the job fits it (`scoring`)."""

from __future__ import annotations

from datetime import datetime

from bangfu.calc.values.division_code import DivisionCode
from bangfu.jobs import operations as jobs
from bangfu.jobs.models import Job
from bangfu.registry.targeting import permissions
from bangfu.scope import Actor

JOB_KIND = "registry.targeting"


def order_fit(*, by: Actor, at: datetime, county: DivisionCode) -> Job:
    """Order the score of a county as a job. Raises NotAllowed."""
    permissions.check_fit(by, county)
    return jobs.enqueue(
        by=by,
        at=at,
        kind=JOB_KIND,
        payload={"division": str(county)},
        division=county,
    )
