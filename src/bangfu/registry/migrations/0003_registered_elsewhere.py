from django.db import migrations

# Rule V5 must know of a second registration anywhere in the city, but an office may not
# see another county's households: the function tells the county and nothing else. It
# widens the scope that row security reads while its one query runs, and puts it back;
# when the query fails, the transaction's own settings end with it.
REGISTERED_ELSEWHERE = """
CREATE FUNCTION registry_registered_elsewhere(numbers bytea[], lo text, hi text)
RETURNS TABLE (identity_index bytea, county_code text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    was_lo text := current_setting('bangfu.scope_lo');
    was_hi text := current_setting('bangfu.scope_hi');
    was_all text := current_setting('bangfu.sees_all');
BEGIN
    PERFORM set_config('bangfu.scope_lo', '', true),
            set_config('bangfu.scope_hi', ':', true),
            set_config('bangfu.sees_all', '1', true);
    RETURN QUERY
        SELECT DISTINCT m.identity_index, left(m.division_code, 6)
        FROM unnest(numbers) AS wanted (number)
        JOIN registry_member m ON m.identity_index = wanted.number
        JOIN registry_household h ON h.id = m.household_id
        WHERE m.left_date IS NULL AND h.status <> '9'
          AND NOT (m.division_code >= lo COLLATE "C"
                   AND m.division_code < hi COLLATE "C");
    PERFORM set_config('bangfu.scope_lo', was_lo, true),
            set_config('bangfu.scope_hi', was_hi, true),
            set_config('bangfu.sees_all', was_all, true);
END
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
