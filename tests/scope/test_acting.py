"""A query sees what the acting grant may see; without one it raises."""

import pytest
from django.db import connection, transaction
from django.db.utils import DataError, ProgrammingError

from bangfu.audit import operations as audit
from bangfu.audit.models import Event
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

pytestmark = pytest.mark.django_db


def record(actor, now):
    with acting(actor):
        audit.record("tests.thing.done", by=actor, at=now)


def test_it_sees_its_own_division_and_below(make_actor, now):
    county = make_actor("county", "990101")
    township = make_actor("township", "990101100")
    record(township, now)

    with acting(county):
        assert Event.objects.count() == 1


def test_it_does_not_see_a_neighbour(make_actor, now):
    record(make_actor("county", "990102"), now)

    with acting(make_actor("county", "990101")):
        assert Event.objects.count() == 0


def test_a_code_that_only_begins_alike_is_outside(make_actor, now):
    """County 990110 is not within 99011…; ranges go digit by digit."""
    record(make_actor("county", "990110"), now)

    with acting(make_actor("county", "990101")):
        assert Event.objects.count() == 0


def test_the_system_sees_everything(make_actor, now):
    record(make_actor("county", "990101"), now)
    record(make_actor("county", "990102"), now)

    with acting(system_actor("tests")):
        assert Event.objects.count() == 2


def test_an_administrator_sees_no_programme_data(make_actor, now):
    record(make_actor("county", "990101"), now)

    with acting(make_actor("administrator", "9901")):
        assert Event.objects.count() == 0


def test_a_query_after_acting_raises_again(make_actor):
    with acting(make_actor("county", "990101")):
        Event.objects.count()

    # The outer transaction of the test had no scope, so the settings are empty again.
    with pytest.raises(DataError, match="bigint"), transaction.atomic():
        Event.objects.count()


def test_a_query_on_a_range_index_raises_too_after_acting(make_actor):
    """An empty range would end the scan before any other condition is looked at."""
    from bangfu.jobs.models import Job

    with acting(make_actor("county", "990101")):
        Job.objects.count()

    with pytest.raises(DataError, match="bigint"), transaction.atomic():
        Job.objects.count()


def test_an_inner_scope_ends_with_its_block(make_actor, now):
    county, neighbour = make_actor("county", "990101"), make_actor("county", "990102")
    record(county, now)

    with acting(county):
        with acting(neighbour):
            assert Event.objects.count() == 0
        assert Event.objects.count() == 1


def test_it_cannot_write_outside_its_division(make_actor, now):
    from bangfu.calc.values.division_code import DivisionCode
    from bangfu.jobs.models import Job

    actor = make_actor("county", "990101")

    with pytest.raises(ProgrammingError, match="row-level security"), acting(actor):
        Job.objects.create(
            kind="x",
            division_code=DivisionCode("990102"),
            user_id=actor.user_id,
            username="x",
            grant_id=actor.grant_id,
            created_at=now,
        )


def test_the_request_role_neither_owns_tables_nor_bypasses_row_security():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls,"
            " (SELECT count(*) FROM pg_class c WHERE c.relowner = r.oid)"
            " FROM pg_roles r WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, 0)
