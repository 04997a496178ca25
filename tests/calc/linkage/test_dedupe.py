"""Finding duplicates from end to end: quality, order, and files with nothing in them."""

import polars as pl
import pytest
from tests.calc.linkage import people

from bangfu.calc.linkage import config_of, dedupe
from bangfu.calc.values.findings import BadInput

LATIN = {"given_name": "given", "surname": "surname", "birth_date": "birth"}
CHINESE = {"name": "name", "birth_date": "birth"}


def run(frame, columns, *, truth=None, **settings):
    config = config_of({"columns": columns, **settings}, file="config")
    return dedupe(frame, config, file="people.csv", truth=truth)


def groups(result):
    """The clusters of two records or more, each as its ids."""
    ids, named = result.clusters.get_columns()
    clusters = {}
    for one, cluster in zip(ids.to_list(), named.to_list(), strict=True):
        clusters.setdefault(cluster, []).append(str(one))
    return sorted(sorted(ids) for ids in clusters.values() if len(ids) > 1)


def table(*rows, columns=("id", "name", "birth")):
    return pl.DataFrame(rows, schema=list(columns), orient="row")


def test_names_and_birth_dates_of_10_000_records_are_enough():
    records = people.latin(10_000, 1_000, seed=1)

    result = run(records, LATIN, truth="person")

    assert result.score.true == 1_000
    assert result.score.f1 >= 0.96
    assert result.has_converged
    assert result.as_json()["truth"]["f1"] == result.score.f1
    assert result.clusters.columns == ["id", "cluster"]
    assert result.clusters["id"].to_list() == records["id"].to_list()


def test_the_same_rows_in_any_order_give_the_same_clusters():
    records = people.latin(300, 30, seed=2)

    one = run(records, LATIN).clusters
    other = run(records.sample(fraction=1, shuffle=True, seed=5), LATIN).clusters

    assert one.sort("id").equals(other.sort("id"))
    assert one["cluster"].n_unique() < 290
    smallest = one.group_by("cluster").agg(pl.col("id").cast(pl.Int64).min())
    assert (smallest["cluster"].cast(pl.Int64) == smallest["id"]).all()


def test_chinese_names_are_alike_by_sound_order_and_character():
    pairs = [
        ("a1", "张建国", "1961-04-09"), ("a2", "张健国", "1961-04-09"),  # homophone
        ("b1", "王晓红", "1972-11-03"), ("b2", "王红晓", "1972-11-03"),  # order
        ("c1", "李志强", "1980-02-07"), ("c2", "李志强", "1980-07-02"),  # day and month
        ("d1", "欧阳明华", "1955-08-30"), ("d2", "欧阳明华", "1955-01-01"),  # part lost
        ("e1", "黄桂花", "1969-09-20"), ("e2", "黄桂花", "1969-08-09"),  # lunar date
    ]  # fmt: skip

    result = run(table(*people.chinese(300, seed=8), *pairs), CHINESE)

    assert groups(result) == [[f"{x}1", f"{x}2"] for x in "abcde"]


def test_a_file_without_duplicates_has_none():
    result = run(people.latin(400, 0, seed=3), LATIN, truth="person")

    assert result.duplicates == 0
    assert (result.score.precision, result.score.recall) == (1.0, 1.0)


@pytest.mark.parametrize("rows", [3, 50, 300])
def test_rows_that_are_all_equal_are_refused(rows):
    same = table(*((at, "张伟", "1970-05-06") for at in range(rows)))

    with pytest.raises(BadInput) as caught:
        run(same, CHINESE)

    assert str(caught.value) == (
        "people.csv has the same or nothing in birth, name in every row: nothing tells "
        "persons apart."
    )


