"""Rows out of PostgreSQL: one COPY a dataset and county, columns at a time.

The connection "lake" reads in one REPEATABLE READ transaction, so everything that is
read in the block shows the same state of the database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connections
from pyarrow import csv

from bangfu import vault
from bangfu.calc.tables.schema import Type
from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.findings import OutOfLimit, Refusal
from bangfu.calc.values.text import Text
from bangfu.lake.declaration import Dataset, Parameters
from bangfu.scope import Actor, acting

ALIAS = "lake"
PART_BYTES_MAX = 4 * 2**30  # of one dataset of one county, as PostgreSQL sends it
PSEUDONYM_BYTES = 16
_COUNTY = Level.COUNTY.value

ARROW = {
    Type.TEXT: pa.string(),
    Type.BOOLEAN: pa.bool_(),
    Type.INTEGER: pa.int64(),
    Type.NUMBER: pa.float64(),
    Type.DATE: pa.date32(),
}


class BadRows(Refusal):
    """The rows of a dataset are not as declared; no snapshot was taken."""

    code = "bad_rows"


class Reader:
    """Reads declared SELECTs as the actor of `reading`; all see the same state."""

    def __init__(self, parameters: Parameters) -> None:
        """Keep the values that the SELECTs ask for."""
        self._parameters = dict(parameters)

    def counties(self, sql: str) -> list[str]:
        """Return the counties of which a SELECT has rows, in order of code.

        Raises BadRows for a row that belongs to no county.
        """
        asked = f"SELECT DISTINCT left(division_code, {_COUNTY}) FROM ({sql}) AS q"  # noqa: S608 - declared
        with connections[ALIAS].cursor() as cursor:
            cursor.execute(asked, self._parameters)
            found = sorted(code for (code,) in cursor.fetchall())
        if any(len(code) != _COUNTY for code in found):
            raise _bad("-", "division_code", "< 6")
        return found

    def rows(self, sql: str, columns: Mapping[str, Type], division: str) -> pa.Table:
        """Return the rows of a SELECT that lie in a division.

        Columns as named, an empty unquoted cell of the COPY being null. Raises
        OutOfLimit.
        """
        lo, hi = DivisionCode(division).range()
        names = ", ".join(f'"{name}"' for name in columns)
        asked = (
            f"COPY (SELECT {names} FROM ({sql}) AS q"  # noqa: S608 - declared by apps
            " WHERE division_code >= %(lo)s AND division_code < %(hi)s)"
            " TO STDOUT (FORMAT csv)"
        )
        values = {**self._parameters, "lo": lo, "hi": hi}
        return _table(_sent(asked, values, division), columns)


@contextmanager
def reading(by: Actor, parameters: Parameters) -> Iterator[Reader]:
    """Open the one transaction in which `by` reads, and end it without a trace."""
    connections[ALIAS].close()  # nothing older may hang on it
    try:
        with acting(by, using=ALIAS):
            with connections[ALIAS].cursor() as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
            yield Reader(parameters)
    finally:
        connections[ALIAS].close()


def pseudonyms(column: pa.ChunkedArray, purpose: str) -> pa.ChunkedArray:
    """Return the keyed digests of a text column: 32 hexadecimal digits, null for null.

    The same value has the same pseudonym in every dataset and snapshot of this
    installation; without its key nobody can go back or try values out.
    """
    encoded = column.combine_chunks().dictionary_encode()
    plains = encoded.dictionary.to_pylist()
    digests = [
        digest[:PSEUDONYM_BYTES].hex()
        for digest in vault.blind_index_many(plains, f"lake.{purpose}")
    ]
    values = pa.array(digests, pa.string())
    return pa.chunked_array([values.take(encoded.indices)])


def pseudonyms_of(keys: Sequence[str], *, purpose: str) -> list[str]:
    """Return the pseudonyms under which keys of the register stand in snapshots.

    For the app that owns the keys, which finds its own rows again by them; nobody gets
    from a pseudonym to a key. purpose: as declared with the dataset, e.g. "household".
    """
    column = pa.chunked_array([pa.array(keys, pa.string())])
    return [str(one) for one in pseudonyms(column, purpose).to_pylist()]


def hidden(table: pa.Table, purposes: Mapping[str, str]) -> pa.Table:
    """Return the table with pseudonyms in the place of keys."""
    for name, purpose in purposes.items():
        at = table.schema.get_field_index(name)
        table = table.set_column(at, name, pseudonyms(table[name], purpose))
    return table


def guarded(table: pa.Table, dataset: Dataset) -> tuple[pa.Table, dict[str, int]]:
    """Return the table without text that its column does not expect, and how much.

    A text that does not match becomes null and is counted: whatever somebody wrote into
    a field of codes does not leave the register. Raises BadRows when a cell that cannot
    be empty is, or when a key is there twice.
    """
    withheld: dict[str, int] = {}
    for column in dataset.table.columns:
        if column.type is Type.TEXT:
            cells = table[column.name]
            fits = pc.match_substring_regex(cells, f"^(?:{column.pattern})$")
            fits = pc.and_(fits, pc.invert(pc.match_substring(cells, "\n")))
            count = pc.sum(pc.invert(fits)).as_py() or 0
            if count:
                withheld[column.name] = count
                at = table.schema.get_field_index(column.name)
                kept = pc.if_else(fits, cells, pa.scalar(None, pa.string()))
                table = table.set_column(at, column.name, kept)
        if not column.nulls and table[column.name].null_count:
            raise _bad(dataset.table.name, column.name, "NULL")
    key = list(dataset.table.key)
    if table.group_by(key).aggregate([([], "count_all")]).num_rows != table.num_rows:
        raise _bad(dataset.table.name, ", ".join(key), "UNIQUE")
    # In the order of pseudonyms, so that the order of entry is not told either.
    order = dict.fromkeys(["division_code", *key])
    return table.sort_by([(name, "ascending") for name in order]), withheld


def _sent(asked: str, values: Parameters, division: str) -> bytes:
    pieces, size = [], 0
    with connections[ALIAS].cursor() as cursor, cursor.copy(asked, values) as copy:
        for piece in copy:
            size += len(piece)
            if size > PART_BYTES_MAX:
                raise OutOfLimit(
                    Text(
                        "区划 {division} 的数据超过 {limit} GB，不能一次读出。",
                        "The data of division {division} exceed {limit} GB at once.",
                        {"division": division, "limit": PART_BYTES_MAX // 2**30},
                    )
                )
            pieces.append(bytes(piece))
    return b"".join(pieces)


def _table(sent: bytes, columns: Mapping[str, Type]) -> pa.Table:
    types = {name: ARROW[kind] for name, kind in columns.items()}
    schema = pa.schema(list(types.items()))
    if not sent:
        return schema.empty_table()
    options: dict[str, Any] = {
        "column_types": types,
        "null_values": [""],
        "strings_can_be_null": True,
        "quoted_strings_can_be_null": False,
        "true_values": ["t"],
        "false_values": ["f"],
    }
    return csv.read_csv(
        pa.BufferReader(sent),
        read_options=csv.ReadOptions(column_names=list(columns)),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(**options),
    )


def _bad(dataset: str, column: str, what: str) -> BadRows:
    return BadRows(
        Text(
            "数据集“{dataset}”的列“{column}”不合要求（{what}），快照没有生成。",
            "The column “{column}” of the dataset “{dataset}” is not as declared ({what}); "
            "no snapshot was taken.",
            {"dataset": dataset, "column": column, "what": what},
        ),
        remedy=Text(
            "请把本提示告诉维护人员；登记数据没有改变。",
            "Tell the maintainers; the register is unchanged.",
        ),
    )
