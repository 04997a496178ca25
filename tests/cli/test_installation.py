"""run, setup, db and doctor on a real database."""

from __future__ import annotations

import json
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.conf import settings

from bangfu.accounts.models import User
from bangfu.cli import doctor, facts
from bangfu.cli.main import bangfu
from bangfu.local.postgres import EmbeddedPostgres


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(
        bangfu, arguments, env={"BANGFU_LANG": "en", **environment}
    )


def checked(*, name: str) -> dict[str, object]:
    """Return what `bangfu doctor --json` says about one thing."""
    report = json.loads(run("doctor", "--json").stdout)
    (found,) = [c for c in report["checks"] if c["check"]["en"] == name]
    return found


def codes(check: dict[str, object]) -> list[str]:
    return [finding["code"] for finding in check["findings"]]


# -- run and db


@pytest.mark.parametrize("name", ["DATABASE_URL", "DATABASE_URL_FILE"])
def test_run_refuses_a_server_of_ones_own(name: str):
    result = run("run", **{name: "postgresql://app@db/bangfu"})

    assert result.exit_code == 2
    assert result.stderr == (
        "DATABASE_URL is set: bangfu run is only for the embedded database.\n"
        "In production let systemd run gunicorn bangfu.site.wsgi and bangfu worker; "
        "to try it out, unset DATABASE_URL.\n"
    )


def test_db_commands_refuse_a_server_of_ones_own():
    result = run("db", "stop", DATABASE_URL="postgresql://app@db/bangfu")

    assert result.exit_code == 2
    assert "there is no embedded database" in result.stderr


def test_where_shows_all_places_or_one(postgres: EmbeddedPostgres):
    everything = json.loads(run("db", "where").stdout)
    one = run("db", "where", "socket")
    wrong = run("db", "where", "nothing")

    assert everything == postgres.where()
    assert one.stdout == f"{postgres.socket_dir}\n"
    assert wrong.exit_code == 2


def test_start_says_when_it_runs_already(postgres: EmbeddedPostgres):
    assert run("db", "start").stdout == "already\n"
    (postgres.data.parent / f"{postgres.data.name}.kept").unlink()


def test_reset_asks_first_and_spares_a_database_in_use(postgres: EmbeddedPostgres):
    asked = CliRunner().invoke(bangfu, ["db", "reset"], input="n\n")
    refused = run("db", "reset", "--yes")

    assert asked.exit_code == 2
    assert refused.exit_code == 2
    assert refused.stderr.startswith("The database is in use and cannot be deleted.")
    assert postgres.ready() == 0


# -- setup


def test_setup_makes_one_administrator_once(committed_db: str):
    first = run("setup", "--administrator", "chief", "--json")
    second = run("setup", "--administrator", "other", "--json")

    made = json.loads(first.stdout)["administrator"]
    assert made["username"] == "chief"
    user = User.objects.get(username="chief")
    assert user.check_password(made["password"])
    assert user.must_change_password
    assert json.loads(second.stdout) == {"administrator": None}


def test_setup_shows_the_password_in_words(committed_db: str):
    result = run("setup", "--administrator", "chief")

    ready, password = result.stdout.splitlines()
    assert ready == "The tables are ready."
    assert password.startswith("One-time password of the administrator chief: ")


def test_setup_makes_nobody_on_the_embedded_database_unasked(committed_db: str):
    result = run("setup", "--json")

    assert json.loads(result.stdout) == {"administrator": None}
    assert not User.objects.exists()


