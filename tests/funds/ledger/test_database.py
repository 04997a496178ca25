"""What the database refuses, in raw SQL, whoever asks: request role, owner, superuser."""

from __future__ import annotations

from datetime import date

import psycopg
import pytest
from tests.funds.ledger.conftest import CITY, COUNTY, OTHER, Money, balance

from bangfu.calc.ledger.codes import EARMARKS
from bangfu.calc.ledger.edges import EDGES
from bangfu.local import roles
from bangfu.scope.actor import SYSTEM_SCOPE_OPTIONS

ROLES = [roles.APP_ROLE, roles.OWNER_ROLE, roles.SUPERUSER]
TABLES = [
    "account",
    "voucher",
    "entry",
    "commitment",
    "release",
    "close",
    "standing",
    "day",
    "book",
    "counter",
    "edge",
    "earmark",
]
SETS = {
    "account": "name = 'x'",
    "voucher": "text = 'x'",
    "entry": "amount_fen = amount_fen + 1",
    "commitment": "open_fen = open_fen - 1",
    "release": "amount_fen = amount_fen + 1",
    "close": "month = 1",
    "standing": "balance_fen = balance_fen + 1",
    "day": "balance_fen = balance_fen + 1",
    "book": "closed_through = NULL",
    "counter": "last_number = 0",
    "edge": "needs_document = false",
    "earmark": "purpose = 'vehicles'",
}
REFUSALS = (
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.RestrictViolation,
    psycopg.errors.FeatureNotSupported,  # TRUNCATE of what a foreign key refers to
)


@pytest.fixture(scope="module")
def story(django_db_setup, django_db_blocker):
    """A ledger with a row in every table, committed once for this file."""
    import os

    from tests.conftest import cloned_database

    with cloned_database(django_db_blocker, f"test_ledger_sql_{os.getpid()}"):
        money = Money(_make_actor)
        story = _tell(money)
        yield story


def _make_actor(role, division, *, username):
    from bangfu.accounts.models import Grant, User
    from bangfu.accounts.queries import actor_under
    from bangfu.calc.values.division_code import DivisionCode
    from bangfu.scope import acting
    from bangfu.scope.actor import system_actor

    with acting(system_actor("tests")):
        user = User.objects.create(
            username=username, name="测试", must_change_password=False
        )
        grant = Grant.objects.create(
            user=user,
            role=role,
            division_code=DivisionCode(division),
            valid_from_date="2014-01-01",
            granted_by_id=0,
        )
    return actor_under(grant)


def _tell(money):
    from bangfu.funds.ledger import operations
    from bangfu.scope import acting

    line = money.line(1_000)
    shop = money.account("supplier", purpose="industry", name="示范农机站")
    made = money.commit(line, 300)
    voucher = money.post(("pay_supplier", line, shop, 200, made))
    by = money.person("preparer")
    with acting(by):
        operations.release(
            by=by,
            at=money.signature().at,
            commitment_id=made.pk,
            reason="合同变更",
            amount_fen=50,
        )
    money.close(2016, 1)
    return {"money": money, "line": line, "shop": shop, "voucher": voucher}


@pytest.fixture
def ask(story):
    """Return a function that runs SQL as a role, with every row in sight."""
    from django.db import connections

    settings = connections["default"].settings_dict
    opened = []

    def connect(role: str) -> psycopg.Connection:
        found = psycopg.connect(
            host=settings["HOST"],
            dbname=settings["NAME"],
            user=role,
            options=SYSTEM_SCOPE_OPTIONS,
        )
        opened.append(found)
        return found

    yield connect
    for one in opened:
        one.close()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("table", TABLES)
def test_no_role_changes_deletes_or_empties(ask, role, table):
    connection = ask(role)
    assert connection.execute(f"SELECT count(*) FROM funds_{table}").fetchone()[0]

    for statement in (
        f"UPDATE funds_{table} SET {SETS[table]}",
        f"DELETE FROM funds_{table}",
        f"TRUNCATE funds_{table} CASCADE",
    ):
        with pytest.raises(REFUSALS), connection.transaction():
            connection.execute(statement)


@pytest.mark.parametrize("table", ["standing", "day", "book", "counter"])
@pytest.mark.parametrize("role", ROLES)
def test_no_role_writes_what_the_database_keeps(ask, role, table):
    connection = ask(role)

    with pytest.raises(REFUSALS), connection.transaction():
        connection.execute(
            f"INSERT INTO funds_{table} SELECT * FROM funds_{table} LIMIT 1"
        )


