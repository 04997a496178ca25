"""`bangfu run`: everything comes up, and nothing is left behind however it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.local.conftest import SOURCE, python

from bangfu.local.launcher import MARK, running
from bangfu.local.postgres import EmbeddedPostgres, data_folder
from bangfu.local.processes import marked, postgres_in, wait_until


class Run:
    """A launcher in a process of its own, with stand-ins for its children."""

    def __init__(self, folder: Path) -> None:
        self.var = folder / "var"
        self.port = _free_port()
        self.processes: list[subprocess.Popen[str]] = []

    def start(self, kind: str = "good") -> subprocess.Popen[str]:
        module = ("-m", "tests.local.stand_in", str(self.var), str(self.port), kind)
        process = python(*module, cwd=SOURCE.parent, start_new_session=True)
        self.processes.append(process)
        return process

    def start_and_wait(self, kind: str = "good") -> subprocess.Popen[str]:
        process = self.start(kind)
        said = []
        for line in process.stdout or ():
            said.append(line)
            if "Ctrl-C stops it." in line:
                return process
        raise AssertionError("".join(said))

    def answers(self) -> bool:
        with contextlib.suppress(OSError):
            url = f"http://127.0.0.1:{self.port}/"
            return urllib.request.urlopen(url, timeout=5).read() == b"here"
        return False

    def left(self) -> list[int]:
        """Every process that the launcher started and that is still there."""
        return marked(MARK, str(self.var)) + postgres_in(data_folder(self.var))

    def is_clean(self) -> bool:
        return wait_until(lambda: not self.left(), seconds=15)


@contextlib.contextmanager
def database_of(run: Run) -> Iterator[EmbeddedPostgres]:
    """The launcher's database while no launcher runs."""
    server = EmbeddedPostgres(data_folder(run.var))
    server.start()
    try:
        server.ensure_roles_and_database()
        yield server
    finally:
        server.release()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def run(folder: Path) -> Iterator[Run]:
    """A launcher that is killed with all it started, should a test fail."""
    made = Run(folder)
    yield made
    for process in made.processes:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
    assert made.is_clean()


def test_it_brings_everything_up_and_says_where(run: Run):
    process = run.start()
    said = ""
    for line in process.stdout or ():
        said += line
        if "Ctrl-C" in line:
            break

    assert f"Ready: http://127.0.0.1:{run.port}/" in said
    assert "Starting the database PostgreSQL" in said
    assert run.answers()
    assert running(run.var) == f"http://127.0.0.1:{run.port}/"
    assert len(marked(MARK, str(run.var))) == 3  # web, its worker, the worker


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_stops_it_and_nothing_is_left(run: Run, name: str):
    process = run.start_and_wait()

    process.send_signal(signal.Signals[name])

    said, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert said.endswith("Stopped.\n")
    assert run.left() == []
    assert running(run.var) is None


def test_a_signal_while_it_comes_up_leaves_nothing(run: Run):
    process = run.start()
    data = data_folder(run.var)
    assert wait_until(lambda: bool(postgres_in(data)), seconds=20, pause=0.001)

    process.send_signal(signal.SIGTERM)

    process.communicate(timeout=30)
    assert process.returncode == 0
    assert run.left() == []


def test_kill_9_leaves_nothing_and_the_next_start_is_good(run: Run):
    process = run.start_and_wait()

    process.kill()
    process.communicate()

    assert run.is_clean()
    run.start_and_wait()
    assert run.answers()


def test_a_process_left_by_a_killed_run_is_ended_at_the_next_start(run: Run):
    run.var.mkdir()
    env = os.environ | {MARK: str(run.var)}
    left = subprocess.Popen(["/bin/sleep", "600"], env=env)
    assert wait_until(lambda: left.pid in marked(MARK, str(run.var)), seconds=5)

    run.start_and_wait()

    assert left.wait(10) == -signal.SIGTERM


def test_a_second_launcher_says_so_and_harms_nobody(run: Run):
    first = run.start_and_wait()

    second = run.start()

    said, _ = second.communicate(timeout=20)
    assert second.returncode == 0
    address = f"http://127.0.0.1:{run.port}/"
    assert said == f"Already running (process {first.pid}): {address}\n"
    assert run.answers()


def test_a_taken_port_is_refused_before_anything_starts(run: Run):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", run.port))
        taken.listen()

        process = run.start()
        said, _ = process.communicate(timeout=20)

    assert process.returncode == 2
    assert said == (
        f"Port {run.port} is taken by another program. "
        f"Stop it, or use: make run PORT={run.port + 1}\n"
    )
    assert not data_folder(run.var).exists()


