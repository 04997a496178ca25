"""Who is asking: session limits, and the grant under which the request acts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from django.conf import settings
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from bangfu.accounts import queries
from bangfu.accounts.models import Grant
from bangfu.accounts.roles import Role
from bangfu.scope import acting
from bangfu.web.navigation import GrantChoice

GRANT_KEY = "grant_id"
_STARTED_KEY = "started_at"
_Handler = Callable[[HttpRequest], HttpResponse]


class SessionLimitMiddleware:
    """End a session 12 hours after log-in, however busy it was."""

    def __init__(self, get_response: _Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Log out an over-old session before anything else happens."""
        if request.user.is_authenticated:
            now = datetime.now(UTC).timestamp()
            started = request.session.setdefault(_STARTED_KEY, now)
            if now - started > settings.SESSION_ABSOLUTE_SECONDS:
                logout(request)
                return redirect(settings.LOGIN_URL)
        return self.get_response(request)


class ActingMiddleware:
    """Run the request in one transaction that sees what the acting grant may see.

    Sets request.grants and request.actor (None without a log-in or a grant). A response
    that says the act failed leaves nothing behind.
    """

    def __init__(self, get_response: _Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Choose the grant: the one of the session if it still holds, else the widest."""
        request.grants, request.actor = [], None  # type: ignore[attr-defined]
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        if user.must_change_password and request.path not in _open_paths():
            return redirect("accounts:new_password")
        grants = queries.grants_of(user, on=timezone.localdate())
        grant = _chosen(grants, request.session.get(GRANT_KEY))
        request.grants = [_choice(held) for held in grants]  # type: ignore[attr-defined]
        if grant is None:
            return self.get_response(request)
        actor = queries.actor_under(grant)
        request.actor = actor  # type: ignore[attr-defined]
        with acting(actor):
            response = self.get_response(request)
            if response.status_code >= 400:
                transaction.set_rollback(True)
        return response


def _choice(grant: Grant) -> GrantChoice:
    return GrantChoice(grant.pk, Role(grant.role).text, str(grant.division_code))


def _open_paths() -> set[str]:
    """Where somebody with a one-time password may go before choosing another."""
    names = ("accounts:new_password", "account_logout", "set_language")
    return {reverse(name) for name in names}


def _chosen(grants: list[Grant], wanted: int | None) -> Grant | None:
    for grant in grants:
        if grant.pk == wanted:
            return grant
    return grants[0] if grants else None
