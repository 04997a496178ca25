"""Wrong tables are refused with all findings at once, in words that say what to do."""

import polars as pl
import pytest
from tests.calc.planning.small_plans import random_problem

from bangfu.calc.planning import solve
from bangfu.calc.tables.frames import EXAMPLES_MAX
from bangfu.calc.values.findings import BadInput, Severity

TABLES = {
    "households": pl.DataFrame({"id": ["H1", "H2"], "weight": [1.0, 2.0]}),
    "measures": pl.DataFrame({"id": ["M1", "M2"], "group": ["G", "G"]}),
    "options": pl.DataFrame(
        {
            "household_id": ["H1", "H2", "H2"],
            "measure_id": ["M1", "M1", "M2"],
            "gain": [3.0, 2.0, 1.0],
        }
    ),
    "resources": pl.DataFrame({"id": ["R1"], "capacity": [1.0]}),
    "use": pl.DataFrame(
        {
            "household_id": ["H1", "H2"],
            "measure_id": ["M1", "M1"],
            "resource_id": ["R1", "R1"],
            "amount": [1.0, 1.0],
        }
    ),
}


def findings(limit=None, **changes):
    with pytest.raises(BadInput) as refusal:
        solve(**{**TABLES, **changes}, max_per_household=limit)
    assert refusal.value.reason_code == "planning.bad_input"
    assert all(f.severity is Severity.IMPOSSIBLE for f in refusal.value.findings)
    return [(f.code, str(f.message)) for f in refusal.value.findings]


def altered(table, row, **cells):
    frame = TABLES[table]
    return frame.with_columns(
        **{
            name: pl.when(pl.int_range(pl.len()) == row)
            .then(pl.lit(value))
            .otherwise(pl.col(name))
            for name, value in cells.items()
        }
    )


@pytest.mark.parametrize(
    ("table", "cells", "code", "told"),
    [
        (
            "households",
            {"id": "H2"},
            "planning.repeated_id",
            "The id “H2” occurs more than once in households.",
        ),
        (
            "households",
            {"weight": -1.0},
            "planning.out_of_range",
            "“H1” in households: weight is -1.0; it must lie from 0 to 1e+09.",
        ),
        (
            "households",
            {"weight": float("nan")},
            "planning.bad_cell",
            "Row 1 of households: “weight” is “nan”; a finite number is needed.",
        ),
        (
            "resources",
            {"capacity": -0.5},
            "planning.out_of_range",
            "“R1” in resources: capacity is -0.5; it must lie from 0 to 1e+15.",
        ),
        (
            "resources",
            {"capacity": float("inf")},
            "planning.bad_cell",
            "Row 1 of resources: “capacity” is “inf”; a finite number is needed.",
        ),
        (
            "options",
            {"household_id": "H9"},
            "planning.unknown_id",
            "“H9” in options is not in the table of its kind.",
        ),
        (
            "options",
            {"measure_id": "M9"},
            "planning.unknown_id",
            "“M9” in options is not in the table of its kind.",
        ),
        (
            "options",
            {"gain": 1e300},
            "planning.out_of_range",
            "“H1” in options: gain is 1e+300; it must lie from -1e+15 to 1e+15.",
        ),
        (
            "options",
            {"household_id": "H2"},
            "planning.repeated_row",
            "“H2”, “M1” occur more than once together in options.",
        ),
        (
            "use",
            {"resource_id": "R9"},
            "planning.unknown_id",
            "“R9” in use is not in the table of its kind.",
        ),
        (
            "use",
            {"amount": -1.0},
            "planning.out_of_range",
            "“H1” in use: amount is -1.0; it must lie from 0 to 1e+15.",
        ),
        (
            "use",
            {"household_id": "H2"},
            "planning.repeated_row",
            "“H2”, “M1”, “R1” occur more than once together in use.",
        ),
    ],
)
def test_a_wrong_cell_is_named(table, cells, code, told):
    (found, *_rest) = findings(**{table: altered(table, 0, **cells)})

    assert found == (code, told)


def test_everything_wrong_is_told_at_once():
    found = findings(
        limit=0,
        households=altered("households", 0, weight=-1.0),
        resources=TABLES["resources"].rename({"capacity": "Capacity"}),
        measures=TABLES["measures"].clear(),
    )

    assert [code for code, _ in found] == [
        "planning.bad_limit",
        "planning.no_rows",
        "planning.missing_column",
        "planning.unknown_column",
        "planning.out_of_range",
    ]


def test_many_findings_of_a_kind_are_counted():
    homes = pl.DataFrame({"id": [f"H{n}" for n in range(50)], "weight": [-1.0] * 50})

    found = findings(households=homes)

    assert len(found) == EXAMPLES_MAX + 1
    assert found[-1][1] == "30 more of the same kind in households."


def test_use_of_what_is_no_option_is_left_out_and_told():
    more = TABLES["use"].vstack(
        pl.DataFrame(
            {
                "household_id": ["H1"],
                "measure_id": ["M2"],
                "resource_id": ["R1"],
                "amount": [1.0],
            }
        )
    )

    result = solve(**{**TABLES, "use": more})

    assert [(f.code, f.severity, str(f.message)) for f in result.findings] == [
        (
            "planning.use_without_option",
            Severity.DOUBTFUL,
            (
                "Household “H1” and measure “M2” in use are no option; "
                "the row is left out."
            ),
        )
    ]
    assert result.value == solve(**TABLES).value == 5


def test_a_reserve_must_be_for_a_band_and_a_resource_that_there_are():
    reserves = pl.DataFrame(
        {
            "resource_id": ["R1", "R1", "R9"],
            "band": ["remote", "near", "remote"],
            "share": [0.7, 0.6, 1.5],
        }
    )
    homes = TABLES["households"].with_columns(band=pl.Series(["remote", None]))

    found = findings(households=homes, reserves=reserves)

    assert {code for code, _ in found} == {
        "planning.unknown_id",
        "planning.unknown_band",
        "planning.reserved_twice",
        "planning.out_of_range",
    }


def test_without_options_or_resources_there_is_nothing_to_plan():
    tables = random_problem(1)
    empty = {name: tables[name].clear() for name in ("options", "resources", "use")}

    result = solve(**{**tables, **empty})

    assert result.plan.height == 0
    assert (result.value, result.bound, result.gap) == (0, 0, 0)
