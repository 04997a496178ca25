from django.db import migrations

from bangfu.scope.row_security import (
    append_only,
    row_security,
    security_by_rule,
    within_range,
)

SEES_ALL = "nullif(current_setting('bangfu.sees_all'), '') IS NOT NULL"
# Who complained is closed to every level below the one that handles it.
HANDLER = f"""
{within_range("division_code", "bangfu.scope_lo", "bangfu.scope_hi")}
AND current_setting('bangfu.level')::int <= handler_level
"""


def same(table: str, columns: str, other: str, keys: str) -> migrations.RunSQL:
    """Keep repeated columns equal to those of the row that a key refers to."""
    name = f"{table}_same_{other.removeprefix('publicity_')}"
    return migrations.RunSQL(
        f"""ALTER TABLE {table} ADD CONSTRAINT {name}
        FOREIGN KEY ({columns}) REFERENCES {other} ({keys})
        ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED""",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [("publicity", "0001_publicity")]

    operations = [
        same(
            "publicity_posting",
            "notice_id, division_code",
            "publicity_notice",
            "id, division_code",
        ),
        same("publicity_entry", "notice_id, kind", "publicity_notice", "id, kind"),
        same(
            "publicity_objection",
            "entry_id, notice_id",
            "publicity_entry",
            "id, notice_id",
        ),
        same(
            "publicity_complaint",
            "objection_id, handler_level",
            "publicity_objection",
            "id, handler_level",
        ),
        *[
            row_security(f"publicity_{name}")
            for name in (
                "notice",
                "noticeevent",
                "posting",
                "entry",
                "outcome",
                "objection",
                "objectionevent",
            )
        ],
        security_by_rule("publicity_complaint", HANDLER),
        migrations.RunSQL(
            "CREATE POLICY not_for_helpers ON publicity_complaint AS RESTRICTIVE"
            f" USING ({SEES_ALL})",
            "DROP POLICY not_for_helpers ON publicity_complaint",
        ),
        *[
            append_only(f"publicity_{name}")
            for name in ("noticeevent", "posting", "outcome", "objectionevent")
        ],
    ]
