"""Forms: one sheet on one page, a year and a division, a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms

from bangfu.calc.values.text import Text
from bangfu.registry.forms import REASON_MAX, DayInput
from bangfu.registry.models import EVIDENCED, Income
from bangfu.registry.surveys import queries
from bangfu.registry.surveys.filling import (
    AMOUNT_MAX_FEN,
    AMOUNTS,
    NAMES_MAX,
    NOTE_MAX,
    ORDER,
    PART_TEXTS,
    PARTS,
    Checked,
    Filled,
    text_of,
)
from bangfu.registry.surveys.kinds import (
    SPENDING,
    Evidence,
    GuaranteeKind,
    Verdict,
)
from bangfu.registry.surveys.models import SurveySheet
from bangfu.registry.surveys.rules import REASON_MIN
from bangfu.web import formats
from bangfu.web.language import say_later


def _label(text: Text) -> Any:
    return say_later(text.zh, text.en)


def _yuan(text: Text) -> forms.DecimalField:
    return forms.DecimalField(
        label=_label(text),
        required=False,
        decimal_places=2,
        max_value=Decimal(AMOUNT_MAX_FEN) / 100,
        widget=forms.TextInput(
            attrs={"inputmode": "decimal", "class": "num", "autocomplete": "off"}
        ),
    )


def _choice(text: Text, entries: Iterable[tuple[str, Text]]) -> forms.ChoiceField:
    choices = [("", "—"), *((code, _label(words)) for code, words in entries)]
    return forms.ChoiceField(label=_label(text), required=False, choices=choices)


def _words(text: Text, most: int) -> forms.CharField:
    return forms.CharField(
        label=_label(text),
        required=False,
        max_length=most,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


_WITH_LABEL = ("version", "surveyed_on", "surveyors", "note")


def _dress(field: forms.Field) -> None:
    """Let a control that stands in a table look like one, and say what it is."""
    is_choice = isinstance(field, forms.ChoiceField)
    css = "form-select form-select-sm" if is_choice else "form-control form-control-sm"
    attrs = field.widget.attrs
    attrs["class"] = f"{css} {attrs.get('class', '')}".strip()
    attrs["aria-label"] = field.label


def _fen(yuan: Decimal | None) -> int | None:
    return None if yuan is None else int(yuan * 100)


@dataclass(frozen=True, slots=True)
class AmountRow:
    """A line of the sheet: what was entered, its evidence, last year's figure."""

    key: str
    field: Any
    evidence: Any
    last_fen: int | None
    is_part: bool

    @property
    def last_words(self) -> str:
        """Last year's figure."""
        return formats.amount(self.last_fen)


@dataclass(frozen=True, slots=True)
class GuaranteeRow:
    """A guarantee on the sheet, beside last year's verdict."""

    verdict: Any
    note: Any
    by: Any
    on: Any
    last: Text | None


