"""Who may do what with targeting. Row security bounds which.

see      city, county and township office, inspector, auditor, leadership; not the village,
         which writes down what the score is made of
fit      city and county office
"""

from __future__ import annotations

from bangfu.accounts.roles import Role, check_role
from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.findings import NotAllowed
from bangfu.calc.values.text import Text
from bangfu.scope import Actor

FIT_ROLES = frozenset({Role.CITY, Role.COUNTY})
SEE_ROLES = FIT_ROLES | {
    Role.TOWNSHIP,
    Role.INSPECTOR,
    Role.AUDITOR,
    Role.LEADERSHIP,
}


def check_see(by: Actor) -> None:
    """Raise NotAllowed for who does not see targeting."""
    check_role(by, SEE_ROLES)


def can_fit(by: Actor, county: DivisionCode | None) -> bool:
    """Whether `by` may fit the score of a county."""
    return (
        by.role in FIT_ROLES
        and county is not None
        and county.level is Level.COUNTY
        and by.division is not None
        and by.division.contains(county)
    )


def check_fit(by: Actor, county: DivisionCode) -> None:
    """Raise NotAllowed unless `by` may fit the score of a county."""
    check_role(by, FIT_ROLES)
    if not can_fit(by, county):
        raise NotAllowed(
            Text(
                "区划 {division} 不是您范围内的县。",
                "The division {division} is not a county within your grant.",
                {"division": county},
            )
        )
