"""Rules about users and grants, in terms of states only."""

from __future__ import annotations

from bangfu.accounts.roles import Role
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput, NotAllowed
from bangfu.calc.values.text import Text


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


class WrongLevel(BadInput):
    """The role is not one that this level of division has."""

    code = "wrong_level"


def check_role_at(role: Role, division: DivisionCode) -> None:
    """Raise WrongLevel unless `role` exists at the level of `division`."""
    if division.level not in role.levels:
        raise WrongLevel(
            Text(
                "角色“{role}”不能授予{level}区划 {division}。",
                "The role “{role}” cannot be granted at {level} level ({division}).",
                {"role": role.text, "level": division.level.text, "division": division},
            )
        )
