"""Writes: users, grants, one-time passwords."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from bangfu.accounts import permissions, rules
from bangfu.accounts.models import Grant, User
from bangfu.accounts.roles import Role
from bangfu.audit import operations as audit
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput, WrongState
from bangfu.calc.values.text import Text
from bangfu.scope import Actor, acting
from bangfu.scope.actor import system_actor

ONE_TIME_HOURS = 72
# Letters and digits that a person cannot mistake for one another on paper.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def create_user(
    *, by: Actor, at: datetime, username: str, name: str, division: DivisionCode
) -> tuple[User, str]:
    """Create a user and return it with a one-time password, valid for 72 hours.

    Raises NotAllowed, BadInput (name taken or malformed); nothing changes then.
    """
    permissions.check_manage(by, division)
    with transaction.atomic():
        user = User(username=username.strip().lower(), name=name.strip())
        try:
            user.full_clean(exclude=["password"])
        except ValidationError as error:
            raise BadInput(
                Text(
                    "用户名“{name}”已被使用或格式不对。",
                    "The user name “{name}” is taken or malformed.",
                    {"name": username},
                ),
                remedy=Text(
                    "用户名为 2 至 60 位小写字母、数字、点或横线。",
                    "Use 2 to 60 small letters, digits, dots or dashes.",
                ),
            ) from error
        password = _give_one_time_password(user, at=at)
        audit.record(
            "accounts.user.created", by=by, at=at, subject=user, division=division
        )
    return user, password


def reset_password(
    *, by: Actor, at: datetime, user: User, division: DivisionCode
) -> str:
    """Give `user` a new one-time password and return it. Raises NotAllowed."""
    permissions.check_manage(by, division)
    with transaction.atomic():
        password = _give_one_time_password(user, at=at)
        audit.record("accounts.user.password_reset", by=by, at=at, subject=user)
    return password


def set_own_password(
    *, by: Actor | None, at: datetime, user: User, password: str
) -> None:
    """Replace the one-time password by one that the person chose.

    Raises BadInput with the validators' reasons; nothing changes then.
    """
    try:
        validate_password(password, user)
    except ValidationError as error:
        reasons = " ".join(error.messages)
        raise BadInput(
            Text("密码不合要求：{why}", "Password refused: {why}", {"why": reasons})
        ) from error
    with transaction.atomic():
        user.set_password(password)
        user.must_change_password = False
        user.one_time_until = None
        user.save()
        who = by or Actor(user.pk, user.username, 0, "none", None)
        audit.record("accounts.user.password_set", by=who, at=at, subject=user)


def set_active(
    *,
    by: Actor,
    at: datetime,
    user: User,
    is_active: bool,
    division: DivisionCode,
    reason: str,
) -> None:
    """Enable or disable a user; a disabled one is logged out at the next request."""
    permissions.check_manage(by, division)
    permissions.check_not_self(by, user.pk)
    with transaction.atomic():
        user.is_active = is_active
        user.save(update_fields=["is_active"])
        action = "accounts.user.enabled" if is_active else "accounts.user.disabled"
        audit.record(
            action, by=by, at=at, subject=user, division=division, reason=reason
        )


def grant_role(
    *,
    by: Actor,
    at: datetime,
    user: User,
    role: Role,
    division: DivisionCode,
    valid_from: date,
    official_id: int | None = None,
) -> Grant:
    """Grant `role` at `division` from a day on.

    Raises NotAllowed (not the administrator there, or to oneself), WrongLevel,
    WrongState (granted already); nothing changes then.
    """
    permissions.check_manage(by, division)
    permissions.check_not_self(by, user.pk)
    rules.check_role_at(role, division)
    with transaction.atomic():
        grant, created = Grant.objects.get_or_create(
            user=user,
            role=role,
            division_code=division,
            valid_from_date=valid_from,
            defaults={"granted_by_id": by.user_id, "official_id": official_id},
        )
        if not created:
            raise WrongState(Text("该授权已存在。", "This grant exists already."))
        audit.record(
            "accounts.grant.given",
            by=by,
            at=at,
            subject=grant,
            detail={"role": role.value},
        )
    return grant


def end_grant(
    *, by: Actor, at: datetime, grant: Grant, last_day: date, reason: str
) -> None:
    """End a grant after `last_day`. Raises NotAllowed, WrongState."""
    permissions.check_manage(by, grant.division_code)
    ends = max(last_day, grant.valid_from_date) + timedelta(days=1)
    with transaction.atomic():
        ended = Grant.objects.filter(pk=grant.pk, valid_to_date__isnull=True).update(
            valid_to_date=ends
        )
        if not ended:
            raise WrongState(Text("该授权已终止。", "This grant has ended already."))
        audit.record("accounts.grant.ended", by=by, at=at, subject=grant, reason=reason)


def create_first_administrator(
    *, at: datetime, username: str, division: DivisionCode
) -> tuple[User, str]:
    """Create the one administrator of a new installation, with a one-time password.

    Raises WrongState when there is any user already.
    """
    by = system_actor("setup")
    with acting(by):
        if User.objects.exists():
            raise WrongState(
                Text("系统中已有用户。", "There are users already."),
                remedy=Text(
                    "请由现有管理员新建账户。", "Ask an administrator for an account."
                ),
            )
        user, password = create_user(
            by=by, at=at, username=username, name=username, division=division
        )
        grant_role(
            by=by,
            at=at,
            user=user,
            role=Role.ADMINISTRATOR,
            division=division,
            valid_from=at.date(),
        )
    return user, password


def _give_one_time_password(user: User, *, at: datetime) -> str:
    password = "-".join(
        "".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(3)
    )
    user.set_password(password)
    user.must_change_password = True
    user.one_time_until = at + timedelta(hours=ONE_TIME_HOURS)
    user.save()
    return password
