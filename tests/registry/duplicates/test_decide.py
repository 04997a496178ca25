"""Merge, not the same, later: each works, refuses, and leaves its trace."""

from __future__ import annotations

from datetime import date

import pytest
from tests.registry.cases.stage import VILLAGE
from tests.registry.duplicates.conftest import SAID, SYSTEM, add, groups, of, only_group

from bangfu.audit.models import Event
from bangfu.calc.values.findings import NotAllowed
from bangfu.pairing.models import Official, Pairing, Unit
from bangfu.registry.cases import descent, merging
from bangfu.registry.cases.facts import BadFacts
from bangfu.registry.cases.models import LineageEvent, Monitoring
from bangfu.registry.cases.states import CaseKind
from bangfu.registry.duplicates import operations
from bangfu.registry.duplicates.models import DuplicateDecision, DuplicatePair
from bangfu.registry.models import Household, Member
from bangfu.scope import acting


def do(stage, operation, *, by: str = "township", **given):
    with acting(stage[by]):
        return operation(by=stage[by], at=stage.at, **given)


def verdicts() -> list[str]:
    with acting(SYSTEM):
        return [str(one.verdict) for one in DuplicatePair.objects.order_by("pk")]


def traces(action: str) -> list[tuple[str, dict]]:
    with acting(SYSTEM):
        found = Event.objects.filter(action=action).order_by("pk")
        return [(one.reason, one.detail) for one in found]


@pytest.fixture
def suspected(found, families):
    """The wives of two families of one village, found to be one person."""
    one, other, _ = families
    kept, left = of(one)[1], of(other)[1]
    found.say((kept, left, 0.9))
    found.search()
    return only_group(), kept, left


# Persons


def test_records_of_a_person_become_one_that_learns_what_it_did_not_know(
    stage, suspected
):
    group, kept, left = suspected
    with acting(SYSTEM):
        Member.objects.filter(pk=left.pk).update(
            sex="2", birth_date=date(1970, 5, 1), health=["3"]
        )
        Member.objects.filter(pk=kept.pk).update(health=["1"])

    do(
        stage,
        operations.merge_persons,
        group_id=group.pk,
        kept_id=kept.pk,
        member_ids=[left.pk],
        said=SAID,
    )

    with acting(SYSTEM):
        kept.refresh_from_db()
        left.refresh_from_db()
        event = LineageEvent.objects.get()
        decision = DuplicateDecision.objects.get()
    assert (left.left_date, left.left_reason) == (SAID.on, "9")
    assert (kept.sex, kept.birth_date, kept.health) == ("2", date(1970, 5, 1), ["1"])
    assert kept.left_date is None
    assert (event.kind, event.member_id, event.member_after_id) == (
        "leave",
        left.pk,
        kept.pk,
    )
    assert (decision.kind, decision.kept_member_id) == ("persons", kept.pk)
    assert only_group().state == "decided"
    assert verdicts() == ["same"]
    assert traces("registry.duplicates.persons_merged") == [
        (SAID.reason, {"records": 2, "kept": kept.pk})
    ]
    assert traces("registry.household.left") == [
        (SAID.reason, {"change": "9", "kept": kept.pk})
    ]


def test_a_head_who_leaves_names_the_next_one(stage, found, families):
    one, other, _ = families
    kept, (left, wife) = of(one)[0], of(other)
    found.say((kept, left, 0.9))
    found.search()
    given = {
        "group_id": only_group().pk,
        "kept_id": kept.pk,
        "member_ids": [left.pk],
        "said": SAID,
    }

    with pytest.raises(descent.WrongMember):
        do(stage, operations.merge_persons, **given)
    assert only_group().state == "open"
    do(stage, operations.merge_persons, **given, new_heads={left.pk: wife.pk})

    with acting(SYSTEM):
        assert Household.objects.get(pk=other.pk).head_name == "李四"
        wife.refresh_from_db()
    assert wife.relation == "01"


def test_in_one_household_the_kept_record_becomes_the_head(stage, found, families):
    one, *_ = families
    head, again = of(one)[0], add(one, "张壹")
    found.say((head, again, 0.9))
    found.search()

    do(
        stage,
        operations.merge_persons,
        group_id=only_group().pk,
        kept_id=again.pk,
        member_ids=[head.pk],
        said=SAID,
    )

    assert [(m.name, m.relation) for m in of(one)] == [("李四", "02"), ("张壹", "01")]
    with acting(SYSTEM):
        assert Household.objects.get(pk=one.pk).head_name == "张壹"


