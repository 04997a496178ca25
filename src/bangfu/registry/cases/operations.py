"""Writes to cases by hand. Each checks who, state and input, then takes one step.

open_case, take       one act with one case
take_many             one act with selected cases, each by itself
place_hold, lift_hold an upper app keeps a household from exiting

Meetings, postings, cases from before the system and changes of families stand in modules
of their own. A notice is locked before the household, the household before the case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from bangfu.audit import operations as audit
from bangfu.calc.values.findings import BadInput, OutOfLimit, Refusal, WrongState
from bangfu.calc.values.text import Text
from bangfu.registry.cases import (
    departures,
    effects,
    evidence,
    permissions,
    posting,
    queries,
    rules,
    stepping,
)
from bangfu.registry.cases.acts import AT_MEETING, BY_CODE, Act
from bangfu.registry.cases.facts import read_facts
from bangfu.registry.cases.models import Case, ExitHold, Step
from bangfu.registry.cases.states import CaseKind, CaseState
from bangfu.registry.cases.stepping import Said
from bangfu.registry.models import Household
from bangfu.scope import Actor

BATCH_MAX = 200


class NoSuchCase(BadInput):
    """There is no such case or household within the acting scope."""

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
    said: Said,
) -> Case:
    """Open a case by one of the acts that may: a lead, an application, a plan to exit.

    Raises NotAllowed, NoSuchCase, AlreadyOpen, NotNow for an act that opens no such
    case, WrongStatus, BadFacts, EvidenceMissing; nothing is opened then.
    """
    row = act_named(act)
    with transaction.atomic():
        household = queries.household_for_update(household_id)
        if household is None:
            raise no_such_case()
        permissions.check_act(by, row, household.division_code)
        if not row.opens or kind not in row.kinds:
            raise _not_opening(row, kind)
        stated = _read(row, at, None, said)
        effects.check_opening(kind, household, row, stated)
        rules.check_evidence(row, [file.kind for file in said.files])
        case = Case(
            household=household,
            division_code=household.division_code,
            kind=kind,
            track=kind.track,
            status_before=household.status,
            opened_on=said.happened_on,
            opened_at=at,
        )
        step = _begin_alone(case, row, by, at, said, stated)
        evidence.attach_to_step(by=by, at=at, case=case, step=step, uploads=said.files)
        _follow(row, case, by, at, said, stated)
    return case


def take(
    *,
    by: Actor,
    at: datetime,
    case_id: int,
    act: str,
    said: Said,
    expected: CaseState | None = None,
) -> Case:
    """Take one act of the table with a case.

    expected: the state that the person saw; another one now is refused. Raises
    NoSuchCase, NotAllowed, NotNow, SamePerson, NotPosted, ExitBarred, ScaleFull,
    BadFacts, EvidenceMissing; the case stays as it was then.
    """
    row = act_named(act)
    _check_by_hand(row)
    with transaction.atomic():
        posting.lock_notices(case_id)
        if row.code == "deregister":
            departures.tell_of_case(
                by=by, at=at, case_id=case_id, on=said.happened_on, reason=row.text.zh
            )
        case = queries.case_for_update(case_id)
        if case is None:
            raise no_such_case()
        permissions.check_act(by, row, case.division_code)
        if expected is not None and case.state != expected:
            raise _moved_on(case)
        rules.check_state(row, CaseKind(case.kind), CaseState(case.state))
        rules.check_person(row, by.user_id, queries.done(case))
        stated = _read(row, at, queries.last_day(case), said)
        rules.check_evidence(row, [file.kind for file in said.files])
        posting.check_posted(row, case)
        known = queries.facts_of(case) | stated
        effects.check(row, case, at=at, stated=known)
        step = stepping.move(case, row, by=by, at=at, said=said, facts=stated)
        evidence.attach_to_step(by=by, at=at, case=case, step=step, uploads=said.files)
        _follow(row, case, by, at, said, known)
        posting.settle(row, case, by=by, at=at)
        if row.is_back:
            posting.take_down(case, by=by, at=at, reason=said.reason)
    return case


def take_many(
    *, by: Actor, at: datetime, case_ids: Sequence[int], act: str, said: Said
) -> tuple[list[Case], list[Refused]]:
    """Take one act with every selected case, each by itself: what fits is done.

    Returns the cases that moved, and those that stayed with the reason. Raises BadInput
    without any case, OutOfLimit beyond BATCH_MAX, NotNow for an act that is not for
    batches.
    """
    row = act_named(act)
    if not row.is_batch:
        raise rules.NotNow(
            Text(
                "“{act}”须逐户办理。",
                "“{act}” is done case by case.",
                {"act": row.text},
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
            case = take(by=by, at=at, case_id=case_id, act=act, said=said)
        except Refusal as refusal:
            refused.append(Refused(case_id, refusal))
        else:
            moved.append(case)
    return moved, refused


# Holds


def place_hold(
    *,
    by: Actor,
    at: datetime,
    household_id: int,
    placed_by: str,
    code: str,
    message: Text,
) -> ExitHold:
    """Keep a household from exiting until the hold is lifted; offered to upper apps.

    placed_by: the app; code: its own reason; message: why, for who asks for the exit.
    The same hold placed again changes nothing. Raises NoSuchCase.
    """
    with transaction.atomic():
        household = _household(household_id)
        same = ExitHold.objects.filter(
            household=household, placed_by=placed_by, code=code, until=None
        ).first()
        if same is not None:
            return same
        hold = ExitHold.objects.create(
            household=household,
            division_code=household.division_code,
            placed_by=placed_by,
            code=code,
            message=message.as_json(),
            since=_day(at),
        )
        audit.record(
            "registry.exit_hold.placed",
            by=by,
            at=at,
            subject=hold,
            detail={"by": placed_by, "code": code, "household": household.pk},
        )
    return hold


def lift_hold(
    *, by: Actor, at: datetime, household_id: int, placed_by: str, code: str
) -> bool:
    """Lift a hold of the same app and code from today on; tell whether there was one.

    Raises NoSuchCase.
    """
    with transaction.atomic():
        household = _household(household_id)
        hold = ExitHold.objects.filter(
            household=household, placed_by=placed_by, code=code, until=None
        ).first()
        if hold is None:
            return False
        hold.until = max(_day(at), hold.since)
        hold.save(update_fields=["until"])
        audit.record(
            "registry.exit_hold.lifted",
            by=by,
            at=at,
            subject=hold,
            detail={"by": placed_by, "code": code, "household": household.pk},
        )
    return True


# Pieces


def act_named(code: str) -> Act:
    """Return a row of the table. Raises BadInput."""
    row = BY_CODE.get(code)
    if row is None:
        raise BadInput(
            Text(
                "没有“{code}”这一办理事项。",
                "There is no act “{code}”.",
                {"code": code[:40]},
            )
        )
    return row


def no_such_case() -> NoSuchCase:
    """Return the refusal of what is not there or out of scope."""
    return NoSuchCase(
        Text(
            "没有这一户或这一事项，或不在您的管辖范围内。",
            "There is no such household or case within your scope.",
        )
    )


def already_open() -> AlreadyOpen:
    """Return the refusal of a second case of a track."""
    return AlreadyOpen(
        Text(
            "该户已有一个正在办理的同类事项。",
            "The household runs another case of this kind already.",
        ),
        remedy=Text("请先办结或撤回该事项。", "Finish or withdraw that one first."),
    )


def _household(household_id: int) -> Household:
    household = queries.household_for_update(household_id)
    if household is None:
        raise no_such_case()
    return household


def _day(at: datetime) -> date:
    return timezone.localdate(at)  # noqa: TID251 - of the time that was passed in


def _read(row: Act, at: datetime, last: date | None, said: Said) -> dict[str, object]:
    """Check day and reason, and return the facts in plain types."""
    rules.check_day(said.happened_on, _day(at), last)
    rules.check_reason(row, said.reason)
    return read_facts(row.text, row.facts, said.facts)


def _begin_alone(
    case: Case,
    row: Act,
    by: Actor,
    at: datetime,
    said: Said,
    stated: dict[str, object],
) -> Step:
    """Store the case unless another one of its track runs."""
    try:
        with transaction.atomic():
            return stepping.begin(case, row, by=by, at=at, said=said, facts=stated)
    except IntegrityError as error:
        if "registry_case_one_open" not in str(error):
            raise
        raise already_open() from error


def _follow(
    row: Act,
    case: Case,
    by: Actor,
    at: datetime,
    said: Said,
    known: dict[str, object],
) -> None:
    effects.follow(row, case, by=by, at=at, happened_on=said.happened_on, stated=known)


def _check_by_hand(row: Act) -> None:
    """Refuse what only a notice or a meeting does."""
    if row.posts:
        raise rules.NotNow(
            Text(
                "“{act}”随公示张贴登记自动办理。",
                "“{act}” is done by posting the notice.",
                {"act": row.text},
            ),
            remedy=Text(
                "请拟公示、核对后登记张贴。",
                "Draft the notice, have it checked, post it.",
            ),
        )
    if row.code in AT_MEETING:
        raise rules.NotNow(
            Text(
                "“{act}”由村民代表会议表决决定。",
                "“{act}” is decided by the vote of a village meeting.",
                {"act": row.text},
            ),
            remedy=Text("请登记会议。", "Record the meeting."),
        )


def _not_opening(row: Act, kind: CaseKind) -> rules.NotNow:
    return rules.NotNow(
        Text(
            "“{kind}”不能由“{act}”开始。",
            "“{act}” does not begin “{kind}”.",
            {"kind": kind.text, "act": row.text},
        )
    )


def _moved_on(case: Case) -> rules.NotNow:
    return rules.NotNow(
        Text(
            "该事项已被他人办理，现为“{state}”。",
            "Somebody moved the case on; it is “{state}” now.",
            {"state": CaseState(case.state).text},
        ),
        remedy=Text("请刷新页面后再办理。", "Reload the page first."),
    )
