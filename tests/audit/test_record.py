"""Events are added with the act, and only ever added."""

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from bangfu.audit import operations as audit
from bangfu.audit import queries
from bangfu.audit.models import Event
from bangfu.scope import acting
from bangfu.scope.session import current_act

pytestmark = pytest.mark.django_db


def test_it_says_who_did_what_where_and_why(act_as, now):
    actor = act_as("county", "990101")

    event = audit.record(
        "tests.thing.done", by=actor, at=now, reason="因为", detail={"rows": 3}
    )

    event.refresh_from_db()
    assert (event.action, event.username, event.role) == (
        "tests.thing.done",
        actor.username,
        "county",
    )
    assert (event.division_code, event.reason, event.detail) == (
        "990101",
        "因为",
        {"rows": 3},
    )
    assert event.happened_at == now
    assert event.act == current_act()


def test_it_takes_the_division_of_its_subject(act_as, make_actor, now):
    from bangfu.accounts.models import Grant

    actor = act_as("administrator", "9901")
    make_actor("county", "990101")
    grant = Grant.objects.get(division_code="990101")

    event = audit.record("accounts.grant.given", by=actor, at=now, subject=grant)

    assert event.division_code == "990101"
    assert list(queries.events_of(grant)) == [event]


def test_nothing_stays_when_the_act_fails(make_actor, now):
    actor = make_actor("county", "990101")

    def act():
        with acting(actor):
            audit.record("tests.thing.done", by=actor, at=now)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act()

    with acting(actor):
        assert Event.objects.count() == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET reason = 'x'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
    ],
)
def test_the_request_role_cannot_change_events(act_as, now, statement):
    audit.record("tests.thing.done", by=act_as("county", "990101"), at=now)

    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
    ):
        connection.cursor().execute(statement)


def test_somebody_cannot_write_an_event_as_another_person(act_as, make_actor, now):
    other = make_actor("county", "990102")
    act_as("county", "990101")

    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        audit.record("tests.thing.done", by=other, at=now)
