"""Rows of the files, keyed by household, and what is wrong with their keys."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.text import Text
from bangfu.exchange.conversion import dtype_of
from bangfu.exchange.declaration import Sheet
from bangfu.exchange.reading import ROW
from bangfu.registry.imports.intake import FileFinding, FileReading
from bangfu.registry.roll.columns import KEY
from bangfu.registry.sheets import HOUSEHOLD_SHEET, MEMBER_SHEET

FILE = "_file"
# Id of the stored member that a row by hand is about; null: to be found by its facts.
MEMBER = "_member"
NOBODY_YET = 0
_NUMBER = r"^[0-9A-Za-z-]*[1-9A-Za-z][0-9A-Za-z-]*$"
_ZERO = r"^[0-]*$"
_VILLAGE_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Incoming:
    """All files together.

    keys: `household` (UInt32, from 0 in order of code and number), division_code,
    household_no. households, members: `_file`, `_row`, `household` (null where the key
    is incomplete) and the sheet's columns, members also `_member`; every row of the
    files. present: for each
    sheet and column, the numbers of the files that have the column.
    """

    keys: pl.DataFrame
    households: pl.DataFrame
    members: pl.DataFrame
    present: dict[str, dict[str, list[int]]]

    def rows(self, sheet: str) -> pl.DataFrame:
        """The rows of one sheet."""
        return self.households if sheet == HOUSEHOLD_SHEET.key else self.members


def gather(files: Sequence[FileReading]) -> Incoming:
    """Put the files' rows together and number the households."""
    households, of_households = _stacked(files, HOUSEHOLD_SHEET)
    members, of_members = _stacked(files, MEMBER_SHEET, {MEMBER: pl.Int64()})
    both = [households.select(KEY), members.select(KEY)]
    keys = pl.concat(both).drop_nulls().unique().sort(KEY)
    keys = keys.with_row_index("household")
    return Incoming(
        keys=keys,
        households=households.join(
            keys, on=list(KEY), how="left", maintain_order="left"
        ),
        members=members.join(keys, on=list(KEY), how="left", maintain_order="left"),
        present={HOUSEHOLD_SHEET.key: of_households, MEMBER_SHEET.key: of_members},
    )


def _stacked(
    files: Sequence[FileReading],
    sheet: Sheet,
    more: Mapping[str, pl.DataType] = MappingProxyType({}),
) -> tuple[pl.DataFrame, dict[str, list[int]]]:
    """Return the rows of one sheet of all files. more: columns that few files have."""
    schema: dict[str, pl.DataType] = {FILE: pl.UInt32(), ROW: pl.UInt32()}
    schema |= {column.key: dtype_of(column) for column in sheet.columns}
    schema |= more
    frames = [pl.DataFrame(schema=schema)]
    present: dict[str, list[int]] = {column.key: [] for column in sheet.columns}
    for file in files:
        part = file.reading.sheets.get(sheet.key)
        if part is None:
            continue
        number = pl.lit(file.number, dtype=pl.UInt32).alias(FILE)
        absent = [
            pl.lit(None, dtype=kind).alias(name)
            for name, kind in more.items()
            if name not in part.frame.columns
        ]
        frames.append(part.frame.with_columns(number, *absent).select(list(schema)))
        for key in part.present:
            present[key].append(file.number)
    return pl.concat(frames), present


def key_findings(
    incoming: Incoming,
    files: Sequence[FileReading],
    *,
    division: DivisionCode | None,
    villages: Collection[str],
    stored: Collection[int],
) -> list[FileFinding]:
    """Return what is wrong with the keys of rows, on every row that has the key.

    division: of the actor, None for everywhere. villages: codes valid today. stored:
    numbers of the households that are in the register.
    """
    keys = incoming.keys
    code, number = pl.col("division_code"), pl.col("household_no")
    is_village = code.str.len_chars() == _VILLAGE_DIGITS
    is_mine = code.str.starts_with(division or "")
    is_zero = number.str.contains(_ZERO)
    is_number = number.str.contains(_NUMBER)
    is_known = code.is_in(sorted(villages))
    wrong = [
        (keys.filter(is_zero), "household_no", "blank_key", _ZERO_KEY),
        (keys.filter(~is_zero & ~is_number), "household_no", "bad_key", _BAD_KEY),
        (keys.filter(~is_village), "division_code", "not_a_village", _NOT_A_VILLAGE),
        (
            keys.filter(is_village & ~is_mine),
            "division_code",
            "out_of_scope",
            _OUT_OF_SCOPE.with_(division=division),
        ),
        (
            keys.filter(is_village & is_mine & ~is_known),
            "division_code",
            "unknown_village",
            _UNKNOWN_VILLAGE,
        ),
    ]
    marker = _Marker(incoming, files)
    found = [
        finding
        for rows, column, finding_code, message in wrong
        for finding in marker.both_sheets(rows, column, finding_code, message)
    ]
    known = incoming.households["household"].drop_nulls().unique()
    lost = keys.filter(
        ~pl.col("household").is_in(known.implode())
        & ~pl.col("household").is_in(sorted(stored))
    )
    found += marker.sheet(
        MEMBER_SHEET, lost, "household_no", "no_household", _NO_HOUSEHOLD
    )
    return found + marker.repeated()


