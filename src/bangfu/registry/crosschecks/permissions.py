"""Who may do what with cross-checks. Row security keeps all of it above the village.

see hits        city, county and township office, inspector, auditor
judge a hit     city, county and township office, unless it is about one's own kin, one's
                own helped household, or a village of which one is a cadre
bring a list    city and county office
run the checks  city and county office, each over its own division; the system every month
"""

from __future__ import annotations

from bangfu.accounts.roles import Role
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import NotAllowed
from bangfu.calc.values.text import Text, join
from bangfu.scope import Actor
from bangfu.scope.actor import SYSTEM_ROLE

SEE_ROLES = frozenset(
    {Role.CITY, Role.COUNTY, Role.TOWNSHIP, Role.INSPECTOR, Role.AUDITOR}
)
JUDGE_ROLES = frozenset({Role.CITY, Role.COUNTY, Role.TOWNSHIP})
LIST_ROLES = frozenset({Role.CITY, Role.COUNTY})
RUN_ROLES = frozenset({Role.CITY, Role.COUNTY})


class Partial(NotAllowed):
    """The person is too close to whom the hit is about."""

    code = "crosscheck.partial"


def can_see(by: Actor) -> bool:
    """Whether `by` may see hits at all."""
    return by.role in SEE_ROLES


def check_see(by: Actor) -> None:
    """Raise NotAllowed for who may not see hits."""
    _check(by, SEE_ROLES)


def can_judge(by: Actor) -> bool:
    """Whether `by` may judge hits; of whom, is asked for each."""
    return by.role in JUDGE_ROLES


def check_judge(by: Actor, division: DivisionCode) -> None:
    """Raise NotAllowed unless `by` may judge hits in a division."""
    _check(by, JUDGE_ROLES)
    if by.division is None or not by.division.contains(division):
        raise NotAllowed(
            Text(
                "区划 {division} 不在您的范围内。",
                "The division {division} is not within your grant.",
                {"division": division},
            )
        )


def check_impartial(*, is_kin: bool, is_helper: bool, is_cadre: bool) -> None:
    """Raise Partial for kin, the household's helper, and cadres of its village."""
    ties = (
        (is_kin, Text("您申报的亲属户", "of your declared kin")),
        (is_helper, Text("您帮扶的户", "that you help")),
        (is_cadre, Text("您任职的村", "in a village where you serve")),
    )
    for holds, tie in ties:
        if holds:
            raise Partial(
                Text(
                    "这条线索涉及{tie}，您应当回避。",
                    "This hit is about a household {tie}; you must stand aside.",
                    {"tie": tie},
                ),
                remedy=Text(
                    "请由本单位其他人员核实。",
                    "Somebody else of your office verifies it.",
                ),
            )


def can_bring(by: Actor) -> bool:
    """Whether `by` may see lists and bring them in."""
    return by.role in LIST_ROLES


def check_bring(by: Actor) -> None:
    """Raise NotAllowed for who may neither see nor bring lists."""
    _check(by, LIST_ROLES)


def can_run(by: Actor) -> bool:
    """Whether `by` may have the checks run."""
    return by.role in RUN_ROLES


def check_run(by: Actor) -> None:
    """Raise NotAllowed for who may not have the checks run."""
    if by.role != SYSTEM_ROLE:
        _check(by, RUN_ROLES)


def _check(by: Actor, roles: frozenset[Role]) -> None:
    if by.role in roles:
        return
    named = join([role.text for role in Role if role in roles], zh="、", en=", ")
    raise NotAllowed(
        Text(
            "您当前的身份不能办理这件事。",
            "The grant you act under does not allow this.",
        ),
        remedy=Text("需由{roles}办理。", "It takes one of: {roles}.", {"roles": named}),
    )
