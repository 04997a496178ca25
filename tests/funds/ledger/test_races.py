"""What two people at once may do; each lock is first shown to be needed."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from tests.funds.ledger.conftest import Money, balance
from tests.pairing.test_races import at_once, names_of

PATIENCE = 20


@pytest.fixture
def money(committed_db, make_actor):
    """The people of the funds; what they do is committed."""
    return Money(make_actor)


@pytest.fixture
def line(money):
    found = money.line(100)
    for role in ("approver", "preparer"):
        money.person(role)
    return found


@pytest.fixture
def shop(money, line):
    return money.account("supplier", purpose="industry")


def test_a_check_before_the_write_would_let_both_spend_the_same_money(money, line):
    """Both read 100 before either writes: only the database's lock tells them apart."""
    from bangfu.funds.ledger import queries
    from bangfu.scope import acting

    both = threading.Barrier(2, timeout=PATIENCE)
    by = money.person("preparer")

    def look():
        with acting(by):
            seen = queries.available(line)
            both.wait()
            return seen >= 60

    assert at_once(look, look) == [True, True]


def test_of_two_payments_that_together_exceed_the_line_one_wins(money, line, shop):
    found = at_once(*[lambda: money.post(("pay_supplier", line, shop, 60))] * 2)

    assert names_of(found) == ["Overdrawn", "Voucher"]
    assert balance(line) == 40


def test_of_a_payment_and_a_commitment_one_wins(money, line, shop):
    found = at_once(
        lambda: money.post(("pay_supplier", line, shop, 60)),
        lambda: money.commit(line, 60),
    )

    assert sorted(names_of(found))[-2:].count("Overdrawn") == 1


def test_of_two_commitments_of_the_same_money_one_wins(money, line):
    found = at_once(*[lambda: money.commit(line, 60)] * 2)

    assert names_of(found) == ["Commitment", "Overdrawn"]


def test_two_approvals_under_one_key_make_one_voucher(money, line, shop):
    found = at_once(
        *[lambda: money.post(("pay_supplier", line, shop, 60), key="order:1")] * 2
    )

    assert found[0] == found[1]
    assert balance(line) == 40


def test_of_two_reversals_one_wins(money, line, shop):
    voucher = money.post(("pay_supplier", line, shop, 60))

    found = at_once(*[lambda: money.reverse(voucher)] * 2)

    assert names_of(found) == ["NotReversible", "Voucher"]
    assert balance(line) == 100


def test_nothing_slips_into_a_month_while_it_is_closed(money, line, shop):
    found = at_once(
        lambda: money.post(
            ("pay_supplier", line, shop, 60), posted_on=date(2016, 1, 31)
        ),
        lambda: money.close(2016, 1),
    )

    assert type(found[1]).__name__ == "Close"
    from bangfu.funds.ledger import queries
    from bangfu.scope import acting
    from bangfu.scope.actor import system_actor

    with acting(system_actor("tests")):
        kept = queries.own_trial_balance(line.division_code, date(2016, 1, 31))
        assert found[1].digest == queries.digest(kept)
