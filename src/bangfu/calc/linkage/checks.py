"""Checks of a table before it is linked, and notes on columns that say nothing."""

from __future__ import annotations

import polars as pl

from bangfu.calc.linkage.config import Config, Role, check_columns
from bangfu.calc.linkage.prepare import as_text
from bangfu.calc.values.findings import BadInput, Finding, OutOfLimit, Severity
from bangfu.calc.values.text import Text

ROWS_MAX = 3_000_000
UNTAUGHT = 20  # rows up to which a column with one value is still compared
FIELDS = (
    "given", "surname", "birth", "sex", "id_number", "phone", "address", "division",
)  # fmt: skip
_ROLES = {
    "given": (Role.GIVEN_NAME, Role.NAME),
    "surname": (Role.SURNAME, Role.NAME),
    "birth": (Role.BIRTH_DATE,),
    **{role.value: (role,) for role in Role},
}


def check_records(records: pl.DataFrame, config: Config, *, file: str) -> None:
    """Refuse a table that cannot be linked. Raises BadInput and OutOfLimit."""
    check_columns(records, config, file=file)
    if records.is_empty():
        raise _bad(file, Text("没有数据行。", "has no rows."))
    if records.height > ROWS_MAX:
        raise OutOfLimit(
            Text(
                "{file}：超过 {most} 行。",
                "{file}: more than {most} rows.",
                {"file": file, "most": f"{ROWS_MAX:,}"},
            ),
            remedy=Text(
                "请按县拆分后分别查重。", "Split the file by county and run each part."
            ),
            code="linkage.too_many_rows",
        )
    ids = as_text(records[config.id])
    empty, twice = ids.null_count(), ids.drop_nulls().is_duplicated().sum()
    if empty or twice:
        raise _bad(
            file,
            Text(
                "编号列“{column}”应唯一且不为空：{empty} 行为空，{twice} 行重复。",
                "needs unique ids in “{column}”: {empty} rows are empty, {twice} repeat.",
                {"column": config.id, "empty": empty, "twice": twice},
            ),
        )
    if config.id == "cluster":
        raise _bad(
            file,
            Text(
                "编号列不能名为“cluster”，结果文件要用这个列名。",
                "has its ids in “cluster”, which is a column of the result.",
            ),
        )


def check_truth(records: pl.DataFrame, truth: str | None, *, file: str) -> None:
    """Refuse a column of truth that is not there. Raises BadInput."""
    if truth is not None and truth not in records.columns:
        raise _bad(
            file,
            Text(
                "没有列“{column}”（--truth）。",
                "has no column “{column}” (--truth).",
                {"column": truth},
            ),
        )


def in_order(records: pl.DataFrame, column: str) -> pl.DataFrame:
    """Return the records by id: as numbers if all are whole numbers, else as text."""
    ids = as_text(records[column])
    order = [ids]
    if ids.str.contains(r"^[0-9]{1,18}$").all():
        order = [ids.cast(pl.Int64), ids]
    keys = [key.alias(f"_order_{at}") for at, key in enumerate(order)]
    by = [key.name for key in keys]
    return records.with_columns(keys).sort(by).drop(by)


def useful_columns(frame: pl.DataFrame) -> frozenset[str]:
    """Return the fields that can tell records apart: two values or more.

    In a file of UNTAUGHT rows or fewer one value is enough: two equal records are
    judged by the starting values.
    """
    least = 2 if frame.height > UNTAUGHT else 1
    return frozenset(
        name
        for name in FIELDS
        if name in frame.columns and frame[name].drop_nulls().n_unique() >= least
    )


def notes_on(
    frame: pl.DataFrame, config: Config, useful: frozenset[str]
) -> list[Finding]:
    """Return a note for each configured field that is empty or has one value."""
    notes = []
    for name in FIELDS:
        roles = [role for role in _ROLES[name] if role in config.columns]
        if name in useful or name not in frame.columns or not roles:
            continue
        is_empty = frame[name].null_count() == frame.height
        what = _EMPTY if is_empty else _CONSTANT
        columns = ", ".join(config.columns[roles[0]])
        notes.append(
            Finding(
                "linkage.unused",
                roles[0].value,
                what.with_(column=columns),
                Severity.NOTE,
                field=roles[0].value,
            )
        )
    return notes


def check_variety(
    frame: pl.DataFrame, useful: frozenset[str], config: Config, *, file: str
) -> None:
    """Refuse a table in which nothing tells records apart. Raises BadInput."""
    telling = useful - {"sex", "division"}
    is_uniform = (
        frame.height > 2 and frame.select(sorted(telling)).n_unique() == 1
        if telling
        else frame.height > 1
    )
    if is_uniform:
        names = sorted({c for columns in config.columns.values() for c in columns})
        raise _bad(
            file,
            Text(
                "各行的“{columns}”全部相同或为空，无法区分是否同一人。",
                "has the same or nothing in {columns} in every row: nothing tells "
                "persons apart.",
                {"columns": ", ".join(names)},
            ),
        )


_EMPTY = Text(
    "列“{column}”没有可用的值，未参与比较。",
    "The column “{column}” holds nothing that can be compared; it was not used.",
)
_CONSTANT = Text(
    "列“{column}”只有一个值，未参与比较。",
    "The column “{column}” holds one value only; it was not used.",
)


def _bad(file: str, what: Text) -> BadInput:
    return BadInput(
        Text("{file}：{what}", "{file} {what}", {"file": file, "what": what}),
        code="linkage.bad_table",
    )
