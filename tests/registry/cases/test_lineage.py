"""Families that split, merge, move, grow and shrink."""

from __future__ import annotations

from datetime import date

import pytest
from tests.registry.cases.stage import NEXT_VILLAGE, VILLAGE, Stage, status_of
from tests.registry.workbooks import OTHER_COUNTY_VILLAGE, number

from bangfu.audit.models import Event
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput, NotAllowed
from bangfu.pairing.models import Official, Pairing, Unit
from bangfu.registry.cases import descent, lineage, merging, operations
from bangfu.registry.cases.descent import Happening
from bangfu.registry.cases.facts import BadFacts
from bangfu.registry.cases.lineage import Person
from bangfu.registry.cases.models import Case, LineageEvent, Step
from bangfu.registry.cases.states import CaseKind
from bangfu.registry.models import Household, Income, Member
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

SAID = Happening(date(2021, 2, 1), "户籍已分立")


@pytest.fixture
def four(stage: Stage) -> tuple[Household, list[Member]]:
    """A household with a head and three more."""
    household = stage.family("0")
    with acting(system_actor("tests")):
        for position, name in enumerate(("李四", "张小", "张二"), start=2):
            Member.objects.create(
                household=household,
                division_code=VILLAGE,
                position=position,
                name=name,
                initials="X",
                relation="03",
                recorded_by_id=0,
            )
        return household, list(household.members.order_by("position"))


def do(stage: Stage, operation, *, by: str = "township", **arguments):
    with acting(stage[by]):
        return operation(by=stage[by], at=stage.at, said=SAID, **arguments)


def live(household: Household) -> list[tuple[str, str]]:
    with acting(system_actor("tests")):
        members = household.members.filter(left_date=None).order_by("position")
        return [(one.name, one.relation) for one in members]


def events() -> int:
    with acting(system_actor("tests")):
        return LineageEvent.objects.count()


def test_a_split_founds_a_household_of_the_same_status(stage, four):
    old, (_, wife, son, second) = four

    new = do(
        stage,
        lineage.split,
        household_id=old.pk,
        household_no="0101",
        member_ids=[son.pk, second.pk],
        head_id=son.pk,
    )

    assert (new.status, new.head_name, new.division_code) == ("0", "张小", VILLAGE)
    assert live(old) == [("张1", "01"), ("李四", "03")]
    assert live(new) == [("张小", "01"), ("张二", "99")]
    with acting(system_actor("tests")):
        son.refresh_from_db()
        wife.refresh_from_db()
        told = list(LineageEvent.objects.select_related("member_after").order_by("pk"))
        event = Event.objects.get(action="registry.household.split")
    assert (son.left_date, son.left_reason) == (SAID.on, "7")
    assert wife.left_date is None
    assert [(one.kind, one.household_id, one.other_id) for one in told] == [
        ("split", old.pk, new.pk)
    ] * 2
    assert told[0].member_id == son.pk
    assert told[0].member_after.name == "张小"
    assert (event.reason, event.detail) == ("户籍已分立", {"to": new.pk, "members": 2})


def test_a_split_refuses_heads_everybody_strangers_and_taken_numbers(stage, four):
    old, (head, wife, son, second) = four
    everybody = [head.pk, wife.pk, son.pk, second.pk]

    for members, new_head, no in (
        ([head.pk, son.pk], son.pk, "0101"),
        (everybody, wife.pk, "0101"),
        ([son.pk], second.pk, "0101"),
        ([son.pk, 999_999], son.pk, "0101"),
        ([], son.pk, "0101"),
    ):
        with pytest.raises(descent.WrongMember):
            do(
                stage,
                lineage.split,
                household_id=old.pk,
                household_no=no,
                member_ids=members,
                head_id=new_head,
            )
    with pytest.raises(descent.NumberTaken):
        do(
            stage,
            lineage.split,
            household_id=old.pk,
            household_no=old.household_no,
            member_ids=[son.pk],
            head_id=son.pk,
        )
    with pytest.raises(NotAllowed):
        do(
            stage,
            lineage.split,
            by="department",
            household_id=old.pk,
            household_no="0101",
            member_ids=[son.pk],
            head_id=son.pk,
        )

    assert len(live(old)) == 4
    assert events() == 0


def test_a_merge_deregisters_one_household_and_keeps_its_people(stage, four):
    into, _ = four
    old = stage.family("0")

    do(stage, merging.merge, household_id=old.pk, into_id=into.pk)

    assert live(old) == []
    assert live(into)[-1] == ("张2", "99")
    with acting(system_actor("tests")):
        assert Household.objects.get(pk=old.pk).status == "9"
        assert LineageEvent.objects.get().other_id == into.pk


def test_a_merge_waits_for_an_open_case_and_refuses_itself(stage, four):
    into, _ = four
    case = stage.open(CaseKind.EXIT)

    with pytest.raises(descent.CaseRuns):
        do(stage, merging.merge, household_id=case.household_id, into_id=into.pk)
    with pytest.raises(descent.WrongMember):
        do(stage, merging.merge, household_id=into.pk, into_id=into.pk)

    assert status_of(case) == "2"
    assert events() == 0


