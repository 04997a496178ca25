"""Ordering and solving a run."""

from __future__ import annotations

import pytest

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput, NotAllowed, OutOfLimit

COUNTY = DivisionCode("990101")


def solve(by, at, **more):
    from bangfu.pairing import operations

    return operations.solve_now(
        by=by, at=at, **{"division": COUNTY, "year": 2016, **more}
    )


def lines_of(run):
    from bangfu.pairing.models import RunPair

    return {
        line.household.household_no: (
            line.change,
            line.official and line.official.official_no,
        )
        for line in RunPair.objects.filter(run=run).select_related(
            "household", "official"
        )
    }


def test_it_covers_every_household_and_every_minimum(office, now):
    run = solve(office, now)

    assert run.state == "previewed"
    wanted = {
        "households": 6,
        "officials": 3,
        "covered": 6,
        "uncovered": 0,
        "below_min": 0,
        "above_max": 0,
        "forbidden": 0,
        "gap": 0,
        "status": "optimal_full",
        "covered_before": 0,
        "fixed": 0,
    }
    assert {key: run.summary[key] for key in wanted} == wanted
    assert run.summary["changes"] == {
        "keep": 0,
        "new": 6,
        "replace": 0,
        "end": 0,
        "none": 0,
    }
    found = lines_of(run)
    helpers = sorted(official for _, official in found.values())
    assert helpers == ["A1", "A1", "A1", "A2", "B1", "B1"]
    assert {found["0005"], found["0006"]} == {("new", "B1")}


def test_it_keeps_the_input_and_a_proof_that_holds(office, now):
    from bangfu.pairing import operations

    run = solve(office, now)

    names = {one.name: one.rows for one in run.inputs.all()}
    assert names == {
        "households": 6,
        "officials": 3,
        "existing": 0,
        "forbidden": 0,
        "costs": 14 * 8,
        "homes": 6,
        "people": 3,
    }
    assert operations.verify(by=office, at=now, run_id=run.pk) == []


def test_a_tampered_line_does_not_pass_the_verifier(office, now, county):
    from bangfu.pairing import operations
    from bangfu.pairing.models import RunPair

    run = solve(office, now)
    RunPair.objects.filter(run=run, household_id=county.households["h1"]).update(
        official_id=county.officials["b1"]
    )

    codes = {one.code for one in operations.verify(by=office, at=now, run_id=run.pk)}

    assert any(code.endswith("outside") for code in codes), codes
    assert any(code.endswith("above_max") for code in codes), codes


def test_the_same_rolls_in_another_order_give_the_same_pairs(db, fill, make_actor, now):
    from django.db import transaction

    from bangfu.scope import acting

    found = []
    for order in ("as listed", "backwards"):
        with acting(make_actor("county", "990101")) as _, transaction.atomic():
            fill(backwards=order == "backwards")
            by = make_actor("county", "990101")
            found.append(lines_of(solve(by, now)))
            transaction.set_rollback(True)

    assert found[0] == found[1]
    assert len(found[0]) == 6


def test_kin_are_never_paired(office, now, county):
    from bangfu.pairing.models import Kin, Pairing
    from bangfu.registry.models import Member

    Member.objects.create(
        household_id=county.households["h5"],
        division_code="990101102001",
        position=1,
        name="某人",
        identity_index=b"k" * 32,
        recorded_by_id=0,
    )
    Kin.objects.create(
        official_id=county.officials["b1"],
        division_code="990101102",
        identity_index=b"k" * 32,
    )
    Kin.objects.create(
        official_id=county.officials["a2"],
        division_code="990101",
        village_code="990101101001",
        household_no="0001",
    )
    run = solve(office, now)

    found = lines_of(run)
    assert run.inputs.get(name="forbidden").rows == 2
    assert found["0005"][1] in {"A1", "A2"}
    assert found["0001"][1] == "A1"
    assert not Pairing.objects.exists()
    assert run.summary["below_min"] == 1


def test_what_is_missing_is_said_in_both_languages(office, now, county):
    from bangfu.pairing.models import Official

    Official.objects.filter(pk=county.officials["a1"]).update(is_three_sends=False)

    run = solve(office, now)

    # a1 falls to 2 places: 2 + 1 + 2 = 5 for 6 households, one in the first township
    assert (run.summary["covered"], run.summary["uncovered"]) == (5, 1)
    assert run.summary["status"] == "optimal_partial"
    assert run.uncovered == [{"division_code": "990101101", "households": 1}]
    assert run.summary["changes"]["none"] == 1
    (shortage,) = run.shortages
    assert "缺 1 个帮扶名额" in shortage["message"]["zh"]
    assert "lacks 1 place" in shortage["message"]["en"]
    assert shortage["remedies"]


def test_tiers_are_brought_up_to_the_policy_first(office, now, county):
    from bangfu.pairing.models import Official

    Official.objects.update(tier="", quota_min=0, quota_max=0, policy_hash="")

    run = solve(office, now)

    assert run.summary["covered"] == 6
    b1 = Official.objects.get(pk=county.officials["b1"])
    assert (b1.tier, b1.quota_min, b1.quota_max) == ("B", 2, 2)
    assert b1.policy_hash == run.policy_hash


def test_existing_pairs_are_kept_unless_more_is_saved(office, now, county, make):
    from bangfu.pairing.models import Official
    from bangfu.registry.models import Household

    a2 = Official.objects.select_related("unit").get(pk=county.officials["a2"])
    make.pairing(Household.objects.get(pk=county.households["h4"]), a2)

    run = solve(office, now)

    assert lines_of(run)["0004"] == ("keep", "A2")
    assert run.summary["changes"]["keep"] == 1
    assert run.summary["covered_before"] == 1


