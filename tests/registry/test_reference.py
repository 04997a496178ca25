"""The reference page says what the code says."""

from __future__ import annotations

from pathlib import Path

from bangfu.registry import code_lists
from bangfu.registry.imports import reading
from bangfu.registry.sheets import HOUSEHOLD_SHEET, HOUSEHOLDS, MEMBER_SHEET

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "registry.md"


def field_table(sheet) -> str:
    """The table of a sheet's columns as the page has it."""
    lines = [
        "| field | header | national code | kind | values |",
        "| --- | --- | --- | --- | --- |",
    ]
    for column in sheet.columns:
        unit = column.shown_unit
        kind = f"{column.kind}, {unit.en}" if unit else str(column.kind)
        values = f"[{column.codes.key}](#code-lists)" if column.codes else ""
        need = "*" if column.required else ""
        lines.append(
            f"| `{column.key}`{need} | {column.title.zh} / {column.title.en} "
            f"| {column.external_code} | {kind} | {values} |"
        )
    return "\n".join(lines)


def code_table() -> str:
    """The table of the code lists."""
    lists = [value for value in vars(code_lists).values() if hasattr(value, "entries")]
    lines = ["| list | codes |", "| --- | --- |"]
    for codes in lists:
        entries = " · ".join(
            f"{code} {label.zh} {label.en}" for code, label in codes.entries
        )
        lines.append(f"| `{codes.key}` {codes.title.zh} | {entries} |")
    return "\n".join(lines)


def test_the_page_lists_every_column_of_both_sheets():
    page = PAGE.read_text(encoding="utf-8")

    assert {sheet.key for sheet in HOUSEHOLDS.sheets} == {"households", "members"}
    assert field_table(HOUSEHOLD_SHEET) in page
    assert field_table(MEMBER_SHEET) in page


def test_the_page_lists_every_code():
    assert code_table() in PAGE.read_text(encoding="utf-8")


def test_the_page_names_every_rule_and_the_limits():
    page = PAGE.read_text(encoding="utf-8")

    for number in range(1, 16):
        assert f"| V{number} |" in page
    assert f"{reading.FILES_MAX} files" in page
    assert f"{reading.ROWS_MAX:,} rows" in page
