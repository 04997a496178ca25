"""`bangfu calc pair` on files: formats, exit codes, sentences, nothing half-written."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from bangfu.cli.main import bangfu

# Two villages 5 km apart, three households, one official at each village.
HOUSEHOLDS = """id,division_code,x_km,y_km,need
001,990101101200,0,0,health
002,990101101200,0,0,school
003,990101101201,3,4,school
"""
OFFICIALS = """id,unit_id,serves_code,x_km,y_km,expertise,min,max
0001,U1,990101,0,0,doctor,1,2
0002,U1,990101,3,4,teacher,1,2
"""
COSTS = """need,expertise,cost
health,doctor,0
health,teacher,900
school,doctor,900
school,teacher,0
"""
# 001 stays with the doctor (0), 003 with the teacher (0); 002 goes to the teacher over
# 5 km (500), which is cheaper than the doctor next door (900).
PAIRS = "household_id,official_id\n001,0001\n002,0002\n003,0002\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the three tables as CSV files."""
    for name, text in (
        ("households", HOUSEHOLDS),
        ("officials", OFFICIALS),
        ("costs", COSTS),
    ):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def pair(folder: Path, *extra: str, out: str = "pairs.csv", language: str = "en"):
    arguments = [
        "calc",
        "pair",
        "--households",
        str(folder / "households.csv"),
        "--officials",
        str(folder / "officials.csv"),
        "--costs",
        str(folder / "costs.csv"),
        "--out",
        str(folder / out),
        *extra,
    ]
    return CliRunner().invoke(bangfu, arguments, env={"BANGFU_LANG": language})


def test_it_writes_the_pairs_and_exits_with_0(folder: Path):
    result = pair(folder)

    assert result.exit_code == 0, result.stderr
    assert (folder / "pairs.csv").read_text() == PAIRS
    assert result.stdout.splitlines() == [
        "Full coverage in both directions, proven to cost least.",
        (
            "Households 3, covered 3; officials 2, below the lower quota 0; "
            "cost 500, bound 500."
        ),
    ]


def test_it_speaks_chinese(folder: Path):
    result = pair(folder, "--lang", "zh")

    assert result.stdout.splitlines() == [
        "双向全覆盖，且已证明成本最低。",
        "贫困户 3 户，已覆盖 3 户；干部 2 名，低于下限 0 名；成本 500，下界 500。",
    ]


def test_json_has_the_figures_and_nothing_else_on_stdout(folder: Path):
    result = pair(folder, "--json")

    document = json.loads(result.stdout)
    seconds, peak_mb = document.pop("seconds"), document.pop("peak_mb")
    assert 0 < seconds < 60
    assert peak_mb > 0  # of the whole process, which other tests share
    assert document == {
        "status": "optimal_full",
        "meaning": {
            "zh": "双向全覆盖，且已证明成本最低。",
            "en": "Full coverage in both directions, proven to cost least.",
        },
        "households": 3,
        "officials": 2,
        "covered": 3,
        "uncovered": 0,
        "below_min": 0,
        "shortfall": 0,
        "above_max": 0,
        "forbidden": 0,
        "kept": 0,
        "cost": 500,
        "bound": 500,
        "gap": 0,
        "shortages": [],
        "findings": [],
        "out": str(folder / "pairs.csv"),
        "snapped": False,
    }


def test_parquet_in_and_out_give_the_same_pairs(folder: Path):
    for name in ("households", "officials", "costs"):
        numbers = {"x_km": pl.Float64, "y_km": pl.Float64, "cost": pl.Int64}
        numbers |= {"min": pl.Int64, "max": pl.Int64}
        frame = pl.read_csv(folder / f"{name}.csv", infer_schema=False)
        casts = {
            column: numbers[column] for column in frame.columns if column in numbers
        }
        frame.cast(casts).write_parquet(folder / f"{name}.parquet")

    arguments = ["calc", "pair", "--out", str(folder / "out.parquet")]
    for name in ("households", "officials", "costs"):
        arguments += [f"--{name}", str(folder / f"{name}.parquet")]
    result = CliRunner().invoke(bangfu, arguments)

    assert result.exit_code == 0, result.stderr
    written = pl.read_parquet(folder / "out.parquet")
    assert written.schema == {"household_id": pl.String, "official_id": pl.String}
    assert written.rows() == [("001", "0001"), ("002", "0002"), ("003", "0002")]


def test_a_file_in_gb18030_is_read(folder: Path):
    text = HOUSEHOLDS.replace("001,", "户一,")
    (folder / "households.csv").write_bytes(text.encode("gb18030"))

    assert pair(folder).exit_code == 0
    assert "户一,0001" in (folder / "pairs.csv").read_text(encoding="utf-8")


def test_an_existing_pair_and_kin_are_minded(folder: Path):
    (folder / "existing.csv").write_text("household_id,official_id\n002,0001\n")
    (folder / "kin.csv").write_text("household_id,official_id\n001,0001\n")

    result = pair(
        folder,
        "--existing",
        str(folder / "existing.csv"),
        "--forbidden",
        str(folder / "kin.csv"),
        "--keep-price",
        "401",
        "--json",
    )

    # 001 may not have 0001: teacher at 500 + 900. 002 kept: 900 - 401 = 499 < 500.
    document = json.loads(result.stdout)
    assert (document["cost"], document["kept"], document["forbidden"]) == (1899, 1, 0)
    assert (folder / "pairs.csv").read_text() == (
        "household_id,official_id\n001,0002\n002,0001\n003,0002\n"
    )


def test_the_price_of_distance_counts(folder: Path):
    result = pair(folder, "--km-price", "2", "--json")

    # 1,000 for the way is now dearer than 900 for the other field.
    assert json.loads(result.stdout)["cost"] == 900


