"""Posting with evidence, the window, settling, withdrawing, correcting."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from tests.files import making
from tests.publicity.conftest import NOW, PHOTO, draft_of, line

from bangfu.audit.models import Event
from bangfu.calc.values.findings import NotAllowed
from bangfu.files import refusals, storage
from bangfu.files.models import Attachment, File
from bangfu.policy.work_calendar import NoCalendar
from bangfu.publicity import queries, rules
from bangfu.publicity.models import Entry, Notice, Outcome, Posting
from bangfu.publicity.operations.posting import NoEvidence


def posting(story, notice):
    with story.acting("county"):
        return Posting.objects.select_related("evidence__file").get(notice=notice)


def test_a_posting_keeps_its_evidence_and_begins_the_next_day(story):
    notice = story.posted()

    found = posting(story, notice)
    assert (found.recorded_at, found.happened_on) == (NOW, date(2016, 3, 1))
    assert (found.first_date, found.last_date) == (date(2016, 3, 2), date(2016, 3, 8))
    assert (found.days, found.unit, len(found.policy_hash)) == (7, "days", 64)
    assert found.evidence.name == "公示照片.jpg"
    assert found.evidence.file.taken_at is not None
    assert story.fresh(notice).state == "posted"
    with story.acting("clerk"):
        event = Event.objects.filter(action="publicity.notice.posted").get()
    assert event.detail == {"first": "2016-03-02", "last": "2016-03-08"}


@pytest.mark.parametrize(
    ("kind", "days", "unit", "last"),
    [
        ("exit", 7, "days", date(2016, 3, 8)),
        ("monitor", 5, "days", date(2016, 3, 6)),
        ("fund", 10, "days", date(2016, 3, 11)),
        ("payment", 7, "working days", date(2016, 3, 10)),
        ("other", 7, "days", date(2016, 3, 8)),
    ],
)
def test_the_policy_says_for_how_long(story, kind, days, unit, last):
    story.clock("2020-03-01") if kind == "monitor" else None
    story.clock("2018-03-01") if kind == "fund" else None

    found = posting(story, story.posted(kind=kind))

    assert (found.days, found.unit) == (days, unit)
    assert (found.last_date.month, found.last_date.day) == (last.month, last.day)


def test_the_stated_day_does_not_move_the_clock(story):
    notice = story.checked()
    story.clock("2016-03-05")

    story.post(notice, day=date(2016, 3, 1))

    found = posting(story, notice)
    assert (found.happened_on, found.first_date) == (date(2016, 3, 1), date(2016, 3, 6))


@pytest.mark.parametrize("day", [date(2016, 2, 29), date(2016, 3, 2)])
def test_the_stated_day_lies_from_the_check_to_today(story, folder, day):
    notice = story.checked()

    with pytest.raises(rules.WrongDay):
        story.post(notice, day=day)

    assert story.fresh(notice).state == "checked"
    assert not folder.exists()


def test_without_evidence_nothing_is_posted(story):
    notice = story.checked()

    with pytest.raises(NoEvidence):
        story.post(notice, evidence=())

    assert story.fresh(notice).state == "checked"


def test_bad_evidence_leaves_nothing_behind(story):
    notice = story.checked()
    before = story.actions()

    with pytest.raises(refusals.WrongFormat):
        story.post(notice, evidence=[PHOTO, ("a.jpg", b"MZ")])

    assert story.fresh(notice).state == "checked"
    assert story.actions() == before
    with story.acting("county"):
        assert not Posting.objects.exists()
        assert not Attachment.objects.exists()
        assert not File.objects.exists()


def test_a_full_disk_posts_nothing(story, monkeypatch):
    notice = story.checked()

    def full(*_args):
        raise storage.DiskFull(queries.Text("满", "full"))

    monkeypatch.setattr(storage, "write", full)
    with pytest.raises(storage.DiskFull):
        story.post(notice)

    assert story.fresh(notice).state == "checked"


@pytest.mark.parametrize("who", ["team", "township", "county"])
def test_only_the_posting_office_posts(story, who):
    notice = story.checked()

    with pytest.raises(NotAllowed):
        story.post(notice, by=who)


def test_an_unchecked_notice_is_not_posted(story):
    notice = story.submitted()

    with pytest.raises(rules.WrongNoticeState):
        story.post(notice)


def test_working_days_of_a_year_without_holidays_are_refused(story):
    story.clock("2026-12-28")
    notice = story.checked(kind="payment")

    with pytest.raises(NoCalendar):
        story.post(notice)

    assert story.fresh(notice).state == "checked"


# The verdict by the clock


@pytest.mark.parametrize(
    ("moment", "found"),
    [
        ("2016-03-01T23:59:59+08:00", "running"),
        ("2016-03-08T23:59:59+08:00", "running"),
        ("2016-03-09T00:00:00+08:00", "passed"),
    ],
)
def test_the_window_is_over_with_the_last_second_of_its_last_day(story, moment, found):
    notice = story.posted(line(1))

    story.clock(datetime.fromisoformat(moment))

    assert story.verdicts(notice) == [found]
    assert story.verdicts(notice, by="clerk") == [found]


def test_a_posting_just_before_midnight_counts_from_that_midnight(story):
    story.clock(datetime.fromisoformat("2016-03-01T23:59:59+08:00"))

    assert posting(story, story.posted()).first_date == date(2016, 3, 2)

    story.clock(datetime.fromisoformat("2016-03-02T00:00:00+08:00"))
    assert posting(story, story.posted(line(9))).first_date == date(2016, 3, 3)


def test_verdicts_before_posting_are_open(story):
    notice = story.checked(line(1))

    assert story.verdicts(notice) == ["open"]


def test_the_newest_entry_about_a_record_is_found(story):
    story.posted(line(1), line(2))

    with story.acting("county"):
        found = queries.latest_entry(
            kind="entry_first", subject_type="tests.case", subject_id="2"
        )
        nothing = queries.latest_entry(
            kind="exit", subject_type="tests.case", subject_id="2"
        )
    assert (found.label, nothing) == ("户主2", None)


# Settling


def test_settling_records_what_passed_and_tells_the_owner(story, told):
    notice = story.posted(line(1), line(2))
    story.clock("2016-03-09")

    story.do("clerk", "settle", notice_id=notice.pk)

    assert told == [
        ("1", "running"),
        ("2", "running"),
        ("1", "passed"),
        ("2", "passed"),
    ]
    assert story.fresh(notice).state == "closed"
    assert story.actions()[-2:] == [
        "publicity.notice.settled",
        "publicity.notice.closed",
    ]
    with story.acting("county"):
        assert {one.kind for one in Outcome.objects.all()} == {"passed"}
        assert all(one.is_final for one in Entry.objects.all())


def test_settling_before_the_end_is_refused_with_the_day(story):
    notice = story.posted()
    story.clock("2016-03-08")

    with pytest.raises(rules.WindowRuns) as refusal:
        story.do("clerk", "settle", notice_id=notice.pk)

    assert refusal.value.message.in_language("zh") == (
        "公示期到 2016-03-08 止，2016-03-09 起可以办结。"
    )
    assert story.fresh(notice).state == "posted"


def test_the_callers_time_cannot_end_a_window(story):
    """Whatever `at` an edge passes in, the database's clock decides."""
    from bangfu.publicity import operations

    notice = story.posted()

    with story.acting("clerk") as by, pytest.raises(rules.WindowRuns):
        operations.settle(by=by, at=NOW + timedelta(days=90), notice_id=notice.pk)


