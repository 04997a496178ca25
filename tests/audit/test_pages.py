"""The audit's page: who sees which events, found by filters in the address."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.site.world import NOBODY, USERNAMES, build

from bangfu.accounts.models import User
from bangfu.accounts.roles import Role
from bangfu.audit import operations as audit
from bangfu.calc.values.division_code import DivisionCode
from bangfu.registry.models import Household
from bangfu.scope import Actor, acting
from bangfu.scope.actor import system_actor

pytestmark = pytest.mark.django_db
EVENING = datetime(2016, 3, 1, 15, 30, tzinfo=UTC)  # 23:30 of that day in the city
COUNTY, OTHER_COUNTY, OTHER_CITY = "990101", "990102", "990201"


@pytest.fixture
def world(db):
    return build()


@pytest.fixture
def happened(world):
    """Return a function that writes an event, by a clerk of a division."""

    def write(action, where=COUNTY, *, at=EVENING, username="clerk", **more):
        by = Actor(90_000, username, 0, "township", DivisionCode(where))
        with acting(system_actor("tests")):
            return audit.record(action, by=by, at=at, **more)

    return write


@pytest.fixture
def show(world, client):
    """Return a function that opens the page as a role and gives its rows as words."""

    def rows(role, /, **query):
        user = world.user(role)
        client.force_login(user, "bangfu.accounts.backends.OneTimeAwareBackend")
        response = client.get(reverse("audit:events"), query)
        assert response.status_code == 200, response.content.decode()
        return response.context["list"]

    return rows


def actions(page):
    return [event.action for event in page.records]


def test_it_says_who_did_what_about_what_where_when_and_why(happened, show, client):
    with acting(system_actor("tests")):
        household = Household.objects.filter(division_code__startswith=COUNTY).first()
    happened("registry.household.changed", subject=household, reason="入户核实")

    page = show(Role.AUDITOR)
    body = client.get(reverse("audit:events")).content.decode()

    assert actions(page)[0] == "registry.household.changed"
    row = body[body.index("<tbody") :].split("</tr>")[0]
    for words in ("2016-03-01 23:30", "clerk", "乡镇扶贫办", "修改贫困户", "入户核实"):
        assert words in row
    assert f'href="{reverse("registry:household", args=[household.pk])}"' in row
    assert f"贫困户 {household.pk}" in row
    assert page.records[0].place == "" or page.records[0].place in row


def test_it_is_said_in_english_too(happened, show, client):
    happened("pairing.run.approved")
    client.cookies["django_language"] = "en"

    show(Role.AUDITOR)
    body = client.get(reverse("audit:events")).content.decode()

    assert "approved a pairing run" in body
    assert "township office" in body


def test_the_latest_stands_first_and_twenty_make_a_page(happened, show):
    for number in range(25):
        happened("registry.import.received", username=f"clerk-{number}")

    first, second = show(Role.CITY), show(Role.CITY, page="2")

    assert [event.username for event in first.records] == [
        f"clerk-{number}" for number in range(24, 4, -1)
    ]
    assert second.number == 2
    assert "clerk-4" in [event.username for event in second.records]


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        (Role.CITY, [COUNTY, OTHER_COUNTY]),
        (Role.COUNTY, [COUNTY]),
        (Role.AUDITOR, [COUNTY]),
    ],
)
def test_an_office_sees_what_was_done_in_its_division(happened, show, role, seen):
    for where in (COUNTY, OTHER_COUNTY, OTHER_CITY):
        happened("registry.household.changed", where)

    page = show(role, act="registry.household.changed", user="clerk")

    assert sorted(event.division_code for event in page.records) == seen


def test_an_administrator_sees_acts_on_accounts_of_his_division_only(happened, show):
    happened("registry.household.changed")
    happened("accounts.user.created", OTHER_CITY)
    happened("accounts.grant.given")

    page = show(Role.ADMINISTRATOR, user="clerk")

    assert actions(page) == ["accounts.grant.given"]
    assert all(value.startswith("accounts.") for value, _ in page.filters[1].options)


def test_the_database_shows_an_administrator_no_other_acts(happened, world):
    from bangfu.accounts.queries import actor_under, grants_of
    from bangfu.audit.models import Event

    happened("registry.household.changed")
    happened("accounts.grant.given")
    user = world.users[USERNAMES[Role.ADMINISTRATOR]]
    actor = actor_under(grants_of(user, on=EVENING.date().replace(year=2026))[0])

    with acting(actor):
        found = set(
            Event.objects.filter(username="clerk").values_list("action", flat=True)
        )

    assert found == {"accounts.grant.given"}


def test_nobody_writes_an_event_in_the_name_of_somebody_else(world):
    """Reading account acts of a division gives no right to write there."""
    from django.db import ProgrammingError, transaction

    from bangfu.accounts.queries import actor_under, grants_of

    user = world.users[USERNAMES[Role.ADMINISTRATOR]]
    actor = actor_under(grants_of(user, on=EVENING.date().replace(year=2026))[0])
    other = Actor(90_000, "clerk", 0, "county", DivisionCode(COUNTY))

    with (
        acting(actor),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        audit.record("accounts.user.created", by=other, at=EVENING)


@pytest.mark.parametrize(
    "role",
    sorted(set(Role) - {Role.CITY, Role.COUNTY, Role.AUDITOR, Role.ADMINISTRATOR}),
)
def test_it_refuses_every_other_role(world, client, role):
    user = world.users[USERNAMES[role]]
    client.force_login(user, "bangfu.accounts.backends.OneTimeAwareBackend")

    response = client.get(reverse("audit:events"))

    assert response.status_code == 403
    assert (
        "只有审计人员、市县扶贫办和系统管理员可以查看操作记录。"
        in response.content.decode()
    )


def test_it_refuses_somebody_without_a_grant(world, client):
    client.force_login(
        world.users[NOBODY], "bangfu.accounts.backends.OneTimeAwareBackend"
    )

    assert client.get(reverse("audit:events")).status_code == 403


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"user": "li"}, {"li"}),
        ({"user": "LI"}, {"li"}),
        ({"act": "pairing.run.solved"}, {"wang"}),
        ({"role": "township"}, {"li", "wang", "zhao"}),
        ({"role": "system"}, set()),
        ({"division": "990101"}, {"li", "wang"}),
        ({"from": "2016-03-02"}, {"wang", "zhao"}),
        ({"to": "2016-03-01"}, {"li"}),
        ({"from": "2016-03-02", "to": "2016-03-02"}, {"wang"}),
        ({"user": "li", "act": "pairing.run.solved"}, set()),
    ],
)
def test_filters_in_the_address_narrow_it(happened, show, query, found):
    happened("registry.import.received", username="li")
    happened("pairing.run.solved", username="wang", at=EVENING + timedelta(hours=1))
    happened(
        "registry.import.received",
        OTHER_COUNTY,
        username="zhao",
        at=EVENING + timedelta(days=3),
    )

    page = show(Role.CITY, **query)

    assert {"li", "wang", "zhao"} & {event.username for event in page.records} == found


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"act": "no.such.act"}, "没有“no.such.act”这个选项。"),
        ({"from": "yesterday"}, "“yesterday”不是日期"),
        ({"division": "12x"}, "12x"),
    ],
)
def test_a_filter_that_cannot_be_read_shows_nothing_and_says_so(
    happened, show, client, query, words
):
    happened("registry.import.received")

    page = show(Role.CITY, **query)

    assert page.records == []
    assert words in client.get(reverse("audit:events"), query).content.decode()


def test_an_administrator_may_not_ask_for_acts_on_other_things(happened, show):
    happened("registry.household.changed")

    assert show(Role.ADMINISTRATOR, act="registry.household.changed").records == []


def test_an_act_that_is_known_no_more_is_shown_by_its_identifier(
    happened, show, client
):
    happened("gone.thing.done", subject=User(pk=7))

    show(Role.AUDITOR)

    assert "gone.thing.done" in client.get(reverse("audit:events")).content.decode()


def test_a_subject_leads_only_where_the_reader_may_go(happened, show, client, world):
    user = world.user(Role.COUNTY)
    happened("accounts.user.created", subject=user)

    for role, is_linked in ((Role.AUDITOR, False), (Role.ADMINISTRATOR, True)):
        show(role)
        body = client.get(reverse("audit:events")).content.decode()
        link = f'href="{reverse("accounts:user", args=[user.pk])}"'
        assert (link in body) is is_linked
        assert f"账户 {user.username}" in body


def test_a_failed_log_in_stands_at_the_home_of_the_account(
    world, show, client, settings
):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    user = world.user(Role.COUNTY)
    user.set_password("quiet rivers carry tea")
    user.home_code = COUNTY
    user.save()
    client.post(reverse("account_login"), {"login": user.username, "password": "wrong"})

    page = show(Role.ADMINISTRATOR, act="accounts.login.failed")

    assert [event.subject_id for event in page.records] == [str(user.pk)]


def test_a_full_page_asks_no_more_questions_than_a_short_one(
    happened, show, django_assert_num_queries
):
    happened("registry.import.received")
    show(Role.CITY)  # names of divisions are kept from here on
    with CaptureQueriesContext(connection) as short:
        show(Role.CITY)
    for number in range(20):
        happened("registry.import.received", username=f"clerk-{number}")

    with django_assert_num_queries(len(short)):
        show(Role.CITY)
