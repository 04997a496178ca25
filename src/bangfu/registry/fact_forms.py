"""Forms for the facts of a household's file, made of the columns of its sheets.

What is sealed stays empty in a form and is kept when it stays so. Every form carries
the version of the household that its editor saw.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Model

from bangfu.calc.values.text import Text
from bangfu.exchange.declaration import Column, Kind
from bangfu.registry import changes
from bangfu.registry.code_lists import LEAVING
from bangfu.registry.editing import BOTH_VALUES, HIDDEN
from bangfu.registry.forms import DayInput, ReasonForm
from bangfu.registry.models import Member
from bangfu.registry.sheets import HOUSEHOLD_SHEET, MEMBER_SHEET
from bangfu.web.language import say_later

YES, NO = "1", "0"
_EMPTY = Text("空", "empty")
Section = tuple[Text, tuple[str, ...]]
BY_CASES = ("status", "planned_exit_year")

HOUSEHOLD_SECTIONS: tuple[Section, ...] = (
    (
        Text("识别与致贫原因", "Identification and causes"),
        (
            "group_name",
            "status",
            "id_standard",
            "attribute",
            "cause_main",
            "cause_other",
            "is_military_family",
            "planned_exit_year",
        ),
    ),
    (
        Text("联系与账户", "Contact and account"),
        ("phone", "bank_name", "bank_account"),
    ),
    (
        Text("土地与生产", "Land and production"),
        (
            "land_arable_mu",
            "land_irrigated_mu",
            "land_forest_mu",
            "land_returned_mu",
            "land_orchard_mu",
            "land_pasture_mu",
            "land_water_mu",
            "has_production_power",
            "is_coop_member",
            "is_led_by_enterprise",
            "is_led_by_leader",
        ),
    ),
    (
        Text("住房与生活条件", "House and living"),
        (
            "house_area_m2",
            "house_structure",
            "house_built_year",
            "is_house_dangerous",
            "house_grade",
            "has_toilet",
            "fuel",
            "is_water_difficult",
            "is_water_safe",
            "has_power",
            "has_radio_tv",
            "road_type",
            "road_distance_km",
        ),
    ),
    (
        Text("易地搬迁", "Relocation"),
        (
            "is_relocation_wanted",
            "relocation_mode",
            "resettlement",
            "resettlement_place",
        ),
    ),
    (
        Text("两不愁三保障及饮水", "Two no-worries, three guarantees, water"),
        (
            "guaranteed_food",
            "guaranteed_clothing",
            "guaranteed_education",
            "guaranteed_medical",
            "guaranteed_housing",
            "guaranteed_water",
        ),
    ),
)
MEMBER_SECTIONS: tuple[Section, ...] = (
    (
        Text("基本情况", "Person"),
        (
            "name",
            "relation",
            "identity_number",
            "sex",
            "birth_date",
            "ethnicity",
            "politics",
            "is_soldier",
            "shares_income",
        ),
    ),
    (
        Text("教育", "Education"),
        ("education", "school_status", "dropout_reason", "speaks_mandarin"),
    ),
    (
        Text("健康与劳动", "Health and labour"),
        ("health", "disability_certificate", "labour", "work_area", "work_months"),
    ),
    (
        Text("保险与低保", "Insurance and Dibao"),
        (
            "has_basic_medical",
            "has_serious_illness_insurance",
            "has_basic_pension",
            "has_commercial_medical",
            "has_accident_insurance",
            "is_on_dibao",
        ),
    ),
)
LEFT_SECTION: Section = (Text("减少", "Left"), ("left_date", "left_reason"))
INCOME_SECTIONS: tuple[Section, ...] = (
    (
        Text("收入与支出", "Income and expense"),
        ("wage", "operating", "operating_expense", "property", "property_asset"),
    ),
    (
        Text("转移性收入", "Transfers"),
        (
            "transfer",
            "transfer_dibao",
            "transfer_five_guarantee",
            "transfer_pension",
            "transfer_family_planning",
            "transfer_ecological",
            "transfer_other",
        ),
    ),
    (Text("核对", "To compare"), ("stated_net",)),
)


class FactsForm(ReasonForm):
    """Facts of one record by the columns of a sheet, and the reason for changing them.

    record: what is stored, None for something new. sections: titles and keys of columns,
    in order. version: what the household was when the form was made.
    """

    version = forms.CharField(widget=forms.HiddenInput)

    def __init__(
        self, data: Any, *, record: Model | None, sections: Sequence[Section]
    ) -> None:
        super().__init__(data)
        self.record = record
        self.sections = sections
        self.editable = _columns(sections)
        for column in self.editable:
            self.fields[column.key] = _field(column, record)
        self.order_fields([column.key for column in self.editable])

    def ask_for_grounds(self) -> None:
        """Ask for the grounds of an act, where nothing that stands is corrected."""
        self.fields["reason"].label = say_later("办理依据", "Grounds")
        self.fields["reason"].help_text = say_later(
            "如证明材料、入户核实情况。",
            "Such as a certificate, or what a visit showed.",
        )

    def facts(self) -> dict[str, object]:
        """Return every value that was entered; what is empty is left out."""
        entered = {
            column.key: _typed(column, self.cleaned_data[column.key])
            for column in self.editable
        }
        return {key: value for key, value in entered.items() if value is not None}

    def changes(self) -> dict[str, object]:
        """Return the values that differ from those stored; None empties one."""
        changed: dict[str, object] = {}
        for column in self.editable:
            entered = _typed(column, self.cleaned_data[column.key])
            if column.key in HIDDEN:
                if entered is not None:
                    changed[column.key] = entered
            elif entered != _stored(column, self.record):
                changed[column.key] = entered
        return changed

    def differences(self) -> list[tuple[str, Text]]:
        """Return, for each value that differs from the stored one, both in words."""
        if self.record is None:
            return []
        stored = {c.key: _stored(c, self.record) for c in self.editable}
        columns = {column.key: column for column in self.editable}
        return [
            (
                key,
                BOTH_VALUES.with_(
                    stored=_words(columns[key], stored[key]),
                    entered=_words(columns[key], entered),
                ),
            )
            for key, entered in self.changes().items()
        ]


class HouseholdForm(FactsForm):
    """The facts of the households' sheet but incomes, and but what only cases move."""

    def __init__(self, data: Any, *, record: Model) -> None:
        sections = [
            (title, tuple(name for name in names if name not in BY_CASES))
            for title, names in HOUSEHOLD_SECTIONS
        ]
        super().__init__(data, record=record, sections=sections)


