"""What the request role may do with the tables that the owner made."""

from __future__ import annotations

from django.db import connections

# Rows of these are only added; the trigger refuses too, this is the second lock.
ADD_ONLY_TABLES = (
    "audit_event",
    "audit_link",
    "audit_check",
    "funds_account",
    "funds_voucher",
    "funds_entry",
    "funds_commitment",
    "funds_release",
    "funds_close",
)
# Rows of these are written by the database's own functions alone.
READ_ONLY_TABLES = (
    "funds_edge",
    "funds_earmark",
    "funds_standing",
    "funds_day",
    "funds_book",
    "funds_counter",
)


# What many changes leave the planner not knowing: by autovacuum's own measure (50 rows
# and a tenth), at once and not a minute later, as the next step of the work needs it.
_REFRESH = """
CREATE OR REPLACE FUNCTION bangfu_refresh_statistics() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    one record;
    refreshed integer := 0;
BEGIN
    FOR one IN
        SELECT c.relname
        FROM pg_stat_xact_user_tables s JOIN pg_class c ON c.oid = s.relid
        WHERE s.schemaname = 'public' AND c.relowner = current_user::regrole
          AND s.n_tup_ins + s.n_tup_upd + s.n_tup_del > 50 + greatest(c.reltuples, 0) / 10
        ORDER BY c.relname
    LOOP
        EXECUTE format('ANALYZE (SKIP_LOCKED) public.%I', one.relname);
        refreshed := refreshed + 1;
    END LOOP;
    RETURN refreshed;
END $$
"""


def grant_to_request_role() -> None:
    """Let the role of the connection "default" use, but never own, every table.

    It may have their statistics renewed, too, which only an owner can.
    Runs as the owner after every migration; the second time changes nothing.
    """
    role = connections["default"].settings_dict["USER"]
    owner = connections["owner"]
    with owner.cursor() as cursor:
        cursor.execute(_REFRESH)
    if role == owner.settings_dict["USER"]:
        return  # one role for both: row security is forced on owners too
    quoted = owner.ops.quote_name(role)
    with owner.cursor() as cursor:
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {quoted}")
        cursor.execute(
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public"
            f" TO {quoted}"
        )
        cursor.execute(
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quoted}"
        )
        for table in ADD_ONLY_TABLES:
            cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {quoted}")
        for table in READ_ONLY_TABLES:
            cursor.execute(
                f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {table} FROM {quoted}"
            )
