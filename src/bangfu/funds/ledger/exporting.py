"""A statement as a workbook: opening, entries with running total, closing.

Amounts are numbers in yuan with two decimals; every word is written as text, so that
nothing is taken for a formula.
"""

from __future__ import annotations

import io

import xlsxwriter

from bangfu.calc.values.text import Text
from bangfu.funds.ledger.lists import voucher_name
from bangfu.funds.ledger.queries import Line, Statement

_HEADINGS = (
    Text("记账日期", "Posted on"),
    Text("凭证号", "Voucher"),
    Text("摘要", "Text"),
    Text("业务", "Business"),
    Text("借方（元）", "Debit (yuan)"),
    Text("贷方（元）", "Credit (yuan)"),
    Text("余额（元）", "Balance (yuan)"),
    Text("备注", "Note"),
)
_WIDTHS = (12, 16, 40, 22, 16, 16, 16, 12)


def statement_workbook(found: Statement, *, language: str) -> bytes:
    """Return a statement as an xlsx file."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = book.add_worksheet(Text("明细账", "Statement").in_language(language))
    bold, money = (
        book.add_format({"bold": True}),
        book.add_format({"num_format": "#,##0.00"}),
    )
    title = f"{found.account.title_text.in_language(language)} · " + (
        found.account.line_text.in_language(language)
    )
    sheet.write_string(0, 0, title, bold)
    for column, (heading, width) in enumerate(zip(_HEADINGS, _WIDTHS, strict=True)):
        sheet.write_string(1, column, heading.in_language(language), bold)
        sheet.set_column(column, column, width)
    sheet.write_string(2, 2, Text("期初余额", "Opening").in_language(language))
    sheet.write_number(2, 6, found.opening_fen / 100, money)
    for row, line in enumerate(found.lines, start=3):
        for column, words in enumerate(_words(line, language)):
            sheet.write_string(row, column, words)
        amount = line.entry.amount_fen
        sheet.write_number(row, 4 if amount > 0 else 5, abs(amount) / 100, money)
        sheet.write_number(row, 6, line.balance_fen / 100, money)
        sheet.write_string(row, 7, _note(line).in_language(language))
    last = len(found.lines) + 3
    sheet.write_string(last, 2, Text("期末余额", "Closing").in_language(language), bold)
    sheet.write_number(last, 4, found.debit_fen / 100, money)
    sheet.write_number(last, 5, found.credit_fen / 100, money)
    sheet.write_number(last, 6, found.closing_fen / 100, money)
    sheet.freeze_panes(2, 0)
    book.close()
    return content.getvalue()


def _words(line: Line, language: str) -> tuple[str, ...]:
    entry = line.entry
    return (
        entry.posted_on.isoformat(),
        voucher_name(entry.voucher).in_language(language),
        entry.voucher.text,
        entry.edge_text.in_language(language),
    )


def _note(line: Line) -> Text:
    if line.is_reversal:
        return Text("冲销", "reversal")
    if line.is_reversed:
        return Text("已冲销", "reversed")
    return Text("—", "—")
