"""The form of a verdict."""

from __future__ import annotations

from typing import Any

from django import forms

from bangfu.registry.crosschecks import rules
from bangfu.registry.crosschecks.models import VerdictKind
from bangfu.registry.crosschecks.operations import Said
from bangfu.web.language import say_later


class VerdictForm(forms.Form):
    """What was found out, how, why, with which proof. The operation checks it."""

    kind = forms.ChoiceField(
        label=say_later("核实结论", "Verdict"),
        choices=[
            (one.value, say_later(one.text.zh, one.text.en)) for one in VerdictKind
        ],
        widget=forms.RadioSelect,
    )
    basis = forms.ChoiceField(
        label=say_later("核实方式", "How it was verified"),
        choices=[
            (key, say_later(text.zh, text.en)) for key, text in rules.BASES.items()
        ],
    )
    reason = forms.CharField(
        label=say_later("核实情况", "What was found"),
        min_length=rules.REASON_MIN,
        max_length=rules.REASON_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    evidence = forms.FileField(
        label=say_later("证明材料", "Evidence"),
        required=False,
        help_text=say_later(
            "认定属实时必须上传。PDF、JPG、PNG、DOCX 或 XLSX。",
            "Required for a true hit. PDF, JPG, PNG, DOCX or XLSX.",
        ),
    )
    seen = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def said(self) -> Said:
        """Return what was stated; the form is valid."""
        given: dict[str, Any] = self.cleaned_data
        file = given["evidence"]
        return Said(
            kind=VerdictKind(given["kind"]),
            basis=given["basis"],
            reason=given["reason"],
            file_name=(file.name or "") if file else "",
            file=file.read() if file else b"",
        )
