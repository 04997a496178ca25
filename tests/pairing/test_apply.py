"""Carrying out an approved run."""

from __future__ import annotations

from datetime import date

import pytest

DAY = date(2016, 3, 1)


def apply(by, at, run, day=DAY):
    from bangfu.pairing import operations

    return operations.apply(by=by, at=at, run_id=run.pk, from_date=day)


def in_force():
    from bangfu.pairing.models import Pairing

    return {
        one.household.household_no: one.official.official_no
        for one in Pairing.objects.open().select_related("household", "official")
    }


def refused_lines(run):
    from bangfu.pairing.queries import run_lines

    return {
        line.household.household_no: line.refusal
        for line in run_lines(run).exclude(refusal="")
    }


def official(county, key):
    from bangfu.pairing.models import Official

    return Official.objects.select_related("unit").get(pk=county.officials[key])


def household(county, key):
    from bangfu.registry.models import Household

    return Household.objects.get(pk=county.households[key])


def test_it_starts_dated_pairings_with_the_public_card(approved, office, now):
    from bangfu.audit.queries import events_of
    from bangfu.pairing.models import Pairing

    done = apply(office, now, approved)

    counts = {
        "new": 6,
        "replaced": 0,
        "ended": 0,
        "kept": 0,
        "refused": 0,
        "pairings_ended": 0,
        "pairings_started": 6,
    }
    assert done.state == "applied"
    assert (done.applied_at, done.applied_from_date) == (now, DAY)
    assert done.summary["applied"] == counts
    assert sorted(in_force().values()) == ["A1", "A1", "A1", "A2", "B1", "B1"]
    one = Pairing.objects.get(household__household_no="0005")
    assert (one.started_date, one.ended_date, one.run_id) == (DAY, None, done.pk)
    assert (one.helper_name, one.helper_unit, one.helper_post, one.helper_phone) == (
        "干部B1",
        "单位T1",
        "科员",
        "0797-990000",
    )
    assert str(one.start_text) == "paired by a run"
    event = events_of(done)[0]
    assert (event.action, event.detail) == ("pairing.run.applied", counts)


def test_old_pairings_end_with_a_reason_and_history_stays(
    office, second, now, county, make
):
    from bangfu.calc.values.division_code import DivisionCode
    from bangfu.pairing import operations
    from bangfu.pairing.models import Official, Pairing
    from bangfu.registry.models import Household

    make.pairing(household(county, "h1"), official(county, "a2"))
    make.pairing(household(county, "h5"), official(county, "b1"))
    Official.objects.filter(pk=county.officials["a2"]).update(is_in_post=False)
    Household.objects.filter(pk=county.households["h5"]).update(status="1")
    run = operations.solve_now(
        by=office, at=now, division=DivisionCode("990101"), year=2016
    )

    done = operations.approve_and_apply(by=second, at=now, run_id=run.pk, from_date=DAY)

    assert done.state == "applied"
    old = {
        one.household.household_no: (
            one.started_date,
            one.ended_date,
            str(one.end_text),
        )
        for one in Pairing.objects.filter(run=None)
    }
    assert old == {
        "0001": (date(2015, 6, 1), DAY, "the official is no longer in post"),
        "0005": (date(2015, 6, 1), DAY, "the household is no longer helped"),
    }
    assert in_force()["0001"] == "A1"
    assert "0005" not in in_force()
    history = Pairing.objects.get(run=None, household__household_no="0001").history
    assert history.get().ended_date is None


def test_it_refuses_before_approval_and_after_applying(run, second, office, now):
    from bangfu.pairing import operations, rules
    from bangfu.pairing.models import Pairing

    with pytest.raises(rules.WrongRunState):
        apply(office, now, run)
    assert not Pairing.objects.exists()

    operations.approve_and_apply(by=second, at=now, run_id=run.pk, from_date=DAY)
    with pytest.raises(rules.WrongRunState, match="The run is “applied”"):
        apply(office, now, run)
    assert Pairing.objects.count() == 6


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2016, 3, 2), "The day 2016-03-02 lies in the future."),
        (
            date(2016, 2, 29),
            "The day 2016-02-29 lies before 2016-03-01 and would rewrite the record.",
        ),
    ],
)
def test_the_first_day_is_neither_in_the_future_nor_before_the_run(
    approved, office, now, day, words
):
    from bangfu.pairing import rules
    from bangfu.pairing.models import Pairing

    with pytest.raises(rules.BadDay) as refusal:
        apply(office, now, approved, day)

    assert str(refusal.value.message) == words
    assert not Pairing.objects.exists()


def test_lines_whose_input_changed_are_refused_and_listed(approved, office, now):
    from bangfu.pairing.models import Official
    from bangfu.registry.models import Household

    Household.objects.filter(household_no="0004").update(status="1")
    Official.objects.filter(official_no="B1").update(is_in_post=False)

    done = apply(office, now, approved)

    assert refused_lines(done) == {
        "0004": "changed",
        "0005": "changed",
        "0006": "changed",
    }
    assert sorted(in_force()) == ["0001", "0002", "0003"]
    assert (done.summary["applied"]["new"], done.summary["applied"]["refused"]) == (
        3,
        3,
    )


