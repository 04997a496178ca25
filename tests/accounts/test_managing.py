"""Who may create, grant, end, reset and disable, and where."""

from datetime import date, timedelta

import pytest
from django.utils import timezone, translation

from bangfu.accounts import operations, queries
from bangfu.accounts.models import Grant, User
from bangfu.accounts.roles import Role
from bangfu.accounts.rules import GrantEnded, WrongLevel, WrongOfficial, WrongPeriod
from bangfu.audit.models import Event
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput, NotAllowed, WrongState
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

pytestmark = pytest.mark.django_db
COUNTY, OTHER, TOWNSHIP = (DivisionCode(c) for c in ("990101", "990102", "990101100"))
CITY = DivisionCode("9901")


@pytest.fixture
def at():
    return timezone.now()


@pytest.fixture
def today(at):
    return timezone.localtime(at).date()


@pytest.fixture
def admin(make_actor):
    """The administrator of county 990101, who is acting."""
    actor = make_actor("administrator", "990101")
    with acting(actor):
        yield actor


@pytest.fixture
def clerk(admin, at):
    """A user at home in the county, without a grant."""
    user, _ = operations.create_user(
        by=admin, at=at, username="clerk", name="李四", division=COUNTY
    )
    return user


@pytest.fixture
def grant(admin, at, today):
    """Return a function that grants."""

    def give(user, role=Role.COUNTY, division=COUNTY, **changes):
        values = {"by": admin, "at": at, "valid_from": today, **changes}
        return operations.grant_role(user=user, role=role, division=division, **values)

    return give


def last_event():
    with acting(system_actor("tests")):
        return Event.objects.latest("pk")


def event_count():
    with acting(system_actor("tests")):
        return Event.objects.count()


# Creating


def test_an_account_is_at_home_where_it_was_created(clerk, admin):
    assert (clerk.home_code, clerk.must_change_password) == ("990101", True)
    event = last_event()
    assert (event.action, event.user_id, event.division_code, event.subject_id) == (
        "accounts.user.created", admin.user_id, "990101", str(clerk.pk),
    )  # fmt: skip


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_it_refuses_too_long_a_name_in_both_languages(admin, at, language):
    with translation.override(language), pytest.raises(BadInput) as refused:
        operations.create_user(
            by=admin, at=at, username="clerk", name="李" * 61, division=COUNTY
        )

    message = refused.value.message
    assert message.in_language("zh-hans").startswith("账户有误：确保")
    assert message.in_language("en").startswith("The account is wrong: Ensure")
    assert not User.objects.filter(username="clerk").exists()


@pytest.mark.parametrize("name", ["clerk", "CLERK", "x", "张三", "a b", "a" * 61])
def test_it_refuses_a_name_that_is_taken_or_malformed(admin, clerk, at, name):
    before = event_count()

    with pytest.raises(BadInput, match="is taken or malformed"):
        operations.create_user(
            by=admin, at=at, username=name, name="x", division=COUNTY
        )

    assert User.objects.count() == 2
    assert event_count() == before


def test_it_refuses_a_person_without_a_name(admin, at):
    with pytest.raises(BadInput, match="The account is wrong"):
        operations.create_user(
            by=admin, at=at, username="new", name=" ", division=COUNTY
        )


@pytest.mark.parametrize("division", [OTHER, CITY, DivisionCode("99")])
def test_it_creates_nothing_outside_its_division(admin, at, division):
    with pytest.raises(NotAllowed, match="Only the administrator of the division"):
        operations.create_user(
            by=admin, at=at, username="new", name="x", division=division
        )


@pytest.mark.parametrize(
    "role", [role for role in Role if role is not Role.ADMINISTRATOR]
)
def test_no_other_role_creates_accounts(make_actor, at, role):
    level = (
        min(len(COUNTY), max(role.levels))
        if COUNTY.level in role.levels
        else min(role.levels)
    )
    division = "990101100200"[:level]
    actor = make_actor(
        role.value, division, official_id=7 if role is Role.HELPER else None
    )

    with acting(actor), pytest.raises(NotAllowed):
        operations.create_user(
            by=actor, at=at, username="new", name="x", division=DivisionCode(division)
        )


# Granting


def test_a_grant_lets_him_act_there(clerk, grant, today):
    given = grant(clerk)

    actor = queries.actor_named("clerk", on=today)

    assert (actor.grant_id, actor.role, actor.division) == (given.pk, "county", COUNTY)
    assert last_event().action == "accounts.grant.given"
    assert last_event().detail == {"role": "county"}


