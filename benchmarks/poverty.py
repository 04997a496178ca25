"""Measure FGT, Gini and the multidimensional index on 3,000,000 weighted rows.

    python benchmarks/poverty.py [--rows N] [--rounds N]

In one process and run, in turns; processor time, the least of the rounds counts:

  plain     NumPy on the same columns, written out: FGT 0 to 2, Gini, M0, H, A and the
            censored headcounts of ten indicators; point estimates only
  bangfu    `measure` and `multidimensional` on the same columns: the same figures and
            the contributions, each with a linearised standard error
  same      `measure` alone: FGT 0 to 2 and Gini with their errors, against which stands
  microdf   MicroSeries and MicroDataFrame: FGT 0 to 2 and Gini; it has no such index

Apode, the other peer, cannot be installed beside a current pandas and is not measured.
Writes benchmarks/results/poverty.json, prints it, and exits with 1 when a limit is
missed or any two disagree about a figure.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sys
from pathlib import Path
from time import process_time

import numpy as np

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT.parent / "src"))

from bangfu.calc.poverty import (  # noqa: E402
    Absolute,
    Deprivations,
    Design,
    Sample,
    indicator_weights,
    measure,
    multidimensional,
)

RATIO_MAX = 3.0
LINE, K, INDICATORS = 3000.0, 1 / 3, 10
AGREE = 1e-9  # relative
RESULTS = ROOT / "results" / "poverty.json"


def main() -> int:
    """Run everything and store the figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=3_000_000)
    arguments.add_argument("--rounds", type=int, default=5)
    given = arguments.parse_args()
    result = measured(given.rows, given.rounds)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    for key, value in result.items():
        print(f"{key:16} {value}")
    return 0 if result["passed"] else 1


def measured(rows: int, rounds: int) -> dict[str, object]:
    """Time the three in turns and compare what they find."""
    income, weight, deprived = drawn(rows)
    contestants = {
        "plain": plain,
        "bangfu": bangfu,
        "same": same,
        "microdf": microdf(),
    }
    seconds = {name: [] for name in contestants}
    found = {}
    for _ in range(rounds):
        for name, run in contestants.items():
            started = process_time()
            found[name] = run(income, weight, deprived)
            seconds[name].append(process_time() - started)
    best = {name: min(times) for name, times in seconds.items()}
    disagreeing = sorted(
        f"{name}: {key}"
        for name in ("bangfu", "same", "microdf")
        for key, value in found["plain"].items()
        if key in found[name] and abs(found[name][key] / value - 1) > AGREE
    )
    ratio = best["bangfu"] / best["plain"]
    return {
        "rows": rows,
        "indicators": INDICATORS,
        "figures": {key: round(value, 6) for key, value in found["plain"].items()},
        "plain_s": round(best["plain"], 3),
        "bangfu_s": round(best["bangfu"], 3),
        "same_s": round(best["same"], 3),
        "microdf_s": round(best["microdf"], 3),
        "ratio": round(ratio, 2),
        "ratio_max": RATIO_MAX,
        "microdf_ratio": round(best["microdf"] / best["same"], 2),
        "disagreeing": disagreeing,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
        "passed": ratio <= RATIO_MAX
        and best["same"] < best["microdf"]
        and not disagreeing,
    }


def drawn(rows: int) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Draw incomes, weights and ten deprivations that hang together."""
    rng = np.random.default_rng(1)
    income = rng.lognormal(8.5, 0.8, rows)
    weight = rng.uniform(0.5, 3.0, rows)
    hardship = -0.4 * (np.log(income) - 8.5)
    deprived = [
        hardship + rng.normal(0.0, 1.0, rows) > cut
        for cut in np.linspace(0.4, 1.3, INDICATORS)
    ]
    return income, weight, deprived


def plain(income, weight, deprived) -> dict[str, float]:
    """Compute the figures as one would in a notebook."""
    population = weight.sum()
    gap = np.maximum(LINE - income, 0.0) / LINE
    is_poor = income < LINE
    order = np.argsort(income)
    y, w = income[order], weight[order]
    wy = w * y
    cumulated = np.cumsum(w)
    top = 2 * np.dot(wy, cumulated) - np.dot(wy, w)
    figures = {
        "fgt0": np.dot(weight, is_poor) / population,
        "fgt1": np.dot(weight, gap) / population,
        "fgt2": np.dot(weight, gap**2) / population,
        "gini": top / (population * wy.sum()) - 1,
    }
    score = np.zeros(income.size)
    for cells in deprived:
        score += cells / len(deprived)
    counts = score >= K - 1e-9
    censored = np.where(counts, score, 0.0)
    figures["m0"] = np.dot(weight, censored) / population
    figures["h"] = np.dot(weight, counts) / population
    figures["a"] = figures["m0"] / figures["h"]
    for j, cells in enumerate(deprived):
        felt = np.dot(weight, counts & cells)
        figures[f"censored_{j}"] = felt / population
    return {name: float(value) for name, value in figures.items()}


def bangfu(income, weight, deprived) -> dict[str, float]:
    """Compute the same with standard errors."""
    names = tuple(str(j) for j in range(len(deprived)))
    shares = indicator_weights(names, None)
    data = Deprivations(names, tuple(deprived), shares, weight, Design.of(income.size))
    index = multidimensional(data, K).estimates
    assert all(estimate.se > 0 for estimate in index)
    found = {estimate.measure: estimate.estimate for estimate in index}
    return found | same(income, weight, deprived)


def same(income, weight, _) -> dict[str, float]:
    """Compute what microdf has, with standard errors."""
    sample = Sample(income, weight, Design.of(income.size))
    answer = measure(sample, Absolute(LINE), ("fgt0", "fgt1", "fgt2", "gini"))
    assert all(estimate.se > 0 for estimate in answer.estimates)
    return {estimate.measure: estimate.estimate for estimate in answer.estimates}


def microdf():
    """Return microdf's turn; it is imported before the clock runs."""
    import pandas as pd
    from microdf import MicroDataFrame

    def run(income, weight, _) -> dict[str, float]:
        frame = MicroDataFrame(
            pd.DataFrame({"income": income, "line": LINE}), weights=weight
        )
        population = weight.sum()
        return {
            "fgt0": float(frame.poverty_rate("income", "line")),
            "fgt1": float(frame.poverty_gap("income", "line")) / LINE / population,
            "fgt2": float(frame.squared_poverty_gap("income", "line"))
            / LINE**2
            / population,
            "gini": float(frame["income"].gini()),
        }

    return run


if __name__ == "__main__":
    sys.exit(main())