class SheetForm(forms.Form):
    """One household's sheet: amounts, evidence, spending, guarantees, who asked.

    accepted: the evidence that may be chosen. last: the sheet of the year before.
    """

    version = forms.CharField(required=False, widget=forms.HiddenInput)
    surveyed_on = forms.DateField(
        label=say_later("入户日期", "Day of the survey"), widget=DayInput
    )
    surveyors = forms.CharField(
        label=say_later("调查人", "Surveyors"),
        max_length=NAMES_MAX,
        help_text=say_later(
            "两人以上，用顿号分开。", "Two or more, separated by “、”."
        ),
    )
    note = forms.CharField(
        label=say_later("备注", "Note"),
        required=False,
        max_length=NOTE_MAX,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        accepted: Iterable[str],
        last: SurveySheet | None = None,
        last_amounts: Mapping[str, int | None] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(data, **more)
        self.last = last
        self.last_amounts = last_amounts or {}
        evidence = [(one, Evidence(one).text) for one in Evidence if one in accepted]
        for key in ORDER:
            self.fields[key] = _yuan(text_of(key))
            if key in EVIDENCED:
                self.fields[f"{key}_evidence"] = _choice(
                    Text("{what}：依据", "{what}: evidence").with_(what=text_of(key)),
                    evidence,
                )
        for key, text in SPENDING.items():
            self.fields[f"spent_{key}"] = _yuan(text)
        for kind in GuaranteeKind:
            self.fields[f"verdict_{kind}"] = _choice(
                kind.text, [(one.value, one.text) for one in Verdict]
            )
            self.fields[f"note_{kind}"] = _words(
                Text("{what}：说明", "{what}: note").with_(what=kind.text), NOTE_MAX
            )
            self.fields[f"by_{kind}"] = _words(
                Text("{what}：核查人", "{what}: checked by").with_(what=kind.text),
                NAMES_MAX,
            )
            self.fields[f"on_{kind}"] = forms.DateField(
                label=say_later(
                    "{what}：核查日期", "{what}: checked on", what=kind.text
                ),
                required=False,
                widget=DayInput,
            )

        for name, field in self.fields.items():
            if name not in _WITH_LABEL:
                _dress(field)

    def amount_rows(self) -> list[AmountRow]:
        """Return the lines of income and expense in the order of the sheet."""
        return [
            AmountRow(
                key,
                self[key],
                self[f"{key}_evidence"] if key in EVIDENCED else None,
                self.last_amounts.get(key),
                is_part=key in PART_TEXTS,
            )
            for key in ORDER
        ]

    def spending_rows(self) -> list[AmountRow]:
        """Return the lines of spending."""
        return [
            AmountRow(
                key,
                self[f"spent_{key}"],
                None,
                getattr(self.last, f"spent_{key}_fen", None),
                is_part=False,
            )
            for key in SPENDING
        ]

    def guarantee_rows(self) -> list[GuaranteeRow]:
        """Return the six guarantees."""
        last = {} if self.last is None else queries.verdicts_of(self.last)
        return [
            GuaranteeRow(
                self[f"verdict_{kind}"],
                self[f"note_{kind}"],
                self[f"by_{kind}"],
                self[f"on_{kind}"],
                Verdict(last[kind].verdict).text if kind in last else None,
            )
            for kind in GuaranteeKind
        ]

    def filled(self) -> Filled:
        """Return the sheet; what the rules want of it, they say themselves."""
        given = self.cleaned_data
        return Filled(
            surveyed_on=given["surveyed_on"],
            surveyors=given["surveyors"],
            amounts={key: _fen(given[key]) for key in AMOUNTS},
            evidence={name: given[f"{name}_evidence"] for name in EVIDENCED},
            spent={key: _fen(given[f"spent_{key}"]) or 0 for key in SPENDING},
            guarantees={
                kind.value: Checked(
                    Verdict(given[f"verdict_{kind}"]),
                    given[f"note_{kind}"],
                    given[f"by_{kind}"],
                    given[f"on_{kind}"],
                )
                for kind in GuaranteeKind
                if given[f"verdict_{kind}"]
            },
            note=given["note"],
        )


def initial_of(sheet: SurveySheet) -> dict[str, Any]:
    """Return what a form shows of a sheet."""
    income = sheet.income
    shown: dict[str, Any] = {
        "surveyed_on": sheet.surveyed_on,
        "surveyors": sheet.surveyors,
        "note": sheet.note,
    }
    shown |= initial_of_income(income)
    for key in SPENDING:
        shown[f"spent_{key}"] = Decimal(getattr(sheet, f"spent_{key}_fen")) / 100
    for kind, one in queries.verdicts_of(sheet).items():
        shown[f"verdict_{kind}"], shown[f"note_{kind}"] = one.verdict, one.note
        if one.checked_by != sheet.surveyors:
            shown[f"by_{kind}"] = one.checked_by
        if one.checked_on != sheet.surveyed_on:
            shown[f"on_{kind}"] = one.checked_on
    return shown


def initial_of_income(income: Income) -> dict[str, Any]:
    """Return what a form shows of amounts; a total that its parts make stays empty."""
    shown: dict[str, Any] = {}
    for key in AMOUNTS:
        fen = getattr(income, f"{key}_fen")
        shown[key] = Decimal(fen) / 100 if fen else None
    for key, parts in PARTS.items():
        if getattr(income, f"{key}_fen") == sum(
            getattr(income, f"{part}_fen") or 0 for part in parts
        ):
            shown[key] = None
    for name in EVIDENCED:
        shown[f"{name}_evidence"] = getattr(income, f"{name}_evidence")
    return shown


def reason_field(zh: str, en: str, *, is_required: bool = True) -> forms.CharField:
    """Return a field for a reason."""
    return forms.CharField(
        label=say_later(zh, en),
        required=is_required,
        min_length=REASON_MIN,
        max_length=REASON_MAX,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class CorrectionForm(SheetForm):
    """A sheet as it should have been, and why."""

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.fields["reason"] = reason_field("更正理由", "Why it is corrected")


class ReturnForm(forms.Form):
    """Why a sheet goes back."""

    reason = reason_field("退回理由", "Why it goes back")


class LockForm(forms.Form):
    """Why a year is locked without some households."""

    missing_reason = reason_field(
        "未采集户的原因", "Why households are missing", is_required=False
    )


class YearForm(forms.Form):
    """A year and a division of the reader's own.

    divisions: code and name. years: first and last.
    """

    def __init__(
        self,
        data: Any = None,
        *,
        divisions: Iterable[tuple[str, str]],
        last_year: int,
        first_year: int,
        **more: Any,
    ) -> None:
        super().__init__(data, **more)
        self.fields["division"] = forms.ChoiceField(
            label=say_later("区划", "Division"), choices=list(divisions)
        )
        self.fields["year"] = forms.IntegerField(
            label=say_later("采集年度", "Year"),
            min_value=first_year,
            max_value=last_year,
            initial=last_year,
        )


class YearLockForm(YearForm):
    """A year and a division to lock."""

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.fields["missing_reason"] = reason_field(
            "未采集户的原因", "Why households are missing", is_required=False
        )
