"""The pages of django-allauth that are open here, as this site wants them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.http import HttpRequest, HttpResponse

_View = Callable[..., HttpResponse]
_OK, _UNPROCESSABLE = 200, 422


def _answering(view: _View) -> _View:
    """Give a page with a refused form the status 422, as every form of this site."""

    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        form = (getattr(response, "context_data", None) or {}).get("form")
        is_refused = form is not None and form.is_bound and bool(form.errors)
        if response.status_code == _OK and is_refused:
            response.status_code = _UNPROCESSABLE
        return response

    return answering


@wraps(account.logout)
def log_out(request: HttpRequest) -> HttpResponse:
    """End the session, and let the browser forget what it kept of it.

    Cookies are left out: the reader's language and text size stand in some.
    """
    response: HttpResponse = account.logout(request)
    if request.method == "POST":
        response["Clear-Site-Data"] = '"cache", "storage"'
    return response


log_in = _answering(account.login)
inactive = account.account_inactive
confirm_by_password = _answering(account.reauthenticate)
change_password = _answering(account.password_change)
second_step = mfa.index
log_in_by_code = _answering(mfa.authenticate)
confirm_by_code = _answering(mfa.reauthenticate)
switch_on = _answering(totp.activate_totp)
switch_off = _answering(totp.deactivate_totp)
view_codes = recovery_codes.view_recovery_codes
generate_codes = _answering(recovery_codes.generate_recovery_codes)
download_codes = recovery_codes.download_recovery_codes
