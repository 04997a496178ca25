"""Inputs of the accounts pages."""

from __future__ import annotations

from django import forms

from bangfu.accounts.roles import Role
from bangfu.calc.values.division_code import DivisionCode, InvalidDivisionCode
from bangfu.web.language import say, say_later


def read_division(text: str) -> DivisionCode:
    """Return a division code typed by a person, as a form error when it is none."""
    try:
        return DivisionCode.parse(text)
    except InvalidDivisionCode as refusal:
        raise forms.ValidationError(say(refusal.message)) from refusal


class UserForm(forms.Form):
    """A new user."""

    username = forms.CharField(
        max_length=60,
        label=say_later("用户名", "User name"),
        help_text=say_later(
            "2 至 60 位小写字母、数字、点或横线。",
            "2 to 60 small letters, digits, dots or dashes.",
        ),
    )
    name = forms.CharField(max_length=60, label=say_later("姓名", "Name"))


class GrantForm(forms.Form):
    """A new grant."""

    role = forms.ChoiceField(label=say_later("角色", "Role"))
    division = forms.CharField(
        max_length=12,
        label=say_later("区划代码", "Division code"),
        help_text=say_later(
            "授权只在该区划及其下级有效。", "The grant holds there and below."
        ),
    )
    official_id = forms.IntegerField(
        required=False,
        min_value=1,
        label=say_later("帮扶干部编号", "Official's record number"),
        help_text=say_later("仅“帮扶责任人”需要。", "Only for the role “helper”."),
    )
    valid_from = forms.DateField(
        label=say_later("生效日期", "Valid from"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = [(role.value, say(role.text)) for role in Role]

    def clean_division(self) -> DivisionCode:
        """Return the code as a value."""
        return read_division(self.cleaned_data["division"])


class ReasonForm(forms.Form):
    """A reason for an act."""

    reason = forms.CharField(
        max_length=200,
        label=say_later("原因", "Reason"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class NewPasswordForm(forms.Form):
    """A password of one's own, typed twice."""

    password = forms.CharField(
        label=say_later("新密码", "New password"),
        help_text=say_later(
            "至少 12 位，可用一句话。", "At least 12 characters; a phrase is fine."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )
    again = forms.CharField(
        label=say_later("再输一次", "Once more"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )

    def clean(self) -> dict[str, str]:
        """Refuse two different passwords."""
        data: dict[str, str] = super().clean() or {}
        if data.get("password") != data.get("again"):
            self.add_error(
                "again",
                say_later("两次输入的密码不同。", "The two passwords differ."),
            )
        return data
