"""One family on file twice, and one person on file twice: what becomes one.

merge         a household joins another one of its village and is deregistered, which is
              not an exit; who stands in both is not carried over a second time
join_records  one of two records of a person leaves, the other goes on

The record that goes on learns what only the other one knew, and contradicts nothing.
Whoever leaves keeps a row that says into which record he or she went.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from bangfu.calc.values.findings import WrongState
from bangfu.calc.values.text import Text
from bangfu.registry.cases import departures, queries
from bangfu.registry.cases.descent import (
    HEAD,
    OTHER_RELATION,
    Happening,
    check,
    check_no_open_case,
    continue_in,
    leave,
    locked,
    members_of,
    record,
    tell,
    touch,
    wrong_member,
)
from bangfu.registry.cases.models import LineageKind, Monitoring
from bangfu.registry.models import Household, Member
from bangfu.scope import Actor

ENTRY_ERROR = "9"
DEREGISTERED = "9"
NOT_ON_ROLL = ("7", "8")
# Facts that stand or fall together; the rest of FILLED stands alone.
_NUMBER = (
    "identity_index",
    "identity_sealed",
    "identity_last_four_index",
    "identity_tail",
)
FILLED: tuple[tuple[str, ...], ...] = (
    _NUMBER,
    ("disability_kind", "disability_grade"),
    *(
        (name,)
        for name in (
            "sex",
            "birth_date",
            "ethnicity",
            "education",
            "school_status",
            "health",
            "labour",
            "work_area",
            "work_months",
            "has_basic_medical",
            "has_serious_illness_insurance",
            "has_basic_pension",
            "is_on_dibao",
            "politics",
        )
    ),
)
_UNKNOWN: tuple[object, ...] = (None, "", [])


class CannotMerge(WrongState):
    """The households are not in a state in which one may go into the other."""

    code = "lineage.cannot_merge"


class LastMember(WrongState):
    """The record is all that its household has: merge the households."""

    code = "lineage.last_member"


def merge(
    *,
    by: Actor,
    at: datetime,
    household_id: int,
    into_id: int,
    said: Happening,
    same: Mapping[int, int] | None = None,
) -> Household:
    """Let a household join another one of the village; it is deregistered.

    same: members of the first household that stand in the second one already, with their
    record there: they are not carried over. Who has the same identity number need not be
    named. Everybody else joins, the head as a member; a spell of monitoring goes on in
    the other household, and a pairing ends. Raises NotAllowed, NoSuchCase, BadFacts,
    WrongMember for the same household, another village or a wrong `same`, CaseRuns while
    the first has an open case, CannotMerge when one is deregistered, or the first is on
    the roll and the second is not.
    """
    with transaction.atomic():
        departures.tell_of(
            by=by, at=at, household_id=household_id, on=said.on, reason=said.reason
        )
        found = {one.pk: one for one in locked([household_id, into_id])}
        old, into = found[household_id], found[into_id]
        check(by, at, said, [old.division_code, into.division_code])
        if household_id == into_id or old.division_code != into.division_code:
            raise wrong_member()
        _check_states(old, into)
        check_no_open_case(old)
        going = list(old.members.filter(left_date=None).order_by("position", "pk"))
        kept = _kept(into, going, same or {})
        position = into.members.count()
        for offset, member in enumerate(going, start=1):
            if member.pk in kept:
                after = kept[member.pk]
                leave(member, ENTRY_ERROR, said, by, at)
                _fill(after, member, by, at)
            else:
                after = continue_in(
                    into, member, position + offset, OTHER_RELATION, (said, by, at)
                )
            tell(
                LineageKind.MERGE,
                old,
                by,
                said,
                other=into,
                people=(member, after),
                change=ENTRY_ERROR if member.pk in kept else "",
            )
        if not going:
            tell(LineageKind.MERGE, old, by, said, other=into)
        _carry_watch(old, into, said)
        old.status = DEREGISTERED
        touch(old, by, at, "status")
        touch(into, by, at)
        moved = len(going) - len(kept)
        told: dict[str, object] = {"into": into.pk, "members": moved, "same": len(kept)}
        record("merged", old, by, at, said, told)
    return into


def join_records(
    *,
    by: Actor,
    at: datetime,
    member_id: int,
    kept_id: int,
    said: Happening,
    new_head_id: int | None = None,
) -> Member:
    """Let one of two records of a person leave; return the one that goes on.

    new_head_id: who heads the household that the record leaves, when it was its head;
    within one household the record that goes on heads it. Raises NotAllowed for a place
    outside the grant, NoSuchCase, BadFacts, WrongMember when a record is gone or the next
    head does not fit, LastMember when nobody else is in its household.
    """
    with transaction.atomic():
        households = _households_of(member_id, kept_id)
        found = {one.pk: one for one in locked(list(households.values()))}
        check(by, at, said, [one.division_code for one in found.values()])
        left, stays = found[households[member_id]], found[households[kept_id]]
        [member] = members_of(left, [member_id])
        [kept] = members_of(stays, [kept_id])
        others = left.members.filter(left_date=None).exclude(pk=member_id)
        if not others.exists():
            raise _last_member()
        head = _next_head(member, kept, new_head_id)
        leave(member, ENTRY_ERROR, said, by, at)
        _fill(kept, member, by, at)
        if head is not None:
            head.relation = HEAD
            head.recorded_by_id, head.recorded_at = by.user_id, at
            head.save()
            left.head_name, left.head_initials = head.name, head.initials
        tell(
            LineageKind.LEAVE,
            left,
            by,
            said,
            other=None if left.pk == stays.pk else stays,
            people=(member, kept),
            change=ENTRY_ERROR,
        )
        touch(left, by, at, "head_name", "head_initials")
        record("left", left, by, at, said, {"change": ENTRY_ERROR, "kept": kept.pk})
    return kept


# Pieces


def _check_states(old: Household, into: Household) -> None:
    if DEREGISTERED in (old.status, into.status):
        raise CannotMerge(
            Text("其中一户已经注销。", "One of the households is deregistered.")
        )
    if into.status in NOT_ON_ROLL and old.status not in NOT_ON_ROLL:
        raise CannotMerge(
            Text(
                "建档户不能并入未建档户。",
                "A household on the roll cannot go into one that is not.",
            ),
            remedy=Text("请反过来并户。", "Merge the other way round."),
        )


def _kept(
    into: Household, going: list[Member], same: Mapping[int, int]
) -> dict[int, Member]:
    """Return the record that goes on, for each member who stands in both households."""
    there = {one.pk: one for one in into.members.filter(left_date=None)}
    numbers = {
        bytes(one.identity_index): one for one in there.values() if one.identity_index
    }
    kept = {
        member.pk: numbers[bytes(member.identity_index)]
        for member in going
        if member.identity_index and bytes(member.identity_index) in numbers
    }
    leaving = {member.pk for member in going}
    for member_id, kept_id in same.items():
        if member_id not in leaving or kept_id not in there:
            raise wrong_member()
        kept.setdefault(member_id, there[kept_id])
    if len({one.pk for one in kept.values()}) < len(kept):
        raise wrong_member()
    return kept


def _households_of(*member_ids: int) -> dict[int, int]:
    found = dict(
        Member.objects.filter(pk__in=member_ids).values_list("pk", "household_id")
    )
    if len(found) < 2:
        raise wrong_member()
    return found


def _next_head(member: Member, kept: Member, new_head_id: int | None) -> Member | None:
    """Return who heads the household now, None when its head stays."""
    if member.relation != HEAD:
        if new_head_id is not None:
            raise wrong_member()
        return None
    if kept.household_id == member.household_id:
        return kept
    others = Member.objects.filter(household_id=member.household_id, left_date=None)
    head = others.exclude(pk=member.pk).filter(pk=new_head_id or 0).first()
    if head is None:
        raise wrong_member()
    return head


def _fill(kept: Member, other: Member, by: Actor, at: datetime) -> None:
    """Give the record that goes on what only the other one knew."""
    for names in FILLED:
        if getattr(kept, names[0]) in _UNKNOWN:
            for name in names:
                setattr(kept, name, getattr(other, name))
    kept.recorded_by_id, kept.recorded_at = by.user_id, at
    kept.save()


def _carry_watch(old: Household, into: Household, said: Happening) -> None:
    """End the spell of the household that goes; it goes on in the other one."""
    spell = queries.watched_now(old.pk)
    if spell is None:
        return
    spell.until = max(said.on, spell.since)
    spell.save(update_fields=["until"])
    if queries.watched_now(into.pk) is None:
        Monitoring.objects.create(
            household=into,
            division_code=into.division_code,
            category=spell.category,
            risk=spell.risk,
            since=spell.until,
            opened_by_id=spell.opened_by_id,
        )


def _last_member() -> LastMember:
    return LastMember(
        Text(
            "该记录是所在户仅有的成员。",
            "The record is the only one of its household.",
        ),
        remedy=Text("请改办并户。", "Merge the households instead."),
    )
