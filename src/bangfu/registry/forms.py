"""Forms: uploading, changing a household, revealing, looking somebody up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from bangfu.calc.values.text import Text
from bangfu.registry.imports import reading
from bangfu.registry.operations import REASON_MIN
from bangfu.web.language import say_later

REASON_MAX = 300


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


class DayInput(forms.DateInput):
    """A day, with the browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


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
    as_of = forms.DateField(
        label=say_later("名册截止日期", "Date of the roll"),
        required=False,
        widget=DayInput,
        help_text=say_later(
            "年龄、学龄等按这一天核查，往年名册请填当时的日期。只用于贫困户名册。",
            "Ages are taken on this day; give an older roll its own. Households only.",
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


class ExportForm(forms.Form):
    """What the list is taken away for."""

    purpose = forms.CharField(
        label=say_later("导出用途", "Purpose"),
        min_length=REASON_MIN,
        max_length=REASON_MAX,
        help_text=say_later(
            "用途、导出人、时间和户数记入审计。",
            "Purpose, person, time and number of households go into the audit.",
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
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
