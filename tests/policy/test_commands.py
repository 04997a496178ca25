from __future__ import annotations

import json
import shutil

import pytest

from bangfu.cli.main import bangfu
from bangfu.policy.loading import DEFAULT_PACK, load


@pytest.fixture
def run(capsys):
    """Return a function that runs `bangfu policy …`: exit code, stdout, stderr."""

    def run_(*words: object, lang: str = "en"):
        arguments = ["--lang", lang, "policy", *map(str, words)]
        code = bangfu.main(arguments, standalone_mode=False)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_


@pytest.fixture
def changed(tmp_path):
    """Return a function that copies the default pack with one text replaced."""

    def change(file: str, old: str, new: str):
        directory = tmp_path / "changed"
        shutil.copytree(DEFAULT_PACK, directory)
        path = directory / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return directory

    return change


def test_check_passes_the_default_pack(run):
    pack = load(DEFAULT_PACK)

    code, out, _ = run("check", DEFAULT_PACK)

    assert code == 0
    assert out == (
        f"The pack “Default policy pack” is right: {len(pack.all_values())} values, "
        f"hash {pack.hash}.\n"
    )


def test_check_lists_every_fault_and_exits_with_1(run, changed):
    directory = changed("visits.toml", 'unit = "days"', 'unit = "months"')

    code, out, _ = run("check", directory, lang="zh")

    assert code == 1
    assert "handover.max_gap.unit: 单位应为“days”，现为“months”。" in out
    assert "    先换算成规定的单位，再填写。" in out
    assert out.endswith("共 1 处错误。\n")


def test_check_writes_one_json_document(run, changed):
    code, out, _ = run("check", changed("visits.toml", "= 15", '= "x"'), "--json")

    document = json.loads(out)
    assert code == 1
    assert (document["ok"], document["pack"]) == (False, None)
    [finding] = document["findings"]
    assert (finding["code"], finding["subject"], finding["field"]) == (
        "bad_type",
        "handover.max_gap",
        "value",
    )
    assert finding["place"]["en"].startswith("visits.toml line ")


def test_check_refuses_a_directory_that_is_not_there(run, tmp_path):
    code, out, err = run("check", tmp_path / "nowhere")

    assert code == 2
    assert out == ""
    assert "No such file or directory" in err


def test_show_says_one_parameter_and_its_rows(run):
    code, out, _ = run("show", "pairing.quota", "--at", "2016-03-01", lang="zh")

    assert code == 0
    assert out.splitlines() == [
        "pairing.quota  各档结对户数",
        (
            "    A 3；B 2；C 1 (户) | 2014-01-01 起 | 全国 | 方案原文 | 已核实 | "
            "方案“一、结对帮扶”：分别结对帮扶 3 户、2 户、1 户贫困户"
        ),
        "",
        "2014-01-01 起",
        "档次 | 户数",
        "A | 3",
        "B | 2",
        "C | 1",
    ]


def test_show_without_a_key_says_every_parameter(run):
    code, out, _ = run("show", "--at", "2016-03-01", "--json")

    document = json.loads(out)
    assert code == 0
    assert document["pack"]["hash"] == load(DEFAULT_PACK).hash
    by_key = {one["key"]: one for one in document["parameters"]}
    assert len(by_key) == len(load(DEFAULT_PACK).parameters)
    assert by_key["line.admin"]["values"][0]["value"] == 3146
    assert by_key["carry.full"]["values"][0]["value"] == "8"
    assert by_key["village_annual_allocation"]["values"] == []


def test_show_series_says_every_dated_value(run):
    code, out, _ = run("show", "line.admin", "--series", "--json")

    years = [v["valid_from"][:4] for v in json.loads(out)["parameters"][0]["values"]]
    assert code == 0
    assert years == [str(year) for year in range(2013, 2021)]


def test_show_shows_unverified_money_as_what_it_is(run):
    code, out, _ = run("show", "award.cap", "--at", "2016-03-01")

    assert code == 0
    assert "proposed by this system | unverified" in out


