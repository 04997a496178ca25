"""What the events in a family's descent have in common: locks, checks, rows.

The acts stand in `lineage` and `merging`. Nobody is deleted: who leaves keeps a row with
the day and the reason, and a row in the other household continues it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from bangfu.audit import operations as audit
from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.findings import BadInput, WrongState
from bangfu.calc.values.text import Text
from bangfu.registry.cases import permissions, queries, rules
from bangfu.registry.cases.facts import BadFacts
from bangfu.registry.cases.models import LineageEvent, LineageKind
from bangfu.registry.cases.operations import no_such_case
from bangfu.registry.imports import locks
from bangfu.registry.models import Household, Member
from bangfu.scope import Actor

HEAD, OTHER_RELATION = "01", "99"
OTHER_DECREASE = "7"


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


def locked(household_ids: Sequence[int]) -> list[Household]:
    """Return households locked in the order of their ids."""
    found = []
    for household_id in sorted(set(household_ids)):
        household = queries.household_for_update(household_id)
        if household is None:
            raise no_such_case()
        found.append(household)
    return found


def check(
    by: Actor, at: datetime, said: Happening, places: Sequence[DivisionCode]
) -> None:
    """Raise NotAllowed, BadFacts or what the county's import refuses."""
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


def members_of(household: Household, member_ids: Sequence[int]) -> list[Member]:
    """Return members of a household by id, all of them there. Raises WrongMember."""
    found = list(
        household.members.filter(pk__in=member_ids, left_date=None).order_by(
            "position", "pk"
        )
    )
    if not found or len(found) != len(set(member_ids)):
        raise wrong_member()
    return found


def check_no_open_case(household: Household) -> None:
    """Raise CaseRuns while a case of the household is open."""
    if queries.open_cases_of(household.pk):
        raise CaseRuns(
            Text(
                "该户还有正在办理的事项。", "A case of this household is still running."
            ),
            remedy=Text("请先办结或撤回。", "Finish or withdraw it first."),
        )


def insert_member(member: Member) -> None:
    """Insert a member. Raises WrongMember for a person who is there already."""
    try:
        with transaction.atomic():
            member.save(force_insert=True)
    except IntegrityError as error:
        if "registry_member_person_once" not in str(error):
            raise
        raise wrong_member() from error


def taken(error: IntegrityError) -> Exception:
    """Return what a broken constraint means in words."""
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


def continue_in(
    household: Household,
    member: Member,
    position: int,
    relation: str,
    doing: tuple[Happening, Actor, datetime],
) -> Member:
    """Let a person leave one household and go on in another; return the new row."""
    said, by, at = doing
    after = Member.objects.get(pk=member.pk)
    leave(member, OTHER_DECREASE, said, by, at)
    after.pk = None
    after.household = household
    after.division_code = household.division_code
    after.position, after.relation = position, relation
    after.recorded_by_id, after.recorded_at = by.user_id, at
    insert_member(after)
    return after


def leave(
    member: Member, change: str, said: Happening, by: Actor, at: datetime
) -> None:
    """Let a member leave, without anything else."""
    member.left_date, member.left_reason = said.on, change
    member.recorded_by_id, member.recorded_at = by.user_id, at
    member.save()


def touch(household: Household, by: Actor, at: datetime, *fields: str) -> None:
    """Save who changed a household and when, and the named fields."""
    household.recorded_by_id, household.recorded_at = by.user_id, at
    household.save(update_fields=[*fields, "recorded_by_id", "recorded_at"])


def tell(
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
    """Write an event in the descent down."""
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


def record(
    done: str,
    household: Household,
    by: Actor,
    at: datetime,
    said: Happening,
    detail: dict[str, object],
) -> None:
    """Write the act into the audit."""
    audit.record(
        f"registry.household.{done}",
        by=by,
        at=at,
        subject=household,
        reason=said.reason.strip(),
        detail=detail,
    )


def wrong_member() -> WrongMember:
    """Return the refusal of members that do not fit."""
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
