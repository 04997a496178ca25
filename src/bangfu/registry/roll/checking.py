"""The rules applied to merged households, and their findings at places of the files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from bangfu.calc.values.findings import Severity
from bangfu.calc.values.text import Text
from bangfu.exchange.reading import ROW, bad_rows
from bangfu.registry.imports.intake import FileFinding, FileReading
from bangfu.registry.roll.incoming import FILE, Incoming
from bangfu.registry.roll.merging import Merged
from bangfu.registry.roll.stored import Stored
from bangfu.registry.rules.every import check_all
from bangfu.registry.rules.frames import Breach, Frames, Limits
from bangfu.registry.sheets import HOUSEHOLD_SHEET, MEMBER_SHEET

FLAG_SCHEMA = {
    "household": pl.UInt32(),
    "member": pl.UInt32(),
    "code": pl.String(),
    "severity": pl.String(),
    "field": pl.String(),
    "zh": pl.String(),
    "en": pl.String(),
}


def frames_of(merged: Merged, stored: Stored, elsewhere: pl.DataFrame) -> Frames:
    """Return what the rules judge."""
    members = merged.members
    sharing = (
        members.filter(
            pl.col("is_live") & pl.col("shares_income").fill_null(value=True)
        )
        .group_by("household")
        .agg(sharing=pl.len().cast(pl.UInt32))
    )
    net = pl.concat(
        [
            merged.incomes.select("household", "year", "net_fen", from_file=True),
            stored.incomes.select("household", "year", "net_fen", from_file=False),
        ]
    )
    # The file's own figure of a year comes before the stored one.
    net = net.sort("from_file", descending=True).unique(
        ["household", "year"], keep="first", maintain_order=True
    )
    before = net.select(
        "household", year=pl.col("year") + 1, previous_net_fen="net_fen"
    )
    incomes = merged.incomes.join(
        before, on=["household", "year"], how="left", maintain_order="left"
    ).join(sharing, on="household", how="left", maintain_order="left")
    return Frames(merged.households, members, incomes, elsewhere)


@dataclass(frozen=True, slots=True)
class Checked:
    """findings: with their places. wrong: numbers of the households that are not taken.

    flags: `household`, `member` (null: the household as a whole), code, severity,
    field, zh, en; doubts and notes of rules V1 to V15.
    """

    findings: tuple[FileFinding, ...]
    wrong: frozenset[int]
    flags: pl.DataFrame


def check(
    frames: Frames,
    limits: Limits,
    incoming: Incoming,
    files: Sequence[FileReading],
    earlier: Iterable[FileFinding],
) -> Checked:
    """Apply the rules, and find out which households are wrong.

    earlier: findings of the reader and of the keys, with their places.
    """
    breaches = check_all(frames, limits)
    places = _Places(frames, incoming, files)
    findings = list(earlier)
    for breach in breaches:
        findings += places.findings(breach)
    wrong = _wrong_households(incoming, findings)
    wrong |= {
        household
        for breach in breaches
        if breach.severity is Severity.IMPOSSIBLE
        for household in breach.rows["household"]
    }
    findings += places.companions(wrong, findings)
    findings.sort(key=_order)
    return Checked(tuple(findings), frozenset(wrong), _flags(breaches))


def _order(found: FileFinding) -> tuple[int, str, int]:
    sheet = getattr(found.finding, "sheet", "")
    return found.file, sheet, getattr(found.finding, "row", None) or 0


def _wrong_households(incoming: Incoming, findings: list[FileFinding]) -> set[int]:
    wrong: set[int] = set()
    for number, rows_of in _bad_rows(findings).items():
        for sheet, rows in rows_of.items():
            frame = incoming.rows(sheet).filter(
                (pl.col(FILE) == number) & pl.col(ROW).is_in(sorted(rows))
            )
            wrong.update(frame["household"].drop_nulls())
    return wrong


def _bad_rows(findings: list[FileFinding]) -> dict[int, dict[str, set[int]]]:
    by_file: dict[int, list[FileFinding]] = {}
    for found in findings:
        by_file.setdefault(found.file, []).append(found)
    return {
        number: bad_rows(found.finding for found in of_file)
        for number, of_file in by_file.items()
    }


def _flags(breaches: Iterable[Breach]) -> pl.DataFrame:
    parts = [pl.DataFrame(schema=FLAG_SCHEMA)]
    for breach in breaches:
        if breach.severity is Severity.IMPOSSIBLE or not breach.code.startswith("V"):
            continue
        texts = [
            breach.message_for(row).as_json()
            for row in breach.rows.iter_rows(named=True)
        ]
        rows = breach.rows
        if "member" not in rows.columns:
            rows = rows.with_columns(member=pl.lit(None, dtype=pl.UInt32))
        parts.append(
            rows.select(
                "household",
                "member",
                code=pl.lit(breach.code),
                severity=pl.lit(str(breach.severity)),
                field=pl.lit(breach.field or ""),
                zh=pl.Series([text["zh"] for text in texts], dtype=pl.String),
                en=pl.Series([text["en"] for text in texts], dtype=pl.String),
            )
        )
    return pl.concat(parts)


class _Places:
    """Where in the files households and members stand."""

    def __init__(
        self, frames: Frames, incoming: Incoming, files: Sequence[FileReading]
    ) -> None:
        self.incoming = incoming
        self.readings = {file.number: file.reading for file in files}
        self.of_member = frames.members.select("member", FILE, ROW).drop_nulls()
        own = incoming.households.select("household", FILE, ROW).drop_nulls()
        first = incoming.members.select("household", FILE, ROW).drop_nulls()
        self.of_household = own.unique("household", keep="first", maintain_order=True)
        self.of_members_only = first.unique(
            "household", keep="first", maintain_order=True
        ).join(own, on="household", how="anti")

    def findings(self, breach: Breach) -> Iterator[FileFinding]:
        """Return a breach's findings, each at its own row or at the household's."""
        if breach.sheet == MEMBER_SHEET.key:
            placed = breach.rows.join(
                self.of_member, on="member", maintain_order="left"
            )
            yield from self._marked(placed, MEMBER_SHEET.key, breach.field, breach)
            rest = breach.rows.join(self.of_member, on="member", how="anti")
            field = None
        else:
            rest, field = breach.rows, breach.field
        rest = rest.unique("household", maintain_order=True)
        placed = rest.join(self.of_household, on="household", maintain_order="left")
        yield from self._marked(placed, HOUSEHOLD_SHEET.key, field, breach)
        placed = rest.join(self.of_members_only, on="household", maintain_order="left")
        yield from self._marked(placed, MEMBER_SHEET.key, None, breach)

    def _marked(
        self, placed: pl.DataFrame, sheet: str, field: str | None, breach: Breach
    ) -> Iterator[FileFinding]:
        for row in placed.iter_rows(named=True):
            values = {k: v for k, v in row.items() if k not in (FILE, ROW)}
            yield self._found(
                (row[FILE], sheet, row[ROW]),
                field,
                breach.code,
                breach.message_for(values),
                breach.severity,
            )

    def companions(
        self, wrong: set[int], findings: list[FileFinding]
    ) -> Iterator[FileFinding]:
        """Send every other row of a wrong household back with the wrong one."""
        bad = _bad_rows(findings)
        numbers = sorted(wrong)
        for sheet in (HOUSEHOLD_SHEET.key, MEMBER_SHEET.key):
            rows = self.incoming.rows(sheet).filter(pl.col("household").is_in(numbers))
            for file, row in rows.select(FILE, ROW).iter_rows():
                if row not in bad.get(file, {}).get(sheet, ()):
                    yield self._found(
                        (file, sheet, row),
                        None,
                        "with_household",
                        _WITH_HOUSEHOLD,
                        Severity.IMPOSSIBLE,
                    )

    def _found(
        self,
        place: tuple[int, str, int],
        field: str | None,
        code: str,
        message: Text,
        severity: Severity,
    ) -> FileFinding:
        file, sheet, row = place
        finding = self.readings[file].finding(
            sheet, row=row, column=field, code=code, message=message, severity=severity
        )
        return FileFinding(file, finding)


_WITH_HOUSEHOLD = Text(
    "本户其他行有错误，整户退回",
    "another row of this household is wrong; it comes back whole",
)
