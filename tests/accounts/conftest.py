import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.urls import reverse

from bangfu.accounts.models import User
from bangfu.audit.models import Event
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

PASSWORD = "quiet rivers carry tea"


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """Hash fast: how long a password takes is not what is tested here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def make_user(db):
    """Return a function that makes a user who has chosen a password."""

    def make(username="zhang", **changes):
        user = User(username=username, name="张三", must_change_password=False)
        for name, value in changes.items():
            setattr(user, name, value)
        user.set_password(PASSWORD)
        user.save()
        return user

    return make


@pytest.fixture
def try_log_in(client):
    """Return a function that sends the log-in form."""

    def post(username="zhang", password=PASSWORD, **extra):
        data = {"login": username, "password": password}
        return client.post(reverse("account_login"), data, **extra)

    return post


@pytest.fixture
def events(db):
    """Return a function that lists the audit: (action, who acted, about whom, detail)."""

    def read(prefix="accounts."):
        with acting(system_actor("tests")):
            return [
                (event.action, event.username, event.subject_id, event.detail)
                for event in Event.objects.filter(action__startswith=prefix).order_by(
                    "pk"
                )
            ]

    return read


@pytest.fixture
def code_of():
    """Return a function that says what an authenticator shows for a secret."""

    def code(secret, *, later=0):
        return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))

    return code
