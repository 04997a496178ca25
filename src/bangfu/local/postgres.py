"""The embedded PostgreSQL server: start, adopt, stop.

Truth is an answer on the socket, never a pid file: after a reboot the pid in it may
name a stranger. Before a stale pid file is removed, no process may work in the data
folder. Every process that uses the server holds a shared lock on `<data>.use`, which
the kernel drops when the process dies; whoever leaves last stops the server. The lock
order is everywhere `<data>.lock`, then `<data>.use`.

    python -m bangfu.local.postgres start|stop|where [VAR]
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO

from bangfu.local import roles
from bangfu.local.binaries import find_binaries
from bangfu.local.faults import LocalFault
from bangfu.local.place import own_dir, settle
from bangfu.local.processes import die_with_parent, postgres_in, send, wait_until

READY, STARTING, ABSENT = 0, 1, 2  # what pg_isready answers
START_SECONDS_MAX = 120.0
ALIVE_SECONDS_MAX = 30.0  # how long a server that stops slowly is waited for
LOG_BYTES_MAX = 10_000_000
LINES_SHOWN = 8  # of the output of a program that failed
CLEAN_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}

# Servers of a life of their own that this process started: kept so that they are
# neither reported as forgotten nor left as zombies when they stop.
_STARTED: list[subprocess.Popen[bytes]] = []


def checkout() -> Path:
    """Return the folder that holds pyproject.toml, node_modules and var."""
    return Path(__file__).resolve().parents[3]


def var_folder() -> Path:
    """Return the folder for everything that the installation writes: BANGFU_VAR."""
    named = os.environ.get("BANGFU_VAR")
    return Path(named).resolve() if named else checkout() / "var"


def data_folder(var: Path | None = None) -> Path:
    """Return the data folder in `var`, named by the major version it is bound to."""
    return (var or var_folder()) / f"pg{find_binaries().major}"


class EmbeddedPostgres:
    """The server on one data folder. Making one decides where it lives, no more."""

    def __init__(self, data: Path) -> None:
        """Raises LocalFault when there are no programs or no account to run them."""
        self._place = settle(data)
        self.data = self._place.data
        self.socket_dir = self._place.socket_dir
        self._account = self._place.account
        self._use: int | None = None  # held until the process ends or releases it

    # -- the server's life --------------------------------------------------------

    def start(self) -> str:
        """Start a server with a life of its own, or use the running one.

        Returns "started" or "already". Raises LocalFault when it does not come up.
        """
        server = self._launch()
        if server is None:
            return "already"
        _STARTED.append(server)
        return "started"

    def spawn(self) -> subprocess.Popen[bytes] | None:
        """Start the server as a child that dies with this process, even by kill -9.

        None when a server ran already; it is then used like the others use it. Call
        it in the main thread.
        """
        return self._launch(dies_by=signal.SIGINT)

    def stop(self) -> str:
        """Stop the server whoever uses it: "stopped" or "not running"."""
        with self._locked():
            return self._stop()

    def release(self) -> str:
        """Stop using the server; the last user stops it. Says what happened."""
        with self._locked():
            self.leave()
            with self._beside("use").open("a") as use:
                try:
                    fcntl.flock(use, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return "still in use"
                return "kept" if self._beside("kept").exists() else self._stop()

    def keep(self) -> None:
        """Have the server stay when its last user leaves, until it is stopped."""
        self._beside("kept").touch()
        self.leave()

    def leave(self) -> None:
        """Stop using the server without stopping it."""
        if self._use is not None:
            os.close(self._use)
            self._use = None

    def reset(self) -> None:
        """Delete the cluster for good. Raises LocalFault while somebody uses it."""
        with self._locked(), self._beside("use").open("a") as use:
            try:
                fcntl.flock(use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LocalFault(
                    "in_use",
                    zh="数据库正在使用中，不能清除。",
                    en="The database is in use and cannot be deleted.",
                    remedy_zh="请先停止 bangfu run。",
                    remedy_en="Stop bangfu run first.",
                ) from None
            self._stop()
            shutil.rmtree(self.data, ignore_errors=True)

    def ready(self) -> int:
        """Return 0 when it takes connections, 1 while starting or stopping, else 2.

        Raises LocalFault when the programs do not run at all.
        """
        if not os.path.lexists(self.data):  # asking must not make anything
            return ABSENT
        command = ("pg_isready", "-q", "-h", str(self.socket_dir), "-t", "3")
        code, output = self._tool(*command)
        if code not in {READY, STARTING, ABSENT}:
            raise _failed("programs_broken", "pg_isready", output)
        return code

    def ensure_roles_and_database(self) -> None:
        """Make the owner role, the application role and the database, where missing.

        Puts the attributes of both roles right too. Raises LocalFault when the server
        refuses, e.g. because the disk is full.
        """
        command = ("psql", "-X", "-q", "-h", str(self.socket_dir))
        login = ("-U", roles.SUPERUSER, "-d", "postgres", "-f", "-")
        with self._locked():
            code, output = self._tool(*command, *login, text=roles.ROLES_AND_DATABASE)
        if code:
            raise _failed("roles_failed", "psql", output)

    def ask(self, question: str, dbname: str = roles.DATABASE) -> str:
        """Return the answer of one query as the superuser, as `psql -At` prints it.

        Raises LocalFault when the query fails. Row-level security does not bind it:
        for facts about the installation only, never for programme data.
        """
        login = ("-h", str(self.socket_dir), "-U", roles.SUPERUSER, "-d", dbname)
        code, output = self._tool("psql", "-XAtq", *login, "-c", question)
        if code:
            raise _failed("query_failed", "psql", output)
        return output.strip()

    # -- where it is --------------------------------------------------------------

    def dsn(self, dbname: str = roles.DATABASE, user: str = roles.APP_ROLE) -> str:
        """Return a connection address for a database and a role."""
        return f"postgresql://{user}@/{dbname}?host={self.socket_dir}"

    def where(self) -> dict[str, str]:
        """Return the folders, the programs, the account's number and the version."""
        return {
            "data": str(self.data),
            "asked": str(self._place.asked),
            "socket": str(self.socket_dir),
            "log": str(self._log),
            "programs": str(self._place.folder),
            "version": self._place.source.version,
            "account": str(self._account.uid),
        }

    def log_tail(self) -> str:
        """Return the end of the server's log, "" when there is none."""
        try:
            return self._log.read_text(encoding="utf-8", errors="replace")[-2000:]
        except OSError:
            return ""

    def psql(self, dbname: str = roles.DATABASE, user: str = roles.OWNER_ROLE) -> int:
        """Open the interactive client on this terminal; returns its exit code."""
        program = str(self._place.folder / "psql")
        return subprocess.call([program, "-X", self.dsn(dbname, user)])

    # -- inside -------------------------------------------------------------------

    @property
    def _log(self) -> Path:
        return self.data / "server.log"

    def _beside(self, suffix: str) -> Path:
        return self.data.with_name(f"{self.data.name}.{suffix}")

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the lock under which servers are started and stopped."""
        try:
            self._place.make_ready()
            lock = self._open_shared("lock")
        except PermissionError:
            raise LocalFault(
                "foreign_folder",
                zh=f"目录 {self.data.parent} 属于其他账户。",
                en=f"The folder {self.data.parent} belongs to another account.",
                remedy_zh="请以该账户运行，或用 BANGFU_VAR 另选目录。",
                remedy_en="Run as that account, or choose another BANGFU_VAR.",
            ) from None
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _open_shared(self, suffix: str) -> IO[str]:
        """Open a lock file that the account owning the data can open too."""
        path = self._beside(suffix)
        is_new = not path.exists()
        opened = path.open("a")
        if is_new and os.geteuid() == 0:
            os.fchown(opened.fileno(), self._account.uid, self._account.gid)
        return opened

    def _tool(
        self, program: str, *arguments: str, text: str = "", dies: bool = False
    ) -> tuple[int, str]:
        """Run one of PostgreSQL's programs; returns its exit code and its output."""
        self._place.make_ready()
        # Output goes to a file: a pipe would be kept open by a server that it starts.
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as given:
            given.write(text.encode())
            given.seek(0)
            done = subprocess.run(
                [str(self._place.folder / program), *arguments],
                stdin=given,
                stdout=output,
                stderr=output,
                timeout=90,
                check=False,
                preexec_fn=die_with_parent(signal.SIGKILL) if dies else None,
                cwd="/",
                env=CLEAN_ENVIRONMENT,
                **self._account.switch(),
            )
            output.seek(0)
            return done.returncode, output.read().decode(errors="replace")

    def _launch(
        self, dies_by: signal.Signals | None = None
    ) -> subprocess.Popen[bytes] | None:
        with self._locked():
            if self._use is None:
                with self._open_shared("use") as use:
                    self._use = os.dup(use.fileno())
                fcntl.flock(self._use, fcntl.LOCK_SH)
            if self._wait_for_answer(lambda: self.ready() != ABSENT):
                return None
            self._make_cluster()
            self._check_version()
            self._end_orphans()
            server = self._serve(dies_by)
            if not self._wait_for_answer(lambda: server.poll() is None):
                raise _failed("not_started", "postgres", self.log_tail())
            return server

    def _wait_for_answer(self, may_come: Callable[[], bool]) -> bool:
        """Wait until the server takes connections, or until it cannot any more."""
        deadline = time.monotonic() + START_SECONDS_MAX
        while self.ready() != READY:
            if not may_come() or time.monotonic() > deadline:
                return False
            time.sleep(0.03)
        return True

    def _make_cluster(self) -> None:
        """Have a whole cluster on disk; a killed `initdb` leaves none behind."""
        for left in self.data.parent.glob(f"{self.data.name}.new-*"):
            wait_until(partial(_removed, left), seconds=5.0)
        if (self.data / "PG_VERSION").exists():
            return
        # A fresh name each time: nothing waits for what cannot be removed above.
        new = self._beside(f"new-{os.urandom(4).hex()}")
        own_dir(new, mode=0o700, account=self._account)
        options = ["-U", roles.SUPERUSER, "-A", "trust", "-E", "UTF8"]
        options += ["--locale=C.UTF-8", "--data-checksums"]
        if self._place.source.major >= 17:
            options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        code, output = self._tool("initdb", "-D", str(new), *options, dies=True)
        if code:
            shutil.rmtree(new, ignore_errors=True)
            raise _failed("not_created", "initdb", output)
        if self.data.exists():
            self.data.rmdir()  # fails for a folder with anything in it, and should
        new.rename(self.data)

    def _check_version(self) -> None:
        """Refuse data of another major version before any program touches it."""
        found = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        ours = str(self._place.source.major)
        if found != ours:
            raise LocalFault(
                "other_version",
                zh=f"{self.data} 由 PostgreSQL {found} 建立，现有程序为 {ours}。",
                en=f"{self.data} was made by PostgreSQL {found}; the programs "
                f"are {ours}.",
                remedy_zh="请用旧版本导出，再用新版本恢复。",
                remedy_en="Dump it with the old version, restore it with the new one.",
            )

    def _end_orphans(self) -> None:
        """End what a killed server left working here, then drop its stale files."""
        for grace, sig in ((1.0, signal.SIGQUIT), (3.0, signal.SIGKILL)):
            if wait_until(lambda: not postgres_in(self.data), seconds=grace):
                break
            self._refuse_unreachable_server()
            send(sig, postgres_in(self.data))
        if not wait_until(lambda: not postgres_in(self.data), seconds=3.0):
            raise _failed("still_used", "postgres", str(postgres_in(self.data)))
        own_dir(self.socket_dir, mode=0o700, account=self._account)
        stale = (".s.PGSQL.5432", ".s.PGSQL.5432.lock")
        for path in (*(self.socket_dir / name for name in stale), self._pid_file):
            path.unlink(missing_ok=True)  # safe: nobody works in the data folder
        self._beside("kept").unlink(missing_ok=True)  # that was said of the last one

    def _refuse_unreachable_server(self) -> None:
        """Leave a whole server alone that stops slowly or listens elsewhere."""
        if not wait_until(
            lambda: self._postmaster() is None, seconds=ALIVE_SECONDS_MAX
        ):
            raise LocalFault(
                "unreachable_server",
                zh=f"{self.data} 上的数据库进程（{self._postmaster()}）没有应答。",
                en=f"The server on {self.data} (process {self._postmaster()}) "
                "does not answer.",
                remedy_zh="请先结束该进程。",
                remedy_en="End that process first.",
            )

    @property
    def _pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    def _postmaster(self) -> int | None:
        """The server's own pid, told from a stranger by its working folder."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            pid = int(self._pid_file.read_text(encoding="utf-8").split()[0])
            return pid if pid in postgres_in(self.data) else None
        return None

    def _serve(self, dies_by: signal.Signals | None) -> subprocess.Popen[bytes]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket_dir),
            "max_connections": "100",
            "logging_collector": "off",
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        program = str(self._place.folder / "postgres")
        with self._open_log() as log:
            return subprocess.Popen(
                [program, "-D", str(self.data), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the launcher alone
                preexec_fn=die_with_parent(dies_by) if dies_by else None,
                cwd="/",
                env=CLEAN_ENVIRONMENT,
                **self._account.switch(),
            )

    def _open_log(self) -> IO[bytes]:
        with contextlib.suppress(FileNotFoundError):
            if self._log.stat().st_size > LOG_BYTES_MAX:
                self._log.replace(self._log.with_suffix(".log.1"))
        log = self._log.open("ab")
        os.fchmod(log.fileno(), 0o600)
        if os.geteuid() == 0:
            os.fchown(log.fileno(), self._account.uid, self._account.gid)
        return log

    def _stop(self) -> str:
        """Stop at once but cleanly (fast), then insist."""
        pid = self._postmaster()
        if pid is None and not postgres_in(self.data):
            return "not running"
        if pid is not None:
            send(signal.SIGINT, [pid])
        for grace, sig in ((60.0, signal.SIGQUIT), (5.0, signal.SIGKILL)):
            if wait_until(lambda: not postgres_in(self.data), seconds=grace):
                break
            send(sig, postgres_in(self.data))
        _STARTED[:] = [server for server in _STARTED if server.poll() is None]
        return "stopped"


def _removed(half_made: Path) -> bool:
    """Remove what a killed `initdb` left; the server it started may still write there."""
    send(signal.SIGKILL, postgres_in(half_made))
    shutil.rmtree(half_made, ignore_errors=True)
    return not half_made.exists()


def _failed(code: str, program: str, output: str) -> LocalFault:
    is_full = re.search(r"No space left on device|Disk quota exceeded", output)
    last = "\n".join(output.strip().splitlines()[-LINES_SHOWN:])
    return LocalFault(
        code,
        zh=f"{program} 运行失败：\n{last}\n",
        en=f"{program} failed:\n{last}\n",
        remedy_zh="请腾出磁盘空间后重试。" if is_full else "请查看上面的输出。",
        remedy_en="Free disk space, then try again." if is_full else "See above.",
    )


def main(arguments: list[str]) -> int:
    """Start, stop or show the server of one var folder from a shell."""
    if not arguments or arguments[0] not in {"start", "stop", "where"}:
        print(__doc__, file=sys.stderr)
        return 2
    var = Path(arguments[1]).resolve() if len(arguments) > 1 else var_folder()
    server = EmbeddedPostgres(data_folder(var))
    try:
        if arguments[0] == "where":
            print(json.dumps(server.where(), ensure_ascii=False, indent=2))
        elif arguments[0] == "stop":
            print(server.stop())
        else:
            print(server.start())
            server.ensure_roles_and_database()
            server.keep()
    except LocalFault as fault:
        print(fault, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
