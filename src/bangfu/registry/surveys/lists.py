"""Lists: collections, and the households of one collection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from bangfu.calc.values.text import Text
from bangfu.divisions.choices import BY_DIVISION
from bangfu.registry.surveys import presenting, queries
from bangfu.registry.surveys.kinds import SheetState
from bangfu.web.columns import Column
from bangfu.web.filters import ChoiceFilter, TextFilter
from bangfu.web.lists import ListSpec


def _years(_request: HttpRequest) -> Sequence[tuple[str, Text]]:
    found = queries.collections().order_by("-year").values_list("year", flat=True)
    return [(str(year), Text(f"{year} 年", str(year))) for year in found.distinct()]


def _by_year(rows: QuerySet[Any], year: str) -> QuerySet[Any]:
    return rows.filter(year=int(year)) if year.isdigit() else rows.none()


def _by_standing(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(locked_at__isnull=value == "open")


COLLECTIONS = ListSpec(
    key="registry.surveys",
    noun=Text("个村", "villages"),
    order="-year",
    row_url=lambda row: reverse("registry:survey", args=[row.pk]),
    empty=Text("还没有开启年度采集。", "No year is open yet."),
    columns=(
        Column(name="village", text=Text("村", "Village"), is_fixed=True),
        Column(
            name="division_code",
            text=Text("村代码", "Code"),
            kind="code",
            order="division_code",
        ),
        Column(
            name="year",
            text=Text("年度", "Year"),
            value=lambda row: str(row.year),
            kind="code",
            order="year",
        ),
        Column(
            name="households",
            text=Text("应采集户", "Households"),
            kind="number",
            value="far.households",
        ),
        Column(
            name="done", text=Text("已采集", "Done"), kind="number", value="far.done"
        ),
        Column(
            name="missing",
            text=Text("未采集", "Missing"),
            kind="number",
            value="far.missing",
        ),
        Column(
            name="checked",
            text=Text("已审核", "Checked"),
            kind="number",
            value="far.checked",
        ),
        Column(
            name="doubtful",
            text=Text("存疑", "Doubtful"),
            kind="number",
            value="far.doubtful",
        ),
        Column(
            name="standing", text=Text("状态", "State"), value=presenting.standing_of
        ),
        Column(name="due_on", text=Text("完成期限", "Due"), kind="date"),
    ),
    filters=(
        ChoiceFilter(
            name="year", text=Text("年度", "Year"), apply=_by_year, choices=_years
        ),
        ChoiceFilter(
            name="standing",
            text=Text("状态", "State"),
            apply=_by_standing,
            choices=[
                ("open", Text("采集中", "open")),
                ("locked", Text("已锁定", "locked")),
            ],
        ),
        BY_DIVISION,
    ),
)


def _find(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    return rows.filter(
        Q(head_name__startswith=words) | Q(household_no__startswith=words)
    )


def _by_state(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    if value == "missing":
        return rows.filter(sheet_id=None)
    if value == "doubtful":
        return rows.exclude(sheet_id=None).exclude(sheet_doubts=[])
    return rows.filter(sheet_state=value)


WORK = ListSpec(
    key="registry.survey",
    noun=Text("户", "households"),
    order="household_no",
    row_url=lambda row: reverse(
        "registry:survey_sheet", args=[row.of_collection, row.pk]
    ),
    empty=Text("没有符合条件的户。", "No household matches."),
    columns=(
        Column(name="head_name", text=Text("户主", "Head"), is_fixed=True),
        Column(
            name="household_no",
            text=Text("户编号", "Number"),
            kind="code",
            order="household_no",
        ),
        Column(name="group_name", text=Text("村民小组", "Group"), order="group_name"),
        Column(
            name="sheet_state",
            text=Text("采集情况", "State"),
            value=lambda row: presenting.state_badge(row.sheet_state),
        ),
        Column(
            name="doubts",
            text=Text("存疑", "Doubts"),
            value=lambda row: presenting.doubts_badge(row.sheet_doubts),
        ),
        Column(name="sheet_on", text=Text("入户日期", "Surveyed"), kind="date"),
        Column(name="sheet_by", text=Text("登记人", "Recorded by")),
    ),
    filters=(
        TextFilter(name="q", text=Text("户主或户编号", "Head or number"), apply=_find),
        ChoiceFilter(
            name="state",
            text=Text("采集情况", "State"),
            apply=_by_state,
            choices=[
                ("missing", Text("未采集", "missing")),
                *((one.value, one.text) for one in SheetState),
                ("doubtful", Text("存疑", "doubtful")),
            ],
        ),
    ),
)
