"""Log-in by name and password."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.utils import timezone

from bangfu.accounts.models import User


class OneTimeAwareBackend(ModelBackend):
    """Names in either case; a one-time password that ran out opens nothing."""

    def authenticate(
        self,
        request: Any,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """Return the user, or None."""
        user = super().authenticate(
            request,
            username=(username or "").strip().lower(),
            password=password,
            **kwargs,
        )
        if user is None or (
            user.one_time_until is not None and user.one_time_until < timezone.now()  # noqa: TID251
        ):
            return None
        return user

    def has_perm(self, *_args: Any, **_kwargs: Any) -> bool:
        """Permissions are in permissions.py of each app, never Django's."""
        return False
