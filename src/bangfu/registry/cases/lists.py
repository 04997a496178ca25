"""Lists of cases and meetings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from bangfu.calc.values.text import Text
from bangfu.divisions.choices import BY_DIVISION
from bangfu.registry.cases import presenting, procedure, queries
from bangfu.registry.cases.acts import ACTS, BY_CODE, Act
from bangfu.registry.cases.states import CaseKind
from bangfu.scope import Actor
from bangfu.web.columns import Column
from bangfu.web.filters import ChoiceFilter, TextFilter
from bangfu.web.lists import BulkAction, ListSpec


def _next_text(case: Any) -> Text | None:
    act = presenting.next_act(case)
    return None if act is None else act.text


def _due(case: Any) -> object:
    today = timezone.localdate()  # noqa: TID251 - a list belongs to the edge
    return presenting.due_badge(case, on=today)


def _by_step(rows: QuerySet[Any], code: str) -> QuerySet[Any]:
    """Narrow to open cases whose next step is an act."""
    wanted = Q(pk__in=())
    for kind in CaseKind:
        for state in procedure.states_of(kind):
            step = procedure.next_step(kind, state)
            if step is not None and step.code == code:
                wanted |= Q(kind=kind, state=state)
    return rows.filter(wanted, closed_at=None)


def _find(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    return rows.filter(
        Q(household__head_name__startswith=words)
        | Q(household__household_no__startswith=words)
    )


def _standing(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(closed_at__isnull=value == "open")


def _steps(_request: HttpRequest) -> Sequence[tuple[str, Text]]:
    return [(act.code, act.text) for act in ACTS if not act.is_back and not act.opens]


CASES = ListSpec(
    key="registry.cases",
    noun=Text("件", "cases"),
    order="entered_at",
    row_url=lambda row: reverse("registry:case", args=[row.pk]),
    empty=Text("没有办理事项。", "No cases."),
    columns=(
        Column(
            name="head_name",
            text=Text("户主", "Head"),
            value="household.head_name",
            is_fixed=True,
        ),
        Column(
            name="household_no",
            text=Text("户编号", "Number"),
            kind="code",
            value="household.household_no",
        ),
        Column(
            name="division_code",
            text=Text("村代码", "Village"),
            kind="code",
            order="division_code",
        ),
        Column(name="kind", text=Text("事项", "Procedure"), value=presenting.kind_text),
        Column(name="state", text=Text("环节", "State"), value=presenting.state_badge),
        Column(name="next", text=Text("下一步", "Next step"), value=_next_text),
        Column(name="due", text=Text("办理期限", "Due"), value=_due),
        Column(
            name="entered_at",
            text=Text("进入环节", "Since"),
            kind="moment",
            order="entered_at",
        ),
        Column(
            name="sent_back",
            text=Text("退回次数", "Sent back"),
            kind="number",
            is_hidden=True,
        ),
    ),
    filters=(
        TextFilter(name="q", text=Text("户主或户编号", "Head or number"), apply=_find),
        BY_DIVISION,
        ChoiceFilter(
            name="kind",
            text=Text("事项", "Procedure"),
            field="kind",
            choices=[(kind.value, kind.text) for kind in CaseKind],
        ),
        ChoiceFilter(
            name="step",
            text=Text("下一步", "Next step"),
            apply=_by_step,
            choices=_steps,
        ),
        ChoiceFilter(
            name="standing",
            text=Text("办理情况", "Standing"),
            apply=_standing,
            choices=[
                ("open", Text("办理中", "running")),
                ("over", Text("已办结", "over")),
            ],
        ),
    ),
)


def batch_actions(by: Actor, code: str) -> list[BulkAction]:
    """Return what the reader may do with selected rows of one next step."""
    step = BY_CODE.get(code)
    if step is None:
        return []
    found: list[Act] = []
    for kind in step.kinds:
        for state in step.sources:
            found += [
                act
                for act in procedure.leading_on(kind, state)
                if act.is_batch and by.role in act.roles and act not in found
            ]
    return [
        BulkAction(
            text=act.text,
            url=reverse("registry:case_batch", args=[act.code]),
            kind="secondary" if act.is_back else "primary",
            icon="arrow-return-left" if act.is_back else "check2-all",
        )
        for act in sorted(found, key=lambda act: act.is_back)
    ]


MEETINGS = ListSpec(
    key="registry.meetings",
    noun=Text("次", "meetings"),
    order="-held_on",
    row_url=lambda row: reverse("registry:meeting", args=[row.pk]),
    empty=Text("还没有登记会议。", "No meeting is recorded yet."),
    columns=(
        Column(
            name="held_on",
            text=Text("会议日期", "Day"),
            kind="date",
            order="held_on",
            is_fixed=True,
        ),
        Column(
            name="division_code",
            text=Text("村代码", "Village"),
            kind="code",
            order="division_code",
        ),
        Column(name="chaired_by", text=Text("主持人", "Chaired by")),
        Column(
            name="attended",
            text=Text("到会", "Attended"),
            value=lambda row: f"{row.attended}/{row.representatives}",
        ),
        Column(name="cases", text=Text("表决户数", "Cases"), kind="number"),
        Column(name="recorded_by_name", text=Text("登记人", "Recorded by")),
    ),
    filters=(BY_DIVISION,),
)


def meetings() -> QuerySet[Any]:
    """Return the rows of the list of meetings."""
    return queries.meetings()
