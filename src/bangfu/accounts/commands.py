"""`bangfu accounts create | grant | end | list | reset | disable | enable`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click
from django.db.models import Prefetch
from django.utils import timezone

from bangfu.accounts import operations, places, queries
from bangfu.accounts.models import Grant, User
from bangfu.accounts.roles import Role
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text
from bangfu.scope import Actor, acting
from bangfu.scope.command import actor_for_command

_LIST_LIMIT = 10_000
_Command = Callable[..., Any]


@click.group()
def accounts() -> None:
    """Users and grants; acts as an administrator (--as USERNAME)."""


def _json_option(command: _Command) -> _Command:
    return click.option("--json", "as_json", is_flag=True, help="one JSON document")(
        command
    )


@accounts.command()
@click.argument("username")
@click.option("--name", required=True, help="the person's name")
@click.option("--division", required=True, help="code of the division that keeps it")
@click.option("--unit", "unit_name", default="", help="place of work")
@_json_option
@click.pass_context
def create(
    ctx: click.Context,
    username: str,
    name: str,
    division: str,
    unit_name: str,
    as_json: bool,
) -> None:
    """Create a user; shows a one-time password, once."""
    code = DivisionCode.parse(division)
    by = _administrator(ctx, code)
    with acting(by):
        user, password = operations.create_user(
            by=by,
            at=timezone.now(),
            username=username,
            name=name,
            division=code,
            unit_name=unit_name,
        )
    _say_password(ctx, user, password, as_json=as_json)


@accounts.command()
@click.argument("username")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@click.argument("code")
@click.option("--official", help="for a helper: number or name in the staff roster")
@click.option("--from", "valid_from", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--last-day", type=click.DateTime(["%Y-%m-%d"]))
@_json_option
@click.pass_context
def grant(
    ctx: click.Context,
    username: str,
    role: str,
    code: str,
    official: str | None,
    valid_from: Any,
    last_day: Any,
    as_json: bool,
) -> None:
    """Grant ROLE at the division CODE to a user, from today on by default."""
    division = DivisionCode.parse(code)
    by = _administrator(ctx, division)
    with acting(by):
        given = operations.grant_role(
            by=by,
            at=timezone.now(),
            user=_user(by, username),
            role=Role(role),
            division=division,
            valid_from=valid_from.date() if valid_from else timezone.localdate(),
            last_day=last_day.date() if last_day else None,
            official_id=_official(official, division) if official else None,
        )
    text = Text(
        "已授权：{username} {role} {code}（编号 {id}）",
        "Granted: {username} {role} {code} (grant {id})",
        {
            "username": username,
            "role": Role(role).text,
            "code": division,
            "id": given.pk,
        },
    )
    _say(ctx, text, {"grant": given.pk}, as_json=as_json)


@accounts.command()
@click.argument("grant_id", type=int)
@click.option("--reason", required=True)
@_json_option
@click.pass_context
def end(ctx: click.Context, grant_id: int, reason: str, as_json: bool) -> None:
    """End a grant at once; `list` shows the numbers."""
    by = _administrator(ctx, None)
    with acting(by):
        found = Grant.objects.filter(pk=grant_id).first()
        if found is None:
            raise BadInput(
                Text("没有这项授权：{id}。", "No such grant: {id}.", {"id": grant_id})
            )
        operations.end_grant(by=by, at=timezone.now(), grant=found, reason=reason)
    text = Text("授权 {id} 已终止。", "Grant {id} has ended.", {"id": grant_id})
    _say(ctx, text, {"grant": grant_id, "ended": True}, as_json=as_json)


@accounts.command(name="list")
@click.option("--division", help="only users of this division (default: your own)")
@_json_option
@click.pass_context
def list_(ctx: click.Context, division: str | None, as_json: bool) -> None:
    """List users with the grants that hold today."""
    code = DivisionCode.parse(division) if division else None
    by = _administrator(ctx, code)
    with acting(by):
        held: Any = Grant.objects.filter(queries.holding(timezone.localdate()))
        grants = Prefetch("grants", held.order_by("division_code", "role"), "held")
        users = _users(by, code).prefetch_related(grants)
        rows = [_row(user) for user in users[:_LIST_LIMIT]]
    if as_json:
        click.echo(json.dumps({"users": rows}, ensure_ascii=False, indent=2))
        return
    for row in rows:
        words = ", ".join(
            f"{one['id']}:{one['role']}@{one['division']}" for one in row["grants"]
        )
        state = "" if row["is_active"] else " -"
        click.echo(f"{row['username']}\t{row['name']}{state}\t{words}")


@accounts.command()
@click.argument("username")
@_json_option
@click.pass_context
def reset(ctx: click.Context, username: str, as_json: bool) -> None:
    """Give a user a new one-time password; his sessions end."""
    by = _administrator(ctx, None)
    with acting(by):
        user = _user(by, username)
        password = operations.reset_password(by=by, at=timezone.now(), user=user)
    _say_password(ctx, user, password, as_json=as_json)


@accounts.command()
@click.argument("username")
@click.option("--reason", required=True)
@_json_option
@click.pass_context
def disable(ctx: click.Context, username: str, reason: str, as_json: bool) -> None:
    """Disable a user; he is logged out at once."""
    _set_active(ctx, username, reason, is_active=False, as_json=as_json)


@accounts.command()
@click.argument("username")
@click.option("--reason", required=True)
@_json_option
@click.pass_context
def enable(ctx: click.Context, username: str, reason: str, as_json: bool) -> None:
    """Enable a disabled user again."""
    _set_active(ctx, username, reason, is_active=True, as_json=as_json)


def _set_active(
    ctx: click.Context, username: str, reason: str, *, is_active: bool, as_json: bool
) -> None:
    by = _administrator(ctx, None)
    with acting(by):
        operations.set_active(
            by=by,
            at=timezone.now(),
            user=_user(by, username),
            is_active=is_active,
            reason=reason,
        )
    text = (
        Text("{username} 已启用。", "{username} is enabled.", {"username": username})
        if is_active
        else Text(
            "{username} 已停用。", "{username} is disabled.", {"username": username}
        )
    )
    _say(ctx, text, {"username": username, "is_active": is_active}, as_json=as_json)


def _administrator(ctx: click.Context, division: DivisionCode | None) -> Actor:
    return actor_for_command(ctx, roles={Role.ADMINISTRATOR}, division=division)


def _users(by: Actor, code: DivisionCode | None = None) -> Any:
    within = code or by.division
    assert within is not None  # noqa: S101 - an administrator's grant has a division
    return queries.users_seen(within).order_by("username")


def _user(by: Actor, username: str) -> User:
    found: User | None = _users(by).filter(username=username.strip().lower()).first()
    if found is None:
        raise BadInput(
            Text(
                "您管理的地区没有用户“{name}”。",
                "There is no user “{name}” in the division you manage.",
                {"name": username[:60]},
            ),
            remedy=Text(
                "请用 bangfu accounts list 查看。", "See bangfu accounts list."
            ),
        )
    return found


def _official(text: str, division: DivisionCode) -> int:
    found = places.officials(text, within=division)
    if len(found) != 1:
        words = {"text": text, "found": "；".join(one.words for one in found) or "-"}
        raise BadInput(
            Text(
                "“{text}”在干部花名册中不能确定一人：{found}",
                "“{text}” is not one person of the staff roster: {found}",
                words,
            ),
            remedy=Text(
                "请填写该区划干部的编号。",
                "Give the number of an official of the division.",
            ),
        )
    return found[0].official_id


def _row(user: Any) -> dict[str, Any]:
    return {
        "username": user.username,
        "name": user.name,
        "is_active": user.is_active,
        "must_change_password": user.must_change_password,
        "grants": [
            {"id": one.pk, "role": one.role, "division": one.division_code}
            for one in user.held
        ],
    }


def _say_password(
    ctx: click.Context, user: User, password: str, *, as_json: bool
) -> None:
    hours = operations.ONE_TIME_HOURS
    text = Text(
        "{username} 的一次性密码（{hours} 小时内有效）：{password}",
        "One-time password of {username}, good for {hours} hours: {password}",
        {"username": user.username, "hours": hours, "password": password},
    )
    document = {"username": user.username, "password": password, "hours": hours}
    _say(ctx, text, document, as_json=as_json)


def _say(
    ctx: click.Context, text: Text, document: dict[str, object], *, as_json: bool
) -> None:
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False))
    else:
        language = (ctx.find_root().obj or {}).get("lang", "zh")
        click.echo(text.in_language(language))
