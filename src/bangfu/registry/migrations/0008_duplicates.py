import django.db.models.deletion
from django.db import migrations, models

import bangfu.scope.fields
from bangfu.scope.row_security import append_only, row_security

TOWNSHIP_AND_ABOVE = 9


def follows(table: str) -> migrations.RunSQL:
    """Keep the repeated division code equal to that of the group."""
    return migrations.RunSQL(
        f"""ALTER TABLE registry_{table} ADD CONSTRAINT registry_{table}_same_division
        FOREIGN KEY (group_id, division_code)
        REFERENCES registry_duplicategroup (id, division_code)""",
        f"ALTER TABLE registry_{table} DROP CONSTRAINT registry_{table}_same_division",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0007_procedure"),
    ]

    operations = [
        migrations.CreateModel(
            name="DuplicateGroup",
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
                ("division_code", bangfu.scope.fields.DivisionCodeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("later", "Later"),
                            ("decided", "Decided"),
                            ("gone", "Gone"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("chance", models.FloatField()),
                ("size", models.PositiveSmallIntegerField()),
                ("found_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["division_code", "state"],
                        name="registry_dupgroup_division",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "division_code__regex",
                                "^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$",
                            )
                        ),
                        name="registry_duplicategroup_division_code_ok",
                    ),
                    models.UniqueConstraint(
                        fields=("id", "division_code"),
                        name="registry_duplicategroup_place",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("settled_at__isnull", True),
                                ("state__in", ("open", "later")),
                            ),
                            models.Q(
                                ("settled_at__isnull", False),
                                ("state__in", ["decided", "gone"]),
                            ),
                            _connector="OR",
                        ),
                        name="registry_duplicategroup_settled",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("chance__gte", 0), ("chance__lte", 1)),
                        name="registry_duplicategroup_chance",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DuplicateSearch",
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
                ("division_code", bangfu.scope.fields.DivisionCodeField()),
                ("user_id", models.BigIntegerField()),
                ("username", models.CharField(max_length=150)),
                ("ran_at", models.DateTimeField()),
                ("persons", models.PositiveIntegerField()),
                ("links", models.PositiveIntegerField()),
                ("found", models.PositiveIntegerField()),
                ("withdrawn", models.PositiveIntegerField()),
                ("known", models.PositiveIntegerField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["division_code", "-id"],
                        name="registry_dupsearch_division",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "division_code__regex",
                                "^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$",
                            )
                        ),
                        name="registry_duplicatesearch_division_code_ok",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DuplicateDecision",
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
                ("division_code", bangfu.scope.fields.DivisionCodeField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("persons", "Persons"),
                            ("households", "Households"),
                            ("apart", "Apart"),
                            ("later", "Later"),
                        ],
                        max_length=12,
                    ),
                ),
                ("reason", models.CharField(max_length=400)),
                ("user_id", models.BigIntegerField()),
                ("username", models.CharField(max_length=150)),
                ("decided_at", models.DateTimeField()),
                (
                    "kept_household",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.household",
                    ),
                ),
                (
                    "kept_member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.member",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="registry.duplicategroup",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "division_code__regex",
                                "^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$",
                            )
                        ),
                        name="registry_duplicatedecision_division_code_ok",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["persons", "households", "apart", "later"])
                        ),
                        name="registry_duplicatedecision_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DuplicatePair",
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
                ("division_code", bangfu.scope.fields.DivisionCodeField()),
                ("left_root", models.BigIntegerField()),
                ("right_root", models.BigIntegerField()),
                ("chance", models.FloatField()),
                ("agreement", models.JSONField(default=dict)),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "None"),
                            ("same", "Same"),
                            ("different", "Different"),
                            ("gone", "Gone"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pairs",
                        to="registry.duplicategroup",
                    ),
                ),
                (
                    "left",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.member",
                    ),
                ),
                (
                    "right",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.member",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("verdict__in", ["same", "different"])),
                        fields=["left_root", "right_root"],
                        name="registry_duplicatepair_memory",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "division_code__regex",
                                "^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$",
                            )
                        ),
                        name="registry_duplicatepair_division_code_ok",
                    ),
                    models.UniqueConstraint(
                        fields=("group", "left", "right"),
                        name="registry_duplicatepair_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("left__lt", models.F("right"))),
                        name="registry_duplicatepair_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("verdict__in", ["", "same", "different", "gone"])
                        ),
                        name="registry_duplicatepair_verdict_known",
                    ),
                ],
            },
        ),
        *[
            row_security(f"registry_{name}", seen_from=TOWNSHIP_AND_ABOVE)
            for name in (
                "duplicategroup",
                "duplicatepair",
                "duplicatedecision",
                "duplicatesearch",
            )
        ],
        follows("duplicatepair"),
        follows("duplicatedecision"),
        append_only("registry_duplicatedecision"),
        append_only("registry_duplicatesearch"),
    ]
