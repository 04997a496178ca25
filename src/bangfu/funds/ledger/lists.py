"""Lists of the ledger's pages: accounts on a day, vouchers, drafts."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from bangfu.calc.ledger.codes import (
    CLASS_TEXTS,
    KIND_TEXTS,
    PURPOSE_TEXTS,
    SOURCE_TEXTS,
)
from bangfu.calc.values.text import Text
from bangfu.divisions.choices import BY_DIVISION
from bangfu.funds.ledger.draft_models import Draft, DraftState
from bangfu.funds.ledger.models import Voucher
from bangfu.web.cells import Badge
from bangfu.web.columns import Column
from bangfu.web.filters import ChoiceFilter, DateFilter, TextFilter
from bangfu.web.lists import ListSpec

_NO_PURPOSE = "none"
_DRAFT_KINDS = {
    DraftState.WAITING: "warning",
    DraftState.POSTED: "success",
    DraftState.RETURNED: "neutral",
}


def _purpose(rows: QuerySet[Any], value: object) -> QuerySet[Any]:
    return rows.filter(purpose="" if value == _NO_PURPOSE else value)


def _as_of(rows: QuerySet[Any], _day: object) -> QuerySet[Any]:
    """The view has asked for that day already."""
    return rows


def _options(texts: dict[Any, Text]) -> list[tuple[str, Text]]:
    return [(str(code), text) for code, text in texts.items()]


def draft_badge(draft: Draft) -> Badge:
    """Return the state of a draft."""
    state = DraftState(draft.state)
    return Badge(state.text, _DRAFT_KINDS[state])


def voucher_name(voucher: Voucher) -> Text:
    """Name a voucher: 2016 年第 12 号 / 2016-12."""
    return Text(
        "{year} 年第 {number} 号",
        "{year}-{number}",
        {"year": str(voucher.year), "number": str(voucher.number)},
    )


ACCOUNTS = ListSpec(
    key="funds.accounts",
    noun=Text("个账户", "accounts"),
    order="division_code",
    row_url=lambda row: reverse("funds:account", args=[row.pk]),
    empty=Text("到这一天还没有记账。", "Nothing was posted up to that day."),
    columns=(
        Column(
            name="kind",
            text=Text("账户", "Account"),
            value=lambda row: row.title_text,
            is_fixed=True,
        ),
        Column(
            name="division",
            text=Text("区划", "Division"),
            value="division_code",
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
        Column(name="source", text=Text("来源", "Source"), value="source_text"),
        Column(name="class", text=Text("资金类别", "Class"), value="class_text"),
        Column(name="purpose", text=Text("用途", "Purpose"), value="purpose_text"),
        Column(
            name="debit",
            text=Text("借方余额", "Debit"),
            value=lambda row: row.balance_fen if row.balance_fen > 0 else None,
            kind="yuan",
            order="balance_fen",
        ),
        Column(
            name="credit",
            text=Text("贷方余额", "Credit"),
            value=lambda row: -row.balance_fen if row.balance_fen < 0 else None,
            kind="yuan",
        ),
    ),
    filters=(
        DateFilter(name="on", text=Text("截至", "As of"), apply=_as_of),
        BY_DIVISION,
        ChoiceFilter(
            name="kind",
            text=Text("账户类型", "Kind"),
            field="kind",
            choices=_options(KIND_TEXTS),
        ),
        ChoiceFilter(
            name="source",
            text=Text("来源", "Source"),
            field="source",
            choices=_options(SOURCE_TEXTS),
        ),
        ChoiceFilter(
            name="class",
            text=Text("资金类别", "Class"),
            field="fund_class",
            choices=_options(CLASS_TEXTS),
        ),
        ChoiceFilter(
            name="purpose",
            text=Text("用途", "Purpose"),
            apply=_purpose,
            choices=[
                (_NO_PURPOSE, Text("未分配用途", "not allotted")),
                *_options(PURPOSE_TEXTS),
            ],
        ),
    ),
)


def _voucher_search(rows: QuerySet[Any], words: object) -> QuerySet[Any]:
    text = str(words)
    wanted = Q(text__contains=text) | Q(document_no__contains=text)
    if text.isascii() and text.isdigit() and len(text) < 9:
        wanted |= Q(number=int(text))
    return rows.filter(wanted)


VOUCHERS = ListSpec(
    key="funds.vouchers",
    noun=Text("张凭证", "vouchers"),
    order="-pk",
    row_url=lambda row: reverse("funds:voucher", args=[row.pk]),
    empty=Text("没有符合条件的凭证。", "No vouchers match."),
    columns=(
        Column(
            name="number",
            text=Text("凭证号", "Voucher"),
            value=voucher_name,
            is_fixed=True,
        ),
        Column(
            name="posted",
            text=Text("记账日期", "Posted on"),
            value="posted_on",
            kind="date",
            order="posted_on",
        ),
        Column(name="text", text=Text("摘要", "Text")),
        Column(
            name="total",
            text=Text("金额", "Amount"),
            value="total_fen",
            kind="yuan",
            order="total_fen",
        ),
        Column(
            name="division",
            text=Text("区划", "Division"),
            value="division_code",
            kind="code",
            order="division_code",
        ),
        Column(name="document", text=Text("文号", "Document"), value="document_no"),
        Column(
            name="prepared", text=Text("制单", "Prepared by"), value="prepared_by_name"
        ),
        Column(
            name="approved", text=Text("审批", "Approved by"), value="approved_by_name"
        ),
    ),
    filters=(
        TextFilter(
            name="q",
            text=Text("查找", "Find"),
            apply=_voucher_search,
            hint=Text("凭证号、摘要或文号", "number, text or document"),
        ),
        BY_DIVISION,
        DateFilter(name="since", text=Text("自", "From"), field="posted_on__gte"),
        DateFilter(name="until", text=Text("至", "To"), field="posted_on__lte"),
    ),
)
DRAFTS = ListSpec(
    key="funds.drafts",
    noun=Text("份凭证稿", "drafts"),
    order="-pk",
    row_url=lambda row: reverse("funds:draft", args=[row.pk]),
    empty=Text("没有符合条件的凭证稿。", "No drafts match."),
    columns=(
        Column(name="text", text=Text("摘要", "Text"), is_fixed=True),
        Column(name="state", text=Text("状态", "State"), value=draft_badge),
        Column(
            name="total",
            text=Text("金额", "Amount"),
            value="total_fen",
            kind="yuan",
            order="total_fen",
        ),
        Column(
            name="posted",
            text=Text("记账日期", "Posted on"),
            value="posted_on",
            kind="date",
            order="posted_on",
        ),
        Column(
            name="division",
            text=Text("区划", "Division"),
            value="division_code",
            kind="code",
        ),
        Column(
            name="prepared", text=Text("制单", "Prepared by"), value="prepared_by_name"
        ),
        Column(
            name="decided", text=Text("办理", "Decided by"), value="decided_by_name"
        ),
    ),
    filters=(
        BY_DIVISION,
        ChoiceFilter(
            name="state",
            text=Text("状态", "State"),
            field="state",
            choices=[(one.value, one.text) for one in DraftState],
        ),
    ),
)
