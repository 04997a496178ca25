"""Reads of suspected duplicates, all within the acting scope."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from bangfu.calc.values.division_code import DivisionCode
from bangfu.registry.cases.models import LineageEvent
from bangfu.registry.duplicates.models import (
    DuplicateDecision,
    DuplicateGroup,
    DuplicatePair,
    DuplicateSearch,
)
from bangfu.registry.duplicates.states import WAITING, GroupState, Verdict
from bangfu.registry.models import Household, Member

GENERATIONS_MAX = 50


def groups() -> QuerySet[DuplicateGroup]:
    """Return the groups that the acting grant sees."""
    return DuplicateGroup.objects.all()


def group(group_id: int) -> DuplicateGroup | None:
    """Return a group, or None outside the acting scope."""
    return groups().filter(pk=group_id).first()


def group_for_update(group_id: int) -> DuplicateGroup | None:
    """Return a group locked for the open transaction, None outside the scope."""
    return groups().select_for_update().filter(pk=group_id).first()


def waiting_in(division: DivisionCode) -> list[DuplicateGroup]:
    """Return the waiting groups of a division, locked in the order of their keys."""
    lo, hi = division.range()
    found = groups().filter(
        state__in=WAITING, division_code__gte=lo, division_code__lt=hi
    )
    return list(found.select_for_update().order_by("pk"))


def count_open() -> int:
    """Count the groups that nobody has looked at."""
    return groups().filter(state=GroupState.OPEN).count()


def pairs_of(group_ids: Iterable[int]) -> QuerySet[DuplicatePair]:
    """Return the pairs of groups, the most likely first."""
    found = DuplicatePair.objects.filter(group_id__in=list(group_ids))
    return found.order_by("-chance", "pk")


def decisions_of(group_id: int) -> list[DuplicateDecision]:
    """Return what was decided about a group, newest first."""
    found = DuplicateDecision.objects.filter(group_id=group_id)
    return list(found.order_by("-pk"))


def last_search() -> DuplicateSearch | None:
    """Return the newest search that the acting grant sees."""
    return DuplicateSearch.objects.order_by("-pk").first()


def members(member_ids: Collection[int]) -> dict[int, Member]:
    """Return records within the scope with their households, by key."""
    found = Member.objects.select_related("household").filter(pk__in=member_ids)
    return {one.pk: one for one in found}


def live_members_of(household_ids: Collection[int]) -> list[Member]:
    """Return who belongs to households now, in their order."""
    found = Member.objects.filter(household_id__in=household_ids, left_date=None)
    return list(found.order_by("household_id", "position", "pk"))


def households(household_ids: Collection[int]) -> dict[int, Household]:
    """Return households within the scope by key."""
    return Household.objects.in_bulk(list(household_ids))


def roots(member_ids: Collection[int]) -> dict[int, int]:
    """Return the record that each one goes back to, through changes of household.

    A record that continues another one stands for the same person, so what was decided
    about the first holds for it. Itself where it continues none.
    """
    found = {one: one for one in member_ids}
    for _ in range(GENERATIONS_MAX):
        before = dict(
            LineageEvent.objects.filter(
                member_after_id__in=set(found.values()), kind__in=("split", "merge")
            )
            .exclude(change="9")
            .values_list("member_after_id", "member_id")
        )
        if not before:
            break
        found = {one: before.get(root, root) for one, root in found.items()}
    return found


@dataclass(frozen=True, slots=True)
class Known:
    """Pairs of roots that somebody decided on, the smaller root first."""

    pairs: frozenset[tuple[int, int]]

    def has(self, one: int, other: int) -> bool:
        """Whether a person decided on these two."""
        return (min(one, other), max(one, other)) in self.pairs


def decided_among(root_ids: Collection[int]) -> Known:
    """Return what people decided about records that go back to these."""
    found = DuplicatePair.objects.filter(
        Q(left_root__in=root_ids), Q(right_root__in=root_ids)
    ).filter(verdict__in=(Verdict.SAME, Verdict.DIFFERENT))
    return Known(
        frozenset(
            (min(one, other), max(one, other))
            for one, other in found.values_list("left_root", "right_root")
        )
    )


def counterparts(going: Sequence[Member], there: Sequence[Member]) -> dict[int, int]:
    """Suggest who of one household stands in another one already, by key.

    Those who were suspected as a pair, and those of one name whose birth dates do not
    contradict each other; nobody is suggested twice.
    """
    suspected = DuplicatePair.objects.filter(
        verdict=Verdict.NONE,
        left__in=[one.pk for one in (*going, *there)],
        right__in=[one.pk for one in (*going, *there)],
    ).order_by("-chance")
    found: dict[int, int] = {}
    here, other = {one.pk for one in going}, {one.pk for one in there}
    for pair in suspected:
        for one, two in ((pair.left_id, pair.right_id), (pair.right_id, pair.left_id)):
            if one in here and two in other and two not in found.values():
                found.setdefault(one, two)
    for member in going:
        for candidate in there:
            days = {member.birth_date, candidate.birth_date} - {None}
            if (
                member.pk not in found
                and candidate.pk not in found.values()
                and member.name == candidate.name
                and len(days) < 2
            ):
                found[member.pk] = candidate.pk
    return found
