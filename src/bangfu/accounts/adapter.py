"""How django-allauth fits our accounts."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter

from bangfu.vault import seal, unseal


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up: an administrator creates accounts."""

    def is_open_for_signup(self, _request: Any) -> bool:
        """Sign-up is closed."""
        return False

    def clean_username(self, username: str, shallow: bool = False) -> str:  # noqa: FBT001, FBT002
        """Names are small letters."""
        return str(super().clean_username(username.lower(), shallow=shallow))


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second-factor secrets are sealed at rest."""

    def encrypt(self, text: str) -> str:
        """Seal a secret."""
        return seal(text).hex()

    def decrypt(self, encrypted_text: str) -> str:
        """Unseal a secret."""
        return unseal(bytes.fromhex(encrypted_text))
