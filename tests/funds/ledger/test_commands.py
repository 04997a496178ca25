"""`bangfu funds …`: documents, exit codes, and who asks."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from bangfu.calc.values.findings import NotAllowed, Refusal
from bangfu.funds.commands import funds
from bangfu.funds.ledger import queries


def run(*words, acting_as="auditor-990101-1", lang="en"):
    result = CliRunner().invoke(
        funds, [str(word) for word in words], obj={"as": acting_as, "lang": lang}
    )
    if isinstance(result.exception, Refusal):
        raise result.exception
    assert result.exception is None or isinstance(result.exception, SystemExit)
    out = json.loads(result.stdout) if "--json" in words else result.stdout
    return result.exit_code, out


@pytest.fixture
def line(money):
    found = money.line(500)
    shop = money.account("supplier", purpose="industry")
    money.post(("pay_supplier", found, shop, 120))
    money.commit(found, 100)
    for role in ("auditor", "village"):
        money.person(role, "990101" if role == "auditor" else "990101101001")
    return found


def test_a_balance_now_and_on_a_day(line):
    code, now = run("balance", line.pk, "--json")
    assert (code, now["balance_fen"], now["committed_fen"]) == (0, 380, 100)
    assert run("balance", line.pk, "--at", "2016-02-01", "--json")[1] == {
        **{key: now[key] for key in now if key not in {"at", "balance_fen"}},
        "committed_fen": None,
        "at": "2016-02-01",
        "balance_fen": 500,
    }
    assert run("balance", line.pk, lang="zh")[1] == (
        "资金专户 · 2016 · 中央财政 · 扶贫发展资金 · 产业发展  3.80\n"
    )


def test_a_statement_from_a_day(line):
    _code, found = run("statement", line.pk, "--from", "2016-02-01", "--json")

    assert (found["opening_fen"], found["closing_fen"]) == (500, 380)
    assert [
        (one["edge"], one["amount_fen"], one["balance_fen"]) for one in found["entries"]
    ] == [("pay_supplier", -120, 380)]
    assert "-1.20" in run("statement", line.pk)[1]


def test_a_trial_balance_that_balances(line):
    _code, found = run("trial-balance", "--json")

    assert (found["debit_fen"], found["credit_fen"]) == (500, 500)
    assert len(found["accounts"]) == 4
    assert run("trial-balance", "--at", "2015-01-01", "--json")[1]["accounts"] == []
    assert run("trial-balance")[1].endswith(
        "debit 5.00, credit 5.00, from above 0.00\n"
    )


def test_every_balance_is_proved_and_a_wrong_one_ends_with_one(line, monkeypatch):
    code, found = run("prove", "--json")
    assert (code, found["holds"], len(found["accounts"])) == (0, True, 4)
    real = queries.prove

    def wrong(account, on=None):
        return replace(real(account, on), kept_balance_fen=1)

    monkeypatch.setattr(queries, "prove", wrong)
    code, said = run("prove", line.pk)
    assert code == 1
    assert said.endswith("Accounts proved: 1; not as kept: 1.\n")


def test_a_village_is_refused_and_another_county_finds_nothing(line, money):
    with pytest.raises(NotAllowed):
        run("balance", line.pk, acting_as="village-990101101001-1")
    money.person("auditor", "990102")
    with pytest.raises(queries.NoSuchRecord):
        run("balance", line.pk, acting_as="auditor-990102-1")
