"""The second step: enrol, log in with codes, recovery codes, lock-out, reset."""

import json

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from tests.accounts.conftest import PASSWORD

from bangfu.accounts import operations
from bangfu.calc.values.findings import WrongState
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

pytestmark = pytest.mark.django_db
ACTIVATE, AUTHENTICATE = "mfa_activate_totp", "mfa_authenticate"


@pytest.fixture
def confirmed(make_user, try_log_in, client):
    """A user who is logged in and has just confirmed that it is him."""
    user = make_user()
    try_log_in()
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return user


@pytest.fixture
def enrolled(confirmed, client, code_of):
    """A user with a second step, logged out; returns (user, secret, recovery codes)."""
    client.get(reverse(ACTIVATE))
    secret = client.session["mfa.totp.secret"]
    response = client.post(reverse(ACTIVATE), {"code": code_of(secret)})
    assert response["Location"] == reverse("mfa_view_recovery_codes")
    page = client.get(response["Location"])
    codes = page.context_data["unused_codes"]
    client.post(reverse("account_logout"))
    cache.clear()
    return confirmed, secret, codes


def is_in(client):
    return client.get("/").status_code == 200


def test_a_password_alone_no_longer_opens(enrolled, try_log_in, client):
    response = try_log_in()

    assert response["Location"] == reverse(AUTHENTICATE)
    assert not is_in(client)


def test_the_code_of_the_authenticator_opens(
    enrolled, try_log_in, client, code_of, events
):
    _, secret, _ = enrolled
    before = events("accounts.login.done")
    try_log_in()
    session = client.cookies["sessionid"].value

    response = client.post(reverse(AUTHENTICATE), {"code": code_of(secret)})

    assert response["Location"] == "/"
    assert is_in(client)
    assert client.cookies["sessionid"].value != session
    assert len(events("accounts.login.done")) == len(before) + 1


def test_a_code_works_once(enrolled, try_log_in, client, code_of):
    _, secret, _ = enrolled
    code = code_of(secret)
    try_log_in()
    client.post(reverse(AUTHENTICATE), {"code": code})
    client.post(reverse("account_logout"))
    try_log_in()

    response = client.post(reverse(AUTHENTICATE), {"code": code})

    assert response.status_code == 422
    assert "动态口令不正确。" in response.content.decode()


def test_a_recovery_code_opens_once(enrolled, try_log_in, client):
    _, _, codes = enrolled
    assert len(codes) == 10
    try_log_in()
    assert client.post(reverse(AUTHENTICATE), {"code": codes[0]})["Location"] == "/"
    client.post(reverse("account_logout"))
    try_log_in()

    assert client.post(reverse(AUTHENTICATE), {"code": codes[0]}).status_code == 422
    assert client.post(reverse(AUTHENTICATE), {"code": codes[1]})["Location"] == "/"


def test_wrong_codes_lock_like_wrong_passwords(
    enrolled, try_log_in, client, code_of, events
):
    user, secret, _ = enrolled
    try_log_in()

    codes = [client.post(reverse(AUTHENTICATE), {"code": "000000"}).status_code
             for _ in range(5)]  # fmt: skip

    assert codes == [422, 422, 422, 422, 429]
    right = client.post(reverse(AUTHENTICATE), {"code": code_of(secret)})
    assert right.status_code == 429
    assert not is_in(client)
    client.cookies.clear()
    assert try_log_in().status_code == 429
    found = events("accounts.login.")[-8:]
    detail = {"address": "127.0.0.1", "step": "code"}
    assert [action.rpartition(".")[2] for action, *_ in found] == [
        *["failed"] * 5, "locked", "refused", "refused",
    ]  # fmt: skip
    assert found[0] == ("accounts.login.failed", "log-in", str(user.pk), detail)


def test_passwords_and_codes_are_counted_together(enrolled, try_log_in, client):
    for _ in range(3):
        try_log_in("zhang", "wrong")
    try_log_in()

    client.post(reverse(AUTHENTICATE), {"code": "000000"})

    assert client.post(reverse(AUTHENTICATE), {"code": "000000"}).status_code == 429


def test_secrets_are_sealed_at_rest(enrolled):
    _, secret, codes = enrolled
    stored = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))

    assert secret not in stored
    assert not any(code in stored for code in codes)
    kinds = set(Authenticator.objects.values_list("type", flat=True))
    assert kinds == {"totp", "recovery_codes"}


def test_it_asks_who_one_is_before_enrolling(make_user, try_log_in, client):
    make_user()
    try_log_in()

    asked = client.get(reverse(ACTIVATE))
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    response = client.post(asked["Location"], {"password": PASSWORD})

    assert response["Location"] == reverse(ACTIVATE)


def test_a_wrong_code_does_not_enrol(confirmed, client):
    client.get(reverse(ACTIVATE))

    response = client.post(reverse(ACTIVATE), {"code": "000000"})

    assert response.status_code == 422
    assert not Authenticator.objects.exists()


def test_the_page_shows_a_code_to_scan_and_a_key_to_type(confirmed, client):
    page = client.get(reverse(ACTIVATE)).content.decode()

    assert 'src="data:image/svg+xml;base64,' in page
    assert client.session["mfa.totp.secret"] in page


def test_switching_it_off_takes_the_recovery_codes_along(
    enrolled, try_log_in, client, code_of
):
    _, secret, _ = enrolled
    try_log_in()
    client.post(reverse(AUTHENTICATE), {"code": code_of(secret)})

    cache.clear()
    client.post(reverse("mfa_reauthenticate"), {"code": code_of(secret)})
    client.post(reverse("mfa_deactivate_totp"))

    assert not Authenticator.objects.exists()


def test_an_administrator_resets_it_for_somebody_who_lost_his_phone(
    enrolled, make_actor, try_log_in, client, events
):
    user, _, _ = enrolled
    admin = make_actor("administrator", "9901")
    user.home_code = "990101"
    user.save()

    with acting(admin):
        operations.reset_second_step(
            by=admin, at=timezone.now(), user=user, reason="手机丢失"
        )

    assert try_log_in()["Location"] == "/"
    assert "accounts.user.second_step_reset" in [action for action, *_ in events()]


def test_there_is_nothing_to_reset_without_one(make_user):
    user = make_user()

    with (
        acting(system_actor("tests")),
        pytest.raises(WrongState, match=r"The account has no second step\."),
    ):
        operations.reset_second_step(
            by=system_actor("tests"), at=timezone.now(), user=user, reason="x"
        )


def test_used_codes_are_known_to_every_process(settings):
    """In the memory of one process another one would take the code a second time."""
    assert settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache")
