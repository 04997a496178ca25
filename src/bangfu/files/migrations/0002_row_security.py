from django.db import migrations

from bangfu.scope.row_security import (
    append_only,
    row_security,
    security_by_rule,
    within_range,
)

SEEN = f"""
{within_range("division_code", "bangfu.scope_lo", "bangfu.scope_hi")}
AND current_setting('bangfu.level')::int <= seen_from
"""
# A helper sees the evidence that he or she attached, nobody else's.
OWN = """
nullif(current_setting('bangfu.sees_all'), '') IS NOT NULL
OR attached_by_id = current_setting('bangfu.user_id')::bigint
"""


class Migration(migrations.Migration):
    dependencies = [("files", "0001_files")]

    operations = [
        migrations.RunSQL(
            """ALTER TABLE files_attachment ADD CONSTRAINT files_attachment_same_division
            FOREIGN KEY (file_id, division_code) REFERENCES files_file (id, division_code)
            DEFERRABLE INITIALLY DEFERRED""",
            "ALTER TABLE files_attachment DROP CONSTRAINT files_attachment_same_division",
        ),
        row_security("files_file"),
        security_by_rule("files_attachment", SEEN),
        migrations.RunSQL(
            f"CREATE POLICY own_evidence ON files_attachment AS RESTRICTIVE USING ({OWN})",
            "DROP POLICY own_evidence ON files_attachment",
        ),
        append_only("files_attachment"),
        # A file never changes; one that nothing refers to may be removed.
        migrations.RunSQL(
            [
                """CREATE FUNCTION files_file_fixed() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION '% on files_file is refused: files never change', TG_OP
                USING ERRCODE = 'restrict_violation'; END $$""",
                """CREATE TRIGGER fixed BEFORE UPDATE OR TRUNCATE ON files_file
                FOR EACH STATEMENT EXECUTE FUNCTION files_file_fixed()""",
            ],
            [
                "DROP TRIGGER fixed ON files_file",
                "DROP FUNCTION files_file_fixed()",
            ],
        ),
    ]
