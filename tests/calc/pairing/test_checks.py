"""Wrong tables are refused with all findings at once, in words that say what to do."""

import polars as pl
import pytest
from tests.calc.pairing.test_dealing import pairs, town

from bangfu.calc.pairing import Params, checks, snap_to_divisions, solve
from bangfu.calc.tables.frames import EXAMPLES_MAX
from bangfu.calc.values.findings import BadInput, OutOfLimit, Severity


def city():
    return town(3, [(1, 2), (1, 2)])


def findings(**changes):
    with pytest.raises(BadInput) as refusal:
        solve(**{**city(), **changes})
    assert refusal.value.reason_code == "pairing.bad_input"
    return [(f.code, str(f.message)) for f in refusal.value.findings]


def altered(table, row, **cells):
    frame = city()[table]
    return frame.with_columns(
        **{
            name: pl.when(pl.int_range(pl.len()) == row)
            .then(pl.lit(value))
            .otherwise(pl.col(name))
            for name, value in cells.items()
        }
    )


def test_missing_and_unknown_columns_are_named():
    frame = city()["households"].rename({"need": "Need"})

    assert findings(households=frame) == [
        ("pairing.missing_column", "The table households lacks the column “need”."),
        (
            "pairing.unknown_column",
            "The table households has an unknown column “Need”.",
        ),
    ]


@pytest.mark.parametrize(
    ("table", "cells", "code", "told"),
    [
        (
            "households",
            {"id": "H01"},
            "pairing.repeated_id",
            "The id “H01” occurs more than once in households.",
        ),
        (
            "households",
            {"division_code": "9901011012"},
            "pairing.bad_code",
            (
                "“H00” in households: division_code “9901011012” is not a division code: "
                "2, 4, 6, 9 or 12 digits are needed."
            ),
        ),
        (
            "households",
            {"x_km": None},
            "pairing.no_place",
            "“H00” in households has no x_km, while others have.",
        ),
        (
            "households",
            {"x_km": float("nan")},
            "pairing.bad_cell",
            "Row 1 of households: “x_km” is “nan”; a finite number is needed.",
        ),
        (
            "households",
            {"y_km": 20_001.0},
            "pairing.far_place",
            "“H00” in households: y_km 20001.0 is beyond 20000 km.",
        ),
        (
            "households",
            {"need": ""},
            "pairing.bad_cell",
            "Row 1 of households: “need” is “”; text that is not empty is needed.",
        ),
        (
            "officials",
            {"min": 3},
            "pairing.min_above_max",
            "Official “P0” has a lower quota 3 above the upper quota 2.",
        ),
        (
            "officials",
            {"min": -1},
            "pairing.bad_quota",
            "Official “P0” has quotas -1 to 2; they must lie from 0 to 100000.",
        ),
        (
            "officials",
            {"serves_code": "99０1"},
            "pairing.bad_code",
            (
                "“P0” in officials: serves_code “99０1” is not a division code: "
                "2, 4, 6, 9 or 12 digits are needed."
            ),
        ),
    ],
)
def test_a_wrong_cell_is_named(table, cells, code, told):
    assert (code, told) in findings(**{table: altered(table, 0, **cells)})


def test_findings_of_all_tables_come_together():
    codes = [
        code
        for code, _ in findings(
            households=altered("households", 0, division_code="x"),
            officials=altered("officials", 1, min=9),
            existing=pairs(("H00", "P0"), ("H00", "P1")),
            costs=pl.DataFrame({"need": ["any"], "expertise": ["x"], "cost": [-1]}),
        )
    ]

    assert codes == [
        "pairing.bad_code",
        "pairing.min_above_max",
        "pairing.two_officials",
        "pairing.bad_cost",
        "pairing.no_cost",
    ]


def test_two_present_officials_are_named():
    found = findings(existing=pairs(("H00", "P1"), ("H00", "P0")))

    assert found == [
        ("pairing.two_officials", "Household “H00” has 2 present officials: P0、P1.")
    ]


def test_numbers_in_a_text_column_are_refused():
    frame = city()["households"].with_columns(id=pl.int_range(3))

    assert findings(households=frame) == [
        (
            "pairing.not_text",
            (
                "The column “id” of households holds numbers (Int64); text is needed, "
                "otherwise leading zeros are lost."
            ),
        )
    ]


def test_many_findings_of_a_kind_are_counted():
    households = town(60, [(0, 99)])["households"].with_columns(
        division_code=pl.lit("x")
    )

    found = findings(households=households)

    assert len(found) == EXAMPLES_MAX + 1
    assert found[-1] == ("pairing.bad_code", "40 more of the same kind in households.")


