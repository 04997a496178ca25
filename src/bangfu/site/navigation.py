"""The left menu: one entry per page of an app, and which roles see it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from bangfu.accounts.roles import OFFICES, READERS, Role
from bangfu.calc.values.text import Text
from bangfu.funds.permissions import LEDGER_READ_ROLES
from bangfu.publicity.permissions import OBJECTION_READ_ROLES
from bangfu.registry.crosschecks.permissions import SEE_ROLES as HIT_ROLES
from bangfu.registry.duplicates.permissions import SEE_ROLES as DUPLICATES_ROLES
from bangfu.registry.targeting.permissions import SEE_ROLES as TARGETING_ROLES
from bangfu.web.navigation import NavItem, mark_current

_STAFF = READERS - {Role.HELPER}
_MENU: tuple[tuple[Text, str, str, frozenset[Role]], ...] = (
    (Text("我的待办", "To do"), "home", "house", frozenset(Role)),
    (Text("双向全覆盖", "Two-way coverage"), "pairing:coverage", "diagram-3", _STAFF),
    (Text("贫困户", "Households"), "registry:households", "people", READERS),
    (Text("帮扶干部", "Officials"), "pairing:officials", "person-badge", _STAFF),
    (
        Text("我的帮扶户", "My households"),
        "pairing:mine",
        "person-heart",
        frozenset({Role.HELPER}),
    ),
    (Text("配对方案", "Pairing runs"), "pairing:runs", "shuffle", _STAFF),
    (Text("识别退出", "Entry and exit"), "registry:cases", "signpost-split", _STAFF),
    (Text("年度采集", "Yearly survey"), "registry:surveys", "clipboard-data", _STAFF),
    (
        Text("疑似重复", "Duplicates"),
        "registry:duplicates",
        "intersect",
        DUPLICATES_ROLES,
    ),
    (Text("数据比对", "Cross-checks"), "registry:crosschecks", "binoculars", HIT_ROLES),
    (
        Text("识别比对", "Targeting"),
        "registry:targeting",
        "bullseye",
        TARGETING_ROLES,
    ),
    (Text("公告公示", "Notices"), "publicity:notices", "megaphone", READERS),
    (
        Text("异议办理", "Objections"),
        "publicity:objections",
        "chat-left-text",
        OBJECTION_READ_ROLES,
    ),
    (Text("资金总览", "Funds"), "funds:county", "cash-coin", LEDGER_READ_ROLES),
    (Text("项目库", "Projects"), "funds:projects", "kanban", _STAFF),
    (Text("报账", "Claims"), "funds:claims", "receipt", _STAFF),
    (Text("资金总账", "Fund ledger"), "funds:trial_balance", "bank", LEDGER_READ_ROLES),
    (Text("数据导入", "Import"), "registry:imports", "upload", OFFICES),
    (Text("后台任务", "Jobs"), "jobs:list", "hourglass-split", READERS),
    (
        Text("数据快照", "Snapshots"),
        "lake:list",
        "archive",
        frozenset({Role.CITY, Role.COUNTY, Role.AUDITOR}),
    ),
    (Text("行政区划", "Divisions"), "divisions:browse", "geo-alt", frozenset(Role)),
    (Text("政策参数", "Policy"), "policy:list", "book", frozenset(Role)),
    (
        Text("操作记录", "Audit"),
        "audit:events",
        "journal-check",
        frozenset({Role.CITY, Role.COUNTY, Role.AUDITOR, Role.ADMINISTRATOR}),
    ),
    (
        Text("账户与授权", "Accounts"),
        "accounts:users",
        "key",
        frozenset({Role.ADMINISTRATOR}),
    ),
)
# The headings of the menu and what stands under each: a page, or all others of an app.
_SECTIONS: tuple[tuple[Text | None, frozenset[str]], ...] = (
    (None, frozenset({"home"})),
    (Text("帮扶对象", "Households"), frozenset({"registry"})),
    (Text("结对帮扶", "Pairing"), frozenset({"pairing"})),
    (Text("资金项目", "Funds"), frozenset({"funds"})),
    (Text("公开监督", "Publicity"), frozenset({"publicity"})),
    (
        Text("数据与系统", "Data and system"),
        frozenset({"registry:imports", "jobs", "lake", "divisions", "policy", "audit"})
        | {"accounts"},
    ),
)
# What a page of the menu is for, as its card on the home page says.
_ABOUT: dict[str, Text] = {
    "pairing:coverage": Text(
        "户户有人帮、人人有任务：逐级查看缺口",
        "Households without a helper, officials without a task, level by level",
    ),
    "registry:households": Text(
        "查找农户，查看一户一档", "Find a household and open its file"
    ),
    "registry:cases": Text(
        "申请、评议、审核、退出、监测：每户的下一步",
        "Entry, review, exit, monitoring: the next step of every case",
    ),
    "registry:duplicates": Text(
        "核对可能登记了两次的人和户",
        "Persons and families that may be on file twice",
    ),
    "registry:crosschecks": Text(
        "与各部门名单比对的线索，由人核实",
        "Hits against departments' lists, for people to verify",
    ),
    "registry:targeting": Text(
        "登记收入、评议名次与代理得分不一致的户",
        "Where measured income, meeting and score disagree",
    ),
    "registry:surveys": Text(
        "每年入户采集、审核、锁定，各村进度",
        "Survey every household, check, lock; how far each village is",
    ),
    "pairing:officials": Text(
        "干部的帮扶户数、上下限和名单", "What each official must do, and has"
    ),
    "pairing:mine": Text("本人负责的农户名单", "Those you are responsible for"),
    "pairing:runs": Text(
        "计算、审批和执行配对方案", "Solve, approve and apply a pairing"
    ),
    "publicity:notices": Text(
        "拟稿、核对、张贴，公示期自动计时",
        "Draft, check and post; the clock runs by itself",
    ),
    "publicity:objections": Text(
        "受理、调查、答复，逾期有提醒", "Receive, look into and answer, in time"
    ),
    "funds:county": Text(
        "到账、计划、安排、支付和结余，按类别和账龄",
        "What arrived, is planned, committed, paid and left",
    ),
    "funds:projects": Text(
        "申报、公示、入库、年度计划、实施、验收",
        "Propose, post, enter, plan, build, accept",
    ),
    "funds:claims": Text(
        "分阶段报账，审核、退回、支付", "Stages of payment: check, return, pay"
    ),
    "funds:trial_balance": Text(
        "账户余额、凭证、资金流向和结账",
        "Balances, vouchers, the flow of funds and closes",
    ),
    "registry:imports": Text(
        "上传名册，核对后确认写入", "Send a workbook, check it, then confirm"
    ),
    "jobs:list": Text("耗时任务的进度和结果", "Progress and results of long work"),
    "divisions:browse": Text(
        "市、县、乡、村及其历史变更", "The tree of divisions and its history"
    ),
    "policy:list": Text(
        "每项标准的取值、出处和作用处", "Every figure, its source and where it acts"
    ),
    "lake:list": Text(
        "供分析用的只读快照及其核验", "Read-only copies for analysis, and their checks"
    ),
    "audit:events": Text("谁在何时做了什么", "Who did what, when and why"),
    "accounts:users": Text(
        "新建账户、授权、重置密码", "Create accounts, grant roles, reset passwords"
    ),
}

USER_MENU = (
    NavItem(
        Text("修改密码", "Change the password"), "/accounts/password/change/", "key"
    ),
    NavItem(Text("两步验证", "Two-step log-in"), "/accounts/2fa/", "shield-lock"),
    NavItem(
        Text("登录设备", "Where you are logged in"), "/accounts/sessions/", "laptop"
    ),
)


def _section(name: str) -> int:
    """Return where a page stands in `_SECTIONS`; a page of its own goes before an app."""
    for wanted in (name, name.partition(":")[0]):
        for place, (_, pages) in enumerate(_SECTIONS):
            if wanted in pages:
                return place
    raise LookupError(name)


def _items(role: str) -> list[tuple[str, NavItem]]:
    """Return the pages of a role's menu with their names, section by section."""
    rows = sorted(_MENU, key=lambda row: _section(row[1]))
    return [
        (
            name,
            NavItem(label, reverse(name), icon, section=_SECTIONS[_section(name)][0]),
        )
        for label, name, icon, roles in rows
        if role in roles
    ]


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A page of the menu with a sentence about it, for the home page."""

    item: NavItem
    about: Text | None


def shortcuts(role: str) -> list[Shortcut]:
    """Return the pages of a role's menu but the home page itself."""
    return [
        Shortcut(item, _ABOUT.get(name))
        for name, item in _items(role)
        if name != "home"
    ]


def navigation(request: HttpRequest) -> dict[str, object]:
    """Return the menus of the acting role, for the shell."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return {"navigation": ()}
    items = tuple(item for _, item in _items(actor.role))
    return {
        "navigation": mark_current(items, request.path),
        "grant_switch_url": reverse("accounts:switch_grant"),
        "search_url": reverse("registry:households") if actor.role in READERS else "",
        "user_menu": USER_MENU,
    }