class MemberForm(FactsForm):
    """The facts of a member; of one who left also when and why."""

    def __init__(self, data: Any, *, record: Any = None) -> None:
        has_left = record is not None and record.left_date is not None
        sections = (*MEMBER_SECTIONS, *([LEFT_SECTION] if has_left else []))
        super().__init__(data, record=record, sections=sections)
        if record is None:
            self.fields["shares_income"].initial = YES
            self.ask_for_grounds()


class LeavingForm(FactsForm):
    """When and why a member left."""

    def __init__(self, data: Any, *, record: Model) -> None:
        super().__init__(data, record=record, sections=(LEFT_SECTION,))
        for field in self.fields.values():
            field.required = True
        self.ask_for_grounds()


class IncomeForm(FactsForm):
    """The income of a year by component, yuan.

    record: the stored year; without one the year is asked for, 2005 to `last_year`.
    """

    def __init__(
        self, data: Any, *, record: Model | None = None, last_year: int
    ) -> None:
        super().__init__(data, record=record, sections=INCOME_SECTIONS)
        if record is None:
            self.fields["year"] = forms.IntegerField(
                label=say_later("收入年度", "Year of income"),
                min_value=2005,
                max_value=last_year,
                initial=last_year - 1,
            )
            self.ask_for_grounds()

    def amounts(self) -> dict[str, int | None]:
        """Return fen by component; None for what was left empty."""
        return {
            column.key: _fen(self.cleaned_data[column.key]) for column in self.editable
        }


def _columns(sections: Iterable[Section]) -> list[Column]:
    by_key = {**MEMBER_SHEET.by_key, **HOUSEHOLD_SHEET.by_key}
    return [by_key[name] for _, names in sections for name in names]


