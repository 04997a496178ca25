"""Every role's pages of the menu and below it: both widths, no violation.

The main pages are looked at in both languages, each role's own in at least one.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.e2e.test_roles import EXPECTED

AXE = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LANGUAGES = {"zh-CN": "zh-Hans", "en-US": "en"}
# Charts follow the window a moment later: up to 3 s are given.
WIDTH = """() => new Promise(tell => {
  const until = Date.now() + 3000;
  const look = () => {
    const width = document.documentElement.scrollWidth;
    if (width <= window.innerWidth || Date.now() > until) tell(width);
    else setTimeout(look, 50);
  };
  look();
})"""
WIDE, NARROW = {"width": 1366, "height": 768}, {"width": 320, "height": 640}
# Pages below those of the menu. {run}, {household} and {official} are found on the way.
BELOW = {
    "city": (
        "/pairing/coverage/990101100200/",
        "/pairing/households/",
        "/pairing/runs/new/",
        "{run}",
        "{run}lines/",
        "{household}",
        "{household}print/",
        "{household}change/",
        "{household}members/add/",
        "{household}incomes/add/",
        "{household}incomes/2015/change/",
        "/registry/households/export/",
        "{official}",
        "/registry/crosschecks/hits/",
        "/registry/crosschecks/lists/",
        "/registry/imports/new/",
        "/registry/imports/2/",
        "/registry/households/look-up/",
        "/registry/targeting/990101100200/",
        "/divisions/990101/",
        "/policy/line.nbs/",
        "/jobs/1/",
        "/accounts/password/change/",
        "/accounts/2fa/",
        "/accounts/sessions/",
        "/no/such/page/",
    ),
    "helper": ("/pairing/mine/", "{household}", "/pairing/"),
    "admin": ("/accounts/users/new/", "/accounts/users/1/", "/accounts/users/1/grant/"),
}
# The menus of the other roles lead to the same pages with other contents: one language each.
OTHERS = {
    "county": "en-US",
    "township": "zh-CN",
    "village": "en-US",
    "team": "zh-CN",
    "department": "en-US",
    "inspector": "zh-CN",
    "preparer": "en-US",
    "approver": "zh-CN",
    "payer": "en-US",
    "auditor": "zh-CN",
    "leadership": "en-US",
}
SWEEPS = [
    *((name, locale) for name in BELOW for locale in LANGUAGES),
    *OTHERS.items(),
]
# What is translated on a page, unlike names and data.
LABELS = (
    "nav.menu a, label, main th[scope=col], main button, .kpi-label, .kpi-note, dt,"
    " .panel-title, legend, .page-actions a, .progress-words, .badge"
)
CHINESE = re.compile(r"[一-鿿]")
QUOTED = re.compile(r"“[^”]*”")  # a file's own name


@pytest.fixture
def addresses(paired, visit):
    """Return a function: what a user's pages are, those of the menu first."""

    def find(page, name):
        menu = [link.get_attribute("href") for link in page.locator("nav.menu a").all()]
        known = {"run": paired.run_url.removeprefix(visit.site.url)}
        if name != "admin":
            page.goto("/registry/households/")
            known["household"] = page.locator("tbody a").first.get_attribute("href")
        if name == "city":
            page.goto("/pairing/officials/")
            known["official"] = page.locator("tbody a").first.get_attribute("href")
        below = BELOW.get(name, ("{household}", "{run}"))
        return menu + [path.format(**known) for path in below]

    return find


@pytest.mark.parametrize(("name", "locale"), SWEEPS)
def test_a_page_is_accessible_and_fits(visit, addresses, name, locale):
    page = visit(name)
    paths = addresses(page, name)
    page = visit(name, locale=locale)
    found = {path: faults(page, path, LANGUAGES[locale]) for path in paths}

    assert {path: each for path, each in found.items() if each} == {}


def test_every_role_is_swept():
    assert {name for name, _ in SWEEPS} == set(EXPECTED)


def faults(page, path, language):
    """Return what is wrong with a page in a language."""
    answer = page.goto(path)
    drawn(page)
    found = []
    if answer.status >= 500:
        found.append(f"status {answer.status}")
    if page.evaluate("document.documentElement.lang") != language:
        found.append("the language of the page")
    page.evaluate(AXE + "; null")
    result = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    found += [
        f"{each['id']}: {each['nodes'][0]['html']}" for each in result["violations"]
    ]
    if language == "en":
        words = page.locator(LABELS).all_inner_texts()
        found += [
            f"in Chinese: {text}"
            for text in words
            if CHINESE.search(QUOTED.sub("", text))
        ]
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)
        width = page.evaluate(WIDTH)
        if width > size["width"]:
            found.append(f"{width} pixels wide at {size['width']}")
    return found


def drawn(page):
    for figure in page.locator("figure.chart").all():
        expect(figure).to_have_attribute("data-chart", "drawn", timeout=15_000)


def test_the_first_tab_skips_to_the_content_and_the_next_ones_reach_the_action(visit):
    page = visit("city")
    page.goto("/registry/imports/")

    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    expect(page.get_by_role("link", name="上传文件")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/registry/imports/new/")


def test_a_run_is_ordered_by_keys_alone(visit):
    page = visit("county")
    page.goto("/pairing/runs/")
    reach(page, page.get_by_role("link", name="新建配对方案"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/runs/new/")

    reach(page, page.get_by_label("年度"))
    page.keyboard.type("2016")
    reach(page, page.get_by_role("button", name="开始计算"))

    expect(page.get_by_role("button", name="开始计算")).to_be_focused()


def reach(page, target):
    """Press Tab until the target has the focus, at most 60 times."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if target.evaluate("each => each === document.activeElement"):
            return
    raise AssertionError("Tab does not lead there")


def test_the_language_is_changed_by_a_button_and_kept(visit):
    page = visit("leadership")

    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text("To do")
    page.goto("/pairing/")

    assert page.title() == "梧岭市 · Bangfu"
    expect(page.locator(".kpi-label").first).to_have_text("Households")


def test_every_answer_carries_the_strict_policy(visit):
    page = visit("city")

    for path in (
        "/",
        "/pairing/",
        "/no/such/page/",
        "/accounts/users/",
        "/static/web/mark.svg",
    ):
        policy = page.request.get(path).headers["content-security-policy"]
        assert "script-src 'self'" in policy, path
        assert "unsafe" not in policy, path
