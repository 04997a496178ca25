"""`bangfu calc plan` on files: formats, exit codes, sentences, nothing half-written."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from bangfu.cli.main import bangfu

# Two places for training; 001 counts double. 001 gains 2 * 3, 002 gains 5, 003 gains 4.
FILES = {
    "households": "id,weight\n001,2\n002,1\n003,1\n",
    "options": (
        "household_id,measure_id,gain\n001,train,3\n002,train,5\n003,train,4\n"
        "003,cash,1\n"
    ),
    "measures": "id,group\ntrain,\ncash,\n",
    "resources": "id,capacity\nplaces,2\n",
    "use": (
        "household_id,measure_id,resource_id,amount\n001,train,places,1\n"
        "002,train,places,1\n003,train,places,1\n"
    ),
}
PLAN = "household_id,measure_id\n001,train\n002,train\n003,cash\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the five tables as CSV files."""
    for name, text in FILES.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def plan(folder: Path, *extra: str, out: str = "plan.csv", language: str = "en"):
    arguments = ["calc", "plan", "--out", str(folder / out)]
    for name in FILES:
        arguments += [f"--{name}", str(folder / f"{name}.csv")]
    arguments += extra
    return CliRunner().invoke(bangfu, arguments, env={"BANGFU_LANG": language})


def test_it_writes_the_plan_and_exits_with_0(folder: Path):
    result = plan(folder)

    assert result.exit_code == 0, result.stderr
    assert (folder / "plan.csv").read_text() == PLAN
    first = result.stdout.splitlines()[0]
    assert first == (
        "Households 3, helped 3 with 3 measures; weighted gain 12.0000, bound 12.0000, "
        "gap 0.0000 %."
    )


def test_the_json_has_value_bound_gap_prices_and_seconds(folder: Path):
    result = plan(folder, "--json")

    document = json.loads(result.stdout)
    assert (document["value"], document["gap"]) == (12, pytest.approx(0, abs=1e-9))
    assert document["bound"] == pytest.approx(12)
    (price,) = document["prices"]
    assert price["resource_id"] == "places"
    assert 3 - 1e-6 <= price["price"] <= 5 + 1e-6
    assert price["slack"] == 0
    assert document["seconds"] > 0
    assert "Households 3" in result.stderr


def test_the_limit_per_household_holds(folder: Path):
    result = plan(folder, "--max-per-household", "1", "--json")

    assert json.loads(result.stdout)["value"] == 12
    assert (folder / "plan.csv").read_text() == PLAN


def test_parquet_goes_in_and_out(folder: Path):
    for name in FILES:
        frame = pl.read_csv(folder / f"{name}.csv", infer_schema=False)
        frame.write_parquet(folder / f"{name}.parquet")
        (folder / f"{name}.csv").unlink()
    arguments = ["calc", "plan", "--out", str(folder / "plan.parquet")]
    for name in FILES:
        arguments += [f"--{name}", str(folder / f"{name}.parquet")]

    result = CliRunner().invoke(bangfu, arguments)

    assert result.exit_code == 0, result.stderr
    assert pl.read_parquet(folder / "plan.parquet").write_csv() == PLAN


def test_the_reasons_are_written_on_request(folder: Path):
    result = plan(folder, "--explain", str(folder / "why.csv"))

    assert result.exit_code == 0, result.stderr
    reasons = pl.read_csv(folder / "why.csv").select("measure_id", "reason").rows()
    assert reasons == [
        ("train", "chosen"),
        ("train", "chosen"),
        ("cash", "chosen"),
        ("train", "too_dear"),
    ]


def test_wrong_tables_are_refused_in_chinese_and_nothing_is_written(folder: Path):
    (folder / "use.csv").write_text(
        "household_id,measure_id,resource_id,amount\n009,train,places,-1\n"
    )

    result = plan(folder, language="zh")

    assert result.exit_code == 2
    assert "输入数据有" in result.stderr
    assert "应在 0 至 1e+15 之间" in result.stderr
    assert "占用表中的“009”不在对应的表内。" in result.stderr
    assert not (folder / "plan.csv").exists()


def test_an_input_is_never_overwritten(folder: Path):
    result = plan(folder, out="use.csv")

    assert result.exit_code == 2
    assert (folder / "use.csv").read_text() == FILES["use"]


def test_what_ifs_are_planned_beside_it(folder: Path):
    result = plan(folder, "--what-if", "places=+50", "--json")

    (row,) = json.loads(result.stdout)["what_if"]
    # With a third place 003 is trained, for 4 instead of the cash: 6 + 5 + 4 + 1.
    assert (row["name"], row["value"], row["change"]) == ("places=+50", 16, 4)
    assert (row["joined"], row["left"]) == (1, 0)
    assert "What if places=+50: the weighted gain changes by +4.0000" in result.stderr


@pytest.mark.parametrize("text", ["places", "=1", "places=x", "places=-101"])
def test_a_what_if_that_says_nothing_is_refused(folder: Path, text: str):
    result = plan(folder, "--what-if", text)

    assert result.exit_code == 2
    assert "must be RESOURCE=PERCENT" in result.stderr
    assert not (folder / "plan.csv").exists()
