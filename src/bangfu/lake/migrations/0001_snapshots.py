import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Now

from bangfu.scope.fields import DivisionCodeField, division_code_check
from bangfu.scope.row_security import row_security

KEY = models.BigAutoField(
    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
)


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Snapshot",
            fields=[
                ("id", KEY),
                (
                    "state",
                    models.CharField(
                        choices=[("published", "Published"), ("pruned", "Pruned")],
                        default="published",
                        max_length=10,
                    ),
                ),
                ("taken_at", models.DateTimeField()),
                ("cut_off_date", models.DateField()),
                ("code_version", models.CharField(max_length=40)),
                ("pack_hash", models.CharField(max_length=64)),
                ("manifest_sha256", models.CharField(max_length=64)),
                ("user_id", models.BigIntegerField()),
                ("username", models.CharField(max_length=150)),
                ("recorded_at", models.DateTimeField(db_default=Now())),
                ("pruned_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(state="published", pruned_at__isnull=True)
                        | Q(state="pruned", pruned_at__isnull=False),
                        name="lake_snapshot_pruned_with_its_time",
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            manifest_sha256__regex="^[0-9a-f]{64}$",
                            pack_hash__regex="^[0-9a-f]{64}$",
                        ),
                        name="lake_snapshot_hashes_ok",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="Part",
            fields=[
                ("id", KEY.clone()),
                ("division_code", DivisionCodeField()),
                ("dataset", models.CharField(max_length=40)),
                ("path", models.CharField(max_length=200)),
                ("rows", models.BigIntegerField()),
                ("size_bytes", models.BigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("withheld", models.BigIntegerField(default=0)),
                ("columns", models.JSONField()),
                (
                    "snapshot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="lake.snapshot",
                    ),
                ),
            ],
            options={
                "constraints": [
                    division_code_check("lake_part"),
                    models.UniqueConstraint(
                        fields=["snapshot", "dataset", "division_code"],
                        name="lake_part_once",
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            sha256__regex="^[0-9a-f]{64}$",
                            rows__gte=0,
                            size_bytes__gte=0,
                        ),
                        name="lake_part_facts_ok",
                    ),
                ]
            },
        ),
        row_security("lake_part"),
    ]
