"""A helper's households are those of the city's day, also between its midnight and eight.

Databases that were made before compare with the day in Greenwich; their rules are changed.
"""

from importlib import import_module

from django.db import migrations

TODAY = import_module("bangfu.pairing.migrations.0002_row_security").TODAY.replace(
    "'", "''"
)
CHANGE = f"""
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT schemaname, tablename, policyname, qual FROM pg_policies
        WHERE qual LIKE '%CURRENT_DATE%'
    LOOP
        EXECUTE format('ALTER POLICY %I ON %I.%I USING (%s)', one.policyname,
            one.schemaname, one.tablename,
            replace(one.qual, 'CURRENT_DATE', '{TODAY}'));
    END LOOP;
END $$
"""  # noqa: S608 - constants


class Migration(migrations.Migration):
    dependencies = [("pairing", "0007_helpers_see_own_sheets")]

    operations = [migrations.RunSQL(CHANGE, migrations.RunSQL.noop)]