@pytest.mark.parametrize("who", ["township", "county", "city"])
def test_an_office_above_may_settle(story, who):
    notice = story.posted()
    story.clock("2016-03-09")

    assert len(story.do(who, "settle", notice_id=notice.pk)) == 3


@pytest.mark.parametrize("who", ["team", "auditor"])
def test_others_do_not_settle(story, who):
    notice = story.posted()
    story.clock("2016-03-09")

    with pytest.raises(NotAllowed):
        story.do(who, "settle", notice_id=notice.pk)


def test_an_announcement_passes_at_once(story):
    notice = story.posted(
        line(1), by="county", second="deputy", kind="entry_announced", level=6
    )

    assert posting(story, notice).days == 0
    assert story.verdicts(notice) == ["passed"]
    story.do("county", "settle", notice_id=notice.pk)
    assert story.fresh(notice).state == "closed"


# Withdrawing


def test_one_entry_is_withdrawn_and_the_others_run_on(story, told):
    notice = story.posted(line(1), line(2))
    first, _ = story.entries(notice)
    told.clear()

    story.do("clerk", "withdraw_entry", entry_id=first.pk, reason="全家迁出本县")

    assert story.verdicts(notice) == ["withdrawn", "running"]
    assert told == [("1", "withdrawn")]
    assert story.actions()[-1] == "publicity.notice.entry_withdrawn"


def test_an_entry_is_withdrawn_once(story):
    notice = story.posted(line(1), line(2))
    first, _ = story.entries(notice)
    story.do("clerk", "withdraw_entry", entry_id=first.pk, reason="全家迁出本县")

    with pytest.raises(rules.EntryIsOver):
        story.do("clerk", "withdraw_entry", entry_id=first.pk, reason="全家迁出本县")


def test_a_whole_notice_is_withdrawn(story):
    notice = story.posted(line(1), line(2))

    story.do("township", "withdraw", notice_id=notice.pk, reason="评议程序有误")

    assert story.fresh(notice).state == "withdrawn"
    assert story.verdicts(notice) == ["withdrawn", "withdrawn"]


@pytest.mark.parametrize("who", ["team", "auditor"])
def test_others_do_not_withdraw(story, who):
    notice = story.posted()

    with pytest.raises(NotAllowed):
        story.do(who, "withdraw", notice_id=notice.pk, reason="评议程序有误")

    assert story.fresh(notice).state == "posted"


# Correcting


def correct(story, notice, entry, *additions, label="户主1（改）"):
    return story.do(
        "clerk",
        "correct",
        notice_id=notice.pk,
        changes={entry.pk: line(99, label=label)},
        additions=additions,
        reason="人口数有误",
    )


