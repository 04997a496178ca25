"""The shell and its parts in a real browser, under the real content security policy."""

import os
import re
import threading
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.test import Client
from django.urls import clear_url_caches
from playwright.sync_api import expect, sync_playwright
from tests.web.conftest import make_reader

from bangfu.web.models import Preference, Submission

pytestmark = pytest.mark.e2e
AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGES = ["/", "/list/", "/list/?state=zz", "/form/", "/confirm/", "/charts/", "/progress/",
         "/refuse/", "/no/such/", "/accounts/2fa/", "/accounts/password/change/",
         "/accounts/logout/"]  # fmt: skip
LANGUAGES = {"zh-CN": "zh-Hans", "en-US": "en"}


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *_args):
        """Say nothing."""


class ThreadingServer(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def finish_request(self, request, client_address):
        try:
            super().finish_request(request, client_address)
        finally:
            connections.close_all()


@pytest.fixture(scope="module")
def chromium():
    path = os.environ.get("BANGFU_CHROMIUM", "/usr/bin/chromium")
    # Playwright keeps an event loop in this thread. Queries of the tests do not run in
    # it, but Django then keeps connections apart from those made before and after.
    connections.close_all()
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()
        connections.close_all()


@pytest.fixture
def address(small_site, committed_db, settings):
    """A served small site with 45 rows and a reader; the address and a session."""
    clear_url_caches()
    settings.AXES_ENABLED = False
    reader = make_reader()
    Preference.objects.bulk_create(
        Preference(user_id=100 - n, key=f"{'a' if n < 30 else 'b'}{n:02d}")
        for n in range(45)
    )
    client = Client()
    client.force_login(reader, backend="bangfu.accounts.backends.OneTimeAwareBackend")
    application = get_wsgi_application()
    server = make_server("127.0.0.1", 0, application, ThreadingServer, QuietHandler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", client.cookies["sessionid"].value
    server.shutdown()
    thread.join()
    server.server_close()
    clear_url_caches()


@pytest.fixture
def open_page(chromium, address):
    """Return a function that opens a page, logged in; the console must stay clean."""
    base, session = address
    contexts, said = [], []

    def open_at(path, *, locale="zh-CN", size=(1366, 768), **options):
        context = chromium.new_context(
            locale=locale,
            base_url=base,
            viewport={"width": size[0], "height": size[1]},
            **options,
        )
        contexts.append(context)
        context.add_cookies([{"name": "sessionid", "value": session, "url": base}])
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(path)
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert [text for text in said if "Failed to load resource" not in text] == []


def settled(page):
    """Wait until every chart is drawn."""
    for figure in page.locator("figure.chart").all():
        expect(figure).to_have_attribute("data-chart", "drawn")


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_page_is_accessible_and_fits(open_page, locale):
    page = open_page("/", locale=locale)
    for path in PAGES:
        page.goto(path)
        settled(page)
        page.evaluate(AXE.read_text() + "; null")
        result = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        found = [(v["id"], v["nodes"][0]["html"]) for v in result["violations"]]
        assert found == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 1366, path
        assert page.evaluate("document.documentElement.lang") == LANGUAGES[locale]


@pytest.mark.parametrize("locale", LANGUAGES)
def test_no_page_scrolls_sideways_on_a_narrow_screen(open_page, locale):
    page = open_page("/", locale=locale, size=(320, 640))
    for path in PAGES:
        page.goto(path)
        settled(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_the_skip_link_comes_first_and_leads_to_the_content(open_page):
    page = open_page("/list/")

    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "content"


def test_an_empty_form_moves_to_its_summary_and_each_link_to_its_field(open_page):
    page = open_page("/form/")

    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert page.title() == "错误：登记 · 帮扶"
    for words, field in (("请填写姓名。", "id_name"), ("请选择方式。", "id_kind_0")):
        page.get_by_role("alert").get_by_text(words).click()
        assert page.evaluate("document.activeElement.id") == field


def test_a_pick_narrows_at_once_and_keys_do_not(open_page):
    page = open_page("/list/")
    states = page.get_by_role("search").get_by_label("状态")

    states.focus()
    page.keyboard.press("ArrowDown")
    expect(states).to_have_value("a")
    assert "state" not in page.url
    states.dispatch_event("pointerdown")
    states.select_option("b")
    page.wait_for_url("**/list/?state=b")

    assert page.locator(".list-total").inner_text() == "共 15 户"


def test_page_and_all_rows_are_picked_and_acted_on(open_page):
    page = open_page("/list/?state=a")

    page.get_by_label("选择本页").check()
    words = page.locator("[data-pick-words]")
    expect(words).to_have_text("已选 20 条")
    page.get_by_role("button", name="选择全部 30 条").click()
    expect(words).to_have_text("已选全部 30 条")
    page.get_by_role("button", name="审核").click()
    page.wait_for_url("**/list/?done=1")

    assert Submission.objects.get(user_id=0).location == "30"


def test_one_unticked_row_ends_the_choice_of_all(open_page):
    page = open_page("/list/?state=a")

    page.get_by_label("选择本页").check()
    page.get_by_role("button", name="选择全部 30 条").click()
    page.get_by_label("选择 a03").uncheck()

    expect(page.locator("[data-pick-words]")).to_have_text("已选 19 条")
    assert page.locator("[data-pick-mode]").input_value() == "page"


def test_a_question_can_be_declined_and_confirmed(open_page):
    page = open_page("/list/")
    page.get_by_label("选择 a00").check()
    dialog = page.get_by_role("dialog")

    page.get_by_role("button", name="退回").click()
    expect(dialog).to_contain_text("确定退回？")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert not Submission.objects.exists()
    page.get_by_role("button", name="退回").click()
    dialog.get_by_role("button", name="确定").click()
    page.wait_for_url("**/list/?done=1")

    assert Submission.objects.get(user_id=0).location == "1"


def test_a_double_click_acts_once(open_page):
    page = open_page("/list/")
    page.get_by_label("选择 a00").check()

    page.get_by_role("button", name="审核").dblclick()
    page.wait_for_url("**/list/?done=1")

    assert Submission.objects.filter(user_id=0).count() == 1


def test_columns_are_hidden_for_good(open_page):
    page = open_page("/list/")

    page.get_by_role("button", name="显示设置").click()
    page.get_by_label("收入").uncheck()
    page.get_by_role("button", name="保存设置").click()
    page.wait_for_load_state()
    page.reload()

    assert page.get_by_role("columnheader").all_inner_texts() == ["", "编号", "状态"]


def test_a_chart_leads_on_and_turns_into_its_table(open_page):
    page = open_page("/charts/")
    settled(page)
    figure = page.locator("figure.chart").first

    figure.get_by_role("button", name="看表").click()
    expect(figure.get_by_role("table")).to_be_visible()
    assert figure.get_by_role("row").all_inner_texts()[1].split() == ["甲乡", "5", "0"]
    figure.get_by_role("button", name="看图").click()
    box = figure.locator("[data-chart-canvas]").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.6)

    page.wait_for_url("**/list/?q=b")


def test_a_chart_describes_itself(open_page):
    page = open_page("/charts/", locale="en-US")
    settled(page)

    label = page.locator("[data-chart-canvas]").first.get_attribute("aria-label")

    assert re.search(r"chart", label)
    assert "paired" in label


def test_without_scripts_drawings_and_tables_remain(open_page):
    page = open_page("/charts/", java_script_enabled=False)

    expect(page.locator("[data-chart-static] > svg")).to_have_count(2)
    expect(page.get_by_role("table")).to_have_count(2)


def test_a_map_that_cannot_be_fetched_leaves_the_drawing(chromium, address):
    base, session = address
    context = chromium.new_context(base_url=base)
    context.add_cookies([{"name": "sessionid", "value": session, "url": base}])
    page = context.new_page()
    page.route("**/geometry.json", lambda route: route.fulfill(status=500))
    page.goto("/charts/")
    figure = page.locator("figure.chart").last

    expect(figure).to_have_attribute("data-chart", "failed")
    expect(figure.locator("[data-chart-static] > svg")).to_be_visible()
    context.close()


def test_paper_has_no_menu_and_both_drawing_and_table(open_page):
    page = open_page("/charts/")
    settled(page)

    page.emulate_media(media="print")

    expect(page.locator(".menu")).to_be_hidden()
    expect(page.locator(".topbar")).to_be_hidden()
    expect(page.locator("[data-chart-canvas]").first).to_be_hidden()
    expect(page.get_by_role("table").first).to_be_visible()
    expect(page.locator("[data-chart-static] > svg").first).to_be_visible()


def test_progress_moves_by_itself(open_page):
    page = open_page("/progress/")

    expect(page.locator(".progress-words")).to_contain_text("2 / 2", timeout=8000)
    assert page.locator("[hx-get]").count() == 0


def test_the_menu_is_a_drawer_on_a_small_screen(open_page):
    page = open_page("/", size=(390, 780))
    menu = page.get_by_role("navigation", name="主菜单")
    button = page.get_by_role("button", name="菜单")

    expect(menu).to_be_hidden()
    button.click()
    expect(menu).to_be_visible()
    assert button.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Escape")

    expect(menu).to_be_hidden()
    expect(button).to_be_focused()


def test_the_menu_stays_narrow_on_a_large_screen(open_page):
    page = open_page("/")

    page.get_by_role("button", name="菜单").click()
    page.goto("/list/")

    assert page.locator("#menu").bounding_box()["width"] == 56


def test_large_text_enlarges_everything_and_fits(open_page):
    page = open_page("/list/")

    page.get_by_role("button", name="读者").click()
    page.get_by_role("button", name="大字版").click()
    page.wait_for_load_state()

    size = page.evaluate(
        "parseFloat(getComputedStyle(document.querySelector('td')).fontSize)"
    )
    assert size >= 18
    assert page.evaluate("parseFloat(getComputedStyle(document.body).lineHeight)") >= 30
    assert page.evaluate("document.documentElement.scrollWidth") <= 1366
