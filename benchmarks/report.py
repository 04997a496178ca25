"""Write docs/reference/benchmarks.md from the stored results: `python benchmarks/report.py`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
PAGE = FOLDER.parent / "docs" / "reference" / "benchmarks.md"
HEAD = """# Benchmarks

Written by `python benchmarks/report.py` from benchmarks/results/; `make bench` measures
again. Every figure is a ratio against a peer or a limit taken in the same run, because
absolute times depend on the machine. The machine of these results: {machine}.
"""


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """Return the page for the results as they are stored."""
    cpus = _result("importing")["cpus"]
    machine = f"{cpus} shared cores, Python {_result('importing')['python']}"
    parts = [HEAD.format(machine=machine), _pairing(), _importing(), _reading()]
    return "\n".join(
        [
            *parts,
            _divisions(),
            _pages(),
            _poverty(),
            _linkage(),
            _planning(),
            _crosschecks(),
        ]
    )


def _result(name: str) -> dict:
    return json.loads((FOLDER / "results" / f"{name}.json").read_text(encoding="utf-8"))


def _pairing() -> str:
    result = _result("pairing")
    rows = "".join(
        f"| {row['size']:,} | {row['case']} | {row['officials']:,} | {row['ratio']:.2f} |"
        f" {row['peak_mb']:.0f} | {row['gap']} |\n"
        for row in result["rows"]
    )
    second = "; ".join(
        f"{row['case']}: {row['cost']:,} = {row['highs_cost']:,}"
        for row in result["second_solver"]
    )
    exponents = result.get("exponents", {})
    grown = ", ".join(f"{case} {value:.2f}" for case, value in exponents.items())
    missed = result["missed"]
    return f"""
## Pairing

All steps (check, build, solve, tie-break, proof, naming) against OR-Tools' own time for
solving the plain reference network F2 of the same city, which has no history, proof or
names. Limits: ratio {result["targets"]["ratio"]}, memory {result["targets"]["peak_mb"]} MB,
exponent from 30,000 to 300,000 {result["targets"]["exponent"]}. "history": 60 % of
households have a present official and 4 % of pairs are forbidden.

| households | case | officials | ratio | peak MB | gap |
| --- | --- | --- | --- | --- | --- |
{rows}
Exponents: {grown or "not measured"}. The optimum of another solver (HiGHS, one column per
allowed pair) at 3,000 households: {second}.
Limits missed: {"; ".join(missed) if missed else "none"}.
"""


def _importing() -> str:
    result = _result("importing")
    return f"""
## Importing households

{result["persons"]:,} persons in {result["households"]:,} households from .xlsx, received,
checked, stored and audited, against reading the file with calamine and COPYing its rows into
a plain table: ratio {result["ratio"]} (limit {result["ratio_max"]}),
{result["persons_per_s"]:,} persons a second, {result["peak_mb"]} MB at the peak.
The same file again: {result["counts_again"]["new"]} new, {result["counts_again"]["changed"]}
changed, {result["counts_again"]["same"]:,} same.
"""


def _reading() -> str:
    result = _result("reading")
    figures = "".join(
        f"| {name.replace('_', ' ')} | {value} |\n"
        for name, value in result.items()
        if isinstance(value, int | float) and name != "passed"
    )
    return f"""
## Reading workbooks

100,000 rows read, typed and checked by a declaration, against calamine alone.

| | |
| --- | --- |
{figures}"""


def _divisions() -> str:
    result = _result("divisions")
    return f"""
## Importing the national list of divisions

{result["units"]:,} divisions down to the village: {result["import_s"]} s
(limit {result["seconds_max"]:.0f} s), {result["ratio"]} times reading and COPYing the same rows into
a plain table. Again without change: {result["again_s"]} s, {result["new_again"]} new,
{result["changed_again"]} changed.
"""


def _linkage() -> str:
    result = _result("linkage")
    missed = "; ".join(result["missed"]) or "none"
    return f"""
## Finding duplicates

{result["records"]:,} fictional persons, one record in ten a duplicate with one error or two, linked by
name, birth date, sex and village in a process of its own on {result["cpus"]} cores.

