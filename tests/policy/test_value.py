from __future__ import annotations

from datetime import date

import pytest
from tests.policy.conftest import write_parameter, write_value

from bangfu.calc.values.division_code import InvalidDivisionCode
from bangfu.policy.loading import load
from bangfu.policy.packs import (
    NoValue,
    UnknownParameter,
    UnknownScenario,
    UnverifiedValue,
)

DAY = date(2016, 3, 1)


@pytest.fixture
def pack(write_pack):
    return load(
        write_pack(
            write_parameter(
                "handover.max_gap",
                write_value("15", "days", valid_to="2015-12-31"),
                write_value("14", "days", valid_from="2016-01-01"),
                write_value("10", "days", scope="9901", valid_from="2016-01-01"),
                write_value("7", "days", scope="990101", valid_to="2016-06-30"),
                write_value("3", "days", scenario="fast", status="unverified"),
            ),
            write_parameter(
                "loan.cap",
                write_value("50000", "yuan/household", valid_to="2019-12-31"),
                write_value(
                    "60000",
                    "yuan/household",
                    valid_from="2020-01-01",
                    status="unverified",
                ),
                acts="measures.loan",
            ),
            write_parameter(
                "village_annual_allocation",
                write_value(
                    "1000000",
                    "yuan/village/year",
                    status="unverified",
                    scenario="100-wan",
                ),
                acts="funds.budget",
            ),
        )
    )


@pytest.mark.parametrize(
    ("at", "division", "days"),
    [
        (date(2014, 1, 1), None, 15),
        (date(2015, 12, 31), None, 15),
        (date(2016, 1, 1), None, 14),
        (DAY, "99", 14),
        (DAY, "9901", 10),
        (DAY, "990102", 10),
        (DAY, "990101", 7),
        (DAY, "990101101200", 7),
        (date(2016, 6, 30), "990101", 7),
        (date(2016, 7, 1), "990101", 10),
        (date(2015, 6, 1), "9901", 15),
    ],
)
def test_the_most_specific_scope_that_holds_on_the_day_wins(pack, at, division, days):
    assert pack.value("handover.max_gap", at=at, division=division).integer == days


def test_a_question_for_the_country_never_gets_a_citys_value(pack):
    assert pack.value("handover.max_gap", at=DAY).scope == ""


def test_it_refuses_a_day_before_the_first_value(pack):
    with pytest.raises(NoValue) as refused:
        pack.value("handover.max_gap", at=date(2013, 12, 31), division="9902")

    assert refused.value.message.as_json() == {
        "zh": "参数“handover.max_gap”在 2013-12-31（9902）没有取值。",
        "en": "“handover.max_gap” has no value on 2013-12-31 in 9902.",
    }


def test_it_refuses_an_unknown_key(pack):
    with pytest.raises(UnknownParameter) as refused:
        pack.value("handover.gap", at=DAY)

    assert str(refused.value) == "Unknown parameter “handover.gap”."


def test_it_refuses_a_known_key_that_the_pack_leaves_out(pack):
    with pytest.raises(NoValue):
        pack.value("visit.alarm", at=DAY)
    assert "visit.alarm" in pack.missing_keys


def test_it_refuses_what_is_not_a_division_code(pack):
    with pytest.raises(InvalidDivisionCode):
        pack.value("handover.max_gap", at=DAY, division="99011")


def test_ordinary_questions_do_not_see_scenarios(pack):
    assert pack.value("handover.max_gap", at=DAY).scenario is None


def test_a_named_scenario_comes_before_the_regulation(pack):
    value = pack.value("handover.max_gap", at=DAY, division="990101", scenario="fast")

    assert (value.integer, value.scenario) == (3, "fast")


def test_a_scenario_leaves_other_parameters_as_they_are(pack):
    assert pack.value("loan.cap", at=DAY, scenario="fast").integer == 50000


def test_it_refuses_an_unknown_scenario(pack):
    with pytest.raises(UnknownScenario) as refused:
        pack.value("loan.cap", at=DAY, scenario="slow")

    assert str(refused.value) == "There is no scenario “slow”."
    assert str(refused.value.remedy) == "Scenarios: 100-wan, fast."


def test_money_never_gets_an_unverified_value(pack):
    with pytest.raises(UnverifiedValue) as refused:
        pack.value("loan.cap", at=date(2020, 1, 1))

    assert refused.value.message.as_json() == {
        "zh": "参数“loan.cap”自 2020-01-01 起的取值未核实，涉及资金，不得使用。",
        "en": "“loan.cap” from 2020-01-01 is unverified and money depends on it.",
    }


def test_money_gets_an_unverified_value_under_a_named_scenario(pack):
    value = pack.value("loan.cap", at=date(2020, 1, 1), scenario="fast")

    assert value.integer == 60000


def test_an_unverified_value_without_money_is_handed_out_as_what_it_is(write_pack):
    gap = write_parameter(
        "handover.max_gap", write_value("15", "days", status="unverified")
    )

    assert (
        load(write_pack(gap)).value("handover.max_gap", at=DAY).status == "unverified"
    )


def test_a_parameter_with_scenarios_only_names_them(pack):
    with pytest.raises(UnverifiedValue) as refused:
        pack.value("village_annual_allocation", at=DAY)

    assert str(refused.value) == (
        "“village_annual_allocation” has no verified value on 2016-03-01 "
        "in the whole country, only scenarios."
    )
    assert str(refused.value.remedy) == (
        "Verify it and put it in the pack, or name a scenario: 100-wan."
    )


def test_showing_never_refuses_what_is_unverified(pack):
    assert pack.in_force("loan.cap", at=date(2020, 1, 1)).integer == 60000
    assert pack.in_force("village_annual_allocation", at=DAY) is None
