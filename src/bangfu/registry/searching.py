"""Searching households by what people type: names, pinyin initials, numbers, codes.

Few matches are taken from the indexes and sorted. Many (a surname in a whole city) would
cost more than the page, so the list is walked in its order until a page is full, and the
total reads "more than": which of the two it is, a look at a few index entries tells.
"""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from bangfu.registry.models import Household, HouseholdQuerySet, Member

# Beyond so many households, what is found is neither counted nor sorted.
CROWD = 2_000
# A walk is short when so many of the first households of the list are found.
NEAR, NEAR_FOUND = 3_000, 50


def find(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Narrow to households found by what people type.

    Digits: a household number or village code that begins so. Latin letters: initials
    in pinyin of the head or a member. Anything else: the beginning of their names.
    Words that find more than CROWD households give rows that say so (`crowd`).
    """
    words = words.strip()
    if words.isascii() and words.isalpha():
        heads = _begins("head_initials", words.upper())
        people = _begins("initials", words.upper())
    elif words.isascii() and any(letter.isdigit() for letter in words):
        return _by_number(rows, words)
    else:
        heads, people = _begins("head_name", words), _begins("name", words)
    found = Household.objects.filter(heads).values("pk")
    members = Member.objects.filter(people, left_date=None)
    if _is_crowd(found, members):
        crowd = cast("HouseholdQuerySet", _walked(rows, heads, members))
        return crowd.as_crowd(CROWD)
    # A union, not an OR: both halves then come from an index, and no table is walked.
    return rows.filter(pk__in=found.union(members.values("household_id")))


def _by_number(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    code, _, number = words.rpartition("/")
    if code:
        return rows.filter(division_code=code[:12], household_no=number)
    return rows.filter(_begins("household_no", words) | _begins("division_code", words))


def _is_crowd(heads: QuerySet[Any, Any], members: QuerySet[Member]) -> bool:
    """Whether words find more than CROWD households; looks at few of them only."""
    if heads[CROWD : CROWD + 1].exists():
        return True
    some = members.values_list("household_id", flat=True)[: 3 * CROWD]
    return len(set(some)) > CROWD


def _walked(rows: QuerySet[Any], heads: Q, members: QuerySet[Member]) -> QuerySet[Any]:
    """Narrow in a form that lets PostgreSQL walk the list until a page is full.

    Where those found stand close together, each household's members are looked up in
    turn. Where they do not, as when a surname lives in the last county only, that could
    mean all households; then all members found are gathered first.
    """
    own = members.filter(household_id=OuterRef("pk"))
    in_turn = Q(found_member__isnull=False) | heads
    one = Subquery(own.values("pk")[:1])
    first = Household.objects.order_by("division_code", "pk").values("pk")[:NEAR]
    near = Household.objects.filter(pk__in=first).alias(found_member=one)
    if near.filter(in_turn)[NEAR_FOUND - 1 : NEAR_FOUND].exists():
        walked: QuerySet[Any] = rows.alias(found_member=one).filter(in_turn)
        return walked
    return rows.filter(heads | Q(Exists(own)))


def _begins(field: str, start: str) -> Q:
    """Return the condition that a column of collation "C" begins so.

    A range, not LIKE: below row security PostgreSQL uses an index only for operators
    that it trusts not to tell of rows outside the scope, and LIKE is not one of them.
    """
    return Q(**{f"{field}__gte": start, f"{field}__lt": start + _LAST})


_LAST = chr(0x10FFFF)
