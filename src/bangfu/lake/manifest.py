"""The manifest: what a snapshot holds, file by file, and how it can be checked."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bangfu.calc.tables.schema import Table, Type
from bangfu.lake import storage
from bangfu.lake.models import Snapshot

FORMAT = 1
NUMBER_TOLERANCE = 1e-9  # of sums of fractions, whose order of adding is not fixed
_EXACT = pa.decimal128(38, 0)

Facts = dict[str, dict[str, object]]


@dataclass(frozen=True, slots=True)
class File:
    """One file: where it lies, what it holds. columns: see `models.Part`."""

    dataset: str
    county: str
    path: str
    rows: int
    size_bytes: int
    sha256: str
    withheld: int
    columns: Facts


def write_file(
    folder: Path, dataset: Table, county: str, rows: pa.Table, withheld: dict[str, int]
) -> File:
    """Write one Parquet file below `folder` and return its facts."""
    relative = storage.path_of(dataset.name, county)
    path = folder / relative
    path.parent.mkdir(mode=0o700, parents=True)
    pq.write_table(rows, path, compression="zstd", compression_level=3)
    return File(
        dataset=dataset.name,
        county=county,
        path=relative,
        rows=rows.num_rows,
        size_bytes=path.stat().st_size,
        sha256=storage.digest(path),
        withheld=sum(withheld.values()),
        columns=facts_of(rows, dataset, withheld),
    )


def facts_of(rows: pa.Table, table: Table, withheld: dict[str, int]) -> Facts:
    """Return nulls and sums of every column."""
    facts: Facts = {}
    for column in table.columns:
        cells = rows[column.name]
        one: dict[str, object] = {"nulls": cells.null_count}
        if column.name in withheld:
            one["withheld"] = withheld[column.name]
        if column.type is Type.INTEGER:
            one["sum"] = str(pc.sum(cells.cast(_EXACT)).as_py() or 0)
        elif column.type is Type.BOOLEAN:
            one["sum"] = str(pc.sum(cells).as_py() or 0)
        elif column.type is Type.NUMBER:
            one["sum"] = pc.sum(cells).as_py() or 0.0
        facts[column.name] = one
    return facts


def same_facts(stored: Facts, found: Facts) -> list[str]:
    """Return the columns whose nulls or sums are not as stored."""
    return [
        name
        for name in sorted(stored.keys() | found.keys())
        if not _same(stored.get(name, {}), found.get(name, {}))
    ]


def _same(stored: dict[str, object], found: dict[str, object]) -> bool:
    if stored.get("nulls") != found.get("nulls"):
        return False
    one, other = stored.get("sum"), found.get("sum")
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= NUMBER_TOLERANCE * max(abs(one), abs(other), 1.0)
    return one == other


def write(
    folder: Path, snapshot: Snapshot, tables: list[Table], files: list[File]
) -> str:
    """Write the manifest and return its SHA-256."""
    document = {
        "format": FORMAT,
        "snapshot": snapshot.pk,
        "taken_at": snapshot.taken_at.isoformat(),
        "cut_off_date": snapshot.cut_off_date.isoformat(),
        "code_version": snapshot.code_version,
        "pack_hash": snapshot.pack_hash,
        "datasets": [_described(table) for table in tables],
        "files": [asdict(file) for file in files],
    }
    content = json.dumps(document, ensure_ascii=False, indent=1).encode()
    (folder / storage.MANIFEST).write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def _described(table: Table) -> dict[str, Any]:
    return {
        "name": table.name,
        "text": table.text.as_json(),
        "key": list(table.key),
        "columns": [
            {
                "name": column.name,
                "type": column.type.value,
                "unit": column.unit,
                "nulls": column.nulls,
                "meaning": column.meaning.as_json(),
            }
            for column in table.columns
        ],
    }
