"""Who may do what with suspected duplicates. Row security bounds which.

see        city, county and township office, auditor, inspector
search     city, county and township office, each of the own division
decide     the same; a merge also needs the right to change every place concerned
"""

from __future__ import annotations

from bangfu.accounts.roles import OFFICES, Role, check_role
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import NotAllowed
from bangfu.calc.values.text import Text
from bangfu.scope import Actor

DECIDE_ROLES = OFFICES - {Role.VILLAGE}
SEE_ROLES = DECIDE_ROLES | {Role.AUDITOR, Role.INSPECTOR}


def can_see(by: Actor) -> bool:
    """Whether `by` may see suspected duplicates."""
    return by.role in SEE_ROLES


def check_see(by: Actor) -> None:
    """Raise NotAllowed for who sees no suspected duplicates."""
    check_role(by, SEE_ROLES)


def can_decide(by: Actor) -> bool:
    """Whether `by` may decide on the groups that the grant shows."""
    return by.role in DECIDE_ROLES


def check_decide(by: Actor) -> None:
    """Raise NotAllowed for who may not decide."""
    check_role(by, DECIDE_ROLES)


def check_search(by: Actor, division: DivisionCode) -> None:
    """Raise NotAllowed unless `by` keeps the register of `division`."""
    check_role(by, DECIDE_ROLES)
    if by.division is None or not by.division.contains(division):
        raise NotAllowed(
            Text(
                "区划 {division} 不在您的范围内。",
                "The division {division} is not within your grant.",
                {"division": division},
            )
        )
