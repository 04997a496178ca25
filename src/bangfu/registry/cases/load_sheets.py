"""Workbooks of the opening load: cases from before the system, and full village lists."""

from __future__ import annotations

from bangfu.calc.values.text import Text
from bangfu.exchange.declaration import CodeList, Column, Kind, Sheet, Workbook
from bangfu.registry.cases.states import CaseKind, CaseState, MonitoringCategory
from bangfu.registry.sheet_columns import DIVISION_CODE, HOUSEHOLD_NO, code_column

KINDS = CodeList(
    "case_kind",
    Text("办理事项", "procedure"),
    tuple((kind.value, kind.text) for kind in CaseKind),
)
STATES = CodeList(
    "case_state",
    Text("环节", "state"),
    tuple((state.value, state.text) for state in CaseState),
)
CATEGORIES = CodeList(
    "monitoring_category",
    Text("监测类别", "monitoring category"),
    tuple((one.value, one.text) for one in MonitoringCategory),
)


def _date(key: str, zh: str, en: str, *, required: bool) -> Column:
    return Column(key, Text(zh, en), Kind.DATE, width=14, required=required)


CASES_SHEET = Sheet(
    "cases",
    Text("历史办理", "Cases"),
    (
        DIVISION_CODE,
        HOUSEHOLD_NO,
        Column(
            "kind",
            Text("办理事项", "Procedure"),
            Kind.CODE,
            codes=KINDS,
            width=18,
            required=True,
            example="贫困户识别",
        ),
        Column(
            "state",
            Text("已到环节", "State"),
            Kind.CODE,
            codes=STATES,
            width=18,
            required=True,
            example="已建档立卡",
        ),
        _date("opened_on", "受理日期", "Opened", required=False),
        _date("entered_on", "进入该环节日期", "In this state since", required=True),
        code_column("category", "监测类别", "Category", CATEGORIES),
        Column("risk", Text("风险", "Risk"), Kind.TEXT, width=24, maximum=200),
        Column(
            "basis",
            Text("依据（文件名称、文号）", "Basis (document)"),
            Kind.TEXT,
            width=30,
            maximum=200,
            required=True,
            example="2014 年建档立卡名册",
        ),
    ),
    key_columns=("division_code", "household_no", "kind", "state"),
)
CASES = Workbook(
    "cases",
    Text("历史识别退出和监测", "Cases from before the system"),
    (CASES_SHEET,),
    instructions=(
        Text(
            "先导入名册，再导入本表；一行一个事项，同一户可有识别、退出等多行。",
            "Import the roll first; one row a case, several rows for one household.",
        ),
        Text(
            "由一人上传、另一人确认；导入后不能再改，标为历史数据。",
            "One person uploads, another confirms; the rows stay and are marked legacy.",
        ),
    ),
)
FRAME_SHEET = Sheet(
    "frame",
    Text("农户", "Families"),
    (
        DIVISION_CODE,
        HOUSEHOLD_NO,
        Column(
            "group_name",
            Text("村民小组", "Villagers' group"),
            Kind.TEXT,
            width=12,
            maximum=40,
        ),
        Column(
            "head_name",
            Text("户主姓名", "Head"),
            Kind.TEXT,
            width=14,
            maximum=60,
            required=True,
            example="张三",
        ),
        Column(
            "persons",
            Text("人口", "People"),
            Kind.INTEGER,
            width=8,
            minimum=1,
            maximum=99,
            required=True,
            example="4",
        ),
    ),
    key_columns=("division_code", "household_no"),
)
FRAME = Workbook(
    "frame",
    Text("全村农户名单", "Full list of a village's families"),
    (FRAME_SHEET,),
    instructions=(
        Text(
            "包括未建档的农户，用作漏评核查的抽样框；只对县级以上开放。",
            "Unregistered families too: the frame for finding missed ones, seen from the "
            "county up.",
        ),
    ),
)
