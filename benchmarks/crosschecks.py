"""Measure the cross-check of 1.1 million members against 1 million rows of lists.

    python benchmarks/crosschecks.py [--members 1100000] [--rows 1000000]

A fictional extract is written to Parquet as a run has it. Measured is what a run does with
it: every step of every check on DuckDB, keys verified, the hits of each check as a frame.
Beside it, in the same process and with the same threads, stands the bare join of both files
by person in DuckDB, with the columns that the checks look at. Both read the files; they
take turns, and the ratio is that of the medians of processor time.

Recall and precision are measured apart, on the sample city of 3,000 households, whose
departments' lists have planted truths and near misses; `--quality` does that on the
embedded database of a loaded demo.

Writes benchmarks/results/crosschecks.json; exits with 1 when a limit is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

ROOT = Path(__file__).resolve().parent
sys.path[:0] = [str(ROOT.parent / "src"), str(ROOT.parent)]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bangfu.site.settings")

import django  # noqa: E402

django.setup()

import duckdb  # noqa: E402
import numpy as np  # noqa: E402
import polars as pl  # noqa: E402

from bangfu.calc.engines import duck  # noqa: E402
from bangfu.registry.crosschecks import declared, running  # noqa: E402
from bangfu.registry.crosschecks.kinds import LAYOUTS, ListKind  # noqa: E402

RESULTS = ROOT / "results" / "crosschecks.json"
LIMIT = 2.0
RECALL_MIN = 0.9
ROUNDS = 5
THREADS = 2
SEED = 11
COUNTIES = 18
INSURED = [f"9901{n + 1:02}" for n in range(4)]  # where the insured are all named
JOIN = """CREATE TEMP TABLE joined AS
SELECT p.household, p.member, p.division_code, p.name_key <> l.name_key AS name_differs,
    p.is_on_dibao, p.is_disabled, p.disability_kind, p.disability_grade, p.school_age,
    p.school_status, p.has_basic_medical, l.row_id, l.kind, l.what, l.status, l.value_fen,
    l.grade
FROM read_parquet('{member}') AS p JOIN read_parquet('{listed}') AS l
    ON l.person = p.person"""


def main() -> int:
    """Write the extract, take turns, write the result."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--members", type=int, default=1_100_000)
    arguments.add_argument("--rows", type=int, default=1_000_000)
    arguments.add_argument("--quality", action="store_true")
    asked = arguments.parse_args()
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    if asked.quality:
        result = known | {"quality": quality()}
    else:
        result = measure(asked.members, asked.rows)
        result["quality"] = known.get("quality", [])
    result["missed"] = missed(result)
    RESULTS.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    for name, value in result.items():
        print(f"{name:20} {value}")
    return 1 if result["missed"] else 0


def measure(members: int, rows: int) -> dict:
    """Return times and the ratio over an extract of this size."""
    with tempfile.TemporaryDirectory() as folder:
        files = extract(Path(folder), members, rows)
        ours, bare = [], []
        for _ in range(ROUNDS):
            bare.append(join(files))
            ours.append(checks(files))
    seconds, cpu = (median(one[at] for one in ours) for at in (1, 2))
    join_seconds, join_cpu = (median(one[at] for one in bare) for at in (1, 2))
    return {
        "members": members,
        "rows": rows,
        "joined": bare[0][0],
        "checks": sum(bool(check.sql) for check in declared.CHECKS),
        "hits": ours[0][0],
        "seconds": round(seconds, 2),
        "join_seconds": round(join_seconds, 2),
        "ratio_wall": round(seconds / join_seconds, 2),
        "cpu_seconds": round(cpu, 2),
        "join_cpu_seconds": round(join_cpu, 2),
        "ratio": round(cpu / join_cpu, 2),
        "ratio_max": LIMIT,
        "cpus": os.cpu_count(),
        "machine": platform.platform(),
    }


def missed(result: dict) -> list[str]:
    """Return the limits that a result does not keep, in words."""
    found = []
    if result["ratio"] > LIMIT:
        found.append(f"ratio {result['ratio']} > {LIMIT}")
    planted = sum(row["planted"] for row in result["quality"])
    met = sum(row["found"] for row in result["quality"])
    if planted and met < RECALL_MIN * planted:
        found.append(f"recall {met}/{planted}")
    return found


