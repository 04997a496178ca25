"""`bangfu calc poverty | mpi | pmt` on files: formats, JSON, sentences, refusals."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from click.testing import CliRunner

from bangfu.calc.poverty import MEASURES
from bangfu.cli.main import bangfu

KEYS = {"measure", "group", "estimate", "se", "ci_low", "ci_high", "n"}


def survey(rows=240):
    rng = np.random.default_rng(0)
    village = rng.integers(0, 24, rows)
    rooms = rng.integers(1, 6, rows)
    level = 7.6 + 0.2 * rooms + rng.normal(0, 0.2, 24)[village]
    income = np.round(np.exp(level + rng.normal(0, 0.4, rows)))
    return pd.DataFrame(
        {
            "income": income.astype(np.int32),
            "weight": rng.integers(1, 100, rows).astype(np.int8),
            "county": np.where(village < 12, "东县", "西县"),
            "stratum": (village // 12).astype(np.int8),
            "village": village.astype(np.int16),
            "rooms": rooms.astype(np.int8),
            "no_water": (income < 3500).astype(np.int8),
            "no_school": (rooms < 3).astype(np.int8),
            "train": (np.arange(rows) % 2).astype(np.int8),
        }
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with one survey in the three formats."""
    frame = survey()
    frame.to_csv(tmp_path / "survey.csv", index=False)
    frame.to_parquet(tmp_path / "survey.parquet")
    coded = frame.assign(county=(frame["county"] == "西县").astype(np.int8))
    coded.to_stata(
        tmp_path / "survey.dta",
        write_index=False,
        version=118,
        value_labels={"county": {0: "东县", 1: "西县"}},
    )
    return tmp_path


def run(command, path, *extra, language="en"):
    arguments = ["calc", command, "--input", str(path), *extra]
    return CliRunner().invoke(bangfu, arguments, env={"BANGFU_LANG": language})


def rows_of(result):
    assert result.exit_code == 0, result.stderr
    rows = json.loads(result.stdout)
    assert all(set(row) == KEYS for row in rows)
    return rows


def one(rows, measure, group=None):
    (row,) = [r for r in rows if (r["measure"], r["group"]) == (measure, group)]
    return row


POVERTY = ["--income", "income", "--weight", "weight", "--line", "4000", "--json"]
DESIGN = ["--strata", "stratum", "--cluster", "village"]


def test_poverty_prints_a_list_of_estimates(folder):
    rows = rows_of(run("poverty", folder / "survey.csv", *POVERTY))

    assert [row["measure"] for row in rows] == list(MEASURES)
    frame = survey()
    income, weight = frame["income"], frame["weight"].astype(float)
    rate = one(rows, "fgt0")
    assert rate["estimate"] == pytest.approx(weight[income < 4000].sum() / weight.sum())
    assert one(rows, "mean")["estimate"] == pytest.approx(
        np.average(income.astype(float), weights=weight)
    )
    assert rate["n"] == 240
    assert rate["ci_low"] < rate["estimate"] < rate["ci_high"]
    assert rate["group"] is None


@pytest.mark.parametrize("kind", ["parquet", "dta"])
def test_every_format_gives_the_same(folder, kind):
    extra = [*POVERTY, "--by", "county", *DESIGN]

    one_ = rows_of(run("poverty", folder / "survey.csv", *extra))
    other = rows_of(run("poverty", folder / f"survey.{kind}", *extra))

    assert other == one_
    assert {row["group"] for row in one_} == {None, "东县", "西县"}


def test_shares_of_groups_sum_to_one(folder):
    rows = rows_of(run("poverty", folder / "survey.csv", *POVERTY, "--by", "county"))

    for kind in ("population", "income", "fgt0", "fgt1", "fgt2", "watts"):
        shares = [r["estimate"] for r in rows if r["measure"] == f"share_{kind}"]
        assert sum(shares) == pytest.approx(1)


def test_the_design_changes_the_errors_and_nothing_else(folder):
    plain = rows_of(run("poverty", folder / "survey.csv", *POVERTY))
    designed = rows_of(run("poverty", folder / "survey.csv", *POVERTY, *DESIGN))

    assert [r["estimate"] for r in plain] == [r["estimate"] for r in designed]
    assert one(plain, "mean")["se"] < one(designed, "mean")["se"]


