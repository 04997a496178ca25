"""A step that the two engines could read differently is refused when it is loaded."""

import pytest

from bangfu.calc.engines import duck
from bangfu.calc.engines.steps import PipelineRefused
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
        whole("year", "year", "年份", "year"),
        whole("size", "persons", "人数", "size"),
    ),
    ("id",),
)
MEMBER = Table(
    "member",
    Text("人", "members"),
    (
        whole("id", "-", "编号", "id", nulls=False),
        whole("household_id", "-", "户编号", "household"),
        whole("age", "years", "周岁", "age"),
    ),
    ("id",),
)
PARAMETERS = {"day": Type.DATE, "codes": Type.TEXT, "least": Type.NUMBER}


def load(sql, key="id"):
    text = sql if sql.startswith("-- step:") else f"-- step: only | key: {key}\n{sql}"
    return duck.load(
        text, name="trial", inputs=(HOUSEHOLD, MEMBER), parameters=PARAMETERS
    )


def codes(sql, key="id"):
    with pytest.raises(PipelineRefused) as refusal:
        load(sql, key)
    return {one.code for one in refusal.value.findings}


def messages(sql, language="en"):
    with pytest.raises(PipelineRefused) as refusal:
        load(sql)
    return [one.message.in_language(language) for one in refusal.value.findings]


