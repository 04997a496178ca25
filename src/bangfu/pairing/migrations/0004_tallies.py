from django.db import migrations

from bangfu.scope.row_security import row_security

# Two-way coverage is counted once a change, not once a look: one row a village, one a
# unit and one an official who helps anybody. A change only notes which villages and units it touched (rows are added, so
# nobody waits for anybody); the next look counts those again, under a lock of its own.
# tests/pairing/test_coverage.py holds the tallies against a plain recount.

TABLES = """
CREATE TABLE pairing_villagetally (
    division_code varchar(12) COLLATE "C" PRIMARY KEY
        CHECK (division_code ~ '^[0-9]{12}$'),
    households integer NOT NULL,
    covered integer NOT NULL CHECK (covered BETWEEN 0 AND households)
);
CREATE TABLE pairing_unittally (
    unit_id bigint PRIMARY KEY,
    division_code varchar(12) COLLATE "C" NOT NULL,
    officials integer NOT NULL,
    obliged integer NOT NULL,
    idle integer NOT NULL,
    below integer NOT NULL,
    within integer NOT NULL,
    above integer NOT NULL,
    places integer NOT NULL,
    households integer NOT NULL
);
CREATE TABLE pairing_officialtally (
    official_id bigint PRIMARY KEY,
    division_code varchar(12) COLLATE "C" NOT NULL,
    unit_id bigint NOT NULL,
    households integer NOT NULL CHECK (households > 0)
);
CREATE INDEX pairing_officialtally_unit ON pairing_officialtally (unit_id);
CREATE INDEX pairing_unittally_division ON pairing_unittally (division_code);
CREATE TABLE pairing_stale (
    id bigserial PRIMARY KEY,
    division_code varchar(12) COLLATE "C" NOT NULL,
    unit_id bigint
);
CREATE INDEX pairing_stale_division ON pairing_stale (division_code);
"""
NO_TABLES = """
DROP TABLE pairing_villagetally, pairing_unittally, pairing_officialtally, pairing_stale
"""

# What is counted does not depend on who changed or looks; what is shown does. So every
# function here widens the scope for its own statements and puts it back.
SCOPE = """
CREATE FUNCTION pairing_widen_scope() RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    before text[] := ARRAY[
        current_setting('bangfu.scope_lo'), current_setting('bangfu.scope_hi'),
        current_setting('bangfu.sees_all')];
BEGIN
    PERFORM set_config('bangfu.scope_lo', '', true),
            set_config('bangfu.scope_hi', ':', true),
            set_config('bangfu.sees_all', '1', true);
    RETURN before;
END $$;

CREATE FUNCTION pairing_restore_scope(before text[]) RETURNS void LANGUAGE sql AS $$
    SELECT set_config('bangfu.scope_lo', before[1], true),
           set_config('bangfu.scope_hi', before[2], true),
           set_config('bangfu.sees_all', before[3], true);
$$;

-- Whether a helper outside the scope has left is needed to know who is covered.
CREATE FUNCTION pairing_is_in_post(wanted bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    before text[] := pairing_widen_scope();
    found boolean;
BEGIN
    SELECT o.is_in_post INTO found FROM pairing_official o WHERE o.id = wanted;
    PERFORM pairing_restore_scope(before);
    RETURN coalesce(found, false);
END $$;
"""
NO_SCOPE = """
DROP FUNCTION pairing_is_in_post(bigint);
DROP FUNCTION pairing_widen_scope();
DROP FUNCTION pairing_restore_scope(text[]);
"""

