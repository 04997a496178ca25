"""Who may do what with snapshots.

take, prune        the city office, and the system every night
list, verify       city and county office, auditor
open               everybody who sees programme records, each only the own division; not
                   helpers, whose households a snapshot does not know
private extract    city, county and township office, each of the own division; the system

Roles are accounts' matter, which lies above this package, so they stand here by name; a
test compares them.
"""

from __future__ import annotations

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import NotAllowed
from bangfu.calc.values.text import Text
from bangfu.scope import Actor
from bangfu.scope.actor import SYSTEM_ROLE

TAKE_ROLES = frozenset({"city"})
LIST_ROLES = frozenset({"city", "county", "auditor"})
EXTRACT_ROLES = frozenset({"city", "county", "township"})


def check_take(by: Actor) -> None:
    """Raise NotAllowed for who may neither take nor prune snapshots."""
    _check(by, TAKE_ROLES, Text("市扶贫办", "the city office"))


def can_list(by: Actor) -> bool:
    """Whether `by` may see which snapshots there are, and have them verified."""
    return by.role in LIST_ROLES | {SYSTEM_ROLE}


def check_list(by: Actor) -> None:
    """Raise NotAllowed for who may not see the list."""
    _check(
        by,
        LIST_ROLES,
        Text("市、县扶贫办或审计人员", "the city or county office, or an auditor"),
    )


def check_open(by: Actor) -> None:
    """Raise NotAllowed for a helper, and for who sees no programme records."""
    if by.official_id is None and by.programme_range.lo < by.programme_range.hi:
        return
    raise NotAllowed(
        Text(
            "您当前的身份不能读取快照。",
            "The grant you act under does not allow reading snapshots.",
        )
    )


def check_extract(by: Actor, division: DivisionCode) -> None:
    """Raise NotAllowed unless `by` keeps the register of `division`."""
    _check(
        by,
        EXTRACT_ROLES,
        Text("市、县或乡镇扶贫办", "the city, county or township office"),
    )
    if by.division is not None and not by.division.contains(division):
        raise NotAllowed(
            Text(
                "区划 {division} 不在您的范围内。",
                "The division {division} is not within your grant.",
                {"division": division},
            )
        )


def _check(by: Actor, roles: frozenset[str], named: Text) -> None:
    if by.role in roles | {SYSTEM_ROLE}:
        return
    raise NotAllowed(
        Text(
            "您当前的身份不能办理这件事。",
            "The grant you act under does not allow this.",
        ),
        remedy=Text("需由{who}办理。", "It takes {who}.", {"who": named}),
    )