def write(connection, story, moves, *, day="2016-03-05", **more):
    """Write a voucher and its entries as plain SQL. moves: edge, out, in, fen."""
    values = {
        "entry_count": 2 * len(moves),
        "total_fen": sum(fen for *_, fen in moves),
        "prepared_by_id": 1,
        "approved_by_id": 2,
        "document_no": "文",
        "reverses_id": None,
        "reason": "",
        "division_code": COUNTY,
        **more,
    }
    with connection.transaction():
        voucher = connection.execute(
            """INSERT INTO funds_voucher (division_code, year, posted_on, text, document_no,
               reverses_id, reason, entry_count, total_fen, digest, prepared_by_id,
               prepared_by_name, prepared_at, approved_by_id, approved_by_name, approved_at)
            VALUES (%(division_code)s, 2016, %(day)s, 'x', %(document_no)s, %(reverses_id)s,
               %(reason)s, %(entry_count)s, %(total_fen)s, '', %(prepared_by_id)s, 'a', now(),
               %(approved_by_id)s, 'b', now()) RETURNING id, number, recorded_at""",
            {"day": day, **values},
        ).fetchone()
        rows = [
            row
            for line, (edge, out, into, fen) in enumerate(moves, start=1)
            for row in (
                (voucher[0], line, out, into, edge, -fen, day),
                (voucher[0], line, into, out, edge, fen, day),
            )
        ]
        add(connection, rows)
    return voucher


def add(connection, rows):
    marks = ", ".join(["(%s, %s, %s, %s, %s, %s, %s)"] * len(rows))
    connection.execute(
        f"""INSERT INTO funds_entry (voucher_id, line, account_id, counter_id, edge,
            amount_fen, posted_on, division_code)
        SELECT v.*, a.division_code FROM (VALUES {marks})
            AS v (voucher_id, line, account_id, counter_id, edge, amount_fen, posted_on)
        JOIN funds_account a ON a.id = v.account_id""".replace(
            "SELECT v.*",
            "SELECT v.voucher_id, v.line, v.account_id, v.counter_id, v.edge,"
            " v.amount_fen, v.posted_on::date",
        ),
        [value for row in rows for value in row],
    )


def refused_by(connection, story, moves, **more) -> str:
    with pytest.raises(psycopg.errors.IntegrityError) as refused:
        write(connection, story, moves, **more)
    return refused.value.diag.constraint_name


@pytest.mark.parametrize("role", ROLES)
def test_a_voucher_in_plain_sql_is_numbered_and_timed_by_the_database(ask, story, role):
    line, shop = story["line"], story["shop"]
    before = balance(line)

    connection = ask(role)
    with connection.transaction(force_rollback=True):
        first = write(connection, story, [("pay_supplier", line.pk, shop.pk, 1)])
        second = write(connection, story, [("pay_supplier", line.pk, shop.pk, 1)])

    assert second[1] == first[1] + 1
    assert second[2].year > 2016
    assert balance(line) == before


@pytest.mark.parametrize("role", ROLES)
def test_every_pair_of_kinds_without_an_edge_is_refused(ask, story, role):
    """Every kind to every other, along every edge that is named for another pair."""
    money = story["money"]
    accounts = {
        kind: money.account(kind, purpose="industry").pk
        for kind in sorted({edge.source for edge in EDGES} | {e.target for e in EDGES})
    }
    connection = ask(role)
    tried = 0
    for source, out in accounts.items():
        for target, into in accounts.items():
            edges = {e.code for e in EDGES if (e.source, e.target) == (source, target)}
            if out == into:
                continue
            for code in sorted({edge.code for edge in EDGES} - edges)[:3]:
                tried += 1
                assert refused_by(connection, story, [(code, out, into, 1)]) == (
                    "funds_entry_edge_listed"
                )

    assert tried == 9 * 8 * 3


@pytest.mark.parametrize("role", ROLES)
def test_what_an_edge_does_not_allow_is_refused(ask, story, role):
    money, line, shop = story["money"], story["line"].pk, story["shop"].pk
    pool = money.account("special").pk
    origin = money.account("appropriation").pk
    training = money.account("supplier", purpose="training").pk
    bond = money.account("special", fund_class="bond").pk
    older = money.account("supplier", purpose="industry", year=2015).pk
    elsewhere = money.account("supplier", purpose="industry", division=OTHER).pk
    city = money.account("special", division=CITY).pk
    no_purpose = money.account("supplier").pk
    connection = ask(role)

    def refused(edge, out, into, fen=1, **more):
        return refused_by(connection, story, [(edge, out, into, fen)], **more)

    assert refused("pay_supplier", line, training) == "funds_entry_earmark_kept"
    assert refused("pay_supplier", pool, no_purpose) == "funds_entry_earmark_kept"
    assert refused("allot", line, pool) == "funds_entry_earmark_kept"
    assert refused("allot", pool, bond) == "funds_entry_same_funds"
    assert refused("pay_supplier", line, older) == "funds_entry_same_funds"
    assert refused("pay_supplier", line, elsewhere, division_code=OTHER) == (
        "funds_entry_same_as_parents"
    )
    assert refused("allot", city, line) == "funds_entry_way_ok"
    assert refused("appropriate", origin, pool, document_no="") == (
        "funds_entry_has_document"
    )
    assert refused("pay_supplier", line, shop, 10**9) == "funds_standing_not_overdrawn"
    assert refused("pay_supplier", line, shop, day="2016-01-31") == (
        "funds_entry_month_open"
    )
    assert refused("pay_supplier", line, shop, day="2090-01-31") == (
        "funds_voucher_not_in_future"
    )
    assert refused("pay_supplier", line, shop, approved_by_id=1) == (
        "funds_voucher_two_persons"
    )


