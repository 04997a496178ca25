"""Forms of the shell: how a reader wants a list to be shown."""

from __future__ import annotations

from django import forms
from django.core.validators import RegexValidator

from bangfu.web.language import say_later
from bangfu.web.lists import DENSITIES, PAGE_SIZES

COLUMNS_MAX = 60
VIEWS_MAX = 20
_NAME = RegexValidator(r"^[a-z0-9_.-]{1,80}$")


class ListSettingsForm(forms.Form):
    """Columns, row height and page size of one list."""

    key = forms.CharField(max_length=80, validators=[_NAME])
    density = forms.ChoiceField(choices=[(name, name) for name in DENSITIES])
    size = forms.TypedChoiceField(choices=[(n, n) for n in PAGE_SIZES], coerce=int)
    all_columns = forms.CharField(max_length=2_000, required=False)
    columns = forms.CharField(required=False)

    def hidden_columns(self, shown: list[str]) -> list[str]:
        """Return the columns that were offered and not ticked."""
        offered = self.cleaned_data["all_columns"].split()[:COLUMNS_MAX]
        return [name for name in offered if name not in shown]


class SavedViewForm(forms.Form):
    """A name for the filters as they stand."""

    key = forms.CharField(max_length=80, validators=[_NAME])
    name = forms.CharField(max_length=30, label=say_later("名称", "Name"))
    query = forms.CharField(max_length=1_000, required=False)
    is_removed = forms.BooleanField(required=False)
