from django.conf import settings
from django.db import migrations

from bangfu.funds.projects.acts import transitions
from bangfu.scope.row_security import append_only, row_security

SCOPED = (
    "project",
    "projectevent",
    "projectsource",
    "beneficiary",
    "projectstep",
    "projectdocument",
    "annualplan",
    "planitem",
    "appropriation",
    "hop",
    "budgetline",
    "budgetlineevent",
    "order",
    "allocation",
    "allocationact",
    "claim",
    "claimevent",
    "claimdocument",
    "deposit",
    "depositevent",
)
ADDED_ONLY = (
    "projectevent",
    "projectdocument",
    "budgetlineevent",
    "allocationact",
    "claimevent",
    "claimdocument",
    "depositevent",
)
# A helper sees what concerns a household only where he or she sees the household.
OWN_HOUSEHOLDS = """
nullif(current_setting('bangfu.official_id'), '') IS NULL
OR EXISTS (SELECT FROM registry_household h WHERE h.id = {household})
"""


def restrict(table: str, household: str) -> migrations.RunSQL:
    """Narrow what a helper sees of `table` to the own households."""
    rule = OWN_HOUSEHOLDS.format(household=household)
    return migrations.RunSQL(
        f"CREATE POLICY own_households ON {table} AS RESTRICTIVE USING ({rule})",
        f"DROP POLICY own_households ON {table}",
    )


def follows(table: str, parent: str, column: str) -> migrations.RunSQL:
    """Keep the repeated division code equal to the parent's, also when that moves."""
    return migrations.RunSQL(
        f"""ALTER TABLE funds_{table} ADD CONSTRAINT funds_{table}_same_division
        FOREIGN KEY ({column}, division_code)
        REFERENCES funds_{parent} (id, division_code)
        ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED""",
        f"ALTER TABLE funds_{table} DROP CONSTRAINT funds_{table}_same_division",
    )


# A project moves only by a step, a step is a row of the table, and both stay as they are.
STEPS = """
CREATE FUNCTION funds_check_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_project funds_project;
BEGIN
    SELECT * INTO of_project FROM funds_project p WHERE p.id = NEW.project_id;
    IF NEW.transition_id IS DISTINCT FROM NEW.act || ':' || NEW.from_state || ':'
            || NEW.to_state
       OR NOT EXISTS (SELECT FROM funds_projecttransition t WHERE t.key = NEW.transition_id)
    THEN
        RAISE EXCEPTION 'no such step: %', NEW.transition_id
        USING ERRCODE = 'check_violation';
    END IF;
    IF (of_project.last_step_id IS NULL) <> (NEW.from_state = '')
       OR (of_project.last_step_id IS NOT NULL AND of_project.state <> NEW.from_state)
    THEN
        RAISE EXCEPTION 'project % is not in state "%"', NEW.project_id, NEW.from_state
        USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_step BEFORE INSERT ON funds_projectstep
FOR EACH ROW EXECUTE FUNCTION funds_check_step();

CREATE FUNCTION funds_keep_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
       AND to_jsonb(NEW) - 'division_code' = to_jsonb(OLD) - 'division_code'
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% on % is refused: rows are only added', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER keep_step BEFORE UPDATE OR DELETE ON funds_projectstep
FOR EACH ROW EXECUTE FUNCTION funds_keep_step();
CREATE TRIGGER keep_allocation BEFORE UPDATE OR DELETE ON funds_allocation
FOR EACH ROW EXECUTE FUNCTION funds_keep_step();

CREATE FUNCTION funds_check_project() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.opened_at IS DISTINCT FROM OLD.opened_at
    THEN
        RAISE EXCEPTION '% on funds_project is refused: a project stays', TG_OP
        USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.state, NEW.last_step_id) IS DISTINCT FROM (OLD.state, OLD.last_step_id)
       AND (NEW.last_step_id IS NOT DISTINCT FROM OLD.last_step_id OR NOT EXISTS (
        SELECT FROM funds_projectstep s
        WHERE s.id = NEW.last_step_id AND s.project_id = NEW.id
          AND s.to_state = NEW.state
          AND s.from_state = CASE WHEN OLD.last_step_id IS NULL THEN '' ELSE OLD.state END))
    THEN
        RAISE EXCEPTION 'project % changes from "%" to "%" without a step of the table',
            NEW.id, OLD.state, NEW.state
        USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_project BEFORE UPDATE OR DELETE ON funds_project
FOR EACH ROW EXECUTE FUNCTION funds_check_project();
"""
NO_STEPS = """
DROP TRIGGER check_project ON funds_project;
DROP FUNCTION funds_check_project();
DROP TRIGGER keep_allocation ON funds_allocation;
DROP TRIGGER keep_step ON funds_projectstep;
DROP FUNCTION funds_keep_step();
DROP TRIGGER check_step ON funds_projectstep;
DROP FUNCTION funds_check_step();
"""

