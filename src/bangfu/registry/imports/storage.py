"""Uploaded files and error workbooks on disk: sealed, one folder an import."""

from __future__ import annotations

import base64
import os
import secrets
import shutil
from pathlib import Path

from django.conf import settings

from bangfu import vault
from bangfu.calc.values.findings import Refusal, WrongState
from bangfu.calc.values.text import Text


class DiskFull(Refusal):
    """The file could not be written; nothing of it stays."""

    code = "disk_full"
    http_status = 507
    retryable = True


class FilesGone(WrongState):
    """The files of an old import were deleted, or were changed on disk."""

    code = "files_gone"


def new_folder() -> str:
    """Return a name that no import has."""
    return secrets.token_hex(16)


def save(folder: str, name: str, content: bytes) -> None:
    """Seal `content` into a file of the folder. Raises DiskFull; no part of it stays."""
    place = _place(folder)
    target = place / f"{name}.sealed"
    part = place / f"{name}.part"
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        sealed = vault.seal(base64.b64encode(content).decode())
        with part.open("wb") as file:
            file.write(sealed)
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


def load(folder: str, name: str) -> bytes:
    """Return what `save` sealed. Raises FilesGone."""
    path = _place(folder) / f"{name}.sealed"
    try:
        return base64.b64decode(vault.unseal(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise FilesGone(
            Text(
                "本次导入的文件已删除或损坏。",
                "The files of this import were deleted or are damaged.",
            ),
            remedy=Text("请重新上传。", "Upload them again."),
        ) from error


def remove(folder: str) -> None:
    """Delete a folder with everything in it; that it is gone already is no fault."""
    shutil.rmtree(_place(folder), ignore_errors=True)


def _place(folder: str) -> Path:
    return Path(settings.BANGFU_FILES) / "imports" / folder