def test_a_correction_is_a_new_notice_with_a_fresh_window_for_what_changed(story, told):
    notice = story.posted(line(1), line(2))
    first, _second = story.entries(notice)
    story.clock("2016-03-05")
    told.clear()

    new = correct(story, notice, first)

    assert (new.corrects_id, new.title) == (
        notice.pk,
        "拟纳入建档立卡户名单公示（更正）",
    )
    assert told == [("1", "stopped")]
    assert story.verdicts(notice) == ["stopped", "running"]

    story.do("clerk", "submit", notice_id=new.pk)
    story.do("second", "check", notice_id=new.pk)
    story.post(new)

    assert told[-1] == ("1", "running")
    found = posting(story, new)
    assert (found.first_date, found.last_date) == (date(2016, 3, 6), date(2016, 3, 12))
    story.clock("2016-03-09")
    assert story.verdicts(notice) == ["running", "passed"]
    story.do("clerk", "settle", notice_id=notice.pk)
    assert story.fresh(notice).state == "closed"
    story.clock("2016-03-13")
    assert story.verdict(first) == "passed"


def test_a_corrected_line_stays_about_the_same_record(story):
    notice = story.posted(line(1))
    (first,) = story.entries(notice)

    (entry,) = story.entries(correct(story, notice, first))

    assert (entry.subject_id, entry.label, entry.replaces_id) == (
        "1",
        "户主1（改）",
        first.pk,
    )


def test_an_addition_gets_a_window_of_its_own(story):
    notice = story.posted(line(1))
    (first,) = story.entries(notice)

    new = correct(story, notice, first, line(7))

    assert [one.subject_id for one in story.entries(new)] == ["1", "7"]


def test_a_cancelled_correction_lets_the_old_entry_run_on(story):
    notice = story.posted(line(1))
    (first,) = story.entries(notice)
    new = correct(story, notice, first)

    story.do("clerk", "cancel", notice_id=new.pk, reason="原内容无误")

    assert story.verdicts(notice) == ["running"]
    assert correct(story, notice, first).state == "draft"


def test_a_pending_correction_lets_nothing_pass(story):
    notice = story.posted(line(1))
    (first,) = story.entries(notice)
    correct(story, notice, first)
    story.clock("2016-03-20")

    with pytest.raises(rules.NothingToSettle):
        story.do("clerk", "settle", notice_id=notice.pk)

    assert story.verdicts(notice) == ["stopped"]


def test_an_entry_is_corrected_once_at_a_time(story):
    notice = story.posted(line(1))
    (first,) = story.entries(notice)
    correct(story, notice, first)

    with pytest.raises(rules.WrongNoticeState):
        correct(story, notice, first)
    with pytest.raises(rules.WrongNoticeState):
        story.do("clerk", "withdraw_entry", entry_id=first.pk, reason="全家迁出本县")


def test_a_settled_entry_is_not_corrected(story):
    notice = story.posted(line(1), line(2))
    first, second = story.entries(notice)
    story.object(notice, second)
    story.clock("2016-03-09")
    story.do("clerk", "settle", notice_id=notice.pk)

    with pytest.raises(rules.EntryIsOver):
        correct(story, notice, first)


def test_a_correction_may_be_revised_and_keeps_its_entries(story):
    notice = story.posted(line(1))
    (first,) = story.entries(notice)
    new = correct(story, notice, first)

    story.do(
        "clerk",
        "revise",
        notice_id=new.pk,
        draft=draft_of(line(50, label="再改"), line(8)),
    )

    entries = story.entries(new)
    assert [(one.label, one.subject_id, one.replaces_id) for one in entries] == [
        ("再改", "1", first.pk),
        ("户主8", "8", None),
    ]


def test_a_correction_of_a_correction_is_followed(story):
    notice = story.posted(line(1))
    (first,) = story.entries(notice)
    for _ in range(2):
        new = correct(story, notice, story.entries(notice)[0])
        story.do("clerk", "submit", notice_id=new.pk)
        story.do("second", "check", notice_id=new.pk)
        notice = story.post(new)

    assert story.verdict(first) == "running"
    story.clock("2016-03-09")
    assert story.verdict(first) == "passed"
    with story.acting("county"):
        states = Notice.objects.order_by("pk").values_list("state", flat=True)
        assert list(states) == ["closed", "closed", "posted"]


def test_only_the_posting_office_corrects(story):
    notice = story.posted(line(1))
    (first,) = story.entries(notice)

    with pytest.raises(NotAllowed):
        story.do(
            "township",
            "correct",
            notice_id=notice.pk,
            changes={first.pk: line(1)},
            reason="人口数有误",
        )


def test_evidence_of_a_posting_is_found_by_who_sees_the_place(story):
    from bangfu.files import operations as files

    notice = story.post(
        story.checked(), evidence=[PHOTO, ("会议记录.pdf", making.pdf())]
    )
    attached = posting(story, notice).evidence_id

    with story.acting("auditor") as by:
        opened = files.open_attachment(by=by, at=NOW, attachment_id=attached)
    assert opened.content == PHOTO[1]
