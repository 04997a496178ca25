"""Adding a step: the one place where a case's state changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from bangfu.audit import operations as audit
from bangfu.registry.cases.acts import Act
from bangfu.registry.cases.evidence import Upload
from bangfu.registry.cases.models import Case, Meeting, Step
from bangfu.registry.cases.procedure import transition_key
from bangfu.registry.cases.states import ENDS, CaseState
from bangfu.scope import Actor


@dataclass(frozen=True, slots=True)
class Said:
    """What a person states with an act.

    happened_on: the day on which it was done, which no clock follows. facts: by key of
    the act's facts. reason: needed by acts that send back or end without success.
    """

    happened_on: date
    facts: Mapping[str, object] = field(default_factory=dict)
    reason: str = ""
    files: Sequence[Upload] = ()


@dataclass(frozen=True, slots=True)
class Ground:
    """What an act rests on besides a person's statement."""

    meeting: Meeting | None = None
    notice_id: int | None = None


def begin(
    case: Case,
    act: Act,
    *,
    by: Actor,
    at: datetime,
    said: Said,
    facts: dict[str, object],
) -> Step:
    """Store a new case with its opening step."""
    case.state, case.entered_at = act.target, at
    case.closed_at = at if act.target in ENDS else None
    case.save(force_insert=True)
    return _add(case, act, "", by=by, at=at, said=said, facts=facts, ground=Ground())


def move(
    case: Case,
    act: Act,
    *,
    by: Actor,
    at: datetime,
    said: Said,
    facts: dict[str, object],
    ground: Ground = Ground(),
) -> Step:
    """Bring a locked case into the act's target state by a step."""
    before = case.state
    case.state, case.entered_at = act.target, at
    if act.target in ENDS:
        case.closed_at = at
    if act.is_back and act.target not in ENDS:
        case.sent_back += 1
    return _add(case, act, before, by=by, at=at, said=said, facts=facts, ground=ground)


def _add(
    case: Case,
    act: Act,
    before: str,
    *,
    by: Actor,
    at: datetime,
    said: Said,
    facts: dict[str, object],
    ground: Ground,
) -> Step:
    step = add_step(
        case,
        act.code,
        before,
        by=by,
        said=said,
        facts=facts,
        ground=ground,
    )
    audit.record(
        f"registry.case.{act.code}",
        by=by,
        at=at,
        subject=case,
        reason=said.reason.strip(),
        detail={"kind": case.kind, "from": before, "to": str(case.state)},
    )
    return step


def add_step(
    case: Case,
    act: str,
    before: str,
    *,
    by: Actor,
    said: Said,
    facts: dict[str, object],
    ground: Ground,
) -> Step:
    """Add the row of a step and let the case point to it; the database checks both."""
    after = CaseState(case.state)
    case.last_step = Step.objects.create(
        case=case,
        division_code=case.division_code,
        transition_id=transition_key(case.kind, act, before, after),
        act=act,
        from_state=before,
        to_state=after,
        user_id=by.user_id,
        username=by.username,
        role=by.role,
        happened_on=said.happened_on,
        reason=said.reason.strip(),
        facts=facts,
        meeting=ground.meeting,
        notice_id=ground.notice_id,
    )
    case.save(
        update_fields=["state", "entered_at", "closed_at", "sent_back", "last_step"]
    )
    return case.last_step