def test_a_relative_line_is_a_share_of_the_median_or_mean(folder):
    frame = survey()
    arguments = ["--income", "income", "--relative", "0.5", "--json"]

    median = rows_of(run("poverty", folder / "survey.csv", *arguments))
    mean = rows_of(run("poverty", folder / "survey.csv", *arguments, "--of", "mean"))

    half = 0.5 * frame["income"].median()
    assert one(median, "arpt")["estimate"] == pytest.approx(half)
    assert one(median, "fgt0") == {**one(median, "arpr"), "measure": "fgt0"}
    assert one(mean, "arpt")["estimate"] == pytest.approx(0.5 * frame["income"].mean())


def test_a_line_of_the_policy_pack_is_known_by_series_and_year(folder):
    """admin:2016 is 3,146 yuan."""
    arguments = ["--income", "income", "--json", "--line"]

    named = rows_of(run("poverty", folder / "survey.csv", *arguments, "admin:2016"))
    typed = rows_of(run("poverty", folder / "survey.csv", *arguments, "3146"))

    assert named == typed
    assert 0 < one(named, "fgt0")["estimate"] < 1


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("nbs:2035", "There is no statistical poverty line for 2035."),
        (
            "gdp:2016",
            "Name the series of poverty lines: nbs (statistical) or admin (exit).",
        ),
        ("admin:last", "--line: last is not a number."),
        ("much", "--line: much is not a number."),
        ("0", "A poverty line is positive; this is 0."),
    ],
)
def test_a_line_that_is_none_is_refused(folder, line, told):
    result = run("poverty", folder / "survey.csv", "--income", "income", "--line", line)

    assert result.exit_code == 2
    assert told.replace("statistical poverty line", "statistical line") in result.stderr


def test_two_lines_are_refused(folder):
    result = run("poverty", folder / "survey.csv", *POVERTY, "--relative", "0.6")

    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"]["message"] == {
        "zh": "--line 与 --relative 只能给出一个。",
        "en": "Give either --line or --relative.",
    }


def test_what_is_odd_is_told_on_stderr_and_counted_in_the_list(tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text("y,w\n100,1\nNA,1\n-20,1\n0,1\n300,NA\n250,1\n")

    result = run(
        "poverty", path, "--income", "y", "--weight", "w", "--line", "90", "--json"
    )

    rows = rows_of(result)
    assert {r["measure"]: r["estimate"] for r in rows if r["measure"][:2] == "n_"} == {
        "n_missing": 1,
        "n_missing_weight": 1,
        "n_negative": 1,
        "n_zero": 1,
    }
    assert one(rows, "n_zero") == {
        "measure": "n_zero",
        "group": None,
        "estimate": 1.0,
        "se": 0.0,
        "ci_low": 1.0,
        "ci_high": 1.0,
        "n": 4,
    }
    assert one(rows, "fgt0")["estimate"] == 2 / 4
    assert one(rows, "theil")["estimate"] is None
    assert result.stderr.splitlines() == [
        "1 rows have no income: left out.",
        "1 incomes are negative: measured as they stand, without Theil and Atkinson.",
        "1 incomes are 0: measured; in Watts they add no gap.",
        "1 rows have no weight: left out.",
    ]


def test_it_speaks_chinese(tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text("y\n100\nNA\n300\n")

    result = run("poverty", path, "--income", "y", "--line", "90", "--lang", "zh")

    assert result.exit_code == 0
    assert result.stderr.splitlines() == ["1 行没有收入，未计入。"]
    assert result.stdout.splitlines()[0].split() == [
        "measure",
        "group",
        "estimate",
        "se",
        "ci_low",
        "ci_high",
        "n",
    ]


def test_the_table_has_a_line_for_each_estimate(folder):
    result = run("poverty", folder / "survey.csv", *POVERTY[:-1])

    lines = [line.split() for line in result.stdout.splitlines()]
    assert [line[0] for line in lines] == ["measure", *MEASURES]
    assert lines[1][-1] == "240"


MPI = ["--indicators", "no_water,no_school", "--k", "0.3333"]


def test_mpi_prints_the_index(folder):
    rows = rows_of(
        run(
            "mpi",
            folder / "survey.dta",
            *MPI,
            "--weights",
            "2/3,1/3",
            "--weight",
            "weight",
            *DESIGN,
            "--by",
            "county",
            "--json",
        )
    )

    frame = survey()
    weight = frame["weight"].astype(float)
    score = (2 * frame["no_water"] + frame["no_school"]) / 3
    poor = score > 0
    m0, h, a = (one(rows, name) for name in ("m0", "h", "a"))
    assert h["estimate"] == pytest.approx(weight[poor].sum() / weight.sum())
    assert m0["estimate"] == pytest.approx(np.average(score, weights=weight))
    assert a["estimate"] == pytest.approx(m0["estimate"] / h["estimate"])
    assert all(row["se"] > 0 for row in (m0, h, a, one(rows, "censored_no_water")))
    for group in (None, "东县", "西县"):
        parts = [
            one(rows, f"contribution_{name}", group)["estimate"]
            for name in ("no_water", "no_school")
        ]
        assert sum(parts) == pytest.approx(1)


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        (["--k", "1.5"], "The cut-off k is above 0 and at most 1; this is 1.5."),
        (
            ["--weights", "1"],
            "2 indicators and 1 weights; weights are positive, one for each.",
        ),
        (["--weights", "1/0,1"], "--weights: 1/0 is not a number."),
        (["--weights", "a,b"], "--weights: a is not a number."),
        (["--indicators", "rooms"], "rows of the indicator rooms are not 0 or 1"),
        (["--indicators", "roof"], "There is no column roof."),
    ],
)
def test_mpi_refuses_what_makes_no_sense(folder, extra, told):
    result = run("mpi", folder / "survey.csv", *MPI, *extra)

    assert result.exit_code == 2
    assert told in result.stderr
    assert result.stdout == ""


