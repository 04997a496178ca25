"""Five wrong passwords or codes in a row lock a user name at an address for 30 minutes.

django-axes counts and refuses; this says for whom, writes the audit and answers. The
second step of a log-in counts together with the first: a thief who has the password
must not be able to try codes forever.
"""

from __future__ import annotations

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from bangfu.accounts import operations
from bangfu.accounts.addresses import client_address

PASSWORD, CODE = "password", "code"  # the two steps of a log-in


def username_of(request: HttpRequest, credentials: Any = None) -> str | None:
    """Return the name under which failures are counted, in one spelling.

    "Admin" and "admin" are one user; counted apart, each spelling would be a new chance.
    """
    given = (credentials or {}).get("username") or request.POST.get("login")
    return str(given).strip().lower() if given else None


def is_locked(request: HttpRequest, username: str) -> bool:
    """Whether `username` may not even try from this address; the answer then says so."""
    credentials = {"username": username}
    if AxesProxyHandler.is_allowed(request, credentials):
        return False
    request.axes_locked_out = True  # type: ignore[attr-defined]
    request.axes_credentials = credentials  # type: ignore[attr-defined]
    return True


def count_failure(request: HttpRequest, username: str) -> None:
    """Count a wrong code as a wrong password is counted."""
    AxesProxyHandler.user_login_failed(
        sender=__name__, credentials={"username": username}, request=request
    )


def record_failure(request: HttpRequest, username: str, *, step: str) -> None:
    """Write the audit of a failure that has been counted, or of a try while locked.

    axes leaves the count empty when it refused without looking at the password.
    """
    locked = getattr(request, "axes_locked_out", False)
    counted = getattr(request, "axes_failures_since_start", None) is not None
    operations.record_failed_log_in(
        by=operations.ENTRANCE,
        at=timezone.now(),  # noqa: TID251 - the edge of every log-in
        username=username,
        address=client_address(request),
        step=step,
        is_counted=counted or not locked,
        is_locked=locked,
    )


def locked_out(
    request: HttpRequest,
    _response: HttpResponse | None = None,
    _credentials: Any = None,
) -> HttpResponse:
    """Say that the log-in is locked and for how long, whatever password was given."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    context = {"minutes": minutes, "limit": settings.AXES_FAILURE_LIMIT}
    response = render(request, "accounts/locked.html", context, status=429)
    response["Retry-After"] = str(minutes * 60)
    return response
