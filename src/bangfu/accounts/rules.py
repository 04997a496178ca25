"""Rules about users and grants, in terms of states only."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from bangfu.accounts.models import USERNAME_PATTERN, User
from bangfu.accounts.roles import Role
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput, NotAllowed
from bangfu.calc.values.text import Text, join
from bangfu.web.language import reasons

_HOLDS_NONE = Text(
    "用户 {who} 没有所需的有效授权（{needed}）。",
    "User {who} holds no valid grant {needed}.",
)
_NOBODY_HOLDS = Text(
    "演示用户都没有所需的有效授权（{needed}）。",
    "No demo user holds a valid grant {needed}.",
)


class GrantEnded(NotAllowed):
    """The person holds no such grant (any more)."""

    code = "grant_ended"

    @classmethod
    def of(cls, who: object) -> GrantEnded:
        """Say it of one user."""
        return cls(
            Text(
                "用户 {who} 没有有效授权。",
                "User {who} holds no valid grant.",
                {"who": who},
            ),
            remedy=Text("请联系系统管理员授权。", "Ask the administrator for a grant."),
        )

    @classmethod
    def for_command(
        cls, who: str, *, roles: Collection[str] | None, division: DivisionCode | None
    ) -> GrantEnded:
        """Say which grant a command needs, and how its user comes by one.

        who: "" for the users of the demo. roles, division: None for any.
        """
        asked = sorted(Role(role) for role in roles or ())
        names = [role.text for role in asked]
        parts = []
        if division is not None:
            parts.append(Text("区划 {code}", "for {code}", {"code": division}))
        if names:
            known = join(names, zh="、", en=" or ")
            parts.append(Text("身份为{roles}", "as {roles}", {"roles": known}))
        needed = join(parts, zh="，", en=" ")
        role = asked[0].value if len(asked) == 1 else "ROLE"
        grant = f"bangfu accounts grant {who or 'USERNAME'} {role} {division or 'CODE'}"
        return cls(
            (_NOBODY_HOLDS if not who else _HOLDS_NONE).with_(
                who=who, needed=needed if parts else Text("任意", "of any kind")
            ),
            remedy=Text(
                "请由系统管理员授权（{grant}），或用 --as 指定有权的用户。",
                "Have an administrator grant it ({grant}), or name somebody who holds"
                " one with --as.",
                {"grant": grant},
            ),
        )


class WrongLevel(BadInput):
    """The role is not one that this level of division has."""

    code = "wrong_level"


class WrongOfficial(BadInput):
    """A helper's grant names no official, or another role's grant names one."""

    code = "wrong_official"


class WrongPeriod(BadInput):
    """The period of a grant begins in the past or ends before it begins."""

    code = "wrong_period"


class NameRefused(BadInput):
    """The user name is taken or malformed."""

    code = "name_refused"

    @classmethod
    def of(cls, name: str) -> NameRefused:
        """Say it of one name."""
        return cls(
            Text(
                "用户名“{name}”已被使用或格式不对。",
                "The user name “{name}” is taken or malformed.",
                {"name": name[:60]},
            ),
            remedy=Text(
                "用户名为 2 至 60 位小写字母、数字、点或横线。",
                "Use 2 to 60 small letters, digits, dots or dashes.",
            ),
        )


def check_username(name: str) -> None:
    """Raise NameRefused unless `name` has the shape of a user name."""
    if not re.match(USERNAME_PATTERN, name):
        raise NameRefused.of(name)


def check_role_at(role: Role, division: DivisionCode) -> None:
    """Raise WrongLevel unless `role` exists at the level of `division`."""
    if division.level not in role.levels:
        levels = join([level.text for level in sorted(role.levels)], zh="、", en=", ")
        raise WrongLevel(
            Text(
                "角色“{role}”不能授予{level}区划 {division}。",
                "The role “{role}” cannot be granted at {level} level ({division}).",
                {"role": role.text, "level": division.level.text, "division": division},
            ),
            remedy=Text(
                "该角色可授予：{levels}。",
                "It can be granted at these levels: {levels}.",
                {"levels": levels},
            ),
        )


def check_official(role: Role, official_id: int | None) -> None:
    """Raise WrongOfficial unless exactly a helper's grant names an official."""
    if role is Role.HELPER and official_id is None:
        raise WrongOfficial(
            Text(
                "给“帮扶责任人”授权须指明干部花名册中的本人。",
                "A helper's grant must name the person's entry in the staff roster.",
            ),
            remedy=Text(
                "请填写干部编号或姓名。", "Give the official's number or name."
            ),
        )
    if role is not Role.HELPER and official_id is not None:
        raise WrongOfficial(
            Text(
                "只有“帮扶责任人”的授权填写帮扶干部。",
                "Only a helper's grant names an official.",
            ),
            remedy=Text("请清空该项。", "Leave it empty."),
        )


def check_period(valid_from: date, last_day: date | None, *, today: date) -> None:
    """Raise WrongPeriod unless the period begins today or later and ends after that."""
    if valid_from < today:
        raise WrongPeriod(
            Text("生效日期不能早于今天。", "A grant cannot begin in the past.")
        )
    if last_day is not None and last_day < valid_from:
        raise WrongPeriod(
            Text(
                "最后一天不能早于生效日期。",
                "The last day lies before the first.",
            )
        )


def check_password(*, password: str, user: User | None) -> None:
    """Raise BadInput with every reason why `password` will not do for `user`.

    Not the password that he has now: a one-time password must not become a lasting one.
    """
    try:
        validate_password(password, user)
    except ValidationError as error:
        why = {"why": reasons(error)}
        raise BadInput(
            Text("密码不合要求：{why}", "Password refused: {why}", why)
        ) from error
    if user is not None and user.check_password(password):
        raise BadInput(
            Text(
                "新密码不能与现在的密码相同。",
                "The new password must differ from the present one.",
            )
        )
