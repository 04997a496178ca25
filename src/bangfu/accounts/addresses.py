"""From which address a request comes, which nobody can make up.

X-Forwarded-For is text that the client may have written. It is read only when the
connection itself comes from a proxy named in settings.BANGFU_PROXIES, and then from
the right: what stands left of the first stranger was not written by our proxies.
"""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest

UNIX_SOCKET = "unix"


def client_address(request: HttpRequest) -> str | None:
    """Return the client's IP address; None on a Unix socket without a proxy's word."""
    address = request.META.get("REMOTE_ADDR") or UNIX_SOCKET
    claimed = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while address in settings.BANGFU_PROXIES and claimed:
        earlier = _ip(claimed.pop())
        if earlier is None:
            break
        address = earlier
    return _ip(address)


def _ip(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        return None
