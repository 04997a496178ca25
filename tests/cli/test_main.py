"""The `bangfu` command: its table, its errors and their exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import click
import pytest
from click.testing import CliRunner

from bangfu.calc.values.findings import BadInput, Finding
from bangfu.calc.values.text import Text
from bangfu.cli import main
from bangfu.cli.main import COMMANDS, Entry, Needs, bangfu
from bangfu.local.faults import LocalFault

REFUSAL = BadInput(
    Text("第{n}行有误。", "Row {n} is wrong.", {"n": 3}),
    remedy=Text("请改正。", "Correct it."),
    findings=(Finding("V1", "row 3", Text("缺姓名", "no name"), field="name"),),
)


@pytest.fixture
def raising(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    """Return a function that gives `bangfu fail`, a command that raises an error."""

    def add(error: Exception) -> None:
        @click.command()
        @click.option("--json", "as_json", is_flag=True)
        def fail(*, as_json: bool) -> None:
            raise error

        monkeypatch.setitem(
            COMMANDS, "fail", Entry(f"{__name__}:_fail", Needs.NOTHING, Text("错", "x"))
        )
        monkeypatch.setattr(sys.modules[__name__], "_fail", fail, raising=False)

    return add


def run(*arguments: str):
    return CliRunner().invoke(bangfu, arguments, env={"BANGFU_LANG": "en"})


def test_every_command_is_listed_without_loading_any(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(main.importlib, "import_module", pytest.fail)

    result = run("--help")

    assert result.exit_code == 0
    listed = result.stdout.split("Commands:")[1].split("\n")
    assert [line.split()[0] for line in listed if line.strip()] == list(COMMANDS)


def test_the_list_is_in_the_language_of_the_terminal():
    result = CliRunner().invoke(bangfu, ["--help"], env={"BANGFU_LANG": "zh"})

    assert "检查安装，说明问题和处理办法" in result.stdout


def test_a_command_that_needs_nothing_loads_no_django():
    script = (
        "import sys; from bangfu.cli.main import bangfu;"
        "code = bangfu.main(['db', '--help'], standalone_mode=False);"
        "assert code == 0; assert 'django' not in sys.modules"
    )

    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)


def test_help_starts_no_database(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(main, "use_embedded_database", pytest.fail)

    assert run("worker", "--help").exit_code == 0


def test_a_refusal_is_a_sentence_with_findings_and_a_remedy(raising):
    raising(REFUSAL)

    result = run("fail")

    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == "Row 3 is wrong.\n  V1 row 3 no name\nCorrect it.\n"


def test_a_refusal_says_how_many_findings_it_leaves_out(raising):
    raising(type(REFUSAL)(REFUSAL.message, findings=REFUSAL.findings * 53))

    told = run("fail").stderr.splitlines()

    assert told[50:] == ["  V1 row 3 no name", "  … and 3 more; --json lists them all"]


@pytest.mark.parametrize("option", [["--lang", "zh"], ["--lang=zh"]])
def test_a_refusal_speaks_the_language_asked_for(raising, option: list[str]):
    raising(REFUSAL)

    assert run(*option, "fail").stderr == "第3行有误。\n  V1 row 3 缺姓名\n请改正。\n"


def test_a_refusal_with_json_is_one_document(raising):
    raising(REFUSAL)

    result = run("fail", "--json")

    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"] == {
        "code": "bad_input",
        "message": {"zh": "第3行有误。", "en": "Row 3 is wrong."},
        "remedy": {"zh": "请改正。", "en": "Correct it."},
        "findings": [
            {
                "code": "V1",
                "subject": "row 3",
                "severity": "impossible",
                "message": {"zh": "缺姓名", "en": "no name"},
                "remedy": None,
                "place": None,
                "field": "name",
            }
        ],
    }


def test_a_fault_of_the_installation_reads_like_a_refusal(raising):
    raising(
        LocalFault("x", zh="{坏}。", en="{bad}.", remedy_zh="修。", remedy_en="Mend.")
    )

    result = run("fail")

    assert result.exit_code == 2
    assert result.stderr == "{bad}.\nMend.\n"


def test_an_unexpected_error_gets_a_number_and_its_traceback(raising):
    raising(ZeroDivisionError("by accident"))

    result = run("fail", "--json")

    assert result.exit_code == 3
    error = json.loads(result.stdout)["error"]
    assert error["code"] == "internal"
    number = error["message"]["en"].removeprefix("Internal error ").rstrip(".")
    assert len(number) == 8
    assert "ZeroDivisionError: by accident" in result.stderr
    assert f"Internal error {number}." in result.stderr


FULL = (
    "The disk is full; nothing of this was written.\nFree disk space, then try again.\n"
)


class ProgrammingError(Exception):
    pass


class OperationalError(Exception):
    pass


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            ProgrammingError('relation "accounts_user" does not exist'),
            "The tables are missing or out of date.\nRun bangfu db migrate.\n",
        ),
        (
            OperationalError("could not extend file: No space left on device"),
            FULL,
        ),
        (
            OSError(28, "No space left on device"),
            FULL,
        ),
        (
            OperationalError("connection failed: no such file\n"),
            "No database: connection failed: no such file\nRun bangfu doctor.\n",
        ),
    ],
    ids=["tables", "full_database", "full_disk", "connection"],
)
def test_what_a_person_can_mend_is_said_so(raising, error: Exception, said: str):
    raising(error)

    result = run("fail")

    assert result.exit_code == 2
    assert result.stderr == said


def test_wrong_usage_is_refused_and_with_json_as_a_document(raising):
    raising(REFUSAL)

    assert run("fail", "--nope").exit_code == 2
    result = run("fail", "--nope", "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"]["code"] == "usage"


def test_an_unknown_command_is_refused():
    result = run("nope")

    assert result.exit_code == 2
    assert "No such command 'nope'." in result.stderr


def test_a_missing_module_does_not_break_the_others(monkeypatch: pytest.MonkeyPatch):
    gone = Entry("bangfu.cli.gone:gone", Needs.NOTHING, Text("无", "gone"))
    monkeypatch.setitem(COMMANDS, "gone", gone)

    result = run("gone")

    assert result.exit_code == 2
    assert (
        "The command gone cannot be used: the module bangfu.cli.gone is missing."
        in (result.stderr)
    )
    assert run("db", "--help").exit_code == 0


def test_a_reader_that_has_seen_enough_is_no_error(raising):
    raising(BrokenPipeError())

    assert run("fail").exit_code == 0


def test_the_actor_and_the_language_reach_the_command(monkeypatch: pytest.MonkeyPatch):
    @click.command()
    @click.pass_obj
    def show(given: dict[str, str]) -> None:
        click.echo(f"{given['as']} {given['lang']}")

    monkeypatch.setitem(
        COMMANDS, "show", Entry(f"{__name__}:_show", Needs.NOTHING, Text("看", "show"))
    )
    monkeypatch.setattr(sys.modules[__name__], "_show", show, raising=False)

    assert run("--as", "li", "--lang", "zh", "show").stdout == "li zh\n"
    named = CliRunner().invoke(
        bangfu, ["show"], env={"BANGFU_AS": "wang", "BANGFU_LANG": "en"}
    )
    assert named.stdout == "wang en\n"
