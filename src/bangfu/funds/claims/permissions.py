"""Who may do what with claims, and where.

see      every role that reads the programme but helpers
submit   village committee, resident team and township, for a project of theirs
check    the county office; it returns too
order    a preparer of the county; an approver pays (see budgets.orders)
"""

from __future__ import annotations

from bangfu.accounts.roles import READERS, Role, check_role, is_within
from bangfu.calc.values.division_code import DivisionCode
from bangfu.scope import Actor

SEE_ROLES = READERS - {Role.HELPER}
SUBMIT_ROLES = frozenset({Role.VILLAGE, Role.TEAM, Role.TOWNSHIP})
CHECK_ROLES = frozenset({Role.COUNTY})


def can_see(by: Actor) -> bool:
    """Whether `by` may see claims at all; row security bounds which."""
    return by.role in SEE_ROLES


def check_see(by: Actor) -> None:
    """Raise NotAllowed for who sees no claims."""
    check_role(by, SEE_ROLES)


def can_submit(by: Actor, division: DivisionCode) -> bool:
    """Whether `by` may ask for money of a project there."""
    return by.role in SUBMIT_ROLES and is_within(by, division)


def check_submit(by: Actor, division: DivisionCode) -> None:
    """Raise NotAllowed unless `by` may ask for money of a project there."""
    check_role(by, SUBMIT_ROLES, division)


def can_check(by: Actor, division: DivisionCode) -> bool:
    """Whether `by` may check or return claims of a project there."""
    return by.role in CHECK_ROLES and is_within(by, division)


def check_check(by: Actor, division: DivisionCode) -> None:
    """Raise NotAllowed unless `by` may check or return claims of a project there."""
    check_role(by, CHECK_ROLES, division)
