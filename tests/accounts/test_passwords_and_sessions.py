"""Changing one's password; how long a session lives, and what ends it."""

import time
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.accounts.conftest import PASSWORD

from bangfu.accounts import operations
from bangfu.accounts.models import Session
from bangfu.accounts.session_store import STARTED_KEY
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

pytestmark = pytest.mark.django_db
OWN = "a long phrase of my own"


@pytest.fixture
def inside(make_user, try_log_in, client):
    """A user who is logged in; the client is his browser."""
    user = make_user()
    try_log_in()
    return user


def is_in(client):
    return client.get("/").status_code == 200


def change(client, old=PASSWORD, new=OWN, again=None):
    data = {"oldpassword": old, "password1": new, "password2": again or new}
    return client.post(reverse("account_change_password"), data)


def test_a_password_is_changed_and_the_session_goes_on(inside, client, events):
    assert change(client)["Location"] == reverse("mfa_index")

    page = client.get(reverse("mfa_index")).content.decode()
    assert "密码已修改。" in page
    inside.refresh_from_db()
    assert inside.check_password(OWN)
    assert ("accounts.user.password_set", "zhang", str(inside.pk), {}) in events()


def test_changing_it_ends_the_other_sessions(inside, client):
    from django.test import Client

    other = Client()
    other.post(reverse("account_login"), {"login": "zhang", "password": PASSWORD})
    assert is_in(other)

    change(client)

    assert is_in(client)
    assert not is_in(other)


@pytest.mark.parametrize(
    ("old", "new", "again", "words"),
    [
        ("wrong", OWN, None, "当前密码不正确。"),
        (PASSWORD, "short", None, "至少要有 12 位。"),
        (PASSWORD, PASSWORD, None, "新密码不能与现在的密码相同。"),
        (PASSWORD, OWN, OWN + "x", "每次输入的密码必须相同。"),
    ],
)
def test_it_refuses_a_bad_change(inside, client, old, new, again, words):
    response = change(client, old, new, again)

    assert response.status_code == 422
    assert words in response.content.decode()
    inside.refresh_from_db()
    assert inside.check_password(PASSWORD)


def test_a_session_ends_after_30_idle_minutes(inside, client, settings):
    session = Session.objects.get()
    left = session.expire_date - timezone.now()
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)

    session.expire_date -= timedelta(minutes=30)
    session.save()

    assert not is_in(client)
    assert settings.SESSION_IDLE_SECONDS == 1800


def test_every_request_starts_the_idle_time_anew(inside, client):
    session = Session.objects.get()
    session.expire_date -= timedelta(minutes=20)
    session.save()

    assert is_in(client)

    assert Session.objects.get().expire_date - timezone.now() > timedelta(minutes=29)


def test_what_a_page_asks_by_itself_does_not(inside, client):
    """A job's progress asks every two seconds; the page may stand there for days."""
    session = Session.objects.get()
    session.expire_date -= timedelta(minutes=20)
    session.save()

    response = client.get("/", headers={"Bangfu-Unattended": "1"})

    assert response.status_code == 200
    assert "sessionid" not in response.cookies, "the browser's own clock runs on too"
    assert Session.objects.get().expire_date == session.expire_date


def begin_earlier(client, hours):
    session = client.session
    assert abs(session[STARTED_KEY] - time.time()) < 60
    session[STARTED_KEY] -= hours * 3600
    session.save()


def test_a_session_ends_after_12_hours_however_busy(inside, client):
    begin_earlier(client, 12.01)

    response = client.get("/")

    assert response["Location"].startswith(reverse("account_login"))
    assert not is_in(client)


def test_it_does_not_end_before(inside, client):
    begin_earlier(client, 11.99)

    assert is_in(client)


def test_a_fragment_after_the_end_reloads_the_page(inside, client):
    begin_earlier(client, 13)

    response = client.get("/policy/", headers={"HX-Request": "true"})

    assert (response.status_code, response["HX-Refresh"]) == (204, "true")


def test_a_disabled_user_is_out_at_the_next_request(inside, client):
    by = system_actor("tests")
    with acting(by):
        operations.set_active(
            by=by, at=timezone.now(), user=inside, is_active=False, reason="调离"
        )

    assert not is_in(client)


def test_a_reset_password_ends_his_sessions(inside, client):
    by = system_actor("tests")
    with acting(by):
        operations.reset_password(by=by, at=timezone.now(), user=inside)

    assert not is_in(client)


def test_old_sessions_and_counts_are_thrown_away_at_night(inside, client, try_log_in):
    from axes.models import AccessAttempt

    from bangfu.accounts.tasks import forget

    client.post(reverse("account_logout"))
    try_log_in("zhang", "wrong")
    try_log_in("li", "wrong")
    AccessAttempt.objects.filter(username="li").update(
        attempt_time=timezone.now() - timedelta(days=2)
    )
    Session.objects.create(
        session_key="old", session_data="", expire_date=timezone.now() - timedelta(1)
    )

    forget(timestamp=0)

    assert list(AccessAttempt.objects.values_list("username", flat=True)) == ["zhang"]
    assert not Session.objects.filter(session_key="old").exists()
