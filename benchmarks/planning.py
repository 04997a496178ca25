"""Measure planning against HiGHS on the full linear programme, and its growth.

    python benchmarks/planning.py [--sizes 30000 300000]

A county of 16,667 households and 40 measures is planned, and in the same process HiGHS
solves the linear programme with one column per option. Seconds are CPU seconds of the
process, warm, ours with all checks and naming. Each size is then planned in a process of
its own from Parquet files, 16,667 households a county, which gives seconds, memory and
the growth exponent. The plans and bounds of the county are verified from the tables by
other code.

Writes benchmarks/results/planning.json, prints a table, and exits with 1 when a target
is missed: 10 times faster than HiGHS, gap 0.01 %, 1 GB, exponent 1.1.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT.parent / "src"))
sys.path.insert(0, str(ROOT))

import highspy  # noqa: E402
import numpy as np  # noqa: E402
import polars as pl  # noqa: E402

from bangfu.calc.planning import read, solve, solve_problem, verify, warm_up  # noqa: E402
from bangfu.cli import files  # noqa: E402
from planning_county import county  # noqa: E402

SEED, LIMIT, COUNTY = 20160301, 4, 16_667
FASTER_MIN, GAP_MAX, PEAK_MB_MAX, EXPONENT_MAX = 10.0, 1e-4, 1024, 1.1
REPEATS = ("household_id", "measure_id", "resource_id")
NAMES = ("households", "options", "measures", "resources", "use")
RESULTS = ROOT / "results" / "planning.json"


def highs_seconds(tables: dict[str, pl.DataFrame]) -> tuple[float, float]:
    """Return the CPU seconds and the optimum of the full linear programme."""
    model = full_model(tables)
    best, value = math.inf, 0.0
    for kind in ("simplex", "ipm"):
        solver = highspy.Highs()
        solver.silent()
        solver.setOptionValue("threads", 1)
        solver.setOptionValue("solver", kind)
        solver.passModel(model)
        begun = process_time()
        solver.run()
        best = min(best, process_time() - begun)
        assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        value = -solver.getInfo().objective_function_value
    return best, value


def full_model(tables: dict[str, pl.DataFrame]) -> highspy.HighsLp:
    """Build the programme: a row per resource, household and group, and household."""
    options = (
        tables["options"]
        .join(tables["households"], left_on="household_id", right_on="id")
        .join(tables["measures"], left_on="measure_id", right_on="id")
        .with_row_index("column")
    )
    uses = tables["use"].join(options, on=["household_id", "measure_id"])
    resources = tables["resources"].with_row_index("row")
    uses = uses.join(resources, left_on="resource_id", right_on="id")
    entries, room, first = [], [], resources.height
    entries.append(uses.select("row", "column", "amount").to_numpy())
    room.append(resources["capacity"].to_numpy())
    for key, most in ((["household_id", "group"], 1), (["household_id"], LIMIT)):
        number = options.select(pl.struct(key).rank("dense") - 1).to_series().to_numpy()
        columns = options["column"].to_numpy()
        entries.append(np.column_stack([first + number, columns, np.ones(len(number))]))
        room.append(np.full(number.max() + 1, float(most)))
        first += number.max() + 1
    rows = np.concatenate(entries)
    rows = rows[np.lexsort((rows[:, 0], rows[:, 1]))]
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = options.height, int(first)
    model.col_cost_ = -(options["gain"] * options["weight"]).to_numpy()
    model.col_lower_, model.col_upper_ = (
        np.zeros(options.height),
        np.ones(options.height),
    )
    model.row_lower_ = np.full(int(first), -highspy.kHighsInf)
    model.row_upper_ = np.concatenate(room)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    starts = np.searchsorted(rows[:, 1], np.arange(options.height + 1))
    model.a_matrix_.start_ = starts
    model.a_matrix_.index_ = rows[:, 0].astype(np.int32)
    model.a_matrix_.value_ = rows[:, 2]
    return model


def measure_county(seed: int) -> dict[str, object]:
    """Time HiGHS and ours on one county, and verify."""
    tables = county(COUNTY, seed=seed)
    warm_up()
    ours, result = math.inf, None
    for _ in range(3):
        begun = process_time()
        result = solve(**tables, max_per_household=LIMIT)
        ours = min(ours, process_time() - begun)
    highs, optimum = highs_seconds(tables)
    return {
        "households": COUNTY,
        "seed": seed,
        "options": tables["options"].height,
        "seconds": round(ours, 3),
        "highs_seconds": round(highs, 3),
        "faster": round(highs / ours, 1),
        "gap": result.gap,
        "value": result.value,
        "bound": result.bound,
        "highs_value": optimum,
        "wrong": len(_verified(tables, result)),
    }


def _verified(tables, result):
    return verify(
        tables,
        max_per_household=LIMIT,
        plan=result.plan,
        value=result.value,
        bound=result.bound,
        prices=result.prices.select("resource_id", "price"),
    )


def make(size: int, folder: Path) -> None:
    """Write a city of a size as Parquet files."""
    tables = county(size, seed=SEED, counties=math.ceil(size / COUNTY))
    for name in NAMES:
        tables[name].write_parquet(folder / f"{name}.parquet")


def measure_size(folder: Path) -> dict[str, object]:
    """Plan the files of a folder; meant for a process of its own."""
    warm_up()
    begun, begun_cpu = perf_counter(), process_time()
    problem = read(
        {
            name: files.read(folder / f"{name}.parquet", repeats=REPEATS)
            for name in NAMES
        },
        max_per_household=LIMIT,
    )
    result = solve_problem(problem)
    return {
        "households": result.households,
        "options": result.options,
        "resources": result.prices.height,
        "seconds": round(process_time() - begun_cpu, 2),
        "wall_seconds": round(perf_counter() - begun, 2),
        "peak_mb": round(result.peak_mb),
        "gap": result.gap,
        "helped": result.helped,
        "stages": {name: round(value, 2) for name, value in result.stages.items()},
    }


def in_process_of_its_own(*arguments: str) -> dict[str, object]:
    """Run one act in a fresh interpreter and return what it printed last."""
    done = subprocess.run(
        [sys.executable, __file__, *arguments],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    return json.loads(done.stdout.splitlines()[-1])


def judge(counties: list[dict], sizes: list[dict]) -> list[str]:
    """Return the targets that were missed."""
    missed = []
    for row in counties:
        if row["faster"] < FASTER_MIN:
            missed.append(f"seed {row['seed']}: {row['faster']} times HiGHS")
        if row["wrong"]:
            missed.append(f"seed {row['seed']}: {row['wrong']} findings")
    missed += [
        f"{row['households']}: gap {row['gap']:.2e}"
        for row in [*counties, *sizes]
        if row["gap"] > GAP_MAX
    ]
    missed += [
        f"{row['households']}: {row['peak_mb']} MB"
        for row in sizes
        if row["peak_mb"] > PEAK_MB_MAX
    ]
    if len(sizes) > 1 and exponent_of(sizes) > EXPONENT_MAX:
        missed.append(f"exponent {exponent_of(sizes):.2f}")
    return missed


def exponent_of(sizes: list[dict]) -> float:
    """Return the growth exponent from the smallest to the largest size."""
    first, last = sizes[0], sizes[-1]
    return math.log(last["seconds"] / first["seconds"]) / math.log(
        last["households"] / first["households"]
    )


def main() -> int:
    """Measure everything, write the results, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="*", default=[30_000, 300_000])
    parser.add_argument("--act", choices=["county", "make", "size"])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    if options.act == "county":
        print(json.dumps(measure_county(options.seed)))
        return 0
    if options.act == "make":
        make(options.sizes[0], options.folder)
        print("{}")
        return 0
    if options.act == "size":
        print(json.dumps(measure_size(options.folder)))
        return 0
    counties = []
    for seed in (1, 2):
        row = in_process_of_its_own("--act", "county", "--seed", str(seed))
        counties.append(row)
        print(row, flush=True)
    sizes = []
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            in_process_of_its_own(
                "--act", "make", "--sizes", str(size), "--folder", folder
            )
            sizes.append(in_process_of_its_own("--act", "size", "--folder", folder))
            print(sizes[-1], flush=True)
    missed = judge(counties, sizes)
    report = {
        "targets": {
            "faster": FASTER_MIN,
            "gap": GAP_MAX,
            "peak_mb": PEAK_MB_MAX,
            "exponent": EXPONENT_MAX,
        },
        "counties": counties,
        "sizes": sizes,
        "exponent": round(exponent_of(sizes), 3) if len(sizes) > 1 else None,
        "missed": missed,
    }
    RESULTS.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print("\n".join(missed) or "all targets met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
