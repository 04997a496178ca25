"""The workbook of survey sheets: one row a household and year."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bangfu.calc.values.text import Text
from bangfu.exchange.declaration import Column, Kind, Sheet, Workbook
from bangfu.registry.models import EVIDENCED
from bangfu.registry.sheet_columns import DIVISION_CODE, HOUSEHOLD_NO, code_column
from bangfu.registry.surveys.filling import (
    AMOUNT_MAX_FEN,
    NAMES_MAX,
    NOTE_MAX,
    ORDER,
    text_of,
)
from bangfu.registry.surveys.kinds import (
    EVIDENCE_CODES,
    SPENDING,
    VERDICT_CODES,
    GuaranteeKind,
)

_EXTERNAL = {
    "wage": "AAC073",
    "operating": "AAC071",
    "operating_expense": "AAC074",
    "property": "AAC072",
    "property_asset": "AAC092",
    "transfer_family_planning": "AAC076",
    "transfer_dibao": "AAC077",
    "transfer_five_guarantee": "AAC086",
    "transfer_pension": "AAC087",
    "transfer_ecological": "AAC078",
    "transfer_other": "AAC083",
}


def _yuan(key: str, text: Text, external: str = "") -> Column:
    title = Text(text.zh.removeprefix("其中："), text.en.removeprefix("of which "))
    return Column(
        key,
        title,
        Kind.YUAN,
        maximum=AMOUNT_MAX_FEN,
        width=14,
        external_code=external,
    )


def _columns() -> Iterator[Column]:
    yield DIVISION_CODE
    yield HOUSEHOLD_NO
    yield Column(
        "year",
        Text("采集年度", "Year"),
        Kind.YEAR,
        required=True,
        minimum=2014,
        maximum=2100,
        width=10,
        example="2016",
    )
    yield Column(
        "surveyed_on",
        Text("入户日期", "Day of the survey"),
        Kind.DATE,
        required=True,
        minimum=date(2014, 1, 1),
        width=14,
    )
    yield Column(
        "surveyors",
        Text("调查人", "Surveyors"),
        Kind.TEXT,
        required=True,
        maximum=NAMES_MAX,
        width=20,
        help=Text("两人以上，用顿号分开。", "Two or more, separated by “、”."),
        example="王村干、李队员",
    )
    for key in ORDER:
        yield _yuan(key, text_of(key), _EXTERNAL.get(key, ""))
        if key in EVIDENCED:
            yield code_column(
                f"{key}_evidence",
                f"{text_of(key).zh}依据",
                f"evidence of {text_of(key).en}",
                EVIDENCE_CODES,
            )
    for key, text in SPENDING.items():
        yield _yuan(f"spent_{key}", text)
    for kind in GuaranteeKind:
        yield code_column(f"verdict_{kind}", kind.text.zh, kind.text.en, VERDICT_CODES)
        yield Column(
            f"note_{kind}",
            Text(f"{kind.text.zh}说明", f"{kind.text.en}, note"),
            Kind.TEXT,
            maximum=NOTE_MAX,
            width=18,
        )
    yield Column(
        "checked_by",
        Text("保障核查人", "Guarantees checked by"),
        Kind.TEXT,
        maximum=NAMES_MAX,
        width=18,
    )
    yield Column(
        "checked_on", Text("保障核查日期", "Guarantees checked on"), Kind.DATE, width=14
    )
    yield Column("note", Text("备注", "Note"), Kind.TEXT, maximum=NOTE_MAX, width=24)


SURVEY_SHEET = Sheet(
    "surveys",
    Text("采集表", "Sheets"),
    tuple(_columns()),
    key_columns=("division_code", "household_no", "year"),
)
SURVEYS = Workbook(
    "surveys",
    Text("年度采集表", "Yearly survey sheets"),
    (SURVEY_SHEET,),
    instructions=(
        Text(
            "一行一户一年；村代码和户编号应与名册一致，该村该年度须已开启、尚未锁定。",
            "One row a household and year; the village's year is open and not locked.",
        ),
        Text(
            "收入填全户全年已经取得的金额，每项须选择依据；预期收入不能作为依据。",
            "Amounts are what the household received in the year, each with its evidence; "
            "expected income is no evidence.",
        ),
        Text(
            "财产性、转移性收入留空时按各分项合计；未达标或待核实的保障须写说明。",
            "Property and transfers that are left empty are the sum of their parts; a "
            "guarantee that is not met or unclear needs a note.",
        ),
        Text(
            "导入等于登记采集表，导入后须由另一人审核。",
            "An import records the sheets; somebody else checks them afterwards.",
        ),
    ),
)
