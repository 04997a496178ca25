"""Forms: ordering, deciding and applying runs; changing a pairing by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from bangfu.calc.values.division_code import DivisionCode, InvalidDivisionCode
from bangfu.pairing.rules import PRICE_MAX, REASON_LENGTH_MAX, YEARS, RunParameters
from bangfu.web.language import say, say_later


class _DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class OrderForm(forms.Form):
    """What a run is over. Empty prices are those of the policy pack."""

    division = forms.ChoiceField(
        label=say_later("区划", "Division"),
        help_text=say_later(
            "方案覆盖该区划全部贫困户和所属单位干部。",
            "The run takes in all its households and the officials of its units.",
        ),
    )
    year = forms.IntegerField(
        label=say_later("年度", "Year"), min_value=YEARS[0], max_value=YEARS[-1]
    )
    keep_price = forms.IntegerField(
        label=say_later("保留现有结对的价值（点）", "Worth of keeping a pair (points)"),
        help_text=say_later(
            "留空按政策参数；越大，更换帮扶责任人越少。",
            "Empty: as the policy says. The larger, the fewer helpers change.",
        ),
        min_value=0,
        max_value=PRICE_MAX,
        required=False,
    )
    km_price = forms.IntegerField(
        label=say_later("每公里的代价（点）", "Cost of a kilometre (points)"),
        help_text=say_later("留空按政策参数。", "Empty: as the policy says."),
        min_value=0,
        max_value=PRICE_MAX,
        required=False,
    )

    def __init__(
        self, *args: Any, divisions: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["division"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = divisions

    def clean_division(self) -> DivisionCode:
        """Return the code."""
        try:
            return DivisionCode(self.cleaned_data["division"])
        except InvalidDivisionCode as refusal:
            raise forms.ValidationError(say(refusal.message)) from refusal

    @property
    def parameters(self) -> RunParameters:
        """The prices that were typed."""
        return RunParameters(
            km_price=self.cleaned_data["km_price"],
            keep_price=self.cleaned_data["keep_price"],
        )


class ApproveForm(forms.Form):
    """Approval, with a remark if there is one."""

    reason = forms.CharField(
        label=say_later("审批意见", "Remark"),
        max_length=REASON_LENGTH_MAX,
        required=False,
    )


class RejectForm(forms.Form):
    """Return, with its reason."""

    reason = forms.CharField(
        label=say_later("退回原因", "Reason"), max_length=REASON_LENGTH_MAX
    )


class ApplyForm(forms.Form):
    """From which day the new pairings hold."""

    from_date = forms.DateField(
        label=say_later("执行日期", "First day"),
        help_text=say_later(
            "新结对自这一天开始，原结对到这一天为止。",
            "New pairings begin on this day, the old ones end on it.",
        ),
        widget=_DateInput(),
    )

    @classmethod
    def on(cls, today: date) -> ApplyForm:
        """Return the form with today filled in."""
        return cls(initial={"from_date": today})


class ChangeForm(forms.Form):
    """Another helper for one household."""

    official = forms.TypedChoiceField(
        label=say_later("新的帮扶责任人", "New helper"),
        coerce=int,
        widget=forms.RadioSelect,
        help_text=say_later(
            "只列出可帮扶该户、有名额且无亲属关系的在职干部。",
            "Officials in post who may help it, have a place left and are no kin.",
        ),
    )
    from_date = forms.DateField(
        label=say_later("开始日期", "First day"), widget=_DateInput()
    )
    reason = forms.CharField(
        label=say_later("调整原因", "Reason"), max_length=REASON_LENGTH_MAX
    )

    def __init__(
        self, *args: Any, officials: list[tuple[int, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["official"]
        assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 - declared above
        field.choices = officials


class EndForm(forms.Form):
    """The end of a pairing."""

    from_date = forms.DateField(
        label=say_later("终止日期", "Last day"), widget=_DateInput()
    )
    reason = forms.CharField(
        label=say_later("终止原因", "Reason"), max_length=REASON_LENGTH_MAX
    )
