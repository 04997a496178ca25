"""The ledger's pages: what a bookkeeper sees, prepares, approves and closes."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from django.urls import reverse
from tests.funds.ledger.conftest import COUNTY, DOCUMENT, balance

from bangfu.funds.ledger.draft_models import Draft
from bangfu.funds.ledger.models import Voucher
from bangfu.scope import acting
from bangfu.scope.actor import system_actor


@pytest.fixture
def paid(money):
    line = money.line(100_000)
    shop = money.account("supplier", purpose="industry", name="示范农机站")
    return line, shop, money.post(("pay_supplier", line, shop, 30_050))


def page(login, by, name, *args, **query):
    response = login(by).get(reverse(f"funds:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def test_the_trial_balance_shows_debits_and_credits_of_a_day(login, money, paid):
    text = page(login, money.person("auditor"), "trial_balance", on="2016-02-01")

    assert "1,000.00" in text
    assert "示范农机站" not in text
    later = page(login, money.person("auditor"), "trial_balance", kind="supplier")
    assert "支付供应商：示范农机站" in later
    assert "300.50" in later


def test_an_account_shows_its_statement_and_the_proof(login, money, paid):
    line, _shop, voucher = paid

    text = page(login, money.person("county"), "account", line.pk, start="2016-02-01")

    assert "余额与分录一致" in text
    assert "699.50" in text
    assert reverse("funds:voucher", args=[voucher.pk]) in text


def test_a_long_statement_goes_on_where_the_page_before_ended(money, paid):
    from bangfu.funds.ledger import queries

    line, shop, _ = paid
    for fen in range(1, 8):
        money.post(("pay_supplier", line, shop, fen))
    seen, after, totals = [], "", []
    with acting(system_actor("tests")):
        while True:
            found = queries.statement_page(
                line, start=None, end=None, after=after, size=3
            )
            assert found.opening_fen == (totals[-1] if totals else 0)
            seen += [one.entry.pk for one in found.lines]
            totals += [one.balance_fen for one in found.lines]
            after = found.after
            if not after:
                break
        whole = queries.statement(line)

    assert seen == [one.entry.pk for one in whole.lines]
    assert totals == [one.balance_fen for one in whole.lines]


def test_a_statement_is_exported_with_numbers(login, money, paid):
    line, *_ = paid

    response = login(money.person("auditor")).get(
        reverse("funds:account_export", args=[line.pk])
    )

    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    rows = list(sheet.iter_rows(min_row=3, values_only=True))
    assert [row[4:7] for row in rows] == [
        (None, None, 0),
        (1000, None, 1000),
        (None, 300.5, 699.5),
        (1000, 300.5, 699.5),
    ]


def test_the_flow_leads_from_source_to_use_and_each_band_to_accounts(
    login, money, paid
):
    text = page(login, money.person("leadership"), "flow")

    assert "中央财政 1,000.00" in text
    assert "产业发展 → 支付供应商: 300.50" in text
    assert "purpose=industry&amp;kind=supplier" in text
    assert text.count("<path") >= 4


def test_a_voucher_is_prepared_approved_and_reversed_on_the_pages(login, money):
    origin, pool = money.account("appropriation"), money.account("special")
    client = login(money.person("preparer"))
    form = {
        "posted_on": "2016-03-01",
        "text": "下达专项资金",
        "document_no": DOCUMENT,
        "edge_1": "appropriate",
        "source_1": origin.pk,
        "target_1": pool.pk,
        "amount_1": "1,234.56",
    }
    wrong = client.post(reverse("funds:draft_new"), {**form, "edge_1": "recover"})
    assert wrong.status_code == 422
    assert "资金封闭运行" in wrong.content.decode()

    client.post(reverse("funds:draft_new"), form)

    with acting(system_actor("tests")):
        draft = Draft.objects.get()
    client = login(money.person("approver"))
    shown = client.get(reverse("funds:draft", args=[draft.pk])).content.decode()
    assert "审批并记账" in shown
    assert "1,234.56" in shown
    client.post(reverse("funds:draft_approve", args=[draft.pk]))
    assert balance(pool) == 123_456
    with acting(system_actor("tests")):
        voucher = Voucher.objects.get()
    client = login(money.person("preparer"))
    answer = client.post(
        reverse("funds:reverse", args=[voucher.pk]),
        {"posted_on": "2016-03-02", "reason": "金额记错，冲销"},
    )
    assert answer.status_code == 302
    client = login(money.person("approver"))
    client.post(reverse("funds:draft_approve", args=[draft.pk + 1]))
    assert balance(pool) == 0
    text = page(login, money.person("auditor"), "voucher", voucher.pk)
    assert "本凭证已被冲销" in text


def test_a_month_is_closed_on_its_page(login, money, paid):
    client = login(money.person("approver"))
    shown = client.get(reverse("funds:periods")).content.decode()
    assert "结 2016 年 1 月账" in shown

    client.post(reverse("funds:period_close"), {"year": 2016, "month": 1})

    shown = client.get(reverse("funds:periods")).content.decode()
    assert "结 2016 年 2 月账" in shown
    assert f"division={COUNTY}" in shown
    with acting(system_actor("tests")):
        from bangfu.funds.ledger import queries

        assert queries.closed_through(COUNTY) == date(2016, 1, 31)
