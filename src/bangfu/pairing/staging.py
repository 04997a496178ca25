"""Whole tables to and from PostgreSQL: COPY on its side, polars frames on ours."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import polars as pl
from django.db import connection


@contextmanager
def in_bulk() -> Iterator[None]:
    """Keep PostgreSQL from nested loops while whole rolls are joined.

    Row security compares codes with settings, whose effect the planner cannot know: it
    expects a handful of rows where there are all of them, and loops over them.
    """
    run("SET LOCAL enable_nestloop = off")
    yield
    run("SET LOCAL enable_nestloop = on")


def fetch(
    sql: str, params: Sequence[Any] | Mapping[str, Any], schema: Mapping[str, Any]
) -> pl.DataFrame:
    """Return the rows of a query as a frame; NULL is null, and so is an empty text.

    schema: polars type by column, in the order of the query.
    """
    content = io.BytesIO()
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT csv)", params) as copy,
    ):
        for piece in copy:
            content.write(piece)
    content.seek(0)
    if not content.getbuffer().nbytes:
        return pl.DataFrame(schema=dict(schema))
    # PostgreSQL writes t and f, which polars does not read as Boolean.
    texts = {
        name: pl.String if kind == pl.Boolean else kind for name, kind in schema.items()
    }
    frame = pl.read_csv(content, has_header=False, schema=texts)
    return frame.with_columns(
        (pl.col(name) == "t").alias(name)
        for name, kind in schema.items()
        if kind == pl.Boolean
    )


def stage(name: str, columns: Mapping[str, str], frame: pl.DataFrame) -> None:
    """Make a temporary table, gone with the transaction, and fill it from `frame`.

    columns: SQL type by name; the frame has columns of these names. Null becomes NULL,
    an empty text stays one.
    """
    declared = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    names = ", ".join(columns)
    content = frame.select(*columns).write_csv(
        include_header=False, quote_style="non_numeric"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
        cursor.execute(f"CREATE TEMP TABLE {name} ({declared}) ON COMMIT DROP")
        with cursor.copy(f"COPY {name} ({names}) FROM STDIN (FORMAT csv)") as copy:
            copy.write(content)
        cursor.execute(f"ANALYZE {name}")


def run(sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> int:
    """Run a statement and return how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)


def rows(
    sql: str, params: Sequence[Any] | Mapping[str, Any] = ()
) -> list[tuple[Any, ...]]:
    """Run a query and return its rows; for small answers."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
