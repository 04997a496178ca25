"""Log-in by name and password, and what it leaves behind."""

import pytest
from django.urls import NoReverseMatch, reverse

from bangfu.accounts.models import Session, User

pytestmark = pytest.mark.django_db
CLOSED = [
    "/accounts/signup/",
    "/accounts/email/",
    "/accounts/confirm-email/",
    "/accounts/confirm-email/abc/",
    "/accounts/password/set/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/1-abc/",
    "/accounts/login/code/",
    "/accounts/login/code/confirm/",
    "/accounts/2fa/webauthn/",
    "/accounts/",
]


def test_it_logs_in_and_goes_home(make_user, try_log_in):
    make_user()

    response = try_log_in()

    assert response.status_code == 302
    assert response["Location"] == reverse("home")


def test_letters_of_either_case_and_blanks_around_are_one_name(make_user, try_log_in):
    make_user()

    assert try_log_in(" ZHang ").status_code == 302


def test_it_goes_where_the_visitor_wanted(make_user, client):
    make_user()
    asked = client.get(reverse("policy:list"))

    assert asked["Location"] == "/accounts/login/?next=/policy/"
    response = client.post(
        asked["Location"], {"login": "zhang", "password": "quiet rivers carry tea"}
    )
    assert response["Location"] == "/policy/"


def test_it_does_not_lead_to_another_host(make_user, client):
    make_user()

    response = client.post(
        "/accounts/login/?next=https://example.org/",
        {"login": "zhang", "password": "quiet rivers carry tea"},
    )

    assert response["Location"] == "/"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", "用户名或密码不正确，或一次性密码已过期。"),
        ("en", "The user name or password is wrong, or the one-time password ran out."),
    ],
)
@pytest.mark.parametrize("username", ["zhang", "nobody"])
def test_it_refuses_a_wrong_password_and_an_unknown_name_alike(
    make_user, try_log_in, client, language, words, username
):
    make_user()
    client.cookies["django_language"] = language

    response = try_log_in(username, "wrong")

    assert response.status_code == 422
    assert words in response.content.decode()


def test_an_empty_form_names_both_fields(client, db):
    response = client.post(reverse("account_login"), {})

    assert response.status_code == 422
    assert set(response.context_data["form"].errors) == {"login", "password"}


def test_it_refuses_a_disabled_user_like_a_wrong_password(make_user, try_log_in):
    make_user(is_active=False)

    response = try_log_in()

    assert response.status_code == 422
    assert "用户名或密码不正确" in response.content.decode()


def test_a_log_in_and_a_log_out_are_audited(make_user, try_log_in, client, events):
    user = make_user()

    try_log_in()
    client.post(reverse("account_logout"))

    assert events("accounts.login.") == [
        ("accounts.login.done", "zhang", str(user.pk), {"address": "127.0.0.1"}),
        ("accounts.login.ended", "zhang", str(user.pk), {}),
    ]


def test_the_audit_names_the_grant_under_which_one_begins(
    make_actor, try_log_in, client, events
):
    from bangfu.audit.models import Event
    from bangfu.scope import acting

    actor = make_actor("county", "990101", username="zhang")
    user = User.objects.get(pk=actor.user_id)
    user.set_password("quiet rivers carry tea")
    user.save()

    try_log_in()

    with acting(actor):
        event = Event.objects.get(action="accounts.login.done")
    assert (event.grant_id, event.role, event.division_code) == (
        actor.grant_id,
        "county",
        "990101",
    )


def test_a_failure_is_audited_without_what_was_typed(make_user, try_log_in, events):
    user = make_user()

    try_log_in("zhang", "wrong password")
    try_log_in("my password in the wrong field", "x")

    detail = {"address": "127.0.0.1", "step": "password"}
    assert events("accounts.login.") == [
        ("accounts.login.failed", "log-in", str(user.pk), detail),
        ("accounts.login.failed", "log-in", "", detail),
    ]


def test_log_in_takes_a_new_session_id(make_user, try_log_in, client):
    make_user()
    session = client.session
    session["seen"] = "before"
    session.save()
    client.cookies["sessionid"] = session.session_key

    try_log_in()

    assert client.cookies["sessionid"].value != session.session_key
    assert not Session.objects.filter(session_key=session.session_key).exists()


def test_log_out_ends_the_session_on_the_server(make_user, try_log_in, client):
    make_user()
    try_log_in()
    stolen = client.cookies["sessionid"].value

    response = client.post(reverse("account_logout"))

    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert response["Location"] == reverse("account_login")
    client.cookies["sessionid"] = stolen
    assert client.get("/").status_code == 302
    assert not Session.objects.filter(session_key=stolen).exists()


def test_log_out_by_a_link_only_asks(make_user, try_log_in, client):
    make_user()
    try_log_in()

    response = client.get(reverse("account_logout"))

    assert response.status_code == 200
    assert "Clear-Site-Data" not in response
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize("is_logged_in", [True, False])
def test_pages_of_sign_up_and_e_mail_are_closed(
    make_user, try_log_in, client, path, is_logged_in
):
    make_user()
    if is_logged_in:
        try_log_in()

    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404


@pytest.mark.parametrize(
    "name", ["account_signup", "account_email", "account_reset_password"]
)
def test_no_page_can_link_to_them(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_passwords_are_hashed_with_argon2(settings):
    from bangfu.site import settings as ours

    assert ours.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]


def test_the_cookie_is_not_for_scripts(make_user, try_log_in, client):
    make_user()

    try_log_in()

    cookie = client.cookies["sessionid"]
    assert cookie["httponly"] is True
    assert cookie["samesite"] == "Lax"


def test_too_many_log_ins_from_one_address_are_refused_in_words(
    settings, make_user, try_log_in, client
):
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    make_user()
    try_log_in("zhang", "wrong")

    response = try_log_in()

    assert response.status_code == 429
    assert "请求过于频繁，请过几分钟再试。" in response.content.decode()
