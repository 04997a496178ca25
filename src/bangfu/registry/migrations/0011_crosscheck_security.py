"""Hits stay above the village, lists above the township; verdicts are only added."""

from django.db import migrations

from bangfu.scope.row_security import row_security, security_by_rule, within_range

COUNTY, TOWNSHIP = 6, 9
# A helper sees no hits, wherever the grant lies: not of the own households either.
ABOVE_VILLAGE = (
    within_range("division_code", "bangfu.scope_lo", "bangfu.scope_hi")
    + f" AND current_setting('bangfu.level')::int <= {TOWNSHIP}"
    + " AND current_setting('bangfu.official_id') = ''"
)


def follows(table: str, parent: str, column: str) -> migrations.RunSQL:
    """Keep the repeated division code equal to the parent's, also when that moves."""
    return migrations.RunSQL(
        f"""ALTER TABLE registry_{table} ADD CONSTRAINT registry_{table}_same_division
        FOREIGN KEY ({column}, division_code)
        REFERENCES registry_{parent} (id, division_code)
        ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED""",
        f"ALTER TABLE registry_{table} DROP CONSTRAINT registry_{table}_same_division",
    )


# A verdict may follow its hit into another village, and change in nothing else.
KEEP = """
CREATE FUNCTION registry_keep_verdict() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
       AND to_jsonb(NEW) - 'division_code' = to_jsonb(OLD) - 'division_code'
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% on registry_verdict is refused: rows are only added', TG_OP
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER keep_verdict BEFORE UPDATE OR DELETE ON registry_verdict
FOR EACH ROW EXECUTE FUNCTION registry_keep_verdict();
"""
NOT_KEEP = """
DROP TRIGGER keep_verdict ON registry_verdict;
DROP FUNCTION registry_keep_verdict();
"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0010_crosschecks")]

    operations = [
        follows("hit", "household", "household_id"),
        follows("verdict", "hit", "hit_id"),
        row_security("registry_externallist", seen_from=COUNTY),
        row_security("registry_externalrow", seen_from=COUNTY),
        *[
            security_by_rule(f"registry_{table}", ABOVE_VILLAGE)
            for table in ("hit", "verdict", "checkrun")
        ],
        migrations.RunSQL(KEEP, NOT_KEEP),
    ]