REFUSED = {
    # only listed tables, columns and functions
    "SELECT id FROM nowhere": "engine.table",
    "SELECT id FROM main.household": "engine.table",
    "SELECT id FROM read_parquet('/etc/passwd')": "engine.table",
    "SELECT id FROM 'file.parquet'": "engine.table",
    "SELECT nothing AS id FROM household": "engine.column",
    "SELECT id FROM household JOIN member ON household.id = member.household_id": "engine.column",
    "SELECT read_text('x') AS id FROM household": "engine.function",
    "SELECT id, now() AS t FROM household": "engine.function",
    "SELECT id, current_date AS t FROM household": "engine.function",
    "SELECT id, random() AS r FROM household": "engine.function",
    "SELECT id, levenshtein(status, 'a') AS d FROM household": "engine.function",
    "SELECT id, concat(status, 'a') AS d FROM household": "engine.function",
    "SELECT id, log(area) AS d FROM household": "engine.function",
    "SELECT id, any_value(status) AS s FROM household GROUP BY id": "engine.function",
    "SELECT id, first(status) AS s FROM household GROUP BY id": "engine.function",
    "SELECT id, list(status) AS s FROM household GROUP BY id": "engine.function",
    "SELECT id, string_agg(status, ',') AS s FROM household GROUP BY id": "engine.function",
    "SELECT id, median(area) AS m FROM household GROUP BY id": "engine.function",
    "SELECT id, try_cast(status AS BIGINT) AS s FROM household": "engine.function",
    "SELECT id, round(area, 2) AS a FROM household": "engine.round",
    # one SELECT, a set without order
    "DELETE FROM household": "engine.one_select",
    "ATTACH 'x.db'": "engine.one_select",
    "SELECT id FROM household; SELECT id FROM member": "engine.one_select",
    "COPY household TO 'x'": "engine.one_select",
    "SELECT id FROM household ORDER BY id": "engine.part",
    "SELECT id FROM household LIMIT 5": "engine.part",
    "SELECT id FROM household OFFSET 5": "engine.part",
    "SELECT DISTINCT ON (status) id FROM household": "engine.part",
    "WITH m AS (SELECT id FROM member) SELECT id FROM m": "engine.part",
    "SELECT id FROM (SELECT id FROM member) AS m": "engine.part",
    "SELECT id FROM household WHERE id IN (SELECT id FROM member)": "engine.part",
    "SELECT id, (SELECT 1) AS one FROM household": "engine.part",
    "SELECT id FROM household WHERE EXISTS (SELECT 1 FROM member)": "engine.part",
    "SELECT id FROM household QUALIFY row_number() OVER (ORDER BY id) = 1": "engine.part",
    "SELECT id FROM household USING SAMPLE 5": "engine.part",
    "SELECT id FROM household UNION SELECT id FROM member": "engine.part",
    "SELECT id FROM household UNION ALL SELECT id FROM member ORDER BY 1": "engine.part",
    "SELECT id FROM household UNION ALL SELECT id FROM member LIMIT 1": "engine.part",
    "SELECT id, max(status ORDER BY area) AS s FROM household GROUP BY id": "engine.part",
    "SELECT * FROM household": "engine.star",
    "SELECT household.* FROM household": "engine.star",
    "SELECT id, size + 1 FROM household": "engine.column",
    "SELECT id, size AS id FROM household": "engine.column",
    'SELECT id, size AS "Größe" FROM household': "engine.column",
    "SELECT size FROM household": "engine.key",
    "SELECT id FROM household GROUP BY ALL": "engine.group",
    "SELECT id FROM household GROUP BY 1": "engine.group",
    "SELECT id FROM household GROUP BY ROLLUP (id)": "engine.construct",
    # joins
    "SELECT h.id FROM household AS h, member AS m": "engine.join",
    "SELECT h.id FROM household AS h NATURAL JOIN member AS m": "engine.join",
    "SELECT h.id FROM household AS h JOIN member AS m USING (id)": "engine.join",
    "SELECT h.id FROM household AS h FULL JOIN member AS m ON m.id = h.id": "engine.join",
    "SELECT h.id FROM household AS h ASOF JOIN member AS m ON m.id >= h.id": "engine.join",
    # numbers
    "SELECT id, 0.5 AS half FROM household": "engine.float",
    "SELECT id, area * 1e3 AS a FROM household": "engine.float",
    "SELECT id, CAST(0.1 AS DOUBLE) AS a FROM household": "engine.float",
    "SELECT id, area / size AS a FROM household": "engine.divide",
    "SELECT id, area / 0 AS a FROM household": "engine.divide",
    "SELECT id, area / nullif(size, 1) AS a FROM household": "engine.divide",
    "SELECT id, area / CAST('x' AS DOUBLE) AS a FROM household": "engine.divide",
    "SELECT id, year % size AS a FROM household": "engine.divide",
    "SELECT id, year % 0 AS a FROM household": "engine.divide",
    "SELECT id, year // 2 AS a FROM household": "engine.construct",
    "SELECT id, year << 2 AS a FROM household": "engine.construct",
    "SELECT id, floor(area) AS a FROM household": "engine.floor",
    "SELECT id, CAST(area AS BIGINT) AS a FROM household": "engine.cast",
    "SELECT id, CAST(status AS BIGINT) AS a FROM household": "engine.cast",
    "SELECT id, status::BIGINT AS a FROM household": "engine.cast",
    "SELECT id, CAST(is_poor AS BIGINT) AS a FROM household": "engine.cast",
    "SELECT id, CAST(area AS VARCHAR) AS a FROM household": "engine.cast",
    "SELECT id, CAST(year AS INTEGER) AS a FROM household": "engine.cast",
    "SELECT id, CAST(year AS DECIMAL(9, 2)) AS a FROM household": "engine.construct",
    "SELECT id, sum(size) AS a FROM household GROUP BY id": "engine.type",
    "SELECT id, 1 AS a FROM household": "engine.type",
    "SELECT id, NULL AS a FROM household": "engine.type",
    # types that an engine would turn into another by itself
    "SELECT id FROM household WHERE status = 1": "engine.mixed",
    "SELECT id FROM household WHERE status IN (1, 2)": "engine.mixed",
    "SELECT id FROM household WHERE status BETWEEN 1 AND 2": "engine.mixed",
    "SELECT id, coalesce(status, 1) AS s FROM household": "engine.mixed",
    "SELECT id, CASE WHEN is_poor THEN status ELSE 1 END AS s FROM household": "engine.mixed",
    "SELECT id, status + 1 AS s FROM household": "engine.mixed",
    "SELECT id, is_poor + 1 AS s FROM household": "engine.mixed",
    "SELECT id, $day - $day AS s FROM household": "engine.date",
    "SELECT id, $day + 1 AS s FROM household": "engine.date",
    # three values
    "SELECT id FROM household WHERE NOT is_poor": "engine.not",
    "SELECT id FROM household WHERE status NOT IN ('1')": "engine.not",
    "SELECT id FROM household WHERE NOT (is_poor AND size > 1)": "engine.not",
    # windows
    "SELECT id, row_number() OVER (ORDER BY area) AS n FROM household": "engine.window",
    "SELECT id, ntile(10) OVER (PARTITION BY status ORDER BY area) AS n FROM household": "engine.window",
    "SELECT id, row_number() OVER () AS n FROM household": "engine.window",
    "SELECT id, lag(size) OVER (PARTITION BY status) AS n FROM household": "engine.window",
    "SELECT id, CAST(sum(size) OVER (ORDER BY id RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) AS BIGINT) AS n FROM household": "engine.window",
    # text
    "SELECT id FROM household WHERE status LIKE status": "engine.construct",
    "SELECT id FROM household WHERE status ILIKE '1%'": "engine.construct",
    "SELECT id FROM household WHERE status ~ '1'": "engine.function",
    "SELECT id FROM household WHERE status = 'a\\b'": "engine.text",
    "SELECT id, status[1] AS s FROM household": "engine.construct",
    "SELECT id, $unknown AS s FROM household": "engine.parameter",
    "SELECT id FROM": "engine.syntax",
    "SELECT id, size FROM household WHERE sum(size) > 1": "engine.bind",
}


