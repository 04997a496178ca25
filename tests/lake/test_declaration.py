"""A declaration that would let a person through does not even load."""

import re
from datetime import date

import pytest
from django.apps import apps

from bangfu.calc.tables import register
from bangfu.calc.tables.schema import (
    Column,
    Table,
    Type,
    code,
    division,
    pseudonym,
)
from bangfu.calc.values.text import Text
from bangfu.lake.declaration import Dataset, datasets
from bangfu.registry import snapshots

WORDS = Text("试", "test")


def table(*columns: Column) -> Table:
    return Table(
        "things",
        WORDS,
        (pseudonym("thing", "物", "thing"), division(), *columns),
        ("thing",),
    )


@pytest.mark.parametrize(
    "pattern", [".*", ".{1,4}", "[0-9]+", "[0-9]{17}[0-9X]", "[^x]+", "[0-9-]{5,}"]
)
def test_a_pattern_that_takes_names_or_numbers_is_refused(pattern):
    column = Column("note", Type.TEXT, "-", WORDS, pattern=pattern)

    with pytest.raises(ValueError, match="takes personal data"):
        Dataset(table(column), "SELECT 1", {"thing": "thing"})


def test_a_key_without_a_pseudonym_is_refused():
    with pytest.raises(ValueError, match="a pseudonym has its purpose"):
        Dataset(table(), "SELECT 1", {})


def test_a_code_as_a_pseudonym_is_refused():
    with pytest.raises(ValueError, match="a pseudonym has its purpose"):
        Dataset(table(code("a", "甲", "a")), "SELECT 1", {"thing": "t", "a": "t"})


def test_every_dataset_lies_in_a_division():
    bare = Table("bare", WORDS, (pseudonym("thing", "物", "thing"),), ("thing",))
    with pytest.raises(ValueError, match="division_code"):
        Dataset(bare, "SELECT 1", {"thing": "thing"})


def test_the_registers_datasets_are_those_described():
    assert tuple(one.table for one in datasets()) == register.TABLES


def test_no_select_touches_what_must_stay_inside():
    private = (
        "name",
        "initials",
        "phone",
        "bank",
        "sealed",
        "tail",
        "household_no",
        "group_name",
        "last_four",
        "politics",
        "message",
        "recorded_by",
        "import_id",
    )
    for dataset in datasets():
        words = set(re.findall(r"[a-z_]+", dataset.sql))
        for word in words:
            assert not any(one in word for one in private), (dataset.table.name, word)


@pytest.mark.parametrize(
    ("table_", "model"),
    [
        (register.HOUSEHOLD, "Household"),
        (register.MEMBER, "Member"),
        (register.INCOME, "Income"),
    ],
    ids=lambda one: getattr(one, "name", one),
)
def test_columns_of_the_same_name_have_the_type_and_unit_of_the_field(table_, model):
    kinds = {
        "CharField": Type.TEXT,
        "DivisionCodeField": Type.TEXT,
        "BooleanField": Type.BOOLEAN,
        "DecimalField": Type.NUMBER,
        "PositiveSmallIntegerField": Type.INTEGER,
        "BigIntegerField": Type.INTEGER,
        "GeneratedField": Type.INTEGER,
    }
    fields = {f.name: f for f in apps.get_model("registry", model)._meta.fields}
    compared = 0
    for column in table_.columns:
        field = fields.get(column.name)
        if field is None or field.is_relation:
            continue
        compared += 1
        assert kinds[type(field).__name__] is column.type, column.name
        if column.type in {Type.BOOLEAN, Type.INTEGER, Type.NUMBER}:
            assert field.null == column.nulls, column.name
        for unit in ("fen", "mu", "km", "m2"):
            if column.name.endswith(f"_{unit}"):
                assert column.unit == unit
    assert compared > 8


def test_the_school_day_is_the_last_one_that_is_over():
    assert snapshots.facts_on(date(2016, 2, 29)).parameters == {
        "school_date": date(2015, 8, 31)
    }
    assert snapshots.facts_on(date(2016, 8, 31)).parameters == {
        "school_date": date(2016, 8, 31)
    }
