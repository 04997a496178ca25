"""The answer after too many wrong passwords."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def locked_out(
    request: HttpRequest,
    _response: HttpResponse | None = None,
    _credentials: Any = None,
) -> HttpResponse:
    """Say that the log-in is locked and for how long, whatever password was given."""
    return render(request, "accounts/locked.html", status=429)
