"""Accounts as the shell shows them: the list of users, states, grants, log-ins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now, TruncDate
from django.urls import reverse
from django.utils import timezone

from bangfu.accounts import devices, permissions, places, queries
from bangfu.accounts.models import Grant, Session, User
from bangfu.accounts.roles import Role
from bangfu.audit.models import Event
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.text import Text, join
from bangfu.scope import Actor
from bangfu.web.cells import Badge
from bangfu.web.columns import Column
from bangfu.web.filters import ChoiceFilter, TextFilter
from bangfu.web.lists import ListSpec

TITLE = Text("账户与授权", "Accounts and grants")
_SHOWN_GRANTS = 3

_STATES = {
    "active": Badge(Text("正常", "active"), "success"),
    "new": Badge(Text("待首次登录", "to log in first"), "warning"),
    "expired": Badge(Text("一次性密码已过期", "one-time password ran out"), "danger"),
    "disabled": Badge(Text("已停用", "disabled"), "neutral"),
}
_LOG_INS = {
    "accounts.login.done": Badge(Text("登录", "logged in"), "success"),
    "accounts.login.ended": Badge(Text("退出", "logged out"), "neutral"),
    "accounts.login.failed": Badge(Text("登录失败", "failed"), "warning"),
    "accounts.login.locked": Badge(Text("锁定 30 分钟", "locked"), "danger"),
    "accounts.login.refused": Badge(
        Text("锁定期间再试", "refused while locked"), "danger"
    ),
}


class GrantRow(NamedTuple):
    """A grant as the user's page shows it."""

    grant: Grant
    role: Text
    place: str
    badge: Badge
    last_day: date | None
    can_end: bool


class LogInRow(NamedTuple):
    """An event of log-in as the user's page shows it."""

    event: Event
    badge: Badge
    address: str


class SessionRow(NamedTuple):
    """A session as its person sees it."""

    session: Session
    device: Text
    is_current: bool


def state_badge(user: User, *, at: datetime) -> Badge:
    """Return the state of an account as icon and words."""
    if not user.is_active:
        return _STATES["disabled"]
    if not user.must_change_password:
        return _STATES["active"]
    is_over = user.one_time_until is not None and user.one_time_until < at
    return _STATES["expired" if is_over else "new"]


def home_of(user: User, *, on: date) -> str:
    """Return the name of the division where the account is at home, or ""."""
    if not user.home_code:
        return ""
    code = DivisionCode(user.home_code)
    return places.full_names([code], at=on)[code]


def grant_words(grant: Grant, *, on: date) -> dict[str, object]:
    """Return role and place of a grant for a sentence."""
    code = DivisionCode(grant.division_code)
    return {
        "role": Role(grant.role).text,
        "place": places.full_names([code], at=on)[code],
    }


def dress(users: Iterable[Any], *, at: datetime) -> None:
    """Give each user of a page `grants_text`, the grants held, and `state`, a badge."""
    on = timezone.localtime(at).date()
    rows = Grant.objects.filter(queries.holding(on), user__in=list(users)).order_by(
        "division_code", "role"
    )
    by_user: dict[int, list[Grant]] = defaultdict(list)
    for grant in rows:
        by_user[grant.user_id].append(grant)
    codes = [grant.division_code for held in by_user.values() for grant in held]
    known = places.names(codes, at=on)
    for user in users:
        user.grants_text = _grants_text(by_user[user.pk], known)
        user.state = state_badge(user, at=at)


def _grants_text(held: list[Grant], known: dict[DivisionCode, str]) -> Text | None:
    if not held:
        return None
    words = [
        Text(
            "{role} · {place}",
            "{role} · {place}",
            {"role": Role(grant.role).text, "place": known[grant.division_code]},
        )
        for grant in held[:_SHOWN_GRANTS]
    ]
    if len(held) > _SHOWN_GRANTS:
        more = {"n": len(held) - _SHOWN_GRANTS}
        words.append(Text("另 {n} 项", "{n} more", more))
    return join(words)


