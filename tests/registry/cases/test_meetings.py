"""A meeting: quorum, majority, recusals; its ballots move the cases it voted on."""

from __future__ import annotations

import pytest
from tests.registry.cases.stage import NEXT_VILLAGE, VILLAGE, Stage, refresh, status_of

from bangfu.audit.models import Event
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput, NotAllowed, OutOfLimit
from bangfu.registry.cases import meetings, operations, rules
from bangfu.registry.cases.evidence import Upload
from bangfu.registry.cases.facts import BadFacts
from bangfu.registry.cases.meetings import Minutes, Vote
from bangfu.registry.cases.models import Ballot, Case, Document, Meeting
from bangfu.registry.cases.rules import Votes
from bangfu.registry.cases.states import CaseKind, CaseState
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< >>\n%%EOF\n"


@pytest.fixture
def surveyed(stage: Stage) -> list[Case]:
    return [stage.at_state(CaseKind.ENTRY, CaseState.SURVEYED) for _ in range(2)]


def hold(stage: Stage, votes: list[Vote], **more: object) -> Meeting:
    given = {
        "village": DivisionCode(VILLAGE),
        "held_on": stage.today,
        "representatives": 12,
        "attended": 10,
        "chaired_by": "王支书",
        "files": [Upload("minutes", "m.pdf", PDF)],
    } | more
    with acting(stage["village"]):
        return meetings.hold_meeting(
            by=stage["village"], at=stage.at, minutes=Minutes(**given), votes=votes
        )


def nothing_happened(*cases: Case) -> bool:
    refresh(*cases)
    with acting(system_actor("tests")):
        return not (
            Meeting.objects.exists()
            or Ballot.objects.exists()
            or Document.objects.exclude(meeting=None).exists()
            or any(case.state != CaseState.SURVEYED for case in cases)
        )


def test_it_passes_one_case_and_not_the_other(stage, surveyed):
    first, second = surveyed

    meeting = hold(
        stage,
        [
            Vote(first.pk, Votes(6, 2, 1, 1), "张三（堂兄）", 1),
            Vote(second.pk, Votes(5, 3, 2, 0), rank=2),
        ],
    )

    refresh(first, second)
    assert (first.state, second.state) == (
        CaseState.REVIEWED,
        CaseState.REJECTED_VILLAGE,
    )
    assert (status_of(first), status_of(second)) == ("8", "7")
    with acting(system_actor("tests")):
        ballots = Ballot.objects.order_by("rank").values_list(
            "case_id", "has_passed", "recusals"
        )
        assert list(ballots) == [
            (first.pk, True, "张三（堂兄）"),
            (second.pk, False, ""),
        ]
        event = Event.objects.get(action="registry.meeting.recorded")
        assert first.steps.latest("pk").meeting_id == meeting.pk
        assert meeting.documents.get().kind == "minutes"
    assert event.detail == {"cases": 2, "passed": 1}


@pytest.mark.parametrize(
    ("representatives", "attended", "votes", "words"),
    [
        (12, 7, Votes(7, 0, 0, 0), "到会 7 人，应到 12 人，不足 2/3"),
        (3, 1, Votes(1, 0, 0, 0), "不足 2/3"),
        (10, 12, Votes(12, 0, 0, 0), "会议无效"),
        (12, 10, Votes(6, 2, 1, 0), "票数合计 9，与到会人数 10 不符"),
        (12, 10, Votes(12, -1, -1, 0), "票数合计 10，与到会人数 10 不符"),
        (12, 10, Votes(6, 2, 1, 1), "回避 1 人，请写明回避人员"),
    ],
)
def test_it_refuses_a_meeting_that_does_not_count(
    stage, surveyed, representatives, attended, votes, words
):
    case = surveyed[0]

    with pytest.raises(rules.MeetingVoid) as refused:
        hold(
            stage,
            [Vote(case.pk, votes)],
            representatives=representatives,
            attended=attended,
        )

    assert words in refused.value.message.in_language("zh-hans")
    assert nothing_happened(*surveyed)


@pytest.mark.parametrize(("representatives", "attended"), [(3, 2), (12, 8), (9, 6)])
def test_exactly_two_thirds_are_enough(stage, surveyed, representatives, attended):
    case = surveyed[0]

    hold(
        stage,
        [Vote(case.pk, Votes(attended, 0, 0, 0))],
        representatives=representatives,
        attended=attended,
    )

    refresh(case)
    assert case.state == CaseState.REVIEWED


@pytest.mark.parametrize(
    ("votes_for", "state"), [(5, "rejected_village"), (6, "reviewed")]
)
def test_half_is_no_majority(stage, surveyed, votes_for, state):
    case = surveyed[0]

    hold(stage, [Vote(case.pk, Votes(votes_for, 10 - votes_for, 0, 0))])

    refresh(case)
    assert case.state == state


def test_names_of_recused_people_without_a_recusal_are_refused(stage, surveyed):
    with pytest.raises(rules.MeetingVoid):
        hold(stage, [Vote(surveyed[0].pk, Votes(10, 0, 0, 0), "张三")])

    assert nothing_happened(*surveyed)


def test_one_wrong_ballot_takes_the_whole_meeting_back(stage, surveyed):
    good, bad = surveyed

    with pytest.raises(rules.MeetingVoid):
        hold(
            stage,
            [Vote(good.pk, Votes(10, 0, 0, 0)), Vote(bad.pk, Votes(1, 0, 0, 0))],
        )

    assert nothing_happened(good, bad)


def test_it_refuses_without_minutes_chair_votes_or_twice(stage, surveyed):
    vote = Vote(surveyed[0].pk, Votes(10, 0, 0, 0))

    with pytest.raises(rules.EvidenceMissing):
        hold(stage, [vote], files=[])
    with pytest.raises(BadInput):
        hold(stage, [vote], chaired_by=" ")
    with pytest.raises(OutOfLimit):
        hold(stage, [])
    with pytest.raises(BadInput):
        hold(stage, [vote, vote])
    with pytest.raises(BadFacts):
        hold(stage, [vote], held_on=stage.today.replace(year=2030))
    with pytest.raises(BadFacts):
        hold(stage, [vote], held_on=stage.today.replace(year=2020))
    with pytest.raises(NotAllowed):
        hold(stage, [vote], village=DivisionCode(VILLAGE[:9]))

    assert nothing_happened(*surveyed)


def test_it_refuses_who_is_not_of_the_village_and_cases_of_another(stage, surveyed):
    case = surveyed[0]

    for name in ("township", "county", "city"):
        with pytest.raises(NotAllowed):
            stage.meet(case, by=stage[name])
    with pytest.raises(NotAllowed):
        hold(
            stage,
            [Vote(case.pk, Votes(10, 0, 0, 0))],
            village=DivisionCode(NEXT_VILLAGE),
        )
    with pytest.raises(operations.NoSuchCase):
        hold(stage, [Vote(999_999, Votes(10, 0, 0, 0))])

    assert nothing_happened(*surveyed)


def test_a_case_that_moved_on_is_not_voted_on(stage, surveyed):
    case = surveyed[0]
    stage.take(case, "withdraw")

    with pytest.raises(rules.NotNow):
        stage.meet(case)

    refresh(case)
    assert case.state == CaseState.WITHDRAWN
