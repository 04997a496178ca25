"""Drafting, revising, submitting, checking, returning, cancelling."""

from __future__ import annotations

import pytest
from tests.publicity.conftest import OTHER_VILLAGE, draft_of, line

from bangfu.audit.models import Event
from bangfu.calc.values.findings import NotAllowed
from bangfu.publicity import permissions, queries, rules
from bangfu.publicity.models import Entry, Notice
from bangfu.publicity.operations import SubjectTaken


def test_a_draft_holds_what_may_be_public(story):
    notice = story.draft(line(1), line(2))

    assert (notice.state, notice.poster_code) == ("draft", "990101101001")
    assert notice.author_ids == [story.person("clerk").user_id]
    assert sorted(notice.content) == ["address", "basis", "hotline", "meeting", "unit"]
    entries = story.entries(notice)
    assert [(one.position, one.label, one.values) for one in entries] == [
        (1, "户主1", ["1 人"]),
        (2, "户主2", ["2 人"]),
    ]
    with story.acting("clerk"):
        event = Event.objects.latest("pk")
    assert (event.action, event.subject_id, event.detail) == (
        "publicity.notice.drafted",
        str(notice.pk),
        {"act": "revise", "entries": 2},
    )


@pytest.mark.parametrize(
    "who", ["neighbour", "team", "township", "county", "auditor", "elsewhere"]
)
def test_only_the_office_of_the_level_drafts(story, who):
    with pytest.raises(NotAllowed):
        story.draft(by=who)

    assert story.actions() == []
    with story.acting("county"):
        assert not Notice.objects.exists()


@pytest.mark.parametrize(
    ("who", "kind", "level", "division"),
    [
        ("township", "entry_second", 9, "990101101001"),
        ("county", "entry_announced", 6, "990101101001"),
        ("city", "fund", 4, "9901"),
    ],
)
def test_each_level_drafts_its_own(story, who, kind, level, division):
    notice = story.draft(by=who, kind=kind, level=level, division=division)

    assert (notice.level, notice.division_code) == (level, division)


def test_a_refused_draft_leaves_nothing(story):
    with pytest.raises(rules.PersonalData):
        story.draft(line(1, label="13812345678"))

    with story.acting("clerk"):
        assert not Notice.objects.exists()
    assert story.actions() == []


def test_a_record_stands_in_one_unfinished_notice_of_a_kind(story):
    first = story.draft(line(1), line(2))

    with pytest.raises(SubjectTaken) as refusal:
        story.draft(line(2), line(3))

    (finding,) = refusal.value.findings
    assert (finding.subject, finding.message.in_language("zh")) == (
        "户主2",
        f"见第 {first.pk} 号公示",
    )
    with story.acting("clerk"):
        assert Notice.objects.count() == 1


def test_the_same_record_may_stand_in_another_kind(story):
    story.draft(line(1))

    assert story.draft(line(1), kind="exit").state == "draft"


def test_lines_without_a_record_never_collide(story):
    bare = {"subject_type": "", "subject_id": ""}
    story.draft(line(1, **bare), kind="other")

    assert story.draft(line(1, **bare), kind="other").state == "draft"


def test_revising_writes_everything_anew(story):
    notice = story.draft(line(1), line(2))

    story.do(
        "second", "revise", notice_id=notice.pk, draft=draft_of(line(2), title="更名")
    )

    found = story.fresh(notice)
    assert found.title == "更名"
    assert [one.label for one in story.entries(notice)] == ["户主2"]
    assert found.author_ids == sorted(
        story.person(name).user_id for name in ("clerk", "second")
    )
    assert story.actions()[-1] == "publicity.notice.revised"


def test_a_submitted_notice_is_not_revised(story):
    notice = story.submitted()

    with pytest.raises(rules.WrongNoticeState):
        story.do("clerk", "revise", notice_id=notice.pk, draft=draft_of())

    assert story.actions()[-1] == "publicity.notice.submitted"


@pytest.mark.parametrize("who", ["second", "team", "township", "county"])
def test_a_second_person_checks(story, who):
    notice = story.submitted()

    story.do(who, "check", notice_id=notice.pk)

    found = story.fresh(notice)
    assert (found.state, found.checked_by_name) == ("checked", f"the-{who}")
    assert story.actions()[-1] == "publicity.notice.checked"


