"""The form of a village's year, made of its fields."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from bangfu.exchange.declaration import Kind
from bangfu.registry.surveys.forms import reason_field
from bangfu.registry.villages.fields import SECTIONS, TERRAIN, VillageField, fields
from bangfu.registry.villages.models import VillageYear
from bangfu.web.language import say_later

_COUNT_MAX = 1_000_000
_MONEY_MAX = Decimal(10**9)
_REQUIRED = ("households", "population")
_YES_NO = {"1": True, "0": False}


class VillageForm(forms.Form):
    """Figures of a village's year. found: what is recorded, None for nothing."""

    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any, *, found: VillageYear | None, is_correction: bool, version: str
    ) -> None:
        super().__init__(data, initial={"version": version})
        for field in fields():
            if not field.counted:
                self.fields[field.key] = _field(field, found)
        if is_correction:
            self.fields["reason"] = reason_field("更正理由", "Why it is corrected")

    def sections(self) -> list[tuple[Any, list[Any]]]:
        """Return the bound fields under their headings."""
        return [
            (
                section.text,
                [self[field.key] for field in section.fields if not field.counted],
            )
            for section in SECTIONS
        ]

    def figures(self) -> dict[str, Any]:
        """Return what was entered, by column; None for what was left empty."""
        return {
            field.column: _typed(field, self.cleaned_data[field.key])
            for field in fields()
            if not field.counted
        }


def _typed(field: VillageField, value: Any) -> Any:
    if value in (None, ""):
        return None
    if field.kind is Kind.BOOL:
        return _YES_NO[value]
    return int(value * 100) if field.kind is Kind.YUAN else value


def _field(field: VillageField, found: VillageYear | None) -> forms.Field:
    unit = say_later("元", "yuan") if field.kind is Kind.YUAN else field.unit
    label = (
        say_later(field.text.zh, field.text.en)
        if unit is None
        else say_later(
            "{what}（{unit}）", "{what} ({unit})", what=field.text, unit=unit
        )
    )
    value = getattr(found, field.column, None)
    common: dict[str, Any] = {"label": label, "required": field.key in _REQUIRED}
    common["initial"] = value
    if field.kind is Kind.TEXT:
        return forms.CharField(max_length=60, **common)
    if field.kind is Kind.CODE:
        entries = [(code, say_later(t.zh, t.en)) for code, t in TERRAIN.entries]
        return forms.ChoiceField(choices=[("", "—"), *entries], **common)
    if field.kind is Kind.BOOL:
        common["initial"] = {True: "1", False: "0", None: ""}[value]
        choices = [
            ("", "—"),
            ("1", say_later("是", "yes")),
            ("0", say_later("否", "no")),
        ]
        return forms.ChoiceField(choices=choices, **common)
    if field.kind is Kind.INTEGER:
        return forms.IntegerField(min_value=0, max_value=_COUNT_MAX, **common)
    if field.kind is Kind.YUAN:
        common["initial"] = None if value is None else Decimal(value) / 100
        return forms.DecimalField(
            min_value=0, max_value=_MONEY_MAX, decimal_places=2, **common
        )
    return forms.DecimalField(
        min_value=0, max_value=_COUNT_MAX, decimal_places=2, **common
    )
