"""Run every benchmark, one after the other: `make bench`.

    python -m benchmarks [NAME ...]

Each writes its figures to benchmarks/results/NAME.json and says by its exit code whether
its limits were kept; docs/reference/benchmarks.md is written from them at the end.
"""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
NAMES = (
    "pairing",
    "importing",
    "reading",
    "divisions",
    "pages",
    "poverty",
    "linkage",
    "planning",
    "crosschecks",
)


def main(names: list[str]) -> int:
    """Run the named benchmarks, by default all; 1 when any missed a limit."""
    missed = []
    for name in names or NAMES:
        print(f"== {name}", flush=True)
        command = [sys.executable, str(FOLDER / f"{name}.py")]
        if subprocess.run(command, cwd=FOLDER.parent, check=False).returncode:
            missed.append(name)
    subprocess.run([sys.executable, str(FOLDER / "report.py")], check=True)
    print(f"missed: {', '.join(missed)}" if missed else "every limit was kept")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