@pytest.mark.parametrize(
    "change",
    ["pairing by hand", "kin", "quota", "served division", "cause", "village"],
)
def test_every_input_of_a_line_is_watched(approved, office, now, county, make, change):
    from bangfu.pairing.models import Kin, Official, RunPair, Unit
    from bangfu.registry.models import Household

    line = RunPair.objects.get(run=approved, household_id=county.households["h1"])
    home = Household.objects.filter(pk=line.household_id)
    if change == "pairing by hand":
        make.pairing(home.get(), official(county, "b1"), started_date=DAY)
    elif change == "kin":
        Kin.objects.create(
            official_id=line.official_id,
            division_code="990101",
            village_code=home.get().division_code,
            household_no="0001",
        )
    elif change == "quota":
        Official.objects.filter(pk=line.official_id).update(quota_max=9)
    elif change == "served division":
        Unit.objects.filter(unit_no="U1").update(serves_code="990101101")
    elif change == "cause":
        home.update(cause_main="9")
    else:
        home.update(division_code="990101101002")

    assert refused_lines(apply(office, now, approved))["0001"] == "changed"


def test_a_helper_with_a_household_more_gets_no_other_line(
    approved, office, now, county, make
):
    """Nobody is overloaded because somebody was faster by hand."""
    extra = make.household("990101102001", "0077")
    make.pairing(extra, official(county, "b1"), started_date=DAY)

    done = apply(office, now, approved)

    assert refused_lines(done) == {"0005": "changed", "0006": "changed"}
    assert in_force()["0077"] == "B1"


def test_a_refused_line_never_overloads_who_should_have_given_way(
    office, second, now, county, make
):
    """B1 gives h5 away to take h4 nearby: when h5 stays, h4 must not come on top."""
    from bangfu.pairing import lines
    from bangfu.pairing.models import Run, RunPair

    for key in ("h5", "h6"):
        make.pairing(household(county, key), official(county, "b1"))
    run = Run.objects.create(
        division_code="990101",
        year=2016,
        state="approved",
        created_by_id=office.user_id,
        created_by_name="office",
        created_at=now,
        decided_by_id=second.user_id,
        decided_at=now,
    )
    away = RunPair.objects.create(
        run=run,
        household_id=county.households["h5"],
        official_id=county.officials["a2"],
        previous_official_id=county.officials["b1"],
        division_code="990101102001",
        change="replace",
        stamp="of another day",
    )
    comes = RunPair.objects.create(
        run=run,
        household_id=county.households["h4"],
        official_id=county.officials["b1"],
        division_code="990101101002",
        change="new",
        stamp="",
    )
    from bangfu.exchange import staging

    stamped = lines.stamps("pairing_runpair")
    staging.run(
        f"UPDATE pairing_runpair r SET stamp = s.stamp FROM ({stamped}) s"
        " WHERE s.household_id = r.household_id AND r.id = %s",
        [comes.pk],
    )

    lines.refuse_changed(run, DAY)

    away.refresh_from_db()
    comes.refresh_from_db()
    assert (away.refusal, comes.refusal) == ("changed", "quota")


def test_a_pairing_that_began_later_is_left_alone(office, second, now, county, make):
    from datetime import timedelta

    from bangfu.calc.values.division_code import DivisionCode
    from bangfu.pairing import operations
    from bangfu.pairing.models import Official

    make.pairing(
        household(county, "h1"),
        official(county, "a2"),
        started_date=date(2016, 3, 2),
    )
    Official.objects.filter(pk=county.officials["a2"]).update(is_in_post=False)
    run = operations.solve_now(
        by=office, at=now, division=DivisionCode("990101"), year=2016
    )
    done = operations.approve_and_apply(
        by=second, at=now + timedelta(days=3), run_id=run.pk, from_date=DAY
    )

    assert refused_lines(done) == {"0001": "later"}
    assert in_force()["0001"] == "A2"


def test_a_job_applies_what_was_ordered(approved, office, now):
    from bangfu.jobs.models import Job
    from bangfu.pairing import operations, rules

    ordered = operations.order_apply(
        by=office, at=now, run_id=approved.pk, from_date=DAY
    )

    assert ordered.state == "applying"
    job = Job.objects.get(pk=ordered.job_id)
    assert (job.kind, job.payload) == (
        "pairing.apply",
        {"run_id": approved.pk, "from_date": "2016-03-01"},
    )
    with pytest.raises(rules.WrongRunState):
        operations.order_apply(by=office, at=now, run_id=approved.pk, from_date=DAY)


def test_a_run_can_leave_applying_when_its_job_is_over(approved, office, now):
    from bangfu.jobs import operations as jobs
    from bangfu.pairing import operations, rules

    ordered = operations.order_apply(
        by=office, at=now, run_id=approved.pk, from_date=DAY
    )
    with pytest.raises(rules.WrongRunState, match="still under way"):
        operations.give_up(by=office, at=now, run_id=ordered.pk)
    jobs.cancel(by=office, at=now, job_id=ordered.job_id)

    given_up = operations.give_up(by=office, at=now, run_id=ordered.pk)

    assert given_up.state == "approved"
    assert given_up.error == {"zh": "任务已取消。", "en": "The job was cancelled."}
    assert apply(office, now, given_up).state == "applied"
