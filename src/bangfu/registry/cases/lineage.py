"""Families that split, merge, move, grow and shrink: dated events with a descent.

split          members found a household of their own, of the same status
merge          a household joins another one, and is deregistered without having exited
move           a household goes to another village; its cases, members, incomes and
               pairing follow, because the database keeps their division equal
add_member     birth, marriage in, other increase
remove_member  death, marriage out, emigration, prison, other decrease

Nobody is deleted: who leaves keeps a row with the day and the reason, and a row in the
new household continues it. Statuses do not improve by splitting: the new household
stands where the old one did, and the event shows up as a lead in the cross-checks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from bangfu import vault
from bangfu.audit import operations as audit
from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.findings import BadInput, WrongState
from bangfu.calc.values.identity import parse_identity_number
from bangfu.calc.values.text import Text
from bangfu.divisions import queries as divisions
from bangfu.registry.cases import permissions, queries, rules
from bangfu.registry.cases.facts import BadFacts
from bangfu.registry.cases.models import LineageEvent, LineageKind
from bangfu.registry.cases.operations import no_such_case
from bangfu.registry.imports import locks
from bangfu.registry.models import Household, Member
from bangfu.registry.pinyin import initials
from bangfu.scope import Actor

JOINING = ("5", "6", "8")
LEAVING = ("1", "2", "3", "4", "7")
_OTHER_DECREASE = "7"
_HEAD, _OTHER_RELATION = "01", "99"
_DEREGISTERED = "9"


class NumberTaken(BadInput):
    """The village has a household of this number already."""

    code = "lineage.number_taken"


class CaseRuns(WrongState):
    """A case of the household must be finished first."""

    code = "lineage.case_runs"


class WrongMember(BadInput):
    """A member is not of this household, or a head is missing."""

    code = "lineage.wrong_member"


@dataclass(frozen=True, slots=True)
class Happening:
    """When it happened and why, as stated."""

    on: date
    reason: str


def split(
    *,
    by: Actor,
    at: datetime,
    household_id: int,
    household_no: str,
    member_ids: Sequence[int],
    head_id: int,
    said: Happening,
) -> Household:
    """Let members found a household of their own in the same village.

    household_no: of the new one; head_id: one of the members, who heads it. Raises
    NotAllowed, NoSuchCase, BadFacts, WrongMember when nobody or everybody would go,
    NumberTaken.
    """
    with transaction.atomic():
        [old] = _locked([household_id])
        _check(by, at, said, [old.division_code])
        going = _members(old, member_ids)
        staying = old.members.filter(left_date=None).exclude(pk__in=member_ids)
        if head_id not in member_ids or not staying.exists():
            raise _wrong_member()
        if any(member.relation == _HEAD for member in going):
            raise _head_stays()
        new = _copy(old, household_no, by, at)
        head = next(member for member in going if member.pk == head_id)
        new.head_name, new.head_initials = head.name, head.initials
        _insert(new)
        for position, member in enumerate(going, start=1):
            relation = _HEAD if member.pk == head_id else _OTHER_RELATION
            after = _continue_in(new, member, position, relation, (said, by, at))
            _event(LineageKind.SPLIT, old, by, said, other=new, people=(member, after))
        _touch(old, by, at)
        _record("split", old, by, at, said, {"to": new.pk, "members": len(going)})
    return new


def merge(
    *, by: Actor, at: datetime, household_id: int, into_id: int, said: Happening
) -> Household:
    """Let a household join another one of the village; it is deregistered.

    Its head becomes a member. Raises NotAllowed, NoSuchCase, BadFacts, WrongMember for
    the same household, CaseRuns while it has an open case.
    """
    with transaction.atomic():
        found = {one.pk: one for one in _locked([household_id, into_id])}
        old, into = found[household_id], found[into_id]
        _check(by, at, said, [old.division_code, into.division_code])
        if household_id == into_id or old.division_code != into.division_code:
            raise _wrong_member()
        _check_no_open_case(old)
        position = into.members.count()
        going = list(old.members.filter(left_date=None).order_by("position", "pk"))
        for offset, member in enumerate(going, start=1):
            after = _continue_in(
                into, member, position + offset, _OTHER_RELATION, (said, by, at)
            )
            _event(LineageKind.MERGE, old, by, said, other=into, people=(member, after))
        if not going:
            _event(LineageKind.MERGE, old, by, said, other=into)
        old.status = _DEREGISTERED
        _touch(old, by, at, "status")
        _touch(into, by, at)
        _record("merged", old, by, at, said, {"into": into.pk, "members": len(going)})
    return into


def move(
    *,
    by: Actor,
    at: datetime,
    household_id: int,
    village: DivisionCode,
    household_no: str,
    said: Happening,
) -> Household:
    """Move a household to another village; everything that hangs on it follows.

    Raises NotAllowed unless both villages lie within the grant, NoSuchCase, BadFacts,
    BadInput for a village that does not exist that day, NumberTaken.
    """
    with transaction.atomic():
        [household] = _locked([household_id])
        before = DivisionCode(household.division_code)
        _check(by, at, said, [before, village])
        if village.level is not Level.VILLAGE or not divisions.exists(
            village, at=said.on
        ):
            raise BadInput(
                Text(
                    "当日没有 {village} 这个村。",
                    "There was no village {village} that day.",
                    {"village": village},
                )
            )
        if village == before:
            raise BadInput(Text("该户已在这个村。", "The household is there already."))
        places = (_place(before, household.household_no), _place(village, household_no))
        _event(LineageKind.MOVE, household, by, said, places=places)
        household.division_code = village
        household.household_no = household_no
        _move_row(household, by, at)
        _event(LineageKind.MOVE, household, by, said, places=places)
        _record(
            "moved", household, by, at, said, {"from": str(before), "to": str(village)}
        )
    return household


@dataclass(frozen=True, slots=True)
class Person:
    """A member who joins. identity_number: empty when it is not known yet."""

    name: str
    sex: str
    relation: str
    birth_date: date | None = None
    identity_number: str = ""


def add_member(
    *,
    by: Actor,
    at: datetime,
    household_id: int,
    person: Person,
    change: str,
    said: Happening,
) -> Member:
    """Let a person join: birth, marriage in, other increase (codes of member change).

    Raises NotAllowed, NoSuchCase, BadFacts, WrongMember for a second head, a wrong
    number or a person who is there already.
    """
    with transaction.atomic():
        [household] = _locked([household_id])
        _check(by, at, said, [household.division_code])
        if change not in JOINING or person.relation == _HEAD or not person.name.strip():
            raise _wrong_member()
        member = Member(
            household=household,
            division_code=household.division_code,
            position=household.members.count() + 1,
            name=person.name.strip(),
            initials=initials(person.name.strip()),
            sex=person.sex,
            birth_date=person.birth_date,
            relation=person.relation,
            recorded_by_id=by.user_id,
            recorded_at=at,
        )
        _seal(member, person.identity_number)
        _insert_member(member)
        _event(
            LineageKind.JOIN, household, by, said, people=(member, None), change=change
        )
        _touch(household, by, at)
        _record("joined", household, by, at, said, {"change": change})
    return member


def remove_member(
    *,
    by: Actor,
    at: datetime,
    household_id: int,
    member_id: int,
    change: str,
    said: Happening,
    new_head_id: int | None = None,
) -> Member:
    """Let a person leave: death, marriage out, emigration and the like.

    new_head_id: who heads the household when its head leaves and others stay. Raises
    NotAllowed, NoSuchCase, BadFacts, WrongMember.
    """
    with transaction.atomic():
        [household] = _locked([household_id])
        _check(by, at, said, [household.division_code])
        [member] = _members(household, [member_id])
        others = household.members.filter(left_date=None).exclude(pk=member_id)
        needs_head = member.relation == _HEAD and others.exists()
        successor = others.filter(pk=new_head_id or 0).first()
        if change not in LEAVING or (successor is not None) != needs_head:
            raise _wrong_member()
        _leave(member, change, said, by, at)
        if successor is not None:
            successor.relation = _HEAD
            successor.recorded_by_id, successor.recorded_at = by.user_id, at
            successor.save()
            household.head_name = successor.name
            household.head_initials = successor.initials
        _event(
            LineageKind.LEAVE, household, by, said, people=(member, None), change=change
        )
        _touch(household, by, at, "head_name", "head_initials")
        _record("left", household, by, at, said, {"change": change})
    return member


# Pieces


def _locked(household_ids: Sequence[int]) -> list[Household]:
    """Return households locked in the order of their ids."""
    found = []
    for household_id in sorted(set(household_ids)):
        household = queries.household_for_update(household_id)
        if household is None:
            raise no_such_case()
        found.append(household)
    return found


def _check(
    by: Actor, at: datetime, said: Happening, places: Sequence[DivisionCode]
) -> None:
    permissions.check_lineage(by, [DivisionCode(place) for place in places])
    today = timezone.localdate(at)  # noqa: TID251 - of the time that was passed in
    rules.check_day(said.on, today, None)
    if len(said.reason.strip()) < rules.REASON_MIN:
        raise BadFacts(
            Text(
                "请写明事由，至少 {n} 个字。",
                "State the reason in at least {n} characters.",
                {"n": rules.REASON_MIN},
            )
        )
    for place in sorted({DivisionCode(place).at(Level.COUNTY) for place in places}):
        locks.take_together(place)


def _members(household: Household, member_ids: Sequence[int]) -> list[Member]:
    found = list(
        household.members.filter(pk__in=member_ids, left_date=None).order_by(
            "position", "pk"
        )
    )
    if not found or len(found) != len(set(member_ids)):
        raise _wrong_member()
    return found


def _check_no_open_case(household: Household) -> None:
    if queries.open_cases_of(household.pk):
        raise CaseRuns(
            Text(
                "该户还有正在办理的事项。", "A case of this household is still running."
            ),
            remedy=Text("请先办结或撤回。", "Finish or withdraw it first."),
        )


def _copy(old: Household, household_no: str, by: Actor, at: datetime) -> Household:
    """Return a household of the same place and status, its own facts still unknown."""
    return Household(
        division_code=old.division_code,
        household_no=household_no,
        group_name=old.group_name,
        status=old.status,
        id_standard=old.id_standard,
        attribute=old.attribute,
        planned_exit_year=old.planned_exit_year,
        recorded_by_id=by.user_id,
        recorded_at=at,
    )


def _insert(household: Household) -> None:
    try:
        with transaction.atomic():
            household.save(force_insert=True)
    except IntegrityError as error:
        raise _taken(error) from error


def _move_row(household: Household, by: Actor, at: datetime) -> None:
    try:
        with transaction.atomic():
            _touch(household, by, at, "division_code", "household_no")
    except IntegrityError as error:
        raise _taken(error) from error


def _insert_member(member: Member) -> None:
    try:
        with transaction.atomic():
            member.save(force_insert=True)
    except IntegrityError as error:
        if "registry_member_person_once" not in str(error):
            raise
        raise _wrong_member() from error


def _taken(error: IntegrityError) -> Exception:
    if "registry_household_key" in str(error):
        return NumberTaken(
            Text("村里已有这个户编号。", "The village has a household of this number."),
            remedy=Text("请换一个户编号。", "Take another number."),
        )
    if "registry_household_no" in str(error):
        return BadInput(
            Text(
                "户编号只能含数字、字母和短横线。",
                "A household number has digits, letters and dashes.",
            )
        )
    return error


def _continue_in(
    household: Household,
    member: Member,
    position: int,
    relation: str,
    doing: tuple[Happening, Actor, datetime],
) -> Member:
    """Let a person leave one household and go on in another; return the new row."""
    said, by, at = doing
    after = Member.objects.get(pk=member.pk)
    _leave(member, _OTHER_DECREASE, said, by, at)
    after.pk = None
    after.household = household
    after.division_code = household.division_code
    after.position, after.relation = position, relation
    after.recorded_by_id, after.recorded_at = by.user_id, at
    _insert_member(after)
    return after


def _leave(
    member: Member, change: str, said: Happening, by: Actor, at: datetime
) -> None:
    member.left_date, member.left_reason = said.on, change
    member.recorded_by_id, member.recorded_at = by.user_id, at
    member.save()


def _seal(member: Member, number: str) -> None:
    text = number.strip().upper()
    if not text:
        return
    parse_identity_number(text, demo=settings.BANGFU_DEMO)
    member.identity_sealed = vault.seal(text)
    member.identity_index = vault.blind_index(text, "identity")
    member.identity_last_four_index = vault.blind_index(text[-4:], "last-four")
    member.identity_tail = text[-2:]


def _touch(household: Household, by: Actor, at: datetime, *fields: str) -> None:
    household.recorded_by_id, household.recorded_at = by.user_id, at
    household.save(update_fields=[*fields, "recorded_by_id", "recorded_at"])


def _event(
    kind: LineageKind,
    household: Household,
    by: Actor,
    said: Happening,
    *,
    other: Household | None = None,
    people: tuple[Member | None, Member | None] = (None, None),
    change: str = "",
    places: tuple[str, str] = ("", ""),
) -> None:
    LineageEvent.objects.create(
        kind=kind,
        household=household,
        other=other,
        member=people[0],
        member_after=people[1],
        division_code=household.division_code,
        change=change,
        from_place=places[0],
        to_place=places[1],
        happened_on=said.on,
        user_id=by.user_id,
        username=by.username,
        reason=said.reason.strip(),
    )


def _record(
    done: str,
    household: Household,
    by: Actor,
    at: datetime,
    said: Happening,
    detail: dict[str, object],
) -> None:
    audit.record(
        f"registry.household.{done}",
        by=by,
        at=at,
        subject=household,
        reason=said.reason.strip(),
        detail=detail,
    )


def _place(village: DivisionCode, household_no: str) -> str:
    return f"{village}/{household_no}"


def _wrong_member() -> WrongMember:
    return WrongMember(
        Text(
            "所选成员、户主或变动原因不符合要求。",
            "The members, the head or the reason of change do not fit.",
        ),
        remedy=Text(
            "成员须为本户现有成员；户主减少时须指定新户主。",
            "Members must be of the household now; when the head leaves, name the next.",
        ),
    )


def _head_stays() -> WrongMember:
    return WrongMember(
        Text("户主不能分出，请分出其他成员。", "The head stays; let the others split."),
    )