# What is not in the library is in no plan; what is in no approved plan gets no money.
PLANS = """
CREATE FUNCTION funds_check_planitem() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM funds_project p WHERE p.id = NEW.project_id
                   AND p.state = 'in_library'
                   AND starts_with(p.division_code, NEW.division_code)) THEN
        RAISE EXCEPTION 'project % is not in the library', NEW.project_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'funds_planitem_in_library';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_planitem BEFORE INSERT ON funds_planitem
FOR EACH ROW EXECUTE FUNCTION funds_check_planitem();

CREATE FUNCTION funds_check_allocation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    planned bigint;
    taken bigint;
BEGIN
    IF NOT EXISTS (
        SELECT FROM funds_commitment c JOIN funds_budgetline l ON l.account_id = c.account_id
        WHERE c.id = NEW.commitment_id AND l.id = NEW.line_id
          AND c.amount_fen = NEW.amount_fen AND l.division_code = NEW.county_code)
    THEN
        RAISE EXCEPTION 'an allocation is a commitment of its line'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'funds_allocation_of_line';
    END IF;
    IF NEW.project_id IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT i.amount_fen INTO planned
    FROM funds_project p JOIN funds_budgetline l ON l.id = NEW.line_id
    JOIN funds_planitem i ON i.project_id = p.id AND i.left_at IS NULL AND i.is_approved
    WHERE p.id = NEW.project_id AND p.purpose = l.purpose
      AND p.state IN ('in_plan', 'funded', 'under_way');
    SELECT coalesce(sum(CASE WHEN a.kind = 'committed' THEN a.amount_fen
                             ELSE -a.amount_fen END), 0) INTO taken
    FROM funds_allocationact a JOIN funds_allocation o ON o.id = a.allocation_id
    WHERE o.project_id = NEW.project_id AND a.kind IN ('committed', 'released');
    IF planned IS NULL OR taken + NEW.amount_fen > planned THEN
        RAISE EXCEPTION 'project % is not planned for this', NEW.project_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'funds_allocation_planned';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_allocation BEFORE INSERT ON funds_allocation
FOR EACH ROW EXECUTE FUNCTION funds_check_allocation();

CREATE FUNCTION funds_check_claim() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.is_final AND NEW.state IN ('ordered', 'paid') AND NOT EXISTS (
        SELECT FROM funds_project p WHERE p.id = NEW.project_id
        AND p.state IN ('accepted', 'closed'))
    THEN
        RAISE EXCEPTION 'the last stage of project % is paid after acceptance',
            NEW.project_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'funds_claim_accepted';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_claim BEFORE INSERT OR UPDATE ON funds_claim
FOR EACH ROW EXECUTE FUNCTION funds_check_claim();

CREATE FUNCTION funds_check_appropriation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    above funds_appropriation;
BEGIN
    IF NEW.parent_id IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT * INTO above FROM funds_appropriation p WHERE p.id = NEW.parent_id FOR UPDATE;
    IF above.id IS NULL OR NEW.from_code <> above.division_code
       OR (SELECT coalesce(sum(c.amount_fen), 0) FROM funds_appropriation c
           WHERE c.parent_id = above.id AND c.id <> NEW.id) + NEW.amount_fen
          > above.amount_fen
    THEN
        RAISE EXCEPTION 'more is handed on than document % says', NEW.parent_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'funds_appropriation_within';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_appropriation BEFORE INSERT ON funds_appropriation
FOR EACH ROW EXECUTE FUNCTION funds_check_appropriation();
"""
NO_PLANS = """
DROP TRIGGER check_appropriation ON funds_appropriation;
DROP FUNCTION funds_check_appropriation();
DROP TRIGGER check_claim ON funds_claim;
DROP FUNCTION funds_check_claim();
DROP TRIGGER check_allocation ON funds_allocation;
DROP FUNCTION funds_check_allocation();
DROP TRIGGER check_planitem ON funds_planitem;
DROP FUNCTION funds_check_planitem();
"""

