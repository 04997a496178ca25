"""Who may do what with budgets, and where. The ledger asks again for what is posted.

see       everybody who reads the ledger; row security bounds which
record    a preparer: documents, lines and orders of the own division
approve   an approver of the division whose money leaves, never who prepared
publish   a preparer or approver of the county
"""

from __future__ import annotations

from bangfu.accounts.roles import Role
from bangfu.funds.ledger.permissions import (
    can_approve,
    can_prepare,
    can_read,
    check_approve,
    check_commit,
    check_prepare,
    check_read,
)
from bangfu.scope import Actor

__all__ = [
    "can_approve",
    "can_prepare",
    "can_read",
    "can_work",
    "check_approve",
    "check_commit",
    "check_prepare",
    "check_read",
]


def can_work(by: Actor) -> bool:
    """Whether `by` prepares or approves money."""
    return by.role in {Role.PREPARER, Role.APPROVER}
