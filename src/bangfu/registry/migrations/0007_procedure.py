from django.db import migrations

from bangfu.registry.cases.procedure import transitions
from bangfu.scope.row_security import append_only, row_security

COUNTY_AND_ABOVE = 6
SCOPED = (
    "case",
    "step",
    "meeting",
    "ballot",
    "document",
    "exithold",
    "monitoring",
    "monitoringevent",
    "lineageevent",
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


# A case moves only by a step, a step is a row of the table, and both stay as they are.
# A step may follow its case into another village, and change in nothing else.
GUARDS = """
CREATE FUNCTION registry_check_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_case registry_case;
BEGIN
    SELECT * INTO of_case FROM registry_case c WHERE c.id = NEW.case_id;
    IF NEW.transition_id IS DISTINCT FROM of_case.kind || ':' || NEW.act || ':'
            || NEW.from_state || ':' || NEW.to_state
       OR NOT EXISTS (SELECT FROM registry_transition t WHERE t.key = NEW.transition_id)
    THEN
        RAISE EXCEPTION 'no such step: % of a case of %', NEW.transition_id, of_case.kind
        USING ERRCODE = 'check_violation';
    END IF;
    IF (of_case.last_step_id IS NULL) <> (NEW.from_state = '')
       OR (of_case.last_step_id IS NOT NULL AND of_case.state <> NEW.from_state)
    THEN
        RAISE EXCEPTION 'case % is not in state "%"', NEW.case_id, NEW.from_state
        USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_step BEFORE INSERT ON registry_step
FOR EACH ROW EXECUTE FUNCTION registry_check_step();

CREATE FUNCTION registry_keep_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
       AND to_jsonb(NEW) - 'division_code' = to_jsonb(OLD) - 'division_code'
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% on registry_step is refused: rows are only added', TG_OP
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER keep_step BEFORE UPDATE OR DELETE ON registry_step
FOR EACH ROW EXECUTE FUNCTION registry_keep_step();

CREATE FUNCTION registry_check_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.kind, NEW.household_id, NEW.opened_at)
            IS DISTINCT FROM (OLD.kind, OLD.household_id, OLD.opened_at)
    THEN
        RAISE EXCEPTION '% on registry_case is refused: a case stays', TG_OP
        USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.state, NEW.last_step_id) IS DISTINCT FROM (OLD.state, OLD.last_step_id)
       AND (NEW.last_step_id IS NOT DISTINCT FROM OLD.last_step_id OR NOT EXISTS (
        SELECT FROM registry_step s
        WHERE s.id = NEW.last_step_id AND s.case_id = NEW.id
          AND s.to_state = NEW.state
          AND s.from_state = CASE WHEN OLD.last_step_id IS NULL THEN '' ELSE OLD.state END))
    THEN
        RAISE EXCEPTION 'case % changes from "%" to "%" without a step of the table',
            NEW.id, OLD.state, NEW.state
        USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_case BEFORE UPDATE OR DELETE ON registry_case
FOR EACH ROW EXECUTE FUNCTION registry_check_case();

CREATE FUNCTION registry_check_last_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted bigint := CASE WHEN TG_TABLE_NAME = 'registry_case'
        THEN (to_jsonb(NEW) ->> 'id')::bigint
        ELSE (to_jsonb(NEW) ->> 'case_id')::bigint END;
    names text[] := ARRAY['scope_lo', 'scope_hi', 'sees_all', 'grant_id'];
    before text[];
BEGIN
    -- Whether it is right does not depend on who asks, nor on a scope that has ended.
    SELECT array_agg(coalesce(current_setting('bangfu.' || n, true), '') ORDER BY i)
    INTO before FROM unnest(names) WITH ORDINALITY AS u (n, i);
    PERFORM set_config('bangfu.scope_lo', '', true),
            set_config('bangfu.scope_hi', ':', true),
            set_config('bangfu.sees_all', '1', true),
            set_config('bangfu.grant_id', coalesce(nullif(before[4], ''), '0'), true);
    IF NOT EXISTS (
        SELECT FROM registry_case c JOIN registry_step s ON s.id = c.last_step_id
        WHERE c.id = wanted AND s.case_id = c.id AND s.to_state = c.state
          AND s.id = (SELECT max(n.id) FROM registry_step n WHERE n.case_id = c.id))
    THEN
        RAISE EXCEPTION 'case % is not where its last step left it', wanted
        USING ERRCODE = 'check_violation';
    END IF;
    PERFORM set_config('bangfu.' || n, before[i], true)
    FROM unnest(names) WITH ORDINALITY AS u (n, i);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER check_last_step AFTER INSERT ON registry_case
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION registry_check_last_step();
CREATE CONSTRAINT TRIGGER check_last_step AFTER INSERT ON registry_step
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION registry_check_last_step();
"""
NO_GUARDS = """
DROP TRIGGER check_last_step ON registry_step;
DROP TRIGGER check_last_step ON registry_case;
DROP TRIGGER check_case ON registry_case;
DROP TRIGGER keep_step ON registry_step;
DROP TRIGGER check_step ON registry_step;
DROP FUNCTION registry_check_last_step();
DROP FUNCTION registry_check_case();
DROP FUNCTION registry_keep_step();
DROP FUNCTION registry_check_step();
"""


def seed(apps, schema_editor) -> None:
    """Write the table of steps down; a test holds it against the code."""
    transition = apps.get_model("registry", "Transition")
    using = transition.objects.using(schema_editor.connection.alias)
    using.bulk_create(transition(key=key) for key in sorted(transitions()))


class Migration(migrations.Migration):
    dependencies = [("registry", "0006_cases")]

    operations = [
        *[row_security(f"registry_{name}") for name in SCOPED],
        row_security("registry_framehousehold", seen_from=COUNTY_AND_ABOVE),
        *[
            append_only(f"registry_{name}")
            for name in ("monitoringevent", "lineageevent", "meeting", "ballot")
        ],
        *[
            follows(name, "household", "household_id")
            for name in ("case", "exithold", "monitoring")
        ],
        follows("step", "case", "case_id"),
        follows("document", "case", "case_id"),
        migrations.RunPython(seed, migrations.RunPython.noop),
        migrations.RunSQL(GUARDS, NO_GUARDS),
    ]
