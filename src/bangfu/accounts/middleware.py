"""Who is asking: session limits, and the grant under which the request acts."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils import timezone

from bangfu.accounts import operations, places, queries
from bangfu.accounts.models import Grant
from bangfu.accounts.roles import Role
from bangfu.accounts.session_store import STARTED_KEY
from bangfu.audit import reads
from bangfu.scope import Actor, acting
from bangfu.web.navigation import GrantChoice

GRANT_KEY = "grant_id"
UNATTENDED = "Bangfu-Unattended"  # set by pages that ask again by themselves
# Where somebody with a one-time password may go before choosing another.
_OPEN_ROUTES = {"accounts:new_password", "account_logout", "set_language"}
# Pages of the log-in library, by the beginning of their names.
_ENTRANCE = ("account_", "mfa_")
_FORBIDDEN, _REFUSED_FROM = 403, 400
_Handler = Callable[[HttpRequest], HttpResponse]


class SessionLimitMiddleware:
    """End a session 12 hours after log-in, and after 30 minutes without an act.

    What a page asks by itself, such as the progress of a job, is no act: else a page
    left open would keep its session for ever. Such requests carry a header.
    """

    def __init__(self, get_response: _Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Log out an over-old session before anything else happens."""
        if UNATTENDED not in request.headers and not request.session.is_empty():
            request.session.modified = True  # saved, so the 30 minutes begin anew
        if request.user.is_authenticated:
            now = time.time()
            started = request.session.setdefault(STARTED_KEY, now)
            if now - started > settings.SESSION_ABSOLUTE_SECONDS:
                logout(request)
        response = self.get_response(request)
        if _leads_to_log_in(response) and request.headers.get("HX-Request"):
            # A fragment must not be replaced by the log-in page; the whole page goes.
            response = HttpResponse(status=204, headers={"HX-Refresh": "true"})
        return response


class ActingMiddleware:
    """Run the request in one transaction that sees what the acting grant may see.

    Sets request.grants and request.actor (None without a log-in or a grant). A response
    that says the act failed leaves nothing behind but the audit that it was denied.
    Pages of the log-in library run outside: what they count of wrong passwords must
    stay when they refuse.
    """

    def __init__(self, get_response: _Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Choose the grant: the one of the session if it still holds, else the widest."""
        request.grants, request.actor = [], None  # type: ignore[attr-defined]
        if not request.user.is_authenticated:
            return self.get_response(request)
        match = _match(request)
        route = match.view_name if match else ""
        if request.user.must_change_password and route not in _OPEN_ROUTES:
            return redirect("accounts:new_password")
        actor = self._choose(request)
        if route.startswith(_ENTRANCE):
            response = self.get_response(request)
        else:  # without a grant nothing is seen, and no query goes unscoped
            response = self._act(request, actor or queries.grantless(request.user))
        if response.status_code == _FORBIDDEN:
            operations.record_denied(
                by=actor or queries.grantless(request.user),
                at=timezone.now(),
                route=route,
                method=request.method or "",
            )
        return response

    def _act(self, request: HttpRequest, actor: Actor) -> HttpResponse:
        with reads.collected() as opened:
            with acting(actor):
                response = self.get_response(request)
                is_refused = response.status_code >= _REFUSED_FROM
                if is_refused:
                    transaction.set_rollback(True)
            if is_refused and opened:
                with acting(actor):
                    reads.write_again(opened)
        return response

    def _choose(self, request: HttpRequest) -> Actor | None:
        today = timezone.localdate()
        grants = queries.grants_of(request.user, on=today)  # type: ignore[arg-type]
        known = places.names([grant.division_code for grant in grants], at=today)
        request.grants = [  # type: ignore[attr-defined]
            GrantChoice(grant.pk, Role(grant.role).text, known[grant.division_code])
            for grant in grants
        ]
        grant = _chosen(grants, request.session.get(GRANT_KEY))
        if grant is not None:
            request.actor = queries.actor_under(grant)  # type: ignore[attr-defined]
        return request.actor  # type: ignore[attr-defined,no-any-return]


def _leads_to_log_in(response: HttpResponse) -> bool:
    return response.headers.get("Location", "").startswith(reverse(settings.LOGIN_URL))


def _match(request: HttpRequest) -> ResolverMatch | None:
    try:
        return resolve(request.path_info)
    except Resolver404:
        return None


def _chosen(grants: list[Grant], wanted: int | None) -> Grant | None:
    for grant in grants:
        if grant.pk == wanted:
            return grant
    return grants[0] if grants else None