def test_show_answers_for_a_division_and_a_scenario(run):
    code, out, _ = run(
        "show", "village_annual_allocation", "--division", "990101",
        "--scenario", "10-wan", "--json",
    )  # fmt: skip

    assert code == 0
    assert json.loads(out)["parameters"][0]["values"][0]["value"] == 100_000


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("pairing.quotas",), "Unknown parameter “pairing.quotas”."),
        (
            ("line.admin", "--at", "2011-01-01"),
            "“line.admin” has no value on 2011-01-01 in the whole country.",
        ),
        (("pairing.quota", "--division", "99x"), "“99x” is not a division code"),
        (("pairing.quota", "--scenario", "x"), "There is no scenario “x”."),
        (
            ("village_annual_allocation", "--at", "2016-01-01"),
            "has no verified value on 2016-01-01 in the whole country, only scenarios.",
        ),
        (("pairing.quota", "--at", "1 March"), "does not match the format"),
    ],
)
def test_show_refuses_with_exit_code_2(run, words, sentence):
    code, out, err = run("show", *words)

    assert code == 2
    assert out == ""
    assert sentence in err


def test_show_reads_another_pack(run, changed):
    directory = changed("visits.toml", "value = 15", "value = 20")

    _, out, _ = run("show", "handover.max_gap", "--pack", directory)

    assert "20 (days)" in out


def test_diff_of_equal_packs_exits_with_0(run):
    code, out, _ = run("diff", DEFAULT_PACK, DEFAULT_PACK)

    assert (code, out) == (0, "The packs say the same.\n")


def test_diff_says_what_changed_and_exits_with_1(run, changed):
    directory = changed("visits.toml", "value = 15", "value = 20")

    code, out, _ = run("diff", DEFAULT_PACK, directory, lang="zh")

    assert code == 1
    assert out.splitlines() == [
        "修改 handover.max_gap (value)",
        "  - 15 (天) | 2014-01-01 起 | 全国 | 系统建议 | 未核实 | 系统建议",
        "  + 20 (天) | 2014-01-01 起 | 全国 | 系统建议 | 未核实 | 系统建议",
    ]


def test_diff_writes_one_json_document(run, changed):
    directory = changed("visits.toml", "value = 15", "value = 20")

    code, out, _ = run("diff", DEFAULT_PACK, directory, "--json")

    document = json.loads(out)
    [difference] = document["differences"]
    assert code == 1
    assert document["before"]["hash"] == load(DEFAULT_PACK).hash
    assert document["after"]["hash"] == load(directory).hash
    assert (difference["change"], difference["fields"]) == ("changed", ["value"])
    assert (difference["before"]["value"], difference["after"]["value"]) == (15, 20)


def test_diff_refuses_a_faulty_pack(run, changed):
    directory = changed("visits.toml", 'unit = "days"\n', "")

    code, out, err = run("diff", DEFAULT_PACK, directory)

    assert (code, out) == (2, "")
    assert "“unit” is missing." in err


def test_check_lists_what_the_pack_leaves_out(run, changed):
    directory = changed("visits.toml", "value = 15", "value = 15")
    (directory / "lines.toml").unlink()

    code, out, _ = run("check", directory)

    assert code == 0
    assert out.endswith(
        "Parameters that it leaves out: line.constant_2010, line.nbs, line.admin.\n"
    )


def test_show_names_parameters_without_a_value(run):
    code, out, _ = run("show", "--at", "2010-06-01", lang="zh")

    assert code == 0
    assert "pairing.quota  各档结对户数\n    没有取值\n" in out
    assert "line.nbs  统计贫困线\n    2,300 (元/人·年)" in out


def test_show_writes_the_tables_of_the_reference(run):
    code, out, _ = run("show", "--markdown")

    assert code == 0
    assert (
        "| `pairing.quota` | Households by tier (各档结对户数) | A 3; B 2; C 1 |" in out
    )


def test_diff_says_added_and_removed_values(run, changed):
    directory = changed(
        "visits.toml", "valid_from = 2014-01-01", "valid_from = 2015-01-01"
    )

    code, out, _ = run("diff", DEFAULT_PACK, directory)

    assert code == 1
    assert [line.split()[0] for line in out.splitlines()] == [
        "removed",
        "-",
        "added",
        "+",
    ]
