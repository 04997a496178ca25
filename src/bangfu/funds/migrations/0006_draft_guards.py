from django.db import migrations

from bangfu.scope.row_security import row_security

GUARD = """
CREATE FUNCTION funds_draft_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.recorded_at := publicity_now();
        IF NEW.state <> 'waiting' THEN
            RAISE EXCEPTION 'a draft begins waiting' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' OR OLD.state <> 'waiting' OR NEW.state = 'waiting'
        OR (NEW.division_code, NEW.posted_on, NEW.text, NEW.document_no, NEW.movements,
            NEW.total_fen, NEW.reverses_id, NEW.reason, NEW.prepared_by_id, NEW.prepared_at)
        IS DISTINCT FROM
           (OLD.division_code, OLD.posted_on, OLD.text, OLD.document_no, OLD.movements,
            OLD.total_fen, OLD.reverses_id, OLD.reason, OLD.prepared_by_id, OLD.prepared_at)
    THEN
        RAISE EXCEPTION '% on funds_draft is refused: a draft is decided once', TG_OP
        USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON funds_draft
FOR EACH ROW EXECUTE FUNCTION funds_draft_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("funds", "0005_drafts")]

    operations = [
        row_security("funds_draft"),
        migrations.RunSQL(
            GUARD,
            "DROP TRIGGER guard ON funds_draft; DROP FUNCTION funds_draft_guard()",
        ),
    ]
