import datetime

import django.db.models.functions.text
from django.db import migrations, models

import bangfu.scope.fields

# A code is a line, a stretch of validity a piece of it: two pieces may not share a day.
# Boxes, because they are built in and their index takes the nation's 665,000 rows in
# 13 s where ranges take 30 s. Day 999999 after 1900 stands for "still valid".
_CODE_VALID_ONCE = """
ALTER TABLE divisions_division ADD CONSTRAINT division_code_valid_once EXCLUDE USING gist (
  box(point(code::bigint, valid_from_date - date '1900-01-01'),
      point(code::bigint, coalesce(valid_to_date - date '1900-01-01' - 1, 999999)))
  WITH &&)
"""


def _flag_once(flag):
    return f"""
ALTER TABLE divisions_villageflag ADD CONSTRAINT village_flag_once_{flag} EXCLUDE USING gist (
  int8range(code::bigint, code::bigint, '[]') WITH &&,
  daterange(valid_from_date, valid_to_date) WITH &&) WHERE (flag = '{flag}')
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Boundary",
            fields=[
                (
                    "code",
                    bangfu.scope.fields.DivisionCodeField(
                        primary_key=True, serialize=False
                    ),
                ),
                ("geometry", models.JSONField()),
                ("source", models.CharField(max_length=200)),
            ],
            options={
                "verbose_name_plural": "boundaries",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "code__regex",
                                "^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$",
                            )
                        ),
                        name="divisions_boundary_code_ok",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Division",
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
                ("code", bangfu.scope.fields.DivisionCodeField()),
                ("name", models.CharField(max_length=120)),
                ("level", models.PositiveSmallIntegerField()),
                ("parent_code", bangfu.scope.fields.DivisionCodeField(blank=True)),
                ("kind", models.CharField(blank=True, max_length=20)),
                ("urban_rural_class", models.CharField(blank=True, max_length=3)),
                ("valid_from_date", models.DateField()),
                ("valid_to_date", models.DateField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["parent_code"], name="division_parent")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "code__regex",
                                "^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$",
                            )
                        ),
                        name="divisions_division_code_ok",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("level", django.db.models.functions.text.Length("code"))
                        ),
                        name="division_level_is_length",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "parent_code",
                                django.db.models.functions.text.Left(
                                    "code",
                                    django.db.models.functions.text.Length(
                                        "parent_code"
                                    ),
                                ),
                            )
                        ),
                        name="division_code_in_parent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_from_date__gte", datetime.date(1900, 1, 1))
                        ),
                        name="division_valid_from_1900",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to_date__isnull", True),
                            ("valid_to_date__gt", models.F("valid_from_date")),
                            _connector="OR",
                        ),
                        name="division_valid_some_day",
                    ),
                    models.UniqueConstraint(
                        fields=("code", "valid_from_date"), name="division_code_from"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Place",
            fields=[
                (
                    "code",
                    bangfu.scope.fields.DivisionCodeField(
                        primary_key=True, serialize=False
                    ),
                ),
                ("longitude", models.FloatField()),
                ("latitude", models.FloatField()),
                ("origin_longitude", models.SmallIntegerField()),
                ("origin_latitude", models.SmallIntegerField()),
                ("x_km", models.FloatField()),
                ("y_km", models.FloatField()),
                ("source", models.CharField(max_length=10)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "code__regex",
                                "^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$",
                            )
                        ),
                        name="divisions_place_code_ok",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("latitude__range", (-90, 90)),
                            ("longitude__range", (-180, 180)),
                        ),
                        name="place_on_earth",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Succession",
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
                ("from_code", bangfu.scope.fields.DivisionCodeField()),
                ("to_code", bangfu.scope.fields.DivisionCodeField()),
                ("effective_date", models.DateField()),
                ("kind", models.CharField(max_length=10)),
            ],
            options={
                "indexes": [models.Index(fields=["to_code"], name="succession_to")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "from_code__regex",
                                "^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$",
                            )
                        ),
                        name="divisions_succession_from_code_ok",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "to_code__regex",
                                "^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$",
                            )
                        ),
                        name="divisions_succession_to_code_ok",
                    ),
                    models.UniqueConstraint(
                        fields=("from_code", "to_code", "effective_date"),
                        name="succession_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VillageFlag",
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
                ("code", bangfu.scope.fields.DivisionCodeField()),
                ("flag", models.CharField(max_length=15)),
                ("valid_from_date", models.DateField()),
                ("valid_to_date", models.DateField(null=True)),
                ("document", models.CharField(max_length=200)),
            ],
            options={
                "indexes": [models.Index(fields=["code"], name="village_flag_code")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[0-9]{12}$")),
                        name="village_flag_of_village",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("flag__in", ["poor", "deep_poor", "demonstration"])
                        ),
                        name="village_flag_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to_date__isnull", True),
                            ("valid_to_date__gt", models.F("valid_from_date")),
                            _connector="OR",
                        ),
                        name="village_flag_some_day",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            _CODE_VALID_ONCE,
            "ALTER TABLE divisions_division DROP CONSTRAINT division_code_valid_once",
        ),
        *(
            migrations.RunSQL(
                _flag_once(flag),
                f"ALTER TABLE divisions_villageflag DROP CONSTRAINT village_flag_once_{flag}",
            )
            for flag in ("poor", "deep_poor", "demonstration")
        ),
    ]