# What happens to an allocation follows from the ledger's own rows.
ACTS = f"""
CREATE FUNCTION funds_civil_day(moment timestamptz) RETURNS date LANGUAGE sql STABLE AS
$$ SELECT (moment AT TIME ZONE '{settings.TIME_ZONE}')::date $$;

CREATE FUNCTION funds_act_of_allocation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO funds_allocationact (allocation_id, division_code, kind, amount_fen,
                                     happened_on)
    VALUES (NEW.id, NEW.division_code, 'committed', NEW.amount_fen,
            funds_civil_day(NEW.made_at));
    RETURN NULL;
END $$;
CREATE TRIGGER act AFTER INSERT ON funds_allocation
FOR EACH ROW EXECUTE FUNCTION funds_act_of_allocation();

CREATE FUNCTION funds_act_of_release() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO funds_allocationact (allocation_id, division_code, kind, amount_fen,
                                     happened_on)
    SELECT o.id, o.division_code, 'released', NEW.amount_fen,
           funds_civil_day(NEW.released_at)
    FROM funds_allocation o WHERE o.commitment_id = NEW.commitment_id;
    RETURN NULL;
END $$;
CREATE TRIGGER act AFTER INSERT ON funds_release
FOR EACH ROW EXECUTE FUNCTION funds_act_of_release();

CREATE FUNCTION funds_act_of_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO funds_allocationact (allocation_id, division_code, kind, amount_fen,
                                     happened_on, voucher_id, entry_id)
    SELECT o.id, o.division_code, 'paid', -n.amount_fen, n.posted_on, n.voucher_id, n.id
    FROM added n JOIN funds_allocation o ON o.commitment_id = n.commitment_id
    WHERE n.commitment_id IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER z_act AFTER INSERT ON funds_entry REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION funds_act_of_entry();

-- What came back and is reversed did not come back.
CREATE FUNCTION funds_act_of_reversal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO funds_allocationact (allocation_id, division_code, kind, amount_fen,
                                     happened_on, voucher_id)
    SELECT a.allocation_id, a.division_code, 'returned', -a.amount_fen, NEW.posted_on, NEW.id
    FROM funds_allocationact a
    WHERE a.voucher_id = NEW.reverses_id AND a.kind = 'returned';
    RETURN NULL;
END $$;
CREATE TRIGGER act AFTER INSERT ON funds_voucher
FOR EACH ROW WHEN (NEW.reverses_id IS NOT NULL) EXECUTE FUNCTION funds_act_of_reversal();
"""  # noqa: S608 - the time zone is a setting
NO_ACTS = """
DROP TRIGGER act ON funds_voucher;
DROP FUNCTION funds_act_of_reversal();
DROP TRIGGER z_act ON funds_entry;
DROP FUNCTION funds_act_of_entry();
DROP TRIGGER act ON funds_release;
DROP FUNCTION funds_act_of_release();
DROP TRIGGER act ON funds_allocation;
DROP FUNCTION funds_act_of_allocation();
DROP FUNCTION funds_civil_day(timestamptz);
"""


def seed(apps, schema_editor) -> None:
    """Write the table of steps down; a test holds it against the code."""
    transition = apps.get_model("funds", "ProjectTransition")
    using = transition.objects.using(schema_editor.connection.alias)
    using.bulk_create(transition(key=key) for key in sorted(transitions()))


class Migration(migrations.Migration):
    dependencies = [("funds", "0003_projects_and_budgets")]

    operations = [
        *[row_security(f"funds_{name}") for name in SCOPED],
        *[append_only(f"funds_{name}") for name in ADDED_ONLY],
        restrict("funds_beneficiary", "household_id"),
        restrict("funds_allocation", "household_id"),
        *[
            follows(name, "project", "project_id")
            for name in ("projectsource", "beneficiary", "projectstep", "claim")
        ],
        follows("hop", "appropriation", "appropriation_id"),
        migrations.RunPython(seed, migrations.RunPython.noop),
        migrations.RunSQL(STEPS, NO_STEPS),
        migrations.RunSQL(PLANS, NO_PLANS),
        migrations.RunSQL(ACTS, NO_ACTS),
    ]
