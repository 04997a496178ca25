"""Reads: which grants a person holds, and the actor that a grant makes."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.utils import timezone

from bangfu.accounts.models import Grant, User
from bangfu.accounts.rules import GrantEnded
from bangfu.scope import Actor, acting
from bangfu.scope.actor import system_actor

_SYSTEM = system_actor("accounts")


def grants_of(user: User, *, on: date) -> list[Grant]:
    """Return the grants that `user` holds on a day, widest division first."""
    with acting(_SYSTEM):
        grants = Grant.objects.filter(user=user, valid_from_date__lte=on).filter(
            Q(valid_to_date__isnull=True) | Q(valid_to_date__gt=on)
        )
        return sorted(grants, key=lambda g: (len(g.division_code), g.division_code, g.role))


def actor_under(grant: Grant) -> Actor:
    """Return the actor that a user is under `grant`."""
    return Actor(
        user_id=grant.user_id,
        username=grant.user.username,
        grant_id=grant.pk,
        role=grant.role,
        division=grant.division_code,
        official_id=grant.official_id,
    )


def actor_of_grant(*, user_id: int, grant_id: int) -> Actor:
    """Return the actor of a stored grant if it still holds today. Raises GrantEnded.

    Jobs ask this when they start: a grant may have ended since the job was ordered.
    """
    user = User.objects.filter(pk=user_id, is_active=True).first()
    today = timezone.localdate()  # noqa: TID251 - the edge of every job
    held = [] if user is None else grants_of(user, on=today)
    for grant in held:
        if grant.pk == grant_id:
            return actor_under(grant)
    raise GrantEnded.of(user_id)


def actor_named(username: str, *, on: date, role: str | None = None) -> Actor:
    """Return the actor of the user's widest grant, or of the first with `role`.

    Raises GrantEnded when there is no such user or grant.
    """
    user = User.objects.filter(username=username, is_active=True).first()
    held = [] if user is None else grants_of(user, on=on)
    for grant in held:
        if role is None or grant.role == role:
            return actor_under(grant)
    raise GrantEnded.of(username)
