"""Money: what is kept, claimed, paid, taken over and recovered, and what is refused."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from tests.funds.budget.stage import CITY, COUNTY, WAN, refresh

from bangfu.calc.values.findings import NotAllowed
from bangfu.funds import operations as funds
from bangfu.funds import queries as funds_queries
from bangfu.funds.budgets import allocations, appropriations, payments, queries, rules
from bangfu.funds.budgets.models import Allocation, Appropriation, Order
from bangfu.funds.claims import balances, deposits
from bangfu.funds.claims import operations as claims
from bangfu.funds.claims import queries as claim_queries
from bangfu.funds.claims import rules as claim_rules
from bangfu.funds.claims.balances import Opening
from bangfu.funds.claims.models import Claim
from bangfu.funds.ledger import operations as ledger
from bangfu.funds.ledger.models import Entry
from bangfu.funds.ledger.rules import Overdrawn, OwnApproval, Signature
from bangfu.funds.projects.states import ProjectState
from bangfu.policy.packs import UnverifiedValue
from bangfu.scope import acting
from bangfu.scope.actor import system_actor


def everything(operation, *args, **given):
    with acting(system_actor("tests")):
        return operation(*args, **given)


# Appropriations


def test_money_goes_from_city_to_county_with_its_days_on_the_way(stage):
    city = stage.do(
        "city_preparer", appropriations.record, paper=stage.paper(division=CITY)
    )

    def move(row, preparer, approver):
        order = stage.do(
            preparer,
            appropriations.prepare_hop,
            appropriation_id=row.pk,
            happened_on=stage.today,
        )
        stage.approve(order, approver)

    move(city, "city_preparer", "city_approver")
    paper = stage.paper(
        document_no="甲财〔2021〕2号", amount_fen=60 * WAN, parent_id=city.pk
    )
    county = stage.do("city_preparer", appropriations.record, paper=paper)
    more = stage.paper(document_no="3号", amount_fen=41 * WAN, parent_id=city.pk)
    with pytest.raises(rules.WrongAppropriation):
        stage.do("city_preparer", appropriations.record, paper=more)
    move(county, "city_preparer", "city_approver")
    stage.wait(35)
    move(county, "preparer", "approver")

    with acting(stage["auditor"]):
        ways = queries.ways_of(Appropriation.objects.get(pk=county.pk), on=stage.today)
        money = queries.money_by_class(COUNTY, on=stage.today)
    assert [(way.days, way.is_late) for way in ways] == [(20, False), (35, True)]
    assert money[0].arrived_fen == 60 * WAN


def test_one_person_does_not_prepare_and_approve(stage):
    row = stage.do("preparer", appropriations.record, paper=stage.paper())
    order = stage.do(
        "preparer",
        appropriations.prepare_hop,
        appropriation_id=row.pk,
        happened_on=stage.today,
    )

    with pytest.raises(NotAllowed):
        stage.approve(order, "preparer")
    with pytest.raises(rules.NotWaiting):
        stage.do(
            "preparer",
            appropriations.prepare_hop,
            appropriation_id=row.pk,
            happened_on=stage.today,
        )
    stage.do("approver", funds.return_order, order_id=order.pk, reason="金额有误")
    with pytest.raises(rules.NotWaiting):
        stage.approve(order)
    assert everything(Entry.objects.count) == 0


# Allocations


def test_nothing_is_kept_for_a_project_outside_an_approved_plan(stage):
    stage.arrive()
    line = stage.line()
    project = stage.at_state(ProjectState.IN_LIBRARY)

    with pytest.raises(rules.NotPlanned):
        stage.fund(project, line_id=line.pk)
    stage.plan(project)
    other = stage.line(purpose="industry", amount_fen=20 * WAN)
    with pytest.raises(rules.NotPlanned):
        stage.fund(project, line_id=other.pk)
    with pytest.raises(rules.OverPlan):
        stage.fund(project, line_id=line.pk, amount_fen=project.budget_fen + 1)
    assert everything(Allocation.objects.count) == 0

    stage.fund(project, line_id=line.pk)
    refresh(project)
    assert project.state == ProjectState.FUNDED
    assert [one["percent"] for one in project.stages] == ["40", "50", "10"]


def test_no_more_is_kept_than_is_available(stage):
    stage.arrive()
    line = stage.line(amount_fen=3 * WAN)
    one, other = stage.household(), stage.household()
    given = {"line_id": line.pk, "purpose": "产业奖补"}
    commit = allocations.commit
    made = stage.do(
        "preparer", commit, amount_fen=2 * WAN, household_id=one.pk, **given
    )

    with pytest.raises(Overdrawn):
        stage.do("preparer", commit, amount_fen=2 * WAN, household_id=other.pk, **given)
    with pytest.raises(NotAllowed):
        stage.do("county", commit, amount_fen=1, household_id=other.pk, **given)
    stage.do(
        "preparer", allocations.release, allocation_id=made.pk, reason="养殖计划取消"
    )
    stage.do("preparer", commit, amount_fen=3 * WAN, household_id=other.pk, **given)

    with acting(stage["auditor"]):
        stated = funds_queries.household_statement(one.pk, on=stage.today)
    assert (stated.planned_fen, stated.committed_fen) == (2 * WAN, 0)


def test_a_reference_is_kept_once_and_the_same_again_is_the_same(stage):
    stage.arrive()
    line = stage.line()
    given = {
        "line_id": line.pk,
        "amount_fen": WAN,
        "purpose": "产业奖补",
        "reference": "JB-1",
        "household_id": stage.household().pk,
    }
    first = stage.do("preparer", allocations.commit, **given)

    assert stage.do("preparer", allocations.commit, **given).pk == first.pk
    with pytest.raises(allocations.ReferenceTaken):
        stage.do("preparer", allocations.commit, **given | {"amount_fen": 2 * WAN})


# Claims


@pytest.fixture
def built(stage):
    """A project under way with its money, and the allocation."""
    project = stage.at_state(ProjectState.UNDER_WAY)
    (row,) = everything(funds_queries.allocations_of_project, project)
    return project, row


def test_a_claim_follows_the_stages_and_its_pack(stage, built):
    _, row = built

    with pytest.raises(claim_rules.WrongClaim):
        stage.claim(row, 2)
    with pytest.raises(claim_rules.PackMissing):
        stage.claim(row, 1, files=[])
    with pytest.raises(NotAllowed):
        stage.claim(row, 1, by="county")
    claim = stage.claim(row, 1)
    with pytest.raises(claim_rules.WrongClaim):
        stage.claim(row, 1)
    assert (claim.amount_fen, everything(Claim.objects.count)) == (4 * WAN, 1)


def test_a_claim_is_returned_for_a_reason_and_claimed_again(stage, built):
    _, row = built
    claim = stage.claim(row, 1)

    with pytest.raises(claim_rules.WrongClaim):
        stage.do("county", claims.send_back, claim_id=claim.pk, refusals=[])
    stage.do("county", claims.send_back, claim_id=claim.pk, refusals=["missing_detail"])
    with pytest.raises(claim_rules.NotNow):
        stage.do("county", claims.check, claim_id=claim.pk)
    again = stage.claim(row, 1)
    stage.pay(again)
    refresh(again)
    assert again.state == "paid"


def test_the_last_stage_waits_for_acceptance(stage, built):
    project, row = built
    stage.pay(stage.claim(row, 1))
    stage.pay(stage.claim(row, 2))

    with pytest.raises(claim_rules.NotAccepted):
        stage.claim(row, 3)
    stage.walk(project, ProjectState.ACCEPTED)
    with pytest.raises(claim_rules.WrongClaim):
        stage.claim(row, 3, deposit_fen=0)
    last = stage.claim(row, 3)
    stage.pay(last)
    deposit = everything(lambda: last.deposit)
    with pytest.raises(claim_rules.TooEarly):
        stage.do(
            "preparer",
            deposits.prepare_release,
            deposit_id=deposit.pk,
            posted_on=stage.today,
        )


def test_the_database_pays_no_last_stage_before_acceptance(stage, built):
    _, row = built
    claim = stage.claim(row, 1)

    with (
        acting(system_actor("tests")),
        pytest.raises(IntegrityError, match="paid after acceptance"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE funds_claim SET is_final = true, state = 'ordered' WHERE id = %s",
            [claim.pk],
        )


def test_no_terms_are_fixed_by_a_policy_that_nobody_verified(stage, settings):
    settings.BANGFU_POLICY_SCENARIO = ""
    project = stage.at_state(ProjectState.IN_PLAN)

    with pytest.raises(UnverifiedValue):
        stage.fund(project)
    assert everything(Allocation.objects.count) == 0


# Old balances


def test_an_opening_balance_is_taken_over_once_by_two_persons(stage):
    opening = Opening(
        COUNTY, "development", "central", 2019, "", 7 * WAN, "决算〔2019〕1号"
    )
    given = {"opening": opening, "posted_on": stage.today}
    order = stage.do("preparer", balances.prepare_opening, **given)
    with pytest.raises((OwnApproval, NotAllowed)):
        stage.approve(order, "preparer")
    stage.approve(order)

    with pytest.raises(rules.NotWaiting):
        stage.do("preparer", balances.prepare_opening, **given)
    assert everything(Order.objects.count) == 1


def test_old_money_is_shown_by_age_and_recovered_after_the_years_of_the_policy(stage):
    for year in (2019, 2020):
        opening = Opening(COUNTY, "development", "central", year, "", year, "决算1号")
        stage.approve(
            stage.do(
                "preparer",
                balances.prepare_opening,
                opening=opening,
                posted_on=stage.today,
            )
        )
    old, younger = everything(claim_queries.unspent, COUNTY, on=stage.today)
    recover = {"posted_on": stage.today, "document_no": "收回1号"}

    assert [(one.age, one.bucket, one.is_due) for one in (old, younger)] == [
        (2, "2", True),
        (1, "1", False),
    ]
    with pytest.raises(claim_rules.TooEarly):
        stage.do(
            "preparer",
            balances.prepare_recovery,
            account_id=younger.account.pk,
            **recover,
        )
    stage.approve(
        stage.do(
            "preparer", balances.prepare_recovery, account_id=old.account.pk, **recover
        )
    )
    assert [
        one.account.year
        for one in everything(claim_queries.unspent, COUNTY, on=stage.today)
    ] == [2020]


# Statements


def test_statements_equal_the_ledger_to_the_fen_on_every_day(stage):
    stage.arrive()
    line = stage.line()
    chance = random.Random(20210301)  # noqa: S311 - a schedule, not a secret
    rows = [
        stage.do(
            "preparer",
            allocations.commit,
            line_id=line.pk,
            amount_fen=chance.randrange(1, 3 * WAN),
            purpose="奖补",
            household_id=stage.household().pk,
        )
        for _ in range(6)
    ]
    start, vouchers = stage.today, []
    for row in rows:
        everything(allocations._publish, row, stage.today, None)
    for step in range(14):
        stage.wait(chance.randrange(1, 4))
        row = chance.choice(rows)
        stated = everything(queries.statement, [row], on=stage.today)
        paid = stated.paid_fen - stated.returned_fen
        signed = Signature(stage["preparer"].user_id, "preparer", stage.at)
        with acting(stage["approver"]):
            by = {"by": stage["approver"], "at": stage.at, "prepared_by": signed}
            if vouchers and step % 5 == 4:
                ledger.reverse(voucher_id=vouchers.pop(), reason="金额记错", **by)
            elif paid and step % 3 == 2:
                use = payments.Use(row.pk, chance.randrange(1, paid + 1))
                batch = payments.Batch(
                    "return_from_cards", "b", stage.today, "退", [use]
                )
                payments.take_back(batch=batch, **by)
            elif stated.held_fen:
                use = payments.Use(row.pk, chance.randrange(1, stated.held_fen + 1))
                batch = payments.Batch("pay_cards", "b", stage.today, "发放", [use])
                voucher = payments.pay(batch=batch, **by).pk
                vouchers += [voucher] if step % 2 else []

    for days in range((stage.today - start).days + 1):
        on = start + timedelta(days=days)
        each = [everything(queries.statement, [row], on=on) for row in rows]
        entries = Entry.objects.filter(account=line.account_id, posted_on__lte=on)
        sums = {
            row["edge"]: row["n"]
            for row in everything(
                list, entries.values("edge").annotate(n=Sum("amount_fen"))
            )
        }
        assert sum(one.paid_fen for one in each) == -sums.get("pay_cards", 0)
        assert sum(one.returned_fen for one in each) == sums.get("return_from_cards", 0)
