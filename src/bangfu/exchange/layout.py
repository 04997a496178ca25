"""How a declared workbook looks in Excel, for template, export and error workbook.

Texts, identity numbers and codes stand in cells of text format (`@`): Excel then keeps
what people type, and a text that begins with `=`, `+`, `-` or `@` stays a text. No cell
is ever written as a formula.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO, Self

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from bangfu.calc.values.text import Text
from bangfu.exchange.declaration import (
    CODES_SHEET_NAME,
    TEXT_KINDS,
    CodeList,
    Column,
    Kind,
    Sheet,
    Workbook,
)
from bangfu.exchange.parsing import EXACT_DIGITS_MAX

LAST_ROW = 1_048_575
YES, NO = Text("是", "yes"), Text("否", "no")
CODES_SEPARATOR = Text("、", ", ")

# The same input gives the same bytes: a file does not tell when it was made.
_CREATED = datetime(2020, 1, 1, tzinfo=UTC)
_WIDTHS = {
    Kind.TEXT: 16,
    Kind.CODE: 14,
    Kind.CODES: 22,
    Kind.IDENTITY: 22,
    Kind.NUMBER_TEXT: 18,
    Kind.DIVISION: 16,
    Kind.INTEGER: 10,
    Kind.DECIMAL: 12,
    Kind.YUAN: 14,
    Kind.DATE: 13,
    Kind.BOOL: 8,
    Kind.YEAR: 8,
}
_COMMENT_SIZE = {"x_scale": 2, "y_scale": 1.4}


class Book:
    """An .xlsx being written: XlsxWriter with this package's formats and habits."""

    def __init__(
        self,
        workbook: Workbook,
        *,
        language: str,
        target: Path | BinaryIO,
        is_streamed: bool,
    ) -> None:
        """Open the file; `is_streamed` keeps only one row at a time in memory."""
        self.workbook = workbook
        self.language = language
        # Parts lie on disk until the file is put together: in a folder that only this
        # account may enter and that is gone afterwards, whatever happens.
        self._folder = tempfile.TemporaryDirectory(prefix="bangfu-")
        self.file = xlsxwriter.Workbook(
            target,
            {
                "constant_memory": is_streamed,
                "tmpdir": self._folder.name,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
                "default_date_format": "yyyy-mm-dd",
                "remove_timezone": True,
            },
        )
        self.file.set_properties(
            {
                "title": self.say(workbook.title),
                "comments": f"{workbook.key} {workbook.version}",
                "created": _CREATED,
            }
        )
        self._formats: dict[tuple[tuple[str, object], ...], Format] = {}

    def say(self, text: Text) -> str:
        """Return a text in the book's language."""
        return text.in_language(self.language)

    def format(self, **properties: object) -> Format:
        """Return the format with these properties; equal ones are one format."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.file.add_format(properties)
        return self._formats[key]

    def cell_format(self, column: Column, **properties: object) -> Format:
        """Return the format of a column's cells."""
        return self.format(num_format=number_format(column), **properties)

    def add_sheet(self, sheet: Sheet, *, more: tuple[Text, ...] = ()) -> Worksheet:
        """Add a sheet with its header row, column formats, comments and validations.

        more: titles of columns behind the declared ones.
        """
        page = self.file.add_worksheet(self.say(sheet.title)[:31])
        page.freeze_panes(1, 1)
        for index, column in enumerate(sheet.columns):
            header = column.header(self.language)
            width = column.width or max(_WIDTHS[column.kind], shown_width(header) + 2)
            page.set_column(index, index, width, self.cell_format(column))
            page.write_string(0, index, header, self._header_format(column))
            page.write_comment(0, index, self.say(describe(column)), _COMMENT_SIZE)
        for index, title in enumerate(more, start=len(sheet.columns)):
            page.set_column(index, index, 50 if index == len(sheet.columns) else 16)
            page.write_string(0, index, self.say(title), self._own_header_format())
        return page

    def _header_format(self, column: Column) -> Format:
        colour = "#0B5394" if column.required else "#505A5F"
        return self._any_header_format(colour)

    def _own_header_format(self) -> Format:
        return self._any_header_format("#C8102E")

    def _any_header_format(self, colour: str) -> Format:
        return self.format(
            bold=True,
            font_color="#FFFFFF",
            bg_color=colour,
            border=1,
            text_wrap=True,
            valign="vcenter",
            num_format="@",
        )

    def add_validations(self, page: Worksheet, sheet: Sheet) -> None:
        """Let Excel itself check what is typed, for all rows below the header."""
        for index, column in enumerate(sheet.columns):
            if rule := self._validation(column):
                page.data_validation(1, index, LAST_ROW, index, rule)

    def _validation(self, column: Column) -> dict[str, object] | None:
        rule = self._rule(column)
        if rule is None:
            return None
        says = Text(
            "“{title}”：{rule}",
            "“{title}”: {rule}",
            {"title": column.title, "rule": requirement(column)},
        )
        return {
            "ignore_blank": True,
            "error_title": self.say(Text("填写有误", "Not allowed here")),
            "error_message": self.say(says)[:255],
            **rule,
        }

    def _rule(self, column: Column) -> dict[str, object] | None:
        match column.kind:
            case Kind.CODE:
                return {"validate": "list", "source": self._code_range(column)}
            case Kind.BOOL:
                return {
                    "validate": "list",
                    "source": [self.say(YES), self.say(NO)],
                    "error_type": "warning",
                }
            case Kind.INTEGER | Kind.DECIMAL | Kind.YUAN | Kind.YEAR:
                low, high = _number_bounds(column)
                whole = column.kind in (Kind.INTEGER, Kind.YEAR)
                return _between("integer" if whole else "decimal", low, high)
            case Kind.DATE:
                first, last = _date_bounds(column)
                return {**_between("date", first, last), "error_type": "warning"}
            case Kind.TEXT if isinstance(column.maximum, int):
                return _between("length", 0, column.maximum)
            case _:
                return None

    def _code_range(self, column: Column) -> str:
        lists = code_lists(self.workbook)
        at = next(i for i, codes in enumerate(lists) if codes == column.codes)
        letters = xlsxwriter.utility.xl_col_to_name(at, col_abs=True)
        last = len(lists[at].entries) + 1
        return f"={CODES_SHEET_NAME}!{letters}$2:{letters}${last}"

    def add_code_sheet(self) -> None:
        """Add the hidden sheet that feeds the dropdowns of code lists."""
        lists = code_lists(self.workbook)
        if not lists:
            return
        page = self.file.add_worksheet(CODES_SHEET_NAME)
        page.hide()
        text = self.format(num_format="@")
        height = max(len(codes.entries) for codes in lists)
        for index, codes in enumerate(lists):
            page.write_string(0, index, self.say(codes.title), text)
        for row in range(height):
            for index, codes in enumerate(lists):
                if row < len(codes.entries):
                    label = self.say(codes.entries[row][1])
                    page.write_string(row + 1, index, label, text)

    def __enter__(self) -> Self:
        """Return the book; leaving the block writes the file, unless it failed."""
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        """Write the file out, and take the temporary parts away in any case."""
        try:
            if error is None:
                self.file.close()
        finally:
            for page in self.file.worksheets():
                # A streamed sheet's rows; XlsxWriter closes them only on success.
                if rows := getattr(page, "row_data_fh", None):
                    rows.close()
            self._folder.cleanup()


