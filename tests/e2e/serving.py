"""The real site for the journeys: database, web server and worker under the launcher.

Run as a program it serves the sample city on a folder until told to stop:

    python -m tests.e2e.serving VAR PORT
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bangfu.local.launcher import COMMAND, MARK, Launcher, Programs
from bangfu.local.postgres import data_folder
from bangfu.local.processes import die_with_parent, marked, postgres_in

CHECKOUT = Path(__file__).parents[2]
HOUSEHOLDS = 400
# Set by other tests of this process for themselves.
FOREIGN = (
    "BANGFU_DATABASE",
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "DJANGO_SETTINGS_MODULE",
)


@dataclass
class Site:
    """A running site. passwords: of the demonstration log-ins, by user name.

    known: what journeys that happen once have found, shared by all tests.
    """

    url: str
    var: Path
    passwords: dict[str, str]
    known: dict[str, Any] = field(default_factory=dict)


class Serving:
    """Starts the site on a fresh folder and stops it; leaves no process behind."""

    def __init__(self) -> None:
        self.var = Path(tempfile.mkdtemp(prefix="bangfu-e2e-"))
        self.var.chmod(
            0o755
        )  # the account that runs the server as root's servant must enter
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> Site:
        """Start everything and wait until the launcher says that it is ready."""
        port = _free_port()
        env = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.serving", str(self.var), str(port)],
            cwd=CHECKOUT,
            env=env | {"BANGFU_VAR": str(self.var), "LANG": "C.UTF-8"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
        said = []
        for line in self._process.stdout or ():
            said.append(line)
            if line.startswith("Ready:"):
                return Site(f"http://127.0.0.1:{port}", self.var, self._passwords())
        raise AssertionError("".join(said))

    def stop(self) -> None:
        """Stop everything and delete the folder. Raises when a process is left."""
        if self._process is not None:
            self._process.terminate()
            self._process.communicate(timeout=60)
        left = [*marked(MARK, str(self.var)), *postgres_in(data_folder(self.var))]
        shutil.rmtree(self.var, ignore_errors=True)
        assert left == [], left

    def _passwords(self) -> dict[str, str]:
        text = (self.var / "demo-logins.txt").read_text(encoding="utf-8")
        return dict(re.findall(r"^  demo-(\S+)\s+(\S+)", text, re.MULTILINE))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    programs = Programs(
        sample=(*COMMAND, "demo", "load", "--households", str(HOUSEHOLDS))
    )
    sys.exit(
        Launcher(Path(sys.argv[1]), port=int(sys.argv[2]), programs=programs).run()
    )
