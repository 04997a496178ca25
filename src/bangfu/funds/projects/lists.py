"""Lists of projects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from bangfu.calc.ledger.codes import Purpose
from bangfu.calc.values.text import Text
from bangfu.divisions.choices import BY_DIVISION
from bangfu.funds.projects import presenting
from bangfu.funds.projects.acts import ACTS, BY_CODE, leading_on, next_step
from bangfu.funds.projects.states import ProjectState
from bangfu.scope import Actor
from bangfu.web.columns import Column
from bangfu.web.filters import ChoiceFilter, TextFilter
from bangfu.web.lists import BulkAction, ListSpec


def _find(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    return rows.filter(Q(name__contains=words) | Q(project_no__startswith=words))


def _by_step(rows: QuerySet[Any], code: str) -> QuerySet[Any]:
    states = [
        state
        for state in ProjectState
        if (act := next_step(state)) is not None and act.code == code
    ]
    return rows.filter(state__in=states)


def _steps(_request: HttpRequest) -> Sequence[tuple[str, Text]]:
    return [
        (act.code, act.text) for act in ACTS if not act.needs_reason and not act.opens
    ]


COLUMNS = (
    Column(
        name="project_no",
        text=Text("项目编号", "Number"),
        kind="code",
        order="project_no",
        is_fixed=True,
    ),
    Column(name="name", text=Text("项目名称", "Name")),
    Column(
        name="division_code",
        text=Text("村代码", "Village"),
        kind="code",
        order="division_code",
    ),
    Column(
        name="purpose", text=Text("资金用途", "Purpose"), value=presenting.purpose_text
    ),
    Column(
        name="budget_fen",
        text=Text("预算", "Budget"),
        kind="yuan",
        order="budget_fen",
    ),
    Column(
        name="poor_households",
        text=Text("受益贫困户", "Poor households"),
        kind="number",
    ),
    Column(name="state", text=Text("环节", "State"), value=presenting.state_badge),
    Column(name="next", text=Text("下一步", "Next step"), value=presenting.next_text),
    Column(
        name="entered_at",
        text=Text("进入环节", "Since"),
        kind="moment",
        order="entered_at",
        is_hidden=True,
    ),
)
PROJECTS = ListSpec(
    key="funds.projects",
    noun=Text("个项目", "projects"),
    order="project_no",
    row_url=lambda row: reverse("funds:project", args=[row.pk]),
    empty=Text("没有项目。", "No projects."),
    columns=COLUMNS,
    filters=(
        TextFilter(name="q", text=Text("名称或编号", "Name or number"), apply=_find),
        BY_DIVISION,
        ChoiceFilter(
            name="purpose",
            text=Text("资金用途", "Purpose"),
            field="purpose",
            choices=[(one.value, one.text) for one in Purpose],
        ),
        ChoiceFilter(
            name="state",
            text=Text("环节", "State"),
            field="state",
            choices=[(one.value, one.text) for one in ProjectState],
        ),
        ChoiceFilter(
            name="step",
            text=Text("下一步", "Next step"),
            apply=_by_step,
            choices=_steps,
        ),
    ),
)
# The library's projects to choose a plan from.
CHOOSABLE = ListSpec(
    key="funds.choosable",
    noun=Text("个项目", "projects"),
    order="project_no",
    row_url=lambda row: reverse("funds:project", args=[row.pk]),
    empty=Text("项目库中没有可选的项目。", "The library has no project to choose."),
    columns=[one for one in COLUMNS if one.name not in ("state", "next", "entered_at")],
)


def batch_actions(by: Actor, code: str) -> list[BulkAction]:
    """Return what the reader may do with selected rows of one next step."""
    step = BY_CODE.get(code)
    if step is None:
        return []
    found = {
        act.code: act
        for state in step.sources
        for act in leading_on(state)
        if act.is_batch and act.is_by_hand and by.role in act.roles
    }
    return [
        BulkAction(
            text=act.text,
            url=reverse("funds:project_batch", args=[act.code]),
            kind="secondary" if act.needs_reason else "primary",
            icon="arrow-return-left" if act.needs_reason else "check2-all",
        )
        for act in sorted(found.values(), key=lambda act: act.needs_reason)
    ]
