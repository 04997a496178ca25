"""Decisions about suspected duplicates. Each locks its groups before any household.

merge_persons      records of one person become one; the others leave
merge_households   a household that is on file twice goes into the other one
keep_apart         not the same person, which later searches remember
postpone           later, for a reason
order_search       as a job, which searches (`searching`)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from bangfu.audit import operations as audit
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput, WrongState
from bangfu.calc.values.text import Text
from bangfu.jobs import operations as jobs
from bangfu.jobs.models import Job
from bangfu.registry.cases import merging, rules
from bangfu.registry.cases.descent import Happening
from bangfu.registry.cases.facts import BadFacts
from bangfu.registry.duplicates import permissions, queries
from bangfu.registry.duplicates.models import (
    DuplicateDecision,
    DuplicateGroup,
    DuplicatePair,
)
from bangfu.registry.duplicates.states import WAITING, DecisionKind, GroupState, Verdict
from bangfu.registry.models import Household, Member
from bangfu.scope import Actor

REASON_MAX = 400
JOB_KIND = "registry.duplicates"


class NoSuchGroup(BadInput):
    """There is no such group within the acting scope."""

    code = "duplicates.none"
    http_status = 404


class AlreadySettled(WrongState):
    """Somebody decided already, or a search withdrew the group."""

    code = "duplicates.settled"


class WrongRecords(BadInput):
    """The records are not those of the group."""

    code = "duplicates.wrong_records"


def order_search(*, by: Actor, at: datetime, division: DivisionCode) -> Job:
    """Order a search of a division as a job. Raises NotAllowed."""
    permissions.check_search(by, division)
    return jobs.enqueue(
        by=by,
        at=at,
        kind=JOB_KIND,
        payload={"division": str(division)},
        division=division,
    )


def merge_persons(
    *,
    by: Actor,
    at: datetime,
    group_id: int,
    kept_id: int,
    member_ids: Sequence[int],
    said: Happening,
    new_heads: Mapping[int, int] | None = None,
) -> Member:
    """Let records of a group leave for another one of it: they are the same person.

    new_heads: who heads a household next, by the record of its head that leaves. Raises
    NoSuchGroup, AlreadySettled, NotAllowed, WrongRecords, and as `merging.join_records`;
    nothing is changed then.
    """
    with transaction.atomic():
        group = _taken(by, group_id)
        pairs = _undecided(group)
        known = {one for pair in pairs for one in (pair.left_id, pair.right_id)}
        same = {kept_id, *member_ids}
        if not member_ids or kept_id in member_ids or not same <= known:
            raise _wrong_records()
        kept = None
        for member_id in sorted(set(member_ids)):
            kept = merging.join_records(
                by=by,
                at=at,
                member_id=member_id,
                kept_id=kept_id,
                said=said,
                new_head_id=(new_heads or {}).get(member_id),
            )
        assert kept is not None  # noqa: S101 - there is at least one
        for pair in pairs:
            if {pair.left_id, pair.right_id} <= same:
                pair.verdict = Verdict.SAME
            elif (same - {kept_id}) & {pair.left_id, pair.right_id}:
                pair.verdict = Verdict.GONE
        _save(pairs)
        _settle([group], at)
        _decide(group, DecisionKind.PERSONS, by, at, said.reason, member=kept)
        audit.record(
            "registry.duplicates.persons_merged",
            by=by,
            at=at,
            subject=group,
            reason=said.reason.strip(),
            detail={"records": len(same), "kept": kept_id},
        )
    return kept


def merge_households(
    *,
    by: Actor,
    at: datetime,
    group_id: int,
    household_id: int,
    into_id: int,
    same: Mapping[int, int],
    said: Happening,
) -> Household:
    """Let a household of a group go into another one: the family is on file twice.

    same: members of the first who stand in the second, with their record there. Whoever
    was suspected and is not named there is held to be another person. Raises
    NoSuchGroup, AlreadySettled, NotAllowed, WrongRecords, and as `merging.merge`; nothing
    is changed then.
    """
    with transaction.atomic():
        permissions.check_decide(by)
        pairs = _between(household_id, into_id)
        if group_id not in {pair.group_id for pair in pairs}:
            _taken(by, group_id)  # says so when it is settled or out of scope
            raise _wrong_records()
        groups = [_taken(by, key) for key in sorted({p.group_id for p in pairs})]
        pairs = _between(household_id, into_id)  # as they are now that nobody else acts
        into = merging.merge(
            by=by,
            at=at,
            household_id=household_id,
            into_id=into_id,
            said=said,
            same=same,
        )
        for pair in pairs:
            is_same = pair.right_id == same.get(pair.left_id) or (
                pair.left_id == same.get(pair.right_id)
            )
            pair.verdict = Verdict.SAME if is_same else Verdict.DIFFERENT
        _save(pairs)
        _settle(groups, at)
        for group in groups:
            _decide(group, DecisionKind.HOUSEHOLDS, by, at, said.reason, household=into)
        audit.record(
            "registry.duplicates.households_merged",
            by=by,
            at=at,
            subject=next(one for one in groups if one.pk == group_id),
            reason=said.reason.strip(),
            detail={"household": household_id, "into": into_id},
        )
    return into


def keep_apart(
    *, by: Actor, at: datetime, group_id: int, reason: str
) -> DuplicateGroup:
    """Hold the undecided records of a group to be different persons, for good.

    Raises NoSuchGroup, AlreadySettled, NotAllowed, BadFacts without a reason.
    """
    with transaction.atomic():
        group = _taken(by, group_id)
        _check_reason(reason)
        pairs = _undecided(group)
        for pair in pairs:
            pair.verdict = Verdict.DIFFERENT
        _save(pairs)
        _settle([group], at)
        _decide(group, DecisionKind.APART, by, at, reason)
        audit.record(
            "registry.duplicates.kept_apart",
            by=by,
            at=at,
            subject=group,
            reason=reason.strip(),
            detail={"pairs": len(pairs)},
        )
    return group


def postpone(*, by: Actor, at: datetime, group_id: int, reason: str) -> DuplicateGroup:
    """Leave a group for later; it stays in the queue under "later".

    Raises NoSuchGroup, AlreadySettled, NotAllowed, BadFacts without a reason.
    """
    with transaction.atomic():
        group = _taken(by, group_id)
        _check_reason(reason)
        group.state = GroupState.LATER
        group.save(update_fields=["state"])
        _decide(group, DecisionKind.LATER, by, at, reason)
        audit.record(
            "registry.duplicates.postponed",
            by=by,
            at=at,
            subject=group,
            reason=reason.strip(),
        )
    return group


# Pieces


def _taken(by: Actor, group_id: int) -> DuplicateGroup:
    """Return a waiting group, locked; check who asks."""
    permissions.check_decide(by)
    group = queries.group_for_update(group_id)
    if group is None:
        raise NoSuchGroup(
            Text("没有这组疑似重复。", "There are no such suspected duplicates.")
        )
    if not group.is_waiting:
        raise AlreadySettled(
            Text(
                "这组疑似重复已经办结：{state}。",
                "These suspected duplicates are settled: {state}.",
                {"state": GroupState(group.state).text},
            )
        )
    return group


def _undecided(group: DuplicateGroup) -> list[DuplicatePair]:
    return list(queries.pairs_of([group.pk]).filter(verdict=Verdict.NONE))


def _between(household_id: int, into_id: int) -> list[DuplicatePair]:
    """Return the undecided pairs with one record in each of two households."""
    one, other = (
        Member.objects.filter(household_id=key, left_date=None).values("pk")
        for key in (household_id, into_id)
    )
    found = DuplicatePair.objects.filter(
        Q(left__in=one, right__in=other) | Q(left__in=other, right__in=one),
        verdict=Verdict.NONE,
        group__state__in=WAITING,
    )
    return list(found.order_by("pk"))


def _save(pairs: Iterable[DuplicatePair]) -> None:
    DuplicatePair.objects.bulk_update(list(pairs), ["verdict"])


def _settle(groups: Iterable[DuplicateGroup], at: datetime) -> None:
    """Close groups of which no pair is left to decide; count the others again."""
    for group in groups:
        left = _undecided(group)
        if left:
            group.chance = max(pair.chance for pair in left)
            group.size = len(
                {k for pair in left for k in (pair.left_id, pair.right_id)}
            )
        else:
            group.state, group.settled_at = GroupState.DECIDED, at
        group.save(update_fields=["chance", "size", "state", "settled_at"])


def _decide(
    group: DuplicateGroup,
    kind: DecisionKind,
    by: Actor,
    at: datetime,
    reason: str,
    *,
    member: Member | None = None,
    household: Household | None = None,
) -> None:
    DuplicateDecision.objects.create(
        group=group,
        division_code=group.division_code,
        kind=kind,
        kept_member=member,
        kept_household=household,
        reason=reason.strip()[:REASON_MAX],
        user_id=by.user_id,
        username=by.username,
        decided_at=at,
    )


def _check_reason(reason: str) -> None:
    if len(reason.strip()) < rules.REASON_MIN:
        raise BadFacts(
            Text(
                "请写明事由，至少 {n} 个字。",
                "State the reason in at least {n} characters.",
                {"n": rules.REASON_MIN},
            )
        )


def _wrong_records() -> WrongRecords:
    return WrongRecords(
        Text(
            "所选记录不在这组疑似重复之中。",
            "The records are not those of this group.",
        ),
        remedy=Text("请刷新页面后重选。", "Reload the page and choose again."),
    )