@pytest.mark.parametrize("role", ROLES)
def test_a_voucher_that_does_not_balance_is_refused_at_the_end(ask, story, role):
    line, shop = story["line"].pk, story["shop"].pk
    connection = ask(role)

    assert refused_by(connection, story, []) == "funds_voucher_entries_ok"
    assert (
        refused_by(connection, story, [("pay_supplier", line, shop, 1)], entry_count=4)
        == "funds_voucher_balances"
    )
    with connection.transaction(force_rollback=True):
        number = write(
            connection, story, [("pay_supplier", line, shop, 5)], entry_count=4
        )
        row = (number[0], 2, line, shop, "pay_supplier", -3, "2016-03-05")
        add(connection, [row])  # one side of a pair
        with pytest.raises(psycopg.errors.CheckViolation) as refused:
            connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert refused.value.diag.constraint_name == "funds_voucher_balances"


@pytest.mark.parametrize("role", ROLES)
def test_a_voucher_that_stands_takes_no_more_entries(ask, story, role):
    voucher, line, shop = (story[name].pk for name in ("voucher", "line", "shop"))
    connection = ask(role)

    with pytest.raises(psycopg.errors.CheckViolation) as refused:
        add(
            connection,
            [
                (voucher, 9, line, shop, "pay_supplier", -1, date(2016, 3, 1)),
                (voucher, 9, shop, line, "pay_supplier", 1, date(2016, 3, 1)),
            ],
        )

    assert refused.value.diag.constraint_name == "funds_voucher_balances"


@pytest.mark.parametrize("role", ROLES)
def test_a_reversal_that_is_not_the_opposite_is_refused(ask, story, role):
    voucher, line, shop = story["voucher"], story["line"].pk, story["shop"].pk
    connection = ask(role)
    undo = {"reverses_id": voucher.pk, "reason": "金额记错"}

    for moves, rule in (
        ([("pay_supplier", line, shop, 200)], "funds_entry_edge_listed"),
        ([("pay_supplier", shop, line, 199)], "funds_voucher_reversal_ok"),
        # the right amount, without its commitment
        ([("pay_supplier", shop, line, 200)], "funds_voucher_reversal_ok"),
    ):
        assert refused_by(connection, story, moves, **undo) == rule


def test_no_account_exists_for_cash_a_person_or_the_negative_list(ask):
    connection = ask(roles.OWNER_ROLE)
    for kind, purpose, name in [
        ("cash", "industry", "funds_account_kind_ok"),
        ("personal", "industry", "funds_account_kind_ok"),
        ("special", "debt_repayment", "funds_account_earmark"),
        ("special", "vehicles", "funds_account_earmark"),
        ("special", "housing", "funds_account_earmark"),
    ]:
        with (
            pytest.raises(psycopg.errors.IntegrityError) as refused,
            connection.transaction(),
        ):
            connection.execute(
                """INSERT INTO funds_account (division_code, kind, fund_class, source, year,
                purpose, name, opened_by_id, opened_by_name) VALUES
                ('990101', %s, 'development', 'central', 2016, %s, '', 0, 'x')""",
                [kind, purpose],
            )
        assert refused.value.diag.constraint_name == name


def test_the_database_knows_the_edges_and_earmarks_of_the_code(ask):
    connection = ask(roles.APP_ROLE)

    edges = connection.execute(
        "SELECT code, source_kind, target_kind, way, change, is_earmarked, needs_document"
        " FROM funds_edge ORDER BY code"
    ).fetchall()
    earmarks = connection.execute(
        "SELECT fund_class, purpose FROM funds_earmark"
    ).fetchall()

    assert edges == sorted(
        (
            e.code,
            str(e.source),
            str(e.target),
            str(e.way),
            str(e.change),
            e.is_earmarked,
            e.needs_document,
        )
        for e in EDGES
    )
    assert set(earmarks) == {
        (str(one), str(purpose))
        for one, purposes in EARMARKS.items()
        for purpose in ["", *purposes]
    }
