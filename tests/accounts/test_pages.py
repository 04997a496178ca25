"""The administrator's pages: what they list, offer and refuse."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.site.world import build

from bangfu.accounts.models import Grant, User
from bangfu.accounts.roles import Role
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

pytestmark = pytest.mark.django_db
BACKEND = "bangfu.accounts.backends.OneTimeAwareBackend"


@pytest.fixture
def world(db):
    return build()


@pytest.fixture
def admin(world, client):
    """The browser of the county's administrator."""
    client.force_login(world.user(Role.ADMINISTRATOR), backend=BACKEND)
    return client


def listed(client, **query):
    response = client.get(reverse("accounts:users"), query)
    return [user.username for user in response.context["list"].records]


def offered(client, world):
    page = client.get(reverse("accounts:grant_new", args=[world.here.user]))
    return [value for value, _ in page.context["form"].fields["role"].choices]


def test_the_list_holds_accounts_of_the_division_only(admin):
    names = listed(admin)

    assert "clerk-990101" in names
    assert "the-newcomer" in names  # at home here, without a grant
    assert "clerk-990201" not in names
    assert "the-city" not in names  # granted above


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "newcomer"}, ["the-newcomer"]),
        ({"role": "township"}, ["the-township"]),
        ({"state": "no_grant"}, ["the-newcomer"]),
        ({"state": "disabled"}, ["gone"]),
        ({"state": "new"}, ["fresh"]),
        ({"state": "expired"}, ["late"]),
    ],
)
def test_the_list_is_narrowed(admin, query, expected):
    now = timezone.now()
    values = {"name": "x", "home_code": "990101"}
    User.objects.create(username="gone", is_active=False, **values)
    User.objects.create(username="fresh", one_time_until=now + timedelta(1), **values)
    User.objects.create(username="late", one_time_until=now - timedelta(1), **values)
    if query == {"state": "no_grant"}:
        expected = ["fresh", "late", *expected]

    assert listed(admin, **query) == expected


def test_the_list_names_grants_and_places(admin):
    page = admin.get(reverse("accounts:users"), {"q": "the-township"}).content.decode()

    assert "乡镇扶贫办 · 青石镇" in page


def test_a_new_accounts_password_is_shown_once(admin):
    data = {"username": "li.si", "name": "李四", "unit_name": "县农业局"}

    response = admin.post(reverse("accounts:user_new"), data)

    password = response.context["password"]
    assert password in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    user = User.objects.get(username="li.si")
    assert user.check_password(password)
    assert (user.home_code, user.unit_name) == ("990101", "县农业局")
    page = admin.get(reverse("accounts:user", args=[user.pk])).content.decode()
    assert password not in page


def test_only_roles_that_exist_in_the_division_are_offered(admin, world):
    roles = offered(admin, world)

    assert roles[0] == ""
    assert "city" not in roles
    assert {"county", "village", "administrator"} <= set(roles)


@pytest.mark.parametrize(
    ("division", "message"),
    [
        ("990201", "该区划不在您管理的地区内。"),
        ("9901", "该区划不在您管理的地区内。"),
        ("990101999", "没有这个区划，请核对代码或名称。"),
        ("枫树村", "没有这个区划，请核对代码或名称。"),
        ("青石", "有多个区划名称符合，请填写代码。"),
        ("", "这个字段是必填项。"),
    ],
)
def test_a_division_must_be_one_of_ones_own(admin, world, division, message):
    data = {"role": "county", "division": division, "valid_from": timezone.localdate()}

    response = admin.post(reverse("accounts:grant_new", args=[world.here.user]), data)

    assert response.status_code == 422
    assert message in str(response.context["form"].errors["division"])


def test_a_name_typed_out_is_understood(admin, world):
    data = {"role": "village", "division": "柳树村", "valid_from": timezone.localdate()}

    response = admin.post(reverse("accounts:grant_new", args=[world.here.user]), data)

    assert response["Location"] == reverse("accounts:user", args=[world.here.user])
    with acting(system_actor("tests")):
        assert (
            Grant.objects.filter(division_code="990101100200", role="village").count()
            == 2
        )


def test_a_refusal_stands_at_the_field_it_is_about(admin, world):
    data = {
        "role": "township",
        "division": "990101",
        "valid_from": timezone.localdate(),
    }

    response = admin.post(reverse("accounts:grant_new", args=[world.here.user]), data)

    assert response.status_code == 422
    error = str(response.context["form"].errors["division"])
    assert "角色“乡镇扶贫办”不能授予县级区划 990101。" in error
    assert "该角色可授予：乡级。" in error


def test_divisions_are_offered_by_name_and_code_within_ones_own(admin):
    def options(text):
        page = admin.get(reverse("accounts:division_options"), {"division": text})
        return page.content.decode().strip()

    assert options("柳树") == (
        '<option value="990101100200">甲市青石县青石镇柳树村</option>'
    )
    assert options("99010110").startswith('<option value="990101100">')
    assert options("枫树") == ""
    assert options("") == ""


def test_a_page_of_an_account_granted_above_offers_no_reset(admin, world):
    with acting(system_actor("tests")):
        Grant.objects.create(
            user_id=world.here.user, role="city", division_code="9901",
            valid_from_date="2014-01-01", granted_by_id=0,
        )  # fmt: skip

    page = admin.get(reverse("accounts:user", args=[world.here.user])).content.decode()

    assert reverse("accounts:reset", args=[world.here.user]) not in page
    assert "该账户另有上级或外地的授权" in page
    assert "市扶贫办" not in page  # what is granted above is not shown either
    refused = admin.post(reverse("accounts:reset", args=[world.here.user]))
    assert refused.status_code == 403


def test_ones_own_page_offers_nothing(admin, world):
    own = world.user(Role.ADMINISTRATOR).pk

    page = admin.get(reverse("accounts:user", args=[own])).content.decode()

    assert "这是您自己的账户" in page
    assert reverse("accounts:grant_new", args=[own]) not in page
    assert admin.get(reverse("accounts:grant_new", args=[own])).status_code == 403


def test_a_page_shows_the_newest_log_ins(admin, world, try_log_in):
    from django.test import Client

    data = {"login": "clerk-990101", "password": "wrong"}
    Client().post(reverse("account_login"), data)

    page = admin.get(reverse("accounts:user", args=[world.here.user])).content.decode()

    assert "登录失败" in page
    assert "127.0.0.1" in page


def test_disabling_twice_stays_disabled(admin, world):
    """Two administrators at once: the second must not switch it on again."""
    url = reverse("accounts:active", args=[world.here.user])

    for _ in range(2):
        admin.post(url, {"wanted": "disabled", "reason": "调离"})

    assert User.objects.get(pk=world.here.user).is_active is False


def test_the_to_do_leads_to_accounts_without_a_grant(admin):
    page = admin.get("/").content.decode()

    assert "账户待授权" in page
    assert f'href="{reverse("accounts:users")}?state=no_grant"' in page
