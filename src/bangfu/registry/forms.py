"""Forms: uploading, changing a household, revealing, looking somebody up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from bangfu.calc.values.text import Text
from bangfu.exchange.declaration import Column, Kind
from bangfu.registry.imports import reading
from bangfu.registry.models import Household
from bangfu.registry.operations import REASON_MIN, SEALED
from bangfu.web.language import say_later

REASON_MAX = 300
YES, NO = "1", "0"


class ManyFilesInput(forms.ClearableFileInput):
    """A file input that takes several."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files in one field."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        """Check each file."""
        files = data if isinstance(data, list | tuple) else [data]
        clean_one: Callable[[Any, Any], UploadedFile[Any]] = super().clean
        return [clean_one(file, initial) for file in files]


class UploadForm(forms.Form):
    """Kind, files and options of an import."""

    kind = forms.ChoiceField(
        label=say_later("导入内容", "What to import"), widget=forms.RadioSelect
    )
    workbooks = ManyFilesField(
        label=say_later("文件", "Files"),
        help_text=say_later(
            "可一次选择多个 .xlsx、.xls 或 .csv 文件，最多 {count} 个，每个不超过 {mb} MB、"
            "全部不超过 {rows:,} 行。",
            "Several .xlsx, .xls or .csv files at once: up to {count}, {mb} MB each, "
            "{rows:,} rows in all.",
            count=reading.FILES_MAX,
            mb=reading.LIMITS.file_bytes_max // (1 << 20),
            rows=reading.ROWS_MAX,
        ),
    )
    overwrite_empty = forms.BooleanField(
        label=say_later("空值覆盖", "Overwrite with empty"),
        required=False,
        help_text=say_later(
            "默认不勾选：空单元格不改变已有数据。",
            "Leave it off: an empty cell then changes nothing.",
        ),
    )

    def __init__(
        self, *args: Any, kinds: Iterable[tuple[str, Any]], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        choice: Any = self.fields["kind"]
        choice.choices = list(kinds)


class ReasonForm(forms.Form):
    """A reason alone."""

    reason = forms.CharField(
        label=say_later("修改理由", "Reason"),
        min_length=REASON_MIN,
        max_length=REASON_MAX,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class RevealForm(forms.Form):
    """What a sealed value is needed for."""

    PURPOSES = (
        Text("核实身份信息", "verify identity"),
        Text("办理补贴发放", "pay a subsidy"),
        Text("与部门数据比对", "compare with a department's data"),
        Text("群众来访核查", "answer a visitor's enquiry"),
    )
    purpose = forms.CharField(
        label=say_later("查看用途", "Purpose"),
        min_length=REASON_MIN,
        max_length=REASON_MAX,
        help_text=say_later(
            "用途、查看人和时间记入审计。",
            "Purpose, person and time are recorded in the audit.",
        ),
        widget=forms.TextInput(attrs={"list": "purposes", "autocomplete": "off"}),
    )


class LookUpForm(forms.Form):
    """The last four characters of an identity number."""

    last_four = forms.CharField(
        label=say_later("身份证号码后四位", "Last four of the identity number"),
        min_length=4,
        max_length=4,
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 6}),
        help_text=say_later(
            "只在管辖范围内查找，每次查找记入审计。",
            "Within your scope only; each look-up is recorded in the audit.",
        ),
    )


# Changing a household


class HouseholdForm(ReasonForm):
    """The facts of the households' sheet; what is sealed stays empty and is kept.

    version: what the household was when the form was made.
    """

    version = forms.CharField(widget=forms.HiddenInput)

    def __init__(
        self, data: Any, *, household: Household, columns: Sequence[Column]
    ) -> None:
        super().__init__(data)
        self.household = household
        self.editable = columns
        for column in self.editable:
            self.fields[column.key] = _field(column, household)
        self.order_fields([column.key for column in self.editable])

    def changes(self) -> dict[str, object]:
        """Return the values that differ from those stored; None empties one."""
        changed: dict[str, object] = {}
        for column in self.editable:
            entered = _typed(column, self.cleaned_data[column.key])
            if column.key in SEALED:
                if entered is not None:
                    changed[column.key] = entered
            elif entered != _stored(column, self.household):
                changed[column.key] = entered
        return changed


def _stored(column: Column, household: Household) -> object:
    value = getattr(household, column.key)
    return None if value in ("", []) else value


def _typed(column: Column, value: Any) -> object:
    if value in (None, "", []):
        return None
    if column.kind is Kind.BOOL:
        return bool(value == YES)
    if column.kind is Kind.CODES:
        return list(value)
    return value


def _field(column: Column, household: Household) -> forms.Field:
    unit = column.unit
    common: dict[str, Any] = {
        "label": say_later(column.title.zh, column.title.en)
        if unit is None
        else say_later(
            "{title}（{unit}）", "{title} ({unit})", title=column.title, unit=unit
        ),
        "required": False,
    }
    # The help of a code column says how to write codes into a cell.
    if column.help is not None and column.codes is None:
        common["help_text"] = say_later(column.help.zh, column.help.en)
    if column.key in SEALED:
        tail = getattr(household, f"{column.key}_tail")
        kept = say_later(
            "现为 ***{tail}；留空不变。", "Now ***{tail}; empty keeps it.", tail=tail
        )
        if tail:
            common["help_text"] = kept
        return forms.CharField(max_length=int(str(column.maximum)), **common)
    common["initial"] = _initial(column, getattr(household, column.key))
    return _MAKERS[column.kind](column, common)


def _initial(column: Column, value: Any) -> Any:
    if column.kind is Kind.BOOL:
        return {True: YES, False: NO, None: ""}[value]
    return value


def _text(column: Column, common: dict[str, Any]) -> forms.Field:
    return forms.CharField(max_length=int(str(column.maximum or 200)), **common)


def _number(column: Column, common: dict[str, Any]) -> forms.Field:
    return forms.DecimalField(
        decimal_places=column.decimals, **_bounds(column), **common
    )


def _whole(column: Column, common: dict[str, Any]) -> forms.Field:
    return forms.IntegerField(**_bounds(column), **common)


def _bounds(column: Column) -> dict[str, Any]:
    return {"min_value": column.minimum, "max_value": column.maximum}


def _choice(column: Column, common: dict[str, Any]) -> forms.Field:
    return forms.ChoiceField(choices=[("", "—"), *_labels(column)], **common)


def _choices(column: Column, common: dict[str, Any]) -> forms.Field:
    return forms.MultipleChoiceField(
        choices=_labels(column), widget=forms.CheckboxSelectMultiple, **common
    )


def _yes_no(_column: Column, common: dict[str, Any]) -> forms.Field:
    choices = [("", "—"), (YES, say_later("是", "yes")), (NO, say_later("否", "no"))]
    return forms.ChoiceField(choices=choices, **common)


def _labels(column: Column) -> list[tuple[str, Any]]:
    entries = column.codes.entries if column.codes else ()
    return [(code, say_later(label.zh, label.en)) for code, label in entries]


_MAKERS: dict[Kind, Callable[[Column, dict[str, Any]], forms.Field]] = {
    Kind.TEXT: _text,
    Kind.NUMBER_TEXT: _text,
    Kind.CODE: _choice,
    Kind.CODES: _choices,
    Kind.BOOL: _yes_no,
    Kind.DECIMAL: _number,
    Kind.YEAR: _whole,
    Kind.INTEGER: _whole,
}
