"""Users, grants and sessions."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from bangfu.accounts.roles import Role
from bangfu.scope.fields import CODE_PATTERN, DivisionCodeField, division_code_check

USERNAME_PATTERN = "^[a-z0-9][a-z0-9._-]{1,59}$"


class UserManager(BaseUserManager["User"]):
    """Users by name; letters of either case are one name."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the user of that name."""
        return self.get(username=(username or "").lower())


class User(AbstractBaseUser):
    """A person who logs in. There are no superusers; what one may do is in the grants.

    home_code: the division whose administrators keep the account; empty for an account
    that the system made, which whoever is over all of its grants keeps.
    """

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    unit_name = models.CharField(max_length=120, blank=True)
    home_code = DivisionCodeField(blank=True, default="")
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=True)
    one_time_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(username__regex=USERNAME_PATTERN),
                name="accounts_user_username_ok",
            ),
            models.CheckConstraint(
                condition=models.Q(home_code="")
                | models.Q(home_code__regex=CODE_PATTERN),
                name="accounts_user_home_code_ok",
            ),
        ]

    def __str__(self) -> str:
        return self.username


class Grant(models.Model):
    """A role at a division for a period.

    official_id: for a helper, the official of `pairing` whose households he or she sees.
    It holds from valid_from_date up to, not on, valid_to_date; a grant that was ended on
    its first day holds on none.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=20, choices=[(r, r.value) for r in Role])
    division_code = DivisionCodeField()
    official_id = models.BigIntegerField(null=True)
    valid_from_date = models.DateField()
    valid_to_date = models.DateField(null=True)
    granted_by_id = models.BigIntegerField()
    granted_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            division_code_check("accounts_grant"),
            models.CheckConstraint(
                condition=models.Q(role__in=[r.value for r in Role]),
                name="accounts_grant_role_known",
            ),
            models.CheckConstraint(
                condition=models.Q(role="helper", official_id__isnull=False)
                | ~models.Q(role="helper") & models.Q(official_id__isnull=True),
                name="accounts_grant_helper_is_official",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to_date__isnull=True)
                | models.Q(valid_to_date__gte=models.F("valid_from_date")),
                name="accounts_grant_period_ok",
            ),
            models.CheckConstraint(
                condition=~models.Q(granted_by_id=models.F("user_id")),
                name="accounts_grant_not_to_oneself",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "division_code"],
                condition=models.Q(valid_to_date__isnull=True),
                name="accounts_grant_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role}@{self.division_code}"


class Session(AbstractBaseSession):
    """A browser's session; it is somebody's log-in once user_id is set.

    started_at, address and device: of the log-in. device: what the browser says of
    itself. Without row security, because it is read before it is known who asks.
    """

    user_id = models.BigIntegerField(null=True, db_index=True)
    started_at = models.DateTimeField(null=True)
    address = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=200, blank=True)

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        """Return the engine that reads the table."""
        engine: type[SessionBase] = import_string(
            f"{settings.SESSION_ENGINE}.SessionStore"
        )
        return engine

    @property
    def handle(self) -> str:
        """What names the session on a page; the key itself would let one in."""
        return hashlib.sha256(self.session_key.encode()).hexdigest()[:16]

    @property
    def last_seen_at(self) -> datetime:
        """When its person last did something."""
        return self.expire_date - timedelta(seconds=settings.SESSION_COOKIE_AGE)