@pytest.mark.parametrize("division", [OTHER, CITY])
def test_nobody_grants_outside_his_division(clerk, grant, division):
    role = Role.COUNTY if division == OTHER else Role.CITY

    with pytest.raises(NotAllowed):
        grant(clerk, role, division)

    assert not Grant.objects.filter(user=clerk).exists()


def test_nobody_grants_to_himself(admin, grant):
    himself = User.objects.get(pk=admin.user_id)

    with pytest.raises(NotAllowed, match="Nobody manages his own account"):
        grant(himself)


def test_the_database_refuses_a_grant_to_oneself_too(admin, today):
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError, match="not_to_oneself"), transaction.atomic():
        Grant.objects.create(
            user_id=admin.user_id,
            role="county",
            division_code=COUNTY,
            valid_from_date=today,
            granted_by_id=admin.user_id,
        )


@pytest.mark.parametrize(
    ("role", "division"),
    [
        (Role.CITY, COUNTY),
        (Role.COUNTY, TOWNSHIP),
        (Role.VILLAGE, COUNTY),
        (Role.TEAM, TOWNSHIP),
        (Role.ADMINISTRATOR, TOWNSHIP),
    ],
)
def test_a_role_is_granted_only_at_its_levels(clerk, grant, role, division):
    with pytest.raises(WrongLevel, match="cannot be granted at") as caught:
        grant(clerk, role, division)

    assert caught.value.remedy is not None


def test_a_helper_needs_an_official(clerk, grant):
    with pytest.raises(WrongOfficial, match="must name the person's entry"):
        grant(clerk, Role.HELPER)
    with pytest.raises(WrongOfficial, match="Only a helper's grant"):
        grant(clerk, official_id=7)

    assert grant(clerk, Role.HELPER, official_id=7).official_id == 7


def test_a_grant_begins_today_or_later(clerk, grant, today):
    with pytest.raises(WrongPeriod, match="cannot begin in the past"):
        grant(clerk, valid_from=today - timedelta(1))
    with pytest.raises(WrongPeriod, match="before the first"):
        grant(clerk, last_day=today - timedelta(1))


def test_a_grant_holds_through_its_last_day(clerk, grant, today):
    grant(clerk, valid_from=today + timedelta(2), last_day=today + timedelta(4))

    held = [
        bool(queries.grants_of(clerk, on=today + timedelta(n))) for n in range(1, 6)
    ]

    assert held == [False, True, True, True, False]


def test_the_same_grant_is_not_given_twice(clerk, grant):
    grant(clerk)

    with pytest.raises(WrongState, match="exists already"):
        grant(clerk)

    assert Grant.objects.filter(user=clerk).count() == 1


# Ending


def test_an_ended_grant_is_over_at_once_even_on_its_first_day(
    clerk, grant, admin, at, today
):
    given = grant(clerk)

    operations.end_grant(by=admin, at=at, grant=given, reason="调离")

    assert queries.grants_of(clerk, on=today) == []
    with pytest.raises(GrantEnded):
        queries.actor_of_grant(user_id=clerk.pk, grant_id=given.pk)
    assert (last_event().action, last_event().reason) == (
        "accounts.grant.ended",
        "调离",
    )


def test_it_can_be_given_again_the_same_day(clerk, grant, admin, at, today):
    operations.end_grant(by=admin, at=at, grant=grant(clerk), reason="误操作")

    given = grant(clerk)

    assert [held.pk for held in queries.grants_of(clerk, on=today)] == [given.pk]


def test_a_grant_that_has_not_begun_never_will(clerk, grant, admin, at, today):
    given = grant(clerk, valid_from=today + timedelta(5))

    operations.end_grant(by=admin, at=at, grant=given, reason="取消")

    assert not queries.grants_of(clerk, on=today + timedelta(5))


def test_an_ended_grant_is_not_ended_again(clerk, grant, admin, at):
    given = grant(clerk)
    operations.end_grant(by=admin, at=at, grant=given, reason="x")

    with pytest.raises(WrongState, match="has ended already"):
        operations.end_grant(by=admin, at=at, grant=given, reason="x")


