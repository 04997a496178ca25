"""Middleware: refusals become pages, private pages are not kept by browsers."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from bangfu.calc.values.findings import Refusal
from bangfu.web import disk, errors

logger = logging.getLogger("bangfu.web")
GetResponse = Callable[[HttpRequest], HttpResponseBase]


class RefusalMiddleware:
    """Turn a Refusal that a view raises into a page, a fragment or JSON.

    The one place where the code of a refusal becomes a status.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        """Answer a refusal and a full disk; anything else stays an error."""
        if isinstance(exception, Refusal):
            return errors.refused(request, exception)
        if disk.is_full(exception):
            logger.error("the disk is full at %s", request.path, exc_info=exception)
            return errors.refused(request, disk.DiskFull.of_server())
        return None


class PrivatePagesMiddleware:
    """Keep pages of people who are logged in out of every cache, and isolate them."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Add the headers."""
        response = self.get_response(request)
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store, private")
        response.headers.setdefault("Permissions-Policy", "geolocation=(), camera=()")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response
