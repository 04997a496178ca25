"""The sheet 说明 / Instructions: every column of the workbook, in words."""

from __future__ import annotations

from bangfu.calc.values.text import Text
from bangfu.exchange.declaration import INSTRUCTIONS_TITLE, Column, Kind
from bangfu.exchange.layout import Book, requirement

LISTED_LABELS_MAX = 20

_HEADINGS = (
    (Text("工作表", "Sheet"), 14),
    (Text("列名", "Column"), 24),
    (Text("是否必填", "Required"), 10),
    (Text("填写要求", "How to fill it in"), 30),
    (Text("单位", "Unit"), 10),
    (Text("可选值", "Allowed values"), 50),
    (Text("国家指标代码", "National field code"), 14),
    (Text("说明", "Explanation"), 50),
    (Text("示例", "Example"), 20),
)

_GENERAL = (
    Text(
        "请勿改动表头；可增加自己的列，系统不读取。",
        "Keep the header as it is; columns of your own may be added and are not read.",
    ),
    Text(
        "证件号、账号、区划代码等列已设为文本格式，请勿改为数字。",
        "Identity, account and division codes are text: do not turn them into numbers.",
    ),
    Text(
        "空单元格表示不填，不会覆盖系统中已有的内容。",
        "An empty cell says nothing and does not overwrite what is stored.",
    ),
)


def add_instructions(book: Book) -> None:
    """Add the instructions as the last visible sheet."""
    workbook = book.workbook
    page = book.file.add_worksheet(book.say(INSTRUCTIONS_TITLE))
    wrapped = book.format(text_wrap=True, valign="top", num_format="@")
    bold = book.format(bold=True, num_format="@")
    for index, (_, width) in enumerate(_HEADINGS):
        page.set_column(index, index, width)
    version = Text("版本", "version")
    title = f"{book.say(workbook.title)}（{book.say(version)} {workbook.version}）"
    page.write_string(0, 0, title, bold)
    row = 1
    for number, line in enumerate((*_GENERAL, *workbook.instructions), start=1):
        page.write_string(row, 0, f"{number}. {book.say(line)}")
        row += 1
    row += 1
    for index, (heading, _) in enumerate(_HEADINGS):
        page.write_string(row, index, book.say(heading), bold)
    for sheet in workbook.sheets:
        for column in sheet.columns:
            row += 1
            for index, text in enumerate(_line(book, column)):
                page.write_string(row, index + 1, text, wrapped)
            page.write_string(row, 0, book.say(sheet.title), wrapped)


def _line(book: Book, column: Column) -> tuple[str, ...]:
    unit = column.shown_unit
    return (
        book.say(column.title),
        book.say(Text("必填", "required") if column.required else Text("选填", "no")),
        book.say(requirement(column)),
        book.say(unit) if unit is not None else "",
        _allowed(book, column),
        column.external_code,
        book.say(column.help) if column.help is not None else "",
        column.example,
    )


def _allowed(book: Book, column: Column) -> str:
    if column.kind is Kind.BOOL:
        return book.say(Text("是、否", "yes, no"))
    if column.codes is None:
        return ""
    labels = [book.say(label) for _, label in column.codes.entries]
    listed = book.say(Text("、", ", ")).join(labels[:LISTED_LABELS_MAX])
    if len(labels) <= LISTED_LABELS_MAX:
        return listed
    more = Text("{listed}等 {count} 项", "{listed} … ({count} in all)")
    return book.say(more.with_(listed=listed, count=len(labels)))
