"""Who may do what with projects and plans, and where.

see      every role that reads the programme but helpers
propose  the village committee, the resident team, the township
take     the roles of the act's row, within the grant's division
plan     the county office drafts; another person of it approves
"""

from __future__ import annotations

from bangfu.accounts.roles import READERS, Role, check_role, is_within
from bangfu.calc.values.division_code import DivisionCode
from bangfu.funds.projects.acts import BY_CODE, Act
from bangfu.scope import Actor

SEE_ROLES = READERS - {Role.HELPER}
PROPOSE_ROLES = BY_CODE["propose"].roles
PLAN_ROLES = frozenset({Role.COUNTY})


def can_see(by: Actor) -> bool:
    """Whether `by` may see projects at all; row security bounds which."""
    return by.role in SEE_ROLES


def check_see(by: Actor) -> None:
    """Raise NotAllowed for who sees no projects."""
    check_role(by, SEE_ROLES)


def can_propose(by: Actor) -> bool:
    """Whether `by` may propose a project somewhere."""
    return by.role in PROPOSE_ROLES


def check_propose(by: Actor, division: DivisionCode | None = None) -> None:
    """Raise NotAllowed unless `by` may propose a project there."""
    check_role(by, PROPOSE_ROLES, division)


def can_act(by: Actor, act: Act, division: DivisionCode) -> bool:
    """Whether `by` may take an act of the table with a project in `division`."""
    return by.role in act.roles and is_within(by, division)


def check_act(by: Actor, act: Act, division: DivisionCode) -> None:
    """Raise NotAllowed unless the table gives the act to the role, and it is there."""
    check_role(by, act.roles, division)


def can_plan(by: Actor) -> bool:
    """Whether `by` drafts and approves annual plans."""
    return by.role in PLAN_ROLES


def check_plan(by: Actor, division: DivisionCode | None = None) -> None:
    """Raise NotAllowed unless `by` may draft or approve the plan of a county."""
    check_role(by, PLAN_ROLES, division)


def check_import(by: Actor) -> None:
    """Raise NotAllowed unless `by` may load projects of before the system."""
    check_role(by, PLAN_ROLES)
