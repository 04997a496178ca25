"""Forms of events in a family's descent; each returns what its operation takes."""

from __future__ import annotations

from typing import Any

from django import forms

from bangfu.registry import code_lists
from bangfu.registry.cases.descent import Happening
from bangfu.registry.cases.facts import TEXT_MAX
from bangfu.registry.cases.lineage import JOINING, LEAVING, Person
from bangfu.registry.cases.rules import REASON_MIN
from bangfu.registry.models import Household, Member
from bangfu.web.language import say_later


def _day(zh: str, en: str, *, is_required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=say_later(zh, en),
        required=is_required,
        widget=forms.DateInput(attrs={"type": "date"}),
    )


def _codes(codes: Any, *wanted: str) -> list[tuple[str, Any]]:
    return [
        (code, say_later(text.zh, text.en))
        for code, text in codes.entries
        if not wanted or code in wanted
    ]


class EventForm(forms.Form):
    """Day and reason of an event; the kinds add their own fields before them."""

    def __init__(self, *args: Any, household: Household, **more: Any) -> None:
        super().__init__(*args, **more)
        self.household = household
        self.add_fields()
        self.fields["happened_on"] = _day("发生日期", "Day")
        self.fields["reason"] = forms.CharField(
            label=say_later("事由", "Reason"),
            min_length=REASON_MIN,
            max_length=TEXT_MAX,
            widget=forms.Textarea(attrs={"rows": 2}),
        )

    def add_fields(self) -> None:
        """Add the fields of the kind."""

    def people(self) -> list[tuple[int, str]]:
        """Return the members of today as choices."""
        live = Member.objects.filter(household=self.household, left_date=None)
        return [(one.pk, one.name) for one in live.order_by("position", "pk")]

    def said(self) -> Happening:
        """Return day and reason."""
        return Happening(self.cleaned_data["happened_on"], self.cleaned_data["reason"])

    def given(self) -> dict[str, Any]:
        """Return what the operation of this kind takes besides."""
        raise NotImplementedError


def _number_field() -> forms.RegexField:
    return forms.RegexField(
        r"^[0-9A-Za-z-]{1,30}$",
        label=say_later("新户编号", "New household number"),
        max_length=30,
    )


class SplitForm(EventForm):
    """Who goes, and who heads the new household."""

    def add_fields(self) -> None:
        """Offer the members."""
        people = self.people()
        self.fields["household_no"] = _number_field()
        self.fields["member_ids"] = forms.TypedMultipleChoiceField(
            label=say_later("分出的成员", "Who goes"),
            choices=people,
            coerce=int,
            widget=forms.CheckboxSelectMultiple,
        )
        self.fields["head_id"] = forms.TypedChoiceField(
            label=say_later("新户户主", "Head of the new household"),
            choices=people,
            coerce=int,
        )

    def given(self) -> dict[str, Any]:
        """Return number, members and head."""
        names = ("household_no", "member_ids", "head_id")
        return {name: self.cleaned_data[name] for name in names}


class MergeForm(EventForm):
    """Which household of the village takes this one in."""

    def add_fields(self) -> None:
        """Ask for the number of the other household."""
        self.fields["into_no"] = forms.CharField(
            label=say_later("并入的户编号", "Number of the household that takes it in"),
            max_length=30,
        )

    def clean_into_no(self) -> int:
        """Return the key of the household with that number in the same village."""
        found = Household.objects.filter(
            division_code=self.household.division_code,
            household_no=self.cleaned_data["into_no"].strip(),
        ).exclude(pk=self.household.pk)
        keys = list(found.values_list("pk", flat=True))
        if not keys:
            raise forms.ValidationError(
                say_later("本村没有这个户编号。", "The village has no such number.")
            )
        return int(keys[0])

    def given(self) -> dict[str, Any]:
        """Return the other household."""
        return {"into_id": self.cleaned_data["into_no"]}


class MoveForm(EventForm):
    """Where the household goes."""

    def add_fields(self) -> None:
        """Ask for village and number."""
        self.fields["village"] = forms.RegexField(
            r"^[0-9]{12}$",
            label=say_later("迁入村代码（12 位）", "Code of the village"),
        )
        self.fields["household_no"] = _number_field()

    def given(self) -> dict[str, Any]:
        """Return village and number."""
        from_form = self.cleaned_data
        return {
            "village": from_form["village"],
            "household_no": from_form["household_no"],
        }


class JoinForm(EventForm):
    """Who joins."""

    def add_fields(self) -> None:
        """Ask for the person."""
        self.fields["change"] = forms.ChoiceField(
            label=say_later("变动原因", "Change"),
            choices=_codes(code_lists.MEMBER_CHANGE, *JOINING),
        )
        self.fields["name"] = forms.CharField(
            label=say_later("姓名", "Name"), max_length=60
        )
        self.fields["sex"] = forms.ChoiceField(
            label=say_later("性别", "Sex"), choices=_codes(code_lists.SEX)
        )
        relations = [c for c in _codes(code_lists.RELATION) if c[0] != "01"]
        self.fields["relation"] = forms.ChoiceField(
            label=say_later("与户主关系", "Relation to head"), choices=relations
        )
        self.fields["birth_date"] = _day("出生日期", "Born", is_required=False)
        self.fields["identity_number"] = forms.CharField(
            label=say_later("身份证号码", "Identity number"),
            max_length=18,
            required=False,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )

    def given(self) -> dict[str, Any]:
        """Return the person and the change."""
        names = ("name", "sex", "relation", "birth_date", "identity_number")
        person = Person(**{name: self.cleaned_data[name] for name in names})
        return {"person": person, "change": self.cleaned_data["change"]}


class LeaveForm(EventForm):
    """Who leaves, and who heads the household then."""

    def add_fields(self) -> None:
        """Offer the members."""
        people = self.people()
        self.fields["member_id"] = forms.TypedChoiceField(
            label=say_later("减少的成员", "Who leaves"), choices=people, coerce=int
        )
        self.fields["change"] = forms.ChoiceField(
            label=say_later("变动原因", "Change"),
            choices=_codes(code_lists.MEMBER_CHANGE, *LEAVING),
        )
        self.fields["new_head_id"] = forms.TypedChoiceField(
            label=say_later("新户主（户主减少时）", "Next head, when the head leaves"),
            choices=[("", "—"), *people],
            coerce=int,
            empty_value=None,
            required=False,
        )

    def given(self) -> dict[str, Any]:
        """Return the member, the change and the next head."""
        names = ("member_id", "change", "new_head_id")
        return {name: self.cleaned_data[name] for name in names}
