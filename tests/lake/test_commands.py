"""`bangfu lake …`: documents, exit codes, and who acts."""

import json

import pytest
from click.testing import CliRunner

from bangfu.calc.values.findings import NotAllowed, Refusal
from bangfu.lake import storage
from bangfu.lake.commands import lake


@pytest.fixture
def people(register, make_actor):
    """Users who can be named with --as."""
    return {
        role: make_actor(role, division, username=f"the-{role}")
        for role, division in (
            ("city", "9901"),
            ("county", "990102"),
            ("auditor", "990101"),
            ("village", "990101100200"),
        )
    }


def run(*words, acting_as="the-city", lang="en"):
    """Run the command; return exit code, and the document or what it printed."""
    result = CliRunner().invoke(
        lake, [str(word) for word in words], obj={"as": acting_as, "lang": lang}
    )
    if isinstance(result.exception, Refusal):
        raise result.exception
    assert result.exception is None or isinstance(result.exception, SystemExit)
    out = json.loads(result.stdout) if "--json" in words else result.stdout
    return result.exit_code, out


def test_a_snapshot_is_taken_listed_verified_and_pruned(people):
    code, first = run("snapshot", "--json")
    assert code == 0
    assert first["rows"] == 10  # without the other city's household
    assert first["datasets"] == {"household": 3, "member": 4, "income": 2, "flag": 1}
    assert first["counties"] == ["990101", "990102"]
    assert first["withheld"] == 0
    assert first["taken_by"] == "the-city"

    code, said = run("snapshot", lang="zh")
    assert code == 0
    second = first["snapshot"] + 1
    assert said == f"第 {second} 期快照已生成，截止 {first['cut_off_date']}，10 行。\n"

    code, listed = run("list", "--json")
    assert code == 0
    assert [one["snapshot"] for one in listed["snapshots"]] == [second, second - 1]

    assert run("verify", "--json") == (
        0,
        {"snapshot": second, "valid": True, "findings": []},
    )
    assert run("verify") == (0, f"Snapshot {second} is as published.\n")

    assert run("prune", "--keep", 1, "--json") == (
        0,
        {"pruned": [second - 1], "keep": 1},
    )
    assert run("prune") == (0, "0 snapshots were pruned.\n")


def test_a_county_office_lists_its_own_counts(people):
    run("snapshot", "--json")

    _, listed = run("list", "--json", acting_as="the-county")
    _, said = run("list", acting_as="the-county", lang="zh")

    (row,) = listed["snapshots"]
    assert (row["counties"], row["rows"]) == (["990102"], 2)
    assert said == (f"{row['snapshot']}  可用  截止 {row['cut_off_date']}  2 行\n")


def test_verify_answers_1_when_something_was_changed(people):
    _, taken = run("snapshot", "--json")
    path = storage.folder_of(taken["snapshot"]) / "flag/county=990101/flag.parquet"
    path.unlink()

    code, document = run("verify", taken["snapshot"], "--json", acting_as="the-auditor")
    assert code == 1
    assert document["findings"] == [
        {
            "code": "lake.missing",
            "subject": "flag/county=990101/flag.parquet",
            "severity": "impossible",
            "message": {
                "zh": "文件 flag/county=990101/flag.parquet 不见了。",
                "en": "The file flag/county=990101/flag.parquet is missing.",
            },
        }
    ]
    code, said = run("verify", taken["snapshot"], acting_as="the-auditor", lang="zh")
    assert code == 1
    assert said.splitlines()[-1] == f"第 {taken['snapshot']} 期快照有问题。"


@pytest.mark.parametrize(
    ("words", "who"),
    [
        (("snapshot",), "the-county"),
        (("prune",), "the-auditor"),
        (("list",), "the-village"),
        (("verify",), "the-village"),
    ],
)
def test_who_may_not_is_refused(people, folder, words, who):
    with pytest.raises(NotAllowed):
        run(*words, acting_as=who)
    assert not folder.exists()


@pytest.mark.parametrize("keep", ["0", "1001", "x"])
def test_prune_refuses_a_number_out_of_range(people, keep):
    assert run("prune", "--keep", keep)[0] == 2


def test_verify_without_any_snapshot_is_refused(people):
    with pytest.raises(Refusal) as refusal:
        run("verify")

    assert refusal.value.reason_code == "no_snapshot"
    assert str(refusal.value.remedy) == "Run bangfu lake snapshot first."
