"""Five wrong tries lock a name at an address for 30 minutes."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.urls import reverse

pytestmark = pytest.mark.django_db


def fail(try_log_in, times, username="zhang", **extra):
    return [try_log_in(username, "wrong", **extra).status_code for _ in range(times)]


def test_the_fifth_failure_locks_and_the_sixth_try_is_refused_even_if_right(
    make_user, try_log_in, client
):
    make_user()

    assert fail(try_log_in, 5) == [422, 422, 422, 422, 429]
    response = try_log_in()

    assert response.status_code == 429
    assert response["Retry-After"] == "1800"
    assert "连续输错 5 次，30 分钟内不能登录" in response.content.decode()
    assert client.get("/").status_code == 302


def test_four_failures_do_not_lock(make_user, try_log_in):
    make_user()

    fail(try_log_in, 4)

    assert try_log_in().status_code == 302


def test_a_log_in_starts_the_count_again(make_user, try_log_in, client):
    make_user()
    fail(try_log_in, 4)
    try_log_in()
    client.post(reverse("account_logout"))

    assert fail(try_log_in, 4) == [422] * 4
    assert try_log_in().status_code == 302


def test_after_thirty_minutes_it_opens_again(make_user, try_log_in):
    make_user()
    fail(try_log_in, 5)

    wait(timedelta(minutes=29))
    assert try_log_in().status_code == 429
    wait(timedelta(minutes=1, seconds=1))

    assert try_log_in().status_code == 302


def test_a_try_while_locked_does_not_make_it_longer(make_user, try_log_in):
    make_user()
    fail(try_log_in, 5)
    wait(timedelta(minutes=29))
    fail(try_log_in, 1)
    wait(timedelta(minutes=1, seconds=1))

    assert try_log_in().status_code == 302


def test_another_address_is_not_locked(make_user, try_log_in):
    make_user()
    fail(try_log_in, 5, REMOTE_ADDR="10.1.1.1")

    assert try_log_in(REMOTE_ADDR="10.1.1.2").status_code == 302


def test_another_name_is_not_locked(make_user, try_log_in):
    make_user()
    make_user("li")
    fail(try_log_in, 5)

    assert try_log_in("li").status_code == 302


def test_spellings_of_one_name_are_counted_together(make_user, try_log_in):
    make_user()

    codes = [try_log_in(name, "wrong").status_code
             for name in ("zhang", "Zhang", "ZHANG", " zhang", "zHang")]  # fmt: skip

    assert codes[-1] == 429
    assert try_log_in().status_code == 429


def test_another_browser_does_not_begin_anew(make_user, try_log_in):
    make_user()

    codes = [try_log_in("zhang", "wrong", HTTP_USER_AGENT=f"b{n}").status_code
             for n in range(5)]  # fmt: skip

    assert codes[-1] == 429


def test_a_made_up_forwarding_header_evades_nothing(make_user, try_log_in):
    make_user()

    for number in range(5):
        try_log_in("zhang", "wrong", HTTP_X_FORWARDED_FOR=f"10.9.9.{number}")

    assert try_log_in(HTTP_X_FORWARDED_FOR="10.9.9.9").status_code == 429


def test_behind_our_proxy_the_address_it_saw_counts(make_user, try_log_in, settings):
    settings.BANGFU_PROXIES = ["127.0.0.1"]
    make_user()

    for number in range(5):
        # The client wrote the left part; our proxy added the right one.
        try_log_in("zhang", "wrong", HTTP_X_FORWARDED_FOR=f"1.2.3.{number}, 10.9.9.9")

    assert try_log_in(HTTP_X_FORWARDED_FOR="1.2.3.9, 10.9.9.9").status_code == 429
    assert try_log_in(HTTP_X_FORWARDED_FOR="1.2.3.9, 10.8.8.8").status_code == 302


def test_failures_lock_out_and_refusals_are_audited(make_user, try_log_in, events):
    user = make_user()

    fail(try_log_in, 5)
    try_log_in()

    found = events("accounts.login.")
    assert [action for action, *_ in found] == [
        *["accounts.login.failed"] * 5,
        "accounts.login.locked",
        "accounts.login.refused",
    ]
    detail = {"address": "127.0.0.1", "step": "password"}
    assert {(who, about) for _, who, about, _ in found} == {("log-in", str(user.pk))}
    assert all(one == detail for *_, one in found)


def test_nothing_of_the_password_is_kept(make_user, try_log_in):
    make_user()

    try_log_in("zhang", "a secret thing")

    kept = AccessAttempt.objects.get()
    assert "secret" not in kept.post_data
    assert "secret" not in kept.get_data


def test_confirming_by_password_counts_too_though_one_is_logged_in(
    make_actor, client, login, events
):
    """The pages of log-in run outside the request's transaction: a refusal there must
    not take back what was counted."""
    actor = make_actor("county", "990101", username="zhang")
    login(actor)

    codes = [
        client.post(
            reverse("account_reauthenticate"), {"password": "wrong"}
        ).status_code
        for _ in range(5)
    ]

    assert codes == [422, 422, 422, 422, 429]
    assert AccessAttempt.objects.get().failures_since_start == 5
    assert [action for action, *_ in events("accounts.login.")][
        -1
    ] == "accounts.login.locked"


def test_one_address_that_tries_many_names_is_slowed(make_user, try_log_in):
    make_user()
    for number in range(20):
        try_log_in(f"name-{number}", "wrong")

    response = try_log_in()

    assert response.status_code == 422
    assert "尝试次数过多" in response.content.decode()


def wait(passed):
    """Let time pass: what was counted happened earlier."""
    for attempt in AccessAttempt.objects.all():
        attempt.attempt_time -= passed
        attempt.save()
