"""Every night the notices whose window is over are settled."""

from __future__ import annotations

from procrastinate.contrib.django import app

from bangfu.audit.models import Event
from bangfu.calc.values.text import Text
from bangfu.publicity import operations, rules, tasks
from bangfu.publicity.models import Entry
from bangfu.scope import acting
from bangfu.scope.actor import system_actor


def turn(story, day: str) -> None:
    """Turn the database's clock; it stays turned for the transaction of the test."""
    story.clock(day)
    with story.acting("county"):
        pass


def final(notice) -> list[bool]:
    with acting(system_actor("tests")):
        rows = Entry.objects.filter(notice=notice).order_by("pk")
        return [one.is_final for one in rows]


def test_a_notice_is_settled_in_the_night_after_its_last_day(story):
    notice = story.posted()
    turn(story, "2016-03-08")
    assert tasks.settle.func(0) == 0
    turn(story, "2016-03-09")

    assert tasks.settle.func(0) == 3

    assert final(notice) == [True, True, True]
    assert story.fresh(notice).state == "closed"
    with acting(system_actor("tests")):
        event = Event.objects.get(action="publicity.notice.settled")
    assert (event.username, event.detail) == ("publicity.nightly", {"passed": 3})
    assert tasks.settle.func(0) == 0


def test_one_that_is_refused_waits_for_the_next_night(story, monkeypatch, caplog):
    notice = story.posted()
    turn(story, "2016-03-09")

    def refused(**_given):
        raise rules.NothingToSettle(Text("无", "nothing"))

    with monkeypatch.context() as patched:
        patched.setattr(operations, "settle", refused)
        assert tasks.settle.func(0) == 0

    assert f"notice {notice.pk} is not settled" in caplog.text
    assert final(notice) == [False, False, False]
    assert tasks.settle.func(0) == 3


def test_it_stands_in_the_timetable():
    names = {task.task.name for task in app.periodic_registry.periodic_tasks.values()}

    assert "bangfu.publicity.settle" in names
