"""What becomes of each household, the differences to show, and the digest of it all."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from bangfu import exchange
from bangfu.calc.values.text import Text, join
from bangfu.exchange.declaration import Column, Kind, Sheet
from bangfu.registry.imports.intake import DIFFERENCES_MAX, Counts, Difference
from bangfu.registry.roll.checking import Checked
from bangfu.registry.roll.columns import (
    HOUSEHOLD_PLAIN,
    INCOME_STORED,
    KEY,
    MEMBER_PLAIN,
    SEALED,
)
from bangfu.registry.roll.incoming import Incoming
from bangfu.registry.roll.merging import OLD, Merged
from bangfu.registry.sheets import HOUSEHOLD_SHEET, MEMBER_SHEET

_CELLS = {
    "household": pl.UInt32(),
    "member": pl.UInt32(),
    "sheet": pl.String(),
    "column": pl.String(),
    "before": pl.String(),
    "after": pl.String(),
}
ADDED = "_added"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Numbers of the households by what becomes of them, and every value that changes.

    cells: `household`, `member`, `sheet`, `column`, `before`, `after`: of stored
    households that are right; column "_added" is a new member or year of income. Sealed
    values stand there masked. members_changed, incomes_changed: rows to update.
    """

    new: frozenset[int]
    changed: frozenset[int]
    same: frozenset[int]
    cells: pl.DataFrame
    members_changed: frozenset[int]
    incomes_changed: frozenset[int]

    @property
    def touched(self) -> frozenset[int]:
        """Households that are written."""
        return self.new | self.changed


def outcome(merged: Merged, checked: Checked) -> Outcome:
    """Compare what would be with what is."""
    right = ~pl.col("household").is_in(sorted(checked.wrong))
    households = merged.households.filter(right)
    new = frozenset(households.filter("is_new")["household"])
    stored = ~pl.col("household").is_in(sorted(new)) & right
    members = merged.members.filter(stored & pl.col("is_given"))
    incomes = merged.incomes.filter(stored)
    parts = [
        _household_cells(households.filter(~pl.col("is_new"))),
        _member_cells(members),
        _income_cells(incomes),
    ]
    cells = pl.concat(
        [pl.DataFrame(schema=_CELLS), *(part.select(list(_CELLS)) for part in parts)]
    )
    changed = frozenset(cells["household"])
    known = frozenset(households["household"])
    return Outcome(
        new=new,
        changed=changed,
        same=known - new - changed,
        cells=cells,
        members_changed=frozenset(parts[1]["member"].drop_nulls()),
        incomes_changed=frozenset(parts[2]["income"].drop_nulls()),
    )


def _household_cells(rows: pl.DataFrame) -> pl.DataFrame:
    names = [column.name for column in HOUSEHOLD_PLAIN]
    cells = _changes(rows, "household", names)
    sealed = [_sealed_cells(rows, name, HOUSEHOLD_SHEET.key) for name in SEALED]
    return pl.concat(
        [cells.with_columns(sheet=pl.lit(HOUSEHOLD_SHEET.key), member=None), *sealed],
        how="diagonal_relaxed",
    ).with_columns(member=pl.lit(None, dtype=pl.UInt32))


def _sealed_cells(rows: pl.DataFrame, name: str, sheet: str) -> pl.DataFrame:
    return rows.filter(pl.col(f"{name}_changed")).select(
        "household",
        sheet=pl.lit(sheet),
        column=pl.lit(name),
        before=_masked(pl.col(f"{OLD}{name}")),
        after=_masked(pl.col(name)),
    )


def _masked(text: pl.Expr) -> pl.Expr:
    return pl.concat_str(pl.lit("***"), text.str.tail(2))


def _member_cells(rows: pl.DataFrame) -> pl.DataFrame:
    stored = rows.filter(pl.col("id").is_not_null())
    names = [column.name for column in MEMBER_PLAIN]
    owner = rows.select("member", "household")
    cells = _changes(stored, "member", names).join(owner, on="member")
    tail = pl.col(f"{OLD}identity_tail")
    numbers = stored.filter("identity_changed").select(
        "household",
        "member",
        column=pl.lit("identity_number"),
        before=pl.concat_str(pl.lit("***"), tail),
        after=_masked(pl.col("identity_number")),
    )
    added = rows.filter(pl.col("id").is_null()).select(
        "household",
        "member",
        column=pl.lit(ADDED),
        before=pl.lit(None, dtype=pl.String),
        after="name",
    )
    return pl.concat([cells, numbers, added], how="diagonal_relaxed").with_columns(
        sheet=pl.lit(MEMBER_SHEET.key)
    )


