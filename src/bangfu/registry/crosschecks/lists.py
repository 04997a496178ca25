"""Lists of hits and of arrived lists."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from bangfu.calc.values.text import Text
from bangfu.divisions.choices import BY_DIVISION
from bangfu.registry.crosschecks import presenting
from bangfu.registry.crosschecks.declaration import Group
from bangfu.registry.crosschecks.declared import BY_CODE, CHECKS
from bangfu.registry.crosschecks.kinds import ListKind
from bangfu.registry.crosschecks.models import HitState, VerdictKind
from bangfu.web.cells import Badge
from bangfu.web.columns import Column
from bangfu.web.filters import ChoiceFilter, TextFilter
from bangfu.web.lists import BulkAction, ListSpec


def _find(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    return rows.filter(
        Q(household__head_name__startswith=words)
        | Q(household__household_no__startswith=words)
        | Q(member__name__startswith=words)
    )


def _standing(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    if value == "reopened":
        return rows.filter(is_reopened=True)
    if value in HitState.values:
        return rows.filter(state=value)
    return rows.filter(verdict=value)


def _group(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    codes = [check.code for check in CHECKS if check.group == value]
    return rows.filter(check_code__in=codes)


def _group_text(hit: Any) -> Text | None:
    check = BY_CODE.get(hit.check_code)
    return None if check is None else check.group.text


HITS = ListSpec(
    key="registry.hits",
    noun=Text("条线索", "hits"),
    order="-id",
    row_url=lambda row: reverse("registry:hit", args=[row.pk]),
    empty=Text("没有比对线索。", "No hits."),
    columns=(
        Column(
            name="check",
            text=Text("比对项", "Check"),
            value=presenting.check_text,
            order="check_code",
            is_fixed=True,
        ),
        Column(
            name="subject", text=Text("对象", "About"), value=presenting.subject_text
        ),
        Column(
            name="household_no",
            text=Text("户编号", "Household"),
            kind="code",
            value="household.household_no",
        ),
        Column(
            name="division_code",
            text=Text("区划代码", "Division"),
            kind="code",
            order="division_code",
        ),
        Column(
            name="state", text=Text("核实情况", "State"), value=presenting.state_badge
        ),
        Column(name="why", text=Text("原因", "Why"), value=presenting.why),
        Column(name="match", text=Text("匹配", "Match"), value=presenting.match_text),
        Column(
            name="group", text=Text("类别", "Group"), value=_group_text, is_hidden=True
        ),
        Column(
            name="found_at",
            text=Text("发现时间", "Found"),
            kind="moment",
            order="found_at",
        ),
    ),
    filters=(
        TextFilter(name="q", text=Text("姓名或户编号", "Name or number"), apply=_find),
        BY_DIVISION,
        ChoiceFilter(
            name="check",
            text=Text("比对项", "Check"),
            field="check_code",
            choices=[
                (
                    one.code,
                    Text(
                        "{code} {name}",
                        "{code} {name}",
                        {"code": one.code, "name": one.name},
                    ),
                )
                for one in CHECKS
            ],
        ),
        ChoiceFilter(
            name="group",
            text=Text("类别", "Group"),
            apply=_group,
            choices=[(group.value, group.text) for group in Group],
        ),
        ChoiceFilter(
            name="standing",
            text=Text("核实情况", "State"),
            apply=_standing,
            choices=[
                *((one.value, one.text) for one in HitState),
                ("reopened", Text("内容有变", "changed since")),
                *((one.value, one.text) for one in VerdictKind),
            ],
        ),
    ),
)


def batch_actions() -> list[BulkAction]:
    """Return the verdicts that can be given to selected hits."""
    looks = {
        VerdictKind.TRUE: ("danger", "exclamation-octagon"),
        VerdictKind.FALSE: ("primary", "check2-all"),
        VerdictKind.UNCLEAR: ("secondary", "question-circle"),
    }
    return [
        BulkAction(
            text=kind.text,
            url=reverse("registry:hit_batch", args=[kind.value]),
            kind=colour,
            icon=icon,
        )
        for kind, (colour, icon) in looks.items()
    ]


def _list_state(row: Any) -> Badge:
    if row.replaced_at is None:
        return Badge(Text("在用", "in force"), "success")
    return Badge(Text("已被新名单替换", "replaced"), "neutral", "dash-circle")


LISTS = ListSpec(
    key="registry.external_lists",
    noun=Text("份名单", "lists"),
    order="-id",
    row_url=lambda row: reverse("registry:import", args=[row.import_id]),
    empty=Text("还没有收到外部名单。", "No list has arrived yet."),
    columns=(
        Column(
            name="kind",
            text=Text("名单", "List"),
            value=lambda row: ListKind(row.kind).text,
            order="kind",
            is_fixed=True,
        ),
        Column(
            name="as_of", text=Text("截止日期", "As of"), kind="date", order="as_of"
        ),
        Column(name="rows_total", text=Text("条数", "Rows"), kind="number"),
        Column(
            name="without_number",
            text=Text("无有效号码", "Without a number"),
            kind="number",
        ),
        Column(name="state", text=Text("状态", "State"), value=_list_state),
        Column(name="division_code", text=Text("区划", "Division"), kind="code"),
        Column(name="username", text=Text("办理人", "By")),
        Column(
            name="arrived_at",
            text=Text("到达时间", "Arrived"),
            kind="moment",
            order="arrived_at",
        ),
    ),
    filters=(
        ChoiceFilter(
            name="kind",
            text=Text("名单", "List"),
            field="kind",
            choices=[(kind.value, kind.text) for kind in ListKind],
        ),
    ),
)
