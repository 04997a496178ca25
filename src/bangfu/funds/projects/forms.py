"""Forms of projects and plans: the statement, and one built from a row of the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from bangfu.calc.values.division_code import DivisionCode
from bangfu.funds.money_fields import (
    choice_field,
    class_field,
    content_of,
    day_field,
    file_field,
    label,
    purpose_field,
    source_field,
    text_field,
    yuan_field,
)
from bangfu.funds.projects.acts import EVIDENCE_TEXTS, Act
from bangfu.funds.projects.models import Beneficiary, Project
from bangfu.funds.projects.rules import REASON_MIN, TEXT_MAX, Source, Statement, Target
from bangfu.funds.projects.states import Nature
from bangfu.funds.projects.stepping import Said, Upload
from bangfu.registry import queries as registry
from bangfu.web.language import say_later

SOURCE_ROWS = 3
_FILE = "file_"


def _area(zh: str, en: str, most: int, *, is_required: bool, hint: str = "") -> Any:
    return forms.CharField(
        label=say_later(zh, en),
        max_length=most,
        required=is_required,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ProjectForm(forms.Form):
    """What the library asks a project to say of itself."""

    village = forms.ChoiceField(label=say_later("行政村", "Village"))
    project_no = text_field("项目编号", "Number", 30)
    name = text_field("项目名称", "Name", 120)
    purpose = purpose_field()
    nature = choice_field("建设性质", "Nature", Nature)
    place = text_field("建设地点", "Place", 120)
    starts_on = day_field("开工日期", "Starts on")
    ends_on = day_field("完工日期", "Ends on")
    unit = text_field("责任单位", "Unit", 120)
    person = text_field("责任人", "Person", 60)
    tasks = _area("建设任务", "Tasks", 1000, is_required=True)
    households = forms.IntegerField(
        label=say_later("受益户数", "Households"), min_value=0, max_value=99_999
    )
    people = forms.IntegerField(
        label=say_later("受益人口", "People"), min_value=0, max_value=999_999
    )
    poor_households = forms.IntegerField(
        label=say_later("其中贫困户", "Poor households"), min_value=0, max_value=99_999
    )
    poor_people = forms.IntegerField(
        label=say_later("其中贫困人口", "Poor people"), min_value=0, max_value=999_999
    )
    household_nos = _area(
        "受益贫困户户编号（可不填）",
        "Numbers of poor households served by name (may be empty)",
        4000,
        is_required=False,
        hint=say_later("用空格或换行分开。", "Separate them by blanks or lines."),
    )
    targets = _area(
        "绩效目标",
        "Performance targets",
        2000,
        is_required=False,
        hint=say_later(
            "一行一项，如“硬化里程：1.2 公里”。没有绩效目标不得入库。",
            "One a line, e.g. “road surfaced: 1.2 km”. Without one it stays out.",
        ),
    )
    participation = text_field(
        "群众参与方式", "How people take part", 400, is_required=False
    )
    mechanism = text_field(
        "带贫减贫机制", "How it reduces poverty", 400, is_required=False
    )

    def __init__(
        self, *args: Any, villages: Sequence[tuple[str, str]], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        village: Any = self.fields["village"]
        village.choices = villages
        for number in range(1, SOURCE_ROWS + 1):
            is_first = number == 1
            self.fields[f"class_{number}"] = class_field(is_required=is_first)
            self.fields[f"source_{number}"] = source_field(is_required=is_first)
            self.fields[f"amount_{number}"] = yuan_field(
                "金额", "Amount", is_required=is_first
            )

    def clean_household_nos(self) -> list[int]:
        """Return the keys of the households named."""
        numbers = set(self.cleaned_data["household_nos"].split())
        rows = registry.households().filter(
            division_code=self.cleaned_data.get("village", ""),
            household_no__in=numbers,
        )
        found = dict(rows.values_list("household_no", "pk"))
        unknown = sorted(numbers - found.keys())
        if unknown:
            raise ValidationError(
                say_later(
                    "本村没有这些户：{n}",
                    "Not in this village: {n}",
                    n=" ".join(unknown),
                )
            )
        return sorted(found.values())

    def village_code(self) -> DivisionCode:
        """Return where the project lies; the form is valid."""
        return DivisionCode(self.cleaned_data["village"])

    def stated(self) -> Statement:
        """Return what was stated; the form is valid."""
        given = self.cleaned_data
        plain = {
            name: given[name]
            for name in Statement.__dataclass_fields__
            if name in given and name not in ("targets", "sources")
        }
        return Statement(
            **plain,
            sources=[
                Source(given[f"class_{n}"], given[f"source_{n}"], given[f"amount_{n}"])
                for n in range(1, SOURCE_ROWS + 1)
                if given[f"amount_{n}"]
            ],
            targets=[_target(line) for line in given["targets"].splitlines() if line],
            beneficiary_ids=given["household_nos"],
        )


def _target(line: str) -> Target:
    name, _, value = line.replace(":", "：").partition("：")
    return Target(name.strip()[:100], value.strip()[:100])


def initial_of(project: Project) -> dict[str, object]:
    """Return what a stored project fills the form with."""
    known: dict[str, object] = {
        name: getattr(project, name)
        for name in Statement.__dataclass_fields__
        if hasattr(project, name) and name not in ("targets", "sources")
    }
    served = Beneficiary.objects.filter(project=project).select_related("household")
    known |= {
        "village": str(project.division_code),
        "targets": "\n".join(
            f"{one['name']}：{one['value']}" for one in project.targets
        ),
        "household_nos": " ".join(one.household.household_no for one in served),
    }
    for number, one in enumerate(project.sources.order_by("pk")[:SOURCE_ROWS], start=1):
        known |= {
            f"class_{number}": one.fund_class,
            f"source_{number}": one.source,
            f"amount_{number}": f"{one.amount_fen / 100:.2f}",
        }
    return known


class ActForm(forms.Form):
    """Day, facts, documents and reason of one act. The operation checks the facts."""

    def __init__(self, *args: Any, act: Act, **more: Any) -> None:
        super().__init__(*args, **more)
        self.act = act
        self.fields["happened_on"] = day_field("办理日期", "Day")
        for fact in act.facts:
            self.fields[fact.key] = (
                forms.IntegerField(
                    label=label(fact.text), min_value=0, max_value=99_999
                )
                if fact.type == "count"
                else forms.CharField(label=label(fact.text), max_length=TEXT_MAX)
            )
        for kind in act.evidence:
            self.fields[_FILE + kind] = file_field(EVIDENCE_TEXTS[kind])
        if act.needs_reason:
            self.fields["reason"] = reason_field()

    def said(self) -> Said:
        """Return what was stated; the form is valid."""
        given = self.cleaned_data
        uploads = {kind: content_of(given[_FILE + kind]) for kind in self.act.evidence}
        return Said(
            happened_on=given["happened_on"],
            facts={fact.key: given[fact.key] for fact in self.act.facts},
            reason=given.get("reason", ""),
            files=[Upload(kind, *one) for kind, one in uploads.items() if one],
        )


def reason_field() -> forms.CharField:
    """Return a field for the reason of a return."""
    return forms.CharField(
        label=say_later("理由", "Reason"),
        min_length=REASON_MIN,
        max_length=TEXT_MAX,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ReasonForm(forms.Form):
    """Why."""

    reason = reason_field()


class PlanApprovalForm(forms.Form):
    """The document by which a plan is approved."""

    document_no = text_field("批准文号", "Number of the document", 60)
