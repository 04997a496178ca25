"""The embedded server: start, adopt, stop, recover."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from tests.local.conftest import postmaster, python

from bangfu.local import place, roles
from bangfu.local.faults import LocalFault
from bangfu.local.postgres import (
    ABSENT,
    READY,
    EmbeddedPostgres,
    data_folder,
    var_folder,
)
from bangfu.local.processes import postgres_in, wait_until

pytestmark = pytest.mark.database

ENDLESS = "SELECT count(*) FROM generate_series(1, 1000000000000)"
Make = Callable[..., EmbeddedPostgres]


def ask(server: EmbeddedPostgres, question: str) -> object:
    with psycopg.connect(server.dsn("postgres", roles.SUPERUSER)) as connection:
        row = connection.execute(question).fetchone()
    assert row is not None
    return row[0]


def test_it_starts_from_nothing_then_finds_itself_running(server: EmbeddedPostgres):
    assert server.start() == "started"

    assert server.ready() == READY
    assert server.start() == "already"
    assert server.stop() == "stopped"
    assert server.ready() == ABSENT
    assert server.stop() == "not running"


def test_it_listens_on_no_network_port_and_keeps_checksums(server: EmbeddedPostgres):
    server.start()

    assert ask(server, "SHOW listen_addresses") == ""
    assert ask(server, "SHOW data_checksums") == "on"
    assert ask(server, "SHOW server_encoding") == "UTF8"


def test_roles_may_not_see_past_row_security_and_asking_twice_is_harmless(
    server: EmbeddedPostgres,
):
    server.start()
    server.ensure_roles_and_database()
    server.ask(f"ALTER ROLE {roles.APP_ROLE} SUPERUSER BYPASSRLS")

    server.ensure_roles_and_database()

    attributes = server.ask(
        "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcanlogin"
        " FROM pg_roles WHERE rolname LIKE 'bangfu%' ORDER BY 1"
    )
    assert attributes == "bangfu_app|f|f|f|t\nbangfu_owner|f|f|t|t"
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'bangfu'"
    assert server.ask(owner) == "bangfu_owner"


def test_the_application_role_may_not_make_tables(server: EmbeddedPostgres):
    server.start()
    server.ensure_roles_and_database()

    with (
        psycopg.connect(server.dsn()) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("CREATE TABLE mine (id int)")


def test_what_was_committed_survives_a_killed_server(server: EmbeddedPostgres):
    server.start()
    with psycopg.connect(
        server.dsn("postgres", roles.SUPERUSER), autocommit=True
    ) as connection:
        connection.execute("CREATE TABLE kept (id int)")
        connection.execute("INSERT INTO kept SELECT generate_series(1, 500)")
        connection.execute("BEGIN")
        connection.execute("INSERT INTO kept VALUES (501)")
        os.kill(postmaster(server), signal.SIGKILL)
        with contextlib.suppress(psycopg.OperationalError):
            connection.execute("SELECT pg_sleep(60)")

    assert server.start() == "started"

    # It answers only when it takes connections, so the first question succeeds.
    assert ask(server, "SELECT count(*) FROM kept") == 500


def test_a_busy_process_of_a_killed_server_is_ended(server: EmbeddedPostgres):
    server.start()
    busy = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import psycopg, sys; psycopg.connect(sys.argv[1]).execute({ENDLESS!r})",
            server.dsn("postgres", roles.SUPERUSER),
        ],
        stderr=subprocess.DEVNULL,
    )
    active = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%00000000)'"
    assert wait_until(lambda: ask(server, active) == 1, seconds=20)
    before = set(postgres_in(server.data))
    os.kill(postmaster(server), signal.SIGKILL)

    assert server.start() == "started"

    assert not before & set(postgres_in(server.data))
    assert busy.wait(20) != 0


def test_a_stale_pid_file_that_names_a_stranger_harms_nobody(server: EmbeddedPostgres):
    server.start()
    server.stop()
    stranger = subprocess.Popen(
        ["/bin/sleep", "600"],
        **server._account.switch(),  # the same account: it could be signalled
    )
    (server.data / "postmaster.pid").write_text(f"{stranger.pid}\n{server.data}\n")

    assert server.stop() == "not running"
    assert server.start() == "started"
    assert server.stop() == "stopped"

    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


@pytest.mark.parametrize("is_new", [True, False], ids=["from_nothing", "from_stopped"])
def test_five_starts_at_once_make_one_server(server: EmbeddedPostgres, is_new: bool):
    if not is_new:
        server.start()
        server.stop()
    command = ("-m", "bangfu.local.postgres", "start", str(server.data.parent))

    starts = [python(*command) for _ in range(5)]

    answers = sorted(start.communicate(timeout=120)[0].strip() for start in starts)
    assert answers == ["already"] * 4 + ["started"]
    parents = [_parent(pid) for pid in postgres_in(server.data)]
    assert parents.count(postmaster(server)) == len(parents) - 1


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def test_the_last_user_stops_it(make_server: Make):
    first, second = make_server(), make_server()
    first.start()
    second.start()

    assert first.release() == "still in use"
    assert first.ready() == READY
    assert second.release() == "stopped"
    assert first.ready() == ABSENT


def test_a_server_that_is_kept_stays_until_it_is_stopped(make_server: Make):
    first, second = make_server(), make_server()
    first.start()
    first.keep()
    second.start()

    assert second.release() == "kept"
    assert second.ready() == READY
    assert second.stop() == "stopped"
    second.start()
    assert second.release() == "stopped"  # keeping was said of the first server


def test_a_spawned_server_dies_with_its_parent(server: EmbeddedPostgres):
    script = (
        "import sys; from pathlib import Path; "
        "from bangfu.local.postgres import EmbeddedPostgres; "
        "EmbeddedPostgres(Path(sys.argv[1])).spawn(); print('up', flush=True); "
        "sys.stdin.read()"
    )
    parent = python("-c", script, str(server.data), stdin=subprocess.PIPE)
    assert parent.stdout is not None
    assert parent.stdout.readline() == "up\n"

    parent.kill()
    parent.communicate()

    assert wait_until(lambda: not postgres_in(server.data), seconds=20)


def test_a_first_start_that_is_killed_leaves_a_folder_that_still_works(
    server: EmbeddedPostgres,
):
    command = ("-m", "bangfu.local.postgres", "start", str(server.data.parent))
    first = python(*command)
    made = f"{server.data.name}.new-*/PG_VERSION"
    assert wait_until(lambda: any(server.data.parent.glob(made)), seconds=20, pause=0)
    first.kill()
    first.communicate()
    assert not server.data.exists()

    assert server.start() == "started"

    assert ask(server, "SELECT 1") == 1
    assert not list(server.data.parent.glob(f"{server.data.name}.new-*"))


@pytest.mark.parametrize(
    "name",
    ["帮扶 数据", "o'brien, and sons", "a" * 150, 'quo"te', "per%cent $HOME"],
    ids=["chinese_blank", "apostrophe_comma", "long", "quote", "percent_dollar"],
)
def test_odd_paths_work(make_server: Make, name: str):
    server = make_server(name)

    server.start()
    server.ensure_roles_and_database()

    assert server.ask("SELECT 1") == "1"
    with psycopg.connect(server.dsn()) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("bangfu_app",)


def test_the_socket_of_a_long_path_is_private(make_server: Make):
    server = make_server("a" * 150)
    server.start()

    assert server.socket_dir.parent == place.SOCKETS
    assert server.socket_dir.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("kind", ["open", "link"])
def test_it_refuses_a_squatted_socket_folder(
    make_server: Make, folder: Path, kind: str
):
    server = make_server("a" * 150)
    if kind == "open":
        server.socket_dir.mkdir()
        server.socket_dir.chmod(0o777)
    else:
        server.socket_dir.symlink_to(folder)

    with pytest.raises(LocalFault) as refused:
        server.start()

    assert refused.value.code == "foreign_folder"
    assert refused.value.en == f"The folder {server.socket_dir} exists but is not ours."
    if kind == "link":
        server.socket_dir.unlink()


def test_data_of_another_version_is_refused_untouched(server: EmbeddedPostgres):
    server.start()
    server.stop()
    (server.data / "PG_VERSION").write_text("14\n")

    with pytest.raises(LocalFault) as refused:
        server.start()

    assert refused.value.code == "other_version"
    assert "was made by PostgreSQL 14" in refused.value.en
    (server.data / "PG_VERSION").write_text(f"{server._place.source.major}\n")
    assert server.start() == "started"


def test_a_server_that_does_not_answer_is_named_and_left_alone(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
):
    server.start()
    pid = postmaster(server)
    monkeypatch.setattr("bangfu.local.postgres.ALIVE_SECONDS_MAX", 0.2)
    elsewhere = EmbeddedPostgres(server.data)
    elsewhere.socket_dir = server.data / "other"

    with pytest.raises(LocalFault) as refused:
        elsewhere.start()

    assert refused.value.code == "unreachable_server"
    assert f"process {pid}" in refused.value.en
    assert pid in postgres_in(server.data)


def test_a_failed_start_shows_the_reason(server: EmbeddedPostgres):
    server.start()
    server.stop()
    (server.data / "postgresql.conf").write_text("max_connections = many\n")

    with pytest.raises(LocalFault) as refused:
        server.start()

    assert refused.value.code == "not_started"
    assert 'invalid value for parameter "max_connections": "many"' in refused.value.en


def test_a_full_disk_is_called_by_its_name(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
):
    said = "initdb: error: could not write: No space left on device"
    server.data.parent.mkdir()
    monkeypatch.setattr(server, "_tool", lambda *_, **__: (1, said))

    with pytest.raises(LocalFault) as refused:
        server._make_cluster()

    assert refused.value.remedy_en == "Free disk space, then try again."
    assert not list(server.data.parent.glob("*.new-*"))


def test_reset_deletes_only_what_nobody_uses(make_server: Make):
    user, other = make_server(), make_server()
    user.start()

    with pytest.raises(LocalFault) as refused:
        other.reset()
    user.release()
    other.reset()

    assert refused.value.code == "in_use"
    assert not other.data.exists()


def test_where_names_everything_a_person_needs(server: EmbeddedPostgres):
    places = server.where()

    assert places["data"] == str(server.data)
    assert places["socket"] == str(server.data / "s")
    assert places["log"] == str(server.data / "server.log")
    assert (Path(places["programs"]) / "postgres").exists()


def test_the_data_folder_is_named_by_the_version(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BANGFU_VAR", "/srv/bangfu")

    assert var_folder() == Path("/srv/bangfu")
    assert data_folder().parent == Path("/srv/bangfu")
    assert data_folder().name.removeprefix("pg").isdigit()


def test_the_log_is_set_aside_when_it_has_grown(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bangfu.local.postgres.LOG_BYTES_MAX", 10)
    server.start()
    server.stop()

    server.start()

    assert (server.data / "server.log.1").stat().st_size > 10
