"""Whole tables to and from PostgreSQL: COPY on its side, polars frames on ours."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import polars as pl
from django.db import connection

# The type of a column of text that PostgreSQL wrote as '|'-separated or as hexadecimal.
_AS_TEXT = (pl.List, pl.Binary, pl.Boolean, pl.Decimal)
_MANY_ROWS = 200
Params = Sequence[Any] | Mapping[str, Any]


@contextmanager
def in_bulk(count: int | None = None) -> Iterator[None]:
    """Keep PostgreSQL from nested loops while `count` rows are joined, if they are many.

    count: None stands for many.

    Row security compares with settings, whose effect on a scan the planner cannot know:
    it expects a handful of rows where there are all of them, and loops over them.
    """
    if count is not None and count < _MANY_ROWS:
        yield
        return
    run("SET LOCAL enable_nestloop = off")
    yield
    run("SET LOCAL enable_nestloop = on")


def fetch(
    sql: str, params: Params, schema: Mapping[str, pl.DataType | type[pl.DataType]]
) -> pl.DataFrame:
    """Return the rows of a query as a frame; NULL is null, and so is an empty text.

    schema: polars type by column, in the order of the query. A list comes as text with
    "|" between its items, binary as hexadecimal.
    """
    content = io.BytesIO()
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT csv)", params) as copy,
    ):
        for piece in copy:
            content.write(piece)
    if not content.tell():
        return pl.DataFrame(schema=dict(schema))
    content.seek(0)
    texts = {
        name: pl.String() if _is_text(kind) else kind for name, kind in schema.items()
    }
    frame = pl.read_csv(content, has_header=False, schema=texts, null_values="")
    return frame.with_columns(
        _typed(name, kind) for name, kind in schema.items() if _is_text(kind)
    )


def _is_text(kind: Any) -> bool:
    return any(kind == known for known in _AS_TEXT)


def _typed(name: str, kind: Any) -> pl.Expr:
    text = pl.col(name)
    if kind == pl.Boolean:
        return text == "t"
    if kind == pl.List:
        return text.str.split("|")
    if kind == pl.Binary:
        return text.str.decode("hex")
    return text.cast(kind)


def stage(name: str, columns: Mapping[str, str], frame: pl.DataFrame) -> None:
    r"""Make a temporary table, gone with the transaction, and fill it from `frame`.

    columns: SQL type by name, in the frame under the same names: lists of plain codes
    for text[], binary for bytea. Null becomes NULL, an empty text stays one.
    """
    declared = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    content = io.BytesIO()
    written = frame.select(_written(name, kind) for name, kind in columns.items())
    written.write_csv(content, include_header=False, quote_style="non_numeric")
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
        cursor.execute(f"CREATE TEMP TABLE {name} ({declared}) ON COMMIT DROP")
        with cursor.copy(f"COPY {name} FROM STDIN (FORMAT csv)") as copy:
            copy.write(content.getbuffer())
        cursor.execute(f"ANALYZE {name}")


def _written(column: str, kind: str) -> pl.Expr:
    if kind == "bytea":
        return pl.concat_str(pl.lit("\\x"), pl.col(column).bin.encode("hex")).alias(
            column
        )
    if kind == "text[]":
        joined = pl.col(column).list.join(",")
        return pl.concat_str(pl.lit("{"), joined, pl.lit("}")).alias(column)
    return pl.col(column)


def run(sql: str, params: Params = ()) -> int:
    """Run a statement and return how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)


def rows(sql: str, params: Params = ()) -> list[tuple[Any, ...]]:
    """Run a query and return its rows; for small answers."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def refresh_statistics() -> int:
    """Let the planner know what this transaction wrote in bulk; return how many tables.

    Without it the next step of the work may be planned for tables that are still empty
    and take minutes for milliseconds. Few changes, and tables that another transaction
    looks at, are left to autovacuum.
    """
    return int(rows("SELECT bangfu_refresh_statistics()")[0][0])


def new_ids(table: str, count: int) -> list[int]:
    """Take `count` numbers from the sequence of a table's id."""
    found = rows(
        "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
        [table, count],
    )
    return [number for (number,) in found]
