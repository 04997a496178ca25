"""`acting`: run database work as one actor."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections, transaction

from bangfu.scope.actor import Actor

_SETTINGS = (
    "bangfu.user_id",
    "bangfu.grant_id",
    "bangfu.scope_lo",
    "bangfu.scope_hi",
    "bangfu.accounts_lo",
    "bangfu.accounts_hi",
    "bangfu.level",
    "bangfu.official_id",
    "bangfu.sees_all",
    "bangfu.act",
    "pghistory.context_metadata",
)


@contextmanager
def acting(actor: Actor, *, using: str = "default") -> Iterator[None]:
    """Open a transaction (or savepoint) that sees what `actor` may see.

    The scope ends with the block; inside an outer `acting` the outer scope returns.
    The history triggers write user, grant and act beside every changed row.
    """
    connection = connections[using]
    outer = _current(using) if connection.in_atomic_block else None
    with transaction.atomic(using=using):
        _apply(using, _values(actor))
        yield
        # A savepoint that is rolled back takes its settings with it.
        if outer is not None and not connection.needs_rollback:
            _apply(using, outer)


def current_act(*, using: str = "default") -> uuid.UUID | None:
    """Return the id that ties audit events and history rows of this act together."""
    value = _current(using)[_SETTINGS.index("bangfu.act")]
    return uuid.UUID(value) if value else None


def _values(actor: Actor) -> list[str]:
    programme, accounts = actor.programme_range, actor.accounts_range
    act = str(uuid.uuid4())
    history = {"user": actor.user_id, "grant": actor.grant_id, "act": act}
    return [
        str(actor.user_id),
        str(actor.grant_id),
        programme.lo,
        programme.hi,
        accounts.lo,
        accounts.hi,
        str(actor.level),
        "" if actor.official_id is None else str(actor.official_id),
        "1" if actor.official_id is None else "",
        act,
        json.dumps(history),
    ]


def _apply(using: str, values: list[str]) -> None:
    calls = ", ".join(f"set_config('{name}', %s, true)" for name in _SETTINGS)
    with connections[using].cursor() as cursor:
        cursor.execute(f"SELECT {calls}", values)


def _current(using: str) -> list[str]:
    calls = ", ".join(f"current_setting('{name}', true)" for name in _SETTINGS)
    with connections[using].cursor() as cursor:
        cursor.execute(f"SELECT {calls}")
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 - a SELECT without FROM has one row
    return [value or "" for value in row]
