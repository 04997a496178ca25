"""`bangfu import`: the same steps in one process."""

from __future__ import annotations

import json

import openpyxl
import pytest
from click.testing import CliRunner
from tests.registry.workbooks import families, family, number, workbook

from bangfu.calc.values.findings import NotAllowed, Refusal
from bangfu.registry.commands import import_
from bangfu.registry.models import Household, Import
from bangfu.scope import acting


@pytest.fixture
def office(city, make_actor):
    return make_actor("county", "990101", username="office")


@pytest.fixture
def stored(office):
    def count() -> int:
        with acting(office):
            return Household.objects.count()

    return count


@pytest.fixture
def last_state(office):
    def state() -> str:
        with acting(office):
            return Import.objects.latest("id").state

    return state


@pytest.fixture
def call(office):
    def run(*words: object, username: str = "office"):
        return CliRunner().invoke(
            import_, [str(word) for word in words], obj={"as": username, "lang": "en"}
        )

    return run


@pytest.fixture
def roll(tmp_path):
    path = tmp_path / "roll.xlsx"
    path.write_bytes(families("0001", "0002"))
    return path


@pytest.fixture
def half_wrong(tmp_path):
    good, bad = family("0001", 1), family("0002", 2)
    bad[1][1]["identity_number"] = number("1972-02-02", 4)[:-1] + "0"
    path = tmp_path / "half.xlsx"
    path.write_bytes(workbook([good[0], bad[0]], [*good[1], *bad[1]]))
    return path


def test_it_imports_with_yes(call, roll, stored):
    result = call("households", roll, "--yes")

    assert result.exit_code == 0, result.exception
    assert "households: 2 new, 0 changed, 0 same, 0 wrong" in result.stdout
    assert result.stdout.endswith("Imported.\n")
    assert stored() == 2


def test_a_dry_run_writes_nothing_and_leaves_no_files(
    call, roll, files_folder, stored, last_state
):
    result = call("households", roll, "--dry-run", "--json")

    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert (document["new"], document["written"]) == (2, False)
    assert stored() == 0
    assert last_state() == "cancelled"


def test_without_yes_and_a_terminal_it_refuses(call, roll, stored):
    result = call("households", roll)

    assert isinstance(result.exception, Refusal)
    assert result.exception.reason_code == "not_confirmed"
    assert stored() == 0


def test_it_exits_with_1_when_some_are_wrong_and_saves_them(call, half_wrong, tmp_path):
    target = tmp_path / "errors.xlsx"

    result = call(
        "households", half_wrong, "--yes", "--json", "--error-workbook", target
    )

    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert (document["new"], document["wrong"], document["written"]) == (1, 1, True)
    assert document["findings_by_code"] == {"V1": {"impossible": 1}}
    assert document["error_workbooks"] == [str(target)]
    assert openpyxl.load_workbook(target)["Households"].max_row == 2


def test_when_nothing_is_right_it_refuses(call, tmp_path):
    bad = family("0001", 1)
    bad[1][0]["relation"] = "02"
    path = tmp_path / "bad.xlsx"
    path.write_bytes(workbook([bad[0]], bad[1]))

    result = call("households", path, "--yes")

    assert result.exception.reason_code == "nothing_to_import"
    assert str(result.exception) == "Nothing can be imported; 1 records are wrong."


def test_the_same_again_needs_no_yes_and_changes_nothing(call, roll):
    call("households", roll, "--yes")

    result = call("households", roll)

    assert result.exit_code == 0
    assert "0 new, 0 changed, 2 same, 0 wrong" in result.stdout
    assert "The same as registered; nothing to write." in result.stdout


def test_who_may_not_import_is_refused(call, roll, make_actor, stored):
    make_actor("auditor", "9901", username="auditor")

    result = call("households", roll, "--yes", username="auditor")

    assert isinstance(result.exception, Refusal)
    assert stored() == 0
    assert NotAllowed.http_status == 403


def test_a_missing_file_is_refused(call, tmp_path):
    result = call("households", tmp_path / "none.xlsx", "--yes")

    assert result.exception.reason_code == "no_file"


def test_it_writes_the_template(call, tmp_path):
    target = tmp_path / "template.xlsx"

    result = call("template", "households", target, "--lang", "zh")

    assert result.exit_code == 0
    sheets = openpyxl.load_workbook(target).sheetnames
    assert sheets[:2] == ["户", "成员"]


def test_a_roll_of_the_past_is_checked_as_of_its_date(call, roll):
    result = call("households", roll, "--yes", "--json", "--as-of", "2016-03-01")

    assert json.loads(result.stdout)["as_of"] == "2016-03-01"


def test_only_households_have_a_date(call, tmp_path):
    path = tmp_path / "units.xlsx"
    path.write_bytes(b"x")

    assert call("units", path, "--as-of", "2016-03-01").exit_code == 2


def test_findings_are_told_with_the_name_of_their_rule(call, half_wrong):
    result = call("households", half_wrong, "--yes")

    assert "impossible [V1 identity number] half.xlsx" in result.stdout


def test_it_says_how_many_findings_and_changes_it_leaves_out(call, tmp_path):
    good = [family(f"{no:04}", no, bank_name="甲") for no in range(1, 23)]
    bad = [family(f"{no:04}", no) for no in range(40, 63)]
    for _, people in bad:
        people[1]["identity_number"] = people[1]["identity_number"][:-1] + "?"
    rows = [row for row, _ in [*good, *bad]]
    path = tmp_path / "many.xlsx"
    path.write_bytes(workbook(rows, [p for _, people in [*good, *bad] for p in people]))
    first = call("households", path, "--yes").stdout
    for row in rows:
        row["bank_name"] = "乙"
    path.write_bytes(workbook(rows, [p for _, people in [*good, *bad] for p in people]))

    second = call("households", path, "--dry-run").stdout

    assert "… and 3 more findings: --json shows more" in first
    assert "more changes" not in first
    assert "… and 3 more findings" in second
    assert "… and 2 more changes: --json shows more" in second


def test_a_whole_list_of_findings_says_nothing_of_more(call, half_wrong):
    assert "more" not in call("households", half_wrong, "--yes").stdout


def test_same_or_wrong_and_nothing_new_exits_with_1_and_says_so(
    call, roll, half_wrong, last_state
):
    call("households", roll, "--yes")

    result = call("households", half_wrong, "--json")

    document = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (document["same"], document["wrong"], document["written"]) == (1, 1, False)
    assert document["state"] == last_state() == "unchanged"


def test_an_import_without_a_right_record_has_failed(call, tmp_path, last_state):
    bad = family("0001", 1)
    bad[1][0]["relation"] = "02"
    path = tmp_path / "bad.xlsx"
    path.write_bytes(workbook([bad[0]], bad[1]))

    call("households", path, "--yes")

    assert last_state() == "failed"
