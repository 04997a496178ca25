"""Puts values into words for screens, the command line and the reference page."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from bangfu.calc.values.text import Text, join
from bangfu.policy.parameters import SPECIFICATIONS
from bangfu.policy.schema import Field, Kind
from bangfu.policy.values import Cell, Row, Value

_ROWS_SHOWN = 4

UNITS = {
    "clinics": Text("所", "clinics"),
    "code": Text("代码", "code"),
    "codes": Text("项", "codes"),
    "dates": Text("日期", "dates"),
    "days": Text("天", "days"),
    "hamlets": Text("个自然村", "hamlets"),
    "households": Text("户", "households"),
    "km": Text("公里", "km"),
    "m2/person": Text("平方米/人", "m² per person"),
    "month-day": Text("月-日", "month-day"),
    "months": Text("个月", "months"),
    "people": Text("人", "people"),
    "percent": Text("%", "%"),
    "points": Text("分", "points"),
    "points/km": Text("点/公里", "points per km"),
    "points/pair": Text("点/对", "points per pair"),
    "rules": Text("规则", "rules"),
    "share": Text("比例", "share"),
    "tasks": Text("项工作", "tasks"),
    "times": Text("倍", "times"),
    "visits/period": Text("次/期", "visits per period"),
    "working days": Text("个工作日", "working days"),
    "years": Text("年", "years"),
    "yes/no": Text("是/否", "yes or no"),
    "yuan/household": Text("元/户", "yuan per household"),
    "yuan/household/year": Text("元/户·年", "yuan per household and year"),
    "yuan/person/semester": Text("元/人·学期", "yuan per person and semester"),
    "yuan/person/year": Text("元/人·年", "yuan per person and year"),
    "yuan/village/year": Text("元/村·年", "yuan per village and year"),
}
_YES = Text("是", "yes")
_NO = Text("否", "no")


def words_of(value: Value) -> Text:
    """Say a value in one line; a table of more than four rows is only counted."""
    specification = SPECIFICATIONS[value.key]
    if specification.field.kind is not Kind.TABLE:
        assert not isinstance(value.value, tuple)  # noqa: S101 -- tables only
        return cell_words(value.value, specification.field)
    if len(value.rows) > _ROWS_SHOWN or len(specification.columns) > _ROWS_SHOWN:
        return Text("{n} 行", "{n} rows", {"n": len(value.rows)})
    rows = [join(row_words(row, value.key), zh=" ", en=" ") for row in value.rows]
    return join(rows)


def row_words(row: Row, key: str) -> list[Text]:
    """Say the cells of a table's row, in the order of the declared columns."""
    return [
        cell_words(row[column.name], column.field)
        if column.name in row
        else Text("不限", "any")
        for column in SPECIFICATIONS[key].columns
    ]


def cell_words(cell: Cell, field: Field) -> Text:
    """Say one value or one cell."""
    if isinstance(cell, Text):
        return cell
    if isinstance(cell, bool):
        return _YES if cell else _NO
    if isinstance(cell, tuple):
        return join([_choice(code, field) for code in cell], zh="、", en=", ")
    if field.kind is Kind.CHOICE:
        return _choice(str(cell), field)
    if isinstance(cell, int | Decimal):
        return _same(f"{cell:,}")
    return _same(cell.isoformat() if isinstance(cell, date) else cell)


def period_words(value: Value) -> Text:
    """Say the period of validity, both ends included."""
    params: dict[str, object] = {"first": value.valid_from, "last": value.valid_to}
    if value.valid_to is None:
        return Text("{first} 起", "from {first}", params)
    return Text("{first} 至 {last}", "{first} to {last}", params)


def scope_words(value: Value) -> Text:
    """Say the scope: the division's code, or the whole country."""
    return _same(value.scope) if value.scope else Text("全国", "the whole country")


def _choice(code: str, field: Field) -> Text:
    return field.choices.get(code) or _same(code)


def _same(words: str) -> Text:
    return Text("{words}", "{words}", {"words": words})