def test_unknown_ids_in_pairs_are_left_out_and_told():
    existing = pairs(("H00", "P0"), ("H09", "P0"), ("H01", "gone"))

    result = solve(**city(), existing=existing)

    assert result.kept == 1
    assert [(f.code, f.severity, str(f.message)) for f in result.findings] == [
        (
            "pairing.unknown_id",
            Severity.DOUBTFUL,
            "“H09” in existing pairs is in no roll; the row is left out.",
        ),
        (
            "pairing.unknown_id",
            Severity.DOUBTFUL,
            "“gone” in existing pairs is in no roll; the row is left out.",
        ),
    ]


def test_more_unknown_ids_than_are_spelled_out_refuse_nothing():
    forbidden = pairs(*((f"gone{number}", "P0") for number in range(100)))

    result = solve(**city(), forbidden=forbidden)

    assert result.covered == 3
    assert len(result.findings) == EXAMPLES_MAX + 1


def test_a_repeated_pair_counts_once():
    result = solve(**city(), existing=pairs(("H00", "P0"), ("H00", "P0")))

    assert result.kept == 1
    assert [f.code for f in result.findings] == ["pairing.repeated_pair"]


def test_an_existing_pair_outside_the_jurisdiction_is_not_kept():
    officials = altered("officials", 1, serves_code="990102")

    result = solve(**{**city(), "officials": officials}, existing=pairs(("H00", "P1")))

    assert (result.kept, result.cost, result.covered) == (0, 0, 2)


@pytest.mark.parametrize("name", ["km_price", "keep_price"])
def test_a_negative_price_is_refused(name):
    found = findings(params=Params(**{name: -1}))

    assert [code for code, _ in found] == ["pairing.bad_price"]
    assert f"{name} is -1" in found[0][1]


def test_without_any_coordinates_distance_counts_for_nothing():
    tables = {
        name: frame.with_columns(
            x_km=pl.lit(None, dtype=pl.Float64), y_km=pl.lit(None, dtype=pl.Float64)
        )
        for name, frame in city().items()
    }

    result = solve(**tables)

    assert (result.cost, result.covered) == (0, 3)


def spread(count):
    tables = town(count, [(0, 99), (0, 99)])
    tables["households"] = tables["households"].with_columns(
        x_km=pl.int_range(count).cast(pl.Float64)
    )
    return tables


def test_too_many_places_are_refused_with_the_remedy():
    with pytest.raises(OutOfLimit) as refusal:
        solve(**spread(50), params=Params(arcs_max=49))

    assert refusal.value.message.in_language("zh") == (
        "住处与干部的组合共 50 条，超过上限 49 条（50 个不同住处）。"
    )
    assert "--snap" in str(refusal.value.remedy)


def test_snapping_makes_one_place_of_a_division_and_is_stable():
    households = spread(50)["households"]

    snapped = snap_to_divisions(households)

    assert snapped["x_km"].to_list() == [24.5] * 50
    assert snap_to_divisions(snapped).equals(snapped)
    shuffled = households.sample(fraction=1, shuffle=True, seed=1)
    assert snap_to_divisions(shuffled).equals(snapped)


def test_distinct_places_are_solved_exactly():
    """Officials at 0 and 49 km: each takes the nearer half, 2 * (0 + ... + 24) km."""
    tables = spread(50)
    tables["officials"] = tables["officials"].with_columns(x_km=pl.Series([0.0, 49.0]))

    result = solve(**tables)

    assert (result.cost, result.gap) == (2 * 300 * 100, 0)


def test_free_text_in_place_of_categories_is_refused_when_it_must_be_priced():
    households = town(1_100, [(0, 99)])["households"]
    officials = town(1, [(0, 9)] * 1_000)["officials"]

    found = findings(
        households=households.with_columns(need=pl.col("id")),
        officials=officials.with_columns(expertise=pl.col("id")),
        costs=pl.DataFrame({"need": ["any"], "expertise": ["any"], "cost": [0]}),
    )

    assert found == [
        (
            "pairing.too_many_labels",
            "1100 needs and 1000 expertises make more than 1000000 pairs.",
        )
    ]


def test_free_text_does_no_harm_where_no_costs_are_given():
    tables = town(300, [(0, 200), (0, 200)])
    tables["households"] = tables["households"].with_columns(need=pl.col("id"))

    result = solve(**tables)

    assert (result.covered, result.cost) == (300, 0)


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr(checks, "HOUSEHOLDS_MAX", 2)

    assert findings() == [
        ("pairing.too_many_rows", "The table households has 3 rows, more than 2.")
    ]
