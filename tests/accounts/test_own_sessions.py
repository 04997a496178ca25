"""A person sees where he is logged in and ends what is not his."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.accounts.conftest import PASSWORD

from bangfu.accounts import devices
from bangfu.accounts.models import Session

pytestmark = pytest.mark.django_db
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0"
WECHAT = "Mozilla/5.0 (Linux; Android 12) Chrome/86.0 Mobile Safari/537.36 MicroMessenger/8.0"
LIST, END_OTHERS = "accounts:sessions", "accounts:other_sessions_end"


@pytest.fixture
def browsers(make_user, client):
    """Return two browsers in which one person is logged in, and one of somebody else."""
    make_user()
    make_user("li")
    phone, stranger = Client(), Client()
    for browser, name, device in (
        (phone, "zhang", WECHAT),
        (client, "zhang", EDGE),
        (stranger, "li", EDGE),
    ):
        browser.post(
            reverse("account_login"),
            {"login": name, "password": PASSWORD},
            headers={"User-Agent": device},
        )
    return client, phone, stranger


def handle_of(browser):
    return Session.objects.get(session_key=browser.session.session_key).handle


def end(browser, handle):
    return browser.post(reverse("accounts:session_end", args=[handle]))


def is_in(browser):
    return browser.get("/").status_code == 200


def test_it_shows_each_session_with_device_address_and_times(browsers):
    client, _phone, _stranger = browsers

    page = client.get(reverse(LIST)).content.decode()

    assert page.count("<tr>") == 3, "a head and two sessions"
    assert page.index("Edge，Windows") < page.index("微信，安卓"), "this one first"
    assert page.count("127.0.0.1") == 2
    assert page.count("当前设备") == 1


def test_no_key_of_a_session_stands_on_the_page(browsers):
    client, phone, _stranger = browsers

    page = client.get(reverse(LIST)).content.decode()

    assert handle_of(phone) in page
    assert phone.session.session_key not in page
    assert client.session.session_key not in page


def test_it_ends_another_session_at_once(browsers, events):
    client, phone, _stranger = browsers

    response = end(client, handle_of(phone))

    assert response["Location"] == reverse(LIST)
    assert "已结束 1 个登录。" in client.get(response["Location"]).content.decode()
    assert not is_in(phone)
    assert is_in(client)
    ended = [event for event in events() if event[0] == "accounts.session.ended"]
    assert [(who, detail) for _, who, _, detail in ended] == [
        ("zhang", {"sessions": 1})
    ]


def test_it_ends_all_others_and_stays(browsers):
    client, phone, stranger = browsers

    client.post(reverse(END_OTHERS))

    assert not is_in(phone)
    assert is_in(client)
    assert is_in(stranger), "of somebody else"


@pytest.mark.parametrize("whose", ["own", "somebody else's", "none"])
def test_it_refuses_what_is_not_another_session_of_his(browsers, events, whose):
    client, _phone, stranger = browsers
    handle = {
        "own": handle_of(client),
        "somebody else's": handle_of(stranger),
        "none": "0" * 16,
    }[whose]

    assert end(client, handle).status_code == 404

    assert is_in(client)
    assert is_in(stranger)
    assert "accounts.session.ended" not in [event[0] for event in events()]


def test_a_session_that_ran_out_is_not_shown(browsers):
    client, phone, _stranger = browsers
    Session.objects.filter(session_key=phone.session.session_key).update(
        expire_date=timezone.now() - timedelta(seconds=1)
    )

    assert "微信" not in client.get(reverse(LIST)).content.decode()


def test_a_new_password_keeps_the_session_in_the_list(browsers):
    """Its key changes then; the row goes with it."""
    client, _phone, _stranger = browsers
    new = "a long phrase of my own"
    data = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    client.post(reverse("account_change_password"), data)

    page = client.get(reverse(LIST)).content.decode()

    assert page.count("当前设备") == 1
    assert "Edge，Windows" in page


def test_a_visitor_who_is_not_logged_in_has_no_list(client):
    assert client.get(reverse(LIST))["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize(
    ("device", "zh", "en"),
    [
        (EDGE, "Edge，Windows", "Edge, Windows"),
        (WECHAT, "微信，安卓", "WeChat, Android"),
        ("curl/8", "未知设备", "unknown device"),
        ("Safari on something", "Safari", "Safari"),
    ],
)
def test_a_device_is_said_in_words(device, zh, en):
    text = devices.words(device)

    assert (text.in_language("zh-hans"), text.in_language("en")) == (zh, en)


def test_a_browser_may_say_anything_of_itself(make_user, client):
    make_user()

    client.post(
        reverse("account_login"),
        {"login": "zhang", "password": PASSWORD},
        headers={"User-Agent": "<script>x</script>\x00" + "长" * 5000},
    )

    page = client.get(reverse(LIST)).content.decode()
    assert "未知设备" in page
    assert "<script>x" not in page