def test_a_helper_from_outside_stays_and_counts(office, now, county, make):
    from bangfu.registry.models import Household
    from bangfu.scope import acting
    from bangfu.scope.actor import system_actor

    with acting(system_actor("tests")):
        unit = make.unit("9901", "CITY", level="city", serves="9901")
        leader = make.official(unit, "L1", quota_min=3, quota_max=3)
        gone = make.official(unit, "L2", is_in_post=False)
        make.pairing(Household.objects.get(pk=county.households["h1"]), leader)
        make.pairing(Household.objects.get(pk=county.households["h2"]), gone)

    run = solve(office, now)

    found = lines_of(run)
    assert "0001" not in found
    assert found["0002"][0] == "replace"
    assert (run.summary["households"], run.summary["covered"]) == (6, 6)
    assert (run.summary["fixed"], run.summary["covered_before"]) == (1, 1)


def test_who_left_and_who_is_no_longer_poor_lose_their_pairing(
    office, now, county, make
):
    from bangfu.pairing.models import Official
    from bangfu.registry.models import Household

    a2 = Official.objects.select_related("unit").get(pk=county.officials["a2"])
    b1 = Official.objects.select_related("unit").get(pk=county.officials["b1"])
    h1, h5 = (Household.objects.get(pk=county.households[n]) for n in ("h1", "h5"))
    make.pairing(h1, a2)
    make.pairing(h5, b1)
    Official.objects.filter(pk=a2.pk).update(is_in_post=False)
    Household.objects.filter(pk=h5.pk).update(status="1")

    found = lines_of(solve(office, now))

    assert found["0001"] == ("replace", "A1")
    assert found["0005"] == ("end", None)


def test_households_elsewhere_take_up_places(county, act_as, now, make):
    import io

    import polars as pl

    from bangfu.pairing.models import Official

    city = act_as("city", "9901")
    a1 = Official.objects.select_related("unit").get(pk=county.officials["a1"])
    make.pairing(make.household("990102101001", "0001"), a1)

    run = solve(city, now)

    content = bytes(run.inputs.get(name="officials").content)
    quotas = pl.read_parquet(io.BytesIO(content)).select("id", "min", "max").rows()
    assert quotas == [
        ("990101/U1/A1", 2, 4),
        ("990101/U1/A2", 1, 1),
        ("990101102/T1/B1", 2, 2),
    ]


@pytest.mark.parametrize(
    ("role", "division"),
    [
        ("township", "990101101"),
        ("leadership", "990101"),
        ("auditor", "990101"),
        ("county", "990102"),
        ("administrator", "990101"),
    ],
)
def test_others_may_not_order(county, make_actor, now, role, division):
    from bangfu.pairing.models import Run
    from bangfu.scope import acting
    from bangfu.scope.actor import system_actor

    by = make_actor(role, division)
    with acting(by), pytest.raises(NotAllowed):
        solve(by, now)

    with acting(system_actor("tests")):
        assert not Run.objects.exists()


def test_it_refuses_a_village_a_wrong_year_and_a_wrong_price(office, now):
    from bangfu.pairing.models import Run
    from bangfu.pairing.rules import RunParameters

    with pytest.raises(OutOfLimit, match="not for a village"):
        solve(office, now, division=DivisionCode("990101101001"))
    with pytest.raises(BadInput, match="The year 1999"):
        solve(office, now, year=1999)
    with pytest.raises(BadInput, match="The price -1"):
        solve(office, now, parameters=RunParameters(keep_price=-1))
    assert not Run.objects.exists()


def test_it_refuses_without_households_or_officials(office, now, county):
    from bangfu.pairing.frames import NoRoll
    from bangfu.pairing.models import Official, Run
    from bangfu.registry.models import Household

    Official.objects.update(is_in_post=False)
    with pytest.raises(NoRoll, match="no official in post"):
        solve(office, now)
    Household.objects.update(status="1")
    with pytest.raises(NoRoll, match="no household to be paired"):
        solve(office, now)
    assert not Run.objects.exists()


def test_a_second_order_waits_for_the_first(office, now):
    from bangfu.pairing import operations
    from bangfu.pairing.models import Run

    first = operations.order_run(by=office, at=now, division=COUNTY, year=2016)
    with pytest.raises(operations.AlreadySolving):
        operations.order_run(by=office, at=now, division=COUNTY, year=2016)

    assert list(Run.objects.values_list("pk", "state")) == [(first.pk, "solving")]


def test_an_order_closes_a_run_whose_job_died(office, now):
    from bangfu.jobs.models import Job
    from bangfu.pairing import operations
    from bangfu.pairing.models import Run

    first = operations.order_run(by=office, at=now, division=COUNTY, year=2016)
    Job.objects.filter(pk=first.job_id).update(
        state="failed", error={"zh": "坏了", "en": "broke"}, finished_at=now
    )
    second = operations.order_run(by=office, at=now, division=COUNTY, year=2016)

    first = Run.objects.get(pk=first.pk)
    assert (first.state, first.error) == ("failed", {"zh": "坏了", "en": "broke"})
    assert second.state == "solving"


def test_the_order_and_the_result_are_audited(office, now):
    from bangfu.audit.queries import events_of

    run = solve(office, now)

    solved, ordered = events_of(run)
    assert (ordered.action, ordered.detail) == ("pairing.run.ordered", {"year": 2016})
    assert (solved.action, solved.username) == ("pairing.run.solved", "office")
    assert solved.detail["covered"] == 6


def test_a_price_that_hundredths_do_not_divide_is_kept_exact(office, now):
    from bangfu.pairing.rules import RunParameters

    run = solve(office, now, parameters=RunParameters(km_price=150, keep_price=7))

    assert (run.summary["cost_scale"], run.summary["km_price"]) == (100, 150)
    assert run.summary["keep_price"] == 700