@pytest.mark.parametrize(("sql", "code"), REFUSED.items(), ids=REFUSED.keys())
def test_it_is_refused(sql, code):
    assert code in codes(sql)


TAKEN = [
    "SELECT id, status, is_poor, area, year FROM household",
    "SELECT id, count(*) AS n, count(DISTINCT status) AS s FROM household GROUP BY id",
    "SELECT id, CAST(sum(size) AS BIGINT) AS n FROM household GROUP BY id HAVING sum(size) > 3",
    "SELECT id, CAST(floor(area) AS BIGINT) AS a, CAST(ceil(area) AS BIGINT) AS b FROM household",
    "SELECT id, area / nullif(size, 0) AS a, area / 2 AS b FROM household",
    "SELECT id, area / CAST('2.5' AS DOUBLE) AS a FROM household",
    "SELECT id, year % 4 AS a, -year AS b FROM household",
    "SELECT id FROM household WHERE NOT coalesce(is_poor, FALSE) AND status IS NOT NULL",
    "SELECT id FROM household WHERE status IN ($codes) AND area >= $least",
    "SELECT id, year($day) AS y, month($day) AS m FROM household",
    "SELECT id, row_number() OVER (PARTITION BY status ORDER BY area DESC, id) AS n FROM household",
    "SELECT id, CAST(sum(size) OVER (PARTITION BY status) AS BIGINT) AS n FROM household",
    "SELECT id, CAST(sum(size) OVER (ORDER BY area, id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS BIGINT) AS n FROM household",
    "SELECT id, count(*) FILTER (WHERE is_poor) AS n FROM household GROUP BY id",
    "SELECT id, bool_or(is_poor) AS p, max(area) AS a FROM household GROUP BY id",
    "SELECT DISTINCT id FROM household",
    "SELECT id FROM household UNION ALL SELECT id FROM member",
    "SELECT h.id, m.age FROM household AS h LEFT JOIN member AS m ON m.household_id = h.id",
    "SELECT h.id, m.id AS other FROM household AS h CROSS JOIN member AS m",
    "SELECT id FROM household WHERE status LIKE '1%' AND length(status) = 2",
    "SELECT id, status || '-' || substr(status, 1, 1) AS s FROM household",
    "SELECT id, year & 3 AS s, CAST(year AS VARCHAR) AS t FROM household",
    "SELECT id FROM household WHERE status IS DISTINCT FROM '1'",
    "SELECT id, CAST(CASE WHEN is_poor THEN 1 ELSE 0 END AS BIGINT) AS n FROM household",
    "SELECT id, CAST(NULL AS DATE) AS d FROM household",
]


