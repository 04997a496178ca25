"""Running steps: results by name, parameters, and which step failed."""

from datetime import date, datetime

import polars as pl
import pytest

from bangfu.calc.engines import duck
from bangfu.calc.engines.steps import PipelineRefused, StepFailed
from bangfu.calc.tables.schema import Table, Type, code, division, number, whole
from bangfu.calc.values.text import Text

HOUSEHOLD = Table(
    "household",
    Text("户", "households"),
    (
        whole("id", "-", "编号", "id", nulls=False),
        division(),
        code("status", "状态", "status"),
        number("area", "m2", "面积", "area"),
        whole("net_fen", "fen", "收入", "net"),
    ),
    ("id",),
)
STEPS = """-- step: poor | key: id
-- Those below the line.
SELECT id, division_code, area, net_fen FROM household
WHERE net_fen < $line AND status IN ($codes)
-- step: villages | key: division_code
SELECT division_code, count(*) AS poor, sum(area) AS area,
    CAST(sum(net_fen) AS BIGINT) AS net_fen
FROM poor GROUP BY division_code
"""
PARAMETERS = {"line": Type.INTEGER, "codes": Type.TEXT}
A, B = "990101100200", "990101100201"


@pytest.fixture
def files(tmp_path):
    """Two files, as of two counties."""
    frame = pl.DataFrame(
        {
            "id": [1, 2, 3, 4, 5],
            "division_code": [A, A, B, B, "990102100200"],
            "status": ["0", "1", "0", None, "0"],
            "area": [10.0, 20.5, 30.0, 1.0, 2.0],
            "net_fen": [100, 200, 2**62, 50, 1],
        }
    )
    paths = []
    for name, rows in (("a", frame[:4]), ("b", frame[4:])):
        path = tmp_path / f"county={name}" / "it's.parquet"
        path.parent.mkdir()
        rows.write_parquet(path)
        paths.append(path)
    return tuple(paths)


def load(text=STEPS, parameters=PARAMETERS):
    return duck.load(text, name="trial", inputs=(HOUSEHOLD,), parameters=parameters)


def test_every_step_can_be_looked_at(files):
    values = {"line": 1_000, "codes": ("0", "1")}
    with duck.run(load(), [duck.Source(HOUSEHOLD, files)], values) as results:
        poor = results.frame("poor")
        villages = results.frame()
        rows = results.rows(), results.rows("poor")

    assert poor["id"].to_list() == [1, 2, 5]
    assert villages.rows() == [
        (A, 2, 30.5, 300),
        ("990102100200", 1, 2.0, 1),
    ]
    assert villages.schema == {
        "division_code": pl.String,
        "poor": pl.Int64,
        "area": pl.Float64,
        "net_fen": pl.Int64,
    }
    assert rows == (2, 3)


def test_a_source_gives_only_its_range(files):
    source = duck.Source(HOUSEHOLD, files, "990101", "990101:")
    with duck.run(load(), [source], {"line": 10**18, "codes": "0"}) as results:
        assert results.frame()["division_code"].to_list() == [A]
        assert results.frame("poor")["id"].to_list() == [1]


def test_a_table_without_files_is_empty_and_typed():
    with duck.run(load(), [], {"line": 1, "codes": "0"}) as results:
        frame = results.frame()

    assert frame.height == 0
    assert frame.schema["poor"] == pl.Int64


def test_results_can_be_written_only_where_it_was_said(files, tmp_path):
    values = {"line": 1_000, "codes": "0"}
    out = tmp_path / "out"
    out.mkdir()
    source = duck.Source(HOUSEHOLD, files)
    with duck.run(load(), [source], values, out=out) as results:
        results.write(out / "poor.parquet", "poor")
        with pytest.raises(Exception, match="disabled"):
            results.write(tmp_path / "elsewhere.parquet")
    again = pl.read_parquet(out / "poor.parquet")

    assert again["id"].to_list() == [1, 5]
    assert not (tmp_path / "elsewhere.parquet").exists()


def test_it_says_which_step_failed_when_a_sum_is_too_large(files):
    text = """-- step: doubled | key: id
SELECT id, net_fen * 4 AS net_fen FROM household
-- step: after | key: id
SELECT id FROM doubled"""

    with (
        pytest.raises(StepFailed) as refusal,
        duck.run(load(text, {}), [duck.Source(HOUSEHOLD, files)]),
    ):
        pass
    assert refusal.value.step == "doubled"
    assert str(refusal.value.message).startswith(
        "The step “doubled” failed: Out of Range Error: Overflow in multiplication"
    )
    assert refusal.value.message.in_language("zh").startswith("计算步骤“doubled”失败：")


