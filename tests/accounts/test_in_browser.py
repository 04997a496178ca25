"""Accounts in a real browser: from a new account to its first day of work."""

import re
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import expect
from tests.site.live import browser, served
from tests.site.world import USERNAMES, build

from bangfu.accounts.models import User
from bangfu.accounts.roles import Role

pytestmark = pytest.mark.e2e
AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOCALES = {"zh-CN": "zh-Hans", "en-US": "en"}
OWN = "a long phrase of my own"


@pytest.fixture(scope="module")
def chromium():
    with browser() as one:
        yield one


@pytest.fixture
def world(committed_db, settings, tmp_path):
    settings.BANGFU_FILES = str(tmp_path)
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    return build()


@pytest.fixture
def open_page(chromium, world):
    """Return a function that opens a page as somebody; the console must stay clean."""
    contexts, said = [], []
    with served() as base:

        def open_at(path, *, user=None, locale="zh-CN", size=(1366, 768)):
            width, height = size
            context = chromium.new_context(
                locale=locale,
                base_url=base,
                viewport={"width": width, "height": height},
            )
            contexts.append(context)
            if user is not None:
                client = Client()
                client.force_login(
                    user, backend="bangfu.accounts.backends.OneTimeAwareBackend"
                )
                session = client.cookies["sessionid"].value
                context.add_cookies(
                    [{"name": "sessionid", "value": session, "url": base}]
                )
            page = context.new_page()
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
            page.goto(path)
            return page

        yield open_at
        for context in contexts:
            context.close()
    # Notes of the browser itself: a status of 400 and above, what log-out clears.
    notes = ("Failed to load resource", "Clear-Site-Data header")
    assert [text for text in said if not text.startswith(notes)] == []


@pytest.fixture
def admin(world):
    return world.user(Role.ADMINISTRATOR)


def pages(world):
    user, grant = world.here.user, world.here.grant
    return [
        "/accounts/users/",
        "/accounts/users/?state=no_grant",
        "/accounts/users/new/",
        f"/accounts/users/{user}/",
        f"/accounts/users/{user}/grant/",
        f"/accounts/users/{user}/reset/",
        f"/accounts/users/{user}/active/",
        f"/accounts/grants/{grant}/end/",
        "/accounts/reauthenticate/",
    ]


def violations(page):
    page.evaluate(AXE.read_text() + "; null")
    result = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [(v["id"], v["nodes"][0]["html"]) for v in result["violations"]]


@pytest.mark.parametrize("locale", LOCALES)
def test_every_page_is_accessible_and_fits(open_page, world, admin, locale):
    page = open_page("/", user=admin, locale=locale)
    for path in pages(world):
        page.set_viewport_size({"width": 1366, "height": 768})
        page.goto(path)
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.lang") == LOCALES[locale]
        assert page.evaluate("document.documentElement.scrollWidth") <= 1366, path
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_from_a_new_account_to_its_first_page(open_page, admin):
    page = open_page("/accounts/users/", user=admin)

    # The administrator makes the account with the keyboard alone.
    page.get_by_role("link", name="新建账户").focus()
    page.keyboard.press("Enter")
    page.get_by_label("用户名").press_sequentially("li.si")
    page.keyboard.press("Tab")
    page.keyboard.type("李四")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="一次性密码")).to_be_visible()
    password = page.locator("code").inner_text()
    page.get_by_role("link", name="下一步：授权").click()

    # He grants a role at a division found by its name.
    page.get_by_label("角色").select_option("township")
    division = page.get_by_label("区划")
    division.fill("")
    with page.expect_response(re.compile("/accounts/divisions/")):
        division.press_sequentially("青石镇", delay=30)
    option = page.locator("#division-options option[value='990101100']")
    expect(option).to_have_text("甲市青石县青石镇")
    division.fill("990101100")
    page.get_by_role("button", name="授权", exact=True).click()
    page.wait_for_url(re.compile(r"/accounts/users/\d+/$"))
    expect(page.get_by_role("row", name=re.compile("乡镇扶贫办"))).to_contain_text(
        "有效"
    )

    # The user comes in, chooses a password, and is where he works.
    other = open_page("/accounts/login/")
    other.get_by_label("用户名").fill("li.si")
    other.get_by_label("密码").fill(password)
    other.get_by_role("button", name="登录").click()
    other.wait_for_url("**/accounts/new-password/")
    assert violations(other) == []
    other.get_by_label("新密码").fill("short")
    other.get_by_label("再输一次").fill("short")
    other.get_by_role("button", name="保存").click()
    expect(other.get_by_role("alert")).to_be_focused()
    expect(other.get_by_role("alert")).to_contain_text("至少要有 12 位。")
    other.get_by_label("新密码").fill(OWN)
    other.get_by_label("再输一次").fill(OWN)
    other.get_by_role("button", name="保存").click()
    expect(other.locator(".topbar-grant")).to_contain_text("乡镇扶贫办 · 青石镇")

    # He is disabled while he works, and is out at his next click.
    page.get_by_role("link", name="停用账户").click()
    page.get_by_label("原因").fill("调离")
    page.get_by_role("button", name="停用账户").click()
    expect(page.get_by_text("已停用")).to_be_visible()
    other.goto("/policy/")
    expect(other.get_by_role("button", name="登录")).to_be_visible()


