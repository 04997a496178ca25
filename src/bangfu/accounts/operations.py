"""Writes: users, grants, passwords, and the audit of log-ins."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import date, datetime, timedelta

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from bangfu.accounts import permissions, queries, rules
from bangfu.accounts.models import Grant, Session, User
from bangfu.accounts.roles import Role
from bangfu.audit import operations as audit
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput, WrongState
from bangfu.calc.values.text import Text
from bangfu.scope import Actor, acting
from bangfu.scope.actor import system_actor
from bangfu.web.language import reasons

ONE_TIME_HOURS = 72
ENTRANCE = system_actor("log-in")
# Letters and digits that a person cannot mistake for one another on paper.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def create_user(
    *,
    by: Actor,
    at: datetime,
    username: str,
    name: str,
    division: DivisionCode,
    unit_name: str = "",
) -> tuple[User, str]:
    """Create a user and return it with a one-time password, valid for 72 hours.

    division: where the account is at home. Raises NotAllowed, BadInput (name taken or
    malformed); nothing changes then.
    """
    permissions.check_manage(by, division)
    user = User(
        username=username.strip().lower(),
        name=name.strip(),
        unit_name=unit_name.strip(),
        home_code=division,
    )
    rules.check_username(user.username)
    try:
        user.full_clean(exclude=["password"])
    except ValidationError as error:
        if "username" in error.message_dict:
            raise rules.NameRefused.of(user.username) from error
        why = {"why": reasons(error)}
        raise BadInput(
            Text("账户有误：{why}", "The account is wrong: {why}", why)
        ) from error
    try:
        with transaction.atomic():
            password = _give_one_time_password(user, at=at)
            audit.record(
                "accounts.user.created", by=by, at=at, subject=user, division=division
            )
    except IntegrityError as error:  # taken between the check and now
        raise rules.NameRefused.of(user.username) from error
    return user, password


def reset_password(*, by: Actor, at: datetime, user: User) -> str:
    """Give `user` a new one-time password and return it; his sessions end.

    Raises NotAllowed; nothing changes then.
    """
    _check_manage(by, user, at)
    with transaction.atomic():
        password = _give_one_time_password(user, at=at)
        audit.record("accounts.user.password_reset", by=by, at=at, subject=user)
    return password


def reset_second_step(*, by: Actor, at: datetime, user: User, reason: str) -> None:
    """Switch off the second step of somebody who lost phone and recovery codes.

    Raises NotAllowed, WrongState (there is none); nothing changes then.
    """
    _check_manage(by, user, at)
    with transaction.atomic():
        deleted, _ = Authenticator.objects.filter(user=user).delete()
        if not deleted:
            raise WrongState(
                Text("该账户没有启用两步验证。", "The account has no second step.")
            )
        audit.record(
            "accounts.user.second_step_reset",
            by=by,
            at=at,
            subject=user,
            reason=reason,
        )


def set_own_password(*, by: Actor, at: datetime, user: User, password: str) -> None:
    """Replace a password by one that the person chose and `rules.check_password` let pass."""
    with acting(by):
        user.set_password(password)
        user.must_change_password = False
        user.one_time_until = None
        user.save(update_fields=["password", "must_change_password", "one_time_until"])
        audit.record("accounts.user.password_set", by=by, at=at, subject=user)


def set_active(
    *, by: Actor, at: datetime, user: User, is_active: bool, reason: str
) -> None:
    """Enable or disable a user; a disabled one is logged out at the next request.

    Raises NotAllowed; nothing changes then.
    """
    _check_manage(by, user, at)
    with transaction.atomic():
        user.is_active = is_active
        user.save(update_fields=["is_active"])
        action = "accounts.user.enabled" if is_active else "accounts.user.disabled"
        audit.record(action, by=by, at=at, subject=user, reason=reason)


def grant_role(
    *,
    by: Actor,
    at: datetime,
    user: User,
    role: Role,
    division: DivisionCode,
    valid_from: date,
    last_day: date | None = None,
    official_id: int | None = None,
) -> Grant:
    """Grant `role` at `division` from a day on, up to and with `last_day` if given.

    Raises NotAllowed (not the administrator there, or to oneself), WrongLevel,
    WrongOfficial, WrongPeriod, WrongState (held already); nothing changes then.
    """
    permissions.check_manage(by, division)
    permissions.check_not_self(by, user.pk)
    rules.check_role_at(role, division)
    rules.check_official(role, official_id)
    rules.check_period(valid_from, last_day, today=timezone.localtime(at).date())
    grant = Grant(
        user=user,
        role=role,
        division_code=division,
        valid_from_date=valid_from,
        valid_to_date=None if last_day is None else last_day + timedelta(days=1),
        granted_by_id=by.user_id,
        official_id=official_id,
    )
    try:
        with transaction.atomic():
            grant.save()
            detail = {"role": role.value}
            audit.record(
                "accounts.grant.given", by=by, at=at, subject=grant, detail=detail
            )
    except IntegrityError as error:
        raise WrongState(
            Text("该授权已存在。", "This grant exists already."),
            remedy=Text("请先终止原授权。", "End the present one first."),
        ) from error
    return grant


def end_grant(*, by: Actor, at: datetime, grant: Grant, reason: str) -> None:
    """End a grant at once: the next request under it is refused.

    A grant that has not begun yet never will. Raises NotAllowed, WrongState (over
    already); nothing changes then.
    """
    permissions.check_manage(by, grant.division_code)
    permissions.check_not_self(by, grant.user_id)
    today = timezone.localtime(at).date()
    with transaction.atomic():
        locked = Grant.objects.select_for_update().get(pk=grant.pk)
        if locked.valid_to_date is not None and locked.valid_to_date <= today:
            raise WrongState(Text("该授权已终止。", "This grant has ended already."))
        locked.valid_to_date = max(today, locked.valid_from_date)
        locked.save(update_fields=["valid_to_date"])
        audit.record("accounts.grant.ended", by=by, at=at, subject=grant, reason=reason)


def create_first_administrator(
    *, at: datetime, username: str, division: DivisionCode
) -> tuple[User, str]:
    """Create the one administrator of a new installation, with a one-time password.

    Raises WrongState when there is any user already, BadInput, WrongLevel.
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
            valid_from=timezone.localtime(at).date(),
        )
    return user, password