def grant_rows(user: User, by: Actor, *, on: date) -> list[GrantRow]:
    """Return the grants within one's division, those that hold first."""
    grants = list(Grant.objects.filter(user=user).order_by("-valid_from_date", "-pk"))
    known = places.full_names([grant.division_code for grant in grants], at=on)
    rows = [_grant_row(grant, by, known, on) for grant in grants]
    return sorted(rows, key=lambda row: row.badge.kind != "success")


def _grant_row(
    grant: Grant, by: Actor, known: dict[DivisionCode, str], on: date
) -> GrantRow:
    until = grant.valid_to_date
    is_over = until is not None and until <= on
    if is_over:
        badge = Badge(Text("已终止", "ended"), "neutral")
    elif grant.valid_from_date > on:
        badge = Badge(Text("未生效", "not yet"), "info")
    else:
        badge = Badge(Text("有效", "in force"), "success")
    manages = permissions.can_manage(by, grant.division_code)
    return GrantRow(
        grant,
        Role(grant.role).text,
        known[grant.division_code],
        badge,
        None if until is None else max(until - date.resolution, grant.valid_from_date),
        manages and not is_over and grant.user_id != by.user_id,
    )


def log_in_rows(user: User) -> list[LogInRow]:
    """Return the newest log-ins and failures of an account."""
    return [
        LogInRow(event, _LOG_INS[event.action], event.detail.get("address") or "")
        for event in queries.log_ins_of(user)
    ]


def session_rows(
    user_id: int, *, current_key: str | None, at: datetime
) -> list[SessionRow]:
    """Return a person's sessions, the one that asks first."""
    rows = [
        SessionRow(each, devices.words(each.device), each.session_key == current_key)
        for each in queries.sessions_of(user_id, at=at)
    ]
    return sorted(rows, key=lambda row: not row.is_current)


def _in_state(rows: QuerySet[User], state: object) -> QuerySet[User]:
    if state == "disabled":
        return rows.filter(is_active=False)
    if state == "no_grant":
        held = Grant.objects.filter(
            queries.holding(TruncDate(Now())), user=OuterRef("pk")
        )
        return rows.filter(~Exists(held), is_active=True)
    if state == "active":
        return rows.filter(is_active=True, must_change_password=False)
    over = Q(one_time_until__lt=Now())
    waiting = rows.filter(is_active=True, must_change_password=True)
    return waiting.filter(over) if state == "expired" else waiting.exclude(over)


def _named(rows: QuerySet[User], words: object) -> QuerySet[User]:
    return rows.filter(Q(username__icontains=words) | Q(name__icontains=words))


def _granted(rows: QuerySet[User], text: object) -> QuerySet[User]:
    return rows.filter(grants__in=Grant.objects.filter(role=text)).distinct()


USERS: ListSpec = ListSpec(
    key="accounts.users",
    noun=Text("人", "people"),
    order="username",
    empty=Text("没有符合条件的账户。", "No account matches."),
    row_url=lambda user: reverse("accounts:user", args=[user.pk]),
    columns=(
        Column(
            name="username",
            text=Text("用户名", "User name"),
            order="username",
            is_fixed=True,
        ),
        Column(name="name", text=Text("姓名", "Name"), order="name"),
        Column(
            name="unit_name", text=Text("工作单位", "Place of work"), is_hidden=True
        ),
        Column(name="grants_text", text=Text("授权", "Grants")),
        Column(name="state", text=Text("状态", "State")),
        Column(
            name="last_login",
            text=Text("上次登录", "Last log-in"),
            kind="moment",
            order="last_login",
        ),
    ),
    filters=(
        TextFilter(
            name="q", text=Text("用户名或姓名", "User name or name"), apply=_named
        ),
        ChoiceFilter(
            name="role",
            text=Text("角色", "Role"),
            apply=_granted,
            choices=[(role.value, role.text) for role in Role],
        ),
        ChoiceFilter(
            name="state",
            text=Text("状态", "State"),
            apply=_in_state,
            choices=[
                *((name, badge.text) for name, badge in _STATES.items()),
                ("no_grant", Text("待授权", "without a grant")),
            ],
        ),
    ),
)
