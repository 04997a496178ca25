"""Folders of private extracts, and clearing away those of processes that are no more.

Each lies beside a file that its process holds a lock on. The lock dies with the process,
so a folder whose lock can be had is a left-over.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bangfu.lake import storage

_GUARD, _LOCK_SUFFIX = ".guard", ".lock"


@contextmanager
def own_folder() -> Iterator[Path]:
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