| | |
| --- | --- |
| peak MB (limit {result["targets"]["peak_mb"]:,}) | {result["peak_mb"]:,} |
| seconds | {result["seconds"]:,.0f} |
| seconds of the processors | {result["cpu_seconds"]:,.0f} |
| pairs compared | {result["pairs_compared"]:,} |
| precision, recall, F1 | {result["precision"]}, {result["recall"]}, {result["f1"]} |
| F1 of an exact join on name and birth date | {result["exact_join_f1"]} |

Limits missed: {missed}.
"""


def _crosschecks() -> str:
    result = _result("crosschecks")
    rows = "".join(
        f"| {row['check']} | {row['planted']} | {row['found']} | {row['hits']} |"
        f" {row['found'] / row['planted']:.2f} | {row['found'] / row['hits']:.2f} |\n"
        for row in result["quality"]
    )
    planted, found, hits = (
        sum(row[name] for row in result["quality"])
        for name in ("planted", "found", "hits")
    )
    missed = "; ".join(result["missed"]) or "none"
    return f"""
## Cross-checks

{result["members"]:,} members against {result["rows"]:,} rows of lists: all
{result["checks"]} checks that are SQL, with their keys verified and their hits collected
({result["hits"]:,}), against the bare join of the same files by person in DuckDB
({result["joined"]:,} pairs): ratio {result["ratio"]} of processor time
(limit {result["ratio_max"]}), {result["ratio_wall"]} by the clock.

Recall and precision against what is planted in the sample city of 3,000 households, among
strangers, namesakes, harmless rows and mistakes of the departments themselves:

| check | planted | found | hits | recall | precision |
| --- | --- | --- | --- | --- | --- |
{rows}| all | {planted} | {found} | {hits} | {found / planted:.2f} | {found / hits:.2f} |

Limits missed: {missed}.
"""


def _pages() -> str:
    result = _result("pages")
    rows = "".join(
        f"| {row['page']} | {row['p50_ms']} | {row['p95_ms']} | {row['ratio']} |"
        f" {row['limit'] or ''} |\n"
        for row in result["pages"]
    )
    return f"""
## Pages at {result["households"]:,} households

p95 of {result["requests"]} requests each over loopback, logged in as the city office, against
an empty page of the same shell.

| page | p50 ms | p95 ms | ratio | limit |
| --- | --- | --- | --- | --- |
{rows}"""


def _poverty() -> str:
    result = _result("poverty")
    return f"""

## Measuring poverty

FGT 0 to 2, Gini and the multidimensional index of {result["indicators"]} indicators on
{result["rows"]:,} weighted rows, with linearised standard errors and contributions, against
the bare figures written out in NumPy on the same columns: ratio {result["ratio"]} of processor time
(limit {result["ratio_max"]}). For FGT and Gini alone, which is what microdf has, microdf takes
{result["microdf_ratio"]} times as long as Bangfu, whose figures come with standard errors.
All agree to 1e-9 ({len(result["disagreeing"])} figures differ). Apode does not install beside a
current pandas and is not measured.
"""


def _planning() -> str:
    result = _result("planning")
    targets = result["targets"]
    counties = "".join(
        f"| {row['households']:,} | {row['options']:,} | {row['faster']} |"
        f" {100 * row['gap']:.4f} |\n"
        for row in result["counties"]
    )
    sizes = "".join(
        f"| {row['households']:,} | {row['options']:,} | {row['resources']:,} |"
        f" {row['seconds']} | {row['peak_mb']} | {100 * row['gap']:.4f} |\n"
        for row in result["sizes"]
    )
    return f"""
## Planning measures

A county, all steps (checks, prices, core, filling, naming) against HiGHS alone on the full linear
programme, the faster of simplex and interior point: at least {targets["faster"]:.0f} times as fast, with a
gap of at most {100 * targets["gap"]} % to a proven bound. The county's plans and bounds are verified
from the tables.

| households | options | times as fast | gap % |
| --- | --- | --- | --- |
{counties}
From Parquet files in a process of its own, {targets["peak_mb"]:,} MB at most, 16,667 households a county:

| households | options | resources | processor s | peak MB | gap % |
| --- | --- | --- | --- | --- | --- |
{sizes}
Exponent of growth: {result["exponent"]} (limit {targets["exponent"]}).
Limits missed: {"; ".join(result["missed"]) or "none"}.
"""


if __name__ == "__main__":
    sys.exit(main())
