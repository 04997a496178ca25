"""Changing and ending a pairing by hand."""

from __future__ import annotations

from datetime import date

import pytest

from bangfu.calc.values.findings import NotAllowed, WrongState

DAY = date(2016, 3, 1)


def change(by, at, county, home="h5", official="b1", **more):
    from bangfu.pairing import operations

    return operations.change_by_hand(
        by=by,
        at=at,
        household_id=county.households[home],
        official_id=county.officials[official],
        **{"from_date": DAY, "reason": "原帮扶人调离", **more},
    )


def count():
    from bangfu.pairing.models import Pairing

    return Pairing.objects.count()


def test_it_starts_a_pairing(office, now, county):
    from bangfu.audit.queries import events_of

    made = change(office, now, county)

    assert (made.started_date, made.start_reason) == (DAY, "原帮扶人调离")
    assert (made.helper_name, made.helper_phone) == ("干部B1", "0797-990000")
    event = events_of(made)[0]
    assert (event.action, event.reason, event.detail) == (
        "pairing.pairing.changed",
        "原帮扶人调离",
        {
            "household": county.households["h5"],
            "official": county.officials["b1"],
            "previous": None,
        },
    )


def test_it_ends_the_one_before(office, now, county):
    from bangfu.pairing.models import Pairing

    change(office, now, county, official="a1")
    change(office, now, county, official="b1", reason="就近帮扶")

    old, new = Pairing.objects.order_by("pk")
    assert (old.ended_date, old.end_reason) == (DAY, "就近帮扶")
    assert (new.official_id, new.ended_date) == (county.officials["b1"], None)


def test_a_township_changes_its_own_households_only(office, now, county, make_actor):
    from bangfu.scope import acting

    township = make_actor("township", "990101102")
    with acting(township):
        change(township, now, county)
    other = make_actor("township", "990101101")
    from bangfu.pairing.queries import NoSuchRecord

    with acting(other), pytest.raises(NoSuchRecord):
        change(other, now, county, home="h6")
    auditor = make_actor("auditor", "990101")
    with acting(auditor), pytest.raises(NotAllowed):
        change(auditor, now, county, home="h6")
    assert count() == 1


@pytest.mark.parametrize(
    ("case", "name", "words"),
    [
        ({"reason": " "}, "NoReason", "A reason is needed."),
        (
            {"from_date": date(2016, 3, 2)},
            "BadDay",
            "The day 2016-03-02 lies in the future.",
        ),
        (
            {"home": "h1"},
            "OutOfJurisdiction",
            "The official's unit serves 990101102, which does not contain 990101101001.",
        ),
    ],
)
def test_it_refuses_and_leaves_nothing(office, now, county, case, name, words):
    from bangfu.pairing import rules

    with pytest.raises(getattr(rules, name)) as refusal:
        change(office, now, county, **case)

    assert str(refusal.value.message) == words
    assert count() == 0


def test_it_refuses_kin(office, now, county):
    from bangfu.pairing import rules
    from bangfu.pairing.models import Kin

    Kin.objects.create(
        official_id=county.officials["b1"],
        division_code="990101102",
        village_code="990101102001",
        household_no="0005",
    )
    with pytest.raises(rules.IsKin):
        change(office, now, county)
    assert count() == 0


def test_it_refuses_one_more_than_the_quota(office, now, county):
    from bangfu.pairing import rules

    change(office, now, county, home="h1", official="a2")
    with pytest.raises(rules.QuotaFull) as refusal:
        change(office, now, county, home="h2", official="a2")

    assert str(refusal.value.message) == (
        "The official has 1 households already; the upper quota is 1."
    )
    assert count() == 1


def test_it_refuses_who_left_who_is_not_poor_and_the_same_again(office, now, county):
    from bangfu.pairing import rules
    from bangfu.pairing.models import Official
    from bangfu.registry.models import Household

    change(office, now, county)
    with pytest.raises(WrongState, match="helps it already"):
        change(office, now, county)
    Household.objects.filter(household_no="0006").update(status="1")
    with pytest.raises(WrongState, match="not one that is helped"):
        change(office, now, county, home="h6")
    Official.objects.filter(official_no="A1").update(is_in_post=False)
    with pytest.raises(rules.NotInPost):
        change(office, now, county, home="h1", official="a1")
    assert count() == 1


def test_it_does_not_rewrite_the_record(office, now, county):
    from bangfu.pairing import rules

    change(office, now, county, from_date=date(2016, 2, 10))
    with pytest.raises(rules.BadDay, match="lies before 2016-02-10"):
        change(office, now, county, official="a1", from_date=date(2016, 2, 9))
    assert count() == 1


def test_a_pairing_is_ended_for_a_reason(office, now, county):
    from bangfu.audit.queries import events_of
    from bangfu.pairing import operations, rules

    made = change(office, now, county, from_date=date(2016, 2, 1))
    given = {"by": office, "at": now, "household_id": made.household_id}
    with pytest.raises(rules.NoReason):
        operations.end_by_hand(**given, from_date=DAY, reason="")

    ended = operations.end_by_hand(**given, from_date=DAY, reason="举家外出")

    assert (ended.ended_date, ended.end_reason) == (DAY, "举家外出")
    assert events_of(ended)[0].action == "pairing.pairing.ended"
    with pytest.raises(WrongState, match="has no helper"):
        operations.end_by_hand(**given, from_date=DAY, reason="再一次")


def test_candidates_are_those_whom_the_rules_allow(office, now, county):
    from bangfu.pairing import queries
    from bangfu.pairing.models import Kin

    h1 = queries.household(county.households["h1"])
    h5 = queries.household(county.households["h5"])
    assert {one.official_no for one in queries.candidates(h1)} == {"A1", "A2"}
    assert {one.official_no for one in queries.candidates(h5)} == {"A1", "A2", "B1"}

    change(office, now, county, home="h2", official="a2")
    Kin.objects.create(
        official_id=county.officials["a1"],
        division_code="990101",
        village_code="990101102001",
        household_no="0005",
    )

    assert [one.official_no for one in queries.candidates(h5)] == ["B1"]
    assert queries.candidates(h1, words="没有这个人") == []
