"""The chain of events, and what its checks found; both only ever grow."""

import django.db.models.deletion
from django.db import migrations, models

from bangfu.scope.row_security import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_readers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Check",
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
                ("checked_at", models.DateTimeField()),
                ("position", models.BigIntegerField()),
                ("digest", models.BinaryField()),
                ("until", models.DateTimeField(null=True)),
                ("faults", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("digest", models.BinaryField()),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="link",
                        to="audit.event",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("position__gte", 1)),
                        name="audit_link_position_ok",
                    )
                ],
            },
        ),
        append_only("audit_link"),
        append_only("audit_check"),
    ]
