import re
from types import SimpleNamespace

import pytest
from django.core.checks import run_checks
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation

from bangfu.calc.values.text import Text
from bangfu.web.checks import check_front_end_packages, check_template_order
from bangfu.web.navigation import GrantChoice, NavItem, mark_current

PAGES = ["/", "/list/", "/form/", "/confirm/", "/charts/", "/progress/"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("language", "lang"), [("zh-hans", "zh-Hans"), ("en", "en")])
def test_every_page_names_its_language_and_has_one_title(site, path, language, lang):
    page = site.get(path, headers={"accept-language": language}).text

    assert f'<html lang="{lang}"' in page
    assert page.count("<h1") == 1
    assert 'href="#content"' in page
    assert 'id="content"' in page


@pytest.mark.parametrize("path", [*PAGES, "/refuse/", "/accounts/login/", "/no/such/"])
def test_no_page_needs_inline_code_or_another_host(site, path):
    page = site.get(path).text

    for script in re.findall(r"<script[^>]*>", page):
        assert "src=" in script or 'type="application/json"' in script
    assert not re.search(r"\son\w+=|\sstyle=|<style|javascript:", page)
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page)


def test_the_menu_marks_the_longest_match():
    items = (
        NavItem(Text("首", "home"), "/"),
        NavItem(Text("组", "group"), "", "", (NavItem(Text("表", "list"), "/a/b/"),)),
        NavItem(Text("甲", "a"), "/a/"),
    )

    marked = mark_current(items, "/a/b/7/")

    assert [item.is_current for item in marked] == [False, False, False]
    assert marked[1].children[0].is_current
    assert [item.is_open for item in marked] == [False, True, False]
    assert [i.is_current for i in mark_current(items, "/a/c/")] == [False, False, True]
    assert [i.is_current for i in mark_current(items, "/")] == [True, False, False]
    assert not any(i.is_open for i in mark_current(items, "/ab/"))


def test_the_page_shows_menu_path_and_user(site):
    page = site.get("/list/").text

    assert '<a class="menu-item menu-child" href="/list/" aria-current="page">' in page
    assert '<span class="menu-count">3</span>' in page
    assert '<li><a href="/">首页</a></li>' in page
    assert '<span aria-current="page">本页</span>' in page
    assert '<span class="topbar-label">读者</span>' in page


def switcher(*grants):
    request = SimpleNamespace(actor=SimpleNamespace(grant_id=2), grants=list(grants))
    context = {"request": request, "grant_switch_url": "/switch/"}
    return render_to_string("web/_grant_switch.html", context)


def test_the_acting_grant_is_named_and_can_be_switched(small_site):
    one = GrantChoice(1, Text("县扶贫办", "county office"), "甲县")
    two = GrantChoice(2, Text("审计人员", "auditor"), "甲县")

    with translation.override("zh-hans"):
        alone, both = switcher(two), switcher(one, two)

    assert "审计人员 · 甲县" in alone
    assert "<form" not in alone
    assert 'action="/switch/"' in both
    assert 'name="grant" value="2" aria-current="true"' in both
    assert 'name="grant" value="1" >' in both


def test_pages_of_people_logged_in_are_not_kept(site):
    page = site.get("/")

    assert page.headers["Cache-Control"] == "no-store, private"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]


def test_public_pages_may_be_kept(small_site, db):
    assert "Cache-Control" not in Client().get("/refuse/").headers


def test_large_text_is_switched_on_and_off(site):
    on = site.post("/web/text-size/", {"next": "/list/"})
    large = site.get("/").text
    site.post("/web/text-size/", {"next": "/list/"})

    assert on.url == "/list/"
    assert on.cookies["bangfu_text"]["httponly"]
    assert 'class="text-large"' in large
    assert 'class="text-large"' not in site.get("/").text


def test_the_language_is_switched(site):
    site.post("/language/", {"language": "en", "next": "/"})

    page = site.get("/").text

    assert '<html lang="en"' in page
    assert "Skip to the content" in page


def test_the_log_in_page_offers_no_sign_up(small_site, db):
    page = Client().get("/accounts/login/").text

    assert "登录" in page
    assert "signup" not in page
    assert "password/reset" not in page
    assert 'placeholder=""' in page


@pytest.mark.parametrize("path", ["signup/", "password/reset/"])
def test_accounts_are_the_administrators_business(small_site, db, path):
    assert "开户和重置密码由管理员办理" in Client().get(f"/accounts/{path}").text


@pytest.mark.parametrize(
    "path", ["logout/", "password/change/", "2fa/", "reauthenticate/"]
)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_of_the_own_account_stand_in_the_frame(site, path, language):
    page = site.get(
        f"/accounts/{path}", headers={"accept-language": language}, follow=True
    )

    assert page.status_code == 200
    assert "form-page" in page.text or "panel" in page.text
    if language == "en":
        assert not re.search(
            r"[\u4e00-\u9fff]", page.text.replace("中文", "").replace("读者", "")
        )


def test_a_wrong_password_is_said_on_top(small_site, reader):
    page = Client().post("/accounts/login/", {"login": "reader", "password": "wrong"})

    assert "data-error-summary" in page.text
    assert "<title>错误：登录 · 帮扶</title>" in page.text


def test_the_log_in_librarys_own_pages_must_not_win(monkeypatch):
    assert check_template_order(None) == []
    wrong = SimpleNamespace(INSTALLED_APPS=["allauth", "bangfu.web"])
    monkeypatch.setattr("bangfu.web.checks.settings", wrong)

    found = check_template_order(None)

    assert [error.id for error in found] == ["bangfu.web.E002"]
    assert found[0].hint == "Put bangfu.web before allauth in INSTALLED_APPS."


def test_missing_front_end_packages_are_named(settings, monkeypatch):
    assert check_front_end_packages(None) == []
    monkeypatch.setattr("bangfu.web.checks.finders.find", lambda _name: None)

    found = check_front_end_packages(None)

    assert [error.id for error in found] == ["bangfu.web.E001"] * 4
    assert found[0].hint == "Install the front-end packages: make setup"
    assert any(e.id == "bangfu.web.E001" for e in run_checks(tags=["staticfiles"]))