def test_everything_follows_a_household_into_another_village(stage):
    case = stage.open(CaseKind.EXIT)
    household = case.household
    with acting(system_actor("tests")):
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
            household=household,
            official=official,
            division_code=VILLAGE,
            helper_name="王五",
            helper_unit="镇政府",
            started_date="2020-01-01",
            start_reason="试点",
            recorded_by_id=0,
        )

    do(
        stage,
        lineage.move,
        household_id=household.pk,
        village=DivisionCode(NEXT_VILLAGE),
        household_no="0777",
    )

    with acting(system_actor("tests")):
        moved = Household.objects.get(pk=household.pk)
        assert (moved.division_code, moved.household_no) == (NEXT_VILLAGE, "0777")
        for model in (Member, Income, Case, Pairing):
            found = model.objects.filter(household=household)
            assert {one.division_code for one in found} == {NEXT_VILLAGE}, model
        assert {s.division_code for s in Step.objects.filter(case=case)} == {
            NEXT_VILLAGE
        }
        told = LineageEvent.objects.order_by("pk").values_list(
            "division_code", "from_place", "to_place"
        )
        assert list(told) == [
            (village, f"{VILLAGE}/0001", f"{NEXT_VILLAGE}/0777")
            for village in (VILLAGE, NEXT_VILLAGE)
        ]
    with acting(stage["township"]):
        operations.take(
            by=stage["township"],
            at=stage.at,
            case_id=case.pk,
            act="withdraw",
            said=stage.said(operations.act_named("withdraw")),
        )


def test_a_move_refuses_other_counties_unknown_villages_and_taken_numbers(stage):
    household = stage.family("0")
    stage.family("0", division_code=NEXT_VILLAGE)

    with pytest.raises(NotAllowed):
        do(
            stage,
            lineage.move,
            household_id=household.pk,
            village=DivisionCode(OTHER_COUNTY_VILLAGE),
            household_no="0777",
        )
    for village in (VILLAGE, "990101101999", VILLAGE[:9]):
        with pytest.raises(BadInput):
            do(
                stage,
                lineage.move,
                household_id=household.pk,
                village=DivisionCode(village),
                household_no="0777",
            )
    with pytest.raises(descent.NumberTaken):
        do(
            stage,
            lineage.move,
            household_id=household.pk,
            village=DivisionCode(NEXT_VILLAGE),
            household_no="0002",
        )

    assert events() == 0


def test_a_birth_adds_a_member_and_a_death_names_the_next_head(stage, four):
    household, (head, wife, *_) = four
    child = Person("张新", "1", "03", date(2021, 1, 5), number("2021-01-05", 3))

    born = do(
        stage, lineage.add_member, household_id=household.pk, person=child, change="6"
    )
    do(
        stage,
        lineage.remove_member,
        household_id=household.pk,
        member_id=head.pk,
        change="1",
        new_head_id=wife.pk,
    )

    assert (born.identity_tail, born.initials) == (number("2021-01-05", 3)[-2:], "ZX")
    assert live(household)[0] == ("李四", "01")
    assert live(household)[-1] == ("张新", "03")
    with acting(system_actor("tests")):
        household.refresh_from_db()
        kinds = LineageEvent.objects.order_by("pk").values_list("kind", "change")
        assert list(kinds) == [("join", "6"), ("leave", "1")]
    assert household.head_name == "李四"


def test_births_and_deaths_refuse_what_does_not_fit(stage, four):
    household, (head, wife, *_) = four
    arguments = {"household_id": household.pk}

    for person, change in (
        (Person("张新", "1", "01"), "6"),
        (Person(" ", "1", "03"), "6"),
        (Person("张新", "1", "03"), "1"),
    ):
        with pytest.raises(descent.WrongMember):
            do(stage, lineage.add_member, **arguments, person=person, change=change)
    right = number("1990-01-01", 1)
    wrong = Person(
        "张新", "1", "03", None, right[:-1] + ("1" if right[-1] != "1" else "2")
    )
    with pytest.raises(BadInput):
        do(stage, lineage.add_member, **arguments, person=wrong, change="6")
    for member, change, new_head in (
        (head.pk, "1", None),
        (head.pk, "1", head.pk),
        (wife.pk, "6", None),
        (wife.pk, "1", head.pk),
        (999_999, "1", None),
    ):
        with pytest.raises(descent.WrongMember):
            do(
                stage,
                lineage.remove_member,
                **arguments,
                member_id=member,
                change=change,
                new_head_id=new_head,
            )
    with acting(stage["township"]), pytest.raises(BadFacts):
        lineage.remove_member(
            by=stage["township"],
            at=stage.at,
            said=Happening(date(2031, 1, 1), "死亡注销"),
            household_id=household.pk,
            member_id=wife.pk,
            change="1",
        )

    assert len(live(household)) == 4
    assert events() == 0
