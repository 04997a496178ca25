"""Servers of the tests' own, in folders that the server's account can enter."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bangfu.local import place
from bangfu.local.binaries import find_binaries
from bangfu.local.postgres import EmbeddedPostgres
from bangfu.local.processes import postgres_in

SOURCE = Path(__file__).resolve().parents[2] / "src"


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An open folder; what would go to /var/lib goes into it too."""
    made = Path(tempfile.mkdtemp(prefix="bf-", dir="/tmp"))
    made.chmod(0o755)
    refuges = made / "refuges"
    refuges.mkdir()
    monkeypatch.setattr(place, "REFUGES", refuges)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def make_server(folder: Path) -> Iterator[Callable[..., EmbeddedPostgres]]:
    """Return a function that makes a server on a folder; all are stopped at the end."""
    made: list[EmbeddedPostgres] = []

    def make(name: str = "var") -> EmbeddedPostgres:
        server = EmbeddedPostgres(folder / name / f"pg{find_binaries().major}")
        made.append(server)
        return server

    yield make
    for server in made:
        server.release()
        server.stop()
        shutil.rmtree(server.socket_dir, ignore_errors=True)


@pytest.fixture
def server(make_server: Callable[..., EmbeddedPostgres]) -> EmbeddedPostgres:
    """A server that has not been started."""
    return make_server()


def python(*arguments: str, **options: object) -> subprocess.Popen[str]:
    """Start a Python of this environment that can import the project."""
    env = {
        name: value
        for name, value in os.environ.items()
        if name not in {"BANGFU_VAR", "DATABASE_URL", "BANGFU_RUN"}
    }
    env |= {"PYTHONPATH": str(SOURCE), "BANGFU_LANG": "en"}
    return subprocess.Popen(
        [sys.executable, *arguments],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **options,
    )


def postmaster(server: EmbeddedPostgres) -> int:
    """The pid of the running server."""
    pid = int((server.data / "postmaster.pid").read_text().split()[0])
    assert pid in postgres_in(server.data)
    return pid
