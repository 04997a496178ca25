"""The sample's money is loaded by the offices' own operations, once."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.funds.budget.stage import VILLAGE

from bangfu.accounts.queries import DEMO_PREFIX
from bangfu.calc.values.division_code import DivisionCode
from bangfu.funds.budgets import queries
from bangfu.funds.claims.models import Claim, Deposit
from bangfu.funds.projects.models import Project
from bangfu.sample import funds as sample
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

AT = datetime(2021, 8, 20, 2, 0, tzinfo=UTC)


def test_the_county_has_money_of_two_years_in_every_state(stage, make_actor):
    stage.at = AT
    stage.wait(0)
    household = stage.household()
    for name, role in sample._ROLES.items():
        digits = {"village": 12, "township": 9}.get(role.value, 6)
        make_actor(role.value, VILLAGE[:digits], username=DEMO_PREFIX + name)

    made = sample.load_funds(village=DivisionCode(VILLAGE), at=AT)
    again = sample.load_funds(village=DivisionCode(VILLAGE), at=AT)

    with acting(system_actor("tests")):
        states = set(Project.objects.values_list("state", flat=True))
        claims = set(Claim.objects.values_list("state", flat=True))
        money = queries.money_by_class(DivisionCode(VILLAGE[:6]), on=AT.date())
        assert Deposit.objects.count() == 1
        assert queries.allocations().filter(household=household).count() == 1
    assert made == again == 8
    assert states == {"draft", "in_library", "funded", "under_way", "accepted"}
    assert claims == {"submitted", "paid"}
    assert [(row.year, row.arrived_fen > 0) for row in money] == [
        (2021, True),
        (2020, True),
        (2018, True),
    ]
