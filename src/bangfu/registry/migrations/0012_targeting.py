import django.db.models.deletion
from django.db import migrations, models

import bangfu.scope.fields
from bangfu.scope.row_security import append_only, row_security, within_range

TOWNSHIP_AND_ABOVE = 9
# A township reads the model of its county, and writes none.
_WRITTEN = within_range("division_code", "bangfu.scope_lo", "bangfu.scope_hi")
_SEEN = f"current_setting('bangfu.level')::int <= {TOWNSHIP_AND_ABOVE}"
_OF_COUNTY = "division_code = left(current_setting('bangfu.scope_lo'), 6)"
MODEL_SECURITY = migrations.RunSQL(
    [
        "ALTER TABLE registry_targetingmodel ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE registry_targetingmodel FORCE ROW LEVEL SECURITY",
        f"""CREATE POLICY in_scope ON registry_targetingmodel
        USING (({_WRITTEN} OR {_OF_COUNTY}) AND {_SEEN})
        WITH CHECK ({_WRITTEN} AND {_SEEN})""",
    ],
    [
        "DROP POLICY in_scope ON registry_targetingmodel",
        "ALTER TABLE registry_targetingmodel NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE registry_targetingmodel DISABLE ROW LEVEL SECURITY",
    ],
)
# A score follows its household into another village.
SAME_DIVISION = migrations.RunSQL(
    """ALTER TABLE registry_targetingscore ADD CONSTRAINT registry_targetingscore_same_division
    FOREIGN KEY (household_id, division_code)
    REFERENCES registry_household (id, division_code)
    ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED""",
    "ALTER TABLE registry_targetingscore DROP CONSTRAINT registry_targetingscore_same_division",
)


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0011_crosscheck_security"),
    ]

    operations = [
        migrations.CreateModel(
            name="TargetingModel",
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
                ("snapshot", models.BigIntegerField()),
                ("income_year", models.PositiveSmallIntegerField()),
                ("line_fen", models.BigIntegerField()),
                ("households", models.PositiveIntegerField()),
                ("fitted", models.PositiveIntegerField()),
                ("folds", models.PositiveSmallIntegerField()),
                ("seed", models.PositiveIntegerField()),
                ("errors", models.JSONField()),
                ("terms", models.JSONField()),
                ("user_id", models.BigIntegerField()),
                ("username", models.CharField(max_length=150)),
                ("fitted_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["division_code", "-id"],
                        name="registry_targeting_county",
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
                        name="registry_targetingmodel_division_code_ok",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TargetingScore",
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
                ("income_fen", models.BigIntegerField(null=True)),
                ("score_fen", models.BigIntegerField(null=True)),
                ("guarantees_unmet", models.PositiveSmallIntegerField()),
                (
                    "household",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="targeting_score",
                        to="registry.household",
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scores",
                        to="registry.targetingmodel",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["division_code"], name="registry_targeting_division"
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
                        name="registry_targetingscore_division_code_ok",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("guarantees_unmet__lte", 6)),
                        name="registry_targetingscore_six_guarantees",
                    ),
                ],
            },
        ),
        MODEL_SECURITY,
        row_security("registry_targetingscore", seen_from=TOWNSHIP_AND_ABOVE),
        SAME_DIVISION,
        append_only("registry_targetingmodel"),
    ]
