"""Who may do what with the ledger, and where. Row security bounds the rest.

read               everybody but villages, teams, helpers and the administrator
prepare            preparer, for money of the own division
approve, reverse   approver, for money that leaves accounts of the own division; never
                   who prepared
commit, release    preparer or approver, own division
open an account    preparer or approver, own division or, for money handed down, below
close              approver, own division
"""

from __future__ import annotations

from collections.abc import Iterable

from bangfu.accounts.roles import READERS, Role
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import NotAllowed
from bangfu.calc.values.text import Text
from bangfu.scope import Actor

READ_ROLES = READERS - {Role.VILLAGE, Role.TEAM, Role.HELPER}
PREPARE_ROLES = frozenset({Role.PREPARER})
APPROVE_ROLES = frozenset({Role.APPROVER})
WORK_ROLES = PREPARE_ROLES | APPROVE_ROLES


def can_read(by: Actor) -> bool:
    """Whether `by` sees the ledger at all."""
    return by.role in READ_ROLES


def check_read(by: Actor) -> None:
    """Raise NotAllowed for who does not see the ledger."""
    _check(by, READ_ROLES)


def can_prepare(by: Actor) -> bool:
    """Whether `by` prepares vouchers."""
    return by.role in PREPARE_ROLES


def check_prepare(by: Actor, divisions: Iterable[str]) -> None:
    """Raise NotAllowed unless `by` prepares vouchers of these divisions' money."""
    _check(by, PREPARE_ROLES, divisions)


def can_approve(by: Actor) -> bool:
    """Whether `by` approves vouchers."""
    return by.role in APPROVE_ROLES


def check_approve(by: Actor, divisions: Iterable[str]) -> None:
    """Raise NotAllowed unless `by` approves what leaves these divisions' accounts."""
    _check(by, APPROVE_ROLES, divisions)


def check_commit(by: Actor, division: str) -> None:
    """Raise NotAllowed unless `by` may commit or release money of a division."""
    _check(by, WORK_ROLES, [division])


def check_open(by: Actor, division: DivisionCode) -> None:
    """Raise NotAllowed unless `by` works with money there or above."""
    _check(by, WORK_ROLES)
    if by.division is None or not by.division.contains(division):
        raise _refusal(WORK_ROLES)


def check_close(by: Actor, division: str) -> None:
    """Raise NotAllowed unless `by` closes the months of a division."""
    _check(by, APPROVE_ROLES, [division])


def _check(
    by: Actor, roles: Iterable[str], divisions: Iterable[str] | None = None
) -> None:
    if by.role not in roles or (
        divisions is not None and any(one != by.division for one in divisions)
    ):
        raise _refusal(roles)


def _refusal(roles: Iterable[str]) -> NotAllowed:
    names = sorted(roles)
    return NotAllowed(
        Text(
            "您当前的身份不能在此办理这项资金业务。",
            "The grant you act under does not do this with the funds here.",
        ),
        remedy=Text(
            "由当地的{roles}办理。",
            "It is done there by: {roles}.",
            {
                "roles": Text(
                    "、".join(Role(one).text.zh for one in names),
                    ", ".join(Role(one).text.en for one in names),
                )
            },
        ),
    )
