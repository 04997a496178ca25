"""Taking objections, who handles them, who never sees them, what they do."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError
from tests.files import making
from tests.publicity.conftest import line

from bangfu.audit.models import Event
from bangfu.calc.values.findings import BadInput, NotAllowed
from bangfu.files import operations as files
from bangfu.files import queries as attachments
from bangfu.files.queries import Subject
from bangfu.publicity import permissions, queries, rules
from bangfu.publicity.models import Complaint, Objection
from bangfu.publicity.operations.objections import TooManyLooks

LETTER = ("来信.jpg", making.jpeg(colour="white"))


@pytest.fixture
def notice(story):
    return story.posted(line(1), line(2))


@pytest.fixture
def first(story, notice):
    return story.entries(notice)[0]


def second_posting(story, *lines):
    """A notice of the township."""
    return story.posted(
        *(lines or [line(1), line(2)]),
        by="township",
        second="colleague",
        kind="entry_second",
        level=9,
    )


# Taking


def test_an_open_objection_stops_that_entry_only(story, notice, first, told):
    told.clear()

    found = story.object(notice, first)

    assert (found.state, found.stops, found.handler_level) == ("open", True, 9)
    assert found.due_date == date(2016, 3, 8)  # five working days from Tuesday
    assert story.verdicts(notice) == ["stopped", "running"]
    assert told == [("1", "stopped")]
    assert story.actions()[-1] == "publicity.objection.received"
    story.clock("2016-03-09")
    assert story.verdicts(notice) == ["stopped", "passed"]


def test_the_village_knows_that_it_is_stopped_and_nothing_else(story, notice, first):
    story.object(notice, first)

    assert story.verdicts(notice, by="clerk") == ["stopped", "running"]
    with story.acting("clerk"):
        assert Objection.objects.count() == 1
        assert not Complaint.objects.exists()


def test_what_tells_the_complainant_is_sealed(story, notice, first):
    story.object(notice, first)

    with story.acting("county"), connection.cursor() as cursor:
        cursor.execute("SELECT c::text FROM publicity_complaint c")
        (row,) = cursor.fetchone()
        cursor.execute("SELECT string_agg(e::text, '') FROM audit_event e")
        (events,) = cursor.fetchone()
    for secret in ("李四", "13800000000", "商品房"):
        assert secret not in row
        assert secret not in events


def test_an_anonymous_objection_has_no_name(story, notice, first):
    story.object(notice, first, name="", contact="")

    with story.acting("township"):
        found = Complaint.objects.get()
    assert (found.is_named, found.name_sealed, found.contact_sealed) == (
        False,
        None,
        None,
    )


def test_an_objection_to_the_notice_as_a_whole_stops_nothing(story, notice):
    found = story.object(notice, text="我家符合条件，却没有列入名单。")

    assert (found.entry_id, found.stops) == (None, False)
    assert story.verdicts(notice) == ["running", "running"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"text": "太短"}, "异议内容为 10 至 4,000 字。"),
        ({"name": ""}, "填写了联系方式而没有姓名。"),
        (
            {"received_on": date(2016, 2, 29)},
            "收到日期 2016-02-29 应在张贴登记日 2016-03-01 至今天 2016-03-01 之间。",
        ),
        (
            {"received_on": date(2016, 3, 2)},
            "收到日期 2016-03-02 应在张贴登记日 2016-03-01 至今天 2016-03-01 之间。",
        ),
    ],
)
def test_a_wrong_objection_leaves_nothing(story, notice, first, values, said):
    before = story.actions()

    with pytest.raises(rules.WrongObjection) as refusal:
        story.object(notice, first, **values)

    assert refusal.value.message.in_language("zh") == said
    assert story.actions() == before
    with story.acting("county"):
        assert not Objection.objects.exists()


def test_bad_evidence_leaves_no_objection(story, notice, first):
    with pytest.raises(BadInput):
        story.object(notice, first, evidence=[("a.jpg", b"MZ")])

    with story.acting("county"):
        assert not Objection.objects.exists()
        assert not Complaint.objects.exists()


@pytest.mark.parametrize("who", ["clerk", "team", "auditor"])
def test_who_takes_no_objections(story, notice, first, who):
    with pytest.raises(NotAllowed):
        story.object(notice, first, by=who)


def test_nothing_is_objected_to_before_it_is_posted(story):
    notice = story.checked(line(1))

    with pytest.raises(rules.NotPosted):
        story.object(notice)


def test_an_entry_of_another_notice_is_not_found(story, notice):
    other = story.posted(line(5), kind="exit")

    with pytest.raises(queries.NoSuchRecord):
        story.object(notice, story.entries(other)[0])


def test_an_objection_after_the_window_is_heard_and_stops_nothing(story, notice, first):
    story.clock("2016-03-09")

    found = story.object(notice, first)

    assert not found.stops
    assert story.verdicts(notice) == ["passed", "passed"]


def test_one_that_came_on_the_last_day_stops_though_recorded_later(
    story, notice, first
):
    story.clock("2016-03-10")

    found = story.object(notice, first, received_on=date(2016, 3, 8))

    assert found.stops
    assert story.verdict(first) == "stopped"


def test_once_settled_nothing_is_stopped_any_more(story, notice, first):
    story.clock("2016-03-09")
    story.do("clerk", "settle", notice_id=notice.pk)

    found = story.object(notice, first, received_on=date(2016, 3, 8))

    assert not found.stops
    assert story.verdict(first) == "passed"


def test_a_year_without_holidays_keeps_no_objection_out(story):
    story.clock("2026-12-28")
    notice = story.posted(line(1))

    found = story.object(notice)

    assert found.due_date is None
    with story.acting("township"):
        assert list(queries.due(at=date(2026, 12, 28))) == [found]


# Who handles


def test_against_the_postings_office_the_level_above_handles(story):
    notice = second_posting(story)
    entry = story.entries(notice)[0]

    found = story.object(notice, entry, by="county", about="staff")

    assert found.handler_level == 6
    with story.acting("township"):
        assert Objection.objects.count() == 1
        assert not Complaint.objects.exists()
    for who in ("township", "colleague"):
        with pytest.raises(NotAllowed):
            story.decide(found, by=who)
    assert story.decide(found, by="county").state == "upheld"


def test_the_office_complained_of_does_not_even_take_it(story):
    notice = second_posting(story)

    with pytest.raises(NotAllowed) as refusal:
        story.object(notice, story.entries(notice)[0], about="staff")

    assert (
        refusal.value.remedy.in_language("zh") == "请原样转交县级办理，不得拆阅、留存。"
    )
    with story.acting("county"):
        assert not Objection.objects.exists()


def test_against_staff_nobody_who_had_a_hand_in_it_decides(story, make_actor):
    """Somebody of the township who checked the village's notice has left his mark."""
    notice = story.posted(line(1), second="township")
    found = story.object(notice, story.entries(notice)[0], about="staff")

    with pytest.raises(permissions.OwnCase):
        story.decide(found, by="township")

    assert story.decide(found, by="colleague").state == "upheld"