def test_a_failed_migration_is_shown_and_everything_stopped(run: Run):
    process = run.start("migrate")

    said, _ = process.communicate(timeout=60)

    assert process.returncode == 2
    assert "no table\n" in said
    assert f"The logs are in {run.var / 'log'}; bangfu doctor says more." in said
    assert run.left() == []


@pytest.mark.parametrize("victim", ["web", "worker", "postgres"])
def test_when_one_part_dies_all_stop_and_it_says_which(run: Run, victim: str):
    process = run.start_and_wait()
    os.kill(_pid_of(run, victim), signal.SIGKILL)

    said, _ = process.communicate(timeout=60)

    assert process.returncode == 1
    assert f"{victim} ended (-9); stopping everything.\n" in said
    assert run.left() == []


def _pid_of(run: Run, victim: str) -> int:
    if victim == "postgres":
        data = data_folder(run.var)
        return int((data / "postmaster.pid").read_text().split()[0])
    leaders = [pid for pid in marked(MARK, str(run.var)) if os.getsid(pid) == pid]
    said = {pid: Path(f"/proc/{pid}/cmdline").read_text() for pid in leaders}
    (found,) = [
        pid for pid, text in said.items() if ("http" in text) == (victim == "web")
    ]
    return found


def test_a_second_signal_does_not_wait_for_a_stubborn_child(run: Run):
    process = run.start_and_wait("stubborn")
    web = _pid_of(run, "web")
    process.send_signal(signal.SIGINT)
    # The web server has ended, so the stop is under way and waits for the worker.
    assert wait_until(lambda: web not in marked(MARK, str(run.var)), seconds=5)

    process.send_signal(signal.SIGINT)

    process.communicate(timeout=5)
    assert process.returncode == 0
    assert run.left() == []


def test_the_sample_is_loaded_into_an_empty_database_only(run: Run):
    for _ in range(2):
        process = run.start_and_wait()
        server = EmbeddedPostgres(data_folder(run.var))
        if not server.ask("SELECT 1 FROM pg_roles WHERE rolname = 'somebody'"):
            server.ask("CREATE ROLE somebody")
        process.terminate()
        process.communicate(timeout=30)

    assert (run.var / "loaded").read_text() == "x"
    assert not (run.var / "sample-loading").exists()


def test_a_killed_load_is_begun_again_with_nothing(run: Run):
    process = run.start("killed_load")
    process.communicate(timeout=60)
    assert process.returncode == 2
    with database_of(run) as server:
        server.ask("CREATE ROLE half_loaded")

    run.start_and_wait()

    half = "SELECT count(*) FROM pg_roles WHERE rolname = 'half_loaded'"
    assert EmbeddedPostgres(data_folder(run.var)).ask(half) == "0"
    assert (run.var / "loaded").read_text() == "x"
    assert not (run.var / "sample-loading").exists()


def test_who_wants_no_sample_keeps_what_was_loaded(run: Run):
    process = run.start("killed_load")
    process.communicate(timeout=60)
    with database_of(run) as server:
        server.ask("CREATE ROLE half_loaded")

    run.start_and_wait("empty")

    half = "SELECT count(*) FROM pg_roles WHERE rolname = 'half_loaded'"
    assert EmbeddedPostgres(data_folder(run.var)).ask(half) == "1"
    assert not (run.var / "loaded").exists()
    assert not (run.var / "sample-loading").exists()


def test_a_server_that_others_use_outlives_the_launcher(run: Run):
    user = EmbeddedPostgres(data_folder(run.var))
    user.start()

    process = run.start_and_wait()
    process.terminate()
    process.communicate(timeout=30)

    assert process.returncode == 0
    assert user.ready() == 0
    assert user.release() == "stopped"


def test_a_big_log_is_set_aside(run: Run):
    log = run.var / "log" / "web.log"
    log.parent.mkdir(parents=True)
    log.write_bytes(b"x" * 5_000_001)

    run.start_and_wait()

    assert log.with_suffix(".log.1").stat().st_size == 5_000_001
    assert log.stat().st_size < 5_000_001


def test_demo_log_ins_are_shown(run: Run):
    run.var.mkdir()
    (run.var / "demo-logins.txt").write_text("city  secret-word\n")
    process = run.start()

    said = ""
    for line in process.stdout or ():
        said += line
        if "Ctrl-C" in line:
            break

    assert "city  secret-word\n" in said
