"""Reading snapshots: `open` is the only way in, and shows an actor the own division.

from bangfu.lake import queries as lake
opened = lake.open(snapshot=None, by=actor)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from bangfu.calc.engines.duck import Source
from bangfu.calc.tables.schema import Table
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import NotAllowed, WrongState
from bangfu.calc.values.text import Text
from bangfu.lake import permissions, storage
from bangfu.lake.declaration import datasets
from bangfu.lake.listing import NoSnapshot, published, referenced, snapshots
from bangfu.lake.models import Part, Snapshot
from bangfu.scope import Actor, acting
from bangfu.scope.actor import system_actor

__all__ = [
    "NoSnapshot",
    "Opened",
    "SnapshotDamaged",
    "open",
    "published",
    "referenced",
    "snapshots",
]

_SYSTEM = system_actor("lake")


class SnapshotDamaged(WrongState):
    """Files of the snapshot are missing or were cut; nothing is computed from it."""

    code = "snapshot_damaged"


@dataclass(frozen=True, slots=True)
class Opened:
    """A snapshot as one actor may read it.

    lo, hi: the half-open range of division codes that it shows. sources: one a dataset,
    in the order of the declaration; every row they give lies in that range.
    """

    number: int
    taken_at: datetime
    cut_off_date: date
    pack_hash: str
    code_version: str
    lo: str
    hi: str
    sources: tuple[Source, ...]

    def source(self, dataset: str) -> Source:
        """Return where the rows of a dataset come from. Raises KeyError."""
        for source in self.sources:
            if source.table.name == dataset:
                return source
        raise KeyError(dataset)

    def frame(self, dataset: str) -> pl.DataFrame:
        """Return the rows of a dataset, with the columns of its table.

        In the order of county, division and key. Raises KeyError.
        """
        source = self.source(dataset)
        columns = [pl.col(name) for name in source.table.names]
        if not source.files:
            return _empty(source.table)
        found = pl.scan_parquet(
            list(source.files), hive_partitioning=False, glob=False
        ).filter(pl.col("division_code") >= self.lo, pl.col("division_code") < self.hi)
        frame = found.select(columns).collect()
        assert isinstance(frame, pl.DataFrame)  # noqa: S101 - not collected in the background
        return frame

    def within(self, division: DivisionCode) -> Opened:
        """Return the same snapshot narrowed to a division, e.g. to compute it by county.

        Raises NotAllowed when the division does not lie within what is shown.
        """
        lo, hi = division.range()
        if not (self.lo <= lo and hi <= self.hi):
            raise NotAllowed(
                Text(
                    "区划 {division} 不在您的范围内。",
                    "The division {division} is not within your grant.",
                    {"division": division},
                )
            )
        counties = [
            Source(
                one.table,
                tuple(f for f in one.files if _meets(_county(f.parent.name), lo, hi)),
                lo,
                hi,
            )
            for one in self.sources
        ]
        return Opened(
            self.number,
            self.taken_at,
            self.cut_off_date,
            self.pack_hash,
            self.code_version,
            lo,
            hi,
            tuple(counties),
        )

    @property
    def counties(self) -> tuple[DivisionCode, ...]:
        """The counties of which there are files, in order of code."""
        return tuple(
            sorted(
                {
                    DivisionCode(_county(path.parent.name))
                    for source in self.sources
                    for path in source.files
                }
            )
        )


def open(*, snapshot: int | None = None, by: Actor) -> Opened:  # noqa: A001 - lake.open
    """Open a snapshot for `by`: the rows of the division of the grant, no others.

    snapshot: the number; None takes the newest. A village gets the rows of the village
    out of its county's files. Raises NotAllowed for helpers and who sees no programme
    records, NoSnapshot, and SnapshotDamaged when a file is not as long as it was.
    """
    permissions.check_open(by)
    row = published(snapshot)
    lo, hi = by.programme_range
    with acting(_SYSTEM):  # a county's file is seen from the village too
        parts = [
            part
            for part in row.parts.order_by("division_code")
            if _meets(part.division_code, lo, hi)
        ]
    _check_files(row, parts)
    folder = storage.folder_of(row.pk)
    sources = tuple(
        Source(
            one.table,
            tuple(
                folder / part.path for part in parts if part.dataset == one.table.name
            ),
            lo,
            hi,
        )
        for one in datasets()
    )
    return Opened(
        number=row.pk,
        taken_at=row.taken_at,
        cut_off_date=row.cut_off_date,
        pack_hash=row.pack_hash,
        code_version=row.code_version,
        lo=lo,
        hi=hi,
        sources=sources,
    )


def _check_files(row: Snapshot, parts: list[Part]) -> None:
    folder = storage.folder_of(row.pk)
    for part in parts:
        path = folder / part.path
        if not path.is_file() or path.stat().st_size != part.size_bytes:
            raise SnapshotDamaged(
                Text(
                    "第 {number} 期快照的文件缺失或不完整：{path}",
                    "A file of snapshot {number} is missing or incomplete: {path}",
                    {"number": row.pk, "path": part.path},
                ),
                remedy=Text(
                    "请从备份恢复该文件，或改用另一期快照。",
                    "Restore the file from the backup, or use another snapshot.",
                ),
            )


def _county(folder: str) -> str:
    return folder.partition("=")[2]


def _meets(county: str, lo: str, hi: str) -> bool:
    """Whether a county holds codes of the half-open range."""
    return county < hi and lo < f"{county}:"


def _empty(table: Table) -> pl.DataFrame:
    types = {
        "VARCHAR": pl.String,
        "BOOLEAN": pl.Boolean,
        "BIGINT": pl.Int64,
        "DOUBLE": pl.Float64,
        "DATE": pl.Date,
    }
    return pl.DataFrame(schema={c.name: types[c.type.value] for c in table.columns})
