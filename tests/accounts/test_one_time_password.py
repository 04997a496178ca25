"""A one-time password opens one door: choosing another, within 72 hours."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from bangfu.accounts import operations, rules
from bangfu.accounts.models import User
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput
from bangfu.scope.actor import system_actor

pytestmark = pytest.mark.django_db
OWN = "a long phrase of my own"


@pytest.fixture
def given():
    """Return a function that makes an account some hours ago: user and password."""

    def make(hours_ago=0.0):
        at = datetime.now(UTC) - timedelta(hours=hours_ago)
        return operations.create_user(
            by=system_actor("tests"),
            at=at,
            username="zhang",
            name="张三",
            division=DivisionCode("990101"),
        )

    return make


@pytest.fixture(autouse=True)
def acting_system(db):
    from bangfu.scope import acting

    with acting(system_actor("tests")):
        yield


def choose(client, password=OWN, again=None):
    data = {"password": password, "again": again or password}
    return client.post(reverse("accounts:new_password"), data)


def test_it_leads_to_choosing_a_password_from_every_page(given, try_log_in, client):
    _, password = given()
    try_log_in("zhang", password)

    for path in (
        "/",
        "/policy/",
        "/accounts/2fa/",
        "/accounts/password/change/",
        "/no/",
    ):
        response = client.get(path)
        assert (response.status_code, response["Location"]) == (
            302,
            "/accounts/new-password/",
        ), path
    assert client.get("/accounts/new-password/").status_code == 200


def test_the_language_can_be_changed_and_one_can_log_out(given, try_log_in, client):
    _, password = given()
    try_log_in("zhang", password)

    assert client.post("/language/", {"language": "en", "next": "/"})["Location"] == "/"
    assert client.post("/accounts/logout/")["Location"] == "/accounts/login/"


def test_after_choosing_one_is_in_and_the_old_one_is_dead(
    given, try_log_in, client, events
):
    user, password = given()
    try_log_in("zhang", password)

    assert choose(client)["Location"] == "/"

    assert client.get("/").status_code == 200
    user.refresh_from_db()
    assert (user.must_change_password, user.one_time_until) == (False, None)
    client.post(reverse("account_logout"))
    assert try_log_in("zhang", password).status_code == 422
    assert try_log_in("zhang", OWN).status_code == 302
    assert ("accounts.user.password_set", "zhang", str(user.pk), {}) in events()


def test_somebody_with_a_grant_chooses_too(make_actor, try_log_in, client):
    """His page runs under the grant; the change must not be lost with it."""
    actor = make_actor("county", "990101", username="zhang")
    user = User.objects.get(pk=actor.user_id)
    user.must_change_password = True
    user.set_password("one-time")
    user.save()
    try_log_in("zhang", "one-time")

    choose(client)

    user.refresh_from_db()
    assert user.check_password(OWN)
    assert client.get("/policy/").status_code == 200


def test_it_holds_for_72_hours(given, try_log_in):
    _, password = given(hours_ago=71.9)

    assert try_log_in("zhang", password).status_code == 302


def test_it_opens_nothing_after_72_hours(given, try_log_in):
    _, password = given(hours_ago=72.1)

    assert try_log_in("zhang", password).status_code == 422


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        ("short", None, "至少要有 12 位。"),
        ("password1234", None, "这个密码太常见。"),
        (OWN, "another phrase of my own", "两次输入的密码不同。"),
    ],
)
def test_it_refuses_a_bad_choice(given, try_log_in, client, password, again, words):
    user, one_time = given()
    try_log_in("zhang", one_time)

    response = choose(client, password, again)

    assert response.status_code == 422
    assert words in response.content.decode()
    user.refresh_from_db()
    assert user.must_change_password


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_it_refuses_a_variation_of_the_user_name_in_both_languages(db, language):
    """Whatever language is active when it is refused: it may be read in the other."""
    user = User(username="zhang-sanfeng")

    with translation.override(language), pytest.raises(BadInput) as refused:
        rules.check_password(password="zhang-sanf", user=user)

    message = refused.value.message
    assert message.in_language("zh-hans") == (
        "密码不合要求：至少要有 12 位。 与用户名或姓名太相似。"
    )
    assert message.in_language("en") == (
        "Password refused: It must have at least 12 characters."
        " It is too much like the user name or name."
    )


def test_the_one_time_password_cannot_be_kept(given, try_log_in, client):
    _, password = given()
    try_log_in("zhang", password)

    response = choose(client, password)

    assert response.status_code == 422
    assert "新密码不能与现在的密码相同。" in response.content.decode()


def test_the_page_sets_no_password_of_somebody_who_has_one(
    make_user, try_log_in, client
):
    """Else whoever finds an open screen takes the account without knowing a password."""
    user = make_user()
    try_log_in()

    response = choose(client)

    assert response["Location"] == reverse("account_change_password")
    user.refresh_from_db()
    assert not user.check_password(OWN)


def test_it_is_easy_to_read_and_hard_to_guess(given):
    _, password = given()

    assert len(password) == 17
    assert set(password) <= set("abcdefghjkmnpqrstuvwxyz23456789-")
