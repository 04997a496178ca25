"""Who may read which events; the database bounds where (see the migrations)."""

from __future__ import annotations

from django.conf import settings

from bangfu.calc.values.findings import NotAllowed
from bangfu.calc.values.text import Text
from bangfu.scope import Actor


def can_read(by: Actor) -> bool:
    """Whether the role reads the audit at all (settings.BANGFU_AUDIT_READERS)."""
    return by.role in settings.BANGFU_AUDIT_READERS


def check_read(by: Actor | None) -> str:
    """Return how the actions begin that `by` may read; "" is all of them.

    Raises NotAllowed for a role that does not read the audit, and without a grant.
    """
    if by is None or not can_read(by):
        raise NotAllowed(
            Text(
                "只有审计人员、市县扶贫办和系统管理员可以查看操作记录。",
                "Only auditors, city and county offices and administrators read the "
                "audit.",
            )
        )
    prefix: str = settings.BANGFU_AUDIT_READERS[by.role]
    return prefix