def join(files: dict[str, Path]) -> tuple[int, float, float]:
    """Join both files and nothing else; return rows, seconds, processor seconds."""
    start, cpu = perf_counter(), process_time()
    with duckdb.connect(config={"threads": THREADS, "memory_limit": "2048MB"}) as con:
        con.execute(JOIN.format(**files))
        count = con.execute("SELECT count(*) FROM joined").fetchall()[0][0]
    return count, perf_counter() - start, process_time() - cpu


def checks(files: dict[str, Path]) -> tuple[int, float, float]:
    """Carry out every step and collect the hits; return hits and both times."""
    pipeline = running.pipeline()
    sources = [duck.Source(table, (files[table.name],)) for table in pipeline.inputs]
    values = {
        "value_min": 3_000_000,
        "capital_min": 3_000_000,
        "school_age_min": 6,
        "school_age_max": 15,
        "absent_months": 10,
    }
    counties = tuple(f"9901{n + 1:02}" for n in range(COUNTIES))
    values |= dict.fromkeys(declared.COVERED.values(), counties)
    values[declared.COVERED[ListKind.INSURANCE]] = tuple(INSURED)
    start, cpu = perf_counter(), process_time()
    with duck.run(pipeline, sources, values, threads=THREADS) as results:
        frames = [results.frame(check.step) for check in declared.CHECKS if check.sql]
    hits = sum(len(frame) for frame in frames)
    return hits, perf_counter() - start, process_time() - cpu


def extract(folder: Path, members: int, rows: int) -> dict[str, Path]:
    """Write an extract: members in households of four, half of the rows about them."""
    rng = np.random.default_rng(SEED)
    frames = {"member": people(rng, members)}
    frames["listed"] = lists(rng, frames["member"], rows)
    frames["household"] = (
        frames["member"].select("household", "division_code").unique("household")
    )
    frames["objection"] = pl.DataFrame(
        schema={"household": pl.Int64, "division_code": pl.String}
        | {"upheld": pl.Int64, "late": pl.Int64}
    )
    frames["probable"] = pl.DataFrame(
        schema={"row_id": pl.Int64, "member": pl.Int64, "chance": pl.Float64}
    )
    files = {}
    for name, frame in frames.items():
        files[name] = folder / f"{name}.parquet"
        frame.write_parquet(files[name])
    return files


def keys(numbers: np.ndarray) -> pl.Series:
    """Return digests like those of an extract: 32 hexadecimal digits."""
    hashed = pl.Series(numbers).hash(seed=1), pl.Series(numbers).hash(seed=2)
    return pl.select(
        pl.concat_str(
            [part.cast(pl.String).str.zfill(20).str.tail(16) for part in hashed]
        )
    ).to_series()


