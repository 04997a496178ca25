"""Form fields that the pages of funds share: yuan, funds, days, documents."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from bangfu.calc.ledger.codes import FundClass, FundSource, Purpose
from bangfu.calc.values.money import InvalidAmount, parse_yuan
from bangfu.calc.values.text import Text
from bangfu.web.language import say, say_later

YEAR_MIN, YEAR_MAX = 2014, 2099


class YuanField(forms.CharField):
    """An amount in yuan, typed with or without commas; its value is fen."""

    def __init__(self, **more: Any) -> None:
        attrs = {"inputmode": "decimal", "autocomplete": "off"}
        super().__init__(max_length=24, widget=forms.TextInput(attrs=attrs), **more)

    def clean(self, value: Any) -> Any:
        """Return fen, None for an empty field that may be so."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_yuan(text)
        except InvalidAmount as refusal:
            raise ValidationError(say(refusal)) from refusal


def label(text: Text) -> Any:
    """Return a lazy label."""
    return say_later(text.zh, text.en)


def yuan_field(zh: str, en: str, *, is_required: bool = True) -> YuanField:
    """Return a field for an amount."""
    return YuanField(
        label=say_later(f"{zh}（元）", f"{en} (yuan)"), required=is_required
    )


def day_field(zh: str, en: str) -> forms.DateField:
    """Return a field for a civil day."""
    return forms.DateField(
        label=say_later(zh, en), widget=forms.DateInput(attrs={"type": "date"})
    )


def text_field(zh: str, en: str, most: int, *, is_required: bool = True) -> Any:
    """Return a field for a line of words."""
    return forms.CharField(
        label=say_later(zh, en), max_length=most, required=is_required
    )


def year_field() -> forms.IntegerField:
    """Return a field for the year of the money."""
    return forms.IntegerField(
        label=say_later("资金年度", "Year of the money"),
        min_value=YEAR_MIN,
        max_value=YEAR_MAX,
    )


def choice_field(
    zh: str, en: str, choices: Any, *, is_required: bool = True
) -> forms.ChoiceField:
    """Return a field for one of the members of an enumeration with texts."""
    offered = [(one.value, label(one.text)) for one in choices]
    if not is_required:
        offered = [("", "—"), *offered]
    return forms.ChoiceField(
        label=say_later(zh, en), choices=offered, required=is_required
    )


def class_field(*, is_required: bool = True) -> forms.ChoiceField:
    """Return a field for the class of funds."""
    return choice_field("资金类别", "Class", FundClass, is_required=is_required)


def source_field(*, is_required: bool = True) -> forms.ChoiceField:
    """Return a field for the source of funds."""
    return choice_field("资金来源", "Source", FundSource, is_required=is_required)


def purpose_field(*, is_required: bool = True) -> forms.ChoiceField:
    """Return a field for the purpose."""
    return choice_field("资金用途", "Purpose", Purpose, is_required=is_required)


def file_field(text: Text, *, is_required: bool = True) -> forms.FileField:
    """Return a field for a document."""
    return forms.FileField(
        label=label(text),
        required=is_required,
        help_text=say_later(
            "PDF、JPG、PNG、DOCX 或 XLSX。", "PDF, JPG, PNG, DOCX or XLSX."
        ),
    )


def content_of(file: UploadedFile[Any] | None) -> tuple[str, bytes] | None:
    """Return name and content of an upload, None without one."""
    return None if file is None else (file.name or "file", file.read())
