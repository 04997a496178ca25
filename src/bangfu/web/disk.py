"""A full disk, told from other failures: a person can mend it.

It may be met by a file of ours or by the database server, whose transaction is then
taken back: nothing is half written.
"""

from __future__ import annotations

import errno

from bangfu.calc.values.findings import Refusal
from bangfu.calc.values.text import Text

_FULL = {errno.ENOSPC, errno.EDQUOT}
_DISK_FULL_SQLSTATE = "53100"


class DiskFull(Refusal):
    """No space is left on the server."""

    code = "disk_full"
    http_status = 507

    @classmethod
    def of_server(cls) -> DiskFull:
        """Return the refusal with what to do."""
        return cls(
            Text(
                "服务器磁盘已满，本次操作没有写入任何数据。",
                "The server's disk is full; nothing of this was written.",
            ),
            remedy=Text(
                "请管理员清理磁盘后重试。",
                "Ask your administrator to free disk space, then try again.",
            ),
        )


def is_full(error: BaseException | None) -> bool:
    """Whether an error, or one that led to it, says that the disk is full."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _FULL:
            return True
        if getattr(error, "sqlstate", None) == _DISK_FULL_SQLSTATE:
            return True
        error = error.__cause__ or error.__context__
    return False
