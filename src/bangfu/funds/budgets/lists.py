"""Lists of documents, lines, orders and allocations."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from bangfu.calc.ledger.codes import FundClass, Purpose
from bangfu.calc.values.text import Text
from bangfu.divisions.choices import BY_DIVISION
from bangfu.funds.budgets.states import OrderKind, OrderState
from bangfu.web.cells import Badge
from bangfu.web.columns import Column
from bangfu.web.filters import ChoiceFilter, TextFilter
from bangfu.web.lists import ListSpec

__all__ = ["ALLOCATIONS", "APPROPRIATIONS", "LINES", "ORDERS", "order_badge"]
_ORDER_KINDS = {
    OrderState.PREPARED: "warning",
    OrderState.POSTED: "success",
    OrderState.RETURNED: "danger",
}
_BY_CLASS = ChoiceFilter(
    name="fund_class",
    text=Text("资金类别", "Class"),
    field="fund_class",
    choices=[(one.value, one.text) for one in FundClass],
)


def order_badge(order: Any) -> Badge:
    """Return where an order is as a badge."""
    state = OrderState(order.state)
    return Badge(state.text, _ORDER_KINDS[state])


def hop_badge(row: Any) -> Badge:
    """Return whether a document's money arrived, as a badge."""
    own = next((hop for hop in row.hops.all() if hop.is_own), None)
    if own is not None and own.arrived_on is not None:
        return Badge(Text("已到账", "arrived"), "success")
    if own is not None and own.sent_on is not None:
        return Badge(Text("在途", "on its way"), "warning", "truck")
    return Badge(Text("未下达", "not sent"), "neutral")


APPROPRIATIONS = ListSpec(
    key="funds.appropriations",
    noun=Text("份文件", "documents"),
    order="-issued_on",
    row_url=lambda row: reverse("funds:appropriation", args=[row.pk]),
    empty=Text("没有资金文件。", "No documents."),
    columns=(
        Column(
            name="document_no",
            text=Text("文号", "Document"),
            order="document_no",
            is_fixed=True,
        ),
        Column(name="title", text=Text("文件名称", "Title")),
        Column(
            name="issued_on",
            text=Text("发文日期", "Issued"),
            kind="date",
            order="issued_on",
        ),
        Column(name="division_code", text=Text("下达到", "Goes to"), kind="code"),
        Column(
            name="class",
            text=Text("资金类别", "Class"),
            value=lambda row: row.class_text,
        ),
        Column(
            name="source",
            text=Text("资金来源", "Source"),
            value=lambda row: row.source_text,
        ),
        Column(name="year", text=Text("资金年度", "Year"), value=lambda r: str(r.year)),
        Column(
            name="amount_fen",
            text=Text("金额", "Amount"),
            kind="yuan",
            order="amount_fen",
        ),
        Column(name="arrived", text=Text("到账", "Arrived"), value=hop_badge),
    ),
    filters=(
        TextFilter(name="q", text=Text("文号或名称", "Number or title"), field="title"),
        BY_DIVISION,
        _BY_CLASS,
    ),
)
LINES = ListSpec(
    key="funds.lines",
    noun=Text("条预算", "lines"),
    order="-year",
    row_url=lambda row: reverse("funds:line", args=[row.pk]),
    empty=Text("还没有编制预算。", "No budget lines yet."),
    columns=(
        Column(
            name="purpose",
            text=Text("资金用途", "Purpose"),
            value=lambda row: row.purpose_text,
            is_fixed=True,
        ),
        Column(
            name="year",
            text=Text("资金年度", "Year"),
            value=lambda row: str(row.year),
            order="year",
        ),
        Column(
            name="class",
            text=Text("资金类别", "Class"),
            value=lambda row: row.class_text,
        ),
        Column(
            name="source",
            text=Text("资金来源", "Source"),
            value=lambda row: row.source_text,
        ),
        Column(name="division_code", text=Text("县代码", "County"), kind="code"),
        Column(
            name="planned_fen",
            text=Text("计划", "Planned"),
            kind="yuan",
            order="planned_fen",
        ),
        Column(name="balance_fen", text=Text("余额", "Balance"), kind="yuan"),
        Column(name="committed_fen", text=Text("已安排", "Committed"), kind="yuan"),
        Column(
            name="available_fen",
            text=Text("可用", "Available"),
            kind="yuan",
            order="available_fen",
        ),
    ),
    filters=(
        BY_DIVISION,
        ChoiceFilter(
            name="purpose",
            text=Text("资金用途", "Purpose"),
            field="purpose",
            choices=[(one.value, one.text) for one in Purpose],
        ),
        _BY_CLASS,
    ),
)
ORDERS = ListSpec(
    key="funds.orders",
    noun=Text("张单据", "orders"),
    order="-pk",
    row_url=lambda row: reverse("funds:order", args=[row.pk]),
    empty=Text("没有单据。", "No orders."),
    columns=(
        Column(name="text", text=Text("摘要", "Text"), is_fixed=True),
        Column(
            name="kind",
            text=Text("业务", "What"),
            value=lambda row: OrderKind(row.kind).text,
        ),
        Column(
            name="amount_fen",
            text=Text("金额", "Amount"),
            kind="yuan",
            order="amount_fen",
        ),
        Column(
            name="posted_on",
            text=Text("记账日期", "Day"),
            kind="date",
            order="posted_on",
        ),
        Column(name="prepared_by_name", text=Text("制单人", "Prepared by")),
        Column(name="decided_by_name", text=Text("审批人", "Decided by")),
        Column(name="state", text=Text("状态", "State"), value=order_badge),
    ),
    filters=(
        ChoiceFilter(
            name="state",
            text=Text("状态", "State"),
            field="state",
            choices=[(one.value, one.text) for one in OrderState],
        ),
        ChoiceFilter(
            name="kind",
            text=Text("业务", "What"),
            field="kind",
            choices=[(one.value, one.text) for one in OrderKind],
        ),
    ),
)


def _for_whom(row: Any) -> str:
    if row.project is not None:
        return str(row.project.name)
    return row.household.head_name if row.household is not None else ""


def _url_of(row: Any) -> str:
    if row.project_id is not None:
        return reverse("funds:project", args=[row.project_id])
    if row.household_id is not None:
        return reverse("registry:household", args=[row.household_id]) + "#funds"
    return ""


ALLOCATIONS = ListSpec(
    key="funds.allocations",
    noun=Text("项安排", "allocations"),
    order="-pk",
    row_url=_url_of,
    empty=Text("还没有安排资金。", "Nothing is kept of this line yet."),
    columns=(
        Column(
            name="reference",
            text=Text("安排编号", "Reference"),
            kind="code",
            order="reference",
            is_fixed=True,
        ),
        Column(name="for", text=Text("户或项目", "For"), value=_for_whom),
        Column(name="purpose", text=Text("事由", "What for")),
        Column(
            name="amount_fen",
            text=Text("金额", "Amount"),
            kind="yuan",
            order="amount_fen",
        ),
        Column(
            name="open",
            text=Text("未支付", "Open"),
            kind="yuan",
            value="commitment.open_fen",
        ),
        Column(name="made_at", text=Text("安排时间", "Kept at"), kind="moment"),
    ),
)
