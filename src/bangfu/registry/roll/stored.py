"""The households of the files as they stand in the database."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from bangfu.exchange import staging
from bangfu.registry.roll.columns import (
    HOUSEHOLD_PLAIN,
    INCOME_STORED,
    KEY,
    MEMBER_PLAIN,
    Plain,
)

_KEYS_TABLE = "roll_keys"
_SEALED = ("phone_sealed", "bank_account_sealed")
_TAILS = ("phone_tail", "bank_account_tail")
_IDENTITY = ("identity_sealed", "identity_index", "identity_last_four_index")


@dataclass(frozen=True, slots=True)
class Stored:
    """Rows of the three tables, tied to the incoming keys by `household`.

    households: `household` (number of the incoming key), `id`, keys, facts, sealed
    values and tails, head_name, has_case (Boolean). members and incomes: `household`, `id`, facts. Sealed
    values and digests are Binary.
    """

    households: pl.DataFrame
    members: pl.DataFrame
    incomes: pl.DataFrame


def fetch(keys: pl.DataFrame) -> Stored:
    """Read the households with these keys, within the acting scope.

    keys: `household`, division_code, household_no.
    """
    staging.stage(
        _KEYS_TABLE,
        {"household": "integer", "division_code": 'text COLLATE "C"'}
        | {"household_no": 'text COLLATE "C"'},
        keys,
    )
    return Stored(_households(), _members(), _incomes())


def _schema(plain: tuple[Plain, ...]) -> dict[str, pl.DataType]:
    return {column.name: column.dtype for column in plain}


def _selected(plain: tuple[Plain, ...], alias: str) -> str:
    return ", ".join(
        column.select_sql.replace(column.name, f"{alias}.{column.name}")
        for column in plain
    )


def _hex(names: tuple[str, ...], alias: str) -> str:
    return ", ".join(f"encode({alias}.{name}, 'hex')" for name in names)


def _households() -> pl.DataFrame:
    tails = ", ".join(f"h.{name}" for name in (*_TAILS, "head_name", "head_initials"))
    sql = f"""SELECT k.household, h.id, h.division_code, h.household_no,
      {_selected(HOUSEHOLD_PLAIN, "h")}, {_hex(_SEALED, "h")}, {tails},
      EXISTS (SELECT FROM registry_case c WHERE c.household_id = h.id)
      FROM {_KEYS_TABLE} k JOIN registry_household h USING (division_code, household_no)
      """  # noqa: S608 (names are constants)
    return staging.fetch(
        sql,
        [],
        {"household": pl.UInt32(), "id": pl.Int64()}
        | dict.fromkeys(KEY, pl.String())
        | _schema(HOUSEHOLD_PLAIN)
        | dict.fromkeys(_SEALED, pl.Binary())
        | dict.fromkeys((*_TAILS, "head_name", "head_initials"), pl.String())
        | {"has_case": pl.Boolean()},
    )


def _members() -> pl.DataFrame:
    sql = f"""SELECT k.household, m.id, m.position, m.initials, m.identity_tail,
      {_selected(MEMBER_PLAIN, "m")}, {_hex(_IDENTITY, "m")}
      FROM {_KEYS_TABLE} k JOIN registry_household h USING (division_code, household_no)
      JOIN registry_member m ON m.household_id = h.id
      """  # noqa: S608 (names are constants)
    return staging.fetch(
        sql,
        [],
        {"household": pl.UInt32(), "id": pl.Int64(), "position": pl.Int64()}
        | {"initials": pl.String(), "identity_tail": pl.String()}
        | _schema(MEMBER_PLAIN)
        | dict.fromkeys(_IDENTITY, pl.Binary()),
    )


def _incomes() -> pl.DataFrame:
    amounts = ", ".join(f"i.{name}" for name in (*INCOME_STORED, "net_fen"))
    sql = f"""SELECT k.household, i.id, i.year, {amounts}
      FROM {_KEYS_TABLE} k JOIN registry_household h USING (division_code, household_no)
      JOIN registry_income i ON i.household_id = h.id
      WHERE NOT EXISTS (SELECT FROM registry_income n WHERE n.corrects_id = i.id)
      """  # noqa: S608 (names are constants)
    return staging.fetch(
        sql,
        [],
        {"household": pl.UInt32(), "id": pl.Int64(), "year": pl.Int16()}
        | dict.fromkeys((*INCOME_STORED, "net_fen"), pl.Int64()),
    )


def locked_years() -> pl.DataFrame:
    """Return `household` and `year` of the villages' years that are locked.

    Of the households that `fetch` was asked for last.
    """
    return staging.fetch(
        f"""SELECT k.household, c.year FROM {_KEYS_TABLE} k
        JOIN registry_collection c USING (division_code)
        WHERE c.locked_at IS NOT NULL""",  # noqa: S608 (names are constants)
        [],
        {"household": pl.UInt32(), "year": pl.Int16()},
    )