@pytest.mark.parametrize("who", ["clerk", "county", "city", "auditor", "elsewhere"])
def test_only_the_handler_opens_and_decides(story, notice, first, who):
    found = story.object(notice, first)
    before = story.actions()

    with pytest.raises((NotAllowed, queries.NoSuchRecord)):
        story.do(who, "open_complaint", objection_id=found.pk, purpose="核查异议")
    with pytest.raises((NotAllowed, queries.NoSuchRecord)):
        story.decide(found, by=who)

    assert story.actions() == before
    assert story.fresh(found).state == "open"


def test_the_handler_opens_it_and_that_is_recorded(story, notice, first):
    found = story.object(notice, first)

    opened = story.do(
        "colleague", "open_complaint", objection_id=found.pk, purpose="核查异议"
    )

    assert (opened.name, opened.contact) == ("李四", "13800000000")
    assert opened.text == "该户在县城有商品房，不符合条件。"
    with story.acting("township"):
        event = Event.objects.latest("pk")
    assert (event.action, event.username, event.reason) == (
        "publicity.complaint.opened",
        "the-colleague",
        "核查异议",
    )


def test_opening_needs_a_purpose_and_has_a_limit(story, notice, first, monkeypatch):
    found = story.object(notice, first)
    with pytest.raises(rules.NoReason):
        story.do("township", "open_complaint", objection_id=found.pk, purpose="看")
    monkeypatch.setattr("bangfu.publicity.operations.objections.OPENED_PER_HOUR", 1)
    story.do("township", "open_complaint", objection_id=found.pk, purpose="核查异议")

    with pytest.raises(TooManyLooks):
        story.do(
            "township", "open_complaint", objection_id=found.pk, purpose="核查异议"
        )


