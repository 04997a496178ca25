"""The household feature table, and its page."""

from pathlib import Path

import polars as pl
import pytest

from bangfu.calc.engines import duck, spark
from bangfu.calc.engines.steps import StepFailed
from bangfu.calc.tables import register
from bangfu.calc.tables.features import HOUSEHOLD_FEATURES
from bangfu.calc.tables.schema import Type
from bangfu.registry import features

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "household-features.md"
KINDS = {
    Type.TEXT: pl.String,
    Type.BOOLEAN: pl.Boolean,
    Type.INTEGER: pl.Int64,
    Type.NUMBER: pl.Float64,
    Type.DATE: pl.Date,
}
VILLAGE = "990101100200"
SCHOOL = {"cut_off_year": 2016, "school_age_min": 6, "school_age_max": 15}


def source(tmp_path, table, rows):
    """A file of a table with the given cells; the others are empty."""
    schema = {column.name: KINDS[column.type] for column in table.columns}
    given = [{"division_code": VILLAGE, **row} for row in rows]
    frame = pl.DataFrame(
        {name: [row.get(name) for row in given] for name in schema}, schema=schema
    )
    path = tmp_path / f"{table.name}.parquet"
    frame.write_parquet(path)
    return duck.Source(table, (path,))


def member(number, household, **cells):
    return {
        "member": str(number),
        "household": household,
        "is_live": True,
        "shares_income": True,
        **cells,
    }


def income(household, year, wage=0, operating=0, transfer=0, expense=0):
    return {
        "household": household,
        "year": year,
        "wage_fen": wage,
        "operating_fen": operating,
        "property_fen": 0,
        "transfer_fen": transfer,
        "operating_expense_fen": expense,
        "net_fen": wage + operating + transfer - expense,
    }


@pytest.fixture
def rows(tmp_path):
    """Compute the features of given rows; returns them by household."""

    def compute(households, members=(), incomes=(), flags=()):
        tables = zip(
            register.TABLES, (households, members, incomes, flags), strict=True
        )
        sources = tuple(source(tmp_path, table, rows) for table, rows in tables)
        with features.computed(sources, **SCHOOL) as results:
            return {row["household"]: row for row in results.frame().to_dicts()}

    return compute


def test_members_are_counted_by_kind(rows):
    members = [
        member(1, "h", age=45, sex="1", relation="01", education="4", labour="2",
               work_area="04", work_months=6, has_basic_medical=True),
        member(2, "h", age=44, sex="2", relation="02", education="2", labour="1",
               work_area="01", work_months=3, is_seriously_ill=True, is_on_dibao=True),
        member(3, "h", age=15, school_age=14, sex="2", school_status="01",
               labour="4", is_minority=True, has_basic_medical=False),
        member(4, "h", age=16, school_age=15, school_status="07", labour="4"),
        member(5, "h", age=15, school_age=15, labour="4"),  # nobody knows
        member(6, "h", age=60, labour="3", is_disabled=True, disability_grade="2",
               has_serious_illness_insurance=False),
        member(7, "h", age=5, shares_income=False, is_chronically_ill=True),
        member(8, "h"),
        member(9, "h", is_live=False, age=80, sex="2", relation="01", labour="1"),
    ]  # fmt: skip
    got = rows([{"household": "h", "status": "0"}], members)["h"]

    expected = {
        "members": 8,
        "members_sharing": 7,
        "children_under_6": 1,
        "children_6_to_15": 2,
        "adults_16_to_59": 3,
        "elderly_60_up": 1,
        "ages_unknown": 1,
        "women": 2,
        "minority": 1,
        "head_age": 45,
        "is_head_female": False,
        "head_education": "4",
        "schooled_senior_up": 1,
        "at_school": 1,
        "out_of_school": 1,
        "chronically_ill": 1,
        "seriously_ill": 1,
        "disabled": 1,
        "severely_disabled": 1,
        "without_basic_medical": 1,
        "without_serious_illness_insurance": 1,
        "on_dibao": 1,
        "able_to_work": 2,
        "skilled": 1,
        "working_away": 1,
        "work_months": 9,
        "dependants_per_worker": 3.0,
    }
    assert {name: got[name] for name in expected} == expected


def test_the_income_is_the_latest_one_up_to_the_cut_off_year(rows):
    members = [member(1, "h"), member(2, "h"), member(3, "h", shares_income=False)]
    incomes = [
        income("h", 2013, wage=5),
        income("h", 2014, wage=400_000),
        income("h", 2015, wage=300_000, operating=200_000, transfer=100_000,
               expense=99_999),
        income("h", 2017, wage=9_999_999),
    ]  # fmt: skip
    got = rows([{"household": "h"}], members, incomes)["h"]

    assert (got["income_year"], got["net_fen"]) == (2015, 500_001)
    assert got["net_per_head_fen"] == 250_000  # of two who share, rounded down
    assert got["wage_share"] == 0.5
    assert got["operating_share"] == pytest.approx(1 / 3)
    assert got["transfer_share"] == pytest.approx(1 / 6)
    assert got["net_change"] == pytest.approx(100_001 / 400_000)


