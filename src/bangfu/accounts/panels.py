"""What accounts puts on pages of others: to-dos of the administrator."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from bangfu.accounts import queries
from bangfu.accounts.roles import Role
from bangfu.calc.values.text import Text
from bangfu.scope import Actor
from bangfu.web.todo import Todo


def todo(*, by: Actor, at: datetime) -> list[Todo]:
    """Count the accounts that wait for a grant, for their administrator."""
    if by.role != Role.ADMINISTRATOR or by.division is None:
        return []
    today = timezone.localtime(at).date()
    waiting = queries.users_without_grant(by.division, on=today)
    return [
        Todo(
            text=Text("账户待授权", "Accounts without a grant"),
            count=waiting.count(),
            url=f"{reverse('accounts:users')}?state=no_grant",
            icon="key",
        )
    ]
