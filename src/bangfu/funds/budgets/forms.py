"""Forms of budgets: documents, lines, orders, allocations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.text import Text
from bangfu.funds.budgets.lines import LinePlan
from bangfu.funds.budgets.models import Appropriation, BudgetLine
from bangfu.funds.budgets.rules import Paper
from bangfu.funds.money_fields import (
    class_field,
    content_of,
    day_field,
    file_field,
    purpose_field,
    source_field,
    text_field,
    year_field,
    yuan_field,
)
from bangfu.web import formats
from bangfu.web.language import say, say_later

REASON_MIN, REASON_MAX = 4, 300


class AppropriationForm(forms.Form):
    """A document by which money comes, or is handed down."""

    document_no = text_field("文号", "Number of the document", 60)
    title = text_field("文件名称", "Title", 200)
    issued_on = day_field("发文日期", "Issued on")
    fund_class = class_field()
    source = source_field()
    year = year_field()
    amount_fen = yuan_field("金额", "Amount")
    division = forms.ChoiceField(label=say_later("下达到", "Goes to"))
    document = file_field(Text("文件扫描件", "scan of the document"), is_required=False)

    def __init__(
        self,
        *args: Any,
        divisions: Sequence[tuple[str, str]],
        parent: Appropriation | None,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.parent = parent
        division: Any = self.fields["division"]
        division.choices = divisions
        if parent is not None:
            for name in ("fund_class", "source", "year"):
                self.fields[name].initial = getattr(parent, name)
                self.fields[name].disabled = True

    def paper(self) -> Paper:
        """Return what the document says; the form is valid."""
        given = self.cleaned_data
        return Paper(
            division=DivisionCode(given["division"]),
            document_no=given["document_no"],
            title=given["title"],
            issued_on=given["issued_on"],
            fund_class=given["fund_class"],
            source=given["source"],
            year=given["year"],
            amount_fen=given["amount_fen"],
            parent_id=None if self.parent is None else self.parent.pk,
        )

    def document_content(self) -> tuple[str, bytes] | None:
        """Return name and content of the scan, None without one."""
        return content_of(self.cleaned_data["document"])


class DayForm(forms.Form):
    """The day on which money moved."""

    posted_on = day_field("记账日期", "Day of the movement")


class LineForm(forms.Form):
    """What is planned of one class, source and year for a purpose."""

    year = year_field()
    fund_class = class_field()
    source = source_field()
    purpose = purpose_field()
    planned_fen = yuan_field("计划金额", "Planned")
    document_no = text_field("分配方案文号", "Number of the document", 60)

    def plan(self, division: DivisionCode) -> LinePlan:
        """Return what is planned; the form is valid."""
        return LinePlan(division=division, **self.cleaned_data)


class AllotForm(forms.Form):
    """How much a line is given, and when."""

    amount_fen = yuan_field("金额", "Amount")
    posted_on = day_field("记账日期", "Day of the movement")


class ReturnForm(forms.Form):
    """Why an order is returned."""

    reason = forms.CharField(
        label=say_later("退回原因", "Why"),
        min_length=REASON_MIN,
        max_length=REASON_MAX,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class FundForm(forms.Form):
    """Which line keeps how much for a project."""

    line = forms.ChoiceField(label=say_later("预算", "Budget line"))
    amount_fen = yuan_field("金额", "Amount")

    def __init__(self, *args: Any, lines: Sequence[BudgetLine], **more: Any) -> None:
        super().__init__(*args, **more)
        line: Any = self.fields["line"]
        line.choices = [(str(one.pk), say(line_text(one))) for one in lines]


def line_text(line: Any) -> Text:
    """Return a line with what it has available, in words."""
    return Text(
        "{y} · {s} · {c} · {p} · 可用 {n} 元",
        "{y} · {s} · {c} · {p} · {n} yuan available",
        {
            "y": line.year,
            "s": line.source_text,
            "c": line.class_text,
            "p": line.purpose_text,
            "n": formats.amount(line.available_fen),
        },
    )