def locked_findings(
    incoming: Incoming, files: Sequence[FileReading], changed: pl.DataFrame
) -> list[FileFinding]:
    """Return a finding on every row that would change the income of a locked year.

    changed: `household` of such rows.
    """
    marker = _Marker(incoming, files)
    return marker.sheet(HOUSEHOLD_SHEET, changed, "year", "year_locked", _YEAR_LOCKED)


@dataclass(frozen=True, slots=True)
class _Marker:
    """Puts a finding on rows of the files."""

    incoming: Incoming
    files: Sequence[FileReading]

    def both_sheets(
        self, keys: pl.DataFrame, column: str, code: str, message: Text
    ) -> list[FileFinding]:
        return [
            found
            for sheet in (HOUSEHOLD_SHEET, MEMBER_SHEET)
            for found in self.sheet(sheet, keys, column, code, message)
        ]

    def sheet(
        self, sheet: Sheet, keys: pl.DataFrame, column: str, code: str, message: Text
    ) -> list[FileFinding]:
        if keys.is_empty():
            return []
        rows = self.incoming.rows(sheet.key).join(
            keys.select("household"), on="household", how="semi"
        )
        return [
            self.mark(file, sheet, row, column, code, message)
            for file, row in rows.select(FILE, ROW).iter_rows()
        ]

    def repeated(self) -> list[FileFinding]:
        """A household may stand in one file only; the reader saw each file alone."""
        rows = self.incoming.households.filter(pl.col("household").is_not_null())
        firsts = rows.group_by("household").agg(
            pl.col(FILE).min().alias("first"),
            pl.col(ROW).sort_by(FILE, ROW).first().alias("first_row"),
        )
        again = rows.join(firsts, on="household").filter(pl.col(FILE) > pl.col("first"))
        names = {file.number: file.name for file in self.files}
        return [
            self.mark(
                file,
                HOUSEHOLD_SHEET,
                row,
                "household_no",
                "repeated_key",
                _REPEATED.with_(file=names[first], row=first_row),
            )
            for file, row, first, first_row in again.sort(FILE, ROW)
            .select(FILE, ROW, "first", "first_row")
            .iter_rows()
        ]

    def mark(
        self, file: int, sheet: Sheet, row: int, column: str, code: str, message: Text
    ) -> FileFinding:
        reading = next(f.reading for f in self.files if f.number == file)
        finding = reading.finding(
            sheet.key, row=row, column=column, code=code, message=message
        )
        return FileFinding(file, finding)


_YEAR_LOCKED = Text(
    "该年度采集已锁定，收入不能再导入；请由乡镇或县级办公室办理锁定后更正",
    "the survey of this year is locked; the township or county corrects its income",
)
_ZERO_KEY = Text(
    "户编号不能为空或全为 0", "a household number must not be empty or zero"
)
_BAD_KEY = Text(
    "户编号只能用数字、字母和连字符",
    "a household number has only digits, letters and hyphens",
)
_NOT_A_VILLAGE = Text("应为 12 位村代码", "the 12-digit code of a village is needed")
_OUT_OF_SCOPE = Text(
    "不在您的管辖范围 {division} 内",
    "it lies outside {division}, for which you are responsible",
)
_UNKNOWN_VILLAGE = Text(
    "区划库中没有这个村，或该村已撤并",
    "no such village on file, or it has ceased to exist",
)
_NO_HOUSEHOLD = Text(
    "“户”表和已登记户中都没有这一户",
    "this household is neither on the sheet of households nor registered",
)
_REPEATED = Text(
    "与文件“{file}”第 {row} 行重复", "it repeats row {row} of file “{file}”"
)