def test_the_last_record_of_a_household_is_not_merged_away(stage, found, families):
    one, *_ = families
    lonely = stage.family("0")
    found.say((of(one)[0], of(lonely)[0], 0.9))
    found.search()

    with pytest.raises(merging.LastMember) as refusal:
        do(
            stage,
            operations.merge_persons,
            group_id=only_group().pk,
            kept_id=of(one)[0].pk,
            member_ids=[of(lonely)[0].pk],
            said=SAID,
        )

    assert str(refusal.value.remedy) == "Merge the households instead."
    assert (only_group().state, verdicts()) == ("open", [""])


def test_of_three_records_two_can_be_one_and_the_third_another_person(
    stage, found, families
):
    one, other, next_village = families
    a, b, c = (of(each)[1] for each in (one, other, next_village))
    found.say((a, b, 0.95), (b, c, 0.7), (a, c, 0.6))
    found.search()
    group = only_group()
    assert group.size == 3

    do(
        stage,
        operations.merge_persons,
        group_id=group.pk,
        kept_id=a.pk,
        member_ids=[b.pk],
        said=SAID,
    )

    assert groups() == [("990101101", "open", 2)]
    assert only_group().chance == 0.6
    do(stage, operations.keep_apart, group_id=group.pk, reason="走访核实")
    assert only_group().state == "decided"
    with acting(SYSTEM):
        found_ = {
            (p.left_id, p.right_id): str(p.verdict) for p in DuplicatePair.objects.all()
        }
    assert found_ == {
        (a.pk, b.pk): "same",
        (b.pk, c.pk): "gone",
        (a.pk, c.pk): "different",
    }


def test_it_refuses_records_of_other_groups_and_the_kept_one(
    stage, suspected, families
):
    group, kept, left = suspected
    stranger = of(families[2])[1]

    for members in ([stranger.pk], [], [kept.pk], [left.pk, kept.pk]):
        with pytest.raises(operations.WrongRecords):
            do(
                stage,
                operations.merge_persons,
                group_id=group.pk,
                kept_id=kept.pk,
                member_ids=members,
                said=SAID,
            )

    assert (only_group().state, verdicts()) == ("open", [""])


# Households


def test_a_household_on_file_twice_goes_into_the_other_one(stage, suspected, families):
    group, kept, left = suspected
    one, other, _ = families
    child = add(other, "张小")
    head = of(other)[0]

    do(
        stage,
        operations.merge_households,
        group_id=group.pk,
        household_id=other.pk,
        into_id=one.pk,
        same={left.pk: kept.pk, head.pk: of(one)[0].pk},
        said=SAID,
    )

    assert of(other) == []
    assert [m.name for m in of(one)] == ["张1", "李四", "张小"]
    with acting(SYSTEM):
        assert Household.objects.get(pk=other.pk).status == "9"
        after = {
            e.member_id: (e.kind, e.member_after_id) for e in LineageEvent.objects.all()
        }
        decision = DuplicateDecision.objects.get()
    assert after[left.pk] == ("merge", kept.pk)
    assert after[child.pk] == ("merge", of(one)[2].pk)
    assert (decision.kind, decision.kept_household_id) == ("households", one.pk)
    assert (only_group().state, verdicts()) == ("decided", ["same"])
    assert traces("registry.household.merged") == [
        (SAID.reason, {"into": one.pk, "members": 1, "same": 2})
    ]


def test_who_was_suspected_and_joins_is_another_person(stage, suspected, families):
    group, *_ = suspected
    one, other, _ = families

    do(
        stage,
        operations.merge_households,
        group_id=group.pk,
        household_id=other.pk,
        into_id=one.pk,
        same={},
        said=SAID,
    )

    assert verdicts() == ["different"]
    assert [m.name for m in of(one)] == ["张1", "李四", "张2", "李四"]


def test_the_same_number_is_the_same_person_without_being_named(stage, families):
    one, other, _ = families
    with acting(SYSTEM):
        for household in (one, other):
            Member.objects.filter(household=household, name="李四").update(
                identity_index=b"1" * 32
            )

    with acting(stage["township"]):
        merging.merge(
            by=stage["township"],
            at=stage.at,
            household_id=other.pk,
            into_id=one.pk,
            said=SAID,
        )

    assert [m.name for m in of(one)] == ["张1", "李四", "张2"]


