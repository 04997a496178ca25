"""What the browse page asks for: a day, and words to look for."""

from __future__ import annotations

from datetime import date

from django import forms

WORDS_MAX = 40


class BrowseForm(forms.Form):
    """A day (empty: today) and part of a name or the beginning of a code."""

    q = forms.CharField(max_length=WORDS_MAX, required=False)
    at = forms.DateField(
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def chosen(self, *, today: date) -> tuple[date, str]:
        """Return the day and the words; what cannot be read counts as not given.

        The form itself then shows the error beside the field.
        """
        self.is_valid()
        day = self.cleaned_data.get("at") or today
        return day, self.cleaned_data.get("q", "").strip()