FUNCTIONS = """
CREATE FUNCTION pairing_note_households() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before text[] := pairing_widen_scope();
BEGIN
    INSERT INTO pairing_stale (division_code)
    SELECT DISTINCT division_code FROM touched;
    INSERT INTO pairing_stale (division_code, unit_id)
    SELECT DISTINCT o.division_code, o.unit_id
    FROM touched t
    JOIN pairing_pairing p ON p.household_id = t.id AND p.ended_date IS NULL
    JOIN pairing_official o ON o.id = p.official_id;
    PERFORM pairing_restore_scope(before);
    RETURN NULL;
END $$;

CREATE FUNCTION pairing_note_changed_households() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before text[] := pairing_widen_scope();
BEGIN
    WITH touched AS (
        SELECT n.id, n.division_code AS code, o.division_code AS code_before
        FROM old_rows o JOIN new_rows n ON n.id = o.id
        WHERE (o.status, o.division_code) IS DISTINCT FROM (n.status, n.division_code)
    ), villages AS (
        INSERT INTO pairing_stale (division_code)
        SELECT code FROM touched UNION SELECT code_before FROM touched
    )
    INSERT INTO pairing_stale (division_code, unit_id)
    SELECT DISTINCT f.division_code, f.unit_id
    FROM touched t
    JOIN pairing_pairing p ON p.household_id = t.id AND p.ended_date IS NULL
    JOIN pairing_official f ON f.id = p.official_id;
    PERFORM pairing_restore_scope(before);
    RETURN NULL;
END $$;

CREATE FUNCTION pairing_note_pairings() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before text[] := pairing_widen_scope();
BEGIN
    INSERT INTO pairing_stale (division_code)
    SELECT DISTINCT division_code FROM touched;
    INSERT INTO pairing_stale (division_code, unit_id)
    SELECT DISTINCT o.division_code, o.unit_id
    FROM pairing_official o WHERE o.id IN (SELECT official_id FROM touched);
    PERFORM pairing_restore_scope(before);
    RETURN NULL;
END $$;

CREATE FUNCTION pairing_note_changed_pairings() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before text[] := pairing_widen_scope();
BEGIN
    INSERT INTO pairing_stale (division_code)
    SELECT division_code FROM old_rows UNION SELECT division_code FROM new_rows;
    INSERT INTO pairing_stale (division_code, unit_id)
    SELECT DISTINCT o.division_code, o.unit_id
    FROM pairing_official o
    WHERE o.id IN (SELECT official_id FROM old_rows UNION SELECT official_id FROM new_rows);
    PERFORM pairing_restore_scope(before);
    RETURN NULL;
END $$;

CREATE FUNCTION pairing_note_officials() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before text[] := pairing_widen_scope();
BEGIN
    INSERT INTO pairing_stale (division_code, unit_id)
    SELECT DISTINCT division_code, unit_id FROM touched;
    PERFORM pairing_restore_scope(before);
    RETURN NULL;
END $$;

CREATE FUNCTION pairing_note_changed_officials() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before text[] := pairing_widen_scope();
BEGIN
    WITH touched AS (
        SELECT n.id, n.unit_id, n.division_code, o.unit_id AS unit_before,
               o.division_code AS code_before, o.is_in_post <> n.is_in_post AS has_turned
        FROM old_rows o JOIN new_rows n ON n.id = o.id
        WHERE (o.unit_id, o.division_code, o.is_in_post, o.quota_min, o.quota_max)
           IS DISTINCT FROM
              (n.unit_id, n.division_code, n.is_in_post, n.quota_min, n.quota_max)
    ), units AS (
        INSERT INTO pairing_stale (division_code, unit_id)
        SELECT division_code, unit_id FROM touched
        UNION SELECT code_before, unit_before FROM touched
    )
    INSERT INTO pairing_stale (division_code)
    SELECT DISTINCT p.division_code
    FROM touched t
    JOIN pairing_pairing p ON p.official_id = t.id AND p.ended_date IS NULL
    WHERE t.has_turned;
    PERFORM pairing_restore_scope(before);
    RETURN NULL;
END $$;

CREATE FUNCTION pairing_note_units() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before text[] := pairing_widen_scope();
BEGIN
    INSERT INTO pairing_stale (division_code, unit_id)
    SELECT division_code, id FROM touched;
    PERFORM pairing_restore_scope(before);
    RETURN NULL;
END $$;

CREATE FUNCTION pairing_refresh_tallies(lo text, hi text) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    before text[] := pairing_widen_scope();
    loops_before text := current_setting('enable_nestloop');
    villages text[];
    units bigint[];
BEGIN
    -- Two looks at once must not write one tally from two moments. What a look deletes
    -- here was committed before, so the count below, which starts later, includes it.
    PERFORM pg_advisory_xact_lock(7308332046251683);
    WITH gone AS (
        DELETE FROM pairing_stale WHERE division_code >= lo AND division_code < hi
        RETURNING division_code, unit_id
    )
    SELECT array_agg(DISTINCT division_code) FILTER (WHERE unit_id IS NULL),
           array_agg(DISTINCT unit_id) FILTER (WHERE unit_id IS NOT NULL)
    INTO villages, units FROM gone;
    -- The planner cannot know how many rows row security lets through; see staging.
    IF cardinality(villages) > 20 OR cardinality(units) > 20 THEN
        PERFORM set_config('enable_nestloop', 'off', true);
    END IF;
    IF villages IS NOT NULL THEN
        INSERT INTO pairing_villagetally AS t (division_code, households, covered)
        SELECT v.code, count(h.id), count(c.household_id)
        FROM unnest(villages) AS v (code)
        LEFT JOIN registry_household h
            ON h.division_code = v.code AND h.status IN ('0', '2', '3')
        LEFT JOIN (
            SELECT p.household_id FROM pairing_pairing p
            JOIN pairing_official o ON o.id = p.official_id AND o.is_in_post
            WHERE p.ended_date IS NULL AND p.is_primary
              AND p.division_code = ANY (villages)
        ) c ON c.household_id = h.id
        GROUP BY v.code
        ON CONFLICT (division_code) DO UPDATE
        SET households = excluded.households, covered = excluded.covered
        WHERE (t.households, t.covered)
           IS DISTINCT FROM (excluded.households, excluded.covered);
    END IF;
    IF units IS NOT NULL THEN
        DELETE FROM pairing_officialtally t WHERE t.unit_id = ANY (units);
        INSERT INTO pairing_officialtally AS t
        SELECT o.id, o.division_code, o.unit_id, n.households
        FROM (
            SELECT p.official_id, count(*) AS households
            FROM pairing_pairing p
            JOIN registry_household h
                ON h.id = p.household_id AND h.status IN ('0', '2', '3')
            WHERE p.ended_date IS NULL AND p.is_primary AND p.official_id IN (
                SELECT i.id FROM pairing_official i WHERE i.unit_id = ANY (units))
            GROUP BY p.official_id
        ) n JOIN pairing_official o ON o.id = n.official_id
        ON CONFLICT (official_id) DO UPDATE SET
            division_code = excluded.division_code, unit_id = excluded.unit_id,
            households = excluded.households;
        DELETE FROM pairing_unittally t WHERE t.unit_id = ANY (units)
            AND NOT EXISTS (SELECT FROM pairing_unit u WHERE u.id = t.unit_id);
        INSERT INTO pairing_unittally
        SELECT u.id, u.division_code,
               count(o.id),
               count(o.id) FILTER (WHERE o.quota_min > 0),
               count(o.id) FILTER (WHERE o.quota_min > 0 AND n.households IS NULL),
               count(o.id) FILTER (WHERE coalesce(n.households, 0) < o.quota_min),
               count(o.id) FILTER (WHERE o.quota_min > 0
                   AND coalesce(n.households, 0) BETWEEN o.quota_min AND o.quota_max),
               count(o.id) FILTER (WHERE coalesce(n.households, 0) > o.quota_max),
               coalesce(sum(o.quota_max), 0),
               coalesce(sum(n.households), 0)
        FROM pairing_unit u
        LEFT JOIN pairing_official o ON o.unit_id = u.id AND o.is_in_post
        LEFT JOIN pairing_officialtally n ON n.official_id = o.id
        WHERE u.id = ANY (units)
        GROUP BY u.id, u.division_code
        ON CONFLICT (unit_id) DO UPDATE SET
            division_code = excluded.division_code, officials = excluded.officials,
            obliged = excluded.obliged, idle = excluded.idle, below = excluded.below,
            within = excluded.within, above = excluded.above, places = excluded.places,
            households = excluded.households;
    END IF;
    PERFORM set_config('enable_nestloop', loops_before, true);
    PERFORM pairing_restore_scope(before);
    RETURN coalesce(cardinality(villages), 0) + coalesce(cardinality(units), 0);
END $$;
"""


