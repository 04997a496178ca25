"""Every night a snapshot is taken and old ones go."""

from procrastinate.contrib.django import app
from tests.lake.conftest import SYSTEM

from bangfu.audit.models import Event
from bangfu.lake import tasks
from bangfu.lake.models import Snapshot, State
from bangfu.scope import acting


def states():
    with acting(SYSTEM):
        rows = Snapshot.objects.order_by("pk").values_list("state", flat=True)
        return [State(one) for one in rows]


def test_it_takes_one_and_prunes_the_old(register, settings, folder):
    settings.BANGFU_LAKE_KEEP = 1
    first = tasks.nightly.func(0)
    second = tasks.nightly.func(0)

    assert second == first + 1
    assert states() == [State.PRUNED, State.PUBLISHED]
    assert [path.name for path in folder.iterdir()] == [f"snapshot={second}"]
    with acting(SYSTEM):
        events = Event.objects.filter(username="lake.nightly").order_by("pk")
        assert [one.action for one in events] == [
            "lake.snapshot.taken",
            "lake.snapshot.taken",
            "lake.snapshot.pruned",
        ]


def test_an_empty_register_has_none(committed_db, folder):
    assert tasks.nightly.func(0) == 0
    assert states() == []


def test_it_stands_in_the_timetable():
    tasks_of_the_clock = {
        task.task.name for task in app.periodic_registry.periodic_tasks.values()
    }

    assert "bangfu.lake.nightly" in tasks_of_the_clock
