from django.db import migrations, models
from django.db.models.functions import Now

from bangfu.scope.fields import DivisionCodeField
from bangfu.scope.row_security import append_only, security_by_rule, within_range

OWN_OR_IN_SCOPE = f"""
user_id = current_setting('bangfu.user_id')::bigint OR {within_range("division_code", "bangfu.scope_lo", "bangfu.scope_hi")}
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Event",
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
                ("act", models.UUIDField(null=True)),
                ("action", models.CharField(max_length=80)),
                ("user_id", models.BigIntegerField()),
                ("username", models.CharField(max_length=150)),
                ("grant_id", models.BigIntegerField()),
                ("role", models.CharField(max_length=20)),
                ("division_code", DivisionCodeField(blank=True)),
                ("subject_type", models.CharField(blank=True, max_length=60)),
                ("subject_id", models.CharField(blank=True, max_length=40)),
                ("reason", models.TextField(blank=True)),
                ("detail", models.JSONField(default=dict)),
                ("happened_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField(db_default=Now())),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["subject_type", "subject_id"], name="audit_subject"
                    ),
                    models.Index(
                        fields=["division_code", "-id"], name="audit_division"
                    ),
                ],
            },
        ),
        append_only("audit_event"),
        security_by_rule("audit_event", OWN_OR_IN_SCOPE),
    ]
