"""The queue of suspected duplicates."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from bangfu.calc.values.text import Text
from bangfu.divisions.choices import BY_DIVISION
from bangfu.registry.duplicates import presenting, queries
from bangfu.registry.duplicates.states import GroupState
from bangfu.web.columns import Column
from bangfu.web.filters import ChoiceFilter
from bangfu.web.lists import ListPage, ListSpec

GROUPS = ListSpec(
    key="registry.duplicates",
    noun=Text("组", "groups"),
    order="-chance",
    row_url=lambda row: reverse("registry:duplicate", args=[row.pk]),
    empty=Text("没有疑似重复。", "No suspected duplicates."),
    columns=(
        Column(
            name="names",
            text=Text("姓名", "Names"),
            value=lambda row: getattr(row, "names", ""),
            is_fixed=True,
        ),
        Column(
            name="households",
            text=Text("户编号", "Households"),
            kind="code",
            value=lambda row: getattr(row, "numbers", ""),
        ),
        Column(
            name="division_code",
            text=Text("范围", "Within"),
            kind="code",
            order="division_code",
        ),
        Column(
            name="size", text=Text("记录数", "Records"), kind="number", order="size"
        ),
        Column(
            name="chance",
            text=Text("疑似程度", "Likelihood"),
            value=lambda row: presenting.chance_text(row.chance),
            order="chance",
        ),
        Column(name="state", text=Text("状态", "State"), value=presenting.state_badge),
        Column(
            name="found_at",
            text=Text("发现时间", "Found"),
            kind="moment",
            order="found_at",
        ),
    ),
    filters=(
        ChoiceFilter(
            name="state",
            text=Text("状态", "State"),
            field="state",
            choices=[(state.value, state.text) for state in GroupState],
        ),
        BY_DIVISION,
    ),
)


def groups() -> QuerySet[Any]:
    """Return the rows of the queue."""
    return queries.groups()


def with_names(page: ListPage) -> ListPage:
    """Put names and household numbers to the groups of one page, in two queries."""
    pairs = queries.pairs_of([row.pk for row in page.records])
    of: dict[int, set[int]] = {}
    for pair in pairs:
        of.setdefault(pair.group_id, set()).update((pair.left_id, pair.right_id))
    members = queries.members({one for ids in of.values() for one in ids})
    for row in page.records:
        mine = [members[one] for one in sorted(of.get(row.pk, ())) if one in members]
        row.names = presenting.listed(one.name for one in mine)
        row.numbers = presenting.listed(one.household.household_no for one in mine)
    return page
