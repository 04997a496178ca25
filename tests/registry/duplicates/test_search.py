"""Searching the register: what is filed, who sees it, what is remembered."""

from __future__ import annotations

from datetime import date

import pytest
from tests.registry.cases.stage import NEXT_VILLAGE, VILLAGE
from tests.registry.duplicates.conftest import (
    AGREE,
    COUNTY,
    SAID,
    SYSTEM,
    add,
    groups,
    of,
    only_group,
)

from bangfu.audit.models import Event
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import NotAllowed
from bangfu.jobs.models import Job
from bangfu.registry.cases import lineage
from bangfu.registry.duplicates import operations, presenting, queries, searching
from bangfu.registry.duplicates.models import DuplicateGroup, DuplicatePair
from bangfu.registry.models import Household, Member
from bangfu.scope import acting


def test_it_finds_a_person_on_file_twice_from_end_to_end(
    committed_db, make_actor, settings, tmp_path, now
):
    settings.BANGFU_LAKE = str(tmp_path / "lake")
    with acting(SYSTEM):
        for number, name in ((1, "欧阳建国"), (2, "欧阳健国"), (3, "王小明")):
            household = Household.objects.create(
                division_code=VILLAGE,
                household_no=f"{number:04}",
                head_name=name,
                recorded_by_id=0,
            )
            Member.objects.create(
                household=household,
                division_code=VILLAGE,
                position=1,
                name=name,
                sex="1",
                birth_date=date(1961, 4, 9) if number < 3 else date(1980, 1, 2),
                relation="01",
                recorded_by_id=0,
            )
    by = make_actor("county", "990101")

    with acting(by):
        done = searching.search(by=by, at=now, division=COUNTY)

    with acting(SYSTEM):
        pair = DuplicatePair.objects.get()
        names = {
            one.name for one in queries.members([pair.left_id, pair.right_id]).values()
        }
    assert names == {"欧阳建国", "欧阳健国"}
    assert pair.agreement == {
        "surname": "same",
        "given": "same sound",
        "birth": "same",
        "sex": "same",
        "division": "same",
    }
    assert (done.persons, done.links, done.found) == (3, 1, 1)
    kept = [one for one in (tmp_path / "lake" / "private").iterdir() if one.is_dir()]
    assert kept == []


def test_a_group_lies_in_the_smallest_division_that_holds_it(found, families):
    one, other, next_village = families
    found.say((of(one)[1], of(other)[1], 0.9), (of(one)[0], of(next_village)[0], 0.8))

    done = found.search()

    assert sorted(groups()) == [(VILLAGE[:9], "open", 2), (VILLAGE, "open", 2)]
    assert (done.links, done.found, done.withdrawn, done.known) == (2, 2, 0, 0)
    with acting(SYSTEM):
        event = Event.objects.get(action="registry.duplicates.searched")
        pair = DuplicatePair.objects.first()
    assert event.detail == {"persons": 9, "found": 2}
    assert pair.agreement == AGREE


def test_a_village_sees_no_group_and_a_township_only_its_own(found, families, stage):
    one, other, next_village = families
    found.say((of(one)[1], of(other)[1], 0.9), (of(one)[0], of(next_village)[0], 0.8))
    found.search()

    seen = {}
    for name in ("village", "township", "county"):
        with acting(stage[name]):
            seen[name] = DuplicateGroup.objects.count()

    assert seen == {"village": 0, "township": 2, "county": 2}
    assert NEXT_VILLAGE.startswith(VILLAGE[:9])


@pytest.mark.parametrize("who", ["village", "department", "team"])
def test_who_keeps_no_register_may_not_search(found, stage, who):
    with pytest.raises(NotAllowed):
        found.search(who)
    with acting(stage[who]), pytest.raises(NotAllowed):
        operations.order_search(by=stage[who], at=stage.at, division=COUNTY)

    assert groups() == []


def test_nobody_searches_beyond_the_own_division(found):
    with pytest.raises(NotAllowed) as refusal:
        found.search("township", DivisionCode(VILLAGE[:6]))

    assert str(refusal.value.message) == (
        "The division 990101 is not within your grant."
    )