def test_a_sum_beyond_a_whole_number_fails_and_does_not_wrap(files):
    text = """-- step: total | key: status
SELECT coalesce(status, '-') AS status, CAST(sum(net_fen * 2) AS BIGINT) + 0 AS net_fen
FROM household GROUP BY coalesce(status, '-')"""
    text = text.replace("net_fen * 2", "net_fen + net_fen - 1")

    with (
        pytest.raises(StepFailed),
        duck.run(load(text, {}), [duck.Source(HOUSEHOLD, (*files, files[0]))]),
    ):
        pass


def test_a_key_that_is_not_unique_fails(files):
    text = "-- step: statuses | key: division_code\nSELECT division_code FROM household"

    with (
        pytest.raises(StepFailed) as refusal,
        duck.run(load(text, {}), [duck.Source(HOUSEHOLD, files)]),
    ):
        pass
    assert str(refusal.value.message) == (
        "The step “statuses” failed: division_code: 2 keys are not unique"
    )


def test_a_key_that_is_null_fails(files):
    text = "-- step: statuses | key: status\nSELECT DISTINCT status FROM household"

    with (
        pytest.raises(StepFailed) as refusal,
        duck.run(load(text, {}), [duck.Source(HOUSEHOLD, files)]),
    ):
        pass
    assert str(refusal.value.message).endswith("1 rows: status IS NULL")


def test_results_are_gone_when_the_run_is_over(files):
    values = {"line": 1_000, "codes": "0"}
    with duck.run(load(), [duck.Source(HOUSEHOLD, files)], values) as results:
        pass

    with pytest.raises(Exception, match="closed"):
        results.rows()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"codes": "0"}, "The parameter $line has no value."),
        ({"line": 1, "codes": "0", "x": 1}, "There is no parameter $x."),
        ({"line": "1", "codes": "0"}, "The parameter $line must be of type integer."),
        ({"line": True, "codes": "0"}, "The parameter $line must be of type integer."),
        ({"line": 2**63, "codes": "0"}, "The parameter $line must be of type integer."),
        ({"line": 1, "codes": ()}, "The parameter $codes takes 1 to 1,000 values."),
        ({"line": 1, "codes": "a\\"}, "The parameter $codes must be of type text."),
    ],
)
def test_a_wrong_value_is_refused(values, said):
    with pytest.raises(PipelineRefused) as refusal, duck.run(load(), [], values):
        pass

    assert str(refusal.value.findings[0].message) == said


def test_values_of_every_type_arrive_as_they_are():
    text = """-- step: given | key: a
SELECT $a AS a, $b AS b, $c AS c, $d AS d, $e AS e, $f AS f"""
    parameters = {
        "a": Type.TEXT,
        "b": Type.INTEGER,
        "c": Type.NUMBER,
        "d": Type.DATE,
        "e": Type.BOOLEAN,
        "f": Type.NUMBER,
    }
    values = {
        "a": "o'a",
        "b": -5,
        "c": 0.1,
        "d": date(2016, 2, 29),
        "e": True,
        "f": None,
    }
    with duck.run(load(text, parameters), [], values) as results:
        row = results.frame().row(0)

    assert row == ("o'a", -5, 0.1, date(2016, 2, 29), True, None)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Type.DATE, datetime(2016, 1, 1)),  # noqa: DTZ001
        (Type.DATE, "2016-01-01"),
        (Type.NUMBER, float("nan")),
        (Type.NUMBER, float("inf")),
        (Type.BOOLEAN, 1),
        (Type.TEXT, 1),
    ],
)
def test_values_of_another_type_are_refused(kind, value):
    text = "-- step: given | key: a\nSELECT $a AS a"

    with (
        pytest.raises(PipelineRefused),
        duck.run(load(text, {"a": kind}), [], {"a": value}),
    ):
        pass


def test_the_engine_reads_no_other_file(tmp_path):
    with duck._connection() as con, pytest.raises(Exception, match="disabled"):
        con.execute("SELECT * FROM read_csv('/etc/passwd')")
