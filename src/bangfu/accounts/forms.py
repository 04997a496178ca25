"""Inputs of the accounts pages and of log-in."""

from __future__ import annotations

from datetime import date
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ChangePasswordForm, LoginForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django import forms
from django.urls import reverse_lazy

from bangfu.accounts import lockout, places
from bangfu.accounts.passwords import HINT
from bangfu.accounts.roles import Role
from bangfu.calc.values.division_code import DivisionCode, InvalidDivisionCode
from bangfu.calc.values.text import Text
from bangfu.web.language import say, say_later, say_text_later


class LogInForm(LoginForm):  # type: ignore[misc]
    """Name and password, without words inside the fields."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = say_later("用户名", "User name")
        self.fields["password"].label = say_later("密码", "Password")
        for field in self.fields.values():
            field.widget.attrs["placeholder"] = ""
        self.fields["login"].widget.attrs["autofocus"] = True


class OwnPasswordForm(ChangePasswordForm):  # type: ignore[misc]
    """The present password and a new one twice, without words inside the fields."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["placeholder"] = ""
        self.fields["password1"].help_text = say_text_later(HINT)


class _Code(forms.Form):
    """A code of the second step; wrong ones count like wrong passwords."""

    user: Any

    def clean_code(self) -> str:
        """Refuse a wrong code, and any code while the log-in is locked."""
        request, name = context.request, self.user.username
        refused = get_adapter().validation_error("incorrect_code")
        if lockout.is_locked(request, name):
            lockout.record_failure(request, name, step=lockout.CODE)
            raise refused
        try:
            code: str = super().clean_code()  # type: ignore[misc]
        except forms.ValidationError:
            lockout.count_failure(request, name)
            lockout.record_failure(request, name, step=lockout.CODE)
            raise
        return code


class SecondStepForm(_Code, AuthenticateForm):  # type: ignore[misc]
    """The second step of a log-in."""


class ConfirmByCodeForm(_Code, ReauthenticateForm):  # type: ignore[misc]
    """A code as the proof that it is still the same person."""


class UserForm(forms.Form):
    """A new user."""

    username = forms.CharField(
        max_length=60,
        label=say_later("用户名", "User name"),
        help_text=say_later(
            "2 至 60 位小写字母、数字、点或横线，建后不能修改。",
            "2 to 60 small letters, digits, dots or dashes; it cannot be changed later.",
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    name = forms.CharField(
        max_length=60,
        label=say_later("姓名", "Name"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    unit_name = forms.CharField(
        max_length=120, required=False, label=say_later("工作单位", "Place of work")
    )


class GrantForm(forms.Form):
    """A new grant, within the administrator's division."""

    role = forms.ChoiceField(label=say_later("角色", "Role"))
    division = forms.CharField(
        max_length=120,
        label=say_later("区划", "Division"),
        help_text=say_later(
            "填写区划代码，或输入名称后从列表中选择。授权只在该区划及其下级有效。",
            "Type a code, or a name and pick from the list. The grant holds there and below.",
        ),
        widget=forms.TextInput(
            attrs={
                "list": "division-options",
                "autocomplete": "off",
                "hx-get": reverse_lazy("accounts:division_options"),
                "hx-trigger": "input changed delay:300ms",
                "hx-target": "#division-options",
                "hx-swap": "innerHTML",
            }
        ),
    )
    official = forms.CharField(
        max_length=60,
        required=False,
        label=say_later("帮扶干部", "Official"),
        help_text=say_later(
            "仅“帮扶责任人”填写：干部花名册中的编号或姓名。",
            "Only for the role “helper”: the number or name in the staff roster.",
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    valid_from = forms.DateField(
        label=say_later("生效日期", "Valid from"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    last_day = forms.DateField(
        required=False,
        label=say_later("最后一天", "Last day"),
        help_text=say_later("长期有效的不填。", "Leave it empty for a lasting grant."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(
        self, *args: Any, within: DivisionCode, today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.within, self.today = within, today
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = [
            ("", say(_CHOOSE)),
            *(
                (role.value, say(role.text))
                for role in Role
                if max(role.levels) >= within.level
            ),
        ]

    def clean_division(self) -> DivisionCode:
        """Return the code typed, or the only division of the name typed."""
        text = self.cleaned_data["division"].strip()
        code = _code(text) or self._named(text)
        if not self.within.contains(code):
            raise _refused("division", _NOT_WITHIN)
        tree_is_there = places.is_known(self.within, at=self.today)
        if tree_is_there and not places.is_known(code, at=self.today):
            raise _refused("division", _NO_SUCH_DIVISION)
        return code

    def _named(self, text: str) -> DivisionCode:
        rows = places.search(text, within=self.within, at=self.today, limit=2)
        if len(rows) != 1:
            raise _refused("division", _SEVERAL if rows else _NO_SUCH_DIVISION)
        return rows[0].code

    def clean(self) -> dict[str, Any]:
        """Find the official that a helper's grant names."""
        data: dict[str, Any] = super().clean() or {}
        data["official_id"] = None
        text, division = data.get("official", "").strip(), data.get("division")
        if text and division:
            found = places.officials(text, within=division)
            if len(found) == 1:
                data["official_id"] = found[0].official_id
            else:
                words = "；".join(one.words for one in found)
                self.add_error(
                    "official", say((_WHICH if found else _NOBODY).with_(found=words))
                )
        return data


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
        max_length=128,
        label=say_later("新密码", "New password"),
        help_text=say_text_later(HINT),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )
    again = forms.CharField(
        max_length=128,
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


_CHOOSE = Text("请选择", "Choose")
_NOT_WITHIN = Text(
    "该区划不在您管理的地区内。", "This division lies outside the one you manage."
)
_NO_SUCH_DIVISION = Text(
    "没有这个区划，请核对代码或名称。",
    "There is no such division; check the code or name.",
)
_SEVERAL = Text(
    "有多个区划名称符合，请填写代码。",
    "Several divisions have this name; type the code.",
)
_NOBODY = Text(
    "该区划的干部花名册中没有此人，请核对编号或姓名。",
    "The division's staff roster has nobody like that; check the number or name.",
)
_WHICH = Text(
    "有多人符合：{found}。请填写编号。",
    "Several people fit: {found}. Give the number.",
)


def _code(text: str) -> DivisionCode | None:
    try:
        return DivisionCode.parse(text)
    except InvalidDivisionCode:
        return None


def _refused(code: str, text: Text) -> forms.ValidationError:
    return forms.ValidationError(say(text), code=code)