def test_setup_on_a_server_needs_a_division_of_ones_own(
    committed_db: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(settings, "BANGFU_EMBEDDED", False)
    monkeypatch.setattr("bangfu.cli.run.has_own_server", lambda: True)

    result = run("setup")

    assert result.exit_code == 2
    assert result.stderr.startswith("The division served is not set.\n")
    assert not User.objects.exists()


@pytest.fixture
def free_app_role(
    postgres: EmbeddedPostgres, committed_db: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """A server of one's own, where row security does not bind the request role.

    The roles of the embedded server are put right whenever it is started.
    """
    for module in ("run", "doctor", "database"):
        monkeypatch.setattr(f"bangfu.cli.{module}.has_own_server", lambda: True)
    postgres.ask("ALTER ROLE bangfu_app BYPASSRLS")
    yield
    postgres.ask("ALTER ROLE bangfu_app NOBYPASSRLS")


def test_setup_refuses_a_role_that_row_security_does_not_bind(free_app_role: None):
    result = run("setup")

    assert result.exit_code == 2
    assert "The role bangfu_app is not bound by row security and sees every row." in (
        result.stderr
    )


# -- doctor


def test_doctor_finds_nothing_wrong_with_a_sound_installation(
    committed_db: str, monkeypatch: pytest.MonkeyPatch
):
    with socket.socket() as probe:  # 8000 may be another program's here
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    monkeypatch.setenv("PORT", str(free))

    result = run("doctor")

    assert "✗" not in result.stdout
    assert result.exit_code == 0


def test_doctor_speaks_both_languages(committed_db: str):
    chinese = run("--lang", "zh", "doctor")

    assert "✓ 数据表  最新" in chinese.stdout


def test_doctor_names_a_role_that_is_not_bound(free_app_role: None):
    check = checked(name="Database roles")

    assert codes(check) == ["D52"]
    assert check["findings"][0]["remedy"]["en"] == (
        "Run: ALTER ROLE bangfu_app NOSUPERUSER NOBYPASSRLS;"
    )
    assert run("doctor").exit_code == 1


def test_doctor_names_a_table_without_row_security(
    postgres: EmbeddedPostgres, committed_db: str
):
    postgres.ask("ALTER TABLE jobs_job NO FORCE ROW LEVEL SECURITY", committed_db)

    check = checked(name="Row security")

    assert codes(check) == ["D53"]
    assert check["findings"][0]["subject"] == "jobs_job"


def test_doctor_counts_pending_migrations(
    postgres: EmbeddedPostgres, committed_db: str
):
    last = "DELETE FROM django_migrations WHERE app = 'web' RETURNING app"
    assert postgres.ask(last, committed_db).startswith("web")

    check = checked(name="Tables")

    assert codes(check) == ["D54"]
    assert "web." in check["findings"][0]["message"]["en"]


def test_doctor_looks_at_the_keys_file(committed_db: str, tmp_path: Path, monkeypatch):
    keys = tmp_path / "keys.json"
    monkeypatch.setenv("BANGFU_KEYS_FILE", str(keys))

    missing = checked(name="Keys file")
    keys.write_text("{}")
    keys.chmod(0o644)
    is_open = checked(name="Keys file")
    keys.chmod(0o600)
    sound = checked(name="Keys file")

    assert [codes(check) for check in (missing, is_open, sound)] == [
        ["D21"],
        ["D22"],
        [],
    ]


def test_doctor_warns_before_the_disk_is_full(committed_db: str, monkeypatch):
    monkeypatch.setattr(doctor, "FREE_BYTES_MIN", 10**18)

    assert codes(checked(name="Disk space")) == ["D31"]


def test_doctor_names_packages_that_differ_from_the_locks(
    committed_db: str, tmp_path: Path, monkeypatch
):
    (tmp_path / "requirements.lock").write_text("django==1.0 \\\nno-such-thing==2\n")
    locked = {
        "packages": {f"node_modules/{n}": {"version": "0"} for n in doctor.FRONT_END}
    }
    (tmp_path / "package-lock.json").write_text(json.dumps(locked))
    monkeypatch.setattr(doctor, "checkout", lambda: tmp_path)

    python, front_end = (
        checked(name="Python packages"),
        checked(name="Front-end packages"),
    )

    assert python["findings"][0]["message"]["en"] == (
        "2 packages differ from requirements.lock: django 1.0, no-such-thing 2"
    )
    assert codes(front_end) == ["D12", "D12", "D12"]


def test_doctor_names_a_taken_port_and_an_unknown_time_zone(
    committed_db: str, monkeypatch
):
    with doctor.socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("PORT", str(taken.getsockname()[1]))
        monkeypatch.setenv("TZ_CITY", "Asia/Nowhere")

        assert codes(checked(name="Web server")) == ["D61"]
        assert codes(checked(name="Time zone")) == ["D81"]


def test_doctor_misses_a_worker_while_the_site_runs(committed_db: str, monkeypatch):
    monkeypatch.setattr(doctor, "running", lambda _: "http://127.0.0.1:8000/")

    assert codes(checked(name="Worker")) == ["D71"]


def test_doctor_compares_the_clocks(committed_db: str, monkeypatch):
    monkeypatch.setattr(doctor.time, "time", lambda: 0.0)

    assert codes(checked(name="Clock")) == ["D82"]


def test_a_check_that_breaks_is_a_finding(committed_db: str, monkeypatch):
    def broken() -> list[object]:
        raise RuntimeError("out of order")

    monkeypatch.setattr(facts, "migration_findings", broken)

    check = checked(name="Tables")

    assert codes(check) == ["D00"]
    assert check["findings"][0]["message"]["en"] == "Failed: RuntimeError: out of order"


def test_doctor_makes_no_database_by_looking(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("BANGFU_VAR", str(tmp_path / "var"))

    report = run("doctor")

    assert "not made yet (run make run)" in report.stdout
    assert not (tmp_path / "var").exists()


def test_the_keys_file_is_made_for_the_owner_alone(committed_db: str):
    mode = stat.S_IMODE(os.stat(settings.BANGFU_KEYS_FILE).st_mode)

    assert mode == 0o600