def test_a_loss_is_rounded_down_and_has_no_change_on_a_loss(rows):
    incomes = [
        income("h", 2015, wage=100, expense=300),
        income("h", 2016, wage=100, expense=201),
    ]
    got = rows([{"household": "h"}], [member(1, "h"), member(2, "h")], incomes)["h"]

    assert (got["net_fen"], got["net_per_head_fen"]) == (-101, -51)
    assert got["net_change"] is None
    assert got["wage_share"] == 1.0


def test_a_household_without_members_or_income_is_there_with_nothing_divided(rows):
    got = rows([{"household": "h", "land_arable_mu": 3.0, "status": "1"}])["h"]

    assert (got["members"], got["work_months"], got["flags"]) == (0, 0, 0)
    for name in (
        "land_arable_mu_per_head",
        "house_area_m2_per_head",
        "dependants_per_worker",
        "head_age",
        "net_fen",
        "net_per_head_fen",
        "wage_share",
    ):
        assert got[name] is None, name


def test_living_and_guarantees_keep_what_is_not_known_apart(rows):
    households = [
        {
            "household": "known",
            "status": "3",
            "cause_main": "1",
            "cause_other_1": "2",
            "land_arable_mu": 3.0,
            "house_area_m2": 80.0,
            "house_grade": "D",
            "house_structure": "3",
            "house_built_year": 1986,
            "fuel": "4",
            "road_type": "2",
            "guaranteed_food": True,
            "guaranteed_housing": False,
        },
        {"household": "unknown", "status": "1", "is_house_dangerous": False},
    ]
    got = rows(households, [member(1, "known"), member(2, "known")])
    known, unknown = got["known"], got["unknown"]

    assert (known["is_active"], known["causes"]) == (True, 2)
    assert known["land_arable_mu_per_head"] == 1.5
    assert known["house_area_m2_per_head"] == 40.0
    assert (known["is_house_unsafe"], known["is_house_adobe"]) == (True, True)
    assert known["house_age"] == 30
    assert (known["has_clean_fuel"], known["has_hard_road"]) == (True, False)
    assert (known["guarantees_unmet"], known["guarantees_unknown"]) == (1, 4)
    assert (unknown["is_active"], unknown["causes"]) == (False, 0)
    assert unknown["is_house_unsafe"] is None  # no danger seen, never graded
    assert unknown["has_clean_fuel"] is None
    assert (unknown["guarantees_unmet"], unknown["guarantees_unknown"]) == (0, 6)


def test_doubts_are_added_up(rows):
    flags = [
        {"household": "h", "code": "V1", "severity": "doubtful", "flags": 2},
        {"household": "h", "code": "V6", "severity": "note", "flags": 1},
    ]

    assert rows([{"household": "h"}], flags=flags)["h"]["flags"] == 3


def test_a_year_on_record_twice_names_the_step(rows):
    twice = [income("h", 2015, wage=1), income("h", 2015, wage=2)]

    with pytest.raises(StepFailed) as refusal:
        rows([{"household": "h"}], incomes=twice)
    assert refusal.value.step == "incomes"


def test_every_column_is_typed_as_described(rows, tmp_path):
    sources = tuple(source(tmp_path, table, []) for table in register.TABLES)
    with features.computed(sources, **SCHOOL) as results:
        schema = results.frame().schema

    assert schema == {
        column.name: KINDS[column.type] for column in HOUSEHOLD_FEATURES.columns
    }


def test_every_step_can_be_said_to_spark():
    values = {**features.CODES, **SCHOOL}
    said = spark.statements(features.pipeline(), values)

    assert [name for name, _ in said] == [
        "people",
        "heads",
        "doubts",
        "income_years",
        "incomes",
        "household_features",
    ]


def test_the_page_is_written_from_the_description():
    """`python -m bangfu.registry.features > docs/reference/household-features.md`."""
    assert PAGE.read_text(encoding="utf-8") == features.reference()


def test_the_page_says_type_unit_and_meaning_of_every_column():
    page = features.reference()

    for column in HOUSEHOLD_FEATURES.columns:
        assert f"| `{column.name}` | {column.type.word} | {column.unit} |" in page
        assert f"| {column.meaning.zh} | {column.meaning.en} |" in page
