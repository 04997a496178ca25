"""The default pack follows the programme; every number here stands in it."""

from __future__ import annotations

from datetime import date

import pytest

from bangfu.policy.loading import DEFAULT_PACK, load
from bangfu.policy.packs import UnverifiedValue
from bangfu.policy.parameters import AREAS, PLACES, SPECIFICATIONS
from bangfu.policy.values import Grade
from bangfu.policy.wording import UNITS, words_of

DAY = date(2016, 3, 1)


@pytest.fixture(scope="module")
def pack():
    return load(DEFAULT_PACK)


def test_it_says_something_about_every_known_parameter(pack):
    assert pack.missing_keys == ()


NUMBERS = """
pairing.three_sends.min 3
pairing.three_sends.max 5
pairing.outside.min 0
pairing.outside.max 0
handover.max_gap 15
visit.alarm 12
visit.warning 2
publicity.entry.days 7
publicity.entry_second.days 7
publicity.exit.days 7
objection.deadline 5
exit.incidence.max 2
exit.incidence.west_max 3
school.compulsory_age.min 6
school.compulsory_age.max 15
labour.old_age 60
pension.age 60
check.income_change.max 50
check.line_margin 1
check.copies.households 5
loan.cap 50000
loan.term 36
loan.age.min 18
loan.age.max 65
reloc.area_pc 25
raindew.amount 3000
raindew.semester 1500
village.fund_alarm 300000
carry.full 8
carry.zero 20
rate.wrong_exit.max 2
rate.missed.max 2
satisfaction.min 90
"""


@pytest.mark.parametrize("line", NUMBERS.strip().splitlines())
def test_its_numbers(pack, line):
    key, number = line.split()

    assert pack.value(key, at=DAY).value == int(number)


def test_school_age_is_counted_at_31_august(pack):
    assert pack.value("school.age_reference", at=DAY).text == "08-31"


def test_the_village_allocation_has_scenarios_and_no_value(pack):
    with pytest.raises(UnverifiedValue) as refused:
        pack.value("village_annual_allocation", at=DAY)

    assert str(refused.value.remedy).endswith("name a scenario: 10-wan, 100-wan.")
    for scenario, yuan in (("10-wan", 100_000), ("100-wan", 1_000_000)):
        value = pack.value("village_annual_allocation", at=DAY, scenario=scenario)
        assert value.integer == yuan


def test_no_file_holds_the_figure_that_translation_made():
    for path in DEFAULT_PACK.glob("*.toml"):
        text = path.read_text(encoding="utf-8")
        assert "654.38" not in text
        assert "65438" not in text


def test_what_the_programme_states_names_the_programme(pack):
    stated = [v for v in pack.all_values() if v.grade is Grade.STATED]

    assert len(stated) == 5
    assert all(v.source.zh.startswith("方案") for v in stated)


@pytest.mark.parametrize("key", ["award.cap", "share.min_return", "reimb.stages"])
def test_proposed_and_local_amounts_are_not_used_for_money(pack, key):
    with pytest.raises(UnverifiedValue):
        pack.value(key, at=DAY)
    assert pack.value(key, at=DAY, scenario="10-wan").key == key


def test_every_declared_place_and_area_is_used(pack):
    assert {act for p in pack.parameters.values() for act in p.acts} == set(PLACES)
    assert {one.area for one in SPECIFICATIONS.values()} == set(AREAS)


def test_every_unit_and_value_can_be_said_in_both_languages(pack):
    assert {one.unit for one in SPECIFICATIONS.values()} == set(UNITS)
    for value in pack.all_values():
        words = words_of(value).as_json()
        assert words["zh"]
        assert words["en"]


def test_small_tables_are_said_in_one_line(pack):
    quota = words_of(pack.value("pairing.quota", at=DAY))
    tiers = words_of(pack.value("pairing.tiers", at=DAY))

    assert quota.in_language("zh-hans") == "A 3；B 2；C 1"
    assert tiers.in_language("zh-hans") == "9 行"
