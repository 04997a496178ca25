"""The configuration: what is read, and every problem with file, key and reason."""

import pytest

from bangfu.calc.linkage import Role, read_config
from bangfu.calc.values.findings import BadInput


def problems(text):
    with pytest.raises(BadInput) as caught:
        read_config(text, file="people.toml")
    assert caught.value.reason_code == "linkage.bad_config"
    assert {finding.subject for finding in caught.value.findings} == {"people.toml"}
    return [
        (finding.field, finding.message.in_language("en"))
        for finding in caught.value.findings
    ]


def test_roles_stand_under_a_heading_or_alone():
    alone = read_config('name = "姓名"\nbirth_date = ["y", "m"]', file="a")
    under = read_config(
        'id = "no"\nthreshold = 0.9\n[columns]\nname = "姓名"', file="a"
    )

    assert alone.columns == {Role.NAME: ("姓名",), Role.BIRTH_DATE: ("y", "m")}
    assert (alone.id, alone.threshold, alone.cluster_max) == ("id", 0.2, 100)
    assert (under.id, under.threshold) == ("no", 0.9)


def test_every_problem_is_told_at_once():
    found = problems(
        'treshold = 0.9\nthreshold = 2\ncluster_max = 1\nname = 5\n[columns]\nage = "x"'
    )

    assert [key for key, _ in found] == [
        "name",
        "columns.age",
        "threshold",
        "cluster_max",
        "treshold",
    ]
    assert found[2] == ("threshold", "threshold: should be a fraction between 0 and 1.")


def test_it_refuses_what_contradicts_itself():
    assert problems('name = "a"\nsurname = "b"') == [
        ("name", "name: excludes given_name and surname.")
    ]
    assert problems('name = "a"\n[columns]\nname = "b"') == [
        ("name", "name: is given twice.")
    ]


def test_it_refuses_columns_that_tell_nobody_apart():
    assert problems('sex = "sex"') == [
        (
            "columns",
            "columns: needs at least one of name, birth date, number, phone and address.",
        )
    ]


def test_it_refuses_what_is_not_toml():
    assert problems("name = ")[0][1].startswith("-: is not TOML: ")
