"""The full list of a village's families, beside who is on the roll and who may be missed."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest

from bangfu.calc.values.text import Text
from bangfu.divisions.choices import BY_DIVISION
from bangfu.registry.cases.models import Case, FrameHousehold, Monitoring
from bangfu.registry.code_lists import IN_ROLL, STATUS
from bangfu.registry.models import Household
from bangfu.web.cells import Badge
from bangfu.web.columns import Column
from bangfu.web.filters import ChoiceFilter, TextFilter
from bangfu.web.lists import ListSpec

GUARANTEES = ("food", "clothing", "education", "medical", "housing", "water")
_OUTSIDE = Text("未建档", "not on file")
_SIGN = Badge(Text("有困难迹象", "signs of need"), "warning", "exclamation-triangle")


def families() -> QuerySet[Any]:
    """Return the families of the acting scope with their file, if they have one.

    has_signs: not on the roll, and the file tells of a guarantee that does not hold or of
    a dangerous house, a case of the family runs, or it is watched.
    """
    same = Household.objects.filter(
        division_code=OuterRef("division_code"), household_no=OuterRef("household_no")
    )
    unmet = Q(is_house_dangerous=True)
    for name in GUARANTEES:
        unmet |= Q(**{f"guaranteed_{name}": False})
    runs = Case.objects.filter(household=OuterRef("pk"), closed_at=None)
    watched = Monitoring.objects.filter(household=OuterRef("pk"), until=None)
    signs = same.exclude(status__in=IN_ROLL).filter(
        unmet | Q(Exists(runs)) | Q(Exists(watched))
    )
    return FrameHousehold.objects.annotate(
        file_status=Subquery(same.values("status")[:1]),
        has_signs=Exists(signs),
    )


def _standing(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    if value == "signs":
        return rows.filter(has_signs=True)
    on_roll = Q(file_status__in=IN_ROLL)
    if value == "roll":
        return rows.filter(on_roll)
    return rows.filter(Q(file_status=None) | ~on_roll)


def _find(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    return rows.filter(Q(head_name__startswith=words) | Q(household_no=words))


def _status(row: Any) -> Text:
    return _OUTSIDE if row.file_status is None else STATUS.labels[row.file_status]


def _sign(row: Any) -> Badge | None:
    return _SIGN if row.has_signs else None


def _standings(_request: HttpRequest) -> list[tuple[str, Text]]:
    return [
        ("out", Text("不在册", "not on the roll")),
        ("signs", Text("不在册且有困难迹象", "not on the roll, signs of need")),
        ("roll", Text("在册", "on the roll")),
    ]


FRAME_LIST = ListSpec(
    key="registry.frame",
    noun=Text("户", "families"),
    order="division_code",
    empty=Text("还没有导入全村农户名单。", "No full list was imported yet."),
    columns=(
        Column(
            name="head_name",
            text=Text("户主", "Head"),
            is_fixed=True,
        ),
        Column(name="household_no", text=Text("户编号", "Number"), kind="code"),
        Column(
            name="division_code",
            text=Text("村代码", "Village"),
            kind="code",
            order="division_code",
        ),
        Column(name="group_name", text=Text("村民小组", "Group")),
        Column(name="persons", text=Text("人口", "People"), kind="number"),
        Column(name="status", text=Text("建档情况", "On file"), value=_status),
        Column(name="signs", text=Text("漏评线索", "May be missed"), value=_sign),
        Column(name="listed_on", text=Text("列入日期", "Listed"), kind="date"),
    ),
    filters=(
        TextFilter(name="q", text=Text("户主或户编号", "Head or number"), apply=_find),
        BY_DIVISION,
        ChoiceFilter(
            name="standing",
            text=Text("建档情况", "On file"),
            apply=_standing,
            choices=_standings,
        ),
    ),
)
