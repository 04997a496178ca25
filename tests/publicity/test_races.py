"""What two people at once may do; each lock is first shown to be needed."""

from __future__ import annotations

import threading

import pytest
from tests.pairing.test_races import at_once, names_of
from tests.publicity.conftest import Story, line

PATIENCE = 20


@pytest.fixture
def story(committed_db, folder, make_actor):
    """The story, committed: every act is a transaction of its own."""
    found = Story(make_actor)
    for name in ("clerk", "second", "team", "township", "colleague", "county"):
        found.person(name)
    return found


def without_lock(monkeypatch):
    """Let both read the notice before either writes."""
    from bangfu.publicity import queries

    both = threading.Barrier(2, timeout=PATIENCE)

    def read(notice_id):
        notice = queries.notice(notice_id)
        both.wait()
        return notice

    monkeypatch.setattr(queries, "locked_notice", read)


def check(story, notice, *people):
    return [
        lambda who=who: story.do(who, "check", notice_id=notice.pk) for who in people
    ]


def test_without_the_lock_two_people_check(story, monkeypatch):
    notice = story.submitted(line(1))
    without_lock(monkeypatch)

    found = at_once(*check(story, notice, "second", "team"))

    assert names_of(found) == ["Notice", "Notice"]
    assert story.actions().count("publicity.notice.checked") == 2


def test_one_of_two_checkers_wins(story):
    notice = story.submitted(line(1))

    found = at_once(*check(story, notice, "second", "team"))

    assert names_of(found) == ["Notice", "WrongNoticeState"]
    assert story.actions().count("publicity.notice.checked") == 1


def test_two_postings_leave_one(story):
    notice = story.checked(line(1))

    found = at_once(*[lambda: story.post(notice)] * 2)

    assert names_of(found) == ["Notice", "WrongNoticeState"]


# Expiry against an objection that came in on the last day


@pytest.fixture
def over(story):
    notice = story.posted(line(1))
    story.clock("2016-03-09")
    return notice, story.entries(notice)[0]


def settle_and_object(story, over):
    from datetime import date

    notice, entry = over
    return (
        lambda: story.do("clerk", "settle", notice_id=notice.pk),
        lambda: story.object(notice, entry, received_on=date(2016, 3, 8)),
    )


def test_without_the_lock_an_entry_passes_and_is_stopped(story, over, monkeypatch):
    """The owner would be told both: go on, and wait."""
    without_lock(monkeypatch)

    passed, objection = at_once(*settle_and_object(story, over))

    assert [one.pk for one in passed] == [over[1].pk]
    assert objection.stops
    assert story.fresh(over[1]).is_final


def test_an_entry_passes_or_is_stopped_never_both(story, over):
    settled, objection = at_once(*settle_and_object(story, over))

    has_passed = isinstance(settled, list)
    assert has_passed != objection.stops
    assert story.fresh(over[1]).is_final == has_passed
    assert story.verdict(over[1]) == ("passed" if has_passed else "stopped")
    if not has_passed:
        assert type(settled).__name__ == "NothingToSettle"


def test_an_objection_waits_for_the_settling_and_stops_nothing(
    story, over, monkeypatch
):
    """The settling holds the notice; the objection comes second and finds it done."""
    from bangfu.publicity import endings

    holding, end = threading.Event(), endings.end

    def slowly(**values):
        holding.set()
        wait_until_somebody_waits()
        end(**values)

    monkeypatch.setattr(endings, "end", slowly)
    settle, object_ = settle_and_object(story, over)

    def after():
        assert holding.wait(PATIENCE)
        return object_()

    settled, objection = at_once(settle, after)

    assert isinstance(settled, list)
    assert not objection.stops


def wait_until_somebody_waits():
    from django.db import connections

    pause = threading.Event()
    for _ in range(PATIENCE * 50):
        with connections["side"].cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        pause.wait(0.02)
    raise AssertionError("nobody waits")


# Others


def test_an_objection_is_decided_by_one_of_two(story):
    notice = story.posted(line(1))
    objection = story.object(notice, story.entries(notice)[0])

    found = at_once(
        lambda: story.decide(objection, by="township", upheld=True),
        lambda: story.decide(objection, by="colleague", upheld=False),
    )

    assert names_of(found) == ["Objection", "ObjectionIsOver"]
    assert story.actions().count("publicity.objection.decided") == 1


def test_one_record_is_drafted_by_one_of_two(story, monkeypatch):
    """Both find it free; the database lets one of them in."""
    from bangfu.publicity import queries

    both, asked = threading.Barrier(2, timeout=PATIENCE), queries.subject_taken

    def together(lines, kind):
        taken = asked(lines, kind)
        both.wait()
        return taken

    monkeypatch.setattr(queries, "subject_taken", together)

    found = at_once(
        lambda: story.draft(line(1)), lambda: story.draft(line(1), by="second")
    )

    assert names_of(found) == ["Notice", "SubjectTaken"]


def test_correcting_and_settling_leave_one_of_both(story, over):
    notice, entry = over

    def correct():
        return story.do(
            "clerk",
            "correct",
            notice_id=notice.pk,
            changes={entry.pk: line(1, label="改")},
            reason="人口数有误",
        )

    corrected, settled = at_once(
        correct, lambda: story.do("second", "settle", notice_id=notice.pk)
    )

    names = names_of([corrected, settled])
    assert names in (
        ["NothingToSettle", "Notice"],
        ["WrongNoticeState", "list"],
        ["EntryIsOver", "list"],
    )


def test_an_owner_who_holds_the_verdict_moves_on_before_an_objection(story, over):
    from bangfu.publicity import queries

    _, entry = over
    holding = threading.Event()

    def move_on():
        with story.acting("county"):
            found = queries.held_verdict_of(entry.pk)
            holding.set()
            wait_until_somebody_waits()
            return str(found), str(queries.verdict_of(entry.pk))

    def object_():
        assert holding.wait(PATIENCE)
        return settle_and_object(story, over)[1]()

    held, objection = at_once(move_on, object_)

    assert held == ("passed", "passed")
    assert objection.stops
    assert story.verdict(entry) == "stopped"
