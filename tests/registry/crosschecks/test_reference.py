"""The reference page is written from the declarations; every check can say why."""

import re
from pathlib import Path

import pytest

from bangfu.policy.parameters import SPECIFICATIONS
from bangfu.registry.crosschecks import reference
from bangfu.registry.crosschecks.declared import BY_CODE, CHECKS

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "crosschecks.md"
PLACE = re.compile(r"\{(\w+)\}")


def test_the_page_is_that_of_the_declarations():
    assert PAGE.read_text(encoding="utf-8") == reference.page()


def test_all_exclusion_conditions_are_there():
    assert {f"X{n}" for n in range(1, 11)} <= BY_CODE.keys()
    assert len(BY_CODE) == len(CHECKS)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_both_languages_name_the_same_figures(check):
    assert set(PLACE.findall(check.why.zh)) == set(PLACE.findall(check.why.en))
    names = {one.name for one in check.thresholds}
    unsaid = {"kin_min", "chance_max_pct", "rise_min_pct", "peers_times"}
    assert names - unsaid <= set(PLACE.findall(check.why.en))
    assert {one.key for one in check.thresholds} <= SPECIFICATIONS.keys()
