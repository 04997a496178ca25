"""Who may change the tree, where. Everybody may read it."""

from __future__ import annotations

from bangfu.accounts.roles import Role
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import NotAllowed
from bangfu.calc.values.text import Text
from bangfu.scope import Actor
from bangfu.scope.actor import SYSTEM_ROLE

_OFFICES = frozenset({Role.CITY, Role.COUNTY})
WRITERS = _OFFICES | {Role.ADMINISTRATOR}


def can_change(by: Actor, code: DivisionCode | None) -> bool:
    """Whether `by` may change the tree at `code`; None is the whole nation.

    The administrator may load and correct the list of any place, because it is a
    published one; a city or county office keeps what lies within its own division.
    """
    if by.role in (SYSTEM_ROLE, Role.ADMINISTRATOR):
        return True
    if by.role not in _OFFICES or by.division is None or code is None:
        return False
    return by.division.contains(code)


def check_change(by: Actor, code: DivisionCode | None) -> None:
    """Raise NotAllowed unless `by` may change the tree at `code`."""
    if can_change(by, code):
        return
    where = Text("全国", "the whole nation") if code is None else Text(code, code)
    raise NotAllowed(
        Text(
            "无权变更 {where} 的区划信息。",
            "You may not change the divisions of {where}.",
            {"where": where},
        ),
        remedy=Text(
            "请由系统管理员或本级市、县扶贫办办理。",
            "Ask the administrator, or the city or county office in charge.",
        ),
    )