def code_lists(workbook: Workbook) -> list[CodeList]:
    """Return the code lists that the workbook's CODE columns use, each once."""
    lists: list[CodeList] = []
    for sheet in workbook.sheets:
        for column in sheet.columns:
            if column.codes is not None and column.codes not in lists:
                lists.append(column.codes)
    return lists


def number_format(column: Column) -> str:
    """Return Excel's number format for a column."""
    if column.kind in TEXT_KINDS or column.kind in (Kind.CODE, Kind.CODES):
        return "@"
    match column.kind:
        case Kind.DATE:
            return "yyyy-mm-dd"
        case Kind.DECIMAL:
            return "0." + "0" * column.decimals if column.decimals else "0"
        case Kind.YUAN:
            return "0.00" if column.money_unit == 100 else "0.00####"
        case Kind.INTEGER | Kind.YEAR:
            return "0"
        case _:
            return "General"


def shown_width(text: str) -> int:
    """Return how many narrow characters wide a text is: Chinese ones take two."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


def _between(validate: str, low: object, high: object) -> dict[str, object]:
    return {
        "validate": validate,
        "criteria": "between",
        "minimum": low,
        "maximum": high,
    }


def _number_bounds(column: Column) -> tuple[float, float]:
    widest = EXACT_DIGITS_MAX - 1
    low, high = (1900, 2100) if column.kind is Kind.YEAR else (-widest, widest)
    per_unit = int(column.money_unit) if column.kind is Kind.YUAN else 1
    return (
        _in_unit(column.minimum, per_unit, otherwise=low),
        _in_unit(column.maximum, per_unit, otherwise=high),
    )


def _in_unit(bound: object, per_unit: int, *, otherwise: int) -> float:
    if isinstance(bound, int | Decimal):
        number = Decimal(bound) / per_unit
        return int(number) if number == int(number) else float(number)
    return otherwise


def _date_bounds(column: Column) -> tuple[date, date]:
    low, high = column.minimum, column.maximum
    return (
        low if isinstance(low, date) else date(1901, 1, 1),
        high if isinstance(high, date) else date(2100, 12, 31),
    )


# What people are told about a column


def requirement(column: Column) -> Text:
    """Return in a few words how a column is to be filled in."""
    if column.kind is Kind.DECIMAL:
        return Text(
            "数字，最多 {places} 位小数",
            "a number with at most {places} decimals",
            {"places": column.decimals},
        )
    if column.kind is Kind.YUAN:
        return Text(
            "金额，单位：{unit}",
            "an amount in {unit}",
            {"unit": column.money_unit.text},
        )
    return _REQUIREMENTS[column.kind]


_REQUIREMENTS = {
    Kind.TEXT: Text("文字", "text"),
    Kind.CODE: Text("从下拉列表中选择", "choose from the list"),
    Kind.CODES: Text("可填多项，用顿号“、”分隔", "one or several, separated by commas"),
    Kind.IDENTITY: Text("文本格式，18 位", "18 characters, as text"),
    Kind.NUMBER_TEXT: Text("文本格式的号码", "a number, as text"),
    Kind.DIVISION: Text(
        "区划代码，文本格式，2、4、6、9 或 12 位数字",
        "a division code of 2, 4, 6, 9 or 12 digits, as text",
    ),
    Kind.INTEGER: Text("整数", "a whole number"),
    Kind.DATE: Text("日期，如 2016-03-01", "a date such as 2016-03-01"),
    Kind.BOOL: Text("是或否", "yes or no"),
    Kind.YEAR: Text("年份，如 2016", "a year such as 2016"),
}


def describe(column: Column) -> Text:
    """Return the comment of a column's header."""
    parts = [
        Text("必填", "required") if column.required else Text("选填", "optional"),
        requirement(column),
    ]
    if column.help is not None:
        parts.append(column.help)
    zh = "；".join(part.in_language("zh-hans") for part in parts)
    en = "; ".join(part.in_language("en") for part in parts)
    if column.example:
        zh += f"\n示例：{column.example}"
        en += f"\nExample: {column.example}"
    return Text(zh, en)


