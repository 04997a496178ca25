"""Who may do what with units, officials, runs and pairings, and where.

read the board, officials, runs      every role but helper and administrator
order a run                          city and county office, within their division
approve, return, apply a run         city and county office and leadership whose
division contains the run's; never who ordered it
(applying: also who ordered it, once approved)
change or end a pairing by hand      city, county and township office, where the
household lives
"""

from __future__ import annotations

from bangfu.accounts.roles import READERS, Role
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import NotAllowed
from bangfu.calc.values.text import Text, join
from bangfu.pairing.models import Run
from bangfu.scope import Actor
from bangfu.scope.actor import SYSTEM_ROLE

READ_ROLES = READERS - {Role.HELPER}
ORDER_ROLES = frozenset({Role.CITY, Role.COUNTY})
DECIDE_ROLES = frozenset({Role.CITY, Role.COUNTY, Role.LEADERSHIP})
HAND_ROLES = frozenset({Role.CITY, Role.COUNTY, Role.TOWNSHIP})
IMPORT_ROLES = frozenset({Role.CITY, Role.COUNTY, Role.TOWNSHIP})


class OwnRun(NotAllowed):
    """Somebody would decide on the run that he or she ordered."""

    code = "pairing.own_run"


def _may(by: Actor, roles: frozenset[Role], division: DivisionCode) -> bool:
    return (
        by.role in roles and by.division is not None and by.division.contains(division)
    )


def _check(by: Actor, roles: frozenset[Role], division: DivisionCode) -> None:
    if _may(by, roles, division):
        return
    named = join([role.text for role in Role if role in roles], zh="、", en=", ")
    raise NotAllowed(
        Text(
            "您当前的身份不能在 {division} 办理这件事。",
            "The grant you act under does not allow this in {division}.",
            {"division": division},
        ),
        remedy=Text(
            "需由该地区的{roles}办理。",
            "It takes one of these roles there: {roles}.",
            {"roles": named},
        ),
    )


def check_read(by: Actor) -> None:
    """Raise NotAllowed for roles that do not see the programme's staff side."""
    if by.role not in READ_ROLES:
        raise NotAllowed(
            Text(
                "您当前的身份不能查看这一页。",
                "The grant you act under does not show this page.",
            )
        )


def can_order(by: Actor, division: DivisionCode) -> bool:
    """Whether `by` may order a run over `division`."""
    return _may(by, ORDER_ROLES, division)


def check_order(by: Actor, division: DivisionCode) -> None:
    """Raise NotAllowed unless `by` may order a run over `division`."""
    _check(by, ORDER_ROLES, division)


def can_decide(by: Actor, run: Run) -> bool:
    """Whether `by` may approve or return `run`."""
    return _may(by, DECIDE_ROLES, run.division_code) and by.user_id != run.created_by_id


def check_decide(by: Actor, run: Run) -> None:
    """Raise NotAllowed, or OwnRun for who ordered the run."""
    _check(by, DECIDE_ROLES, run.division_code)
    if by.user_id == run.created_by_id:
        raise OwnRun(
            Text(
                "不能审批自己提交的方案。",
                "Nobody can decide on a run that he or she ordered.",
            ),
            remedy=Text("请由另一人审批。", "Ask a second person."),
        )


def can_apply(by: Actor, run: Run) -> bool:
    """Whether `by` may apply `run` once it is approved."""
    return _may(by, DECIDE_ROLES, run.division_code)


def check_apply(by: Actor, run: Run) -> None:
    """Raise NotAllowed unless `by` may apply `run`."""
    _check(by, DECIDE_ROLES, run.division_code)


def can_change_by_hand(by: Actor, division: DivisionCode) -> bool:
    """Whether `by` may change the helper of a household that lives in `division`."""
    return _may(by, HAND_ROLES, division)


def check_change_by_hand(by: Actor, division: DivisionCode) -> None:
    """Raise NotAllowed unless `by` may change helpers of households in `division`."""
    _check(by, HAND_ROLES, division)


def check_import(by: Actor) -> None:
    """Raise NotAllowed unless `by` keeps rosters of units and officials."""
    if by.role != SYSTEM_ROLE:
        _check(by, IMPORT_ROLES, by.division or DivisionCode("00"))
