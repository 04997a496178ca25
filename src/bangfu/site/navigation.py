"""The left menu: one entry per page of an app, and which roles see it."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from bangfu.accounts.roles import OFFICES, READERS, Role
from bangfu.calc.values.text import Text
from bangfu.publicity.permissions import OBJECTION_READ_ROLES
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
    (Text("公告公示", "Notices"), "publicity:notices", "megaphone", READERS),
    (
        Text("异议办理", "Objections"),
        "publicity:objections",
        "chat-left-text",
        OBJECTION_READ_ROLES,
    ),
    (Text("数据导入", "Import"), "registry:imports", "upload", OFFICES),
    (Text("后台任务", "Jobs"), "jobs:list", "hourglass-split", READERS),
    (Text("行政区划", "Divisions"), "divisions:browse", "geo-alt", frozenset(Role)),
    (Text("政策参数", "Policy"), "policy:list", "book", frozenset(Role)),
    (
        Text("账户与授权", "Accounts"),
        "accounts:users",
        "key",
        frozenset({Role.ADMINISTRATOR}),
    ),
)

USER_MENU = (
    NavItem(
        Text("修改密码", "Change the password"), "/accounts/password/change/", "key"
    ),
    NavItem(Text("两步验证", "Two-step log-in"), "/accounts/2fa/", "shield-lock"),
)


def navigation(request: HttpRequest) -> dict[str, object]:
    """Return the menus of the acting role, for the shell."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return {"navigation": ()}
    items = tuple(
        NavItem(label, reverse(name), icon)
        for label, name, icon, roles in _MENU
        if actor.role in roles
    )
    return {
        "navigation": mark_current(items, request.path),
        "grant_switch_url": reverse("accounts:switch_grant"),
        "search_url": reverse("registry:households") if actor.role in READERS else "",
        "user_menu": USER_MENU,
    }
