"""Jobs as the shell shows them: badges, names and progress."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from bangfu.calc.values.text import Text
from bangfu.jobs.models import Job, State
from bangfu.web.cells import Badge
from bangfu.web.progress import Progress

_BADGES = {
    State.QUEUED: ("neutral", "hourglass"),
    State.RUNNING: ("info", "arrow-repeat"),
    State.DONE: ("success", "check-circle-fill"),
    State.FAILED: ("danger", "x-octagon-fill"),
    State.CANCELLED: ("neutral", "slash-circle"),
}


def kind_text(job: Job) -> Text:
    """Return the name of the job's kind (settings.BANGFU_JOB_TEXTS).

    A job of a kind that an upgrade took away is still shown, by its identifier.
    """
    text: Text = settings.BANGFU_JOB_TEXTS.get(job.kind) or Text(job.kind, job.kind)
    return text


def state_badge(job: Job) -> Badge:
    """Return the state as icon and words."""
    state = State(job.state)
    kind, icon = _BADGES[state]
    return Badge(state.text, kind, icon)


def page_of(job: Job) -> str:
    """Return the address of what the job works on (settings.BANGFU_JOB_PAGES), or ""."""
    route, key = settings.BANGFU_JOB_PAGES.get(job.kind, ("", ""))
    if not route or (key and key not in job.payload):
        return ""
    return reverse(route, args=[job.payload[key]] if key else [])


def progress_of(job: Job) -> Progress:
    """Return the progress block of a job, which asks again until the job is over."""
    return Progress(
        key=f"job-{job.pk}",
        text=job.message_text or kind_text(job),
        badge=state_badge(job),
        done=job.progress_done,
        total=job.progress_total,
        poll_url=reverse("jobs:progress", args=[job.pk]),
        is_over=job.is_final,
        is_failed=job.state == State.FAILED,
        note=job.error_text,
    )
