"""Ordering and solving a run."""

from __future__ import annotations

import pytest

from bangfu.calc.values.division_code import DivisionCode

COUNTY = DivisionCode("990101")


@pytest.fixture
def office(county, act_as):
    return act_as("county", "990101", username="office")


def solve(by, at, **more):
    from bangfu.pairing import operations

    return operations.solve_now(
        by=by, at=at, **{"division": COUNTY, "year": 2016, **more}
    )


def lines_of(run):
    from bangfu.pairing.models import RunPair

    return {
        line.household.household_no: (
            line.change,
            line.official and line.official.official_no,
        )
        for line in RunPair.objects.filter(run=run).select_related(
            "household", "official"
        )
    }


def test_it_covers_every_household_and_every_minimum(office, now):
    run = solve(office, now)

    assert run.state == "previewed"
    wanted = {
        "households": 6,
        "officials": 3,
        "covered": 6,
        "uncovered": 0,
        "below_min": 0,
        "above_max": 0,
        "forbidden": 0,
        "gap": 0,
        "status": "optimal_full",
        "covered_before": 0,
        "fixed": 0,
    }
    assert {key: run.summary[key] for key in wanted} == wanted
    assert run.summary["changes"] == {
        "keep": 0,
        "new": 6,
        "replace": 0,
        "end": 0,
        "none": 0,
    }
    found = lines_of(run)
    helpers = sorted(official for _, official in found.values())
    assert helpers == ["A1", "A1", "A1", "A2", "B1", "B1"]
    assert {found["0005"], found["0006"]} == {("new", "B1")}