def test_a_search_can_be_ordered_as_a_job(found, stage, families):
    by = stage["county"]
    with acting(by):
        job = operations.order_search(by=by, at=stage.at, division=COUNTY)

    with acting(SYSTEM):
        stored = Job.objects.get(pk=job.pk)
    assert (stored.kind, stored.payload) == (
        "registry.duplicates",
        {"division": "990101"},
    )


def test_a_second_search_files_nothing_twice_and_brings_scores_up_to_date(
    found, families
):
    one, other, _ = families
    found.say((of(one)[1], of(other)[1], 0.8))
    found.search()
    found.say((of(one)[1], of(other)[1], 0.9))

    done = found.search()

    assert (done.found, done.withdrawn) == (0, 0)
    assert (only_group().chance, only_group().state) == (0.9, "open")


def test_what_is_no_longer_found_is_withdrawn(found, families):
    one, other, _ = families
    found.say((of(one)[1], of(other)[1], 0.8))
    found.search()
    found.say()

    done = found.search()

    assert done.withdrawn == 1
    assert only_group().state == "gone"
    with acting(SYSTEM):
        assert DuplicatePair.objects.get().verdict == "gone"


def test_a_search_of_a_part_leaves_groups_outside_it_alone(found, families):
    one, _, next_village = families
    found.say((of(one)[0], of(next_village)[0], 0.8))
    found.search()
    found.say()

    found.search("township", DivisionCode(VILLAGE))

    assert only_group().state == "open"


def test_not_the_same_is_remembered_and_later_stays_later(found, families, stage):
    one, other, next_village = families
    found.say((of(one)[1], of(other)[1], 0.9), (of(one)[0], of(next_village)[0], 0.8))
    found.search()
    by = stage["county"]
    with acting(by):
        apart, later = DuplicateGroup.objects.order_by("-chance")
        operations.keep_apart(by=by, at=stage.at, group_id=apart.pk, reason="同名同姓")
        operations.postpone(by=by, at=stage.at, group_id=later.pk, reason="外出未归")

    done = found.search()

    assert (done.found, done.withdrawn, done.known) == (0, 0, 1)
    assert sorted(state for _, state, _ in groups()) == ["decided", "later"]


def test_not_the_same_holds_for_the_record_in_a_new_household(found, families, stage):
    one, other, _ = families
    son = add(one, "张小")
    found.say((son, of(other)[1], 0.9))
    found.search()
    by = stage["county"]
    with acting(by):
        operations.keep_apart(
            by=by, at=stage.at, group_id=only_group().pk, reason="同名同姓"
        )
        lineage.split(
            by=by,
            at=stage.at,
            household_id=one.pk,
            household_no="0900",
            member_ids=[son.pk],
            head_id=son.pk,
            said=SAID,
        )
    with acting(SYSTEM):
        after = Member.objects.get(name="张小", left_date=None)
    assert after.pk != son.pk
    found.say((after, of(other)[1], 0.9))

    done = found.search()

    assert (done.found, done.known) == (0, 1)


def test_who_left_since_the_extract_is_not_filed(found, families, stage):
    one, other, _ = families
    wife = of(one)[1]
    found.say((wife, of(other)[1], 0.9))
    by = stage["county"]
    with acting(by):
        lineage.remove_member(
            by=by,
            at=stage.at,
            household_id=one.pk,
            member_id=wife.pk,
            change="1",
            said=SAID,
        )

    assert found.search().found == 0
    assert groups() == []


def test_every_level_of_the_linkage_has_its_words():
    from bangfu.calc.linkage.model import comparisons

    every = frozenset({"given", "surname", "birth", "sex", "id_number", "division"})
    for has_han in (True, False):
        for one in comparisons(every, has_han=has_han, has_latin=not has_han):
            assert one.name in presenting.FIELD_TEXTS
            assert {level.name for level in one.levels} <= presenting.LEVEL_TEXTS.keys()
