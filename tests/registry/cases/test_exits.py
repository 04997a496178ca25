"""The ten reasons that forbid an exit, holds of upper apps, scale control."""

from __future__ import annotations

import shutil
from datetime import date

import pytest
from tests.registry.cases.stage import VILLAGE, Stage, refresh, set_clock, status_of

from bangfu.audit.models import Event
from bangfu.calc.values.text import Text
from bangfu.policy import queries as policy
from bangfu.policy.loading import DEFAULT_PACK
from bangfu.registry.cases import operations, queries, rules
from bangfu.registry.cases.models import ExitHold
from bangfu.registry.cases.states import CaseKind, CaseState, ExitBar
from bangfu.registry.models import Household, Income, Member
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

_DAY = date(2021, 3, 1)


def household(**facts: object):
    return lambda found: Household.objects.filter(pk=found.pk).update(**facts)


def member(**facts: object):
    return lambda found: Member.objects.filter(household=found).update(**facts)


def income(**facts: object):
    return lambda found: Income.objects.filter(household=found).update(**facts)


def earlier_year(found) -> None:
    Income.objects.create(
        household=found,
        division_code=found.division_code,
        year=2019,
        wage_fen=3_000_000,
        recorded_by_id=0,
    )


def no_income(found) -> None:
    Income.objects.filter(household=found).delete()


BARS = {
    "guarantee missing": (household(guaranteed_water=False), {"01"}),
    "guarantee unknown": (household(guaranteed_education=None), {"01"}),
    "income fell": (earlier_year, {"02"}),
    "disabled on a field": (
        lambda f: (
            member(disability_kind="4", disability_grade="2")(f),
            income(wage_fen=0, operating_fen=2_000_000)(f),
        ),
        {"04"},
    ),
    "disabled with a wage": (member(disability_kind="4", disability_grade="2"), set()),
    "seriously ill": (member(health=["3"]), {"05"}),
    "spends more than it earns": (income(wage_fen=400_100), {"06"}),
    "below the line": (income(wage_fen=100_100), {"06", "07"}),
    "income unknown": (no_income, {"06", "07"}),
    "five guarantees": (household(attribute="3"), {"08"}),
    "Dibao without labour": (
        lambda f: (household(attribute="2")(f), member(labour="4")(f)),
        {"09"},
    ),
    "Dibao with labour": (household(attribute="2"), set()),
    "relocated": (household(relocation_mode="1"), {"10"}),
}


@pytest.mark.parametrize("name", BARS)
def test_an_exit_is_barred_by_its_reasons(stage: Stage, name):
    change, expected = BARS[name]
    case = stage.open(CaseKind.EXIT)
    with acting(system_actor("tests")):
        change(case.household)
    facts = {"acknowledged_on": "2021-02-01", "spending_yuan": "4050"}

    if not expected:
        stage.take(case, "propose_exit", facts=facts)
        return
    with pytest.raises(rules.ExitBarred) as refused:
        stage.take(case, "propose_exit", facts=facts)

    assert {found.subject for found in refused.value.findings} == expected
    refresh(case)
    assert case.state == CaseState.PRE_EXIT


def test_keys_of_the_new_home_lift_the_bar(stage):
    case = stage.open(CaseKind.EXIT, household=stage.family("0", relocation_mode="1"))
    facts = {
        "acknowledged_on": "2021-02-01",
        "spending_yuan": "0",
        "keys_on": "2020-12-01",
    }

    stage.take(case, "propose_exit", facts=facts)

    assert case.household.relocation_mode == "1"


def test_who_entered_this_year_does_not_exit_this_year(stage):
    stage.at = stage.at.replace(year=2020)
    entry = stage.walk(stage.open(CaseKind.ENTRY))
    case = stage.open(CaseKind.EXIT, household=entry.household)

    with pytest.raises(rules.ExitBarred) as refused:
        stage.take(case, "propose_exit")
    assert [found.subject for found in refused.value.findings] == [ExitBar.NEW_ENTRY]

    stage.wait(366)
    stage.take(case, "propose_exit")
    refresh(case)
    assert case.state == CaseState.EXIT_PROPOSED


def test_a_reason_that_came_up_meanwhile_stops_posting_and_approval(stage):
    case = stage.at_state(CaseKind.EXIT, CaseState.EXIT_PROPOSED)
    with acting(system_actor("tests")):
        member(health=["3"])(case.household)

    with pytest.raises(rules.ExitBarred):
        stage.post(case)
    refresh(case)
    assert case.state == CaseState.EXIT_PROPOSED

    with acting(system_actor("tests")):
        member(health=["1"])(case.household)
    other = stage.at_state(CaseKind.EXIT, CaseState.EXIT_PUBLICITY)
    with acting(system_actor("tests")):
        household(guaranteed_food=False)(other.household)
    stage.wait(9)
    set_clock(stage.at)
    with pytest.raises(rules.ExitBarred):
        stage.take(other, "approve_exit")
    refresh(other)
    assert other.state == CaseState.EXIT_PUBLICITY
    assert status_of(other) == "2"


