"""Searching a division for duplicates, and filing what is found.

Searches wait for one another while they file, so that no group is filed twice. What a
person decided stays; what waits is brought up to date, and what is no longer found is
withdrawn.

Loads Arrow, and Splink when it runs: only the job and the command come here, no page does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from bangfu.audit import operations as audit
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.text import Text
from bangfu.lake import private
from bangfu.registry.duplicates import linking, permissions, queries
from bangfu.registry.duplicates.linking import Link, Linked
from bangfu.registry.duplicates.models import (
    DuplicateGroup,
    DuplicatePair,
    DuplicateSearch,
)
from bangfu.registry.duplicates.states import GroupState, Verdict
from bangfu.registry.models import Member
from bangfu.scope import Actor

Progress = Callable[[int, int, Text], None]
_STEPS = 3
_BATCH = 1_000
# Advisory locks are numbers of 64 bits shared by all apps: "dupl" for duplicates.
_FILING = int.from_bytes(b"dupl", "big") << 32


def _silent(_done: int, _total: int, _message: Text) -> None:
    """Report to nobody."""


def search(
    *,
    by: Actor,
    at: datetime,
    division: DivisionCode,
    progress: Progress = _silent,
) -> DuplicateSearch:
    """Compare every person of a division with every other one, and file the groups.

    The extract with names is deleted when the comparison ends. Raises NotAllowed, and
    what the linkage refuses: BadInput when nothing tells the records apart, OutOfLimit.
    """
    permissions.check_search(by, division)
    progress(0, _STEPS, Text("提取人员信息", "Taking the extract"))
    with private.private_extract(
        names=["persons"],
        division=division,
        by=by,
        at=at,
        reason="查找重复登记",
    ) as extract:
        progress(1, _STEPS, Text("逐对比对", "Comparing"))
        found = linking.linked(extract.files["persons"])
    progress(2, _STEPS, Text("登记疑似重复", "Filing what was found"))
    return _file(by, at, division, found)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Records that may be one person: the undecided links among them."""

    members: frozenset[int]
    links: list[Link]
    place: DivisionCode

    @property
    def chance(self) -> float:
        """The chance of the likeliest link."""
        return max(link.chance for link in self.links)


def _file(
    by: Actor, at: datetime, division: DivisionCode, found: Linked
) -> DuplicateSearch:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_FILING])
        waiting = _waiting_by_members(division)
        roots = queries.roots({one for group in found.clusters for one in group})
        candidates, known = _candidates(found, roots)
        new = []
        for one in candidates:
            group = waiting.pop(one.members, None)
            if group is None:
                new.append(one)
            else:
                _bring_up_to_date(group, one)
        _insert(new, roots, at)
        _withdraw(waiting.values(), at)
        search_ = DuplicateSearch.objects.create(
            division_code=division,
            user_id=by.user_id,
            username=by.username,
            ran_at=at,
            persons=found.persons,
            links=len(found.links),
            found=len(new),
            withdrawn=len(waiting),
            known=known,
        )
        audit.record(
            "registry.duplicates.searched",
            by=by,
            at=at,
            subject=search_,
            detail={"persons": found.persons, "found": len(new)},
        )
    return search_


def _candidates(found: Linked, roots: Mapping[int, int]) -> tuple[list[Candidate], int]:
    """Return what a person should look at, and how many links somebody decided on."""
    decided = queries.decided_among(set(roots.values()))
    places = _places(roots)
    of = {one: at for at, group in enumerate(found.clusters) for one in group}
    by_cluster: dict[int, list[Link]] = {}
    known = 0
    for link in found.links:
        if link.left not in places or link.right not in places:
            continue  # left the register since the extract's day
        if decided.has(roots[link.left], roots[link.right]):
            known += 1
        else:
            by_cluster.setdefault(of[link.left], []).append(link)
    candidates = []
    for links in by_cluster.values():
        members = frozenset(one for link in links for one in (link.left, link.right))
        place = _common([places[one] for one in members])
        candidates.append(Candidate(members, links, place))
    return sorted(candidates, key=lambda one: min(one.members)), known


def _places(members: Iterable[int]) -> dict[int, DivisionCode]:
    """Return where each record lies that is live and within the scope."""
    live = Member.objects.filter(pk__in=list(members), left_date=None)
    return {
        key: DivisionCode(code) for key, code in live.values_list("pk", "division_code")
    }


def _common(places: list[DivisionCode]) -> DivisionCode:
    """Return the smallest division that holds all of them."""
    first, *others = places
    for place in (first, *reversed(first.ancestors())):
        if all(place.contains(other) for other in others):
            return place
    return first.ancestors()[0]


def _waiting_by_members(
    division: DivisionCode,
) -> dict[frozenset[int], DuplicateGroup]:
    groups = {one.pk: one for one in queries.waiting_in(division)}
    members: dict[int, set[int]] = {key: set() for key in groups}
    for pair in queries.pairs_of(groups).filter(verdict=Verdict.NONE):
        members[pair.group_id] |= {pair.left_id, pair.right_id}
    return {frozenset(members[key]): group for key, group in groups.items()}


def _bring_up_to_date(group: DuplicateGroup, found: Candidate) -> None:
    """Write the newest scores; where it stands is a person's matter."""
    links = {(link.left, link.right): link for link in found.links}
    pairs = list(queries.pairs_of([group.pk]).filter(verdict=Verdict.NONE))
    for pair in pairs:
        link = links.get((pair.left_id, pair.right_id))
        if link is not None:
            pair.chance, pair.agreement = link.chance, link.agreement
    DuplicatePair.objects.bulk_update(pairs, ["chance", "agreement"])
    group.chance = found.chance
    group.save(update_fields=["chance"])


def _insert(new: list[Candidate], roots: Mapping[int, int], at: datetime) -> None:
    groups = DuplicateGroup.objects.bulk_create(
        [
            DuplicateGroup(
                division_code=one.place,
                chance=one.chance,
                size=len(one.members),
                found_at=at,
            )
            for one in new
        ],
        batch_size=_BATCH,
    )
    DuplicatePair.objects.bulk_create(
        [
            DuplicatePair(
                group=group,
                division_code=group.division_code,
                left_id=link.left,
                right_id=link.right,
                left_root=roots[link.left],
                right_root=roots[link.right],
                chance=link.chance,
                agreement=link.agreement,
            )
            for group, one in zip(groups, new, strict=True)
            for link in one.links
        ],
        batch_size=_BATCH,
    )


def _withdraw(groups: Iterable[DuplicateGroup], at: datetime) -> None:
    keys = [group.pk for group in groups]
    DuplicatePair.objects.filter(group_id__in=keys, verdict=Verdict.NONE).update(
        verdict=Verdict.GONE
    )
    DuplicateGroup.objects.filter(pk__in=keys).update(
        state=GroupState.GONE, settled_at=at
    )
