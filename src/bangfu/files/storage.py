"""Contents on disk: sealed, each under a random name, written whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from bangfu import vault
from bangfu.calc.values.findings import Refusal, WrongState
from bangfu.calc.values.text import Text

_SEALED, _PART = ".sealed", ".part"


class DiskFull(Refusal):
    """The file could not be written; nothing of it stays."""

    code = "disk_full"
    http_status = 507
    retryable = True


class ContentGone(WrongState):
    """The content is missing on disk, or is not what was stored."""

    code = "files.content_gone"


def new_place() -> str:
    """Return a name that no file has."""
    return secrets.token_hex(16)


def write(place: str, content: bytes) -> None:
    """Seal `content` under a name. Raises DiskFull; no part of it stays."""
    target = _path(place)
    part = target.with_suffix(_PART)
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(vault.seal_bytes(content))
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise DiskFull(
            Text(
                "文件无法写入服务器磁盘，本次上传没有保存。",
                "The file could not be written to the server's disk; nothing was kept.",
            ),
            remedy=Text(
                "请稍后重试；仍不行时请系统管理员检查磁盘空间。",
                "Try again later; otherwise ask the administrator to check the disk.",
            ),
        ) from error


def read(place: str) -> bytes:
    """Return what `write` sealed. Raises ContentGone when it is missing or was changed."""
    try:
        return vault.unseal_bytes(_path(place).read_bytes())
    except (OSError, ValueError) as error:
        raise gone() from error


def gone() -> ContentGone:
    """The refusal of a file whose content is lost."""
    return ContentGone(
        Text(
            "该文件在服务器上已丢失或损坏。",
            "The content of this file is lost or damaged on the server.",
        ),
        remedy=Text(
            "请管理员从备份恢复；手中有原件的，重新上传同一文件即可补上。",
            "Ask the administrator to restore it; whoever has the original can upload "
            "the same file again, which puts it back.",
        ),
    )


def exists(place: str) -> bool:
    """Tell whether something lies under a name."""
    return _path(place).exists()


def remove(place: str) -> None:
    """Delete a content; that it is gone already is no fault."""
    _path(place).unlink(missing_ok=True)


def everything() -> Iterator[tuple[Path, str, float]]:
    """Yield path, name and time of change (seconds since 1970) of all that lies there."""
    for path in sorted(_root().glob(f"*/*{_SEALED}")) + sorted(
        _root().glob(f"*/*{_PART}")
    ):
        yield path, path.stem, path.stat().st_mtime


def _root() -> Path:
    return Path(settings.BANGFU_FILES) / "evidence"


def _path(place: str) -> Path:
    return _root() / place[:2] / f"{place}{_SEALED}"
