"""Where the data lives, which account runs the server, and who may enter.

An ordinary user runs PostgreSQL in place. PostgreSQL refuses to run as root, so for
root it runs as the account that owns the data already, else as `postgres` or `nobody`.
When that account cannot get through root's private parent folders, the programs, the
data or both live in a refuge of /var/lib that is named from the folder asked for. It
is not a folder of /var/tmp, where old files of a living database may be cleaned away.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import re
import shutil
import stat
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bangfu.local.binaries import Binaries, find_binaries
from bangfu.local.faults import LocalFault
from bangfu.local.processes import postgres_in

APP = "bangfu"
ACCOUNTS = ("postgres", "nobody")  # used when root asks
REFUGES = Path("/var/lib")
SOCKETS = Path("/tmp")  # noqa: S108 (a private folder in it; fixed, so all agree)
SOCKET_BYTES_MAX = 90  # the kernel takes 107 with the file name
SOCKET_PATH = re.compile(r"[A-Za-z0-9_./+-]+")  # libpq splits its host list at commas
NOT_COPIED = ("include", "pgxs", "pkgconfig", "*.a", "locale", "ecpg", "pgbench")


@dataclass(frozen=True)
class Account:
    """A system account by its numbers."""

    uid: int
    gid: int

    def switch(self) -> dict[str, Any]:
        """Return the `subprocess` arguments that run a program as this account."""
        if os.geteuid() != 0:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


@dataclass(frozen=True)
class Place:
    """One answer to "where and as whom".

    asked: the folder that was asked for. data: the folder that holds the cluster.
    source: the installed programs; folder: those that are run, a copy when source
    is out of the account's reach.
    """

    asked: Path
    data: Path
    account: Account
    source: Binaries
    folder: Path

    @property
    def is_moved(self) -> bool:
        """Whether the data is not where it was asked for."""
        return self.data != self.asked

    @property
    def refuge(self) -> Path:
        """The folder of /var/lib that stands in for an unreachable one."""
        return REFUGES / f"{APP}-{_key(self.asked)}"

    @property
    def socket_dir(self) -> Path:
        """The private folder of the socket: short, and without odd characters."""
        inside = self.data / "s"
        is_short = len(os.fsencode(inside)) <= SOCKET_BYTES_MAX
        if is_short and SOCKET_PATH.fullmatch(str(inside)):
            return inside
        return SOCKETS / f"{APP}-{_key(self.data)}"

    def make_ready(self) -> None:
        """Make the folders above the data, and the copy of the programs if needed."""
        make_open(self.data.parent)
        if self.is_moved and not (self.refuge / "origin").exists():
            (self.refuge / "origin").write_text(f"{self.asked}\n", encoding="utf-8")
        if self.folder != self.source.folder and not self.folder.exists():
            make_open(self.refuge)
            with (self.refuge / "lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                _copy_programs(self)


def settle(asked: Path) -> Place:
    """Decide where the data `asked` for lives; writes nothing.

    Raises LocalFault when there are no programs or no account to run them.
    """
    asked = asked.resolve()
    source = find_binaries()
    own = Account(os.geteuid(), os.getegid())
    place = Place(asked, asked, own, source, source.folder)
    return _settle_for_root(place) if own.uid == 0 else place


def own_dir(path: Path, *, mode: int, account: Account) -> None:
    """Make `path`, or make sure that an existing one is really ours.

    Raises LocalFault for a link, a stranger's folder or one that others may write to:
    whoever owns the socket's folder can pose as the server.
    """
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        found = path.lstat()
        is_ours = found.st_uid in (account.uid, os.geteuid())
        if stat.S_ISDIR(found.st_mode) and is_ours and not found.st_mode & 0o022:
            return
        raise LocalFault(
            "foreign_folder",
            zh=f"目录 {path} 已存在，但不属于本系统。",
            en=f"The folder {path} exists but is not ours.",
            remedy_zh="请检查后删除该目录。",
            remedy_en="Look at it, then remove it.",
        ) from None
    os.chown(path, account.uid, account.gid)
    path.chmod(mode)


def make_open(folder: Path) -> None:
    """Make missing folders; root's so that the server's account can pass them."""
    if folder.exists():
        return
    make_open(folder.parent)
    folder.mkdir(exist_ok=True)
    if os.geteuid() == 0:
        folder.chmod(0o755)


def _settle_for_root(place: Place) -> Place:
    place = replace(place, account=_account_for(place.asked))
    refuge_data = place.refuge / place.asked.name
    has_moved = (refuge_data / "PG_VERSION").exists() and not place.asked.exists()
    if has_moved or not _can_enter(place.account, place.asked.parent):
        place = replace(place, data=refuge_data)
        if refuge_data.exists():
            place = replace(place, account=_account_for(refuge_data))
    if not _can_run(place.account, place.source.folder / "initdb"):
        place = replace(place, folder=_copied_folder(place))
    return place


def _account_for(data: Path) -> Account:
    if data.exists() and data.stat().st_uid != 0:
        return Account(data.stat().st_uid, data.stat().st_gid)
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in ACCOUNTS:
        if name in known:
            return Account(known[name].pw_uid, known[name].pw_gid)
    raise LocalFault(
        "no_account",
        zh="PostgreSQL 不能以 root 身份运行，系统中也没有 postgres 或 nobody 账户。",
        en="PostgreSQL does not run as root, and there is no account postgres or "
        "nobody.",
        remedy_zh="请建立其中一个账户，或改用普通用户运行。",
        remedy_en="Create one of them, or run as an ordinary user.",
    )


def _can_enter(account: Account, folder: Path) -> bool:
    while not folder.exists():  # what is missing will be made open
        folder = folder.parent
    return _succeeds(account, "/bin/sh", "-c", 'cd "$1"', "sh", str(folder))


def _can_run(account: Account, program: Path) -> bool:
    return _succeeds(account, str(program), "--version")


def _succeeds(account: Account, *command: str) -> bool:
    try:
        done = subprocess.run(
            command,
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            **account.switch(),
        )
    except PermissionError:
        return False
    return done.returncode == 0


def _copied_folder(place: Place) -> Path:
    source = place.source
    if source.package is None:
        raise LocalFault(
            "unreachable_postgresql",
            zh=f"运行数据库的账户无法执行 {source.folder} 中的程序。",
            en="The account that runs the database cannot run the programs in "
            f"{source.folder}.",
            remedy_zh="请开放该目录的读取和执行权限，或取消 BANGFU_PG_BIN。",
            remedy_en="Open that folder to it, or unset BANGFU_PG_BIN.",
        )
    made_at = (source.folder / "postgres").stat().st_mtime_ns
    digest = hashlib.sha256(os.fsencode(source.folder) + str(made_at).encode())
    copy = place.refuge / f"bin-{digest.hexdigest()[:8]}"
    return copy / source.package.name / source.folder.relative_to(source.package)


def _copy_programs(place: Place) -> None:
    """Copy the wheel's programs and libraries in the same layout (their RPATH)."""
    package = place.source.package
    if package is None or place.folder.exists():  # another process was faster
        return
    tree = place.source.folder.parent
    copy = place.folder.parents[len(tree.relative_to(package).parts) + 1]
    new = copy.with_name(copy.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    target = new / package.name / tree.relative_to(package)
    skip = shutil.ignore_patterns(*NOT_COPIED)
    shutil.copytree(tree, target, ignore=skip, symlinks=True)
    libraries = package.with_name(package.name + ".libs")
    if libraries.is_dir():
        shutil.copytree(libraries, new / libraries.name)
    for path in (new, *new.rglob("*")):
        if not path.is_symlink():
            is_open = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if is_open else 0o644)
    new.rename(copy)
    for old in place.refuge.glob("bin-*"):
        # A running server still loads libraries from the copy it was started from.
        if old != copy and not postgres_in(place.data):
            shutil.rmtree(old, ignore_errors=True)


def _key(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]
