"""One request: which grant it acts under, what is taken back, and what stays."""

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path
from django.utils import timezone
from tests.site.world import build

from bangfu.accounts.models import Grant, User
from bangfu.accounts.roles import Role
from bangfu.audit import operations as audit
from bangfu.audit.models import Event
from bangfu.calc.values.findings import NotAllowed
from bangfu.calc.values.text import Text
from bangfu.scope import acting
from bangfu.scope.actor import system_actor
from bangfu.site import urls as ours

pytestmark = pytest.mark.django_db
handler400, handler403 = ours.handler400, ours.handler403
handler404, handler500 = ours.handler404, ours.handler500


def act(request, how):
    """Change something, open something sealed, then end as asked."""
    by, at = request.actor, timezone.now()
    audit.record("tests.thing.done", by=by, at=at)
    audit.record_read(action="tests.seal.opened", by=by, at=at, reason="核对")
    if how == "fail":
        raise RuntimeError
    if how == "refuse":
        raise NotAllowed(Text("不行。", "No."))
    return HttpResponse(status=int(how))


def who(request):
    """Say who acts."""
    actor = request.actor
    return HttpResponse(f"{actor.role} {actor.division}" if actor else "nobody")


urlpatterns = [
    path("act/<str:how>/", act, name="act"),
    path("who/", who, name="who"),
    path("", include(ours.urlpatterns)),
]


@pytest.fixture
def world(db, settings):
    settings.ROOT_URLCONF = __name__
    return build()


@pytest.fixture
def county(world):
    client = Client(raise_request_exception=False)
    client.force_login(
        world.user(Role.COUNTY), backend="bangfu.accounts.backends.OneTimeAwareBackend"
    )
    return client


def actions():
    with acting(system_actor("tests")):
        return [
            event.action
            for event in Event.objects.order_by("pk")
            if event.action.startswith(("tests.", "accounts.access"))
        ]


def test_what_succeeds_stays(county):
    county.get("/act/200/")

    assert actions() == ["tests.thing.done", "tests.seal.opened"]


@pytest.mark.parametrize("how", ["fail", "422", "404", "409"])
def test_what_fails_is_taken_back_but_not_that_a_seal_was_opened(county, how):
    county.get(f"/act/{how}/")

    assert actions() == ["tests.seal.opened"]
    with acting(system_actor("tests")):
        event = Event.objects.get(action="tests.seal.opened")
    assert (event.username, event.reason, event.division_code) == (
        "the-county", "核对", "990101",
    )  # fmt: skip


def test_what_is_denied_is_written_down(county):
    response = county.post("/act/refuse/")

    assert response.status_code == 403
    assert actions() == ["tests.seal.opened", "accounts.access.denied"]
    with acting(system_actor("tests")):
        event = Event.objects.get(action="accounts.access.denied")
    assert event.detail == {"route": "act", "method": "POST"}
    assert event.role == "county"


def test_a_denied_page_of_somebody_without_a_grant_is_written_down(world):
    client = Client()
    client.force_login(
        world.users["the-newcomer"],
        backend="bangfu.accounts.backends.OneTimeAwareBackend",
    )

    client.get("/jobs/")

    with acting(system_actor("tests")):
        event = Event.objects.get(action="accounts.access.denied")
    assert (event.username, event.role, event.detail["route"]) == (
        "the-newcomer", "none", "jobs:list",
    )  # fmt: skip


def give(user, role, division, *, since="2014-01-01"):
    with acting(system_actor("tests")):
        return Grant.objects.create(
            user=user, role=role, division_code=division,
            valid_from_date=since, granted_by_id=0,
        )  # fmt: skip


def test_it_begins_under_the_widest_grant_and_switches(county, world):
    user = world.user(Role.COUNTY)
    with acting(system_actor("tests")):
        narrow = Grant.objects.get(user=user)
    give(user, "auditor", "9901")

    assert county.get("/who/").content == b"auditor 9901"
    county.post("/accounts/grant/", {"grant": narrow.pk})
    assert county.get("/who/").content == b"county 990101"


def test_nobody_takes_a_grant_of_somebody_else(county, world):
    response = county.post("/accounts/grant/", {"grant": world.here.grant})

    assert response.status_code == 403
    assert county.get("/who/").content == b"county 990101"


def test_an_ended_grant_is_over_at_the_next_request(county, world):
    from bangfu.accounts import operations

    assert county.get("/who/").content == b"county 990101"
    by = system_actor("tests")
    with acting(by):
        grant = Grant.objects.get(user=world.user(Role.COUNTY))
        operations.end_grant(by=by, at=timezone.now(), grant=grant, reason="调离")

    assert county.get("/who/").content == b"nobody"
    assert "您的账户还没有授权" in county.get("/").content.decode()


def test_a_grant_that_has_not_begun_is_not_there(world, county):
    user = User.objects.get(username="the-newcomer")
    give(user, "county", "990101", since="2999-01-01")
    client = Client()
    client.force_login(user, backend="bangfu.accounts.backends.OneTimeAwareBackend")

    assert client.get("/who/").content == b"nobody"


def test_the_top_bar_names_the_division_with_one_query_a_minute(county):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as first:
        page = county.get("/policy/").content.decode()
    with CaptureQueriesContext(connection) as second:
        county.get("/policy/")

    assert "县扶贫办 · 青石县" in page
    assert [len([q for q in asked if "divisions_division" in q["sql"]])
            for asked in (first, second)] == [1, 0]  # fmt: skip


def test_somebody_without_a_grant_sees_nothing_of_others():
    from bangfu.scope.actor import NOWHERE, grantless_actor

    actor = grantless_actor(7, "new")

    assert (actor.programme_range, actor.accounts_range) == (NOWHERE, NOWHERE)