def _income_cells(rows: pl.DataFrame) -> pl.DataFrame:
    stored = rows.filter(pl.col("id").is_not_null())
    owner = rows.select("income", "household")
    cells = _changes(stored, "income", list(INCOME_STORED)).join(owner, on="income")
    cells = cells.with_columns(pl.col("column").str.strip_suffix("_fen"))
    added = rows.filter(pl.col("id").is_null()).select(
        "household",
        "income",
        column=pl.lit("year"),
        before=pl.lit(None, dtype=pl.String),
        after=pl.col("year").cast(pl.String),
    )
    return pl.concat([cells, added], how="diagonal_relaxed").with_columns(
        sheet=pl.lit(HOUSEHOLD_SHEET.key), member=pl.lit(None, dtype=pl.UInt32)
    )


def _changes(rows: pl.DataFrame, key: str, names: list[str]) -> pl.DataFrame:
    before = rows.select(key, *(pl.col(OLD + name).alias(name) for name in names))
    after = rows.select(key, *names)
    return exchange.diff_frames(
        before, after, key=[key], columns=names, ignore_null=False
    ).cells


def counts(incoming: Incoming, checked: Checked, result: Outcome) -> Counts:
    """Count households; a row without a complete key is one that is wrong."""
    keyless = sum(
        frame["household"].null_count()
        for frame in (incoming.households, incoming.members)
    )
    return Counts(
        new=len(result.new),
        changed=len(result.changed),
        same=len(result.same),
        wrong=len(checked.wrong) + keyless,
    )


def digest_parts(
    incoming: Incoming, checked: Checked, result: Outcome, hashes: list[str]
) -> Iterator[bytes | str]:
    """Yield what the plan would do: files, keys by outcome, values before and after."""
    yield "|".join(hashes)
    for numbers in (result.new, result.changed, checked.wrong):
        keys = incoming.keys.filter(pl.col("household").is_in(sorted(numbers)))
        yield _csv(keys.select(KEY))
    yield _csv(
        result.cells.sort("household", "member", "sheet", "column", nulls_last=True)
    )


def _csv(frame: pl.DataFrame) -> bytes:
    content = io.BytesIO()
    frame.write_csv(content)
    return content.getvalue()


def differences(
    merged: Merged, incoming: Incoming, result: Outcome
) -> tuple[Difference, ...]:
    """Return the first differences, in order of household, as people read them."""
    names = merged.members.select("member", "name")
    first = (
        result.cells.join(names, on="member", how="left")
        .join(incoming.keys, on="household")
        .sort("household", "member", nulls_last=False, maintain_order=True)
        .head(DIFFERENCES_MAX)
    )
    return tuple(_difference(row) for row in first.iter_rows(named=True))


def _difference(row: dict[str, str | None]) -> Difference:
    record = f"{row['division_code']}/{row['household_no']}"
    if row["name"] is not None:
        record += f" {row['name']}"
    column = str(row["column"])
    if column == ADDED:
        return Difference(record, _NEW_MEMBER, None, row["after"])
    if column == "year":
        return Difference(record, _NEW_INCOME, None, row["after"])
    sheet = HOUSEHOLD_SHEET if row["sheet"] == HOUSEHOLD_SHEET.key else MEMBER_SHEET
    shown = _column(sheet, column)
    before, after = row["before"], row["after"]
    return Difference(record, shown.title, _shown(shown, before), _shown(shown, after))


def _column(sheet: Sheet, key: str) -> Column:
    if key in ("disability_kind", "disability_grade"):
        return _DISABILITY[key]
    return sheet.by_key[key]


def _shown(column: Column, value: str | None) -> str | Text | None:
    if value is None:
        return None
    if column.codes is not None:
        labels = column.codes.labels
        known = [labels[code] for code in value.split("、") if code in labels]
        return join(known, zh="、", en=", ") if known else value
    if column.kind is Kind.YUAN:
        return str(Decimal(value) / 100)
    if column.kind is Kind.BOOL:
        return _YES if value == "true" else _NO
    return value


_YES, _NO = Text("是", "yes"), Text("否", "no")
_DISABILITY = {
    "disability_kind": Column(
        "disability_kind", Text("残疾类别", "Disability category"), Kind.TEXT
    ),
    "disability_grade": Column(
        "disability_grade", Text("残疾等级", "Disability grade"), Kind.TEXT
    ),
}
_NEW_MEMBER = Text("新增成员", "New member")
_NEW_INCOME = Text("新增收入年度", "New year of income")
