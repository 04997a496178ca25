"""From a snapshot of a county to the scores of its households."""

from __future__ import annotations

import pytest

from bangfu.audit.models import Event
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import NotAllowed
from bangfu.jobs.models import Job
from bangfu.jobs.running import Run
from bangfu.lake import operations as snapshots
from bangfu.lake.listing import NoSnapshot
from bangfu.registry.models import Household, Income, Member
from bangfu.registry.targeting import fitting, operations, scoring, tasks
from bangfu.registry.targeting.models import TargetingModel, TargetingScore
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

COUNTY = DivisionCode("990101")
SYSTEM = system_actor("tests")


@pytest.fixture
def roll(committed_db, settings, tmp_path, monkeypatch) -> None:
    """Sixty households in ten villages of a county; sixty are enough for these tests."""
    settings.BANGFU_LAKE = str(tmp_path / "lake")
    monkeypatch.setattr(fitting, "ROWS_MIN", 60)
    with acting(SYSTEM):
        made = Household.objects.bulk_create(
            Household(
                division_code=f"990101100{200 + n % 10}",
                household_no=f"{n + 1:04}",
                head_name=f"户{n}",
                house_area_m2=40 + n,
                has_toilet=n % 3 == 0,
                guaranteed_housing=False if n % 4 == 0 else None,
                recorded_by_id=0,
            )
            for n in range(60)
        )
        Member.objects.bulk_create(
            Member(
                household=one,
                division_code=one.division_code,
                position=1,
                name=one.head_name,
                relation="01",
                labour="1",
                recorded_by_id=0,
            )
            for one in made
        )
        Income.objects.bulk_create(
            Income(
                household=one,
                division_code=one.division_code,
                year=2015,
                wage_fen=200_000 + 5_000 * n + (n * 37 % 11) * 1_000,
                recorded_by_id=0,
            )
            for n, one in enumerate(made)
        )


def fit(by, now, county: DivisionCode = COUNTY):
    with acting(by):
        return scoring.fit_score(by=by, at=now, county=county)


def test_every_household_has_a_score_beside_its_income(roll, make_actor, now):
    with acting(city := make_actor("city", "9901")):
        taken = snapshots.take(by=city, at=now)
    by = make_actor("county", COUNTY)

    model = fit(by, now)

    assert (model.snapshot, model.income_year, model.line_fen) == (
        taken.pk,
        2015,
        296_800,
    )
    assert (model.households, model.fitted) == (60, 60)
    assert model.terms["house_area_m2_per_head"][0] > 0
    with acting(SYSTEM):
        scores = {
            one.household.household_no: one
            for one in TargetingScore.objects.select_related("household")
        }
        event = Event.objects.get(action="registry.targeting.fitted")
    assert len(scores) == 60
    assert scores["0001"].income_fen == 200_000
    assert scores["0001"].score_fen == pytest.approx(210_000, rel=0.1)
    assert (scores["0001"].guarantees_unmet, scores["0002"].guarantees_unmet) == (1, 0)
    assert event.detail == {"snapshot": taken.pk, "households": 60}

    again = fit(by, now)
    with acting(SYSTEM):
        assert TargetingModel.objects.count() == 2
        assert set(TargetingScore.objects.values_list("model_id")) == {(again.pk,)}
    assert again.errors == model.errors  # the same data, the same answer

    seen = {}
    for role, place in (("township", "990101100"), ("village", "990101100200")):
        with acting(make_actor(role, place)):
            seen[role] = (
                TargetingModel.objects.count(),
                TargetingScore.objects.count(),
            )
    assert seen == {"township": (2, 60), "village": (0, 0)}


def test_without_a_snapshot_or_with_too_few_there_is_no_score(
    roll, make_actor, now, monkeypatch
):
    by = make_actor("county", COUNTY)
    with pytest.raises(NoSnapshot):
        fit(by, now)
    with acting(city := make_actor("city", "9901")):
        snapshots.take(by=city, at=now)
    monkeypatch.setattr(fitting, "ROWS_MIN", 61)

    with pytest.raises(fitting.TooFewForScore):
        fit(by, now)

    with acting(SYSTEM):
        assert not TargetingModel.objects.exists()
        assert not TargetingScore.objects.exists()


def test_only_the_county_and_above_fit_a_score(db, make_actor, now):
    for role, place in (("township", "990101100"), ("village", "990101100200")):
        by = make_actor(role, place)
        with pytest.raises(NotAllowed):
            fit(by, now)
        with acting(by), pytest.raises(NotAllowed):
            operations.order_fit(by=by, at=now, county=COUNTY)
    county = make_actor("county", COUNTY)
    for place in ("990102", "9901", "990101100"):
        with pytest.raises(NotAllowed):
            fit(county, now, DivisionCode(place))

    with acting(SYSTEM):
        assert not Job.objects.exists()


def test_the_job_fits_the_county_of_its_payload(db, make_actor, now, monkeypatch):
    by = make_actor("county", COUNTY)
    with acting(by):
        job = operations.order_fit(by=by, at=now, county=COUNTY)
    asked = {}

    class Told(Run):
        def progress(self, done, total, message):
            asked["progress"] = (done, total)

    def fit_score(**given):
        asked.update(given)
        return TargetingModel(pk=7, fitted=60)

    monkeypatch.setattr(scoring, "fit_score", fit_score)

    result = tasks.run_fit(Told(job.pk, job.payload, by, "worker"))

    assert result == {"model": 7, "households": 60}
    assert (asked["county"], asked["by"], asked["progress"]) == (COUNTY, by, (0, 1))
