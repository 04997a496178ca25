from django.db import migrations

# Rule V5 must know of a second registration anywhere in the city, but an office may not
# see another county's households: the function tells the county and nothing else. Its
# own settings widen row security while it runs and are gone when it returns.
REGISTERED_ELSEWHERE = """
CREATE FUNCTION registry_registered_elsewhere(numbers bytea[], lo text, hi text)
RETURNS TABLE (identity_index bytea, county_code text)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
SET bangfu.grant_id = '0'
SET bangfu.scope_lo = ''
SET bangfu.scope_hi = ':'
SET bangfu.level = '0'
SET bangfu.official_id = ''
AS $$
    SELECT DISTINCT m.identity_index, left(m.division_code, 6)
    FROM unnest(numbers) AS wanted (identity_index)
    JOIN registry_member m ON m.identity_index = wanted.identity_index
    JOIN registry_household h ON h.id = m.household_id
    WHERE m.left_date IS NULL AND h.status <> '9'
      AND NOT (m.division_code >= lo COLLATE "C" AND m.division_code < hi COLLATE "C")
$$
"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_row_security")]

    operations = [
        migrations.RunSQL(
            REGISTERED_ELSEWHERE,
            "DROP FUNCTION registry_registered_elsewhere(bytea[], text, text)",
        )
    ]
