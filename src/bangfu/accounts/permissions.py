"""Who may manage accounts, where."""

from __future__ import annotations

from bangfu.accounts.roles import Role
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import NotAllowed
from bangfu.calc.values.text import Text
from bangfu.scope import Actor
from bangfu.scope.actor import SYSTEM_ROLE


def can_manage(by: Actor, division: DivisionCode) -> bool:
    """Whether `by` may manage the accounts of `division`."""
    if by.role == SYSTEM_ROLE:
        return True
    return (
        by.role == Role.ADMINISTRATOR
        and by.division is not None
        and by.division.contains(division)
    )


def check_manage(by: Actor, division: DivisionCode) -> None:
    """Raise NotAllowed unless `by` may manage the accounts of `division`."""
    if not can_manage(by, division):
        raise NotAllowed(
            Text(
                "只有本地区的系统管理员可以管理账户。",
                "Only the administrator of the division may manage accounts.",
            )
        )


def check_not_self(by: Actor, user_id: int) -> None:
    """Raise NotAllowed when somebody would grant to himself."""
    if by.user_id == user_id:
        raise NotAllowed(
            Text("不能给自己授权。", "Nobody can grant a role to himself."),
            remedy=Text("请由另一位管理员办理。", "Ask another administrator."),
        )
