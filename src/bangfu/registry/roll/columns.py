"""Which columns of the sheets go to which columns of the tables, and of what type."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from bangfu.exchange.conversion import dtype_of
from bangfu.exchange.declaration import Column, Kind
from bangfu.registry.rules.incomes import AMOUNTS
from bangfu.registry.sheets import HOUSEHOLD_SHEET, MEMBER_SHEET

KEY = ("division_code", "household_no")
SEALED = ("phone", "bank_account")
INCOME = tuple(name.removesuffix("_fen") for name in AMOUNTS)
_SQL_TYPES = {
    Kind.TEXT: "text",
    Kind.CODE: "text",
    Kind.CODES: "text[]",
    Kind.INTEGER: "integer",
    Kind.YEAR: "integer",
    Kind.DECIMAL: "numeric",
    Kind.DATE: "date",
    Kind.BOOL: "boolean",
}


@dataclass(frozen=True, slots=True)
class Plain:
    """A fact that stands in its table as it stands in the sheet.

    A text that is absent is null in frames and "" in the table; a list likewise.
    written_as: the sheet's column that gives it, if another.
    """

    name: str
    kind: Kind
    dtype: pl.DataType
    default: str = ""
    written_as: str = ""

    @property
    def sql_type(self) -> str:
        """Type of the staging column."""
        return _SQL_TYPES[self.kind]

    @property
    def source(self) -> str:
        """Key of the sheet's column."""
        return self.written_as or self.name

    @property
    def select_sql(self) -> str:
        """Expression that reads the table's column as CSV that polars understands."""
        if self.kind is Kind.CODES:
            return f"array_to_string({self.name}, '|')"
        return self.name

    def insert_sql(self, alias: str) -> str:
        """Expression that turns the staged value into the table's."""
        value = f"{alias}.{self.name}"
        if self.default:
            return f"coalesce({value}, {self.default})"
        if self.kind in (Kind.TEXT, Kind.CODE):
            return f"coalesce({value}, '')"
        if self.kind is Kind.CODES:
            return f"coalesce({value}, '{{}}')"
        return value


def _plain(column: Column, **more: str) -> Plain:
    return Plain(column.key, column.kind, dtype_of(column), **more)


_NOT_PLAIN = {*KEY, *SEALED, "year", "stated_net", *INCOME}
HOUSEHOLD_PLAIN = tuple(
    _plain(column, default="'0'" if column.key == "status" else "")
    for column in HOUSEHOLD_SHEET.columns
    if column.key not in _NOT_PLAIN
)
_CERTIFICATE = "disability_certificate"
MEMBER_PLAIN = (
    *(
        _plain(column, default="true" if column.key == "shares_income" else "")
        for column in MEMBER_SHEET.columns
        if column.key not in {*KEY, "identity_number", _CERTIFICATE}
    ),
    Plain("disability_kind", Kind.CODE, pl.String(), written_as=_CERTIFICATE),
    Plain("disability_grade", Kind.CODE, pl.String(), written_as=_CERTIFICATE),
)
# Amounts that the table always holds; the others stay unknown when not stated.
INCOME_ALWAYS = (
    "wage_fen",
    "operating_fen",
    "property_fen",
    "transfer_fen",
    "operating_expense_fen",
)
INCOME_STORED = (*AMOUNTS, "stated_net_fen")
