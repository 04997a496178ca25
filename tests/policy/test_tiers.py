from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from bangfu.policy.code_lists import CAUSES, Expertise, Rank, UnitLevel
from bangfu.policy.loading import DEFAULT_PACK, load
from bangfu.policy.quotas import Quota, mismatch_costs, pairing_quotas
from bangfu.policy.tiers import OfficialFacts, tier_of
from bangfu.policy.values import Grade, Status

DAY = date(2016, 3, 1)


@pytest.fixture(scope="module")
def quotas():
    return pairing_quotas(load(DEFAULT_PACK), at=DAY, division="990101")


def official(rank="staff", unit_level="county", **facts) -> OfficialFacts:
    known = {"in_post": True, "is_top_leader": False, "is_party_member": True}
    return OfficialFacts(Rank(rank), UnitLevel(unit_level), **(known | facts))


CASES = """
city_leader    city     -      member   A  3 3
city_leader    city     -      nonmember A 3 3
county_leader  county   -      member   A  3 3
deputy_county  county   -      nonmember A 3 3
county_leader  city     top    member   A  3 3
section_head   city     top    nonmember A 3 3
deputy_county  city     -      member   B  2 2
county_leader  city     -      member   B  2 2
section_head   county   -      member   B  2 2
deputy_section county   -      nonmember B 2 2
section_head   township -      member   B  2 2
deputy_county  township -      member   B  2 2
staff          township top    nonmember B 2 2
section_head   city     -      member   C  1 1
staff          city     -      member   C  1 1
staff          county   -      member   C  1 1
staff          township -      member   C  1 1
staff          county   -      nonmember - 0 0
section_head   city     -      nonmember - 0 0
"""


@pytest.mark.parametrize("line", CASES.strip().splitlines())
def test_the_tier_follows_from_rank_unit_post_and_party(quotas, line):
    rank, unit_level, top, party, tier, least, most = line.split()

    decision = tier_of(
        official(
            rank,
            unit_level,
            is_top_leader=top == "top",
            is_party_member=party == "member",
        ),
        quotas,
    )

    assert decision.tier == (None if tier == "-" else tier)
    assert (decision.min, decision.max) == (int(least), int(most))


def test_every_combination_of_facts_has_an_answer(quotas):
    for rank in Rank:
        for unit_level in UnitLevel:
            for top in (True, False):
                decision = tier_of(
                    official(rank, unit_level, is_top_leader=top), quotas
                )
                assert decision.tier in {"A", "B", "C"}


def test_who_is_not_in_post_is_not_paired(quotas):
    decision = tier_of(
        official("city_leader", "city", in_post=False, is_three_sends=True), quotas
    )

    assert (decision.tier, decision.min, decision.max) == (None, 0, 0)
    assert decision.reason.zh == "不在职，不纳入结对范围。"


def test_retired_officials_count_when_the_pack_says_so(quotas):
    everybody = dataclasses.replace(quotas, in_post_only=False)

    assert (
        tier_of(official("city_leader", "city", in_post=False), everybody).tier == "A"
    )


@pytest.mark.parametrize(
    ("rank", "unit_level", "party", "mode", "quota"),
    [
        ("county_leader", "county", True, "replace", (3, 5)),
        ("section_head", "county", True, "replace", (3, 5)),
        ("staff", "county", True, "replace", (3, 5)),
        ("staff", "county", False, "replace", (3, 5)),
        ("county_leader", "county", True, "add", (6, 8)),
        ("section_head", "county", True, "add", (5, 7)),
        ("staff", "county", True, "add", (4, 6)),
        ("staff", "county", False, "add", (3, 5)),
    ],
)
def test_the_three_sends_replace_or_add(quotas, rank, unit_level, party, mode, quota):
    changed = dataclasses.replace(quotas, three_sends_mode=mode)

    decision = tier_of(
        official(rank, unit_level, is_party_member=party, is_three_sends=True), changed
    )

    assert (decision.min, decision.max) == quota


def test_a_larger_tier_is_not_made_smaller_by_the_three_sends(quotas):
    larger = dataclasses.replace(quotas, quotas={**quotas.quotas, "A": Quota(8, 8)})

    decision = tier_of(official("county_leader", "county", is_three_sends=True), larger)

    assert (decision.min, decision.max) == (8, 8)


def test_the_reason_names_the_criteria_that_matched(quotas):
    decision = tier_of(official("section_head", "township"), quotas)

    assert decision.reason.as_json() == {
        "zh": "乡（镇）、正科级，按“县（市、区）直单位、乡（镇）科级领导干部”列入 B 档。应结对 2 户。",
        "en": "township, section head: tier B by “section-level leading officials of "
        "county units and townships”. Households: 2.",
    }
    assert decision.rule.status is Status.UNVERIFIED


def test_the_reason_of_staff_outside_every_tier(quotas):
    decision = tier_of(official(is_party_member=False), quotas)

    assert decision.reason.as_json() == {
        "zh": "县（市、区）直单位、一般干部、非中共党员，不属于任何一档。不安排结对户。",
        "en": "county unit, ordinary staff, not a Party member: in no tier. No households.",
    }


def test_the_reason_of_a_three_sends_official(quotas):
    decision = tier_of(official("deputy_county", "city", is_three_sends=True), quotas)

    assert decision.reason.in_language("zh-hans") == (
        "市直、驻市单位、副县（处）级，按“市直、驻市单位副县（处）级领导干部”列入 B 档。"
        "兼为“三送”干部，户数取较大者。应结对 3 至 5 户。"
    )


def test_the_garbled_second_tier_is_marked(quotas):
    standing = {
        tier: {(r.grade, r.status) for r in quotas.rules if r.tier == tier}
        for tier in quotas.tiers
    }

    assert quotas.tiers == ("A", "B", "C")
    assert standing["A"] == standing["C"] == {(Grade.STATED, Status.VERIFIED)}
    assert standing["B"] == {
        (Grade.STATED, Status.UNVERIFIED),
        (Grade.PROPOSED, Status.UNVERIFIED),
    }


def test_every_need_and_expertise_has_a_cost():
    costs = mismatch_costs(load(DEFAULT_PACK), at=DAY)

    assert set(costs) == {(need, field.value) for need in CAUSES for field in Expertise}
    assert costs["1", "health"] == 0
    assert costs["1", "agriculture"] == 1000
    assert all(min(costs[need, f.value] for f in Expertise) == 0 for need in CAUSES)
