"""Forms of cases: built from the row of the table whose act they take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from bangfu.calc.values.text import Text
from bangfu.registry.cases.acts import Act
from bangfu.registry.cases.evidence import Upload
from bangfu.registry.cases.facts import CODES, TEXT_MAX, Fact
from bangfu.registry.cases.meetings import Minutes, Vote
from bangfu.registry.cases.models import Case
from bangfu.registry.cases.rules import EVIDENCE_TEXTS, REASON_MIN, Votes
from bangfu.registry.cases.stepping import Said
from bangfu.web.language import say_later

_FILE = "file_"


def _label(text: Text) -> Any:
    return say_later(text.zh, text.en)


def _day_field(zh: str, en: str) -> forms.DateField:
    return forms.DateField(
        label=say_later(zh, en), widget=forms.DateInput(attrs={"type": "date"})
    )


def _reason_field(*, is_required: bool) -> forms.CharField:
    return forms.CharField(
        label=say_later("理由", "Reason"),
        required=is_required,
        min_length=REASON_MIN,
        max_length=TEXT_MAX,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ActForm(forms.Form):
    """Day, facts, documents and reason of one act. The operation checks the facts."""

    def __init__(self, *args: Any, act: Act, **more: Any) -> None:
        super().__init__(*args, **more)
        self.act = act
        self.fields["happened_on"] = _day_field("办理日期", "Day")
        for fact in act.facts:
            self.fields[fact.key] = _fact_field(fact)
        for kind in act.evidence:
            self.fields[_FILE + kind] = forms.FileField(
                label=_label(EVIDENCE_TEXTS[kind]),
                help_text=say_later(
                    "PDF、JPG、PNG、DOCX 或 XLSX。", "PDF, JPG, PNG, DOCX or XLSX."
                ),
            )
        if act.needs_reason:
            self.fields["reason"] = _reason_field(is_required=True)

    def said(self) -> Said:
        """Return what was stated; the form is valid."""
        given = self.cleaned_data
        return Said(
            happened_on=given["happened_on"],
            facts={fact.key: given[fact.key] for fact in self.act.facts},
            reason=given.get("reason", ""),
            files=[_upload(kind, given[_FILE + kind]) for kind in self.act.evidence],
        )


def _upload(kind: str, file: UploadedFile[Any]) -> Upload:
    return Upload(kind, file.name or kind, file.read())


def _fact_field(fact: Fact) -> forms.Field:
    common: dict[str, Any] = {
        "label": _label(fact.text),
        "required": fact.is_required,
    }
    if fact.type == "flag":
        return forms.BooleanField(**common | {"required": False})
    if fact.type == "date":
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), **common)
    if fact.type == "year":
        return forms.IntegerField(min_value=2014, max_value=2100, **common)
    if fact.type == "count":
        return forms.IntegerField(min_value=0, max_value=9_999_999, **common)
    if fact.type in CODES:
        choices = [(code.value, _label(code.text)) for code in CODES[fact.type]]
        return forms.ChoiceField(choices=choices, **common)
    return forms.CharField(max_length=TEXT_MAX, **common)


class HouseholdForm(forms.Form):
    """A family that is not on the roll: its place, its number and its head."""

    village = forms.ChoiceField(label=say_later("行政村", "Village"))
    household_no = forms.RegexField(
        r"^[0-9A-Za-z-]{1,30}$",
        label=say_later("户编号", "Household number"),
        max_length=30,
    )
    group_name = forms.CharField(
        label=say_later("村民小组", "Villagers' group"), max_length=40, required=False
    )
    name = forms.CharField(label=say_later("户主姓名", "Head"), max_length=60)
    identity_number = forms.CharField(
        label=say_later("户主身份证号码", "Identity number of the head"),
        max_length=18,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(
        self, *args: Any, villages: Sequence[tuple[str, str]], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        field: Any = self.fields["village"]
        field.choices = villages


class MeetingForm(forms.Form):
    """The minutes of a meeting, and how it voted on each case that waits for one."""

    held_on = _day_field("会议日期", "Day")
    place = forms.CharField(
        label=say_later("会议地点", "Place"), max_length=60, required=False
    )
    chaired_by = forms.CharField(label=say_later("主持人", "Chaired by"), max_length=60)
    representatives = forms.IntegerField(
        label=say_later("应到村民代表", "Representatives"), min_value=1, max_value=999
    )
    attended = forms.IntegerField(
        label=say_later("实到", "Attended"), min_value=1, max_value=999
    )
    minutes = forms.FileField(label=say_later("会议记录", "Minutes"))
    attendance = forms.FileField(
        label=say_later("签到表", "Attendance list"), required=False
    )

    def __init__(self, *args: Any, cases: Sequence[Case], **more: Any) -> None:
        super().__init__(*args, **more)
        self.cases = cases
        for case in cases:
            for name, zh, en in _COUNTS:
                self.fields[f"{name}_{case.pk}"] = forms.IntegerField(
                    label=say_later(zh, en), min_value=0, max_value=999, required=False
                )
            self.fields[f"recusals_{case.pk}"] = forms.CharField(
                label=say_later("回避人员", "Who was recused"),
                max_length=200,
                required=False,
            )

    def rows(self) -> list[tuple[Case, list[Any]]]:
        """Return each case with its bound fields."""
        names = [*(name for name, _, _ in _COUNTS), "recusals"]
        return [
            (case, [self[f"{name}_{case.pk}"] for name in names]) for case in self.cases
        ]

    def read(self, village: Any) -> tuple[Minutes, list[Vote]]:
        """Return minutes and votes; a case without votes for or against was not voted on."""
        given = self.cleaned_data
        files = [
            _upload(kind, given[kind])
            for kind in ("minutes", "attendance")
            if given[kind]
        ]
        minutes = Minutes(
            village=village,
            held_on=given["held_on"],
            representatives=given["representatives"],
            attended=given["attended"],
            chaired_by=given["chaired_by"],
            place=given["place"],
            files=files,
        )
        return minutes, [
            self._vote(case)
            for case in self.cases
            if given[f"for_{case.pk}"] is not None
            or given[f"against_{case.pk}"] is not None
        ]

    def _vote(self, case: Case) -> Vote:
        given = {name: self.cleaned_data[f"{name}_{case.pk}"] for name, _, _ in _COUNTS}
        counts = {name: value or 0 for name, value in given.items()}
        return Vote(
            case_id=case.pk,
            votes=Votes(
                counts["for"],
                counts["against"],
                counts["abstained"],
                counts["recused"],
            ),
            recusals=self.cleaned_data[f"recusals_{case.pk}"],
            rank=given["rank"],
        )


_COUNTS = (
    ("for", "赞成", "For"),
    ("against", "反对", "Against"),
    ("abstained", "弃权", "Abstained"),
    ("recused", "回避", "Recused"),
    ("rank", "贫困程度排序", "Rank"),
)