PMT = ["--outcome", "income", "--proxies", "rooms,county", "--log", "--json"]


def test_pmt_prints_the_errors_of_targeting(folder):
    extra = ["--quota", "0.25", "--cluster", "village", "--folds", "4", "--seed", "9"]
    first = run("pmt", folder / "survey.csv", *PMT, *extra)

    rows = rows_of(first)
    named = [row["measure"] for row in rows]
    assert named[:5] == [
        "r2",
        "exclusion_error",
        "inclusion_error",
        "targeting_differential",
        "auc",
    ]
    assert one(rows, "poor_share")["estimate"] == 0.25
    assert (
        one(rows, "exclusion_error")["estimate"]
        == (one(rows, "inclusion_error")["estimate"])
    )
    assert 0 < one(rows, "r2")["estimate"] < 1
    assert one(rows, "coef_rooms")["estimate"] == pytest.approx(0.2, abs=0.05)
    assert run("pmt", folder / "survey.csv", *PMT, *extra).stdout == first.stdout
    assert rows_of(run("pmt", folder / "survey.parquet", *PMT, *extra)) == rows


def test_clusters_alone_mean_five_folds(folder):
    extra = ["--quota", "0.25", "--cluster", "village"]

    assert (
        run("pmt", folder / "survey.csv", *PMT, *extra).stdout
        == run("pmt", folder / "survey.csv", *PMT, *extra, "--folds", "5").stdout
    )


def test_a_test_on_its_own_rows_says_so(folder):
    result = run("pmt", folder / "survey.csv", *PMT, "--cutoff", "3000")

    rows_of(result)
    assert result.stderr.splitlines() == [
        (
            "The errors are those on the rows of the fit, which flatters: use --folds "
            "or --train."
        )
    ]


