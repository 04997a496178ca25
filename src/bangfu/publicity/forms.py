"""Forms: notices, their acts, objections."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.text import Text
from bangfu.files.forms import EvidenceForm
from bangfu.publicity import rules
from bangfu.publicity.kinds import KINDS, Kind
from bangfu.publicity.models import Entry, Notice
from bangfu.publicity.operations.objections import (
    FINDING_LENGTH_MAX,
    FINDING_LENGTH_MIN,
)
from bangfu.publicity.rules import Draft, Line, Received
from bangfu.publicity.states import About, Audience, Channel
from bangfu.web.language import say, say_later

LINES_LENGTH_MAX = 500_000
_CELL_END = re.compile(r"\t|\|")
_FIRST_COLUMN = Text("公示对象", "Entry")
UPHELD, REJECTED = "upheld", "rejected"


class _DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def table_of(text: str) -> tuple[list[str], list[list[str]]]:
    """Read pasted lines: headings and rows; cells end at a tab or a bar."""
    rows = [
        [cell.strip() for cell in _CELL_END.split(line)]
        for line in text.splitlines()
        if line.strip()
    ]
    return (rows[0], rows[1:]) if rows else ([], [])


def text_of(columns: Iterable[Text], entries: Iterable[Entry]) -> str:
    """Write entries as lines that `table_of` reads, headings first."""
    head = [say(_FIRST_COLUMN), *(say(one) for one in columns)]
    rows = [[one.label, *one.values] for one in entries]
    return "\n".join("\t".join(row) for row in [head, *rows])


class KindForm(forms.Form):
    """Which kind of notice is drafted."""

    kind = forms.ChoiceField(
        label=say_later("公示类别", "Kind of notice"), widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, level: Level, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["kind"]
        field.choices = [
            (one.code.value, say(one.text))
            for one in KINDS.values()
            if level in one.levels
        ]


class NoticeForm(forms.Form):
    """What a notice says; the kind decides which items it must hold.

    keeps_lines: the entries come from another app and are not changed here.
    """

    title = forms.CharField(
        label=say_later("标题", "Title"), max_length=rules.TITLE_LENGTH_MAX
    )
    division = forms.ChoiceField(
        label=say_later("公示范围", "Where"),
        help_text=say_later(
            "在哪里张贴、公示给哪里。", "The place where it is posted."
        ),
    )
    place = forms.CharField(
        label=say_later("张贴地点", "Place"),
        max_length=rules.PLACE_LENGTH_MAX,
        help_text=say_later("如：村务公开栏。", "For example the village's board."),
    )
    audience = forms.ChoiceField(
        label=say_later("公示对象", "Audience"),
        choices=[(one.value, say_later(one.text.zh, one.text.en)) for one in Audience],
    )

    def __init__(
        self,
        *args: Any,
        kind: Kind,
        divisions: list[tuple[str, str]],
        keeps_lines: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        place: Any = self.fields["division"]
        place.choices = divisions
        for item in kind.items:
            self.fields[f"item_{item.key}"] = forms.CharField(
                label=say_later(item.text.zh, item.text.en),
                max_length=rules.ITEM_LENGTH_MAX,
                initial=item.initial,
            )
        if not keeps_lines:
            self.fields["lines"] = _lines_field()

    def draft(self, level: Level, *, kept: Notice | None = None) -> Draft:
        """Return what was filled in. kept: the notice whose entries stay as they are."""
        data = self.cleaned_data
        columns, lines = self._kept(kept) if kept else self._typed()
        return Draft(
            kind=self.kind,
            division=DivisionCode(data["division"]),
            level=level,
            title=data["title"],
            place=data["place"],
            audience=data["audience"],
            content={item.key: data[f"item_{item.key}"] for item in self.kind.items},
            columns=columns,
            lines=lines,
        )

    def _typed(self) -> tuple[tuple[Text, ...], list[Line]]:
        head, rows = table_of(self.cleaned_data["lines"])
        columns = tuple(Text(one or "—", one or "—") for one in head[1:])
        return columns, [Line(row[0], tuple(row[1:])) for row in rows]

    def _kept(self, notice: Notice) -> tuple[tuple[Text, ...], list[Line]]:
        lines = [
            Line(
                one.label,
                tuple(one.values),
                one.subject_type,
                one.subject_id,
                DivisionCode(one.division_code),
            )
            for one in notice.entries.order_by("position")
        ]
        return tuple(notice.column_texts), lines


def _lines_field() -> forms.CharField:
    return forms.CharField(
        label=say_later("公示名单", "Entries"),
        help_text=say_later(
            "可从 Excel 直接粘贴。首行为栏目名称，每行一条，各栏以制表符或竖线分隔；"
            "不得含证件号、手机号、银行账号和健康状况。",
            "Paste it from Excel. The first line holds the headings, then one line an "
            "entry, cells parted by tabs or bars. No identity, telephone or card "
            "numbers, nothing about health.",
        ),
        max_length=LINES_LENGTH_MAX,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
    )


class ReasonForm(forms.Form):
    """A reason alone."""

    reason = forms.CharField(
        label=say_later("理由", "Reason"),
        min_length=rules.REASON_LENGTH_MIN,
        max_length=rules.REASON_LENGTH_MAX,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class PostForm(EvidenceForm):
    """Where the board was photographed, and when it was put up."""

    happened_on = forms.DateField(
        label=say_later("张贴日期", "Day of posting"),
        help_text=say_later(
            "仅作记录；公示期从本次登记的次日起算。",
            "For the record; the window runs from the day after this is recorded.",
        ),
        widget=_DateInput(),
    )
    field_order = ("happened_on", "photo", "file")


class CorrectForm(ReasonForm):
    """How entries should read; further lines are entries that were left out."""

    lines = _lines_field()
    field_order = ("lines", "reason")

    def changes(
        self, entries: list[Entry], columns: list[Text]
    ) -> tuple[dict[int, Line], list[Line]]:
        """Return the changed lines by key of their entry, and the additions.

        Raises WrongNotice when there are fewer lines than entries, or other headings.
        """
        head, rows = table_of(self.cleaned_data["lines"])
        if len(rows) < len(entries) or len(head) != len(columns) + 1:
            raise rules.WrongNotice(
                Text(
                    "须保留栏目和原有的 {n} 行。",
                    "Keep the headings and the {n} lines that stand there.",
                    {"n": len(entries)},
                )
            )
        lines = [Line(row[0], tuple(row[1:])) for row in rows]
        changed = {one.pk: line for one, line in zip(entries, lines, strict=False)}
        return changed, lines[len(entries) :]


class ReceiveForm(EvidenceForm):
    """An objection on paper, by telephone or in person."""

    needs_evidence = False
    channel = forms.ChoiceField(
        label=say_later("来源", "How it came in"),
        choices=[(one.value, say_later(one.text.zh, one.text.en)) for one in Channel],
    )
    about = forms.ChoiceField(
        label=say_later("反映的是", "It is about"),
        choices=[(one.value, say_later(one.text.zh, one.text.en)) for one in About],
        widget=forms.RadioSelect,
        initial=About.FACTS.value,
        help_text=say_later(
            "反映公示单位或经办人员的，由上一级办理。",
            "What is against the posting office or its staff goes one level up.",
        ),
    )
    received_on = forms.DateField(
        label=say_later("收到日期", "Received on"), widget=_DateInput()
    )
    text = forms.CharField(
        label=say_later("异议内容", "Objection"),
        min_length=rules.OBJECTION_LENGTH_MIN,
        max_length=rules.OBJECTION_LENGTH_MAX,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    name = forms.CharField(
        label=say_later("异议人姓名", "Complainant"),
        max_length=60,
        required=False,
        help_text=say_later(
            "匿名的留空。姓名、联系方式和内容加密保存，只有办理单位可以查看。",
            "Leave it empty for an anonymous one. Name, contact and text are sealed; "
            "only the handling office can open them.",
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    contact = forms.CharField(
        label=say_later("联系方式", "Contact"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order = (
        "channel",
        "received_on",
        "about",
        "text",
        "name",
        "contact",
        "photo",
        "file",
    )

    def received(self) -> Received:
        """Return what was filled in."""
        data = self.cleaned_data
        return Received(
            channel=data["channel"],
            about=data["about"],
            received_on=data["received_on"],
            text=data["text"],
            name=data["name"],
            contact=data["contact"],
        )


class DecideForm(EvidenceForm):
    """What was found, and whether the objection is upheld."""

    needs_evidence = False
    decision = forms.ChoiceField(
        label=say_later("处理结论", "Decision"),
        choices=[
            (UPHELD, say_later("异议成立", "upheld")),
            (REJECTED, say_later("异议不成立", "not upheld")),
        ],
        widget=forms.RadioSelect,
        help_text=say_later(
            "成立的，该条公示终止，退回原环节重新办理。",
            "Upheld, the entry ends and its case goes back.",
        ),
    )
    finding = forms.CharField(
        label=say_later("核查情况", "What was found"),
        min_length=FINDING_LENGTH_MIN,
        max_length=FINDING_LENGTH_MAX,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=say_later(
            "村级也能看到，不得写出异议人。",
            "The village reads it too: do not name the complainant.",
        ),
    )
    field_order = ("decision", "finding", "photo", "file")


class PurposeForm(forms.Form):
    """What a complaint is opened for."""

    purpose = forms.CharField(
        label=say_later("查看用途", "Purpose"),
        min_length=rules.REASON_LENGTH_MIN,
        max_length=rules.REASON_LENGTH_MAX,
        help_text=say_later(
            "用途、查看人和时间记入审计。",
            "Purpose, person and time are recorded in the audit.",
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ToldForm(forms.Form):
    """When a named complainant was told the result."""

    told_on = forms.DateField(
        label=say_later("告知日期", "Told on"), widget=_DateInput()
    )

    @classmethod
    def on(cls, today: date) -> ToldForm:
        """Return the form with today filled in."""
        return cls(initial={"told_on": today})