def test_empty_columns_are_refused_together_and_noted_alone():
    columns = ("id", "name", "birth", "sex")
    empty = pl.DataFrame(
        {"id": [1, 2, 3], "name": [None] * 3, "birth": [""] * 3, "sex": ["男"] * 3}
    )
    with pytest.raises(BadInput):
        run(empty, CHINESE | {"sex": "sex"})

    some = table(
        *((at, f"张{c}", None, "男") for at, c in enumerate("伟芳娜敏静丽")),
        columns=columns,
    )
    result = run(some, CHINESE | {"sex": "sex"})

    assert groups(result) == []
    assert [finding.message.in_language("zh") for finding in result.findings] == [
        "列“birth”没有可用的值，未参与比较。"
    ]


def test_a_constant_column_of_a_larger_file_is_left_out_and_noted():
    records = people.latin(300, 30, seed=4).with_columns(village=pl.lit("990101101201"))

    result = run(records, LATIN | {"division": "village"}, truth="person")

    assert [finding.code for finding in result.findings] == ["linkage.unused"]
    assert result.score.f1 > 0.9


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("张建国", "1961-04-09"), ("张建国", "1961-04-09"), [["1", "2"]]),
        (("张建国", "1961-04-09"), ("李红", "1990-12-01"), []),
        ((None, "1961-04-09"), ("李红", None), []),
    ],
)
def test_two_rows_are_judged_by_the_starting_values(first, second, expected):
    result = run(table((1, *first), (2, *second)), CHINESE)

    assert groups(result) == expected


def test_one_row_is_one_person():
    assert run(table((1, "张伟", "1970-05-06")), CHINESE).persons == 1


def test_missing_birth_dates_leave_the_name_to_decide():
    records = people.latin(400, 40, seed=5).with_columns(
        birth=pl.when(pl.col("id") % 2 == 0).then("birth")
    )

    result = run(records, LATIN, truth="person")

    assert result.score.precision > 0.85
    assert 0.3 < result.score.recall < 1


def test_a_placeholder_that_many_share_makes_no_giant():
    records = people.latin(500, 50, seed=6).with_columns(
        birth=pl.when(pl.col("id") % 3 == 0)
        .then(pl.lit("1900-01-01"))
        .otherwise("birth")
    )

    result = run(records, LATIN, truth="person")

    assert result.clusters["cluster"].value_counts()["count"].max() <= 4
    assert result.score.precision > 0.85


def test_a_crowd_of_equal_records_is_not_one_person():
    others = people.latin(200, 0, seed=7).select(
        pl.col("id").cast(pl.String),
        name=pl.concat_str("given", "surname", separator=" "),
        birth="birth",
    )
    same = table(*((f"s{at}", "bodo maren", "1970-05-06") for at in range(40)))

    result = run(pl.concat([others, same]), CHINESE, cluster_max=10)

    assert max(map(len, groups(result)), default=0) <= 2
    assert not any(one.startswith("s") for group in groups(result) for one in group)


def test_it_refuses_ids_that_are_empty_or_twice():
    rows = [("1", "张伟", ""), ("1", "李红", ""), ("", "王芳", "")]

    with pytest.raises(BadInput, match="1 rows are empty, 2 repeat"):
        run(table(*rows), CHINESE)


def test_it_refuses_columns_that_are_not_there():
    with pytest.raises(BadInput) as caught:
        run(table(("1", "张伟", "")), {"name": "姓名"})

    (finding,) = caught.value.findings
    assert (finding.subject, finding.field) == ("people.csv", "name")
    assert "the table has no column “姓名”" in finding.message.in_language("en")
    with pytest.raises(BadInput, match="no column “who”"):
        run(table(("1", "张伟", "")), CHINESE, truth="who")


def test_each_link_says_how_every_field_agrees():
    rows = [
        ("a", "张建国", "1961-04-09", "1"),
        ("b", "张健国", "1961-04-09", None),
        ("c", "李志强", "1980-02-07", "1"),
    ]

    result = run(
        table(*rows, columns=("id", "name", "birth", "sex")),
        {**CHINESE, "sex": "sex"},
    )

    assert result.links.drop("chance").rows(named=True) == [
        {
            "id_left": "a",
            "id_right": "b",
            "agree_given": "same sound",
            "agree_surname": "same",
            "agree_birth": "same",
            "agree_sex": None,
        }
    ]
