"""The pages of targeting: three views of a household, and where they part."""

from __future__ import annotations

import json
from datetime import date

import pytest
from click.testing import CliRunner
from django.urls import reverse
from tests.registry.cases.conftest import make_villages
from tests.registry.cases.conftest import turning_clock as turning_clock
from tests.registry.cases.stage import VILLAGE, Stage

from bangfu.accounts.models import User
from bangfu.registry.cases.models import Ballot, Meeting
from bangfu.registry.cases.states import CaseKind
from bangfu.registry.targeting import presenting, queries, scoring
from bangfu.registry.targeting.commands import targeting as command
from bangfu.registry.targeting.models import TargetingModel, TargetingScore
from bangfu.registry.targeting.presenting import View
from bangfu.registry.targeting.queries import Standing, Voted
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

SYSTEM = system_actor("tests")
LINE = 300_000
LOW, HIGH = 250_000, 400_000


@pytest.fixture
def stage(turning_clock, db, make_actor, settings, tmp_path) -> Stage:
    settings.BANGFU_FILES = str(tmp_path / "files")
    make_villages()
    return Stage(make_actor)


def make_model() -> TargetingModel:
    with acting(SYSTEM):
        return TargetingModel.objects.create(
            division_code=VILLAGE[:6],
            snapshot=3,
            income_year=2015,
            line_fen=LINE,
            households=900,
            fitted=880,
            folds=5,
            seed=20,
            errors={
                "r2": [0.41, 0.03],
                "exclusion_error": [0.32, 0.04],
                "inclusion_error": [0.28, 0.03],
                "auc": [0.77, None],
            },
            terms={"intercept": [7.6, 0.1]},
            user_id=0,
            username="clerk",
            fitted_at="2016-03-01T00:00:00Z",
        )


def score(model, household, income, predicted, unmet=0) -> None:
    with acting(SYSTEM):
        TargetingScore.objects.create(
            model=model,
            household=household,
            division_code=household.division_code,
            income_fen=income,
            score_fen=predicted,
            guarantees_unmet=unmet,
        )


@pytest.fixture
def village(stage) -> TargetingModel:
    """Three households: one that a meeting passed, one agreed on, one without a score."""
    model = make_model()
    voted = stage.open(CaseKind.ENTRY, "apply")
    agreed, unknown = stage.family("0"), stage.family("0")
    assert unknown.head_name == "张3"
    score(model, voted.household, HIGH, HIGH)
    score(model, agreed, LOW, LOW, unmet=3)
    with acting(SYSTEM):
        meeting = Meeting.objects.create(
            division_code=VILLAGE,
            held_on=date(2016, 1, 5),
            representatives=20,
            attended=18,
            chaired_by="张三",
            recorded_by_id=0,
            recorded_by_name="clerk",
            recorded_at=stage.at,
        )
        Ballot.objects.create(
            meeting=meeting,
            case=voted,
            division_code=VILLAGE,
            votes_for=15,
            votes_against=2,
            abstained=1,
            recused=0,
            rank=1,
            has_passed=True,
        )
    return model


def standing(income=None, predicted=None, unmet=0, passed=None) -> Standing:
    voted = None if passed is None else Voted(date(2016, 1, 5), passed, None)
    return Standing(None, income, predicted, unmet, voted)


CASES = [
    (standing(LOW, LOW, passed=True), 0),
    (standing(HIGH, HIGH, passed=False), 0),
    (standing(HIGH, HIGH), 0),
    (standing(), 0),
    (standing(LOW, HIGH), 1),
    (standing(HIGH, LOW), 1),
    (standing(HIGH, None, passed=True), 1),
    (standing(LOW, None, passed=False), 1),
    (standing(None, HIGH, passed=True), 1),
    (standing(None, LOW, passed=False), 1),
    (standing(HIGH, HIGH, passed=True), 2),
    (standing(LOW, LOW, passed=False), 2),
]


@pytest.mark.parametrize(("one", "count"), CASES)
def test_views_part_only_where_both_say_something(one, count):
    need = presenting.measured(one, LINE)
    by_score = presenting.predicted(one, LINE)

    assert len(presenting.disagreements(one, need, by_score)) == count


