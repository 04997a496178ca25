"""Workbooks of households as offices send them, and a small tree of divisions."""

from __future__ import annotations

import io
from datetime import date

import polars as pl

from bangfu import exchange
from bangfu.calc.values.identity import make_identity_number
from bangfu.divisions.models import Division
from bangfu.exchange.conversion import dtype_of
from bangfu.registry.sheets import HOUSEHOLD_SHEET, HOUSEHOLDS, MEMBER_SHEET

VILLAGE = "990101101001"
OTHER_VILLAGE = "990101102001"
OTHER_COUNTY_VILLAGE = "990102101001"
_TREE = (
    ("99", "样省"),
    ("9901", "样市"),
    ("990101", "甲县"),
    ("990101101", "城关镇"),
    (VILLAGE, "东村"),
    ("990101102", "河口乡"),
    (OTHER_VILLAGE, "西村"),
    ("990102", "乙县"),
    ("990102101", "山前镇"),
    (OTHER_COUNTY_VILLAGE, "南村"),
)


def make_tree() -> None:
    """Put one city with two counties and three villages on file."""
    Division.objects.bulk_create(
        Division(
            code=code,
            name=name,
            level=len(code),
            parent_code={2: "", 4: code[:2], 6: code[:4], 9: code[:6], 12: code[:9]}[
                len(code)
            ],
            valid_from_date=date(1990, 1, 1),
        )
        for code, name in _TREE
    )


def number(birth: str = "1970-01-01", sequence: int = 1) -> str:
    """A fictional identity number; odd sequences are men."""
    return make_identity_number("990101", date.fromisoformat(birth), sequence)


def household(no: str = "0001", **facts: object) -> dict[str, object]:
    """A row of the sheet of households."""
    return {"division_code": VILLAGE, "household_no": no, **facts}


def member(no: str = "0001", **facts: object) -> dict[str, object]:
    """A row of the sheet of members: the head, a man of 46, unless it says otherwise."""
    row: dict[str, object] = {"division_code": VILLAGE, "household_no": no}
    return {**row, "name": "张三", "relation": "01", **facts}


def family(no: str, at: int, **facts: object) -> tuple[dict, list[dict]]:
    """A household in order with a head and a wife; `at` makes their numbers differ."""
    head = member(no, name="张三", identity_number=number("1970-01-01", 2 * at + 1))
    wife = member(
        no, name="李四", relation="02", identity_number=number("1972-02-02", 2 * at)
    )
    return household(no, **facts), [head, wife]


def workbook(
    households: list[dict[str, object]], members: list[dict[str, object]]
) -> bytes:
    """Write the rows into the template."""
    frames = {
        sheet.key: pl.DataFrame(
            rows, schema={column.key: dtype_of(column) for column in sheet.columns}
        )
        for sheet, rows in ((HOUSEHOLD_SHEET, households), (MEMBER_SHEET, members))
    }
    content = io.BytesIO()
    exchange.write_rows(HOUSEHOLDS, frames, language="zh-hans", target=content)
    return content.getvalue()


def families(*numbers: str, **facts: object) -> bytes:
    """Write a workbook of households in order."""
    made = [family(no, at, **facts) for at, no in enumerate(numbers, start=1)]
    return workbook(
        [row for row, _ in made], [person for _, people in made for person in people]
    )