def watch(table: str, *, on_one: str, on_change: str) -> tuple[str, str]:
    """Return SQL that calls functions after INSERT, DELETE and UPDATE of `table`."""
    make = f"""
    CREATE TRIGGER tally_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION {on_one}();
    CREATE TRIGGER tally_delete AFTER DELETE ON {table} REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION {on_one}();
    CREATE TRIGGER tally_update AFTER UPDATE ON {table}
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {on_change}();
    """
    drop = "".join(
        f"DROP TRIGGER tally_{event} ON {table};"
        for event in ("insert", "delete", "update")
    )
    return make, drop


WATCHED = [
    watch(
        "registry_household",
        on_one="pairing_note_households",
        on_change="pairing_note_changed_households",
    ),
    watch(
        "pairing_pairing",
        on_one="pairing_note_pairings",
        on_change="pairing_note_changed_pairings",
    ),
    watch(
        "pairing_official",
        on_one="pairing_note_officials",
        on_change="pairing_note_changed_officials",
    ),
]
UNITS = """
CREATE TRIGGER tally_insert AFTER INSERT ON pairing_unit REFERENCING NEW TABLE AS touched
FOR EACH STATEMENT EXECUTE FUNCTION pairing_note_units();
CREATE TRIGGER tally_delete AFTER DELETE ON pairing_unit REFERENCING OLD TABLE AS touched
FOR EACH STATEMENT EXECUTE FUNCTION pairing_note_units();
CREATE TRIGGER tally_update AFTER UPDATE ON pairing_unit REFERENCING NEW TABLE AS touched
FOR EACH STATEMENT EXECUTE FUNCTION pairing_note_units();
"""
NO_UNITS = "".join(
    f"DROP TRIGGER tally_{event} ON pairing_unit;"
    for event in ("insert", "delete", "update")
)
NO_FUNCTIONS = "".join(
    f"DROP FUNCTION pairing_{name};"
    for name in (
        "note_households",
        "note_changed_households",
        "note_pairings",
        "note_changed_pairings",
        "note_officials",
        "note_changed_officials",
        "note_units",
        "refresh_tallies",
    )
)
EVERYTHING_IS_STALE = """
INSERT INTO pairing_stale (division_code)
SELECT DISTINCT division_code FROM registry_household;
INSERT INTO pairing_stale (division_code, unit_id)
SELECT division_code, id FROM pairing_unit;
"""
SAME_DIVISION = (
    """ALTER TABLE pairing_pairing ADD CONSTRAINT pairing_pairing_same_division
    FOREIGN KEY (household_id, division_code)
    REFERENCES registry_household (id, division_code)
    ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED""",
    "ALTER TABLE pairing_pairing DROP CONSTRAINT pairing_pairing_same_division",
)
SAME_UNIT = (
    """ALTER TABLE pairing_official ADD CONSTRAINT pairing_official_same_division
    FOREIGN KEY (unit_id, division_code) REFERENCES pairing_unit (id, division_code)
    ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED""",
    "ALTER TABLE pairing_official DROP CONSTRAINT pairing_official_same_division",
)
NOT_FOR_HELPERS = "nullif(current_setting('bangfu.sees_all'), '') IS NOT NULL"


def restrict(table: str) -> migrations.RunSQL:
    """Hide `table` from helpers."""
    return migrations.RunSQL(
        f"CREATE POLICY own_households ON {table} AS RESTRICTIVE"
        f" USING ({NOT_FOR_HELPERS})",
        f"DROP POLICY own_households ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("pairing", "0003_kin_and_inputs")]

    operations = [
        row_security("pairing_runinput"),
        restrict("pairing_runinput"),
        migrations.RunSQL(*SAME_DIVISION),
        migrations.RunSQL(*SAME_UNIT),
        migrations.RunSQL(TABLES, NO_TABLES),
        row_security("pairing_villagetally"),
        row_security("pairing_unittally"),
        row_security("pairing_officialtally"),
        row_security("pairing_stale"),
        restrict("pairing_villagetally"),
        restrict("pairing_unittally"),
        restrict("pairing_officialtally"),
        migrations.RunSQL(SCOPE, NO_SCOPE),
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        *[migrations.RunSQL(make, drop) for make, drop in WATCHED],
        migrations.RunSQL(UNITS, NO_UNITS),
        migrations.RunSQL(EVERYTHING_IS_STALE, migrations.RunSQL.noop),
    ]