@pytest.mark.parametrize(
    ("income", "unmet", "need"),
    [
        (LINE - 1, 0, View.POOR),
        (LINE, 0, View.NOT),
        (HIGH, 1, View.NOT),
        (HIGH, 2, View.POOR),
        (None, 1, None),
        (None, 2, View.POOR),
    ],
)
def test_poor_is_below_the_line_or_two_guarantees_that_do_not_hold(income, unmet, need):
    assert presenting.measured(standing(income, None, unmet), LINE) is need


def test_a_village_shows_need_meeting_score_and_where_they_part(village, stage, login):
    response = login(stage["township"]).get(
        reverse("registry:targeting_village", args=[VILLAGE])
    )

    words = response.content.decode()
    assert response.status_code == 200
    assert "不作为识别、退出的依据" in words
    assert "第 1 位，通过" in words
    assert "评议通过，收入和保障未见困难；评议通过，得分高于标准" in words
    assert "1 户意见不一" in words
    assert "32% ± 4%" in words  # exclusion error with its standard error
    assert "0.77" in words
    first = words.index("逐户比对")
    assert (
        words.index("张1", first)
        < words.index("张2", first)
        < words.index("张3", first)
    )
    assert 'data-chart-show="table"' in words  # the table twin, by keyboard


def test_villages_are_counted_those_that_disagree_first(village, stage, login):
    model = village
    other = stage.family("0", division_code="990101101002")
    score(model, other, LOW, HIGH)

    with acting(stage["county"]):
        counts = queries.villages_of(model, stage["county"].division)
    page = login(stage["county"]).get(reverse("registry:targeting")).content.decode()

    assert [(one.village, one.scored, one.apart) for one in counts] == [
        ("990101101002", 1, 1),
        (VILLAGE, 2, 0),
    ]
    assert "测算代理得分" in page
    assert reverse("registry:targeting_village", args=["990101101002"]) in page


def test_a_city_chooses_a_county_first(stage, login):
    client = login(stage["city"])

    page = client.get(reverse("registry:targeting")).content.decode()
    county = client.get(reverse("registry:targeting"), {"division": VILLAGE[:6]})

    assert "?division=990101" in page
    assert "本县还没有测算过代理得分" in county.content.decode()


@pytest.mark.parametrize("place", ["990102", "x", "99"])
def test_no_other_division_is_shown(stage, login, place):
    client = login(stage["county"])

    assert (
        client.get(reverse("registry:targeting"), {"division": place}).status_code
        == 404
    )
    assert (
        client.get(reverse("registry:targeting_village", args=[place])).status_code
        == 404
    )


def test_the_score_is_ordered_on_screen_by_the_county_only(village, stage, login):
    url = reverse("registry:targeting_fit")

    ordered = login(stage["county"]).post(url, {"division": VILLAGE[:6]})
    refused = login(stage["township"]).post(url, {"division": VILLAGE[:6]})

    assert ordered.url.startswith("/jobs/")
    assert refused.status_code == 403


def test_a_village_without_a_model_shows_what_is_known(stage, login):
    stage.family("0")

    response = login(stage["township"]).get(
        reverse("registry:targeting_village", args=[VILLAGE])
    )

    words = response.content.decode()
    assert "本县还没有测算过代理得分" in words
    assert "data-chart" not in words


def test_the_command_says_how_the_score_errs(village, stage, monkeypatch):
    monkeypatch.setattr(scoring, "fit_score", lambda **_given: village)
    user = User.objects.get(pk=stage["county"].user_id)

    def call(*words: str):
        return CliRunner().invoke(
            command,
            ["fit", "--division", "990101", *words],
            obj={"as": user.username, "lang": "en"},
        )

    document = json.loads(call("--json").stdout)
    assert (document["fitted"], document["errors"]["r2"]) == (880, [0.41, 0.03])
    assert (
        "Missed: poor households that the score does not select: 32% ± 4%"
        in call().stdout
    )
