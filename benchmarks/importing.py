"""Measure the import of a household roll against reading it and COPYing its raw rows.

    python benchmarks/importing.py [--households 25000] [--persons 100000] [--repeats 2]

One .xlsx file with the given households is made from the sample city. On one embedded
PostgreSQL of its own, in the same process and run:

  reference   calamine reads both sheets; every cell goes as text by COPY into two
              temporary tables; commit. The median of runs before and after the import.
  import      upload (sealed on disk), check with preview, and the confirmed writing,
              which compares again under locks; row security, history triggers,
              constraints and indexes on; one audit event; three commits
  again       the same file once more: nothing new, nothing changed

Writes benchmarks/results/importing.json, prints a table, and exits with 1 when import
takes more than 6 times the reference or anything is counted wrong.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import platform
import resource
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT.parent / "src"))
VAR = Path(tempfile.mkdtemp(prefix="bangfu-bench-"))
VAR.chmod(0o755)
os.environ |= {"BANGFU_VAR": str(VAR), "BANGFU_DEMO": "1"}
os.environ.pop("DATABASE_URL", None)
os.environ["DJANGO_SETTINGS_MODULE"] = "bangfu.site.settings"

import django  # noqa: E402

RATIO_MAX = 6.0
SEED = 20160301
RESULTS = ROOT / "results" / "importing.json"
AT = datetime(2016, 3, 1, 2, 0, tzinfo=UTC)


def main() -> int:
    """Run everything on a database of its own and take it away again."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--households", type=int, default=25_000)
    arguments.add_argument("--persons", type=int, default=100_000)
    arguments.add_argument("--repeats", type=int, default=2)
    asked = arguments.parse_args()
    server, process = start_database()
    try:
        result = measure(asked.households, asked.persons, asked.repeats)
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
        print(f"{key:28} {value}")
    return 0 if result["passed"] else 1


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


def measure(households: int, persons: int, repeats: int) -> dict[str, object]:
    """Make the file, then time reference and import in turn."""
    content, facts, villages = make_file(households, persons)
    actor = make_actor_and_tree(villages)
    # Before and after the import, so that a busy moment does not fall on one side only.
    references = [reference(content) for _ in range(repeats)]
    steps, counts = import_file(actor, content)
    references += [reference(content) for _ in range(repeats)]
    total = sum(steps.values())
    again_steps, again = import_file(actor, content)
    usual = median(sum(r.values()) for r in references)
    ratio = total / usual
    is_right = (
        counts == {"new": households, "changed": 0, "same": 0, "wrong": 0}
        and again == {"new": 0, "changed": 0, "same": households, "wrong": 0}
        and stored_rows() == [households, facts["persons"]]
    )
    return {
        **facts,
        "file_mb": round(len(content) / 2**20, 1),
        "reference_s": [round(sum(r.values()), 2) for r in references],
        "reference_total_s": round(usual, 2),
        "import_s": {k: round(v, 2) for k, v in steps.items()},
        "import_total_s": round(total, 2),
        "again_s": round(sum(again_steps.values()), 2),
        "ratio": round(ratio, 2),
        "ratio_max": RATIO_MAX,
        "persons_per_s": round(int(str(facts["persons"])) / total),
        "counts": counts,
        "counts_again": again,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
        "passed": is_right and ratio <= RATIO_MAX,
    }


def make_file(households: int, persons: int):
    """Write one workbook of the sample's people, without planted errors."""
    import numpy as np
    import polars as pl

    from bangfu import exchange
    from bangfu.registry.sheets import HOUSEHOLDS
    from bangfu.sample.geography import make_geography
    from bangfu.sample.people import make_people

    rng = np.random.default_rng(SEED)
    city = make_geography(rng, 2 * households)
    people = make_people(rng, city, 2 * households)
    sizes = people.members.group_by("_household").len().sort("_household")["len"]
    chosen = choose(sizes.to_numpy(), households, persons, rng)
    kept = pl.DataFrame({"_household": chosen}, schema={"_household": pl.Int64})
    rows = people.households.with_row_index("_household").with_columns(
        pl.col("_household").cast(pl.Int64)
    )
    own = rows.join(kept, on="_household", how="semi", maintain_order="left")
    members = people.members.with_columns(pl.col("_household").cast(pl.Int64)).join(
        own.select("_household", "household_no"), on="_household", maintain_order="left"
    )
    target = io.BytesIO()
    exchange.write_rows(
        HOUSEHOLDS,
        {"households": own, "members": members},
        language="zh-hans",
        target=target,
    )
    facts = {"households": len(own), "persons": len(members)}
    return target.getvalue(), facts, sorted(own["division_code"].unique())


