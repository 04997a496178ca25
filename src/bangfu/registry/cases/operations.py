"""Writes to cases. Each checks who, state and input, then takes one step and audits.

open_case, take, take_many      acts by hand
hold_meeting                    a meeting with its ballots moves the cases it voted on
take_posted, take_upheld        what publicity tells: a notice was posted, an objection upheld
take_over                       cases from before the system, once, confirmed by a second person
place_hold, lift_hold           an upper app keeps a household from exiting

Locks are taken in the order of the cases' ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from bangfu.audit import operations as audit
from bangfu.calc.values.findings import BadInput, Finding, OutOfLimit, Refusal, WrongState
from bangfu.calc.values.text import Text
from bangfu.registry.cases import effects, evidence, permissions, queries, rules
from bangfu.registry.cases.acts import BY_CODE, Act
from bangfu.registry.cases.models import Ballot, Case, ExitHold, Meeting, Step
from bangfu.registry.cases.states import ENDS, CaseKind, CaseState
from bangfu.registry.models import Household
from bangfu.scope import Actor

BATCH_MAX = 200
BALLOTS_MAX = 200


class NoSuchCase(BadInput):
    """There is no such case within the acting scope."""

    code = "case.none"
    http_status = 404


class AlreadyOpen(WrongState):
    """The household runs another case of the same track."""

    code = "case.already_open"


@dataclass(frozen=True, slots=True)
class Refused:
    """A case of a batch that was left as it was, and why."""

    case_id: int
    refusal: Refusal


def open_case(
    *,
    by: Actor,
    at: datetime,
    household_id: int,
    kind: CaseKind,
    act: str,
    happened_on: date,
    facts: Mapping[str, object] | None = None,
    reason: str = "",
    files: Sequence[evidence.Upload] = (),
) -> Case:
    """Open a case by one of the acts that may: a lead, an application, a plan to exit.

    Raises NotAllowed, NoSuchHousehold, AlreadyOpen, NotNow when the household's status
    does not fit the procedure, BadFacts, EvidenceMissing; nothing is opened then.
    """
    row = _act(act)
    with transaction.atomic():
        household = queries.household_for_update(household_id)
        permissions.check_act(by, row, household.division_code)
        if not row.opens or kind not in row.kinds:
            raise _not_opening(row, kind)
        effects.check_status(kind, household.status)
        case = Case(
            household=household,
            division_code=household.division_code,
            kind=kind,
            track=kind.track,
            opened_on=happened_on,
            opened_at=at,
        )
        _check_input(row, case, at, happened_on, reason)
        stated = rules.read_facts(row, facts or {})
        rules.check_evidence(row, [file.kind for file in files])
        case.state, case.entered_at = row.target, at
        try:
            with transaction.atomic():
                case.save()
        except IntegrityError as error:
            if "registry_case_one_open" not in str(error):
                raise
            raise _already_open() from error
        _step(case, row, "", by, at, happened_on, reason=reason, facts=stated)
        evidence.attach(by=by, at=at, case=case, files=files)
        effects.follow(row, case, by=by, at=at, happened_on=happened_on, facts=stated)
    return case


def take(
    *,
    by: Actor,
    at: datetime,
    case_id: int,
    act: str,
    happened_on: date,
    expected: CaseState | None = None,
    facts: Mapping[str, object] | None = None,
    reason: str = "",
    files: Sequence[evidence.Upload] = (),
) -> Case:
    """Take one act of the table with a case.

    expected: the state that the person saw; another one now is refused. Raises
    NoSuchCase, NotAllowed, NotNow, SamePerson, NotPosted, ExitBarred, BadFacts,
    EvidenceMissing; the case stays as it was then.
    """
    row = _act(act)
    if row.posts:
        raise _by_notice_only(row)
    with transaction.atomic():
        case = queries.case_for_update(case_id)
        if case is None:
            raise _no_such_case()
        permissions.check_act(by, row, case.division_code)
        if expected is not None and case.state != expected:
            raise _moved_on(case)
        rules.check_state(row, CaseKind(case.kind), CaseState(case.state))
        _check_not_at_meeting(row)
        _check_input(row, case, at, happened_on, reason)
        rules.check_person(row, by.user_id, queries.done(case))
        queries.check_posted(row, case, at)
        stated = rules.read_facts(row, facts or {})
        attached = [*queries.evidence_kinds(case, row), *(file.kind for file in files)]
        rules.check_evidence(row, attached)
        effects.check(row, case, at=at)
        _move(case, row, by, at, happened_on, reason=reason, facts=stated)
        evidence.attach(by=by, at=at, case=case, files=files)
        effects.follow(row, case, by=by, at=at, happened_on=happened_on, facts=stated)
    return case


def take_many(
    *,
    by: Actor,
    at: datetime,
    case_ids: Sequence[int],
    act: str,
    happened_on: date,
    facts: Mapping[str, object] | None = None,
    reason: str = "",
    files: Sequence[evidence.Upload] = (),
) -> tuple[list[Case], list[Refused]]:
    """Take one act with every selected case, each by itself: what fits is done.

    Returns the cases that moved and those that stayed with the reason. Raises BadInput
    without any case, OutOfLimit beyond BATCH_MAX, NotNow for an act that is not for
    batches.
    """
    row = _act(act)
    if not row.is_batch:
        raise rules.NotNow(
            Text(
                "“{act}”须逐户办理。", "“{act}” is done case by case.", {"act": row.text}
            )
        )
    if not case_ids:
        raise BadInput(Text("请至少选择一户。", "Select at least one case."))
    if len(case_ids) > BATCH_MAX:
        raise OutOfLimit(
            Text(
                "一次最多办理 {most} 户，您选择了 {n} 户。",
                "At most {most} cases at once; {n} are selected.",
                {"most": BATCH_MAX, "n": len(case_ids)},
            ),
            remedy=Text("请分批办理。", "Do it in parts."),
        )
    moved, refused = [], []
    for case_id in sorted(set(case_ids)):
        try:
            case = take(
                by=by,
                at=at,
                case_id=case_id,
                act=act,
                happened_on=happened_on,
                facts=facts,
                reason=reason,
                files=files,
            )
        except Refusal as refusal:
            refused.append(Refused(case_id, refusal))
        else:
            moved.append(case)
    return moved, refused


def _act(code: str) -> Act:
    row = BY_CODE.get(code)
    if row is None:
        raise BadInput(
            Text("没有“{code}”这一办理事项。", "There is no act “{code}”.", {"code": code})
        )
    return row


def _check_input(
    row: Act, case: Case, at: datetime, happened_on: date, reason: str
) -> None:
    last = queries.last_day(case)
    rules.check_day(happened_on, timezone.localdate(at), last)
    rules.check_reason(row, reason)


def _move(
    case: Case,
    row: Act,
    by: Actor,
    at: datetime,
    happened_on: date,
    *,
    reason: str = "",
    facts: Mapping[str, object] | None = None,
    meeting: Meeting | None = None,
    notice_id: int | None = None,
) -> None:
    """Add the step and bring the case into the act's target state."""
    before = case.state
    case.state, case.entered_at = row.target, at
    if row.target in ENDS:
        case.closed_at = at
    if row.is_back:
        case.sent_back += 1
    _step(
        case,
        row,
        before,
        by,
        at,
        happened_on,
        reason=reason,
        facts=facts,
        meeting=meeting,
        notice_id=notice_id,
    )


def _step(
    case: Case,
    row: Act,
    before: str,
    by: Actor,
    at: datetime,
    happened_on: date,
    *,
    reason: str = "",
    facts: Mapping[str, object] | None = None,
    meeting: Meeting | None = None,
    notice_id: int | None = None,
) -> None:
    case.last_step = Step.objects.create(
        case=case,
        division_code=case.division_code,
        transition_id=f"{case.kind}:{row.code}:{before}:{row.target}",
        act=row.code,
        from_state=before,
        to_state=row.target,
        user_id=by.user_id,
        username=by.username,
        role=by.role,
        happened_on=happened_on,
        reason=reason.strip(),
        facts=dict(facts or {}),
        meeting=meeting,
        notice_id=notice_id,
    )
    case.save(update_fields=["state", "entered_at", "closed_at", "sent_back", "last_step"])
    audit.record(
        f"registry.case.{row.code}",
        by=by,
        at=at,
        subject=case,
        reason=reason.strip(),
        detail={"kind": case.kind, "from": before, "to": row.target.value},
    )
