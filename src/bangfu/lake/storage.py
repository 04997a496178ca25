"""Folders and files of snapshots: written aside, synced, renamed, never changed.

BANGFU_LAKE/.taking-12/                              while it is written
BANGFU_LAKE/snapshot=12/manifest.json
BANGFU_LAKE/snapshot=12/household/county=990101/household.parquet
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from bangfu.calc.values.findings import Refusal
from bangfu.calc.values.text import Text

MANIFEST = "manifest.json"
_TAKING, _SNAPSHOT = ".taking-", "snapshot="


class DiskFull(Refusal):
    """The disk has no room for the files; nothing of them stays."""

    code = "disk_full"
    http_status = 507
    retryable = True


def root() -> Path:
    """Return the folder of all snapshots."""
    return Path(settings.BANGFU_LAKE)


def folder_of(number: int) -> Path:
    """Return the folder of a published snapshot."""
    return root() / f"{_SNAPSHOT}{number}"


def path_of(dataset: str, county: str) -> str:
    """Return the path of a file within its snapshot, in the manner of Hive."""
    return f"{dataset}/county={county}/{dataset}.parquet"


@contextmanager
def written_aside(number: int) -> Iterator[Path]:
    """Give a new folder to write into; publish it when the block ends well.

    Whatever goes wrong, nothing of it stays. Raises DiskFull.
    """
    aside = root() / f"{_TAKING}{number}"
    try:
        root().mkdir(mode=0o700, parents=True, exist_ok=True)
        aside.mkdir(mode=0o700)
        yield aside
        _sync(aside)
        aside.rename(folder_of(number))
        _sync_folder(root())
    except BaseException as error:
        shutil.rmtree(aside, ignore_errors=True)
        if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull(
                Text(
                    "磁盘空间不足，快照没有生成。",
                    "The disk is full; no snapshot was taken.",
                ),
                remedy=Text(
                    "请腾出磁盘空间，或用 bangfu lake prune 清理旧快照后重试。",
                    "Free disk space, or remove old snapshots with bangfu lake prune.",
                ),
            ) from error
        raise


def remove(number: int) -> None:
    """Delete a snapshot's folder; that it is gone already is no fault."""
    shutil.rmtree(folder_of(number), ignore_errors=True)


def sweep(published: Collection[int]) -> list[str]:
    """Delete what is no published snapshot; return the names of the folders.

    Left behind by a killed process, or by a transaction that was taken back. Only who
    holds the lock of taking may call it.
    """
    if not root().is_dir():
        return []
    keep = {folder_of(number).name for number in published}
    removed = []
    for path in sorted(root().iterdir()):
        ours = path.name.startswith((_TAKING, _SNAPSHOT))
        if ours and path.name not in keep:
            shutil.rmtree(path)
            removed.append(path.name)
    return removed


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(folder: Path) -> None:
    """Bring every file and folder below `folder` to the disk before it is published."""
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            _sync_folder(path)
            continue
        path.chmod(0o400)
        with path.open("rb") as file:
            os.fsync(file.fileno())
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
