"""A meeting of the villagers' representatives: its minutes, and how it voted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from django.db import transaction
from django.utils import timezone

from bangfu.audit import operations as audit
from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.findings import BadInput, OutOfLimit
from bangfu.calc.values.text import Text
from bangfu.policy import queries as policy
from bangfu.policy.packs import Pack
from bangfu.registry.cases import (
    effects,
    evidence,
    permissions,
    procedure,
    queries,
    rules,
    stepping,
)
from bangfu.registry.cases.acts import BY_CODE, Act
from bangfu.registry.cases.models import Ballot, Case, Meeting
from bangfu.registry.cases.operations import no_such_case
from bangfu.registry.cases.rules import Votes
from bangfu.registry.cases.states import CaseKind, CaseState
from bangfu.registry.cases.stepping import Ground, Said
from bangfu.scope import Actor

BALLOTS_MAX = 200
_NOT_PASSED = BY_CODE["reject_at_meeting"]


@dataclass(frozen=True, slots=True)
class Vote:
    """How the meeting voted on one case. rank: 1 for the poorest, None without one."""

    case_id: int
    votes: Votes
    recusals: str = ""
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class Minutes:
    """What the minutes say. attended: representatives who came, recused ones included."""

    village: DivisionCode
    held_on: date
    representatives: int
    attended: int
    chaired_by: str
    place: str = ""
    files: Sequence[evidence.Upload] = ()


def hold_meeting(
    *, by: Actor, at: datetime, minutes: Minutes, votes: Sequence[Vote]
) -> Meeting:
    """Record a meeting; each case that it voted on passes or does not.

    All or nothing: one wrong ballot refuses the whole record. Raises NotAllowed,
    MeetingVoid, EvidenceMissing without minutes, NoSuchCase, NotNow for a case that
    moved on, BadFacts, BadInput, OutOfLimit.
    """
    permissions.check_meeting(by, minutes.village)
    _check(minutes, votes, at)
    pack = policy.active()
    quorum = _share(pack, "meeting.quorum", minutes)
    majority = _share(pack, "meeting.majority", minutes)
    rules.check_meeting(minutes.representatives, minutes.attended, quorum)
    with transaction.atomic():
        meeting = Meeting.objects.create(
            division_code=minutes.village,
            held_on=minutes.held_on,
            representatives=minutes.representatives,
            attended=minutes.attended,
            place=minutes.place.strip(),
            chaired_by=minutes.chaired_by.strip(),
            recorded_by_id=by.user_id,
            recorded_by_name=by.username,
            recorded_at=at,
        )
        evidence.attach_to_meeting(by=by, at=at, meeting=meeting, uploads=minutes.files)
        passed = 0
        for vote in sorted(votes, key=lambda one: one.case_id):
            passed += _decide(vote, meeting, majority, by=by, at=at)
        audit.record(
            "registry.meeting.recorded",
            by=by,
            at=at,
            subject=meeting,
            detail={"cases": len(votes), "passed": passed},
        )
    return meeting


def _check(minutes: Minutes, votes: Sequence[Vote], at: datetime) -> None:
    if minutes.village.level is not Level.VILLAGE:
        raise BadInput(Text("会议须在村里召开。", "A meeting is held in a village."))
    rules.check_day(
        minutes.held_on,
        timezone.localdate(at),  # noqa: TID251 - of the time that was passed in
        None,
    )
    rules.check_minutes([file.kind for file in minutes.files])
    if not minutes.chaired_by.strip():
        raise BadInput(Text("请填写主持人。", "Name who chaired the meeting."))
    if not votes or len(votes) > BALLOTS_MAX:
        raise OutOfLimit(
            Text(
                "一次会议表决 1 至 {most} 户。",
                "A meeting votes on 1 to {most} cases.",
                {"most": BALLOTS_MAX},
            )
        )
    if len({vote.case_id for vote in votes}) != len(votes):
        raise BadInput(Text("同一户重复表决。", "A case is voted on twice."))


def _share(pack: Pack, key: str, minutes: Minutes) -> Fraction:
    held = pack.value(key, at=minutes.held_on, division=minutes.village)
    return Fraction(held.text)


def _decide(
    vote: Vote, meeting: Meeting, majority: Fraction, *, by: Actor, at: datetime
) -> bool:
    """Store the ballot, move its case, and tell whether it passed."""
    case = queries.case_for_update(vote.case_id)
    if case is None or case.division_code != meeting.division_code:
        raise no_such_case()
    rules.check_recusals(vote.votes, vote.recusals)
    has_passed = rules.has_passed(vote.votes, meeting.attended, majority)
    act = _act_of(case, has_passed=has_passed)
    last = queries.last_day(case)
    rules.check_day(meeting.held_on, max(meeting.held_on, last or date.min), last)
    Ballot.objects.create(
        meeting=meeting,
        case=case,
        division_code=meeting.division_code,
        votes_for=vote.votes.votes_for,
        votes_against=vote.votes.votes_against,
        abstained=vote.votes.abstained,
        recused=vote.votes.recused,
        recusals=vote.recusals.strip(),
        rank=vote.rank,
        has_passed=has_passed,
    )
    said, ground = Said(meeting.held_on), Ground(meeting=meeting)
    stepping.move(case, act, by=by, at=at, said=said, facts={}, ground=ground)
    effects.follow(act, case, by=by, at=at, happened_on=meeting.held_on, stated={})
    return has_passed


def _act_of(case: Case, *, has_passed: bool) -> Act:
    kind, state = CaseKind(case.kind), CaseState(case.state)
    act = procedure.passing(kind, state)
    if act is None:
        rules.check_state(_NOT_PASSED, kind, state)
        raise AssertionError(state)  # the table passes and rejects from the same states
    return act if has_passed else _NOT_PASSED
