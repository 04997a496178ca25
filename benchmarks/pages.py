"""Measure pages at 300,000 households against an empty page of the same shell.

    python -m benchmarks.pages [--households 300000] [--var FOLDER] [--requests 60]

Makes and loads the sample city in FOLDER (kept for the next run when named; about a
quarter of an hour at 300,000), starts the web server on a free loopback port and asks
for each page in turn, logged in as the city office. p95 of every page is compared with
that of an empty page: 5 times for lists and household files, 10 for the coverage board.
Writes benchmarks/results/pages.json and exits with 1 when a limit is exceeded.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "pages.json"
EMPTY = "/accounts/password/change/"
LIST_LIMIT, BOARD_LIMIT = 5.0, 10.0
WARM_UP = 5
SEED = 20160301


def main() -> int:
    """Load, measure, write and judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--households", type=int, default=300_000)
    parser.add_argument("--var", type=Path)
    parser.add_argument("--requests", type=int, default=60)
    options = parser.parse_args()
    folder = options.var or Path(tempfile.mkdtemp(prefix="bangfu-bench-"))
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    (folder / "static").mkdir(exist_ok=True)
    os.environ |= {
        "BANGFU_VAR": str(folder),
        "DJANGO_SETTINGS_MODULE": "bangfu.site.settings",
    }
    sys.path.insert(0, str(ROOT / "src"))
    from bangfu.local.postgres import EmbeddedPostgres, data_folder

    server = EmbeddedPostgres(data_folder(folder))
    database = server.spawn()
    try:
        _load(server, options.households)
        report = _measure(options.requests)
    finally:
        server.release()
        if database is not None:
            database.wait(60)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    return _judge(report)


def _load(server: object, households: int) -> None:
    command = [sys.executable, "-m", "bangfu.cli.main"]
    for words in (["db", "migrate"], None):
        if words is None:
            if server.ask("SELECT NOT EXISTS (SELECT FROM divisions_division)") != "t":
                return
            words = ["demo", "load", "--households", str(households)]
        subprocess.run([*command, *words], check=True, cwd=ROOT)


def _measure(requests: int) -> dict[str, object]:
    import django

    django.setup()
    from bangfu.accounts.models import User
    from bangfu.registry.models import Household
    from bangfu.scope import acting
    from bangfu.scope.actor import system_actor

    city = User.objects.get(username="demo-city")
    with acting(system_actor("benchmarks")):
        count = Household.objects.count()
        keys = list(Household.objects.order_by("id").values_list("id", flat=True))
        some = Household.objects.order_by("id")[count // 2].division_code
    chance = random.Random(SEED)
    pages = {
        "empty page": (0.0, lambda: EMPTY),
        "household list": (LIST_LIMIT, lambda: "/registry/households/"),
        "list of a county": (
            LIST_LIMIT,
            lambda: f"/registry/households/?division={some[:6]}",
        ),
        "list of a village": (
            LIST_LIMIT,
            lambda: f"/registry/households/?division={some}",
        ),
        "list by name": (
            LIST_LIMIT,
            lambda: "/registry/households/?q=%E5%88%98%E5%BB%BA",
        ),
        "list by initials": (LIST_LIMIT, lambda: "/registry/households/?q=lj"),
        "list, page 200": (LIST_LIMIT, lambda: "/registry/households/?page=200"),
        "household file": (
            LIST_LIMIT,
            lambda: f"/registry/households/{chance.choice(keys)}/",
        ),
        "coverage of the city": (BOARD_LIMIT, lambda: "/pairing/"),
        "coverage of a county": (BOARD_LIMIT, lambda: f"/pairing/coverage/{some[:6]}/"),
    }
    rows, port = [], _free_port()
    cookie = _session_of(city)
    with _web(port):
        _wait(port)
        for name, (limit, address) in pages.items():
            for _ in range(WARM_UP):
                _get(port, address(), cookie)
            times = sorted(_get(port, address(), cookie) for _ in range(requests))
            rows.append(
                {
                    "page": name,
                    "limit": limit,
                    "p50_ms": round(1000 * times[len(times) // 2], 1),
                    "p95_ms": round(1000 * times[int(len(times) * 0.95) - 1], 1),
                }
            )
    base = rows[0]["p95_ms"]
    for row in rows:
        row["ratio"] = round(row["p95_ms"] / base, 2)
    return {"households": count, "requests": requests, "pages": rows}


def _session_of(user: object) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from bangfu.accounts.session_store import STARTED_KEY, SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "bangfu.accounts.backends.OneTimeAwareBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[STARTED_KEY] = time.time()
    session.save()
    return f"sessionid={session.session_key}"


class _web:  # noqa: N801 - reads as what it is in a with statement
    """gunicorn as `bangfu run` starts it: one worker with four threads."""

    def __init__(self, port: int) -> None:
        self.port = port

    def __enter__(self) -> None:
        bind = f"127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [
                sys.executable, "-m", "gunicorn", "-b", bind, "--threads", "4",
                "--no-control-socket", "--log-level", "warning", "bangfu.site.wsgi",
            ],
            cwd=ROOT / "src",
        )  # fmt: skip

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    message = "the web server did not start"
    raise TimeoutError(message)


def _get(port: int, address: str, cookie: str) -> float:
    begun = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request(
        "GET", address, headers={"Cookie": cookie, "Accept-Language": "zh"}
    )
    response = connection.getresponse()
    response.read()
    seconds = time.perf_counter() - begun
    connection.close()
    assert response.status == 200, (address, response.status)
    return seconds


def _judge(report: dict[str, object]) -> int:
    missed = 0
    print(f"{report['households']:,} households")
    for row in report["pages"]:
        is_late = row["limit"] and row["ratio"] > row["limit"]
        missed += bool(is_late)
        print(
            f"{row['page']:24} p50 {row['p50_ms']:8.1f} ms  p95 {row['p95_ms']:8.1f} ms"
            f"  ratio {row['ratio']:6.2f}  limit {row['limit']:4.0f}"
            f"{'  MISSED' if is_late else ''}"
        )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
