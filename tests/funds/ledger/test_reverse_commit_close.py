"""Reversals, commitments and closes."""

from __future__ import annotations

from datetime import date

import pytest
from tests.funds.ledger.conftest import CITY, COUNTY, NOW, balance

from bangfu.audit.models import Event
from bangfu.calc.values.findings import NotAllowed
from bangfu.funds.ledger import operations, queries, rules
from bangfu.funds.ledger.models import Commitment, Voucher
from bangfu.scope import acting


@pytest.fixture
def paid(money, everywhere):
    """A line of 500 of which 200 were paid to a shop."""
    line = money.line(500)
    shop = money.account("supplier", purpose="industry", name="示范农机站")
    return line, shop, money.post(("pay_supplier", line, shop, 200))


def test_a_reversal_names_its_original_and_brings_the_money_back(money, paid):
    line, shop, voucher = paid

    undone = money.reverse(voucher)

    assert (undone.reverses, undone.reason) == (voucher, "金额记错，冲销重记")
    assert (balance(line), balance(shop)) == (500, 0)
    event = Event.objects.get(action="funds.voucher.reversed")
    assert (event.reason, event.subject_id) == (undone.reason, str(undone.pk))


def test_a_voucher_is_reversed_once(money, paid):
    *_, voucher = paid
    undone = money.reverse(voucher)

    for one in (voucher, undone):
        with pytest.raises(rules.NotReversible):
            money.reverse(one)

    assert Voucher.objects.filter(reverses__isnull=False).count() == 1


def test_a_reversal_cannot_take_money_that_is_spent(money, paid):
    first = Voucher.objects.order_by("pk")[0]

    with pytest.raises(rules.Overdrawn):
        money.reverse(first)  # the appropriation, of which 200 were paid


def test_a_reversal_is_not_dated_before_its_original(money, paid):
    *_, voucher = paid

    with pytest.raises(rules.NotReversible):
        money.reverse(voucher, posted_on=date(2016, 2, 1))


def test_a_reversal_needs_a_reason_and_a_second_person(money, paid):
    *_, voucher = paid
    by = money.person("approver")

    with pytest.raises(rules.NoReason):
        money.reverse(voucher, reason="错")
    with pytest.raises(rules.OwnApproval):
        money.reverse(
            voucher, prepared_by=rules.Signature(by.user_id, by.username, NOW)
        )
    with pytest.raises(NotAllowed):
        money.reverse(voucher, by=money.person("approver", CITY))


def test_a_commitment_keeps_money_that_nothing_else_may_spend(money, paid):
    line, shop, _ = paid

    made = money.commit(line, 250)

    assert queries.available(line) == 50
    with pytest.raises(rules.Overdrawn):
        money.post(("pay_supplier", line, shop, 51))
    with pytest.raises(rules.Overdrawn):
        money.commit(line, 51)
    money.post(("pay_supplier", line, shop, 100, made))
    made.refresh_from_db()
    assert (made.open_fen, queries.available(line), balance(line)) == (150, 50, 200)


def test_a_commitment_pays_no_more_than_it_has_open(money, paid):
    line, shop, _ = paid
    made = money.commit(line, 100)

    with pytest.raises(rules.NotOpen):
        money.post(("pay_supplier", line, shop, 101, made))

    assert balance(line) == 300


def test_a_reversed_payment_is_committed_again(money, paid):
    line, shop, _ = paid
    made = money.commit(line, 100)
    voucher = money.post(("pay_supplier", line, shop, 100, made))

    money.reverse(voucher)

    made.refresh_from_db()
    assert (made.open_fen, queries.available(line)) == (100, 200)


def test_a_release_gives_the_rest_back_once(money, paid):
    line, *_ = paid
    made = money.commit(line, 100)
    by = money.person("preparer")

    with acting(by):
        for amount in (30, None):
            operations.release(
                by=by,
                at=NOW,
                commitment_id=made.pk,
                reason="合同变更",
                amount_fen=amount,
            )
        again = operations.release(
            by=by, at=NOW, commitment_id=made.pk, reason="合同变更"
        )
        with pytest.raises(rules.NotOpen):
            operations.release(
                by=by, at=NOW, commitment_id=made.pk, reason="合同变更", amount_fen=1
            )

    made.refresh_from_db()
    assert again is None
    assert (made.open_fen, queries.available(line)) == (0, 300)


