import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Now

from bangfu.scope.fields import DivisionCodeField, division_code_check
from bangfu.scope.row_security import security_by_rule, within_range

ROLES = [
    "city",
    "county",
    "township",
    "village",
    "team",
    "helper",
    "department",
    "inspector",
    "preparer",
    "approver",
    "payer",
    "auditor",
    "leadership",
    "administrator",
]
OWN_OR_MANAGED = f"""
user_id = current_setting('bangfu.user_id')::bigint OR {within_range("division_code", "bangfu.accounts_lo", "bangfu.accounts_hi")}
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="User",
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
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="last login"
                    ),
                ),
                ("username", models.CharField(max_length=60, unique=True)),
                ("name", models.CharField(max_length=60)),
                ("unit_name", models.CharField(blank=True, max_length=120)),
                ("is_active", models.BooleanField(default=True)),
                ("must_change_password", models.BooleanField(default=True)),
                ("one_time_until", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(db_default=Now())),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(username__regex="^[a-z0-9][a-z0-9._-]{1,59}$"),
                        name="accounts_user_username_ok",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Grant",
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
                (
                    "role",
                    models.CharField(choices=[(r, r) for r in ROLES], max_length=20),
                ),
                ("division_code", DivisionCodeField()),
                ("official_id", models.BigIntegerField(null=True)),
                ("valid_from_date", models.DateField()),
                ("valid_to_date", models.DateField(null=True)),
                ("granted_by_id", models.BigIntegerField()),
                ("granted_at", models.DateTimeField(db_default=Now())),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    division_code_check("accounts_grant"),
                    models.CheckConstraint(
                        condition=Q(role__in=ROLES), name="accounts_grant_role_known"
                    ),
                    models.CheckConstraint(
                        condition=Q(role="helper", official_id__isnull=False)
                        | ~Q(role="helper") & Q(official_id__isnull=True),
                        name="accounts_grant_helper_is_official",
                    ),
                    models.CheckConstraint(
                        condition=Q(valid_to_date__isnull=True)
                        | Q(valid_to_date__gt=F("valid_from_date")),
                        name="accounts_grant_period_ok",
                    ),
                    models.CheckConstraint(
                        condition=~Q(granted_by_id=F("user_id")),
                        name="accounts_grant_not_to_oneself",
                    ),
                    models.UniqueConstraint(
                        fields=("user", "role", "division_code", "valid_from_date"),
                        name="accounts_grant_once",
                    ),
                ],
            },
        ),
        security_by_rule("accounts_grant", OWN_OR_MANAGED),
    ]