def end_sessions(*, by: Actor, at: datetime, keys: Collection[str]) -> int:
    """End sessions of one's own by their keys; returns how many there were.

    Keys of others and of ended sessions are passed over.
    """
    own = Session.objects.filter(user_id=by.user_id, session_key__in=keys)
    with transaction.atomic():
        count, _ = own.delete()
        if count:
            audit.record(
                "accounts.session.ended",
                by=by,
                at=at,
                subject=User(pk=by.user_id),
                detail={"sessions": count},
            )
    return count


def record_log_in(*, by: Actor, at: datetime, address: str | None) -> None:
    """Write that somebody logged in, with the grant under which he begins."""
    with acting(by):
        audit.record(
            "accounts.login.done",
            by=by,
            at=at,
            subject=User(pk=by.user_id),
            detail={"address": address},
        )


def record_log_out(*, by: Actor, at: datetime) -> None:
    """Write that somebody logged out."""
    with acting(by):
        audit.record("accounts.login.ended", by=by, at=at, subject=User(pk=by.user_id))


def record_failed_log_in(
    *,
    by: Actor,
    at: datetime,
    username: str,
    address: str | None,
    step: str,
    is_counted: bool,
    is_locked: bool,
) -> None:
    """Write a failed log-in; name the user only if there is one of that name.

    What was typed may be a password in the wrong field, so it is kept nowhere. step:
    "password" or "code". is_counted: it was tried and failed, not refused unseen.
    is_locked: the log-in is locked now.
    """
    user = User.objects.filter(username=username).first() if username else None
    detail = {"address": address, "step": step}
    home = DivisionCode(user.home_code) if user and user.home_code else None
    actions = []
    if is_counted:
        actions.append("accounts.login.failed")
    if is_locked:
        actions.append(
            "accounts.login.locked" if is_counted else "accounts.login.refused"
        )
    with acting(by):
        for action in actions:
            audit.record(
                action, by=by, at=at, subject=user, division=home, detail=detail
            )


def record_denied(*, by: Actor, at: datetime, route: str, method: str) -> None:
    """Write that a page or an act was refused to somebody (status 403)."""
    with acting(by):
        detail = {"route": route, "method": method}
        audit.record("accounts.access.denied", by=by, at=at, detail=detail)


def _check_manage(by: Actor, user: User, at: datetime) -> None:
    places = queries.places_of(user, on=timezone.localtime(at).date())
    permissions.check_manage_account(by, user.pk, places)


def _give_one_time_password(user: User, *, at: datetime) -> str:
    password = "-".join(
        "".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(3)
    )
    user.set_password(password)
    user.must_change_password = True
    user.one_time_until = at + timedelta(hours=ONE_TIME_HOURS)
    user.save()
    return password
