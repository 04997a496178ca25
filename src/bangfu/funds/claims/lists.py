"""The work list of claims."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from bangfu.calc.values.text import Text
from bangfu.divisions.choices import BY_DIVISION
from bangfu.funds.claims.states import ClaimState
from bangfu.web.cells import Badge
from bangfu.web.columns import Column
from bangfu.web.filters import ChoiceFilter, TextFilter
from bangfu.web.lists import ListSpec

_KINDS = {
    ClaimState.SUBMITTED: "warning",
    ClaimState.CHECKED: "info",
    ClaimState.ORDERED: "info",
    ClaimState.PAID: "success",
    ClaimState.RETURNED: "danger",
}


def state_badge(claim: Any) -> Badge:
    """Return where a claim is as a badge."""
    state = ClaimState(claim.state)
    return Badge(state.text, _KINDS[state])


def _find(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    return rows.filter(
        Q(project__name__contains=words)
        | Q(project__project_no__startswith=words)
        | Q(payee__contains=words)
    )


CLAIMS = ListSpec(
    key="funds.claims",
    noun=Text("笔报账", "claims"),
    order="-pk",
    row_url=lambda row: reverse("funds:claim", args=[row.pk]),
    empty=Text("没有报账。", "No claims."),
    columns=(
        Column(
            name="project",
            text=Text("项目", "Project"),
            value="project.name",
            is_fixed=True,
        ),
        Column(
            name="project_no",
            text=Text("项目编号", "Number"),
            kind="code",
            value="project.project_no",
        ),
        Column(name="stage", text=Text("阶段", "Stage"), kind="number", order="stage"),
        Column(
            name="amount_fen",
            text=Text("金额", "Amount"),
            kind="yuan",
            order="amount_fen",
        ),
        Column(name="payee", text=Text("收款单位", "Who is paid")),
        Column(name="state", text=Text("状态", "State"), value=state_badge),
        Column(
            name="submitted_at",
            text=Text("提交时间", "Submitted"),
            kind="moment",
            order="submitted_at",
        ),
        Column(name="paid_on", text=Text("支付日期", "Paid on"), kind="date"),
    ),
    filters=(
        TextFilter(
            name="q", text=Text("项目或收款单位", "Project or payee"), apply=_find
        ),
        BY_DIVISION,
        ChoiceFilter(
            name="state",
            text=Text("状态", "State"),
            field="state",
            choices=[(one.value, one.text) for one in ClaimState],
        ),
    ),
)
