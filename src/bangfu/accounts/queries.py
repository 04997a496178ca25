"""Reads: which grants a person holds, and the actor that a grant makes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from bangfu.accounts.models import Grant, Session, User
from bangfu.accounts.rules import GrantEnded
from bangfu.audit import queries as audit
from bangfu.audit.models import Event
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import NotAllowed
from bangfu.calc.values.text import Text
from bangfu.scope import Actor, acting
from bangfu.scope.actor import grantless_actor, system_actor

_SYSTEM = system_actor("accounts")
# The users of the sample city; they exist only on the embedded database.
DEMO_PREFIX = "demo-"
LOG_IN_ACTIONS = "accounts.login."


def holding(on: date | TruncDate) -> Q:
    """Return the condition that a grant holds on a day, given or the database's own."""
    return Q(valid_from_date__lte=on) & (
        Q(valid_to_date__isnull=True) | Q(valid_to_date__gt=on)
    )


def grants_of(user: User, *, on: date) -> list[Grant]:
    """Return the grants that `user` holds on a day, widest division first."""
    with acting(_SYSTEM):
        grants = Grant.objects.filter(holding(on), user=user).select_related("user")
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


def grantless(user: Any) -> Actor:
    """Return the actor that a logged-in user is without any grant."""
    return grantless_actor(user.pk, user.username)


def first_actor(user: User, *, on: date) -> Actor:
    """Return the actor as which a user begins: under the widest grant, or under none."""
    held = grants_of(user, on=on)
    return actor_under(held[0]) if held else grantless(user)


def places_of(user: User, *, on: date) -> list[DivisionCode]:
    """Return where an account is at home and where its grants lie that are not over.

    Whoever manages the account must be over all of these: a password reset by somebody
    below would hand him a grant from above.
    """
    with acting(_SYSTEM):
        granted = list(
            Grant.objects.filter(
                Q(valid_to_date__isnull=True) | Q(valid_to_date__gt=on), user=user
            ).values_list("division_code", flat=True)
        )
    return [DivisionCode(code) for code in (user.home_code, *granted) if code]


def users_seen(division: DivisionCode) -> QuerySet[User]:
    """Return the users at home in a division or with a grant that the actor may see."""
    lo, hi = division.range()
    granted = Grant.objects.filter(
        user=OuterRef("pk"), division_code__gte=lo, division_code__lt=hi
    )
    return User.objects.filter(Q(home_code__gte=lo, home_code__lt=hi) | Exists(granted))


def users_without_grant(division: DivisionCode, *, on: date) -> QuerySet[User]:
    """Return active users at home in a division who hold no grant on a day."""
    lo, hi = division.range()
    held = Grant.objects.filter(holding(on), user=OuterRef("pk"))
    return User.objects.filter(
        ~Exists(held), is_active=True, home_code__gte=lo, home_code__lt=hi
    )


def usernames(ids: Collection[str]) -> dict[str, str]:
    """Return the user names of accounts by their ids in words, as an audit keeps them."""
    found = User.objects.filter(pk__in=[int(each) for each in ids])
    return {str(key): name for key, name in found.values_list("pk", "username")}


def name_of(user_id: int) -> str:
    """Return the name of a person, "" for nobody."""
    found = User.objects.filter(pk=user_id).values_list("name", flat=True).first()
    return str(found or "")


def has_second_step(user: User) -> bool:
    """Whether logging in takes a code besides the password."""
    return bool(Authenticator.objects.filter(user=user).exists())


def sessions_of(user_id: int, *, at: datetime) -> list[Session]:
    """Return the sessions in which a person is logged in, the latest log-in first.

    Those that ended by a new password or a disabled account are among them until they
    run out; they let nobody in.
    """
    rows = Session.objects.filter(user_id=user_id, expire_date__gt=at)
    return list(rows.order_by("-started_at", "session_key"))


def log_ins_of(user: User, *, limit: int = 10) -> list[Event]:
    """Return the newest log-ins, log-outs and failures of an account.

    Read as the system: an administrator's own scope holds no acts of others. The caller
    has checked that he may see the account.
    """
    with acting(_SYSTEM):
        return list(
            audit.events_of(user).filter(action__startswith=LOG_IN_ACTIONS)[:limit]
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
    raise GrantEnded.for_command(username, roles=roles, division=division)


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
