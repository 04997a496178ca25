"""Walks the real database: no table with a division column is without row security."""

import pytest
from django.db import connection, transaction
from django.db.utils import DataError, ProgrammingError

# Tables that hold nothing of a household or official, and why they need no scope.
OPEN_TABLES = {
    "accounts_user": "names of staff; passwords are hashed",
    "accounts_session": "read before it is known who asks; shown to its person only",
    "divisions_": "the administrative tree is public",
    "django_": "the framework's own",
    "audit_link": "numbers and digests of events",
    "audit_check": "when the chain was verified, and how many faults it had",
    "auth_": "the framework's own; unused",
    "axes_": "log-in attempts, by user name and address",
    "account_": "django-allauth; e-mail is not used",
    "mfa_": "second factors; sealed",
    "pghistory_": "contexts are not stored there",
    "pgtrigger_": "none stored",
    "procrastinate_": "messages hold a job's number only",
    "lake_snapshot": "numbers and times; counts are in lake_part, which is bound",
    "funds_edge": "along which edges money may move, the same for everybody",
    "funds_earmark": "what each class of funds may be used for, the same for everybody",
    "funds_projecttransition": "the table of acts, the same for everybody",
    "registry_transition": "the table of acts, the same for everybody",
    "web_": "a reader's own settings of lists",
}


@pytest.fixture
def tables(db) -> dict[str, dict]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
                   array(SELECT a.attname::text FROM pg_attribute a
                          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
                   array(SELECT p.polname::text FROM pg_policy p
                          WHERE p.polrelid = c.oid AND p.polpermissive
                            AND p.polroles = '{0}' AND p.polcmd = '*')
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
            """
        )
        return {
            name: {"on": on, "forced": forced, "columns": columns, "policies": policies}
            for name, on, forced, columns, policies in cursor.fetchall()
        }


def is_open(table: str) -> bool:
    return any(table.startswith(prefix) for prefix in OPEN_TABLES)


def test_there_is_something_to_walk(tables):
    assert len(tables) > 25
    assert "registry_household" in tables


def test_every_table_with_a_division_column_is_bound(tables):
    unbound = [
        name
        for name, facts in tables.items()
        if "division_code" in facts["columns"]
        and not (facts["on"] and facts["forced"] and facts["policies"] == ["in_scope"])
    ]

    assert unbound == []


def test_every_other_table_is_open_for_a_stated_reason(tables):
    unexplained = [
        name
        for name, facts in tables.items()
        if "division_code" not in facts["columns"] and not is_open(name)
    ]

    assert unexplained == []


def test_every_bound_table_raises_without_a_scope(tables):
    silent = []
    for name, facts in tables.items():
        if not facts["on"]:
            continue
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f'SELECT count(*) FROM "{name}"')
        except (ProgrammingError, DataError):
            continue
        silent.append(name)

    assert silent == []


def test_no_view_or_function_runs_around_row_security(db):
    """Functions that run as their owner are listed, each with a reason to exist."""
    allowed = {
        # renews statistics of tables, and reads no row
        "bangfu_refresh_statistics",
        # answers only which counties hold a person already, never the row
        "registry_registered_elsewhere",
        # keep what nobody may write by hand: numbers, balances, open commitments, closes;
        # row security is forced on their owner too
        "funds_account_opened",
        "funds_voucher_number",
        "funds_entry_post",
        "funds_commitment_made",
        "funds_release_done",
        "funds_close_check",
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
            " WHERE n.nspname = 'public' AND p.prosecdef"
        )
        found = {name for (name,) in cursor.fetchall()}
        cursor.execute("SELECT count(*) FROM pg_views WHERE schemaname = 'public'")
        views = cursor.fetchone()[0]

    assert found <= allowed
    assert views == 0


def test_no_rule_goes_by_the_day_in_greenwich(db):
    """Between midnight and eight in China, Greenwich still has the day before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename, policyname FROM pg_policies"
            " WHERE coalesce(qual, '') || coalesce(with_check, '') ILIKE '%current_date%'"
        )
        assert cursor.fetchall() == []
