"""Posting vouchers: what is written, who may, what is refused."""

from __future__ import annotations

from datetime import date

import pytest
from tests.funds.ledger.conftest import (
    CITY,
    COUNTY,
    DAY,
    NOW,
    OTHER,
    balance,
)

from bangfu.audit.models import Event
from bangfu.calc.values.findings import NotAllowed
from bangfu.funds.ledger import queries, rules
from bangfu.funds.ledger.models import Entry, Voucher


def test_a_movement_makes_two_entries_that_cancel(money, everywhere):
    origin, pool = money.account("appropriation"), money.account("special")

    voucher = money.post(("appropriate", origin, pool, 1_000), text="下达专项资金")

    rows = Entry.objects.filter(voucher=voucher).order_by("id")
    assert [(one.account_id, one.counter_id, one.amount_fen) for one in rows] == [
        (origin.pk, pool.pk, -1_000),
        (pool.pk, origin.pk, 1_000),
    ]
    assert (voucher.number, voucher.year, voucher.total_fen) == (1, 2016, 1_000)
    assert (balance(origin), balance(pool)) == (-1_000, 1_000)


def test_vouchers_are_numbered_without_gaps_by_division_and_year(money, everywhere):
    line = money.line(1_000)
    shop = money.account("supplier", purpose="industry", name="示范农机站")

    with pytest.raises(rules.Overdrawn):
        money.post(("pay_supplier", line, shop, 1_001))
    second = money.post(("pay_supplier", line, shop, 600))
    third = money.post(("pay_supplier", line, shop, 400), posted_on=date(2017, 2, 1))

    assert (second.number, third.number) == (2, 1)
    assert (balance(line), balance(shop)) == (0, 1_000)


def test_money_handed_down_arrives_and_both_ends_see_the_voucher(money):
    from bangfu.scope import acting

    pool = money.account("special", division=CITY)
    transit = money.account("transit")
    arrived = money.account("special")
    money.post(
        ("appropriate", money.account("appropriation", division=CITY), pool, 900),
        division=CITY,
    )

    down = money.post(("hand_down", pool, transit, 900), division=CITY)
    money.post(("receive", transit, arrived, 900), posted_on=date(2016, 3, 20))

    with acting(money.person("auditor")):
        assert queries.voucher(down.pk).division_code == COUNTY
        assert [one.amount_fen for one in queries.entries_of(down)] == [900]
        assert queries.balance(transit, DAY) == 900
        assert queries.balance(arrived, DAY) == 0
        assert queries.balance(arrived, date(2016, 3, 20)) == 900


def test_the_audit_names_who_approved(money, everywhere):
    money.line(700)

    event = Event.objects.filter(action="funds.voucher.posted").get()

    assert event.username == f"approver-{COUNTY}-1"
    assert event.detail == {"year": 2016, "number": 1, "fen": 1_400}


def test_it_refuses_own_approval(money, everywhere):
    from bangfu.funds.ledger.rules import Signature

    origin, pool = money.account("appropriation"), money.account("special")
    by = money.person("approver")

    with pytest.raises(rules.OwnApproval) as refused:
        money.post(
            ("appropriate", origin, pool, 1),
            prepared_by=Signature(by.user_id, by.username, NOW),
        )

    assert refused.value.message.zh == "制单人不能审批自己的凭证。"
    assert not Voucher.objects.exists()


@pytest.mark.parametrize(
    ("role", "division"),
    [
        ("preparer", COUNTY),
        ("payer", COUNTY),
        ("county", COUNTY),
        ("auditor", COUNTY),
        ("approver", CITY),
    ],
)
def test_only_the_approver_of_that_very_division_posts(money, role, division):
    origin, pool = money.account("appropriation"), money.account("special")

    with pytest.raises(NotAllowed):
        money.post(("appropriate", origin, pool, 1), by=money.person(role, division, 2))


def test_it_refuses_an_edge_that_is_not_listed(money):
    line = money.line(100)
    origin = money.account("appropriation")

    with pytest.raises(rules.ForbiddenEdge) as refused:
        money.post(("pay_cards", line, origin, 50))

    assert str(refused.value.message) == (
        "Closed operation: no edge “paid to one-cards” leads from “special account” to"
        " “appropriations”."
    )


