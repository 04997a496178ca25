"""Drafts: prepared by one person, approved or sent back by another, once."""

from __future__ import annotations

from datetime import date

import pytest
from tests.funds.ledger.conftest import COUNTY, DAY, DOCUMENT, NOW, Money, balance
from tests.pairing.test_races import at_once, names_of

from bangfu.calc.values.findings import NotAllowed
from bangfu.funds.ledger import drafts, queries, rules
from bangfu.funds.ledger.models import Voucher
from bangfu.funds.ledger.rules import Movement
from bangfu.scope import acting
from bangfu.scope.actor import system_actor


def prepare(money, *moves, by=None, **more):
    by = by or money.person("preparer")
    values = {
        "posted_on": DAY,
        "text": "安排产业资金",
        "document_no": DOCUMENT,
        **more,
    }
    with acting(by):
        return drafts.prepare(
            by=by, at=NOW, movements=[Movement(*one) for one in moves], **values
        )


def approve(money, draft, *, number=1):
    by = money.person("approver", COUNTY, number)
    with acting(by):
        return drafts.approve(by=by, at=NOW, draft_id=draft.pk)


def send_back(money, draft, by):
    with acting(by):
        return drafts.send_back(
            by=by, at=NOW, draft_id=draft.pk, reason="文号与文件不符"
        )


def test_a_draft_moves_nothing_until_another_person_approves(money):
    origin, pool = money.account("appropriation"), money.account("special")

    draft = prepare(money, ("appropriate", origin, pool, 500))
    assert balance(pool) == 0
    voucher = approve(money, draft)

    assert balance(pool) == 500
    assert (voucher.prepared_by_name, voucher.approved_by_name) == (
        f"preparer-{COUNTY}-1",
        f"approver-{COUNTY}-1",
    )
    with acting(money.person("auditor")):
        assert drafts.draft(draft.pk).voucher == voucher


def test_a_reversal_is_prepared_and_approved_too(money):
    line = money.line(100)
    with acting(money.person("auditor")):
        last = Voucher.objects.order_by("-pk")[0]
    by = money.person("preparer")
    with acting(by):
        draft = drafts.prepare_reversal(
            by=by, at=NOW, voucher_id=last.pk, reason="用途选错，冲销", posted_on=DAY
        )

    undone = approve(money, draft)

    assert undone.reverses_id == last.pk
    assert balance(line) == 0


def test_it_refuses_who_may_not_and_a_second_decision(money):
    origin, pool = money.account("appropriation"), money.account("special")
    move = ("appropriate", origin, pool, 500)
    with pytest.raises(NotAllowed):
        prepare(money, move, by=money.person("approver"))
    with pytest.raises(rules.NoDocument):
        prepare(money, move, document_no="")
    with pytest.raises(rules.WrongDay):
        prepare(money, move, posted_on=date(2098, 1, 1))
    draft = prepare(money, move)
    with pytest.raises(NotAllowed):
        send_back(money, draft, money.person("auditor"))
    send_back(money, draft, money.person("approver"))

    with pytest.raises(drafts.DraftIsDecided):
        approve(money, draft)

    assert balance(pool) == 0


def test_who_prepared_it_may_withdraw_it_and_not_approve_it(money):
    origin, pool = money.account("appropriation"), money.account("special")
    draft = prepare(money, ("appropriate", origin, pool, 500))
    by = money.person("preparer")

    with acting(by), pytest.raises(NotAllowed):
        drafts.approve(by=by, at=NOW, draft_id=draft.pk)

    assert send_back(money, draft, by).state == "returned"


def test_of_two_approvers_at_once_one_wins(committed_db, make_actor):
    money = Money(make_actor)
    origin, pool = money.account("appropriation"), money.account("special")
    draft = prepare(money, ("appropriate", origin, pool, 500))
    for number in (1, 2):
        money.person("approver", COUNTY, number)

    found = at_once(
        lambda: approve(money, draft, number=1), lambda: approve(money, draft, number=2)
    )

    assert names_of(found) == ["DraftIsDecided", "Voucher"]
    assert balance(pool) == 500
    with acting(system_actor("tests")):
        assert Voucher.objects.count() == 1
        assert queries.prove(pool).holds
