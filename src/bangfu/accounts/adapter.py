"""How django-allauth fits our accounts: words, audit, addresses, sealed secrets."""

from __future__ import annotations

import time
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from bangfu.accounts import lockout, operations, queries, rules
from bangfu.accounts.addresses import client_address
from bangfu.accounts.models import User
from bangfu.accounts.session_store import ADDRESS_KEY, DEVICE_KEY, STARTED_KEY
from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text
from bangfu.vault import seal, unseal
from bangfu.web.language import say, say_later

_DEVICE_LENGTH_MAX = 200

_SAID = {
    "account/messages/password_changed.txt": Text(
        "密码已修改。", "The password was changed."
    ),
    "mfa/messages/totp_activated.txt": Text(
        "身份验证器已启用。", "The authenticator is switched on."
    ),
    "mfa/messages/totp_deactivated.txt": Text(
        "身份验证器已停用。", "The authenticator is switched off."
    ),
    "mfa/messages/recovery_codes_generated.txt": Text(
        "已生成新的备用码。", "New recovery codes were generated."
    ),
}
_TOO_MANY = say_later(
    "尝试次数过多，请过几分钟再试。", "Too many tries; wait a few minutes."
)
_WRONG_CODE = say_later("动态口令不正确。", "The code is wrong.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up: an administrator creates accounts. There is no e-mail."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": say_later(
            "用户名或密码不正确，或一次性密码已过期。",
            "The user name or password is wrong, or the one-time password ran out.",
        ),
        "incorrect_password": say_later("密码不正确。", "The password is wrong."),
        "enter_current_password": say_later(
            "当前密码不正确。", "The current password is wrong."
        ),
        "incorrect_code": _WRONG_CODE,
        "too_many_login_attempts": _TOO_MANY,
        "rate_limited": _TOO_MANY,
    }

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        """Sign-up is closed."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that limits of tries count by."""
        return client_address(request) or "unix"

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Write the audit of a refused password."""
        name = lockout.username_of(request, credentials) or ""
        lockout.record_failure(request, name, step=lockout.PASSWORD)

    def login(self, request: HttpRequest, user: User) -> None:
        """Begin the session, its clock and its audit."""
        super().login(request, user)
        now = timezone.now()  # noqa: TID251 - the edge of every log-in
        address = client_address(request)
        device = request.headers.get("User-Agent", "")[:_DEVICE_LENGTH_MAX]
        request.session[STARTED_KEY] = time.time()
        request.session[ADDRESS_KEY] = address
        request.session[DEVICE_KEY] = device.replace("\x00", "")
        by = queries.first_actor(user, on=timezone.localdate(now))  # noqa: TID251
        operations.record_log_in(by=by, at=now, address=address)

    def logout(self, request: HttpRequest) -> None:
        """End the session and say so in the audit."""
        by = request.actor or queries.grantless(request.user)  # type: ignore[attr-defined]
        super().logout(request)
        operations.record_log_out(by=by, at=timezone.now())  # noqa: TID251

    def clean_password(self, password: str, user: User | None = None) -> str:
        """Refuse a password as the first log-in does."""
        try:
            rules.check_password(password=password, user=user)
        except BadInput as refusal:
            raise ValidationError(say(refusal.message)) from refusal
        return password

    def set_password(self, user: User, password: str) -> None:
        """Store a password that was checked."""
        by = self.request.actor or queries.grantless(user)
        operations.set_own_password(
            by=by,
            at=timezone.now(),  # noqa: TID251
            user=user,
            password=password,
        )

    def get_password_change_redirect_url(self, _request: HttpRequest) -> str:
        """Go back to where the password stands beside the second step."""
        return reverse("mfa_index")

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        *_args: Any,
        **_kwargs: Any,
    ) -> None:
        """Say what is worth saying, in both languages; nothing at log-in and log-out."""
        text = _SAID.get(message_template or "")
        if text is not None:
            messages.add_message(request, level, say(text))

    def send_notification_mail(self, *_args: Any, **_kwargs: Any) -> None:
        """Send nothing: there are no addresses. The audit knows."""


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second-factor secrets are sealed at rest."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _WRONG_CODE,
        "cannot_generate_recovery_codes": say_later(
            "请先启用身份验证器。", "Switch on the authenticator first."
        ),
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret."""
        return seal(text).hex()

    def decrypt(self, encrypted_text: str) -> str:
        """Unseal a secret."""
        return unseal(bytes.fromhex(encrypted_text))