@pytest.mark.parametrize("sql", TAKEN)
def test_it_is_taken(sql):
    pipeline = load(sql)

    assert pipeline.result.name == "only"


def test_a_step_reads_only_steps_before_it():
    text = """-- step: first | key: id
SELECT id FROM second
-- step: second | key: id
SELECT id FROM household"""

    assert codes(text) == {"engine.table"}


def test_every_fault_of_every_step_is_said_at_once():
    text = """-- step: first | key: id
SELECT id, round(area, 1) AS a FROM household WHERE NOT is_poor
-- step: second | key: id
SELECT id, 0.5 AS half FROM first
-- step: third
SELECT id FROM household"""
    with pytest.raises(PipelineRefused) as refusal:
        load(text)

    found = [(one.subject, one.code) for one in refusal.value.findings]
    assert sorted(found) == [
        ("first", "engine.not"),
        ("first", "engine.round"),
        ("second", "engine.float"),
        ("third", "engine.key"),
    ]


def test_it_says_which_step_and_what_to_do_in_both_languages():
    with pytest.raises(PipelineRefused) as refusal:
        load("SELECT id, 0.5 AS half FROM household")
    (one,) = refusal.value.findings

    assert str(one.message) == (
        "Step “only”: The bare number 0.5 becomes a DECIMAL, with which the engines differ."
    )
    assert one.message.in_language("zh") == (
        "步骤“only”：数字 0.5 在两个引擎上都会成为 DECIMAL，结果不同。"
    )
    assert str(one.remedy) == "Write CAST('0.5' AS DOUBLE)."
    assert str(one.place) == "from line 1"
    assert refusal.value.remedy == one.remedy


def test_what_cannot_be_compared_is_said_in_words():
    (said,) = messages("SELECT id FROM household WHERE status = 1", "zh")

    assert (
        said
        == '步骤“only”：数字 与 文字 不能放在一起比较或运算："household"."status" = 1'
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("SELECT 1", "engine.no_step"),
        ("-- step: a | key: id\nSELECT id FROM household\n" * 2, "engine.name"),
        ("-- step: Bad-Name | key: id\nSELECT id FROM household", "engine.name"),
        ("-- step: a\nSELECT id FROM household", "engine.key"),
        ("-- step: a | key: id\n", "engine.one_select"),
        (
            "".join(
                f"-- step: s{n} | key: id\nSELECT id FROM household\n"
                for n in range(61)
            ),
            "engine.too_many",
        ),
    ],
)
def test_a_text_that_is_no_pipeline_is_refused(text, code):
    with pytest.raises(PipelineRefused) as refusal:
        duck.load(text, name="trial", inputs=(HOUSEHOLD,))

    assert code in {one.code for one in refusal.value.findings}


def test_the_last_step_puts_out_what_is_declared():
    member = "-- step: a | key: id\nSELECT {} FROM member"
    load_as_member = lambda columns: duck.load(  # noqa: E731
        member.format(columns), name="trial", inputs=(MEMBER,), output=MEMBER
    )

    assert load_as_member("id, household_id, age").result.key == ("id",)
    for columns, said in (
        ("id, age, household_id", "id, age, household_id"),
        ("id, household_id", "age BIGINT"),
        ("id, household_id, age, age AS more", "more BIGINT"),
        ("id, household_id, CAST(age AS DOUBLE) AS age", "age BIGINT, age DOUBLE"),
    ):
        with pytest.raises(PipelineRefused) as refusal:
            load_as_member(columns)
        assert str(refusal.value.findings[0].message) == (
            f"Step “a”: The last step is not as declared: {said}"
        )
