"""Measure reading and typing a workbook against reading its raw cells.

    python benchmarks/reading.py [--rows 100000] [--columns 30] [--repeats 3]

One .xlsx file is made with every kind of column: identity numbers, codes, dates,
amounts, names, yes and no. In the same process and run, in turn:

  raw     python-calamine opens the file and gives its cells as Python lists
  read    exchange.read_workbook: the same, after the guard against hostile files, with
          header and columns found, every cell typed and checked, and findings placed
  wrong   the same file with one wrong code and one numeric identity in every tenth row

Times are the best of the repeats. Memory is the peak of a process that only reads.
Writes benchmarks/results/reading.json, prints a table, and exits with 1 when read takes
more than 2.5 times raw or a value is read wrong.
"""

from __future__ import annotations

import argparse
import io
import json
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT.parent / "src"))

import python_calamine  # noqa: E402
import xlsxwriter  # noqa: E402

from bangfu import exchange  # noqa: E402
from bangfu.calc.values.text import Text  # noqa: E402
from bangfu.exchange import CodeList, Column, Kind, Sheet, Workbook  # noqa: E402

RATIO_MAX = 2.5
RESULTS = ROOT / "results" / "reading.json"
KINDS = (Kind.IDENTITY, Kind.CODE, Kind.YUAN, Kind.DATE, Kind.TEXT, Kind.BOOL)
NATIONS = CodeList(
    "nation",
    Text("民族", "Ethnic group"),
    (("01", Text("汉族", "Han")), ("03", Text("回族", "Hui"))),
)
FIRST_DAY = date(1950, 1, 1)


def main() -> int:
    """Make the files, measure, write the result."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=100_000)
    arguments.add_argument("--columns", type=int, default=30)
    arguments.add_argument("--repeats", type=int, default=3)
    arguments.add_argument("--only", type=Path, help=argparse.SUPPRESS)
    asked = arguments.parse_args()
    if asked.only is not None:
        exchange.read_workbook(asked.only, form(asked.columns))
        print(peak_mb())
        return 0
    result = measure(asked.rows, asked.columns, asked.repeats)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    for key, value in result.items():
        print(f"{key:20} {value}")
    return 0 if result["passed"] else 1


def form(columns: int) -> Workbook:
    """The form: `columns` columns, the kinds in turn."""
    declared = tuple(
        Column(
            f"c{at}",
            Text(f"列{at}", f"Column {at}"),
            KINDS[at % len(KINDS)],
            codes=NATIONS if KINDS[at % len(KINDS)] is Kind.CODE else None,
        )
        for at in range(columns)
    )
    sheet = Sheet("table", Text("表", "Table"), declared, key_columns=("c0",))
    return Workbook("bench", Text("测试表", "Benchmark"), (sheet,))


def value(row: int, at: int) -> object:
    """The typed value that row `row` (from 0) holds in column `at`."""
    match KINDS[at % len(KINDS)]:
        case Kind.IDENTITY:
            return f"990721{row:011}X"
        case Kind.CODE:
            return ("01", "03")[row % 2]
        case Kind.YUAN:
            return row * 125 + at
        case Kind.DATE:
            return FIRST_DAY + timedelta(days=row % 20_000)
        case Kind.TEXT:
            return f"甲某{row % 5_000}"
        case _:
            return True if row % 2 else None


def make_file(rows: int, columns: int, *, is_wrong: bool) -> bytes:
    """Write the file as Excel would: shared texts, dates with a date format."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        page = book.add_worksheet("表")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        page.write_row(0, 0, [f"列{at}" for at in range(columns)])
        for row in range(rows):
            for at in range(columns):
                write(page, row, at, day)
            if is_wrong and row % 10 == 0:
                page.write_number(row + 1, 0, 990721199001011234)
                page.write_string(row + 1, 1, "汉")
    return target.getvalue()


def write(page: xlsxwriter.worksheet.Worksheet, row: int, at: int, day: object) -> None:
    """Write one cell in the way in which people would have typed it."""
    cell = value(row, at)
    match KINDS[at % len(KINDS)]:
        case Kind.CODE:
            page.write_string(row + 1, at, NATIONS.labels[str(cell)].zh)
        case Kind.YUAN:
            page.write_number(row + 1, at, int(str(cell)) / 100)
        case Kind.DATE:
            page.write_datetime(row + 1, at, cell, day)
        case Kind.BOOL if cell:
            page.write_string(row + 1, at, "是")
        case Kind.IDENTITY | Kind.TEXT:
            page.write_string(row + 1, at, str(cell))


def raw(content: bytes) -> None:
    """Read the cells and nothing else."""
    book = python_calamine.load_workbook(io.BytesIO(content))
    book.get_sheet_by_index(0).to_python()


def read_all(content: bytes, declared: Workbook) -> exchange.Reading:
    """Read, type and check the file."""
    return exchange.read_workbook(content, declared)


def seconds(act: Callable[[], object]) -> float:
    """Return how long an act takes."""
    start = perf_counter()
    act()
    return perf_counter() - start


def measure(rows: int, columns: int, repeats: int) -> dict[str, object]:
    """Time the three readings in turn and check what was read."""
    declared = form(columns)
    right = make_file(rows, columns, is_wrong=False)
    wrong = make_file(rows, columns, is_wrong=True)
    is_right = is_read_right(right, declared, rows, columns)
    pairs = [
        (seconds(lambda: raw(right)), seconds(lambda: read_all(right, declared)))
        for _ in range(repeats)
    ]
    raw_seconds, read_seconds = (min(times) for times in zip(*pairs, strict=True))
    wrong_seconds = seconds(lambda: read_all(wrong, declared))
    findings = len(read_all(wrong, declared).findings)
    ratio = read_seconds / raw_seconds
    return {
        "rows": rows,
        "columns": columns,
        "file_mb": round(len(right) / 1e6, 1),
        "raw_seconds": round(raw_seconds, 2),
        "read_seconds": round(read_seconds, 2),
        "ratio": round(ratio, 2),
        "ratio_max": RATIO_MAX,
        "wrong_seconds": round(wrong_seconds, 2),
        "wrong_findings": findings,
        "peak_mb": peak_of_reading(right, columns),
        "machine": platform.platform(),
        "values_right": is_right,
        "passed": is_right and ratio <= RATIO_MAX,
    }


def is_read_right(content: bytes, declared: Workbook, rows: int, columns: int) -> bool:
    """Tell whether every value of the file is read as it was meant."""
    reading = exchange.read_workbook(content, declared)
    frame = reading.sheets["table"].frame
    return not reading.findings and all(
        frame[f"c{at}"].to_list() == [value(row, at) for row in range(rows)]
        for at in range(columns)
    )


def peak_mb() -> int:
    """Return this process's own peak of memory (not that of its parent)."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1024


def peak_of_reading(content: bytes, columns: int) -> int:
    """Return the peak memory of a process that only reads the file, in MB."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.xlsx"
        path.write_bytes(content)
        done = subprocess.run(
            [sys.executable, __file__, "--only", path, "--columns", str(columns)],
            capture_output=True,
            text=True,
            check=True,
        )
    return int(done.stdout)


if __name__ == "__main__":
    sys.exit(main())
