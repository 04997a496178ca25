from django.db import migrations, models
from django.db.models import F, Q

from bangfu.scope.fields import CODE_PATTERN, DivisionCodeField


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_users_and_grants")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="home_code",
            field=DivisionCodeField(blank=True, default=""),
        ),
        migrations.AlterField(
            model_name="user",
            name="one_time_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=Q(home_code="") | Q(home_code__regex=CODE_PATTERN),
                name="accounts_user_home_code_ok",
            ),
        ),
        migrations.RemoveConstraint("grant", "accounts_grant_period_ok"),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=Q(valid_to_date__isnull=True)
                | Q(valid_to_date__gte=F("valid_from_date")),
                name="accounts_grant_period_ok",
            ),
        ),
        migrations.RemoveConstraint("grant", "accounts_grant_once"),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.UniqueConstraint(
                fields=["user", "role", "division_code"],
                condition=Q(valid_to_date__isnull=True),
                name="accounts_grant_open_once",
            ),
        ),
    ]
