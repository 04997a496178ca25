from django.db import migrations

from bangfu.scope.row_security import append_only, row_security


def same_division(table: str) -> migrations.RunSQL:
    """Keep the repeated division code equal to the household's, by foreign key."""
    return migrations.RunSQL(
        f"""ALTER TABLE {table} ADD CONSTRAINT {table}_same_division
        FOREIGN KEY (household_id, division_code) REFERENCES registry_household (id, division_code)
        ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED""",
        f"ALTER TABLE {table} DROP CONSTRAINT {table}_same_division",
    )


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_register")]

    operations = [
        *[same_division(f"registry_{name}") for name in ("member", "income", "flag")],
        *[
            row_security(f"registry_{name}")
            for name in (
                "household",
                "member",
                "income",
                "flag",
                "import",
                "householdevent",
                "memberevent",
                "incomeevent",
            )
        ],
        *[
            append_only(f"registry_{name}")
            for name in ("householdevent", "memberevent", "incomeevent")
        ],
    ]
