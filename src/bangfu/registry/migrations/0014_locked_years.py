from django.db import migrations

from bangfu.scope.row_security import append_only, row_security

SCOPED = (
    "collection",
    "surveysheet",
    "surveysheetevent",
    "guarantee",
    "guaranteeevent",
    "villageyear",
    "villageyearevent",
)


def same_division(table: str) -> migrations.RunSQL:
    """Keep the repeated division code equal to the household's, by foreign key."""
    return migrations.RunSQL(
        f"""ALTER TABLE registry_{table} ADD CONSTRAINT registry_{table}_same_division
        FOREIGN KEY (household_id, division_code)
        REFERENCES registry_household (id, division_code)
        ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED""",
        f"ALTER TABLE registry_{table} DROP CONSTRAINT registry_{table}_same_division",
    )


# A locked year stays as it is for every role. A locked row may follow its household into
# another village, and change in nothing else. Whether a row is locked stands in the row,
# so that nobody's scope can hide it.
GUARDS = """
CREATE FUNCTION registry_keep_locked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- The net is computed after this trigger, and follows from the other columns.
    free text[] := ARRAY['division_code', 'net_fen'];
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - free = to_jsonb(OLD) - free
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% on % is refused: the year is locked', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER keep_locked BEFORE UPDATE OR DELETE ON registry_income
FOR EACH ROW WHEN (OLD.locked_at IS NOT NULL) EXECUTE FUNCTION registry_keep_locked();
CREATE TRIGGER keep_locked BEFORE UPDATE OR DELETE ON registry_surveysheet
FOR EACH ROW WHEN (OLD.locked_at IS NOT NULL) EXECUTE FUNCTION registry_keep_locked();
CREATE TRIGGER keep_locked BEFORE UPDATE OR DELETE ON registry_collection
FOR EACH ROW WHEN (OLD.locked_at IS NOT NULL) EXECUTE FUNCTION registry_keep_locked();
CREATE TRIGGER keep_locked BEFORE UPDATE OR DELETE ON registry_villageyear
FOR EACH ROW WHEN (OLD.locked_at IS NOT NULL) EXECUTE FUNCTION registry_keep_locked();

CREATE FUNCTION registry_keep_guarantee() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
       AND to_jsonb(NEW) - 'division_code' = to_jsonb(OLD) - 'division_code'
    THEN
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT FROM registry_surveysheet s
               WHERE s.id = OLD.sheet_id AND s.locked_at IS NULL)
    THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    RAISE EXCEPTION '% on % is refused: the year is locked', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER keep_locked BEFORE UPDATE OR DELETE ON registry_guarantee
FOR EACH ROW EXECUTE FUNCTION registry_keep_guarantee();

CREATE FUNCTION registry_keep_year() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the year of a row of % is not changed', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER keep_year BEFORE UPDATE ON registry_income
FOR EACH ROW WHEN (NEW.year <> OLD.year) EXECUTE FUNCTION registry_keep_year();
CREATE TRIGGER keep_year BEFORE UPDATE ON registry_surveysheet
FOR EACH ROW WHEN (NEW.year <> OLD.year) EXECUTE FUNCTION registry_keep_year();
CREATE TRIGGER keep_year BEFORE UPDATE ON registry_villageyear
FOR EACH ROW WHEN (NEW.year <> OLD.year) EXECUTE FUNCTION registry_keep_year();

-- A locked year takes in only what states a reason; who comes during the lock waits.
CREATE FUNCTION registry_check_added() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    locked timestamptz;
BEGIN
    FOR locked IN
        SELECT c.locked_at FROM registry_collection c
        WHERE EXISTS (SELECT FROM added a WHERE a.division_code = c.division_code
                      AND a.year = c.year AND a.reason = '')
        ORDER BY c.division_code, c.year FOR SHARE
    LOOP
        IF locked IS NOT NULL THEN
            RAISE EXCEPTION 'INSERT on % is refused: the year is locked', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER check_added AFTER INSERT ON registry_income
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION registry_check_added();
CREATE TRIGGER check_added AFTER INSERT ON registry_surveysheet
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION registry_check_added();
CREATE TRIGGER check_added AFTER INSERT ON registry_villageyear
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION registry_check_added();

-- A correction is of the same household or village, the same year, and a locked row.
CREATE FUNCTION registry_check_correction() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    fits boolean;
BEGIN
    EXECUTE format(
        'SELECT EXISTS (SELECT FROM %I o WHERE o.id = ($1).corrects_id
           AND o.year = ($1).year AND o.%I = ($1).%I AND o.locked_at IS NOT NULL)',
        TG_TABLE_NAME, TG_ARGV[0], TG_ARGV[0])
    INTO fits USING NEW;
    IF NOT fits THEN
        RAISE EXCEPTION 'row % of % corrects nothing that is locked', NEW.id, TG_TABLE_NAME
        USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_correction BEFORE INSERT ON registry_income
FOR EACH ROW WHEN (NEW.corrects_id IS NOT NULL)
EXECUTE FUNCTION registry_check_correction('household_id');
CREATE TRIGGER check_correction BEFORE INSERT ON registry_surveysheet
FOR EACH ROW WHEN (NEW.corrects_id IS NOT NULL)
EXECUTE FUNCTION registry_check_correction('household_id');
CREATE TRIGGER check_correction BEFORE INSERT ON registry_villageyear
FOR EACH ROW WHEN (NEW.corrects_id IS NOT NULL)
EXECUTE FUNCTION registry_check_correction('division_code');

CREATE FUNCTION registry_keep_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER keep_all BEFORE TRUNCATE ON registry_surveysheet
FOR EACH STATEMENT EXECUTE FUNCTION registry_keep_all();
CREATE TRIGGER keep_all BEFORE TRUNCATE ON registry_guarantee
FOR EACH STATEMENT EXECUTE FUNCTION registry_keep_all();
CREATE TRIGGER keep_all BEFORE TRUNCATE ON registry_collection
FOR EACH STATEMENT EXECUTE FUNCTION registry_keep_all();
CREATE TRIGGER keep_all BEFORE TRUNCATE ON registry_villageyear
FOR EACH STATEMENT EXECUTE FUNCTION registry_keep_all();
CREATE TRIGGER keep_all BEFORE TRUNCATE ON registry_income
FOR EACH STATEMENT EXECUTE FUNCTION registry_keep_all();
"""
_TABLES = ("income", "surveysheet", "collection", "villageyear", "guarantee")
_TRIGGERS = {
    "keep_locked": _TABLES,
    "keep_year": ("income", "surveysheet", "villageyear"),
    "check_added": ("income", "surveysheet", "villageyear"),
    "check_correction": ("income", "surveysheet", "villageyear"),
    "keep_all": _TABLES,
}
NO_GUARDS = [
    *[
        f"DROP TRIGGER {trigger} ON registry_{table}"
        for trigger, tables in _TRIGGERS.items()
        for table in tables
    ],
    *[
        f"DROP FUNCTION registry_{name}()"
        for name in (
            "keep_locked",
            "keep_guarantee",
            "keep_year",
            "check_added",
            "check_correction",
            "keep_all",
        )
    ],
]


class Migration(migrations.Migration):
    dependencies = [("registry", "0013_surveys")]

    operations = [
        *[row_security(f"registry_{name}") for name in SCOPED],
        *[append_only(f"registry_{name}") for name in SCOPED if name.endswith("event")],
        same_division("surveysheet"),
        same_division("guarantee"),
        migrations.RunSQL(GUARDS, NO_GUARDS),
    ]
