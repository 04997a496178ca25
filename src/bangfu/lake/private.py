"""Private extracts: tables with real names for one run, deleted when it ends.

    with private.private_extract(
        names=["persons"], division=county, by=actor, at=at, reason="…"
    ) as extract:
        link(extract.files["persons"])

The folder has mode 0700. A process that is killed leaves it behind; its lock on the
folder dies with it, and the next process that starts, or the next extract, deletes it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils import timezone

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text
from bangfu.lake import copying, permissions, recording
from bangfu.lake.declaration import PrivateDataset, facts_on, private_dataset
from bangfu.lake.private_folders import own_folder
from bangfu.scope import Actor

REASON_MAX = 200


@dataclass(frozen=True, slots=True)
class Extract:
    """The files of an extract, by the name of the table; rows: how many each has."""

    folder: Path
    files: dict[str, Path]
    rows: dict[str, int]


@contextmanager
def private_extract(
    *,
    names: Sequence[str],
    division: DivisionCode,
    by: Actor,
    at: datetime,
    reason: str,
) -> Iterator[Extract]:
    """Extract declared private tables of `division` and delete them after the block.

    reason: what for; stands in the audit. Whatever ends the block, the files are gone.
    Raises NotAllowed, BadInput without a reason or for an unknown name.
    """
    permissions.check_extract(by, division)
    if not 0 < len(reason.strip()) <= REASON_MAX:
        raise BadInput(
            Text(
                "请写明提取用途，不超过 {limit} 字。",
                "Say what the extract is for, in {limit} characters at most.",
                {"limit": REASON_MAX},
            )
        )
    chosen = [private_dataset(name) for name in names]
    facts = facts_on(timezone.localtime(at).date() - timedelta(days=1))
    with own_folder() as folder:
        extract = Extract(folder, {}, {})
        with copying.reading(by, facts.parameters) as reader:
            for dataset in chosen:
                _write(reader, dataset, division, extract)
        recording.record(
            "lake.extract.taken",
            by=by,
            at=at,
            division=division,
            reason=reason.strip(),
            detail={"rows": dict(extract.rows)},
        )
        yield extract


def pseudonyms_of(plains: Sequence[str], purpose: str) -> list[str]:
    """Return what extracts have in the place of each text, for rows that are kept so.

    purpose: as the datasets declare it; the same text of the same purpose is the same.
    """
    column = pa.chunked_array([pa.array(plains, pa.string())])
    found: list[str] = copying.pseudonyms(column, purpose).to_pylist()
    return found


def _write(
    reader: copying.Reader,
    dataset: PrivateDataset,
    division: DivisionCode,
    extract: Extract,
) -> None:
    rows = reader.rows(dataset.sql, dataset.columns, division)
    rows = copying.hidden(rows, dataset.pseudonyms)
    path = extract.folder / f"{dataset.name}.parquet"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        pq.write_table(rows, file, compression="zstd")
    extract.files[dataset.name] = path
    extract.rows[dataset.name] = rows.num_rows
