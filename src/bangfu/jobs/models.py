"""The table of jobs."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from bangfu.calc.values.text import Text
from bangfu.scope.fields import DivisionCodeField, division_code_check


class State(models.TextChoices):
    """Where a job is; only QUEUED and RUNNING are not final."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def text(self) -> Text:
        """The state's name."""
        return _STATE_TEXTS[self]


_STATE_TEXTS = {
    State.QUEUED: Text("排队中", "queued"),
    State.RUNNING: Text("进行中", "running"),
    State.DONE: Text("已完成", "done"),
    State.FAILED: Text("失败", "failed"),
    State.CANCELLED: Text("已取消", "cancelled"),
}
FINAL = (State.DONE, State.FAILED, State.CANCELLED)


class Job(models.Model):
    """One piece of long work, ordered by a person under a grant.

    payload and result hold ids and counts, never personal data. message and error are
    `Text` as JSON. lease_until: up to when the worker that runs it must renew.
    """

    kind = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    division_code = DivisionCodeField()
    user_id = models.BigIntegerField()
    username = models.CharField(max_length=150)
    grant_id = models.BigIntegerField()
    payload = models.JSONField(default=dict)
    result = models.JSONField(null=True)
    error = models.JSONField(null=True)
    message = models.JSONField(null=True)
    progress_done = models.BigIntegerField(default=0)
    progress_total = models.BigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)
    worker = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            division_code_check("jobs_job"),
            models.CheckConstraint(
                condition=models.Q(state__in=State.values), name="jobs_job_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=FINAL, finished_at__isnull=False)
                | ~models.Q(state__in=FINAL) & models.Q(finished_at__isnull=True),
                name="jobs_job_finished_when_final",
            ),
            models.CheckConstraint(
                condition=models.Q(state=State.RUNNING, lease_until__isnull=False)
                | ~models.Q(state=State.RUNNING),
                name="jobs_job_running_has_lease",
            ),
        ]
        indexes = [
            models.Index(fields=["division_code", "-id"], name="jobs_division"),
            models.Index(
                fields=["lease_until"],
                condition=models.Q(state="running"),
                name="jobs_running_lease",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} {self.state}"

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in FINAL

    @property
    def share_done(self) -> float | None:
        """Progress from 0 to 1, or None when the total is not known yet."""
        return self.progress_done / self.progress_total if self.progress_total else None

    @property
    def message_text(self) -> Text | None:
        """What it is doing now."""
        return Text.from_json(self.message) if self.message else None

    @property
    def error_text(self) -> Text | None:
        """Why it failed."""
        return Text.from_json(self.error) if self.error else None
