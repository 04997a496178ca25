"""Rows of a list without a number find their person, or none."""

from datetime import date

import polars as pl
import pytest

from bangfu.calc.linkage.matching import matched

SURNAMES, GIVEN = "王李张刘陈杨黄赵周吴", "伟芳娜敏静丽强磊军洋"


def register(count: int = 400) -> pl.DataFrame:
    """Persons with names that repeat and birth dates that hardly do."""
    return pl.DataFrame(
        {
            "person": list(range(count)),
            "name": [
                SURNAMES[n % 10] + GIVEN[n // 10 % 10] + GIVEN[n * 7 % 10]
                for n in range(count)
            ],
            "birth_date": [
                date(1940 + n % 60, 1 + n % 12, 1 + n % 28) for n in range(count)
            ],
            "sex": ["1" if n % 2 else "2" for n in range(count)],
            "division_code": [f"9901011002{n % 20:02}" for n in range(count)],
        }
    )


def row(person: dict, **other) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "row": 1,
                "name": person["name"],
                "birth_date": person["birth_date"],
                "sex": person["sex"],
                "division_code": person["division_code"],
            }
            | other
        ],
        schema={
            "row": pl.Int64,
            "name": pl.String,
            "birth_date": pl.Date,
            "sex": pl.String,
            "division_code": pl.String,
        },
    )


@pytest.fixture
def persons():
    return register()


def test_the_same_name_and_birth_date_are_one_person(persons):
    found = matched(persons, row(persons.row(7, named=True)), chance_min=0.8)

    assert found["person"].to_list() == [7]
    assert found["chance"][0] > 0.95
    assert found.select("name_agrees", "birth_agrees").rows() == [("same", "same")]


def test_a_name_that_sounds_alike_is_taken_with_its_birth_date(persons):
    person = persons.row(7, named=True)
    alike = person["name"][0] + person["name"][1:].translate(
        str.maketrans("伟芳娜敏静丽强磊军洋", "玮方那闽净利墙垒均羊")
    )

    found = matched(persons, row(person, name=alike), chance_min=0.5)

    assert found["person"].to_list() == [7]
    assert found["name_agrees"].to_list() == ["sound"]


def test_a_namesake_with_another_birth_date_is_nobody(persons):
    other = row(persons.row(7, named=True), birth_date=date(1999, 11, 30))

    assert matched(persons, other, chance_min=0.5).is_empty()


def test_the_other_sex_is_nobody(persons):
    person = persons.row(7, named=True)

    assert matched(persons, row(person, sex="2"), chance_min=0.5).is_empty()


def test_two_persons_alike_share_the_chance(persons):
    twin = persons.filter(pl.col("person") == 7).with_columns(
        person=pl.lit(999, pl.Int64)
    )
    both = pl.concat([persons, twin])

    found = matched(both, row(persons.row(7, named=True)), chance_min=0.1)

    assert found["person"].to_list() == [7, 999]
    assert found["chance"][0] == found["chance"][1] <= 0.5


def test_a_rare_name_counts_for_more_than_a_common_one(persons):
    common = persons.with_columns(
        name=pl.when(pl.col("person") < 300).then(pl.lit("王伟伟")).otherwise("name")
    )
    rare = matched(
        common, row(common.row(350, named=True), birth_date=None), chance_min=0.0
    )
    often = matched(
        common, row(common.row(7, named=True), birth_date=None), chance_min=0.0
    )

    assert rare.filter(pl.col("person") == 350)["chance"][0] > 0.3
    assert often.is_empty()  # more than fifty of the name: it tells nobody apart


def test_the_order_of_the_rows_does_not_matter(persons):
    rows = pl.concat(
        [
            row(persons.row(at, named=True)).with_columns(row=pl.lit(at, pl.Int64))
            for at in (3, 7, 11)
        ]
    )

    assert matched(persons.reverse(), rows.reverse(), chance_min=0.5).equals(
        matched(persons, rows, chance_min=0.5)
    )


def test_nothing_gives_nothing(persons):
    empty = row(persons.row(0, named=True)).clear()

    assert matched(persons, empty, chance_min=0.5).is_empty()
    assert matched(
        persons.clear(), row(persons.row(0, named=True)), chance_min=0.5
    ).is_empty()
