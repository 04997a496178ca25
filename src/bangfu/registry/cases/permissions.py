"""Who may do what with cases, and where. The table of acts names the roles of each act.

see            every role that sees households; a helper only cases of his or her own
take           the roles of the act's row, within the grant's division
hold meeting   the village committee and the resident team
take over      county and township: one loads, another confirms
lineage        the offices that may change a household; a move needs both villages
see the frame  county and city
"""

from __future__ import annotations

from collections.abc import Iterable

from bangfu.accounts.roles import OFFICES, READERS, Role, check_role, is_within
from bangfu.calc.values.division_code import DivisionCode
from bangfu.registry.cases.acts import VILLAGE, Act
from bangfu.scope import Actor

SEE_ROLES = READERS
WORK_ROLES = READERS - {Role.HELPER}
MEETING_ROLES = VILLAGE
TAKE_OVER_ROLES = frozenset({Role.COUNTY, Role.TOWNSHIP})
LINEAGE_ROLES = OFFICES
FRAME_ROLES = frozenset({Role.COUNTY, Role.CITY})


def can_see(by: Actor) -> bool:
    """Whether `by` may see cases at all; row security bounds which."""
    return by.role in SEE_ROLES


def check_see(by: Actor) -> None:
    """Raise NotAllowed for who sees no cases."""
    check_role(by, SEE_ROLES)


def check_work(by: Actor) -> None:
    """Raise NotAllowed for who has no work lists: helpers and the administrator."""
    check_role(by, WORK_ROLES)


def can_act(by: Actor, act: Act, division: DivisionCode) -> bool:
    """Whether `by` may take an act of the table with a case in `division`."""
    return by.role in act.roles and is_within(by, division)


def check_act(by: Actor, act: Act, division: DivisionCode) -> None:
    """Raise NotAllowed unless the table gives the act to the role, and it is there."""
    check_role(by, act.roles, division)


def can_hold_meeting(by: Actor, division: DivisionCode) -> bool:
    """Whether `by` may record a meeting of a village."""
    return by.role in MEETING_ROLES and is_within(by, division)


def check_meeting(by: Actor, division: DivisionCode) -> None:
    """Raise NotAllowed unless `by` may record a meeting there."""
    check_role(by, MEETING_ROLES, division)


def check_take_over(by: Actor) -> None:
    """Raise NotAllowed unless `by` may load cases from before the system."""
    check_role(by, TAKE_OVER_ROLES)


def can_change_lineage(by: Actor, division: DivisionCode) -> bool:
    """Whether `by` may record a split, merge, birth, death or move there."""
    return by.role in LINEAGE_ROLES and is_within(by, division)


def check_lineage(by: Actor, divisions: Iterable[DivisionCode]) -> None:
    """Raise NotAllowed unless `by` may record an event in each of the divisions."""
    for division in divisions:
        check_role(by, LINEAGE_ROLES, division)


def check_frame(by: Actor) -> None:
    """Raise NotAllowed for who may not see the full lists of households."""
    check_role(by, FRAME_ROLES)
