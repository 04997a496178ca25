"""Pages: what offices see and do on them."""

from __future__ import annotations

import pytest
from tests.funds.budget.stage import refresh

from bangfu.funds import queries as funds_queries
from bangfu.funds.budgets.models import Order
from bangfu.funds.claims.models import Claim
from bangfu.funds.projects.states import ProjectState
from bangfu.scope import acting
from bangfu.scope.actor import system_actor


@pytest.fixture
def open_page(stage, login):
    """Return a function: a page as an office of the stage sees it."""

    def show(name: str, path: str, data: dict | None = None):
        client = login(stage[name])
        return client.post(path, data) if data is not None else client.get(path)

    return show


def test_a_county_sees_its_money_its_lines_and_every_figure_leads_on(stage, open_page):
    project = stage.at_state(ProjectState.FUNDED)
    with acting(system_actor("tests")):
        (row,) = funds_queries.allocations_of_project(project)
        account_id = row.line.account_id

    county = open_page("county", "/funds/county/").content.decode()
    assert "1,000,000.00 元" in county
    assert 'href="/funds/lines/' in county
    lines = open_page("auditor", "/funds/lines/").content.decode()
    assert "400,000.00" in lines
    line = open_page("auditor", f"/funds/lines/{row.line_id}/").content.decode()
    assert row.reference in line
    assert f"/funds/accounts/{account_id}/" in line


def test_a_project_page_shows_one_next_step_and_its_money(stage, open_page):
    project = stage.at_state(ProjectState.UNDER_WAY)

    page = open_page("township", f"/funds/projects/{project.pk}/").content.decode()

    assert "下一步" in page
    assert "完工" in page
    assert "申请报账" in page
    assert "40,000.00" in page


def test_a_village_proposes_a_project_on_its_page(stage, open_page):
    form = {
        "village": stage["village"].division,
        "project_no": "XM9",
        "name": "水渠",
        "purpose": "infrastructure",
        "nature": "new",
        "place": "一组",
        "starts_on": "2021-04-01",
        "ends_on": "2021-09-01",
        "unit": "村委会",
        "person": "李四",
        "tasks": "修渠",
        "households": 5,
        "people": 20,
        "poor_households": 2,
        "poor_people": 6,
        "targets": "渠长：2 公里",
        "class_1": "development",
        "source_1": "central",
        "amount_1": "12,500.50",
    }

    wrong = open_page("village", "/funds/projects/new/", form | {"amount_1": "x"})
    sent = open_page("village", "/funds/projects/new/", form)

    assert wrong.status_code == 422
    assert sent.status_code == 302
    page = open_page("village", sent["Location"]).content.decode()
    assert "12,500.50 元" in page
    assert "渠长" in page


def test_a_claim_is_returned_on_its_page_and_an_order_is_approved(stage, open_page):
    project = stage.at_state(ProjectState.UNDER_WAY)
    with acting(system_actor("tests")):
        (row,) = funds_queries.allocations_of_project(project)
    claim = stage.claim(row, 1)

    open_page(
        "county",
        f"/funds/claims/{claim.pk}/return/",
        {"refusals": ["not_sealed"], "note": ""},
    )
    refresh(claim)
    assert claim.state == "returned"
    assert (
        "主管单位未签字盖章"
        in open_page("township", f"/funds/claims/{claim.pk}/").content.decode()
    )
    again = stage.claim(row, 1)
    open_page("county", f"/funds/claims/{again.pk}/check/", {})
    open_page(
        "preparer",
        f"/funds/claims/{again.pk}/order/",
        {"posted_on": stage.today.isoformat()},
    )
    with acting(system_actor("tests")):
        order = Order.objects.get(state="prepared")
    assert (
        open_page("preparer", f"/funds/orders/{order.pk}/approve/", {}).status_code
        == 403
    )
    open_page("approver", f"/funds/orders/{order.pk}/approve/", {})
    with acting(system_actor("tests")):
        assert Claim.objects.get(pk=again.pk).state == "paid"


def test_the_household_file_shows_its_funds(stage, open_page):
    household = stage.household()

    page = open_page(
        "village", f"/registry/households/{household.pk}/"
    ).content.decode()

    assert "还没有为该户安排资金" in page
