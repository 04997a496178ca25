"""`bangfu run`: the database, the web server and a worker under one process.

The launcher leaves nothing behind, however it ends. Children run in sessions of their
own, so Ctrl-C reaches only the launcher, which orders the stop; the kernel ends them
when the launcher is killed; whatever survived elsewhere is told by a mark in its
environment and ended at the next start. The database stops last.

A lock held for life keeps a second launcher away. Only for the embedded database: a
production site runs the same commands under systemd against its own server.
"""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bangfu.local.faults import LocalFault
from bangfu.local.place import make_open
from bangfu.local.postgres import EmbeddedPostgres, checkout, data_folder
from bangfu.local.processes import die_with_parent, end, marked, send, wait_until
from bangfu.local.speech import say

MARK = "BANGFU_RUN"  # in the environment of every child: the var folder
HOST = "127.0.0.1"
PORT = 8000
GRACE_SECONDS = 8.0
WEB_SECONDS_MAX = 60.0
LOG_BYTES_MAX = 5_000_000
COMMAND = ("-m", "bangfu.cli.main")
GUNICORN = (
    *("-m", "gunicorn", "bangfu.site.wsgi", "--workers", "1", "--threads", "4"),
    *("--graceful-timeout", str(int(GRACE_SECONDS) - 1)),
    *("--no-control-socket", "--log-level", "warning"),
)
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def running(var: Path) -> str | None:
    """Return the address of the site that a launcher runs on `var`, or None."""
    path = var / "run.lock"
    if not path.exists():
        return None
    with path.open(encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            with contextlib.suppress(ValueError):
                return str(json.loads(lock.read())["url"])
            return f"http://{HOST}/"
    return None


@dataclass(frozen=True)
class Programs:
    """What the children run: arguments for Python. The web server's get its address."""

    migrate: tuple[str, ...] = (*COMMAND, "db", "migrate")
    sample: tuple[str, ...] = (*COMMAND, "demo", "load")
    web: tuple[str, ...] = (*GUNICORN, "--bind")
    worker: tuple[str, ...] = (*COMMAND, "worker", "--alone")
    is_empty: str = "SELECT NOT EXISTS (SELECT FROM accounts_user)"


class Stopped(Exception):
    """A signal came, or a child ended, while something else was being waited for."""


class Launcher:
    """One life of the whole installation on one var folder and one port."""

    def __init__(
        self,
        var: Path,
        *,
        port: int = PORT,
        sample: bool = True,
        programs: Programs = Programs(),
    ) -> None:
        """sample: load the sample city when the database is empty."""
        self.var = var.resolve()
        self.port = port
        self.sample = sample
        self.programs = programs
        self.server: EmbeddedPostgres | None = None
        self._database: subprocess.Popen[bytes] | None = None
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._signals: list[int] = []

    @property
    def url(self) -> str:
        """The address of the site."""
        return f"http://{HOST}:{self.port}/"

    def run(self) -> int:
        """Run everything until told to stop; returns the exit code.

        Raises LocalFault when the port is taken or the database does not come up.
        Nothing is left running in any case.
        """
        make_open(self.var)
        with (self.var / "run.lock").open("a+", encoding="utf-8") as lock:
            if not self._is_first(lock):
                return 0
            for number in SIGNALS:
                signal.signal(number, lambda got, _frame: self._signals.append(got))
            try:
                self._bring_up()
                self._watch()
            except Stopped:
                return 0 if self._signals else 1
            finally:
                self._bring_down()
        return 1

    # -- up -----------------------------------------------------------------------

    def _is_first(self, lock: IO[str]) -> bool:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            with contextlib.suppress(ValueError):
                other = json.loads(lock.read())
                say(
                    f"系统已在运行（进程 {other['pid']}）：{other['url']}",
                    f"Already running (process {other['pid']}): {other['url']}",
                )
                return False
            say("系统已在运行。", "Already running.")
            return False
        lock.truncate(0)
        lock.write(json.dumps({"pid": os.getpid(), "url": self.url}))
        lock.flush()
        return True

    def _bring_up(self) -> None:
        self._end_leftovers()
        self._check_port()
        self._start_database()
        say("正在检查数据表……", "Checking the tables ...")
        self._finish("migrate", *self.programs.migrate)
        self._load_sample()
        say(
            "正在启动网页服务和后台任务……", "Starting the web server and the worker ..."
        )
        self._start("web", *self.programs.web, f"{HOST}:{self.port}")
        # A job in a thread cannot be stopped by TERM; it is safe to run twice.
        self._start("worker", *self.programs.worker, dies_by=signal.SIGKILL)
        self._wait_for_web()
        self._greet()

    def _end_leftovers(self) -> None:
        if marked(MARK, str(self.var)):
            say("正在结束上次遗留的进程……", "Ending what a killed run left behind ...")
            end(lambda: marked(MARK, str(self.var)), grace_seconds=GRACE_SECONDS)

    def _check_port(self) -> None:
        """Refuse a taken port at once; the web server would try for five seconds."""
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, self.port))
            except OSError:
                raise LocalFault(
                    "port_taken",
                    zh=f"端口 {self.port} 已被其他程序占用。",
                    en=f"Port {self.port} is taken by another program.",
                    remedy_zh=f"请停止该程序，或改用：make run PORT={self.port + 1}",
                    remedy_en=f"Stop it, or use: make run PORT={self.port + 1}",
                ) from None

    def _start_database(self) -> None:
        server = EmbeddedPostgres(data_folder(self.var))
        self._forget_half_a_sample(server)
        self.server = server
        say(
            f"正在启动数据库 PostgreSQL {server.where()['version']}：{server.data}",
            f"Starting the database PostgreSQL {server.where()['version']}: "
            f"{server.data}",
        )
        self._database = server.spawn()
        server.ensure_roles_and_database()
        self._check()

    @property
    def _loading(self) -> Path:
        """A file that exists from before a load of the sample until it is whole."""
        return self.var / "sample-loading"

    def _forget_half_a_sample(self, server: EmbeddedPostgres) -> None:
        """Begin again with nothing when a load was killed: nothing else is in there."""
        if not self._loading.exists():
            return
        if self.sample:
            say(
                "上次装入示范市未完成，将重新开始。",
                "The sample city was not loaded to its end; beginning again.",
            )
            server.reset()
        self._loading.unlink()

    def _load_sample(self) -> None:
        if self.sample and self._is_empty():
            self._loading.touch()
            say(
                "正在装入虚构的示范市（首次约一分钟）……",
                "Loading the fictional sample city (about a minute, once) ...",
            )
            self._finish("sample", *self.programs.sample, is_shown=True)
            self._loading.unlink()

    def _is_empty(self) -> bool:
        if self.server is None:
            return False
        return self.server.ask(self.programs.is_empty) == "t"

    def _wait_for_web(self) -> None:
        deadline = time.monotonic() + WEB_SECONDS_MAX
        while not (status := self._status()):
            self._check()
            if time.monotonic() > deadline:
                raise self._child_failed("web")
            time.sleep(0.05)
        if status >= 500:
            raise self._child_failed("web")

    def _status(self) -> int:
        """The status of the first page, 0 while nobody answers."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def _greet(self) -> None:
        say(f"\n系统已启动：{self.url}", f"\nReady: {self.url}")
        with contextlib.suppress(OSError):
            print((self.var / "demo-logins.txt").read_text(encoding="utf-8"))
        say("按 Ctrl-C 停止。", "Ctrl-C stops it.")

    # -- children -----------------------------------------------------------------

    def _start(
        self,
        name: str,
        *arguments: str,
        dies_by: signal.Signals = signal.SIGTERM,
        is_shown: bool = False,
    ) -> subprocess.Popen[bytes]:
        """Start a child of the launcher.

        Its output goes to a log, never to a pipe of ours: a dead reader would block
        it. The output of a child that is_shown goes where the launcher's own goes.
        """
        env = os.environ | {
            MARK: str(self.var),
            "BANGFU_VAR": str(self.var),
            "PYTHONUNBUFFERED": "1",
        }
        with self._open_log(name) as log:
            child = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=checkout(),
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=None if is_shown else log,
                stderr=None if is_shown else log,
                start_new_session=True,
                preexec_fn=die_with_parent(dies_by),
            )
        self._children[name] = child
        return child

    def _finish(self, name: str, *arguments: str, is_shown: bool = False) -> None:
        """Run a child to its end. Raises Stopped on a signal, LocalFault on failure."""
        child = self._start(name, *arguments, dies_by=signal.SIGKILL, is_shown=is_shown)
        while child.poll() is None:
            self._check(but=name)
            time.sleep(0.03)
        if child.returncode:
            raise self._child_failed(name, is_shown=is_shown)
        del self._children[name]

    def _log(self, name: str) -> Path:
        return self.var / "log" / f"{name}.log"

    def _open_log(self, name: str) -> IO[bytes]:
        path = self._log(name)
        path.parent.mkdir(exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_size > LOG_BYTES_MAX:
                path.replace(path.with_suffix(".log.1"))
        return path.open("ab")

    def _child_failed(self, name: str, *, is_shown: bool = False) -> LocalFault:
        log = self._log(name)
        if not is_shown:
            tail = log.read_text(encoding="utf-8", errors="replace")[-3000:]
            print(tail, file=sys.stderr, flush=True)
        return LocalFault(
            "child_failed",
            zh=f"{name} 运行失败，原因见上。",
            en=f"{name} failed; the reason stands above.",
            remedy_zh=f"日志在 {log.parent}；bangfu doctor 会说明处理办法。",
            remedy_en=f"The logs are in {log.parent}; bangfu doctor says more.",
        )

    # -- running ------------------------------------------------------------------

    def _watch(self) -> None:
        while True:
            self._check()
            time.sleep(0.1)

    def _check(self, *, but: str = "") -> None:
        """Raises Stopped after a signal, or when a child has ended by itself."""
        if self._signals:
            raise Stopped
        database = {"postgres": self._database} if self._database else {}
        for name, child in {**self._children, **database}.items():
            if name != but and child.poll() is not None:
                say(
                    f"{name} 已退出（{child.returncode}），正在停止全部服务。",
                    f"{name} ended ({child.returncode}); stopping everything.",
                    error=True,
                )
                raise Stopped

    # -- down ---------------------------------------------------------------------

    def _bring_down(self) -> None:
        """Stop the children, then the database they use; a second Ctrl-C hurries."""
        so_far = len(self._signals)
        children = list(self._children.values())
        for child in children:
            if child.poll() is None:
                child.terminate()
        wait_until(
            lambda: (
                all(child.poll() is not None for child in children)
                or len(self._signals) > so_far
            ),
            seconds=GRACE_SECONDS,
        )
        for child in children:  # the whole session: the web server's workers too
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        if self.server is not None:
            self._stop_database(self.server)
            say("已停止。", "Stopped.")

    def _stop_database(self, server: EmbeddedPostgres) -> None:
        if self._database is None:  # it was running before: the last user stops it
            server.release()
            return
        ways = ((signal.SIGINT, 20), (signal.SIGQUIT, 5), (signal.SIGKILL, 5))
        for number, seconds in ways:
            if self._database.poll() is None:
                send(number, [self._database.pid])
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._database.wait(seconds)
