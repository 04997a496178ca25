"""`bangfu pair …`: documents, exit codes, and who acts."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from bangfu.calc.values.findings import Refusal

ISSUE_KEYS = {
    "households",
    "officials",
    "covered",
    "uncovered",
    "below_min",
    "above_max",
    "forbidden",
    "cost",
    "bound",
    "gap",
    "status",
    "shortages",
    "seconds",
    "peak_mb",
}


@pytest.fixture
def people(county, make_actor):
    """The demo persons of the county and the city; nobody acts yet."""
    return {
        name: make_actor(role, code, username=name)
        for name, role, code in (
            ("demo-county", "county", "990101"),
            ("demo-city", "city", "9901"),
            ("demo-leadership", "leadership", "9901"),
            ("ordinary", "county", "990101"),
        )
    }


def pair(*words, acting_as=None, lang="en"):
    """Run the command; return exit code, document or text, and what stderr says."""
    from bangfu.pairing.commands import pair as group

    result = CliRunner().invoke(
        group, [str(word) for word in words], obj={"as": acting_as, "lang": lang}
    )
    if isinstance(result.exception, Refusal):
        raise result.exception
    assert result.exception is None or isinstance(result.exception, SystemExit)
    out = json.loads(result.stdout) if "--json" in words else result.stdout
    return result.exit_code, out, result.stderr


def solve(*more):
    return pair("solve", "--division", "990101", "--year", 2016, *more)


def test_solve_apply_verify_and_coverage_in_four_lines(people):
    code, solved, said = solve("--json")
    assert (code, ISSUE_KEYS - solved.keys()) == (0, set())
    assert (solved["households"], solved["covered"], solved["gap"]) == (6, 6, 0)
    assert solved["state"] == "previewed"
    assert "demo-county (county @ 990101)" in said
    assert "[1/4] Pairing and proving" in said

    code, applied, said = pair("apply", solved["run"], "--json")
    assert (code, applied["state"], applied["new"], applied["refused"]) == (
        0,
        "applied",
        6,
        0,
    )
    assert applied["refused_lines"] == []
    assert "demo-city" in said  # the second person

    code, verified, _ = pair("verify", solved["run"], "--json")
    assert (code, verified["valid"], verified["findings"]) == (0, True, [])
    assert {key: verified[key] for key in ISSUE_KEYS} == {
        key: solved[key] for key in ISSUE_KEYS
    }

    code, covered, _ = pair("coverage", "--division", "990101", "--json")
    assert (code, covered["is_full"], covered["uncovered"]) == (0, True, 0)
    assert (covered["run"], covered["shortages"]) == (solved["run"], [])
    assert [one["division"] for one in covered["children"]] == [
        "990101",
        "990101101",
        "990101102",
    ]


def test_a_dry_run_stores_nothing(people):
    from bangfu.audit.models import Event
    from bangfu.pairing.models import Run, RunPair
    from bangfu.scope import acting
    from bangfu.scope.actor import system_actor

    code, document, _ = solve("--dry-run", "--json")

    assert (code, document["run"], document["covered"]) == (0, None, 6)
    with acting(system_actor("tests")):
        assert not Run.objects.exists()
        assert not RunPair.objects.exists()
        assert not Event.objects.exists()


def test_an_infeasible_run_exits_with_1_and_says_what_is_missing(people, county):
    from bangfu.pairing.models import Official
    from bangfu.scope import acting
    from bangfu.scope.actor import system_actor

    with acting(system_actor("tests")):
        Official.objects.filter(pk=county.officials["a1"]).update(is_three_sends=False)

    code, text, _ = solve()

    assert code == 1
    assert "covered 5 (before: 0), uncovered 1" in text
    assert "lacks 1 place" in text
    assert "Remedy:" in text
    assert pair("coverage", "--division", "990101")[0] == 1


def test_a_named_person_cannot_apply_what_he_ordered(people):
    from bangfu.pairing.permissions import OwnRun

    _, solved, _ = pair(
        *("solve", "--division", "990101", "--year", 2016, "--json"),
        acting_as="ordinary",
    )
    with pytest.raises(OwnRun):
        pair("apply", solved["run"], acting_as="ordinary")
    code, applied, _ = pair(
        "apply", solved["run"], "--json", acting_as="demo-leadership"
    )
    assert (code, applied["state"]) == (0, "applied")


def test_approve_and_reject(people):
    _, first, _ = solve("--json")
    code, document, _ = pair("approve", first["run"], "--json")
    assert (code, document["state"]) == (0, "approved")
    _, second, _ = solve("--json")
    code, text, _ = pair("reject", second["run"], "--reason", "名册有误", lang="zh")
    assert (code, text.strip()) == (0, f"方案 {second['run']}：已退回")


def test_refused_lines_are_listed_and_exit_with_1(people):
    from bangfu.registry.models import Household
    from bangfu.scope import acting
    from bangfu.scope.actor import system_actor

    _, solved, _ = solve("--json")
    with acting(system_actor("tests")):
        Household.objects.filter(household_no="0004").update(status="1")

    code, applied, _ = pair("apply", solved["run"], "--json")

    assert (code, applied["new"], applied["refused"]) == (1, 5, 1)
    assert applied["refused_lines"] == [
        {
            "household": "990101101002/0004",
            "refusal": "changed",
            "why": {
                "zh": "方案生成后，该户、干部或现有结对已有变化。",
                "en": "The household, the official or the pairing changed after the "
                "preview.",
            },
        }
    ]


def test_a_tampered_run_does_not_verify(people, county):
    from bangfu.pairing.models import RunPair
    from bangfu.scope import acting
    from bangfu.scope.actor import system_actor

    _, solved, _ = solve("--json")
    with acting(system_actor("tests")):
        RunPair.objects.filter(household_id=county.households["h1"]).update(
            official_id=county.officials["b1"]
        )

    code, document, _ = pair("verify", solved["run"], "--json")

    assert (code, document["valid"]) == (1, False)
    assert document["findings"]
    assert pair("verify", solved["run"])[0] == 1


def test_wrong_words_are_refused(people):
    from bangfu.calc.values.division_code import InvalidDivisionCode
    from bangfu.pairing.queries import NoSuchRecord

    with pytest.raises(InvalidDivisionCode):
        pair("coverage", "--division", "99010")
    with pytest.raises(NoSuchRecord):
        pair("apply", 4711)
    with pytest.raises(NoSuchRecord):
        pair("verify", 4711)