def test_a_merged_household_s_pairing_ends_and_its_watch_goes_on(stage, suspected):
    _, kept, _ = suspected
    watched = stage.walk(
        stage.open(CaseKind.MONITORING, household=stage.family("1"))
    ).household
    with acting(SYSTEM):
        unit = Unit.objects.create(
            division_code=VILLAGE[:9],
            unit_no="U1",
            name="镇政府",
            level="township",
            serves_code=VILLAGE[:9],
            recorded_by_id=0,
        )
        official = Official.objects.create(
            unit=unit,
            division_code=VILLAGE[:9],
            official_no="A-1",
            name="王五",
            rank="staff",
            tier="C",
            quota_min=1,
            quota_max=1,
            recorded_by_id=0,
        )
        Pairing.objects.create(
            household=watched,
            official=official,
            division_code=watched.division_code,
            started_date=date(2020, 1, 1),
            start_reason="结对",
            helper_name="王五",
            helper_unit="镇政府",
            recorded_by_id=0,
        )
    with acting(stage["township"]):
        merging.merge(
            by=stage["township"],
            at=stage.at,
            household_id=watched.pk,
            into_id=kept.household_id,
            said=SAID,
        )

    with acting(SYSTEM):
        pairing = Pairing.objects.get()
        spells = list(Monitoring.objects.order_by("pk"))
    assert (pairing.ended_date, pairing.end_reason) == (SAID.on, "@inactive")
    assert traces("pairing.pairing.ended") == [(SAID.reason, {})]
    assert [(s.household_id, s.until is None) for s in spells] == [
        (watched.pk, False),
        (kept.household_id, True),
    ]


def test_a_deregistered_household_merges_with_nobody(stage, families):
    one, other, _ = families
    with acting(SYSTEM):
        Household.objects.filter(pk=other.pk).update(status="9")
    applicant = stage.family("8")

    for old, into in ((other, one), (one, other), (one, applicant)):
        with acting(stage["township"]), pytest.raises(merging.CannotMerge):
            merging.merge(
                by=stage["township"],
                at=stage.at,
                household_id=old.pk,
                into_id=into.pk,
                said=SAID,
            )

    with acting(SYSTEM):
        assert LineageEvent.objects.count() == 0


def test_households_without_a_suspected_pair_are_not_merged_here(
    stage, suspected, families
):
    group, *_ = suspected
    lonely = stage.family("0")

    with pytest.raises(operations.WrongRecords):
        do(
            stage,
            operations.merge_households,
            group_id=group.pk,
            household_id=lonely.pk,
            into_id=families[0].pk,
            same={},
            said=SAID,
        )

    assert only_group().state == "open"


# Not the same, later


def test_not_the_same_leaves_the_register_as_it_is(stage, suspected):
    group, kept, left = suspected

    do(stage, operations.keep_apart, group_id=group.pk, reason="同名同姓，不同人")

    assert (only_group().state, verdicts()) == ("decided", ["different"])
    with acting(SYSTEM):
        assert not LineageEvent.objects.exists()
        assert Member.objects.filter(left_date=None, pk__in=[kept.pk, left.pk]).count()
    assert traces("registry.duplicates.kept_apart") == [
        ("同名同姓，不同人", {"pairs": 1})
    ]


def test_later_keeps_the_group_waiting(stage, suspected):
    group, *_ = suspected

    do(stage, operations.postpone, group_id=group.pk, reason="外出务工未归")

    assert (only_group().state, verdicts()) == ("later", [""])
    assert traces("registry.duplicates.postponed") == [("外出务工未归", {})]
    do(stage, operations.keep_apart, group_id=group.pk, reason="同名同姓")
    assert only_group().state == "decided"


@pytest.mark.parametrize("name", ["keep_apart", "postpone"])
def test_a_decision_states_its_reason(stage, suspected, name):
    group, *_ = suspected

    with pytest.raises(BadFacts):
        do(stage, getattr(operations, name), group_id=group.pk, reason=" 无 ")

    assert (only_group().state, verdicts()) == ("open", [""])


@pytest.mark.parametrize("name", ["keep_apart", "postpone"])
def test_nobody_decides_twice_nor_without_the_office(stage, suspected, name):
    group, *_ = suspected
    act = getattr(operations, name)

    for who in ("department", "village"):
        with pytest.raises(NotAllowed):
            do(stage, act, by=who, group_id=group.pk, reason="同名同姓")
    with pytest.raises(operations.NoSuchGroup):
        do(stage, act, group_id=999_999, reason="同名同姓")
    do(stage, operations.keep_apart, group_id=group.pk, reason="同名同姓")
    with pytest.raises(operations.AlreadySettled) as refusal:
        do(stage, act, group_id=group.pk, reason="同名同姓")

    assert (
        str(refusal.value.message) == "These suspected duplicates are settled: decided."
    )