def people(rng: np.random.Generator, count: int) -> pl.DataFrame:
    """Return members with the columns that a run extracts."""
    number = np.arange(count)
    household = number // 4
    village = household // 85
    code = pl.select(
        pl.concat_str(
            [
                pl.lit("9901"),
                pl.Series(village % COUNTIES + 1).cast(pl.String).str.zfill(2),
                pl.Series(100 + village % 16).cast(pl.String),
                pl.Series(200 + village // COUNTIES % 500).cast(pl.String),
            ]
        )
    ).to_series()
    age = rng.integers(0, 90, count)
    disabled = rng.random(count) < 0.12
    return pl.DataFrame(
        {
            "member": number,
            "household": household,
            "person": keys(number),
            "name_key": keys(rng.integers(0, 60_000, count)),
            "name": keys(number).str.head(3),
            "division_code": code,
            "sex": np.where(rng.random(count) < 0.5, "1", "2"),
            "birth_date": pl.Series(
                np.datetime64("2015-12-31") - (age * 365).astype("timedelta64[D]")
            ).cast(pl.Date),
            "relation": np.where(number % 4 == 0, "01", "03"),
            "age": age,
            "school_age": age,
            "school_status": np.where((age > 5) & (age < 16), "03", "01"),
            "is_disabled": disabled,
            "disability_kind": pl.Series(np.where(disabled, "4", "")).replace("", None),
            "disability_grade": pl.Series(np.where(disabled, "2", "")).replace(
                "", None
            ),
            "work_months": rng.integers(0, 11, count),
            "has_basic_medical": rng.random(count) < 0.967,
            "is_on_dibao": rng.random(count) < 0.2,
            "shares_income": np.ones(count, dtype=bool),
        }
    )


def lists(rng: np.random.Generator, members: pl.DataFrame, rows: int) -> pl.DataFrame:
    """Return rows of all kinds, as a prefecture's departments send them.

    The complete lists name everybody concerned but one in a hundred, the insured of the
    first counties only; the rest are rows of other lists, half about strangers.
    """
    held = [
        _named(members.filter("is_on_dibao"), "relief", "dibao", "active"),
        _named(members.filter("is_disabled"), "disability", "4", "active"),
        _named(
            members.filter(pl.col("school_status") != "01"),
            "schooling",
            "03",
            "enrolled",
        ),
        _named(
            members.filter(
                pl.col("has_basic_medical")
                & pl.col("division_code").str.head(6).is_in(INSURED)
            ),
            "insurance",
            "resident_medical",
            "active",
        ),
    ]
    complete = pl.concat(held).sample(fraction=0.99, seed=SEED)
    others = _others(rng, members, rows - len(complete))
    return (
        pl.concat([complete, others])
        .sample(fraction=1.0, shuffle=True, seed=SEED)
        .with_columns(
            pl.Series("row_id", np.arange(rows) + 1),
            pl.lit("990101").alias("division_code"),
            pl.Series("value_fen", rng.integers(0, 20_000_000, rows)),
            pl.lit("2").alias("grade"),
            *(
                pl.lit(None, kind).alias(name)
                for name, kind in (
                    ("name", pl.String),
                    ("birth_date", pl.Date),
                    ("sex", pl.String),
                    ("address_code", pl.String),
                )
            ),
        )
    )


def _named(who: pl.DataFrame, kind: str, what: str, status: str) -> pl.DataFrame:
    return who.select(
        "person",
        "name_key",
        kind=pl.lit(kind),
        what=pl.lit(what),
        status=pl.lit(status),
    )


def _others(
    rng: np.random.Generator, members: pl.DataFrame, count: int
) -> pl.DataFrame:
    """Return rows of the lists that are not complete; one kind of each in ten is bad."""
    about = rng.permutation(len(members))[: count // 2]
    strangers = np.arange(len(members), len(members) + count - len(about))
    who = pl.concat(
        [
            members[about.tolist()].select("person", "name_key"),
            pl.DataFrame(
                {"person": keys(strangers), "name_key": keys(strangers % 60_000)}
            ),
        ]
    )
    kinds = [kind for kind in ListKind if not LAYOUTS[kind].is_complete]
    draw = rng.integers(0, len(kinds), count)
    usual = {
        ListKind.VEHICLES: ("motorcycle", "car"),
        ListKind.REAL_ESTATE: ("rural", "flat"),
        ListKind.BUSINESS: ("coop_member", "shareholder"),
        ListKind.PAYROLL: ("welfare_post", "staff"),
        ListKind.DEATHS: ("died", "died"),
    }
    bad = rng.random(count) < 0.1
    holds = {
        ListKind.VEHICLES: "in_use",
        ListKind.REAL_ESTATE: "held",
        ListKind.BUSINESS: "operating",
        ListKind.PAYROLL: "in_post",
        ListKind.DEATHS: "ended",
    }
    return who.with_columns(
        pl.Series("kind", [kinds[n].value for n in draw]),
        pl.Series(
            "what",
            [
                usual[kinds[n]][int(one)]
                for n, one in zip(draw, bad.tolist(), strict=True)
            ],
        ),
        pl.Series("status", [holds[kinds[n]] for n in draw]),
    )


def quality() -> list[dict]:
    """Return planted, found and precision by check of the demo that is loaded."""
    from django.conf import settings

    from bangfu.registry.crosschecks.models import Hit
    from bangfu.scope import acting
    from bangfu.scope.actor import system_actor

    truth = pl.read_csv(
        Path(settings.VAR) / "sample" / "hits.csv",
        schema_overrides={"division_code": pl.String, "household_no": pl.String},
    )
    planted = set(
        truth.select("check", "division_code", "household_no", "member").iter_rows()
    )
    with acting(system_actor("benchmark")):
        found = {
            (code, str(division), number, position)
            for code, division, number, position in Hit.objects.exclude(
                household=None
            ).values_list(
                "check_code",
                "division_code",
                "household__household_no",
                "member__position",
            )
        }
    return [
        {
            "check": code,
            "planted": sum(one[0] == code for one in planted),
            "found": sum(one[0] == code for one in planted & found),
            "hits": sum(one[0] == code for one in found),
        }
        for code in (check.code for check in declared.CHECKS)
        if any(one[0] == code for one in planted)
    ]


if __name__ == "__main__":
    sys.exit(main())
