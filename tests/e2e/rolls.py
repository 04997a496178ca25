"""Household rolls as a county fills them in: the downloaded template with ten households."""

from __future__ import annotations

from pathlib import Path

import openpyxl

VILLAGE = "990101100200"
HOUSEHOLDS, MEMBERS = "户", "成员"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def identity_number(serial: int, *, birth: str, is_male: bool) -> str:
    """Return a fictional number with its right check character (GB 11643-1999)."""
    body = f"990101{birth}{serial:02d}{1 if is_male else 2}"
    total = sum(
        int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)
    )
    return body + "10X98765432"[total % 11]


def household_no(number: int) -> str:
    return f"9{number:03d}"


def fill_template(template: Path, target: Path) -> None:
    """Write ten households; 3, 6 and 9 are wrong, each in another way."""
    book = openpyxl.load_workbook(template)
    for number in range(1, 11):
        _append(book[HOUSEHOLDS], _household(number))
        for member in _members(number):
            _append(book[MEMBERS], member)
    _cell(
        book[HOUSEHOLDS], household_no(6), "贫困户属性"
    ).value = "贫困"  # no such label
    _cell(
        book[HOUSEHOLDS], household_no(9), "村代码"
    ).value = "990101100999"  # no such village
    for row in _rows(book[MEMBERS], household_no(9)):
        book[MEMBERS].cell(row, 1).value = "990101100999"
    number = _cell(book[MEMBERS], household_no(3), "身份证号码")
    number.value = number.value[:-1] + ("1" if number.value[-1] != "1" else "2")
    book.save(target)


def correct(errors: Path, target: Path) -> None:
    """Mend an error workbook as its reasons ask, and touch nothing else."""
    book = openpyxl.load_workbook(errors)
    _cell(book[HOUSEHOLDS], household_no(6), "贫困户属性").value = "一般贫困户"
    for sheet in (book[HOUSEHOLDS], book[MEMBERS]):
        for row in _rows(sheet, household_no(9)):
            sheet.cell(row, 1).value = VILLAGE
    _cell(book[MEMBERS], household_no(3), "身份证号码").value = _members(3)[0][
        "身份证号码"
    ]
    book.save(target)


def change_one_value(roll: Path, target: Path) -> None:
    """Write the roll again with another main cause for the first household."""
    book = openpyxl.load_workbook(roll)
    _cell(book[HOUSEHOLDS], household_no(1), "主要致贫原因").value = "因病"
    book.save(target)


def table(path: Path, sheet: str) -> list[dict[str, object]]:
    """Return the rows of a sheet by header."""
    rows = openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)
    headers = next(rows)
    return [dict(zip(headers, row, strict=True)) for row in rows if any(row)]


def _household(number: int) -> dict[str, object]:
    return {
        "村代码": VILLAGE,
        "户编号": household_no(number),
        "脱贫状态": "未脱贫",
        "识别标准": "国家标准",
        "贫困户属性": "一般贫困户",
        "主要致贫原因": "缺技术",
        "收入年度": 2015,
        "工资性收入（元）": 0,
        "生产经营性收入（元）": 5000,
        "生产经营性支出（元）": 500,
        "家庭纯收入（元）": 4500,
    }


def _members(number: int) -> list[dict[str, object]]:
    head = _member(number, "户主", birth=f"1970{number:02d}15", is_male=True)
    spouse = _member(number, "配偶", birth=f"1972{number:02d}15", is_male=False)
    return [head, spouse]


def _member(
    number: int, relation: str, *, birth: str, is_male: bool
) -> dict[str, object]:
    return {
        "村代码": VILLAGE,
        "户编号": household_no(number),
        "姓名": ("茶" if is_male else "竹") + "一二三四五六七八九十"[number - 1],
        "性别": "男" if is_male else "女",
        "身份证号码": identity_number(number, birth=birth, is_male=is_male),
        "与户主关系": relation,
        "民族": "汉族",
        "文化程度": "初中",
        "在校生状况": "非在校生",
        "健康状况": "健康",
        "劳动技能": "普通劳动力",
        "务工时间（月）": 0,
        "是否参加基本医疗保险": "是",
    }


def _append(sheet, values: dict[str, object]) -> None:
    headers = [cell.value for cell in sheet[1]]
    row = 2
    while sheet.cell(row, 2).value:
        row += 1
    for header, value in values.items():
        sheet.cell(row, headers.index(header) + 1).value = value


def _rows(sheet, number: str) -> list[int]:
    return [
        row for row in range(2, sheet.max_row + 1) if sheet.cell(row, 2).value == number
    ]


def _cell(sheet, number: str, header: str):
    headers = [cell.value for cell in sheet[1]]
    return sheet.cell(_rows(sheet, number)[0], headers.index(header) + 1)
