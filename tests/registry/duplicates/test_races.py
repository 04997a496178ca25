"""Two clerks at one group at once: one of them is told, and one thing happens."""

from __future__ import annotations

import pytest
from tests.registry.cases.conftest import make_villages
from tests.registry.cases.stage import Stage
from tests.registry.cases.test_races import both
from tests.registry.duplicates.conftest import SAID, SYSTEM, Found, add, of

from bangfu.registry.duplicates import operations
from bangfu.registry.duplicates.models import DuplicateDecision, DuplicateGroup
from bangfu.scope import acting


@pytest.fixture
def stage(turning_clock, committed_db, make_actor) -> Stage:
    make_villages()
    return Stage(make_actor)


def test_a_merge_and_not_the_same_at_once_leave_one_decision(stage, found: Found):
    one, other = stage.family("0"), stage.family("0")
    kept, left = add(one, "李四"), add(other, "李四")
    found.say((kept, left, 0.9))
    found.search()
    with acting(SYSTEM):
        group_id = DuplicateGroup.objects.get().pk

    def merge():
        with acting(stage["township"]):
            operations.merge_persons(
                by=stage["township"],
                at=stage.at,
                group_id=group_id,
                kept_id=kept.pk,
                member_ids=[left.pk],
                said=SAID,
            )

    def keep_apart():
        with acting(stage["county"]):
            operations.keep_apart(
                by=stage["county"], at=stage.at, group_id=group_id, reason="同名同姓"
            )

    refused = both(merge, keep_apart)

    assert sorted(type(one).__name__ for one in refused) == [
        "AlreadySettled",
        "NoneType",
    ]
    with acting(SYSTEM):
        decision = DuplicateDecision.objects.get()
    merged = decision.kind == "persons"
    assert (refused[0] is None) == merged
    assert len(of(other)) == (1 if merged else 2)


def test_two_searches_at_once_file_a_group_once(stage, found: Found):
    one, other = stage.family("0"), stage.family("0")
    found.say((add(one, "李四"), add(other, "李四"), 0.9))

    refused = both(lambda: found.search("county"), lambda: found.search("city"))

    assert refused == [None, None]
    with acting(SYSTEM):
        assert DuplicateGroup.objects.count() == 1