def test_without_full_coverage_it_says_what_lacks_and_exits_with_1(folder: Path):
    officials = OFFICIALS.replace(",1,2", ",1,1")
    (folder / "officials.csv").write_text(officials)

    result = pair(folder)

    assert result.exit_code == 1
    assert result.stdout.splitlines()[2:] == [
        (
            "990101 lacks 1 place: 3 households in 2 villages may only be served by "
            "officials whose upper quotas add up to 2. It has 2 places of its own; below "
            "it 3 more are needed: 990101101 3."
        ),
        "Assign more officials to 990101, for 1 place.",
    ]
    assert (folder / "pairs.csv").read_text().count("\n") == 3


def test_an_official_below_the_lower_quota_is_not_full_coverage(folder: Path):
    (folder / "officials.csv").write_text(OFFICIALS.replace(",1,2", ",2,2"))

    result = pair(folder, "--json")

    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert (document["uncovered"], document["below_min"]) == (0, 1)
    assert document["status"] == "optimal_partial"


def test_all_findings_of_all_tables_are_told_at_once(folder: Path):
    (folder / "households.csv").write_text(
        "id,division_code,x_km,y_km,need\n001,99010,0,0,health\n001,990101,a,0,x\n"
    )
    (folder / "officials.csv").write_text(OFFICIALS.replace(",1,2", ",3,2"))

    result = pair(folder)

    assert result.exit_code == 2
    assert not (folder / "pairs.csv").exists()
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "The input has 3 findings; nothing was solved.",
        (
            "  pairing.bad_cell households row 2: Row 2 of households: “x_km” is “a”; "
            "a finite number is needed."
        ),
        (
            "  pairing.min_above_max 0001 row 1: Official “0001” has a lower quota 3 above "
            "the upper quota 2."
        ),
        (
            "  pairing.min_above_max 0002 row 2: Official “0002” has a lower quota 3 above "
            "the upper quota 2."
        ),
        "Correct them and try again.",
    ]


def test_codes_stored_as_numbers_are_refused(folder: Path):
    pl.DataFrame({"household_id": [1], "official_id": ["0001"]}).write_parquet(
        folder / "kin.parquet"
    )

    result = pair(folder, "--forbidden", str(folder / "kin.parquet"), language="zh")

    assert result.exit_code == 2
    assert (
        "回避关系表的“household_id”列是数字（Int64），应为文本，否则前导零会丢失。"
    ) in result.stderr


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "households.csv is not a table: empty CSV"),
        (b"PK\x03\x04", "The table households lacks the column “id”."),
        (b"id\n\xff\xff\xff", "households.csv is neither UTF-8 nor GB 18030."),
        (b"a,b\n1,2,3\n", "households.csv is not a table:"),
    ],
)
def test_a_file_that_is_no_table_is_refused(folder: Path, content: bytes, told: str):
    (folder / "households.csv").write_bytes(content)

    result = pair(folder)

    assert result.exit_code == 2
    assert told in result.stderr
    assert not (folder / "pairs.csv").exists()


def test_a_half_written_parquet_file_is_refused(folder: Path):
    whole = folder / "whole.parquet"
    pl.DataFrame({"household_id": ["001"], "official_id": ["0001"]}).write_parquet(
        whole
    )
    (folder / "half.parquet").write_bytes(whole.read_bytes()[:100])

    result = pair(folder, "--existing", str(folder / "half.parquet"))

    assert result.exit_code == 2
    assert "half.parquet is not a table:" in result.stderr


@pytest.mark.parametrize(
    ("out", "told"),
    [
        ("pairs.xlsx", "should end in .csv or .parquet."),
        ("nowhere/pairs.csv", "cannot be written: No such file or directory"),
        ("households.csv", "is an input and cannot be the result."),
    ],
)
def test_a_result_that_cannot_be_written_is_refused(folder: Path, out: str, told: str):
    result = pair(folder, out=out)

    assert result.exit_code == 2
    assert told in result.stderr
    assert (folder / "households.csv").read_text() == HOUSEHOLDS


def test_a_missing_file_is_named(folder: Path):
    result = pair(folder, "--existing", str(folder / "none.csv"))

    assert result.exit_code == 2
    assert "none.csv cannot be read: No such file or directory" in result.stderr


def test_an_old_result_is_replaced_whole(folder: Path):
    (folder / "pairs.csv").write_text("old" * 1000)

    pair(folder)

    assert (folder / "pairs.csv").read_text() == PAIRS
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


def test_snapping_puts_households_at_the_mean_of_their_division(folder: Path):
    spread = HOUSEHOLDS.replace("001,990101101200,0,0", "001,990101101200,0,2")
    (folder / "households.csv").write_text(spread)

    result = pair(folder, "--snap", "--json")

    # Both households of the first village count from (0, 1): 100 for 001, and for 002
    # sqrt(9 + 9) km = 424 to the teacher.
    document = json.loads(result.stdout)
    assert (document["cost"], document["snapped"]) == (524, True)
    assert "Distances count from the mean place of each division." in result.stderr


def test_it_loads_no_django(folder: Path):
    script = (
        "import sys\n"
        "from bangfu.cli.main import bangfu\n"
        "code = bangfu.main(sys.argv[1:], standalone_mode=False)\n"
        "assert 'django' not in sys.modules\n"
        "sys.exit(code)\n"
    )
    arguments = ["calc", "pair", "--out", str(folder / "out.csv")]
    for name in ("households", "officials", "costs"):
        arguments += [f"--{name}", str(folder / f"{name}.csv")]

    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    assert (folder / "out.csv").read_text() == PAIRS
