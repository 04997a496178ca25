"""Administrators read the account acts of their division; a user's acts have an index.

Only reading is widened: what may be written stays one's own or within one's scope.
"""

from django.db import migrations, models

from bangfu.scope.row_security import within_range

OWN_OR_IN_SCOPE = f"""
user_id = current_setting('bangfu.user_id')::bigint OR {within_range("division_code", "bangfu.scope_lo", "bangfu.scope_hi")}
"""
ACCOUNT_ACT = f"""
action LIKE 'accounts.%' AND {within_range("division_code", "bangfu.accounts_lo", "bangfu.accounts_hi")}
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_events")]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["username", "-id"], name="audit_username"),
        ),
        migrations.RunSQL(
            f"ALTER POLICY in_scope ON audit_event"
            f" USING ({OWN_OR_IN_SCOPE} OR {ACCOUNT_ACT})",
            f"ALTER POLICY in_scope ON audit_event USING ({OWN_OR_IN_SCOPE})",
        ),
    ]