def test_nobody_checks_what_he_or_she_wrote(story):
    notice = story.submitted()

    with pytest.raises(permissions.OwnNotice) as refusal:
        story.do("clerk", "check", notice_id=notice.pk)

    assert refusal.value.message.zh == "不能核对自己拟写的公示。"
    assert story.fresh(notice).state == "submitted"
    assert story.actions()[-1] == "publicity.notice.submitted"


def test_who_revised_once_does_not_check_either(story):
    notice = story.draft(line(1))
    story.do("second", "revise", notice_id=notice.pk, draft=draft_of(line(1)))
    story.do("clerk", "submit", notice_id=notice.pk)

    with pytest.raises(permissions.OwnNotice):
        story.do("second", "check", notice_id=notice.pk)


@pytest.mark.parametrize("who", ["auditor"])
def test_others_do_not_check(story, who):
    notice = story.submitted()

    with pytest.raises(NotAllowed):
        story.do(who, "check", notice_id=notice.pk)

    assert story.fresh(notice).state == "submitted"


@pytest.mark.parametrize("who", ["neighbour", "elsewhere"])
def test_a_notice_out_of_scope_is_not_found(story, who):
    notice = story.submitted()

    with pytest.raises(queries.NoSuchRecord):
        story.do(who, "check", notice_id=notice.pk)


def test_a_return_says_why_and_gives_the_draft_back(story):
    notice = story.checked()

    story.do("team", "send_back", notice_id=notice.pk, reason=" 名单缺一户 ")

    found = story.fresh(notice)
    assert (found.state, found.reason, found.checked_by_id) == (
        "draft",
        "名单缺一户",
        None,
    )
    with story.acting("clerk"):
        event = Event.objects.latest("pk")
    assert (event.action, event.reason) == ("publicity.notice.returned", "名单缺一户")


@pytest.mark.parametrize("act", ["send_back", "cancel"])
def test_these_need_a_reason(story, act):
    notice = story.submitted()
    before = story.actions()

    with pytest.raises(rules.NoReason):
        story.do("second", act, notice_id=notice.pk, reason=" 不 ")

    assert story.fresh(notice).state == "submitted"
    assert story.actions() == before


def test_cancelling_frees_the_records_and_tells_their_owner(story, told):
    notice = story.checked(line(1))

    story.do("clerk", "cancel", notice_id=notice.pk, reason="评议结果有变")

    assert story.fresh(notice).state == "cancelled"
    assert told == [("1", "withdrawn")]
    assert story.verdicts(notice) == ["withdrawn"]
    assert story.draft(line(1)).state == "draft"


def test_a_cancelled_notice_stays_so(story):
    notice = story.draft()
    story.do("clerk", "cancel", notice_id=notice.pk, reason="评议结果有变")

    for act in ("submit", "check"):
        who = "clerk" if act == "submit" else "second"
        with pytest.raises(rules.WrongNoticeState):
            story.do(who, act, notice_id=notice.pk)


def test_an_owner_who_refuses_takes_the_act_back(story, settings):
    settings.BANGFU_NOTICE_OUTCOMES = [f"{__name__}.refuse"]
    notice = story.draft(line(1))

    with pytest.raises(rules.NoReason):
        story.do("clerk", "cancel", notice_id=notice.pk, reason="评议结果有变")

    assert story.fresh(notice).state == "draft"
    assert story.actions() == ["publicity.notice.drafted"]


def refuse(**_values):
    raise rules.NoReason(queries.Text("不行", "no"))


def test_another_village_sees_nothing_of_it(story):
    story.draft()

    with story.acting("neighbour"):
        assert not Notice.objects.exists()
        assert not Entry.objects.exists()
    with story.acting("township"):
        assert Notice.objects.count() == 1


def test_a_notice_over_the_township_shows_each_village_its_entries(story):
    from bangfu.calc.values.division_code import DivisionCode

    there = line(2, division=DivisionCode(OTHER_VILLAGE))
    here = line(1, division=DivisionCode("990101101001"))
    story.draft(here, there, by="township", kind="fund", level=9, division="990101101")

    with story.acting("neighbour"):
        assert [one.label for one in Entry.objects.all()] == ["户主2"]