def test_only_a_line_with_a_purpose_is_committed(money, paid):
    with pytest.raises(rules.NoLine):
        money.commit(money.account("special"), 1)

    assert not Commitment.objects.exists()


def test_the_same_key_commits_once(money, paid):
    line, *_ = paid

    first = money.commit(line, 100, key="contract:7")

    assert money.commit(line, 100, key="contract:7") == first
    assert queries.available(line) == 200
    with pytest.raises(rules.KeyReused):
        money.commit(line, 99, key="contract:7")


def test_months_close_in_order_and_stay_closed(money, paid):
    line, shop, voucher = paid
    money.close(2016, 2)

    for year, month in [(2016, 1), (2016, 2), (2016, 4)]:
        with pytest.raises(rules.NotClosable):
            money.close(year, month)
    closed = money.close(2016, 3)

    assert closed.digest == queries.digest(
        queries.own_trial_balance(line.division_code, date(2016, 3, 31))
    )
    with pytest.raises(rules.MonthClosed):
        money.post(("pay_supplier", line, shop, 1), posted_on=date(2016, 3, 31))
    with pytest.raises(rules.MonthClosed):
        money.reverse(voucher, posted_on=date(2016, 3, 31))
    money.reverse(voucher, posted_on=date(2016, 4, 1))
    assert balance(line, date(2016, 3, 31)) == 300


def test_a_month_that_runs_is_not_closed(money):
    today = queries.today()

    with pytest.raises(rules.NotClosable):
        money.close(today.year, today.month)


def test_only_the_approver_of_the_division_closes(money):
    from bangfu.calc.values.division_code import DivisionCode

    for by in (money.person("preparer"), money.person("approver", CITY)):
        with acting(by), pytest.raises(NotAllowed):
            operations.close_period(
                by=by, at=NOW, division_code=DivisionCode(COUNTY), year=2016, month=1
            )


def test_a_statement_adds_up_from_day_to_day(money, paid):
    line, *_ = paid
    money.reverse(paid[2], posted_on=date(2016, 3, 5))

    found = queries.statement(line, date(2016, 2, 1), date(2016, 3, 31))

    assert found.opening_fen == 500
    assert [
        (one.entry.amount_fen, one.balance_fen, one.is_reversed, one.is_reversal)
        for one in found.lines
    ] == [(-200, 300, True, False), (200, 500, False, True)]
    assert (found.debit_fen, found.credit_fen, found.closing_fen) == (200, 200, 500)


def test_a_trial_balance_balances_and_says_what_came_from_above(money, everywhere):
    from bangfu.calc.values.division_code import DivisionCode

    pool = money.account("special", division=CITY)
    money.post(
        ("appropriate", money.account("appropriation", division=CITY), pool, 900),
        ("hand_down", pool, money.account("transit"), 400),
        division=CITY,
    )

    city = queries.trial_balance(DivisionCode(CITY), date(2016, 3, 1))
    county = queries.trial_balance(DivisionCode(COUNTY), date(2016, 3, 1))

    assert (city.debit_fen, city.credit_fen, city.from_above_fen) == (900, 900, 0)
    assert (county.debit_fen, county.credit_fen) == (400, 0)
    assert county.from_above_fen == 400
    assert queries.trial_balance(DivisionCode(CITY), date(2016, 2, 1)).lines == []


def test_a_proof_finds_a_kept_balance_that_is_wrong(money, paid):
    from django.db import connection, connections

    line, *_ = paid
    assert queries.prove(line).holds
    assert queries.prove(line, date(2016, 2, 1)).balance_fen == 500
    owner = connections["owner"].settings_dict["USER"]
    assert owner != connection.settings_dict["USER"]
    found = queries.prove(line)
    wrong = type(found)(
        **{name: getattr(found, name) for name in found.__dataclass_fields__}
        | {"kept_balance_fen": found.kept_balance_fen + 1}
    )
    assert not wrong.holds
