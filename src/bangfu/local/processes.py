"""Finding, ending and tying together processes.

A process is only ever told by where it works or by a mark in its environment, never
by its name or by a pid file: after a reboot a pid file names a stranger.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

PROC = Path("/proc")
PR_SET_PDEATHSIG = 1


def die_with_parent(sig: signal.Signals) -> Callable[[], None] | None:
    """Return a `preexec_fn` that has the kernel send `sig` when this process dies.

    Call it in the main thread: the kernel follows the thread that forked. It must run
    after a change of user, which clears the setting; `subprocess` keeps that order.
    None where the kernel cannot do it; leftovers are then ended at the next start.
    """
    if not sys.platform.startswith("linux"):
        return None
    parent = os.getpid()
    libc = ctypes.CDLL(None, use_errno=True)

    def tie() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(sig), 0, 0, 0)
        if os.getppid() != parent:  # it died between the fork and the call
            os._exit(1)

    return tie


def postgres_in(data: Path) -> list[int]:
    """Return the pids of live PostgreSQL processes that work in the folder `data`.

    Zombies and processes of accounts that may not be looked into are not in it.
    """
    found = []
    for process in _processes():
        with contextlib.suppress(OSError):
            works_here = os.readlink(process / "cwd") == str(data)
            program = Path(os.readlink(process / "exe")).name
            if works_here and program.startswith("postgres"):
                found.append(int(process.name))
    return found


def marked(name: str, value: str) -> list[int]:
    """Return the pids of other live processes whose environment has `name=value`."""
    wanted, found = os.fsencode(f"{name}={value}"), []
    for process in _processes():
        with contextlib.suppress(OSError):
            is_other = int(process.name) != os.getpid()
            if is_other and wanted in (process / "environ").read_bytes().split(b"\0"):
                found.append(int(process.name))
    return found


def end(find: Callable[[], list[int]], *, grace_seconds: float) -> None:
    """Ask the processes that `find` names to end, wait, then kill those that stay."""
    for sig, seconds in ((signal.SIGTERM, grace_seconds), (signal.SIGKILL, 5.0)):
        send(sig, find())
        if wait_until(lambda: not find(), seconds=seconds):
            return


def send(sig: signal.Signals, pids: Iterable[int]) -> None:
    """Send a signal to each pid that still exists."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sig)


def wait_until(
    is_done: Callable[[], bool], *, seconds: float, pause: float = 0.05
) -> bool:
    """Wait until `is_done` says so; False when `seconds` have passed without it."""
    deadline = time.monotonic() + seconds
    while not is_done():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def _processes() -> list[Path]:
    return [path for path in PROC.glob("[0-9]*") if path.name.isdigit()]
