"""Row-level security of tables with a division column, as migration operations.

The policy reads its settings without a default: a query outside `acting` raises
instead of returning nothing. A setting that was set once in a session is an empty string
afterwards, and '' is not a number: so the end of the range is asked for through a cast of
`bangfu.grant_id`. A condition of its own beside the range would not do, because an empty
range ends the scan before any other condition is looked at.
"""

from __future__ import annotations

from django.db import migrations

_END = "CASE WHEN current_setting('bangfu.grant_id')::bigint >= 0 THEN {end} END"


def row_security(
    table: str, *, column: str = "division_code", seen_from: int | None = None
) -> migrations.RunSQL:
    """Bind every role to rows of `table` whose code lies in the acting scope.

    seen_from: digits of the lowest level whose grants see the table at all, e.g. 9 for
    records that a village must not see; None: every level.
    """
    rule = within_range(column, "bangfu.scope_lo", "bangfu.scope_hi")
    if seen_from is not None:
        rule += f" AND current_setting('bangfu.level')::int <= {seen_from}"
    return security_by_rule(table, rule)


def within_range(column: str, low: str, high: str) -> str:
    """Return the SQL rule that a code lies between two settings, and that raises unset."""
    end = _END.format(end=f"current_setting('{high}')")
    return f"({column} >= current_setting('{low}') AND {column} < {end})"


def security_by_rule(table: str, rule: str) -> migrations.RunSQL:
    """Bind every role to the rows of `table` for which the SQL `rule` holds."""
    return migrations.RunSQL(
        [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY in_scope ON {table} USING ({rule}) WITH CHECK ({rule})",
        ],
        [
            f"DROP POLICY in_scope ON {table}",
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ],
    )


def append_only(table: str) -> migrations.RunSQL:
    """Refuse UPDATE, DELETE and TRUNCATE on `table` for every role."""
    return migrations.RunSQL(
        [
            f"""CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION '% on {table} is refused: rows are only added', TG_OP
            USING ERRCODE = 'restrict_violation'; END $$""",
            f"""CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()""",
        ],
        [
            f"DROP TRIGGER append_only ON {table}",
            f"DROP FUNCTION {table}_append_only()",
        ],
    )