# Holds


def place(stage: Stage, found: Household) -> ExitHold:
    by = system_actor("payments")
    with acting(by):
        return operations.place_hold(
            by=by,
            at=stage.at,
            household_id=found.pk,
            placed_by="payments",
            code="unpaid",
            message=Text("补贴尚未发放到卡", "a payment has not reached the card"),
        )


def test_a_hold_bars_the_exit_until_it_is_lifted(stage):
    case = stage.open(CaseKind.EXIT)
    hold = place(stage, case.household)
    assert place(stage, case.household).pk == hold.pk

    with pytest.raises(rules.ExitBarred) as refused:
        stage.take(case, "propose_exit")
    assert [str(found.message.zh) for found in refused.value.findings] == [
        "补贴尚未发放到卡"
    ]

    by = system_actor("payments")
    arguments = {
        "by": by,
        "at": stage.at,
        "household_id": case.household_id,
        "placed_by": "payments",
        "code": "unpaid",
    }
    with acting(by):
        assert operations.lift_hold(**arguments) is True
        assert operations.lift_hold(**arguments) is False
        assert queries.holds_on(case.household_id) == []
        assert ExitHold.objects.get(pk=hold.pk).until == stage.today
        actions = Event.objects.filter(subject_id=str(hold.pk)).values_list("action")
        assert {action for (action,) in actions} >= {
            "registry.exit_hold.placed",
            "registry.exit_hold.lifted",
        }
    stage.take(case, "propose_exit")


def test_a_hold_on_nobody_is_refused(stage):
    by = system_actor("payments")
    with acting(by), pytest.raises(operations.NoSuchCase):
        operations.place_hold(
            by=by,
            at=stage.at,
            household_id=0,
            placed_by="payments",
            code="x",
            message=Text("甲", "a"),
        )


# Scale control


@pytest.fixture
def two_places(settings, tmp_path):
    """A pack that gives the village two places on the roll."""
    folder = tmp_path / "pack"
    shutil.copytree(DEFAULT_PACK, folder)
    path = folder / "registration.toml"
    block = """
[[parameter.value]]
value = "2"
unit = "households"
valid_from = 2014-01-01
scope = "990101101001"
source = { zh = "县分解下达", en = "set by the county" }
grade = "proposed"
status = "unverified"
"""
    text = path.read_text(encoding="utf-8")
    at = text.index("[[parameter]]", text.index('key = "scale.control"'))
    path.write_text(text[:at] + block.lstrip() + "\n" + text[at:], encoding="utf-8")
    settings.BANGFU_POLICY_PACK = str(folder)
    assert queries.quota_of(VILLAGE, on=_DAY) == 2


def test_no_quota_by_default(db):
    assert queries.quota_of(VILLAGE, on=_DAY) is None
    assert policy.active().value("scale.control", at=_DAY).text == "none"


def test_a_village_takes_no_more_than_its_quota(stage, two_places):
    stage.family("0")
    first = stage.at_state(CaseKind.ENTRY, CaseState.PUBLICITY_2)
    second = stage.at_state(CaseKind.ENTRY, CaseState.PUBLICITY_2)
    stage.wait(9)
    set_clock(stage.at)

    stage.take(first, "review_county")
    with pytest.raises(rules.ScaleFull) as refused:
        stage.take(second, "review_county")

    assert refused.value.message.in_language("zh-hans") == (
        "本村规模控制数 2 户，已占用 2 户。"
    )
    refresh(second)
    assert second.state == CaseState.PUBLICITY_2
    stage.take(first, "reject")
    stage.take(second, "review_county")


# Monitoring


@pytest.mark.parametrize(
    ("status", "category", "fits"),
    [
        ("1", "unstable_exited", True),
        ("1", "marginal", False),
        ("1", "sudden", True),
        ("7", "unstable_exited", False),
        ("7", "marginal", True),
        ("7", "sudden", True),
    ],
)
def test_the_category_of_monitoring_fits_the_status(stage, status, category, fits):
    found = stage.family(status)
    facts = {"category": category, "risk": "因病"}

    if fits:
        case = stage.open(CaseKind.MONITORING, "visit", household=found, facts=facts)
        assert case.category == category
    else:
        with pytest.raises(rules.WrongStatus):
            stage.open(CaseKind.MONITORING, "visit", household=found, facts=facts)


def test_monitoring_has_fifteen_days_in_all(stage):
    case = stage.open(CaseKind.MONITORING)

    with acting(stage["village"]):
        assert (queries.due_on(case) - stage.today).days == 15
    stage.wait(3)
    stage.take(case, "visit")
    refresh(case)
    with acting(stage["village"]):
        assert (queries.due_on(case) - stage.today).days == 12


def test_a_survey_has_ten_working_days(stage):
    case = stage.open(CaseKind.ENTRY, "apply")

    with acting(stage["village"]):
        # 1 March 2021 is a Monday without a holiday near.
        assert (queries.due_on(case) - stage.today).days == 14
