from django.conf import settings
from django.db import migrations

from bangfu.scope.row_security import append_only, row_security

# "Sees all" is asked as IS NOT NULL because the planner takes that for nearly always
# true; it takes `setting = ''` for one row in 200 and then loops over whole tables.
SEES_ALL = "nullif(current_setting('bangfu.sees_all'), '') IS NOT NULL"
# The day in the city: the database's own day is that of Greenwich.
TODAY = f"(statement_timestamp() AT TIME ZONE '{settings.TIME_ZONE}')::date"
# A helper sees only the households that he or she is responsible for today. The list is
# asked for once a query (an uncorrelated subquery), not once a row.
OWN_HOUSEHOLDS = f"""
{SEES_ALL} OR {{column}} = ANY (ARRAY(
    SELECT p.household_id FROM pairing_pairing p
    WHERE p.official_id = nullif(current_setting('bangfu.official_id'), '')::bigint
      AND p.started_date <= {TODAY}
      AND (p.ended_date IS NULL OR p.ended_date > {TODAY})))
"""  # noqa: S608 - constants
OWN_PAIRINGS = f"""
{SEES_ALL} OR official_id = nullif(current_setting('bangfu.official_id'), '')::bigint
"""
OWN_ROW = f"""
{SEES_ALL} OR id = nullif(current_setting('bangfu.official_id'), '')::bigint
"""
NOT_FOR_HELPERS = SEES_ALL


def restrict(table: str, rule: str) -> migrations.RunSQL:
    """Narrow what a helper sees of `table` to his or her own."""
    return migrations.RunSQL(
        f"CREATE POLICY own_households ON {table} AS RESTRICTIVE USING ({rule})",
        f"DROP POLICY own_households ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("pairing", "0001_pairing"), ("registry", "0002_row_security")]

    operations = [
        *[
            row_security(f"pairing_{name}")
            for name in (
                "unit",
                "official",
                "kin",
                "run",
                "runpair",
                "pairing",
                "unitevent",
                "officialevent",
                "pairingevent",
            )
        ],
        *[
            append_only(f"pairing_{name}")
            for name in ("unitevent", "officialevent", "pairingevent")
        ],
        restrict("registry_household", OWN_HOUSEHOLDS.format(column="id")),
        *[
            restrict(f"registry_{name}", OWN_HOUSEHOLDS.format(column="household_id"))
            for name in ("member", "income", "flag")
        ],
        restrict("registry_householdevent", OWN_HOUSEHOLDS.format(column="id")),
        *[
            restrict(f"registry_{name}", OWN_HOUSEHOLDS.format(column="household_id"))
            for name in ("memberevent", "incomeevent")
        ],
        restrict("pairing_pairing", OWN_PAIRINGS),
        restrict("pairing_pairingevent", OWN_PAIRINGS),
        restrict("pairing_official", OWN_ROW),
        restrict("pairing_kin", NOT_FOR_HELPERS),
        restrict("pairing_run", NOT_FOR_HELPERS),
        restrict("pairing_runpair", NOT_FOR_HELPERS),
        restrict("registry_import", NOT_FOR_HELPERS),
    ]
