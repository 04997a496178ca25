"""A launcher whose children are stand-ins: python -m tests.local.stand_in VAR PORT KIND.

The children behave as the real ones do towards a launcher: the web server answers and
has a worker process of its own, the worker runs until it is told to stop.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bangfu.local.faults import LocalFault
from bangfu.local.launcher import Launcher, Programs

WEB = """
import http.server, os, signal, sys, time
host, port = sys.argv[1].split(":")
master = os.getpid()
if os.fork() == 0:
    while os.getppid() == master:
        time.sleep(0.05)
    os._exit(0)
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"here")
server = http.server.ThreadingHTTPServer((host, int(port)), Answer)
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
server.serve_forever()
"""
WORKER = "import signal; signal.pause()"
STUBBORN = (
    "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('stubborn', flush=True)\nwhile True: signal.pause()"
)
NOTE = "import pathlib, sys; pathlib.Path(sys.argv[1]).open('a').write('x')"
USERS = "SELECT NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'somebody')"


def programs(var: Path, kind: str) -> Programs:
    """Return the stand-ins; kind names the one that behaves badly."""
    load = (*("-c", NOTE), str(var / "loaded"))
    if kind == "killed_load":
        load = ("-c", "import os; os.kill(os.getpid(), 9)")
    return Programs(
        migrate=("-c", "raise SystemExit('no table')" if kind == "migrate" else ""),
        sample=load,
        web=("-c", WEB),
        worker=("-c", STUBBORN if kind == "stubborn" else WORKER),
        is_empty=USERS,
    )


def main() -> int:
    """Run the launcher and return its exit code; 2 for a fault."""
    var, port, kind = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    try:
        launcher = Launcher(
            var, port=port, sample=kind != "empty", programs=programs(var, kind)
        )
        return launcher.run()
    except LocalFault as fault:
        print(fault)
        return 2


if __name__ == "__main__":
    sys.exit(main())
