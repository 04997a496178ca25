"""From an unpaired city to two-way full coverage, in the browser, by three people.

A township tries alone and learns what it lacks; the city office orders a run over the
whole city; it may not approve its own; a second person approves and applies it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

SOLVE_MS_MAX = 60_000
CITY = "9901"
TOWNSHIP = "990101100"


@dataclass
class PairingStory:
    """What the screens said at each step."""

    before: dict[str, int]
    short: dict[str, int]
    short_words: str
    returned: str
    preview: dict[str, int]
    proof: str
    own_words: str
    own_buttons: int
    approved: str
    applied: str
    after: dict[str, int]
    full_words: str
    run_url: str


def tell_pairing_story(visit: Callable[..., Page]) -> PairingStory:
    """Pair the city and return what was seen."""
    office, second = visit("city"), visit("city-2")
    before = board(office)
    office_run = order(office, TOWNSHIP)
    short, short_words = kpis(office), office.locator("#limits").inner_text()
    returned = send_back(second, office_run, "名额不足，改为全市统一配对。")
    run_url = order(office, CITY)
    preview, proof = kpis(office), office.locator("#proof").inner_text()
    own = office.locator("#decide")
    own_words, own_buttons = own.inner_text(), own.get_by_role("button").count()
    approved, applied = approve_and_apply(second, run_url)
    after = board(office)
    return PairingStory(
        before=before,
        short=short,
        short_words=short_words,
        returned=returned,
        preview=preview,
        proof=proof,
        own_words=own_words,
        own_buttons=own_buttons,
        approved=approved,
        applied=applied,
        after=after,
        full_words=office.locator(".notice").first.inner_text(),
        run_url=run_url,
    )


def order(page: Page, division: str) -> str:
    """Order a run from the menu and wait for its preview; returns its address."""
    page.locator("nav.menu").get_by_role("link", name="配对方案").click()
    page.get_by_role("link", name="新建配对方案").click()
    page.get_by_label("区划").select_option(division)
    page.get_by_label("年度").fill("2016")
    page.get_by_role("button", name="开始计算").click()
    page.wait_for_url(re.compile(r"/pairing/runs/\d+/"))
    wait_for(page, "待审批")
    return page.url


def send_back(page: Page, run_url: str, reason: str) -> str:
    """Return a run with a reason; returns what the page then says."""
    page.goto(run_url)
    page.get_by_role("link", name="退回").click()
    page.get_by_label("退回原因").fill(reason)
    page.get_by_role("button", name="退回").click()
    page.wait_for_url(run_url)
    return page.locator("main").inner_text()


def approve_and_apply(page: Page, run_url: str) -> tuple[str, str]:
    """Approve and apply somebody else's run; returns what the page says after each."""
    page.goto(run_url)
    page.get_by_label("审批意见").fill("同意。")
    press_and_confirm(page, "批准")
    expect(page.locator(".page-lead")).to_contain_text("已批准")
    approved = page.locator("main").inner_text()
    press_and_confirm(page, "执行方案")
    wait_for(page, "已执行")
    return approved, page.locator("main").inner_text()


def wait_for(page: Page, state: str) -> None:
    """Wait until the page of a run shows a state, by itself."""
    expect(page.locator(".page-lead")).to_contain_text(state, timeout=SOLVE_MS_MAX)


def press_and_confirm(page: Page, name: str) -> None:
    """Press a button that asks back, and say yes."""
    page.get_by_role("button", name=name, exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(page.get_by_role("dialog")).to_be_hidden()


def board(page: Page) -> dict[str, int]:
    """Open the coverage board and return its cards."""
    page.get_by_role("link", name="双向全覆盖").first.click()
    page.wait_for_url("**/pairing/")
    return kpis(page)


def kpis(page: Page) -> dict[str, int]:
    """Return the cards of a page: label to number."""
    return {
        card.locator(".kpi-label").inner_text(): int(
            card.locator(".kpi-value").inner_text().replace(",", "")
        )
        for card in page.locator(".kpi").all()
    }
