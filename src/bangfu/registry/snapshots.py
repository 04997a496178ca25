"""What a snapshot takes out of the register: declared outputs, set by set.

Every SELECT names the columns that `calc.tables.register` describes. A blank code means
"not known" and becomes empty. Names, numbers, phones, accounts and free text are not
selected at all; keys leave as pseudonyms.
"""

from __future__ import annotations

from datetime import date

from django.conf import settings

from bangfu.calc.tables import register
from bangfu.calc.tables.schema import Table, Type
from bangfu.lake.declaration import Dataset, Facts, PrivateDataset
from bangfu.policy import queries as policy

_HAN = "01"
# Columns that are not taken as they stand: everything else is a column of the model.
_HOUSEHOLD = {
    "household": "id::text",
    "cause_other_1": "cause_other[1]",
    "cause_other_2": "cause_other[2]",
}
_AGE_ON = "extract(year FROM age({day}::timestamp, birth_date::timestamp))::bigint"
_MEMBER = {
    "member": "id::text",
    "household": "household_id::text",
    "person": "encode(identity_index, 'hex')",
    "is_live": "left_date IS NULL OR left_date > %(cut_off)s",
    "birth_year": "extract(year FROM birth_date)::bigint",
    "age": _AGE_ON.format(day="%(cut_off)s"),
    "school_age": _AGE_ON.format(day="%(school_date)s"),
    "is_minority": f"nullif(ethnicity, '') <> '{_HAN}'",
    "has_dropout_reason": "dropout_reason <> ''",
    "is_chronically_ill": "CASE WHEN cardinality(health) > 0 THEN '2' = ANY (health) END",
    "is_seriously_ill": "CASE WHEN cardinality(health) > 0 THEN '3' = ANY (health) END",
    "is_disabled": "CASE WHEN cardinality(health) > 0 THEN '4' = ANY (health) END",
}
_INCOME = {"household": "household_id::text"}
# What counts after the lock of a year is the last row of a chain of corrections.
_CURRENT_INCOMES = """registry_income AS i
WHERE NOT EXISTS (SELECT FROM registry_income AS n WHERE n.corrects_id = i.id)"""
_KEYS = {"household": "household", "member": "member", "person": "person"}


def _selected(table: Table, source: str, given: dict[str, str]) -> str:
    """Return the SELECT of a table's columns out of a table of the database."""
    columns = ",\n    ".join(
        f"{_expression(table, name, given)} AS {name}" for name in table.names
    )
    return f"SELECT\n    {columns}\nFROM {source}"


def _expression(table: Table, name: str, given: dict[str, str]) -> str:
    column, taken = table.column(name), given.get(name, name)
    if column.type is Type.TEXT and column.nulls and name not in _KEYS:
        return f"nullif({taken}, '')"
    return taken


def _dataset(table: Table, sql: str) -> Dataset:
    keys = {name: _KEYS[name] for name in table.names if name in _KEYS}
    return Dataset(table, sql, keys)


_FLAG_SQL = """SELECT household_id::text AS household, division_code, code, severity,
    count(*) AS flags
FROM registry_flag
GROUP BY household_id, division_code, code, severity"""

DATASETS = (
    _dataset(
        register.HOUSEHOLD,
        _selected(register.HOUSEHOLD, "registry_household", _HOUSEHOLD),
    ),
    _dataset(register.MEMBER, _selected(register.MEMBER, "registry_member", _MEMBER)),
    _dataset(register.INCOME, _selected(register.INCOME, _CURRENT_INCOMES, _INCOME)),
    _dataset(register.FLAG, _FLAG_SQL),
)

PERSONS = PrivateDataset(
    name="persons",
    columns={
        "member": Type.TEXT,
        "household": Type.TEXT,
        "person": Type.TEXT,
        "division_code": Type.TEXT,
        "name": Type.TEXT,
        "sex": Type.TEXT,
        "birth_date": Type.DATE,
        "relation": Type.TEXT,
        "member_id": Type.INTEGER,
    },
    sql="""SELECT id::text AS member, household_id::text AS household,
        encode(identity_index, 'hex') AS person, division_code, name,
        nullif(sex, '') AS sex, birth_date, nullif(relation, '') AS relation,
        id AS member_id
    FROM registry_member
    WHERE left_date IS NULL OR left_date > %(cut_off)s""",
    pseudonyms=_KEYS,
)
"""Everybody who belongs to a household, with names: for finding duplicates.

`member_id` leads back to the register; `person` says which rows have the same identity
number without saying which number.
"""


def facts_on(cut_off: date) -> Facts:
    """Return the hash of the active policy pack, and the last school day."""
    pack = policy.active()
    where = settings.BANGFU_DIVISION
    said = str(pack.value("school.age_reference", at=cut_off, division=where).value)
    month, day = (int(part) for part in said.split("-"))
    school = date(cut_off.year, month, day)
    if school > cut_off:
        school = school.replace(year=cut_off.year - 1)
    return Facts(pack.hash, {"school_date": school})
