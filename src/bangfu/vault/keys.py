"""The keys file: made once at set-up, read by every process."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from bangfu.calc.values.findings import Refusal
from bangfu.calc.values.text import Text


class KeysMissing(Refusal):
    """The keys file is missing, unreadable or open to others."""

    code = "keys_missing"
    http_status = 500


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one installation, 32 bytes each.

    seal: by number, old ones kept for reading. current: the number that new values are
    sealed with. index: for blind indexes.
    """

    seal: dict[int, bytes]
    current: int
    index: bytes


def create_keys_file(path: Path) -> bool:
    """Make the keys file if there is none; tell whether it was made.

    An existing file is never touched: losing it loses every sealed value.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    content = {"seal": {"1": _new_key()}, "current": 1, "index": _new_key()}
    with os.fdopen(handle, "w") as file:
        json.dump(content, file)
    return True


def keys() -> Keys:
    """Return the keys of this installation. Raises KeysMissing."""
    path = Path(settings.BANGFU_KEYS_FILE)
    try:
        status = path.stat()
    except OSError as error:
        raise KeysMissing(
            Text(
                "找不到密钥文件 {path}。",
                "The keys file {path} is missing.",
                {"path": path},
            ),
            remedy=Text(
                "首次安装请运行 bangfu setup；已有数据时请从备份恢复该文件。",
                "On a first installation run bangfu setup; with data present restore the "
                "file from the backup.",
            ),
        ) from error
    if status.st_mode & 0o077:
        raise KeysMissing(
            Text(
                "密钥文件 {path} 对其他账户可读。",
                "The keys file {path} is open to other accounts.",
                {"path": path},
            ),
            remedy=Text(
                "请运行 chmod 600 {path}。", "Run chmod 600 {path}.", {"path": path}
            ),
        )
    return _read(path, status.st_mtime_ns)


@lru_cache(maxsize=4)
def _read(path: Path, _changed: int) -> Keys:
    content = json.loads(path.read_text())
    seal = {
        int(number): base64.b64decode(key) for number, key in content["seal"].items()
    }
    return Keys(seal, int(content["current"]), base64.b64decode(content["index"]))


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
