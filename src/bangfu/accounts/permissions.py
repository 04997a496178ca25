"""Who may manage accounts, where."""

from __future__ import annotations

from collections.abc import Collection

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


def can_manage_account(
    by: Actor, user_id: int, places: Collection[DivisionCode]
) -> bool:
    """Whether `by` may manage an account that is at home and holds grants at `places`.

    All of them must lie in the administrator's division: who resets a password can log
    in with it. Nobody manages his own account.
    """
    if by.user_id == user_id:
        return False
    if by.role == SYSTEM_ROLE:
        return True
    return bool(places) and all(can_manage(by, place) for place in places)


def check_manage(by: Actor, division: DivisionCode) -> None:
    """Raise NotAllowed unless `by` may manage the accounts of `division`."""
    if not can_manage(by, division):
        raise NotAllowed(
            Text(
                "只有本地区的系统管理员可以管理账户。",
                "Only the administrator of the division may manage accounts.",
            )
        )


def check_manage_account(
    by: Actor, user_id: int, places: Collection[DivisionCode]
) -> None:
    """Raise NotAllowed unless `by` may manage the account (see can_manage_account)."""
    check_not_self(by, user_id)
    if not can_manage_account(by, user_id, places):
        raise NotAllowed(
            Text(
                "该账户不属于您管理的地区，或另有上级、外地的授权。",
                "The account is not of your division, or holds a grant beyond it.",
            ),
            remedy=Text(
                "请由上级系统管理员办理。", "Ask the administrator of the level above."
            ),
        )


def check_not_self(by: Actor, user_id: int) -> None:
    """Raise NotAllowed when somebody would manage his own account."""
    if by.user_id == user_id:
        raise NotAllowed(
            Text(
                "不能管理自己的账户和授权。",
                "Nobody manages his own account and grants.",
            ),
            remedy=Text("请由另一位管理员办理。", "Ask another administrator."),
        )
