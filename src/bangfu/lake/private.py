"""Private extracts: tables with real names for one run, deleted when it ends.

    with private.private_extract(
        names=["persons"], division=county, by=actor, at=at, reason="…"
    ) as extract:
        link(extract.files["persons"])

The folder has mode 0700. A process that is killed leaves it behind; its lock on the
folder dies with it, and the next process that starts, or the next extract, deletes it.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
from django.utils import timezone

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text
from bangfu.lake import copying, permissions, recording, storage
from bangfu.lake.declaration import PrivateDataset, facts_on, private_dataset
from bangfu.scope import Actor

_GUARD, _LOCK_SUFFIX = ".guard", ".lock"
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
    with _own_folder() as folder:
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


def sweep() -> list[str]:
    """Delete the extracts of processes that are no more; return the folders' names."""
    if not _root().is_dir():
        return []
    with _guard():
        return _sweep()


def _sweep() -> list[str]:
    removed = []
    for path in sorted(_root().iterdir()):
        if not path.is_dir():
            continue
        lock = path.with_suffix(_LOCK_SUFFIX)
        handle = _lock(lock) if lock.exists() else None
        if handle is None and lock.exists():
            continue  # its process lives
        shutil.rmtree(path)
        removed.append(path.name)
        if handle is not None:
            lock.unlink()
            os.close(handle)
    return removed


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


@contextmanager
def _own_folder() -> Iterator[Path]:
    """Give a new folder of mode 0700, locked by this process; delete it afterwards."""
    _root().mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = _root() / secrets.token_hex(16)
    lock = folder.with_suffix(_LOCK_SUFFIX)
    with _guard():
        _sweep()
        handle = _lock(lock)
        assert handle is not None  # noqa: S101 - a name that nobody else has
        folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
        lock.unlink()
        os.close(handle)


@contextmanager
def _guard() -> Iterator[None]:
    """Let one process at a time make or sweep folders."""
    handle = os.open(_root() / _GUARD, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _lock(path: Path) -> int | None:
    """Lock a file for as long as this process lives; None when another one holds it."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def _root() -> Path:
    return storage.root() / "private"
