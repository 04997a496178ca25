"""Each role logs in, finds its menu and its people, and is refused everything else."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

HOUSEHOLDS = "贫困户 识别退出 年度采集"
COMPARING = "疑似重复 数据比对 识别比对"
PAIRING = "双向全覆盖 帮扶干部 配对方案"
HEARING = "公告公示 异议办理"
TREE = "行政区划 政策参数"


def menu(*parts: str) -> str:
    """A menu in the order of its headings: households, pairing, funds, public, data."""
    return " ".join(("我的待办", *parts))


PROJECTS = "项目库 报账"
MONEY = f"资金总览 {PROJECTS} 资金总账"
FUNDS = menu(HOUSEHOLDS, PAIRING, MONEY, "公告公示 后台任务", TREE)
TEAM = menu(HOUSEHOLDS, PAIRING, PROJECTS, "公告公示 后台任务", TREE)
VILLAGE = menu(HOUSEHOLDS, PAIRING, PROJECTS, "公告公示 数据导入 后台任务", TREE)
WATCHING = (HOUSEHOLDS, COMPARING, PAIRING, MONEY, HEARING)
LEADERSHIP = menu(HOUSEHOLDS, "识别比对", PAIRING, MONEY, HEARING, "后台任务", TREE)
INSPECTOR = menu(*WATCHING, "后台任务", TREE)
AUDITOR = menu(*WATCHING, "后台任务 数据快照", TREE, "操作记录")
OFFICE = menu(*WATCHING, "数据导入 后台任务", TREE)
ABOVE = menu(*WATCHING, "数据导入 后台任务 数据快照", TREE, "操作记录")
ADDRESSES = {
    "board": "/pairing/",
    "households": "/registry/households/",
    "officials": "/pairing/officials/",
    "runs": "/pairing/runs/",
    "order": "/pairing/runs/new/",
    "mine": "/pairing/mine/",
    "cases": "/registry/cases/",
    "duplicates": "/registry/duplicates/",
    "checks": "/registry/crosschecks/",
    "targeting": "/registry/targeting/",
    "surveys": "/registry/surveys/",
    "ledger": "/funds/",
    "money": "/funds/county/",
    "projects": "/funds/projects/",
    "claims": "/funds/claims/",
    "imports": "/registry/imports/",
    "look-up": "/registry/households/look-up/",
    "jobs": "/jobs/",
    "policy": "/policy/",
    "snapshots": "/lake/",
    "audit": "/audit/",
    "accounts": "/accounts/users/",
}


@dataclass(frozen=True)
class Expected:
    """menu: its entries in order. open: what answers; all other addresses are refused."""

    menu: str
    open: str
    scope: str


READS = "board households officials runs cases surveys jobs policy"
MONEY_PAGES = "ledger money projects claims"
EXPECTED = {
    "city": Expected(
        ABOVE,
        f"{READS} {MONEY_PAGES} order imports duplicates checks targeting look-up snapshots audit",
        "9901",
    ),
    "county": Expected(
        ABOVE,
        f"{READS} {MONEY_PAGES} order imports duplicates checks targeting look-up snapshots audit",
        "990101",
    ),
    "township": Expected(
        OFFICE,
        f"{READS} {MONEY_PAGES} imports duplicates checks targeting look-up",
        "990101100",
    ),
    "village": Expected(
        VILLAGE, f"{READS} projects claims imports look-up", "990101100200"
    ),
    "team": Expected(TEAM, f"{READS} projects claims", "990101100200"),
    "helper": Expected(
        menu("贫困户 我的帮扶户 公告公示 后台任务", TREE),
        "households officials mine jobs policy",
        "990101100",
    ),
    "department": Expected(FUNDS, f"{READS} {MONEY_PAGES}", "990101"),
    "inspector": Expected(
        INSPECTOR, f"{READS} {MONEY_PAGES} duplicates checks targeting look-up", "9901"
    ),
    "preparer": Expected(FUNDS, f"{READS} {MONEY_PAGES}", "990101"),
    "approver": Expected(FUNDS, f"{READS} {MONEY_PAGES}", "990101"),
    "payer": Expected(FUNDS, f"{READS} {MONEY_PAGES}", "990101"),
    "auditor": Expected(
        AUDITOR,
        f"{READS} {MONEY_PAGES} duplicates checks targeting look-up snapshots audit",
        "9901",
    ),
    "leadership": Expected(LEADERSHIP, f"{READS} {MONEY_PAGES} targeting", "9901"),
    "admin": Expected(
        "我的待办 行政区划 政策参数 操作记录 账户与授权",
        "jobs policy audit accounts",
        "",
    ),
}
# Where nobody but the offices of the whole city may look.
ELSEWHERE = "990102"


@pytest.mark.parametrize("name", EXPECTED)
def test_a_role_finds_its_menu_and_is_refused_the_rest(visit, name):
    expected = EXPECTED[name]
    page = visit(name)

    assert page.title() == "我的待办 · 帮扶"
    assert page.locator("nav.menu a").all_inner_texts() == expected.menu.split()
    answers = {key: page.request.get(path).status for key, path in ADDRESSES.items()}
    assert {key for key, status in answers.items() if status == 200} == set(
        expected.open.split()
    )
    assert set(answers.values()) <= {200, 403}


@pytest.mark.parametrize("name", [name for name in EXPECTED if EXPECTED[name].scope])
def test_a_role_sees_only_people_of_its_division(visit, name):
    scope = EXPECTED[name].scope
    page = visit(name)

    page.goto("/registry/households/?per_page=100")

    codes = page.locator("tbody .cell-code").all_inner_texts()
    villages = [code for code in codes if len(code) == 12]
    assert villages
    assert [code for code in villages if not code.startswith(scope)] == []


def test_what_lies_elsewhere_is_not_found(paired, visit):
    """A record of another county answers as if it did not exist."""
    city = visit("city")
    addresses = [f"/pairing/coverage/{ELSEWHERE}/"]
    for listed in (
        f"/registry/households/?division={ELSEWHERE}",
        "/pairing/officials/?q=青岚县",
    ):
        city.goto(listed)
        addresses.append(city.locator("tbody a").first.get_attribute("href"))
    addresses.append(paired.run_url)

    assert [city.request.get(each).status for each in addresses] == [200] * 4
    for name in ("county", "township", "village", "team", "department", "preparer"):
        seen = visit(name)
        assert [seen.request.get(each).status for each in addresses] == [404] * 4, name


def test_a_helper_sees_his_own_households_and_no_others(paired, visit):
    page = visit("helper")
    page.get_by_role("link", name="我的帮扶户").first.click()
    mine = page.locator("main tbody tr").count()

    page.goto("/registry/households/")
    names = page.locator("tbody .col-first").all_inner_texts()

    assert 3 <= mine == len(names) <= 5
    city = visit("city")
    city.goto("/registry/households/?division=990101100")
    others = [
        link.get_attribute("href")
        for link in city.locator("tbody .col-first a").all()
        if link.inner_text() not in names
    ]
    assert others
    assert {page.request.get(address).status for address in others} == {404}


def test_an_identity_number_never_leaves_the_server_unasked(paired, visit):
    for name in ("city", "village", "auditor", "helper"):
        page = visit(name)
        page.goto("/registry/households/")
        page.locator("tbody a").first.click()
        page.wait_for_load_state()

        assert (
            page.get_by_text("990101******").count() + page.get_by_text("****").count()
            > 0
        )
        assert "99010119" not in page.content()


def test_nobody_enters_without_logging_in(visit):
    page = visit.stranger()

    for path in ADDRESSES.values():
        page.goto(path)
        assert "/accounts/login/" in page.url


def test_an_administrator_makes_an_account_which_changes_its_password_first(visit):
    administrator = visit("admin")
    administrator.get_by_role("link", name="账户与授权").first.click()
    administrator.get_by_role("link", name="新建账户").click()
    administrator.get_by_label("用户名").fill("meitan-clerk")
    administrator.get_by_label("姓名").fill("梅潭镇经办")
    administrator.get_by_role("button", name="建立账户").click()
    once = administrator.locator("code").inner_text()
    administrator.get_by_role("link", name="下一步：授权").click()
    administrator.get_by_label("角色").select_option("township")
    administrator.get_by_label("区划").fill("990101100")
    administrator.get_by_role("button", name="授权").click()
    expect(administrator.locator("main")).to_contain_text("乡镇扶贫办")

    page = visit.stranger()
    page.goto("/")
    visit.log_in(page, "meitan-clerk", once)
    expect(page.locator("main")).to_contain_text("您正在使用管理员给的一次性密码")
    page.goto("/registry/households/")
    expect(page.locator("main")).to_contain_text("您正在使用管理员给的一次性密码")
    page.get_by_label("新密码").fill("cha-shu-xia-de-niu-2016")
    page.get_by_label("再输一次").fill("cha-shu-xia-de-niu-2016")
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**/")

    assert (
        page.locator(".topbar-grant").inner_text() == "当前身份：\n乡镇扶贫办 · 梅潭镇"
    )
    assert page.request.get("/pairing/coverage/990101100/").status == 200


def test_a_wrong_password_is_answered_with_a_sentence(visit):
    page = visit.stranger()
    page.goto("/")
    page.get_by_label("用户名").fill("demo-payer")
    page.get_by_label("密码").fill("wrong-wrong-wrong")
    page.get_by_role("button", name="登录").click()

    expect(page.get_by_role("alert")).to_be_visible()
    assert page.title().startswith("错误：")