def test_it_refuses_to_pay_for_another_purpose(money):
    line = money.line(100)
    shop = money.account("supplier", purpose="training", name="示范职校")

    with pytest.raises(rules.WrongFunds):
        money.post(("pay_supplier", line, shop, 50))


def test_it_refuses_to_pay_from_money_without_a_purpose(money):
    pool = money.account("special")
    money.post(("appropriate", money.account("appropriation"), pool, 100))
    shop = money.account("supplier", name="示范农机站")

    with pytest.raises(rules.WrongFunds):
        money.post(("pay_supplier", pool, shop, 50))


def test_it_refuses_an_account_outside_what_the_class_is_for(money):
    with pytest.raises(rules.ForbiddenPurpose) as refused:
        money.account("special", purpose="housing", fund_class="work_for_relief")

    assert refused.value.message.in_language("zh-hans") == (
        "“以工代赈资金”不得用于“危旧土坯房改造”。"
    )


def test_it_refuses_what_needs_a_document_and_has_none(money):
    origin, pool = money.account("appropriation"), money.account("special")

    with pytest.raises(rules.NoDocument):
        money.post(("appropriate", origin, pool, 1), document_no="")


def test_it_refuses_a_voucher_across_two_counties(money):
    pool = money.account("special", division=CITY)
    money.post(
        ("appropriate", money.account("appropriation", division=CITY), pool, 900),
        division=CITY,
    )

    with pytest.raises(rules.WrongVoucher):
        money.post(
            ("hand_down", pool, money.account("transit"), 1),
            ("hand_down", pool, money.account("transit", division=OTHER), 1),
            division=CITY,
        )


@pytest.mark.parametrize("fen", [0, -5, 10**15 + 1])
def test_it_refuses_an_amount_that_is_none(money, fen):
    origin, pool = money.account("appropriation"), money.account("special")

    with pytest.raises(rules.WrongVoucher):
        money.post(("appropriate", origin, pool, fen))


def test_it_refuses_more_than_the_line_holds_on_any_day(money, everywhere):
    line = money.line(500)
    shop = money.account("supplier", purpose="industry", name="示范农机站")
    money.post(("pay_supplier", line, shop, 500), posted_on=date(2016, 3, 10))
    money.post(
        ("appropriate", money.account("appropriation"), money.account("special"), 300),
        ("allot", money.account("special"), line, 300),
        posted_on=date(2016, 4, 1),
    )

    with pytest.raises(rules.Overdrawn):  # 300 are there, but not on 10 March
        money.post(("pay_supplier", line, shop, 1), posted_on=date(2016, 3, 20))

    assert balance(line, date(2016, 3, 20)) == 0
    assert balance(line) == 300


def test_it_refuses_a_day_in_future(money):
    origin, pool = money.account("appropriation"), money.account("special")

    with pytest.raises(rules.WrongDay):
        money.post(("appropriate", origin, pool, 1), posted_on=date(2098, 1, 1))


def test_the_same_key_returns_the_same_voucher(money, everywhere):
    origin, pool = money.account("appropriation"), money.account("special")

    first = money.post(("appropriate", origin, pool, 100), key="doc:1")
    again = money.post(("appropriate", origin, pool, 100), key="doc:1")

    assert again == first
    assert balance(pool) == 100
    with pytest.raises(rules.KeyReused):
        money.post(("appropriate", origin, pool, 101), key="doc:1")


def test_a_late_voucher_changes_the_days_after_it(money, everywhere):
    line = money.line(500)
    shop = money.account("supplier", purpose="industry", name="示范农机站")
    money.post(("pay_supplier", line, shop, 100), posted_on=date(2016, 3, 10))

    money.post(("pay_supplier", line, shop, 50), posted_on=date(2016, 2, 1))

    assert [
        balance(line, day)
        for day in (
            date(2016, 1, 3),
            date(2016, 1, 4),
            date(2016, 2, 1),
            date(2016, 3, 10),
        )
    ] == [0, 500, 450, 350]
    assert queries.prove(line).holds
    assert queries.prove(line, date(2016, 2, 5)).balance_fen == 450
