"""Families that split, move, grow and shrink: dated events with a descent.

split          members found a household of their own, of the same status
move           a household goes to another village; its cases, members, incomes and
               pairing follow, because the database keeps their division equal
add_member     birth, marriage in, other increase
remove_member  death, marriage out, emigration, prison, other decrease

Merging stands in `merging`, what all have in common in `descent`. Statuses do not improve
by splitting: the new household stands where the old one did, and the event shows up as a
lead in the cross-checks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from bangfu import vault
from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.identity import parse_identity_number
from bangfu.calc.values.text import Text
from bangfu.divisions import queries as divisions
from bangfu.registry.cases.descent import (
    HEAD,
    OTHER_RELATION,
    Happening,
    WrongMember,
    check,
    continue_in,
    insert_member,
    leave,
    locked,
    members_of,
    record,
    taken,
    tell,
    touch,
    wrong_member,
)
from bangfu.registry.cases.models import LineageKind
from bangfu.registry.models import Household, Member
from bangfu.registry.pinyin import initials
from bangfu.scope import Actor

JOINING = ("5", "6", "8")
LEAVING = ("1", "2", "3", "4", "7")


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
        [old] = locked([household_id])
        check(by, at, said, [old.division_code])
        going = members_of(old, member_ids)
        staying = old.members.filter(left_date=None).exclude(pk__in=member_ids)
        if head_id not in member_ids or not staying.exists():
            raise wrong_member()
        if any(member.relation == HEAD for member in going):
            raise _head_stays()
        new = _copy(old, household_no, by, at)
        head = next(member for member in going if member.pk == head_id)
        new.head_name, new.head_initials = head.name, head.initials
        _insert(new)
        for position, member in enumerate(going, start=1):
            relation = HEAD if member.pk == head_id else OTHER_RELATION
            after = continue_in(new, member, position, relation, (said, by, at))
            tell(LineageKind.SPLIT, old, by, said, other=new, people=(member, after))
        touch(old, by, at)
        record("split", old, by, at, said, {"to": new.pk, "members": len(going)})
    return new


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
        [household] = locked([household_id])
        before = DivisionCode(household.division_code)
        check(by, at, said, [before, village])
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
        tell(LineageKind.MOVE, household, by, said, places=places)
        household.division_code = village
        household.household_no = household_no
        _move_row(household, by, at)
        tell(LineageKind.MOVE, household, by, said, places=places)
        record(
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
        [household] = locked([household_id])
        check(by, at, said, [household.division_code])
        if change not in JOINING or person.relation == HEAD or not person.name.strip():
            raise wrong_member()
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
        insert_member(member)
        tell(
            LineageKind.JOIN, household, by, said, people=(member, None), change=change
        )
        touch(household, by, at)
        record("joined", household, by, at, said, {"change": change})
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
        [household] = locked([household_id])
        check(by, at, said, [household.division_code])
        [member] = members_of(household, [member_id])
        others = household.members.filter(left_date=None).exclude(pk=member_id)
        needs_head = member.relation == HEAD and others.exists()
        successor = others.filter(pk=new_head_id or 0).first()
        if change not in LEAVING or (successor is not None) != needs_head:
            raise wrong_member()
        leave(member, change, said, by, at)
        if successor is not None:
            successor.relation = HEAD
            successor.recorded_by_id, successor.recorded_at = by.user_id, at
            successor.save()
            household.head_name = successor.name
            household.head_initials = successor.initials
        tell(
            LineageKind.LEAVE, household, by, said, people=(member, None), change=change
        )
        touch(household, by, at, "head_name", "head_initials")
        record("left", household, by, at, said, {"change": change})
    return member


# Pieces


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
        raise taken(error) from error


def _move_row(household: Household, by: Actor, at: datetime) -> None:
    try:
        with transaction.atomic():
            touch(household, by, at, "division_code", "household_no")
    except IntegrityError as error:
        raise taken(error) from error


def _seal(member: Member, number: str) -> None:
    text = number.strip().upper()
    if not text:
        return
    parse_identity_number(text, demo=settings.BANGFU_DEMO)
    member.identity_sealed = vault.seal(text)
    member.identity_index = vault.blind_index(text, "identity")
    member.identity_last_four_index = vault.blind_index(text[-4:], "last-four")
    member.identity_tail = text[-2:]


def _place(village: DivisionCode, household_no: str) -> str:
    return f"{village}/{household_no}"


def _head_stays() -> WrongMember:
    return WrongMember(
        Text("户主不能分出，请分出其他成员。", "The head stays; let the others split."),
    )