# Values


def cell_writer(
    book: Book, page: Worksheet, column: Column
) -> Callable[[int, int, object, Format], None]:
    """Return the function that writes a typed value of `column` into a cell."""

    def write_text(row: int, at: int, value: object, style: Format) -> None:
        page.write_string(row, at, str(value), style)

    def write_word(row: int, at: int, value: object, style: Format) -> None:
        page.write_string(row, at, word(book, column, value), style)

    def write_date(row: int, at: int, value: object, style: Format) -> None:
        page.write_datetime(row, at, value, style)

    def write_number(row: int, at: int, value: object, style: Format) -> None:
        number = Decimal(str(value))
        if column.kind is Kind.YUAN:
            number = (number / column.money_unit).normalize()
        # Excel keeps fifteen digits: a longer number would change, so it stays text.
        if len(number.as_tuple().digits) > 15:
            page.write_string(row, at, format(number, "f"), style)
        else:
            page.write_number(row, at, float(number), style)

    match column.kind:
        case Kind.CODE | Kind.CODES | Kind.BOOL:
            return write_word
        case Kind.DATE:
            return write_date
        case Kind.INTEGER | Kind.DECIMAL | Kind.YUAN | Kind.YEAR:
            return write_number
        case _:
            return write_text


def word(book: Book, column: Column, value: object) -> str:
    """Return the label of a code, of several codes, or of yes and no."""
    if isinstance(value, bool):
        return book.say(YES if value else NO)
    labels = column.codes.labels if column.codes is not None else {}
    codes = value if isinstance(value, list) else [value]
    # A code that left the list since is written as it is, not lost.
    shown = [book.say(labels[code]) if code in labels else str(code) for code in codes]
    return book.say(CODES_SEPARATOR).join(shown)