def test_the_letter_is_open_to_the_handler_only(story, notice, first):
    found = story.object(notice, first, evidence=[LETTER])
    with story.acting("township") as by:
        (letter,) = attachments.attachments_of(Subject.of(found))
        opened = files.open_attachment(by=by, at=story.at, attachment_id=letter.pk)
    assert opened.content == LETTER[1]

    with story.acting("clerk") as by, pytest.raises(attachments.NoSuchFile):
        files.open_attachment(by=by, at=story.at, attachment_id=letter.pk)
    with story.acting("county") as by, pytest.raises(NotAllowed):
        files.open_attachment(by=by, at=story.at, attachment_id=letter.pk)


def test_the_level_above_takes_over_and_the_lower_one_sees_it_no_more(
    story, notice, first
):
    found = story.object(notice, first)

    story.do("county", "take_over", objection_id=found.pk, reason="案情复杂，提级办理")

    assert story.fresh(found).handler_level == 6
    with story.acting("township"):
        assert not Complaint.objects.exists()
    with pytest.raises(NotAllowed):
        story.decide(found)
    assert story.decide(found, by="county").state == "upheld"
    assert "publicity.objection.taken_over" in story.actions()


@pytest.mark.parametrize("who", ["township", "clerk", "auditor"])
def test_the_same_level_takes_nothing_over(story, notice, first, who):
    found = story.object(notice, first)

    with pytest.raises(NotAllowed):
        story.do(who, "take_over", objection_id=found.pk, reason="案情复杂，提级办理")


# Deciding


def test_an_upheld_objection_sends_the_case_back(story, notice, first, told):
    found = story.object(notice, first)
    told.clear()

    story.decide(found)

    assert told == [("1", "upheld")]
    assert story.verdicts(notice) == ["upheld", "running"]
    decided = story.fresh(found)
    assert (decided.state, decided.decided_by_name) == ("upheld", "the-township")
    with story.acting("township"):
        event = Event.objects.latest("pk")
    assert (event.action, event.detail["upheld"]) == (
        "publicity.objection.decided",
        True,
    )
    assert story.draft(line(1)).state == "draft"  # the case may be posted again


def test_a_rejected_objection_lets_the_entry_run_on(story, notice, first, told):
    found = story.object(notice, first)
    told.clear()

    story.decide(found, upheld=False)

    assert told == [("1", "running")]
    assert story.verdicts(notice) == ["running", "running"]


def test_rejected_after_the_window_the_entry_has_passed(story, notice, first, told):
    found = story.object(notice, first)
    story.clock("2016-03-10")
    story.do("clerk", "settle", notice_id=notice.pk)
    assert story.fresh(notice).state == "posted"

    story.decide(found, upheld=False)
    assert told[-1] == ("1", "passed")
    story.do("clerk", "settle", notice_id=notice.pk)

    assert story.fresh(notice).state == "closed"


def test_one_of_two_objections_still_stops(story, notice, first):
    one, _ = story.object(notice, first), story.object(notice, first, name="王五")

    story.decide(one, upheld=False)

    assert story.verdict(first) == "stopped"


def test_all_entries_upheld_close_the_notice(story, told):
    notice = story.posted(line(1))
    found = story.object(notice, story.entries(notice)[0])

    story.decide(found)

    assert story.fresh(notice).state == "closed"