def test_a_name_of_several_divisions_asks_for_the_code(open_page, world, admin):
    page = open_page(f"/accounts/users/{world.here.user}/grant/", user=admin)

    page.get_by_label("区划").fill("青石")
    page.get_by_role("button", name="授权", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text(
        "有多个区划名称符合，请填写代码。"
    )


def test_a_helper_is_granted_with_the_official_of_the_roster(open_page, world, admin):
    page = open_page(f"/accounts/users/{world.here.user}/grant/", user=admin)

    page.get_by_label("角色").select_option("helper")
    page.get_by_label("区划").fill("990101100")
    page.get_by_role("button", name="授权", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("须指明干部花名册中的本人")
    page.get_by_label("帮扶干部").fill("王五")
    page.get_by_role("button", name="授权", exact=True).click()

    page.wait_for_url(re.compile(r"/accounts/users/\d+/$"))
    expect(page.get_by_role("row", name=re.compile("帮扶责任人"))).to_contain_text(
        "青石镇"
    )


def test_the_second_step_from_switching_on_to_logging_in(open_page, world, code_of):
    user = world.user(Role.COUNTY)
    user.set_password(OWN)
    user.save()
    page = open_page("/accounts/2fa/", user=user)

    page.get_by_role("link", name="启用").click()
    page.get_by_label("密码", exact=True).fill(OWN)
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_role("img", name=re.compile("二维码"))).to_be_visible()
    assert violations(page) == []
    secret = page.locator("code").inner_text()
    page.get_by_label("动态口令").fill(code_of(secret))
    page.get_by_role("button", name="启用").click()
    expect(page.get_by_text("共 10 个，还剩 10 个未用。")).to_be_visible()
    assert violations(page) == []
    recovery = page.locator("main code").first.inner_text()

    page.locator(".topbar-user button").first.click()
    page.get_by_role("button", name="退出登录").click()
    page.get_by_label("用户名").fill(USERNAMES[Role.COUNTY])
    page.get_by_label("密码").fill(OWN)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/accounts/2fa/authenticate/")
    assert violations(page) == []
    page.get_by_label("动态口令").fill(recovery)
    page.get_by_role("button", name="登录").click()

    expect(page.get_by_role("heading", name="我的待办")).to_be_visible()
    assert User.objects.get(pk=user.pk).last_login is not None


def test_grants_are_switched_at_the_top(open_page, world):
    from bangfu.accounts.models import Grant
    from bangfu.scope import acting
    from bangfu.scope.actor import system_actor

    user = world.user(Role.COUNTY)
    with acting(system_actor("tests")):
        Grant.objects.create(
            user=user, role="auditor", division_code="9901",
            valid_from_date="2014-01-01", granted_by_id=0,
        )  # fmt: skip
    page = open_page("/", user=user)
    top = page.locator(".topbar-grant").first

    expect(top).to_contain_text("审计人员 · 甲市")
    top.get_by_role("button").first.click()
    page.get_by_role("button", name="县扶贫办 · 青石县").click()

    expect(page.locator(".topbar-grant").first).to_contain_text("县扶贫办 · 青石县")
