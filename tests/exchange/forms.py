"""A made-up form with two sheets, and the files that an office would send for it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import openpyxl

from bangfu.calc.values.text import Text
from bangfu.exchange import CodeList, Column, Kind, MoneyUnit, Sheet, Workbook

NATIONS = CodeList(
    "nation",
    Text("民族", "Ethnic group"),
    (
        ("01", Text("汉族", "Han")),
        ("03", Text("回族", "Hui")),
        ("11", Text("满族", "Manchu")),
        ("15", Text("土家族", "Tujia")),
    ),
    aliases={"汉人": "01"},
)

HOUSEHOLDS = Sheet(
    "household",
    Text("贫困户", "Households"),
    (
        Column(
            "household_no",
            Text("户编号", "Household number"),
            Kind.NUMBER_TEXT,
            required=True,
            aliases=("户码",),
            external_code="HAA001",
            example="9900001",
        ),
        Column("village", Text("村代码", "Village code"), Kind.DIVISION, required=True),
        Column(
            "area",
            Text("住房面积", "Floor area"),
            Kind.DECIMAL,
            unit=Text("平方米", "m2"),
        ),
        Column("income", Text("年收入", "Income"), Kind.YUAN, minimum=0),
        Column("entered", Text("识别年度", "Year entered"), Kind.YEAR),
    ),
    key_columns=("household_no",),
    row_group="household_no",
)

MEMBERS = Sheet(
    "member",
    Text("家庭成员", "Members"),
    (
        Column(
            "household_no",
            Text("户编号", "Household number"),
            Kind.NUMBER_TEXT,
            required=True,
        ),
        Column("name", Text("姓名", "Name"), Kind.TEXT, required=True, maximum=20),
        Column(
            "identity",
            Text("证件号码", "Identity number"),
            Kind.IDENTITY,
            sensitive=True,
        ),
        Column("nation", Text("民族", "Ethnic group"), Kind.CODE, codes=NATIONS),
        Column(
            "other_nations", Text("其他民族", "Other groups"), Kind.CODES, codes=NATIONS
        ),
        Column("born", Text("出生日期", "Date of birth"), Kind.DATE),
        Column(
            "work_months",
            Text("务工月数", "Months at work"),
            Kind.INTEGER,
            minimum=0,
            maximum=12,
        ),
        Column("is_student", Text("是否在校", "At school"), Kind.BOOL),
        Column("phone", Text("电话", "Phone"), Kind.NUMBER_TEXT),
    ),
    row_group="household_no",
)

FORM = Workbook(
    "roll",
    Text("贫困户花名册", "Household roll"),
    (HOUSEHOLDS, MEMBERS),
    instructions=(Text("每户一行。", "One row per household."),),
    version="3",
)


def one_sheet(*columns: Column, **more: Any) -> Workbook:
    """A form with the single sheet “表 / Table”."""
    return Workbook(
        "one",
        Text("单表", "One table"),
        (Sheet("table", Text("表", "Table"), columns, **more),),
    )


def one_column(kind: Kind, **more: Any) -> Workbook:
    """A form with the single column “值 / Value”."""
    if kind in (Kind.CODE, Kind.CODES):
        more.setdefault("codes", NATIONS)
    return one_sheet(Column("value", Text("值", "Value"), kind, **more))


def xlsx(sheets: dict[str, Iterable[Sequence[object]]]) -> bytes:
    """A workbook with these rows, written by openpyxl as other people's programs do."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    """The bytes of an openpyxl workbook."""
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def opened(content: bytes) -> openpyxl.Workbook:
    """A workbook as openpyxl sees it."""
    return openpyxl.load_workbook(io.BytesIO(content))


YUAN_COLUMN = Column("income", Text("年收入", "Income"), Kind.YUAN)
WAN_YUAN_COLUMN = Column(
    "budget", Text("预算", "Budget"), Kind.YUAN, money_unit=MoneyUnit.WAN_YUAN
)
