"""Reads: which grants a person holds, and the actor that a grant makes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from bangfu.accounts.models import Grant, User
from bangfu.accounts.rules import GrantEnded
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import NotAllowed
from bangfu.calc.values.text import Text
from bangfu.scope import Actor, acting
from bangfu.scope.actor import system_actor

_SYSTEM = system_actor("accounts")
# The users of the sample city; they exist only on the embedded database.
DEMO_PREFIX = "demo-"


def grants_of(user: User, *, on: date) -> list[Grant]:
    """Return the grants that `user` holds on a day, widest division first."""
    with acting(_SYSTEM):
        grants = Grant.objects.filter(user=user, valid_from_date__lte=on).filter(
            Q(valid_to_date__isnull=True) | Q(valid_to_date__gt=on)
        )
        return sorted(
            grants, key=lambda g: (len(g.division_code), g.division_code, g.role)
        )


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


def actor_for_command(
    *,
    username: str,
    roles: Collection[str] | None,
    division: DivisionCode | None,
    other_than: int | None,
) -> Actor:
    """Return the actor of a command: the named user, or in the demo one that fits.

    Raises GrantEnded when the named user holds no grant that fits, NotAllowed when
    nobody is named outside the demo.
    """
    today = timezone.localdate()  # noqa: TID251 - the edge of every command
    for user in _candidates(username, other_than):
        for grant in grants_of(user, on=today):
            fits_place = division is None or grant.division_code.contains(division)
            if fits_place and (roles is None or grant.role in roles):
                return actor_under(grant)
    raise GrantEnded.of(username or "demo")


def _candidates(username: str, other_than: int | None) -> list[User]:
    users = User.objects.filter(is_active=True).order_by("pk")
    if other_than is not None:
        users = users.exclude(pk=other_than)
    if username:
        return list(users.filter(username=username.lower()))
    if not settings.BANGFU_DEMO:
        raise NotAllowed(
            Text("没有指明由谁操作。", "Nobody was named who acts."),
            remedy=Text("请加上 --as 用户名。", "Add --as USERNAME."),
        )
    return list(users.filter(username__startswith=DEMO_PREFIX))
