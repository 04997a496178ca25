"""`bangfu survey`: one JSON document on standard output, and the same refusals."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from tests.registry.surveys.test_pages import fields

from bangfu.calc.values.findings import NotAllowed, Refusal
from bangfu.registry.surveys.commands import survey
from bangfu.registry.surveys.filling import BadSheet

PLACE = ("--village", "990101101001", "--year", 2020)


@pytest.fixture
def call(year):
    """Run a command as somebody; return what it printed."""

    def run(who, *words, code=0):
        result = CliRunner().invoke(
            survey,
            [str(word) for word in words],
            obj={"as": year[who].username, "lang": "en"},
        )
        if isinstance(result.exception, Refusal):
            raise result.exception
        assert result.exit_code == code, result.output
        return json.loads(result.stdout) if "--json" in words else result.stdout

    return run


@pytest.fixture
def sheet(tmp_path):
    """Write a sheet as JSON and return its path."""

    def write(**changes):
        path = tmp_path / "sheet.json"
        path.write_text(json.dumps(fields(**changes)), encoding="utf-8")
        return path

    return write


def test_a_year_goes_from_open_to_corrected(year, call, sheet, tmp_path, monkeypatch):
    from django.utils import timezone

    monkeypatch.setattr(timezone, "now", lambda: year.at)
    household = year.family()
    number = ("--household", household.household_no)

    opened = call(
        "township", "open", "--division", "990101101", "--year", 2019, "--json"
    )
    recorded = call("village", "record", *PLACE, *number, "--sheet", sheet(), "--json")
    before = call("county", "list", "--year", 2020, "--json", code=1)
    call("township", "return", *PLACE, *number, "--reason", "缺工资流水")
    call("village", "record", *PLACE, *number, "--sheet", sheet())
    checked = call("township", "check", *PLACE, "--json")
    call("township", "lock", "--division", "990101101", "--year", 2020)
    call(
        "county",
        *("correct", *PLACE, *number, "--sheet", sheet(wage="25000")),
        *("--reason", "工资漏登记"),
    )
    chain = call("county", "show", *PLACE, *number, "--json")
    call(
        "county",
        "export",
        *PLACE,
        "--out",
        tmp_path / "o.xlsx",
        "--purpose",
        "存档备用",
    )

    assert [one["village"] for one in opened] == ["990101101001", "990101101002"]
    assert recorded[0]["net_fen"] == 2_620_000
    assert [(one["done"], one["missing"], one["waiting"]) for one in before] == [
        (1, 0, 1),
        (0, 0, 0),
    ]
    assert checked[0]["state"] == "checked"
    assert [one["net_fen"] for one in chain] == [2_620_000, 3_120_000]
    assert chain[1]["corrects"] == chain[0]["id"]
    assert (tmp_path / "o.xlsx").read_bytes()[:2] == b"PK"


def test_expected_income_and_bad_files_are_refused(year, call, sheet, tmp_path):
    household = year.family()
    place = (*PLACE, "--household", household.household_no, "--sheet")
    (tmp_path / "no.json").write_text("[", encoding="utf-8")

    with pytest.raises(BadSheet) as caught:
        call("village", "record", *place, sheet(wage_evidence="expected"))
    assert "expected income is no evidence" in str(caught.value.findings[0].message)
    with pytest.raises(BadSheet):
        call("village", "record", *place, sheet(wage="many"))
    with pytest.raises(Refusal):
        call("village", "record", *place, tmp_path / "no.json")
    with pytest.raises(NotAllowed):
        call("city", "record", *place, sheet())
