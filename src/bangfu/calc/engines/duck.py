"""DuckDB: binds the steps of a pipeline when it is loaded, and runs them.

The engine reads the files that it is given and nothing else: no network, no extension,
no other file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
from sqlglot import exp

from bangfu.calc.engines import checking, typed, words
from bangfu.calc.engines.steps import (
    Pipeline,
    Step,
    StepFailed,
    Values,
    fill,
    parse,
    refused,
    sample,
)
from bangfu.calc.tables.schema import Table, Type
from bangfu.calc.values.findings import Finding

MEMORY_MB = 2_048
_TYPES = {kind.value: kind for kind in Type}


@dataclass(frozen=True, slots=True)
class Source:
    """Where the rows of an input table come from.

    files: Parquet files with at least the table's columns; none: an empty table. lo, hi:
    the half-open range of division codes that may be read; None: all rows.
    """

    table: Table
    files: tuple[Path, ...]
    lo: str | None = None
    hi: str | None = None


def load(
    text: str,
    *,
    name: str,
    inputs: Sequence[Table],
    parameters: Mapping[str, Type] | None = None,
    output: Table | None = None,
) -> Pipeline:
    """Read and check a pipeline. Raises PipelineRefused with all findings.

    output: what the last step must put out, column by column and in this order.
    """
    declared = dict(parameters or {})
    steps, findings = parse(text)
    types: dict[str, dict[str, Type]] = {
        table.name: {column.name: column.type for column in table.columns}
        for table in inputs
    }
    known = set(types)
    with _connection() as con:
        for table in inputs:
            con.execute(f'CREATE VIEW "{table.name}" AS {_empty(table)}')
        for step in steps:
            wrong = checking.check(step, known, declared)
            known.add(step.name)
            read = {one.name for one in step.tree.find_all(exp.Table)}
            if not wrong and read <= types.keys():
                wrong, columns = _bind(con, step, declared, types)
                types[step.name] = columns
            findings += wrong
    if output is not None and not findings:
        findings += _as_declared(steps[-1], types[steps[-1].name], output)
    if findings:
        raise refused(name, findings)
    own = {step.name: types[step.name] for step in steps}
    return Pipeline(name, tuple(inputs), declared, tuple(steps), own)


def _bind(
    con: duckdb.DuckDBPyConnection,
    step: Step,
    declared: Mapping[str, Type],
    types: Mapping[str, Mapping[str, Type]],
) -> tuple[list[Finding], dict[str, Type]]:
    tree = fill(step.tree, declared, {k: sample(v) for k, v in declared.items()})
    findings = typed.check(step, tree, types)
    if findings:
        return findings, {}
    try:
        con.execute(f'CREATE VIEW "{step.name}" AS {tree.sql("duckdb")}')
        rows = con.execute(f'DESCRIBE "{step.name}"').fetchall()
    except duckdb.Error as error:
        return [
            checking.finding(step, "engine.bind", words.BIND, what=_said(error))
        ], {}
    columns = {row[0]: _TYPES.get(row[1]) for row in rows}
    given = {row[0]: row[1] for row in rows}
    wrong = [
        checking.finding(
            step,
            "engine.type",
            words.OUTPUT_TYPE,
            words.OUTPUT_TYPE_REMEDY,
            what=name,
            given=given[name],
        )
        for name, kind in columns.items()
        if kind is None
    ]
    return wrong, {name: kind for name, kind in columns.items() if kind is not None}


def _as_declared(
    step: Step, columns: Mapping[str, Type], output: Table
) -> list[Finding]:
    wanted = [(column.name, column.type) for column in output.columns]
    given = list(columns.items())
    wrong = [
        f"{name} {kind.value}" for name, kind in wanted if (name, kind) not in given
    ]
    wrong += [
        f"{name} {kind.value}" for name, kind in given if (name, kind) not in wanted
    ]
    if not wrong and given != wanted:
        wrong = [name for name, _ in given]
    if not wrong and step.key != output.key:
        wrong = list(step.key)
    if not wrong:
        return []
    said = ", ".join(wrong)
    return [checking.finding(step, "engine.output", words.OUTPUT, what=said)]


class Results:
    """The results of a run, step by step; they are gone when the run is closed."""

    def __init__(self, con: duckdb.DuckDBPyConnection, pipeline: Pipeline) -> None:
        """Keep the connection that holds the results."""
        self._con = con
        self._pipeline = pipeline

    def rows(self, step: str | None = None) -> int:
        """Return how many rows a step has; the last one without a name."""
        name = self._name(step)
        return _number(self._con, f"SELECT count(*) FROM {name}")  # noqa: S608 - a checked name

    def arrow(self, step: str | None = None) -> pa.Table:
        """Return the rows of a step, in the order of its key."""
        return self._con.sql(self._ordered(step)).to_arrow_table()

    def frame(self, step: str | None = None) -> pl.DataFrame:
        """Return the rows of a step as a polars frame, in the order of its key."""
        frame = pl.from_arrow(self.arrow(step))
        assert isinstance(frame, pl.DataFrame)  # noqa: S101 - a table gives a frame
        return frame

    def write(self, path: Path, step: str | None = None) -> None:
        """Write the rows of a step as Parquet, zstd, in the order of its key."""
        self._con.execute(
            f"COPY ({self._ordered(step)}) TO '{_quoted(path)}' (FORMAT parquet, COMPRESSION zstd)"
        )

    def _name(self, step: str | None) -> str:
        one = self._pipeline.result if step is None else self._pipeline.step(step)
        return f'"{one.name}"'

    def _ordered(self, step: str | None) -> str:
        one = self._pipeline.result if step is None else self._pipeline.step(step)
        order = ", ".join(f'"{key}"' for key in one.key)
        return f'SELECT * FROM "{one.name}" ORDER BY {order}'  # noqa: S608 - checked names


@contextmanager
def run(
    pipeline: Pipeline,
    sources: Sequence[Source],
    values: Values | None = None,
    *,
    out: Path | None = None,
    threads: int = 2,
    memory_mb: int = MEMORY_MB,
) -> Iterator[Results]:
    """Run every step over `sources` and yield the results.

    out: the folder into which `Results.write` may write. Raises StepFailed with the name
    of the step: the data broke it, its key was null or not unique, or memory ran out;
    PipelineRefused for a wrong value.
    """
    filled = pipeline.filled(values or {})
    given = {source.table.name: source for source in sources}
    files = [path for source in sources for path in source.files]
    with _connection(files, out, threads=threads, memory_mb=memory_mb) as con:
        for table in pipeline.inputs:
            source = given.get(table.name, Source(table, ()))
            con.execute(f'CREATE VIEW "{table.name}" AS {_reading(table, source)}')
        for step, tree in filled:
            _run_step(con, step, tree)
        yield Results(con, pipeline)


def _run_step(con: duckdb.DuckDBPyConnection, step: Step, tree: exp.Expr) -> None:
    key = ", ".join(f'"{name}"' for name in step.key)
    no_key = " OR ".join(f'"{name}" IS NULL' for name in step.key)
    groups = f'SELECT 1 FROM "{step.name}" GROUP BY {key} HAVING count(*) > 1'  # noqa: S608 - checked names
    counted = f'SELECT count(*) FROM "{step.name}" WHERE {no_key}'  # noqa: S608 - checked names
    try:
        con.execute(f'CREATE TEMP TABLE "{step.name}" AS {tree.sql("duckdb")}')
        nulls = _number(con, counted)
        twice = _number(con, f"SELECT count(*) FROM ({groups})")  # noqa: S608 - as above
    except duckdb.Error as error:
        raise StepFailed(step.name, _said(error)) from error
    if nulls:
        raise StepFailed(step.name, f"{nulls} rows: {', '.join(step.key)} IS NULL")
    if twice:
        said = f"{', '.join(step.key)}: {twice} keys are not unique"
        raise StepFailed(step.name, said)


def _number(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    """Return the one number that a query gives, and leave no result open."""
    return int(con.execute(sql).fetchall()[0][0])


def _reading(table: Table, source: Source) -> str:
    if not source.files:
        return _empty(table)
    columns = ", ".join(f'"{name}"' for name in table.names)
    files = ", ".join(f"'{_quoted(path)}'" for path in source.files)
    # Partitions are read from the files' own columns: from a folder's name a county
    # code would come back as a number.
    reader = f"read_parquet([{files}], hive_partitioning = false)"
    sql = f"SELECT {columns} FROM {reader}"  # noqa: S608 - checked names
    if source.lo is None or source.hi is None:
        return sql
    return (
        f"{sql} WHERE division_code >= '{source.lo}' AND division_code < '{source.hi}'"
    )


def _empty(table: Table) -> str:
    columns = ", ".join(
        f'CAST(NULL AS {column.type.value}) AS "{column.name}"'
        for column in table.columns
    )
    return f"SELECT {columns} WHERE FALSE"


@contextmanager
def _connection(
    files: Sequence[Path] = (),
    out: Path | None = None,
    *,
    threads: int = 1,
    memory_mb: int = MEMORY_MB,
) -> Iterator[duckdb.DuckDBPyConnection]:
    con = duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "threads": threads,
            # Results leave in the order of their key, so no other need be kept.
            "preserve_insertion_order": "false",
            "memory_limit": f"{memory_mb}MB",
            "temp_directory": "",
        }
    )
    try:
        paths = ", ".join(f"'{_quoted(path)}'" for path in files)
        con.execute(f"SET allowed_paths = [{paths}]")
        if out is not None:
            con.execute(f"SET allowed_directories = ['{_quoted(out)}{os.sep}']")
        con.execute("SET enable_external_access = false")
        con.execute("SET lock_configuration = true")
        yield con
    finally:
        con.close()


def _quoted(path: Path) -> str:
    return str(path.resolve()).replace("'", "''")


def _said(error: duckdb.Error) -> str:
    """Return the first line of what the engine said; it may quote no cell's value."""
    return str(error).strip().splitlines()[0][:300]