def test_a_training_column_and_other_models(folder):
    extra = ["--cutoff", "3000", "--train", "train"]

    plain = rows_of(run("pmt", folder / "survey.dta", *PMT, *extra))
    median = rows_of(
        run("pmt", folder / "survey.dta", *PMT, *extra, "--model", "quantile")
    )
    selected = rows_of(run("pmt", folder / "survey.dta", *PMT, *extra, "--select"))

    assert one(plain, "exclusion_error")["n"] == 120
    assert one(median, "coef_rooms") != one(plain, "coef_rooms")
    assert {r["measure"] for r in selected} <= {r["measure"] for r in plain}


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        ([], "Give either a quota or a cut-off."),
        (["--quota", "0.2", "--cutoff", "1"], "Give either a quota or a cut-off."),
        (["--quota", "20"], "The quota is above 0 and below 1; this is 20."),
        (
            ["--quota", "0.2", "--folds", "5", "--train", "train"],
            "Give either --folds or --train.",
        ),
        (["--quota", "0.2", "--folds", "1"], "Folds are 2 to 100, not 1"),
        (["--quota", "0.2", "--train", "rooms"], "The training column rooms has 1"),
        (["--quota", "0.2", "--proxies", "income"], "income is the outcome"),
    ],
)
def test_pmt_refuses_what_makes_no_sense(folder, extra, told):
    result = run("pmt", folder / "survey.csv", *PMT, *extra)

    assert result.exit_code == 2
    assert told in result.stderr


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("survey.txt", b"income\n1\n", "should end in .csv, .parquet or .dta."),
        ("survey.parquet", b"PAR1 not really", "cannot be read: "),
        ("survey.dta", b"no Stata file", "cannot be read: "),
        ("survey.csv", b"income\n\xff\xff\xff\n", "is neither UTF-8 nor GB 18030."),
        ("survey.csv", b"", "cannot be read: "),
        ("survey.csv", b"income\nmany\n", "1 rows of income are not numbers."),
        ("survey.csv", b"earnings\n1\n", "There is no column income."),
        ("survey.csv", b"income\n", "There is no row to measure."),
    ],
)
def test_a_file_that_cannot_be_measured_is_refused(tmp_path, name, content, told):
    path = tmp_path / name
    path.write_bytes(content)

    result = run("poverty", path, "--income", "income", "--json")

    assert result.exit_code == 2
    assert told in result.stderr
    assert "error" in json.loads(result.stdout)


def test_a_missing_file_is_named(tmp_path):
    result = run("poverty", tmp_path / "none.csv", "--income", "income")

    assert result.exit_code == 2
    assert "none.csv cannot be read: No such file or directory" in result.stderr


def test_a_file_in_gb18030_is_read(tmp_path):
    path = tmp_path / "survey.csv"
    path.write_bytes("收入,县\n100,东县\n300,西县\n".encode("gb18030"))

    rows = rows_of(
        run(
            "poverty", path, "--income", "收入", "--by", "县", "--line", "200", "--json"
        )
    )

    assert one(rows, "fgt0", "东县")["estimate"] == 1.0


def test_stata_labels_that_are_not_unique_leave_the_codes(tmp_path):
    path = tmp_path / "survey.dta"
    frame = pd.DataFrame({"y": [1.0, 2.0, 3.0], "g": np.array([1, 2, 3], np.int8)})
    frame.to_stata(path, write_index=False, value_labels={"g": {1: "a", 2: "a"}})

    rows = rows_of(
        run("poverty", path, "--income", "y", "--by", "g", "--line", "2", "--json")
    )

    assert {row["group"] for row in rows} == {None, "1", "2", "3"}


def test_only_the_columns_that_are_asked_for_are_read(tmp_path):
    path = tmp_path / "survey.parquet"
    pl.DataFrame({"y": [1.0, 2.0], "blob": [[1], [2]]}).write_parquet(path)

    assert rows_of(run("poverty", path, "--income", "y", "--line", "2", "--json"))


def test_a_file_that_is_too_large_is_refused(folder, monkeypatch):
    monkeypatch.setattr("bangfu.cli.survey_files.BYTES_MAX", 100)

    result = run("poverty", folder / "survey.csv", *POVERTY)

    assert result.exit_code == 2
    assert "the file has more than 100 bytes." in result.stderr


def test_groups_of_a_stata_file_without_labels_are_its_codes(folder):
    rows = rows_of(run("poverty", folder / "survey.dta", *POVERTY, "--by", "stratum"))

    assert {row["group"] for row in rows} == {None, "0", "1"}


def test_it_loads_no_django(folder):
    script = (
        "import sys\n"
        "from bangfu.cli.main import bangfu\n"
        "code = bangfu.main(sys.argv[1:], standalone_mode=False)\n"
        "assert 'django' not in sys.modules, 'django'\n"
        "sys.exit(code)\n"
    )
    arguments = ["calc", "poverty", "--input", str(folder / "survey.csv"), *POVERTY]

    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, check=False
    )

    assert done.returncode == 0, done.stderr
