"""The workbook of each kind of list: who it is about, then what it says."""

from __future__ import annotations

from bangfu.calc.values.text import Text
from bangfu.exchange.declaration import Column, Kind, Sheet, Workbook
from bangfu.registry.code_lists import SEX
from bangfu.registry.crosschecks.kinds import GRADE_CODES, LAYOUTS, Layout, ListKind
from bangfu.registry.sheet_columns import FEN_MAX, code_column

ROWS = "rows"
PLACE_MAX = 80
_WHO = (
    Column(
        "name",
        Text("姓名", "Name"),
        Kind.TEXT,
        required=True,
        minimum=1,
        maximum=60,
        sensitive=True,
        aliases=("人员姓名", "所有人", "权利人"),
        example="张三",
    ),
    Column(
        "identity_number",
        Text("身份证号码", "Identity number"),
        Kind.IDENTITY,
        sensitive=True,
        help=Text(
            "18 位，旧的 15 位也可以；上传后只保存加密索引，不保存号码。没有号码时须填出生日期。",
            "18 characters, or the old 15; only a keyed digest is kept. Without it the "
            "birth date is needed.",
        ),
        aliases=("身份证号", "证件号码", "公民身份号码"),
    ),
    Column(
        "birth_date",
        Text("出生日期", "Birth date"),
        Kind.DATE,
        sensitive=True,
        width=14,
    ),
    code_column("sex", "性别", "Sex", SEX),
    Column(
        "address_code",
        Text("户籍地或住址区划代码", "Division of the address"),
        Kind.DIVISION,
        help=Text(
            "2 至 12 位；用于无号码人员的比对。",
            "2 to 12 digits; helps where the number is missing.",
        ),
    ),
)
_FACTS = {
    "value_fen": (Kind.YUAN, {"minimum": 0, "maximum": FEN_MAX}),
    "area_m2": (
        Kind.DECIMAL,
        {"minimum": 0, "maximum": 99_999, "unit": Text("平方米", "m2")},
    ),
    "since": (Kind.DATE, {}),
    "place": (Kind.TEXT, {"maximum": PLACE_MAX}),
    "grade": (Kind.CODE, {"codes": GRADE_CODES}),
}


def _columns(layout: Layout) -> tuple[Column, ...]:
    facts = []
    for key, title in layout.facts.items():
        kind, more = _FACTS[key]
        facts.append(Column(key, title, kind, width=16, **more))  # type: ignore[arg-type]
    what = Column(
        "what", layout.what.title, Kind.CODE, codes=layout.what, required=True, width=18
    )
    status = Column(
        "status",
        layout.status.title,
        Kind.CODE,
        codes=layout.status,
        required=True,
        width=12,
    )
    return (*_WHO, what, status, *facts)


def _workbook(kind: ListKind, layout: Layout) -> Workbook:
    complete = Text(
        "名单应当完整：系统会把“登记有、名单无”的人员列为线索。",
        "The list must be complete: who is registered and not on it becomes a lead.",
    )
    return Workbook(
        kind.import_kind,
        layout.title,
        (Sheet(ROWS, layout.title, _columns(layout), aliases=("Sheet1", "名单")),),
        instructions=(
            Text(
                "一行一条记录，由{source}提供。号码只用于比对，系统不保存。",
                "One record a row, from: {source}. Numbers serve the comparison only and "
                "are not kept.",
                {"source": layout.source},
            ),
            *((complete,) if layout.is_complete else ()),
        ),
    )


WORKBOOKS: dict[ListKind, Workbook] = {
    kind: _workbook(kind, layout) for kind, layout in LAYOUTS.items()
}
