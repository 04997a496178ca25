"""Who may do what with targeting. Row security bounds which.

see      city, county and township office, inspector, auditor, leadership; not the village,
         which writes down what the score is made of
fit      city and county office
"""

from __future__ import annotations

from bangfu.accounts.roles import Role
from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.findings import NotAllowed
from bangfu.calc.values.text import Text, join
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
    _check(by, SEE_ROLES)


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
    _check(by, FIT_ROLES)
    if not can_fit(by, county):
        raise NotAllowed(
            Text(
                "区划 {division} 不是您范围内的县。",
                "The division {division} is not a county within your grant.",
                {"division": county},
            )
        )


def _check(by: Actor, roles: frozenset[Role]) -> None:
    if by.role in roles:
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
