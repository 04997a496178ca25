from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Now

from bangfu.scope.fields import DivisionCodeField, division_code_check
from bangfu.scope.row_security import row_security

STATES = ["queued", "running", "done", "failed", "cancelled"]
FINAL = ("done", "failed", "cancelled")


class Migration(migrations.Migration):
    initial = True
    dependencies = [("procrastinate", "__latest__")]

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("kind", models.CharField(max_length=60)),
                (
                    "state",
                    models.CharField(
                        choices=[(s, s.title()) for s in STATES],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("division_code", DivisionCodeField()),
                ("user_id", models.BigIntegerField()),
                ("username", models.CharField(max_length=150)),
                ("grant_id", models.BigIntegerField()),
                ("payload", models.JSONField(default=dict)),
                ("result", models.JSONField(null=True)),
                ("error", models.JSONField(null=True)),
                ("message", models.JSONField(null=True)),
                ("progress_done", models.BigIntegerField(default=0)),
                ("progress_total", models.BigIntegerField(default=0)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("cancel_requested", models.BooleanField(default=False)),
                ("worker", models.CharField(blank=True, max_length=80)),
                ("created_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField(db_default=Now())),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("lease_until", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    division_code_check("jobs_job"),
                    models.CheckConstraint(
                        condition=Q(state__in=STATES), name="jobs_job_state_known"
                    ),
                    models.CheckConstraint(
                        condition=Q(state__in=FINAL, finished_at__isnull=False)
                        | ~Q(state__in=FINAL) & Q(finished_at__isnull=True),
                        name="jobs_job_finished_when_final",
                    ),
                    models.CheckConstraint(
                        condition=Q(state="running", lease_until__isnull=False)
                        | ~Q(state="running"),
                        name="jobs_job_running_has_lease",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["division_code", "-id"], name="jobs_division"),
                    models.Index(
                        condition=Q(state="running"),
                        fields=["lease_until"],
                        name="jobs_running_lease",
                    ),
                ],
            },
        ),
        row_security("jobs_job"),
    ]
