"""`bangfu calc dedupe` on files: formats, exit codes, sentences, nothing half-written."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from bangfu.cli.main import bangfu

PEOPLE = """no,姓名,born,who
07,张建国,1961-04-09,a
12,张健国,1961-04-09,a
31,李红,1990-12-01,b
33,王芳,1985-06-17,c
"""
CONFIG = 'id = "no"\nname = "姓名"\nbirth_date = "born"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with four persons and a configuration."""
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    (tmp_path / "people.toml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def dedupe(
    folder: Path, *extra: str, source="people.csv", out="out.csv", language="en"
):
    arguments = ["calc", "dedupe", "--input", str(folder / source)]
    arguments += ["--config", str(folder / "people.toml"), "--out", str(folder / out)]
    return CliRunner().invoke(
        bangfu, [*arguments, *extra], env={"BANGFU_LANG": language}
    )


def test_it_writes_the_id_and_the_cluster(folder: Path):
    result = dedupe(folder, "--truth", "who")

    assert result.exit_code == 0, result.stderr
    assert (
        folder / "out.csv"
    ).read_text() == "no,cluster\n07,07\n12,07\n31,31\n33,33\n"
    assert result.stdout.splitlines() == [
        "Records 4, persons 3, duplicates 1; pairs compared 1, threshold 0.2.",
        "In pairs: precision 1.0000, recall 1.0000, F1 1.0000.",
    ]


def test_json_goes_to_stdout_and_sentences_to_stderr(folder: Path):
    result = dedupe(folder, "--truth", "who", "--json", language="zh")

    document = json.loads(result.stdout)
    assert document["rows"] == 4
    assert document["persons"] == 3
    assert document["truth"]["f1"] == 1.0
    assert document["truth"]["pairs_true"] == 1
    assert "共 4 条记录，识别为 3 人，重复 1 条" in result.stderr


def test_parquet_in_and_out(folder: Path):
    pl.read_csv(PEOPLE.encode(), infer_schema=False).write_parquet(folder / "p.parquet")

    result = dedupe(folder, source="p.parquet", out="out.parquet")

    assert result.exit_code == 0, result.stderr
    found = pl.read_parquet(folder / "out.parquet")
    assert found["cluster"].to_list() == ["07", "07", "31", "33"]


def test_it_refuses_a_configuration_with_file_key_and_reason(folder: Path):
    (folder / "people.toml").write_text(CONFIG + 'age = "x"\nphone = "tel"\n')

    result = dedupe(folder)

    assert result.exit_code == 2
    assert not (folder / "out.csv").exists()
    assert str(folder / "people.toml") in result.stderr
    assert "age: is no key." in result.stderr


def test_it_refuses_a_column_that_is_missing_in_both_languages(folder: Path):
    (folder / "people.toml").write_text(CONFIG + 'phone = "tel"\n')

    english, chinese = dedupe(folder), dedupe(folder, language="zh")

    assert english.exit_code == chinese.exit_code == 2
    assert "phone: the table has no column “tel”" in english.stderr
    assert "phone：表中没有列“tel”" in chinese.stderr
    assert not (folder / "out.csv").exists()


def test_it_refuses_to_write_over_its_input(folder: Path):
    result = dedupe(folder, out="people.csv")

    assert result.exit_code == 2
    assert (folder / "people.csv").read_text(encoding="utf-8") == PEOPLE


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"#" * 200_000])
def test_it_refuses_a_configuration_that_is_no_text(folder: Path, content: bytes):
    (folder / "people.toml").write_bytes(content)

    result = dedupe(folder)

    assert result.exit_code == 2
    assert "people.toml" in result.stderr
