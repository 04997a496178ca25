"""Forms of claims, deposits, opening balances and recovery."""

from __future__ import annotations

from typing import Any

from django import forms

from bangfu.calc.values.division_code import DivisionCode
from bangfu.funds.claims.balances import Opening
from bangfu.funds.claims.operations import Ask
from bangfu.funds.claims.queries import Due
from bangfu.funds.claims.states import FINAL_PACK, PACK, PACK_TEXTS, RefusalReason
from bangfu.funds.money_fields import (
    class_field,
    content_of,
    day_field,
    file_field,
    label,
    purpose_field,
    source_field,
    text_field,
    year_field,
    yuan_field,
)
from bangfu.funds.projects.stepping import Upload
from bangfu.web.language import say_later

_FILE = "file_"


class ClaimForm(forms.Form):
    """One stage with its pack: who is paid, what is kept back, the documents."""

    payee = text_field("收款单位", "Who is paid", 100)

    def __init__(self, *args: Any, due: Due, **more: Any) -> None:
        super().__init__(*args, **more)
        self.due = due
        if due.is_final:
            self.fields["deposit_fen"] = yuan_field(
                "质量保证金", "Quality deposit", is_required=False
            )
        for kind in self._pack:
            self.fields[_FILE + kind] = file_field(PACK_TEXTS[kind])

    @property
    def _pack(self) -> tuple[str, ...]:
        return FINAL_PACK if self.due.is_final else PACK

    def ask(self) -> Ask:
        """Return what is asked for; the form is valid."""
        given = self.cleaned_data
        uploads = {kind: content_of(given[_FILE + kind]) for kind in self._pack}
        return Ask(
            allocation_id=self.due.allocation.pk,
            stage=self.due.stage,
            payee=given["payee"],
            deposit_fen=given.get("deposit_fen") or 0,
            files=[Upload(kind, *one) for kind, one in uploads.items() if one],
        )


class RefusalForm(forms.Form):
    """Why a claim is returned."""

    refusals = forms.MultipleChoiceField(
        label=say_later("退回原因", "Reasons"),
        choices=[(one.value, label(one.text)) for one in RefusalReason],
        widget=forms.CheckboxSelectMultiple,
    )
    note = forms.CharField(
        label=say_later("说明", "Note"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class DayForm(forms.Form):
    """The day on which money moved."""

    posted_on = day_field("记账日期", "Day of the movement")


class DocumentForm(DayForm):
    """The day, and the document that decided it."""

    document_no = text_field("文号", "Number of the document", 60)


class OpeningForm(DocumentForm):
    """What an account held before the system."""

    year = year_field()
    fund_class = class_field()
    source = source_field()
    purpose = purpose_field(is_required=False)
    amount_fen = yuan_field("期初余额", "Opening balance")

    def opening(self, division: DivisionCode) -> Opening:
        """Return what is taken over; the form is valid."""
        given = {
            name: value
            for name, value in self.cleaned_data.items()
            if name != "posted_on"
        }
        return Opening(division=division, **given)
