"""Forms of the decisions about suspected duplicates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from bangfu.registry.cases.descent import HEAD, Happening
from bangfu.registry.cases.facts import TEXT_MAX
from bangfu.registry.cases.rules import REASON_MIN
from bangfu.registry.models import Member
from bangfu.web.language import say_later


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=say_later("理由", "Reason"),
        min_length=REASON_MIN,
        max_length=TEXT_MAX,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class _MergeForm(forms.Form):
    """Day and reason of a merge; the kinds add their own fields before them."""

    def add_day_and_reason(self) -> None:
        """Add the fields that stand last."""
        self.fields["happened_on"] = forms.DateField(
            label=say_later("认定日期", "Day"),
            widget=forms.DateInput(attrs={"type": "date"}),
        )
        self.fields["reason"] = forms.CharField(
            label=say_later("理由", "Reason"),
            min_length=REASON_MIN,
            max_length=TEXT_MAX,
            widget=forms.Textarea(attrs={"rows": 2}),
        )

    def said(self) -> Happening:
        """Return day and reason."""
        return Happening(self.cleaned_data["happened_on"], self.cleaned_data["reason"])


class PersonsForm(_MergeForm):
    """Which record goes on, which leave, and who heads the households they head."""

    def __init__(
        self,
        *args: Any,
        records: Sequence[Member],
        families: Mapping[int, Sequence[Member]],
        **more: Any,
    ) -> None:
        """records: those that may be merged. families: live members by household."""
        super().__init__(*args, **more)
        self.records = records
        names = [
            (
                one.pk,
                say_later(
                    f"{one.name}（{one.household}）", f"{one.name} ({one.household})"
                ),
            )
            for one in records
        ]
        self.fields["kept"] = forms.TypedChoiceField(
            label=say_later("保留的记录", "The record that goes on"),
            help_text=say_later(
                "保留记录中的空白项由其他记录补齐，已有内容不变。",
                "What it does not know is filled in from the others; nothing is changed.",
            ),
            choices=names,
            coerce=int,
            widget=forms.RadioSelect,
        )
        self.fields["merged"] = forms.TypedMultipleChoiceField(
            label=say_later("与之为同一人的记录", "Records of the same person"),
            help_text=say_later(
                "这些记录将减少，原因为录入错误，历史保留。",
                "They leave as entry errors; their history stays.",
            ),
            choices=names,
            coerce=int,
            widget=forms.CheckboxSelectMultiple,
        )
        for one in records:
            others = [m for m in families[one.household_id] if m.pk != one.pk]
            if one.relation == HEAD and others:
                self.fields[f"head_{one.pk}"] = forms.TypedChoiceField(
                    label=say_later(
                        f"{one.household} 的新户主（{one.name}减少时）",
                        f"Next head of {one.household}, when {one.name} leaves it",
                    ),
                    choices=[("", "—"), *((m.pk, m.name) for m in others)],
                    coerce=int,
                    empty_value=None,
                    required=False,
                )
        self.add_day_and_reason()

    def clean(self) -> dict[str, Any] | None:
        """Refuse a record that both stays and leaves."""
        cleaned = super().clean()
        kept = self.cleaned_data.get("kept")
        if kept is not None and kept in self.cleaned_data.get("merged", ()):
            self.add_error(
                "merged",
                say_later(
                    "保留的记录不能同时减少。", "The record that goes on cannot leave."
                ),
            )
        return cleaned

    def given(self) -> dict[str, Any]:
        """Return what `merge_persons` takes besides day and reason."""
        chosen = self.cleaned_data
        heads = {
            one.pk: chosen[f"head_{one.pk}"]
            for one in self.records
            if chosen.get(f"head_{one.pk}") and one.pk in chosen["merged"]
        }
        return {
            "kept_id": chosen["kept"],
            "member_ids": chosen["merged"],
            "new_heads": heads,
        }


class HouseholdsForm(_MergeForm):
    """Member by member: stands in the other household already, or joins it."""

    def __init__(
        self,
        *args: Any,
        going: Sequence[Member],
        there: Sequence[Member],
        suggested: Mapping[int, int],
        **more: Any,
    ) -> None:
        """going: members of the household that is merged; there: of the other one."""
        super().__init__(*args, **more)
        self.going = going
        choices = [
            ("", say_later("一并迁入", "joins the household")),
            *(
                (one.pk, say_later(f"与 {one.name} 为同一人", f"is {one.name} there"))
                for one in there
            ),
        ]
        for one in going:
            self.fields[f"same_{one.pk}"] = forms.TypedChoiceField(
                label=one.name,
                choices=choices,
                coerce=int,
                empty_value=None,
                required=False,
                initial=suggested.get(one.pk, ""),
            )
        self.add_day_and_reason()

    def same(self) -> dict[int, int]:
        """Return who stands in the other household already, with the record there."""
        return {
            one.pk: self.cleaned_data[f"same_{one.pk}"]
            for one in self.going
            if self.cleaned_data[f"same_{one.pk}"]
        }