def test_upheld_after_it_was_settled_the_owner_still_hears_of_it(
    story, notice, first, told
):
    story.clock("2016-03-09")
    story.do("clerk", "settle", notice_id=notice.pk)
    found = story.object(notice, first)
    told.clear()

    story.decide(found)

    assert told == [("1", "upheld")]
    assert story.verdict(first) == "upheld"


def test_an_objection_is_decided_once(story, notice, first):
    found = story.object(notice, first)
    story.decide(found)
    before = story.actions()

    with pytest.raises(rules.ObjectionIsOver):
        story.decide(found, upheld=False)

    assert story.actions() == before


def test_the_finding_does_not_name_the_complainant(story, notice, first):
    found = story.object(notice, first)

    with pytest.raises(BadInput) as refusal:
        story.decide(found, finding="经查，李四反映的情况属实。")

    assert refusal.value.message.zh == "文字中不得出现异议人的姓名或联系方式。"
    assert story.fresh(found).state == "open"


def test_a_decision_needs_a_finding(story, notice, first):
    found = story.object(notice, first)

    with pytest.raises(BadInput):
        story.decide(found, finding="属实")


def test_taken_back_it_stops_nothing(story, notice, first, told):
    found = story.object(notice, first)
    told.clear()

    story.do("township", "retract", objection_id=found.pk, reason="异议人来电撤回")

    assert story.fresh(found).state == "retracted"
    assert told == [("1", "running")]
    assert story.actions()[-1] == "publicity.objection.retracted"


# Telling the result


def test_a_named_complainant_is_told(story, notice, first):
    found = story.object(notice, first)
    story.decide(found)
    with story.acting("township"):
        assert list(queries.untold()) == [found]

    story.do("township", "tell_result", objection_id=found.pk, told_on=date(2016, 3, 1))

    assert story.fresh(found).told_on == date(2016, 3, 1)
    with story.acting("township"):
        assert not queries.untold().exists()
    assert story.actions()[-1] == "publicity.objection.told"


@pytest.mark.parametrize("day", [date(2016, 2, 29), date(2016, 3, 2)])
def test_the_day_of_telling_lies_from_the_decision_to_today(story, notice, first, day):
    found = story.object(notice, first)
    story.decide(found)

    with pytest.raises(rules.WrongDay):
        story.do("township", "tell_result", objection_id=found.pk, told_on=day)


def test_nobody_is_told_of_an_anonymous_or_open_one(story, notice, first):
    anonymous = story.object(notice, first, name="", contact="")
    story.decide(anonymous, upheld=False)
    for one in (anonymous, story.object(notice, first)):
        with pytest.raises(BadInput):
            story.do(
                "township", "tell_result", objection_id=one.pk, told_on=date(2016, 3, 1)
            )


# The database itself


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1/count(*) FROM publicity_complaint",
        (
            "INSERT INTO publicity_complaint (objection_id, division_code, handler_level,"
            " channel, about, is_named, received_on, text_sealed, received_by_id,"
            " received_by_name) SELECT id, division_code, 9, 'paper', 'facts', false,"
            " '2016-03-01', '', 0, '' FROM publicity_objection"
        ),
    ],
)
def test_a_village_reaches_no_complaint_by_sql_either(story, notice, first, statement):
    from django.db.utils import DataError

    story.object(notice, first)

    with (
        story.acting("clerk"),
        pytest.raises((ProgrammingError, DataError, IntegrityError)),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_what_the_handler_did_is_closed_to_the_village_too(story, notice, first):
    found = story.object(notice, first, evidence=[LETTER])
    story.do(
        "township", "open_complaint", objection_id=found.pk, purpose="联系李四核实"
    )
    story.decide(found)

    with story.acting("clerk"), connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(e::text, '') FROM audit_event e")
        (events,) = cursor.fetchone()
    assert "publicity.notice.posted" in events
    for hidden in ("李四", "publicity.complaint", "publicity.objection", "来信"):
        assert hidden not in events
