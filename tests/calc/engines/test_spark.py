"""The same steps in Spark's words."""

import polars as pl
import pytest
import sqlglot

from bangfu.calc.engines import duck, spark
from bangfu.calc.tables.schema import Table, Type, code, number, whole, yes_no
from bangfu.calc.values.text import Text

HOUSEHOLD = Table(
    "household",
    Text("户", "households"),
    (
        whole("id", "-", "编号", "id", nulls=False),
        code("status", "状态", "status"),
        yes_no("is_poor", "贫困", "is poor"),
        number("area", "m2", "面积", "area"),
    ),
    ("id",),
)
STEPS = """-- step: ranked | key: id
SELECT id, status, area, is_poor,
    row_number() OVER (PARTITION BY status ORDER BY area, id) AS place,
    CAST(floor(area * CAST('10.5' AS DOUBLE)) AS BIGINT) AS tenths
FROM household WHERE status IN ($codes) AND NOT coalesce(is_poor, FALSE)
-- step: sums | key: status
SELECT status, bool_or(is_poor) AS poor, CAST(sum(tenths) AS BIGINT) AS tenths,
    sum(area) / nullif(count(*), 0) AS mean, count(*) FILTER (WHERE place > 1) AS later,
    status || '-' AS label
FROM ranked GROUP BY status
"""


def load():
    return duck.load(
        STEPS, name="trial", inputs=(HOUSEHOLD,), parameters={"codes": Type.TEXT}
    )


def test_nulls_come_last_as_on_duckdb_and_text_is_a_string():
    said = dict(spark.statements(load(), {"codes": ("1", "2")}))
    ranked = " ".join(said["ranked"].split())

    assert "ORDER BY area NULLS LAST, id NULLS LAST" in ranked
    assert "status IN ('1', '2')" in ranked
    assert "CAST('10.5' AS DOUBLE)" in ranked
    assert "CAST(FLOOR(area * CAST('10.5' AS DOUBLE)) AS BIGINT)" in ranked
    assert list(said) == ["ranked", "sums"]
    assert "BOOL_OR(is_poor) AS poor" in said["sums"]
    assert "FROM ranked" in said["sums"]


def test_sparks_words_read_back_give_the_same_rows(tmp_path):
    """What was lost or turned on the way to Spark would show on the way back."""
    path = tmp_path / "h.parquet"
    pl.DataFrame(
        {
            "id": [1, 2, 3, 4, 5, 6],
            "status": ["1", "1", "1", "2", "2", "3"],
            "is_poor": [None, False, True, None, False, None],
            "area": [2.5, None, 1.0, 4.0, 4.0, 9.9],
        }
    ).write_parquet(path)
    pipeline, values = load(), {"codes": ("1", "2")}
    back = "".join(
        f"-- step: {name} | key: {','.join(pipeline.step(name).key)}\n"
        + sqlglot.transpile(sql, read="spark", write="duckdb")[0]
        + "\n"
        for name, sql in spark.statements(pipeline, values)
    )
    # Spark's own CAST gives null where DuckDB's fails; no cast here can do either.
    back = back.replace("TRY_CAST(", "CAST(")
    again = duck.load(back, name="back", inputs=(HOUSEHOLD,))
    source = duck.Source(HOUSEHOLD, (path,))
    with duck.run(pipeline, [source], values) as one, duck.run(again, [source]) as two:
        for step in ("ranked", "sums"):
            assert one.frame(step).equals(two.frame(step))
        assert one.frame("ranked").rows() == [
            (1, "1", 2.5, None, 1, 26),
            (2, "1", None, False, 2, None),
            (4, "2", 4.0, None, 1, 42),
            (5, "2", 4.0, False, 2, 42),
        ]


def test_a_missing_value_is_refused_here_too():
    with pytest.raises(Exception, match="has no value"):
        spark.statements(load())
