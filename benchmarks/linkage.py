"""Measure finding duplicates among a million persons.

    python benchmarks/linkage.py [--records 1000000]

A fictional register (linkage_people) with one duplicate in ten is written to Parquet.
One process of its own reads it, links it by name, birth date, sex and village, and
compares with the truth; its peak of memory and its seconds are taken. Beside it stand
what an exact join on name and birth date finds, and the memory that is the limit.

Writes benchmarks/results/linkage.json; exits with 1 when a limit is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time

ROOT = Path(__file__).resolve().parent
sys.path[:0] = [str(ROOT.parent / "src"), str(ROOT.parent)]

import polars as pl  # noqa: E402
from benchmarks.linkage_people import register  # noqa: E402

from bangfu.calc import linkage  # noqa: E402

RESULTS = ROOT / "results" / "linkage.json"
TARGETS = {"peak_mb": 8192}
SEED = 7
CONFIG = {
    "columns": {
        "name": "name",
        "birth_date": "birth_date",
        "sex": "sex",
        "division": "village",
    }
}


def main() -> int:
    """Make the register, link it, write the result."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--records", type=int, default=1_000_000)
    arguments.add_argument("--only", type=Path, help=argparse.SUPPRESS)
    asked = arguments.parse_args()
    if asked.only is not None:
        print(json.dumps(link(asked.only)))
        return 0
    result = measure(asked.records)
    RESULTS.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    for name, value in result.items():
        print(f"{name:20} {value}")
    return 1 if result["missed"] else 0


def measure(records: int) -> dict[str, object]:
    """Link a register of `records` persons in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "persons.parquet"
        people = register(records, seed=SEED)
        people.write_parquet(path)
        done = subprocess.run(
            [sys.executable, __file__, "--only", path],
            capture_output=True,
            text=True,
            check=True,
        )
    found = json.loads(done.stdout)
    exact = people.select(
        cluster=pl.struct("name", "birth_date").rank("dense"), person="person"
    )
    peer = linkage.score(exact["cluster"], exact["person"])
    result = {
        "records": records,
        **found,
        "exact_join_f1": round(peer.f1, 4),
        "exact_join_recall": round(peer.recall, 4),
        "targets": TARGETS,
        "cpus": os.cpu_count(),
        "machine": platform.platform(),
    }
    return result | {"missed": missed(result)}


def missed(result: dict) -> list[str]:
    """Return the limits that a result does not keep, in words."""
    if result["peak_mb"] <= TARGETS["peak_mb"]:
        return []
    return [f"memory {result['peak_mb']} MB > {TARGETS['peak_mb']}"]


def link(path: Path) -> dict[str, object]:
    """Link one file in this process and return what it took."""
    start = perf_counter()
    people = pl.read_parquet(path)
    config = linkage.config_of(CONFIG, file="benchmark")
    result = linkage.dedupe(people, config, file=path.name, truth="person")
    assert result.score is not None
    return {
        "seconds": round(perf_counter() - start, 1),
        "cpu_seconds": round(process_time(), 1),
        "peak_mb": peak_mb(),
        "precision": round(result.score.precision, 4),
        "recall": round(result.score.recall, 4),
        "f1": round(result.score.f1, 4),
        "pairs_compared": result.pairs_compared,
        "threshold": result.threshold,
    }


def peak_mb() -> int:
    """Return this process's own peak of memory (not that of its parent)."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1024


if __name__ == "__main__":
    sys.exit(main())