def _stored(column: Column, record: Model | None) -> object:
    if column.kind is Kind.YUAN:
        return _initial(column, record)
    value = getattr(record, column.key, None)
    return None if value in ("", []) else value


def _words(column: Column, value: Any) -> object:
    """Return a value of a form as people read it."""
    if column.key in HIDDEN:
        return "***"
    if column.kind is Kind.YUAN:
        value = _fen(value)
    return changes.shown(column, value) or _EMPTY


def _typed(column: Column, value: Any) -> object:
    if value in (None, "", []):
        return None
    if column.kind is Kind.BOOL:
        return bool(value == YES)
    if column.kind is Kind.CODES:
        return list(value)
    return value


def _fen(yuan: Decimal | None) -> int | None:
    return None if yuan is None else int(yuan * 100)


# One field of a form


def _field(column: Column, record: Model | None) -> forms.Field:
    unit = column.unit
    common: dict[str, Any] = {
        "label": say_later(column.title.zh, column.title.en)
        if unit is None
        else say_later(
            "{title}（{unit}）", "{title} ({unit})", title=column.title, unit=unit
        ),
        "required": column.required,
    }
    # The help of a code column says how to write codes into a cell.
    if column.help is not None and column.codes is None:
        common["help_text"] = say_later(column.help.zh, column.help.en)
    if column.key in HIDDEN:
        return _hidden(column, record, common)
    common["initial"] = _initial(column, record)
    return _MAKERS[column.kind](column, common)


def _hidden(
    column: Column, record: Model | None, common: dict[str, Any]
) -> forms.Field:
    """Return an empty field; the hint tells what is kept when it stays empty."""
    tail = getattr(record, f"{column.key.removesuffix('_number')}_tail", "")
    if tail:
        common["help_text"] = say_later(
            "现为 ***{tail}；留空不变。", "Now ***{tail}; empty keeps it.", tail=tail
        )
    elif column.key == "disability_certificate" and _has_certificate(record):
        common["help_text"] = say_later(
            "类别和等级已登记；留空不变。", "On file; empty keeps it."
        )
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(
        max_length=int(str(column.maximum or 40)), widget=widget, **common
    )


def _has_certificate(record: Model | None) -> bool:
    return isinstance(record, Member) and record.disability_kind != ""


def _initial(column: Column, record: Model | None) -> Any:
    if column.kind is Kind.YUAN:
        fen = getattr(record, f"{column.key}_fen", None)
        return None if fen is None else Decimal(fen) / 100
    value = getattr(record, column.key, None)
    if column.kind is Kind.BOOL:
        return {True: YES, False: NO, None: ""}[value]
    return value


def _text(column: Column, common: dict[str, Any]) -> forms.Field:
    return forms.CharField(max_length=int(str(column.maximum or 200)), **common)


def _number(column: Column, common: dict[str, Any]) -> forms.Field:
    return forms.DecimalField(
        decimal_places=column.decimals, **_bounds(column), **common
    )


def _yuan(column: Column, common: dict[str, Any]) -> forms.Field:
    limit = Decimal(int(str(column.maximum))) / 100
    return forms.DecimalField(decimal_places=2, max_value=limit, **common)


def _whole(column: Column, common: dict[str, Any]) -> forms.Field:
    return forms.IntegerField(**_bounds(column), **common)


def _bounds(column: Column) -> dict[str, Any]:
    return {"min_value": column.minimum, "max_value": column.maximum}


def _day(_column: Column, common: dict[str, Any]) -> forms.Field:
    return forms.DateField(widget=DayInput, **common)


def _choice(column: Column, common: dict[str, Any]) -> forms.Field:
    labels = _labels(column)
    if column.key == "left_reason":
        labels = [(code, label) for code, label in labels if code in LEAVING]
    return forms.ChoiceField(choices=[("", "—"), *labels], **common)


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
    Kind.DATE: _day,
    Kind.DECIMAL: _number,
    Kind.YUAN: _yuan,
    Kind.YEAR: _whole,
    Kind.INTEGER: _whole,
}