def test_a_grant_with_a_last_day_ends_earlier(clerk, grant, admin, at, today):
    given = grant(clerk, last_day=today + timedelta(30))

    operations.end_grant(by=admin, at=at, grant=given, reason="x")

    assert not queries.grants_of(clerk, on=today)


def test_nobody_ends_his_own_grant(admin, at):
    own = Grant.objects.get(user_id=admin.user_id)

    with pytest.raises(NotAllowed, match="Nobody manages his own"):
        operations.end_grant(by=admin, at=at, grant=own, reason="x")


def test_nobody_ends_a_grant_outside(make_actor, admin, at):
    make_actor("county", "990102", username="other")
    with acting(system_actor("tests")):
        outside = Grant.objects.get(user__username="other")

    with pytest.raises(NotAllowed):
        operations.end_grant(by=admin, at=at, grant=outside, reason="x")


# Resetting and disabling


def test_whoever_resets_a_password_must_be_over_all_grants(clerk, grant, admin, at):
    """Else a county's administrator resets a city officer's and logs in as him."""
    grant(clerk)
    assert operations.reset_password(by=admin, at=at, user=clerk)
    with acting(system_actor("tests")):
        Grant.objects.create(
            user=clerk,
            role="city",
            division_code=CITY,
            valid_from_date=date(2014, 1, 1),
            granted_by_id=0,
        )

    for act in (
        lambda: operations.reset_password(by=admin, at=at, user=clerk),
        lambda: operations.set_active(
            by=admin, at=at, user=clerk, is_active=False, reason="x"
        ),
        lambda: operations.reset_second_step(by=admin, at=at, user=clerk, reason="x"),
    ):
        with pytest.raises(NotAllowed, match="holds a grant beyond it"):
            act()


def test_an_account_of_another_county_cannot_be_reset(admin, at):
    with acting(system_actor("tests")):
        user, _ = operations.create_user(
            by=system_actor("tests"), at=at, username="far", name="x", division=OTHER
        )

    with pytest.raises(NotAllowed):
        operations.reset_password(by=admin, at=at, user=user)


def test_an_account_without_home_or_grant_is_nobodys(admin, at):
    with acting(system_actor("tests")):
        user = User.objects.create(username="stray", name="x")

    with pytest.raises(NotAllowed):
        operations.reset_password(by=admin, at=at, user=user)


def test_nobody_resets_or_disables_himself(admin, at):
    himself = User.objects.get(pk=admin.user_id)

    with pytest.raises(NotAllowed):
        operations.reset_password(by=admin, at=at, user=himself)
    with pytest.raises(NotAllowed):
        operations.set_active(
            by=admin, at=at, user=himself, is_active=False, reason="x"
        )


def test_disabling_ends_what_the_user_may_do(clerk, grant, admin, at, today):
    given = grant(clerk)

    operations.set_active(by=admin, at=at, user=clerk, is_active=False, reason="调离")

    with pytest.raises(GrantEnded):
        queries.actor_of_grant(user_id=clerk.pk, grant_id=given.pk)
    assert last_event().action == "accounts.user.disabled"
    operations.set_active(by=admin, at=at, user=clerk, is_active=True, reason="返岗")
    assert queries.actor_named("clerk", on=today).grant_id == given.pk
    assert last_event().action == "accounts.user.enabled"


# The first administrator


@pytest.fixture
def empty(db):
    with acting(system_actor("tests")):
        assert not User.objects.exists()


def test_a_new_installation_gets_one_administrator(empty, at, today):
    user, password = operations.create_first_administrator(
        at=at, username="Admin", division=CITY
    )

    assert user.check_password(password)
    assert (user.username, user.home_code, user.must_change_password) == (
        "admin",
        "9901",
        True,
    )
    actor = queries.actor_named("admin", on=today)
    assert (actor.role, actor.division) == ("administrator", CITY)


def test_there_is_no_second_first_administrator(empty, at):
    operations.create_first_administrator(at=at, username="admin", division=CITY)

    with pytest.raises(WrongState, match="There are users already"):
        operations.create_first_administrator(at=at, username="other", division=CITY)

    assert User.objects.count() == 1


def test_the_first_administrator_can_log_in(empty, at, try_log_in, client):
    _, password = operations.create_first_administrator(
        at=at, username="admin", division=CITY
    )

    try_log_in("admin", password)
    data = {"password": "a long phrase of my own", "again": "a long phrase of my own"}
    client.post("/accounts/new-password/", data)

    assert client.get("/accounts/users/").status_code == 200
