"""Who may do what with claims, and where.

see      every role that reads the programme but helpers
submit   village committee, resident team and township, for a project of theirs
check    the county office; it returns too
order    a preparer of the county; an approver pays (see budgets.orders)
"""

from __future__ import annotations

from bangfu.accounts.roles import READERS, Role
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import NotAllowed
from bangfu.calc.values.text import Text, join
from bangfu.scope import Actor

SEE_ROLES = READERS - {Role.HELPER}
SUBMIT_ROLES = frozenset({Role.VILLAGE, Role.TEAM, Role.TOWNSHIP})
CHECK_ROLES = frozenset({Role.COUNTY})


def can_see(by: Actor) -> bool:
    """Whether `by` may see claims at all; row security bounds which."""
    return by.role in SEE_ROLES


def check_see(by: Actor) -> None:
    """Raise NotAllowed for who sees no claims."""
    _check(by, SEE_ROLES, None)


def can_submit(by: Actor, division: DivisionCode) -> bool:
    """Whether `by` may ask for money of a project there."""
    return by.role in SUBMIT_ROLES and _is_within(by, division)


def check_submit(by: Actor, division: DivisionCode) -> None:
    """Raise NotAllowed unless `by` may ask for money of a project there."""
    _check(by, SUBMIT_ROLES, division)


def can_check(by: Actor, division: DivisionCode) -> bool:
    """Whether `by` may check or return claims of a project there."""
    return by.role in CHECK_ROLES and _is_within(by, division)


def check_check(by: Actor, division: DivisionCode) -> None:
    """Raise NotAllowed unless `by` may check or return claims of a project there."""
    _check(by, CHECK_ROLES, division)


def _is_within(by: Actor, division: DivisionCode) -> bool:
    return by.division is not None and by.division.contains(division)


def _check(by: Actor, roles: frozenset[Role], division: DivisionCode | None) -> None:
    if by.role in roles and (division is None or _is_within(by, division)):
        return
    named = join([role.text for role in Role if role in roles], zh="、", en=", ")
    raise NotAllowed(
        Text(
            "您当前的身份不能办理这件事。",
            "The grant you act under does not allow this.",
        ),
        remedy=Text(
            "需由该地区的{roles}办理。",
            "It takes one of these roles there: {roles}.",
            {"roles": named},
        ),
    )
