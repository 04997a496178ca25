"""Tables are described so that every engine can hold them."""

from pathlib import Path

import pytest

from bangfu.calc.tables import pages
from bangfu.calc.tables.features import HOUSEHOLD_FEATURES
from bangfu.calc.tables.register import TABLES
from bangfu.calc.tables.schema import Column, Table, Type, code, whole
from bangfu.calc.values.text import Text

WORDS = Text("试", "test")
KEY = whole("a", "-", "甲", "a", nulls=False)


@pytest.mark.parametrize("name", ["A", "1a", "a b", "a-b", "", "甲", "a" * 41])
def test_a_name_that_would_need_quoting_is_refused(name):
    with pytest.raises(ValueError, match="not a column name"):
        whole(name, "-", "甲", "a")


def test_text_and_only_text_has_a_pattern():
    with pytest.raises(ValueError, match="text, and only text, has a pattern"):
        Column("a", Type.TEXT, "-", WORDS)
    with pytest.raises(ValueError, match="text, and only text, has a pattern"):
        Column("a", Type.INTEGER, "-", WORDS, pattern="[0-9]")


def test_a_key_is_made_of_columns_that_are_never_empty():
    for key in ((), ("b",), ("c",)):
        with pytest.raises(ValueError, match="the key is made of columns"):
            Table("t", WORDS, (KEY, code("b", "乙", "b")), key)


def test_a_column_is_named_once():
    with pytest.raises(ValueError, match="named twice"):
        Table("t", WORDS, (KEY, KEY), ("a",))


@pytest.mark.parametrize("table", [*TABLES, HOUSEHOLD_FEATURES], ids=lambda t: t.name)
def test_money_years_and_persons_say_their_unit(table):
    for column in table.columns:
        if column.name.endswith("_fen"):
            assert column.unit.startswith("fen")
            assert column.type is Type.INTEGER
        if column.type is Type.NUMBER:
            assert column.unit != "-", column.name
        if column.type in {Type.TEXT, Type.BOOLEAN}:
            assert column.unit == "-", column.name
    assert table.column("division_code").type is Type.TEXT
    with pytest.raises(KeyError):
        table.column("nothing")


def test_the_page_of_snapshots_is_written_from_the_description():
    """`python -m bangfu.calc.tables.pages > docs/reference/snapshots.md`."""
    page = Path(__file__).parents[3] / "docs" / "reference" / "snapshots.md"

    assert page.read_text(encoding="utf-8") == pages.snapshots()
    for table in TABLES:
        assert f"## `{table.name}`:" in pages.snapshots()