def choose(sizes, households: int, persons: int, rng):
    """Choose households so that they hold the persons wanted, or a few more."""
    import numpy as np

    order = rng.permutation(len(sizes))
    taken, rest = order[:households], order[households:]
    taken = taken[np.argsort(sizes[taken], kind="stable")]
    rest = rest[np.argsort(-sizes[rest], kind="stable")]
    missing = persons - int(sizes[taken].sum())
    at = 0
    while missing > 0:
        missing -= int(sizes[rest[at]] - sizes[taken[at]])
        taken[at] = rest[at]
        at += 1
    return np.sort(taken)


def make_actor_and_tree(villages: list[str]):
    """Put the villages on file, and make a city office."""
    from datetime import date

    from bangfu.accounts.models import Grant, User
    from bangfu.accounts.queries import actor_under
    from bangfu.calc.values.division_code import DivisionCode
    from bangfu.divisions.models import Division
    from bangfu.scope import acting
    from bangfu.scope.actor import system_actor

    Division.objects.bulk_create(
        [
            Division(
                code=code,
                name=code,
                level=12,
                parent_code=code[:9],
                valid_from_date=date(1990, 1, 1),
            )
            for code in villages
        ],
        batch_size=1000,
    )
    with acting(system_actor("benchmark")):
        user = User.objects.create(username="bench", name="bench")
        grant = Grant.objects.create(
            user=user,
            role="city",
            division_code=DivisionCode("9901"),
            valid_from_date="2014-01-01",
            granted_by_id=0,
        )
    return actor_under(grant)


def reference(content: bytes) -> dict[str, float]:
    """Read with calamine and COPY every cell as text."""
    import python_calamine
    from django.db import connection, transaction

    began = perf_counter()
    book = python_calamine.load_workbook(io.BytesIO(content))
    sheets = [list(book.get_sheet_by_index(at).iter_rows()) for at in (0, 1)]
    read = perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        for at, rows in enumerate(sheets):
            columns = ", ".join(f"c{n} text" for n in range(len(rows[0])))
            cursor.execute(f"DROP TABLE IF EXISTS pg_temp.raw{at}")
            cursor.execute(f"CREATE TEMP TABLE raw{at} ({columns})")
            text = io.StringIO()
            csv.writer(text).writerows(rows)
            with cursor.copy(f"COPY raw{at} FROM STDIN (FORMAT csv)") as copy:
                copy.write(text.getvalue())
    return {"read": read - began, "copy": perf_counter() - read}


def import_file(actor, content: bytes) -> tuple[dict[str, float], dict[str, int]]:
    """Import as `bangfu import households` does; time each step with its commit."""
    from bangfu.registry.imports import operations
    from bangfu.registry.imports.intake import Options
    from bangfu.scope import acting

    began = perf_counter()
    with acting(actor):
        record = operations.receive(
            by=actor,
            at=AT,
            kind="households",
            files=[("roll.xlsx", content)],
            options=Options(),
        )
    received = perf_counter()
    with acting(actor):
        plan = operations.check(by=actor, at=AT, import_id=record.pk)
    checked = perf_counter()
    steps = {"upload": received - began, "check": checked - received}
    if plan.counts.written:
        with acting(actor):
            operations.apply(by=actor, at=AT, import_id=record.pk)
        steps["apply"] = perf_counter() - checked
    return steps, plan.counts.as_json()


def stored_rows() -> list[int]:
    """Count what the database holds."""
    from bangfu.registry.models import Household, Member
    from bangfu.scope import acting
    from bangfu.scope.actor import system_actor

    with acting(system_actor("benchmark")):
        return [Household.objects.count(), Member.objects.count()]


if __name__ == "__main__":
    sys.exit(main())
