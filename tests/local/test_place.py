"""Where the data lives and as whom the server runs."""

from __future__ import annotations

import os
import pwd
import shutil
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from bangfu.local import binaries, place
from bangfu.local.faults import LocalFault
from bangfu.local.postgres import EmbeddedPostgres
from bangfu.local.processes import postgres_in

Make = Callable[..., EmbeddedPostgres]
IS_ROOT = os.geteuid() == 0


def test_deciding_writes_nothing(folder: Path):
    before = sorted(folder.rglob("*"))

    EmbeddedPostgres(folder / "var" / "pg18")

    assert sorted(folder.rglob("*")) == before


def test_the_server_never_runs_as_root(make_server: Make):
    server = make_server()

    server.start()

    owners = {Path(f"/proc/{pid}").stat().st_uid for pid in postgres_in(server.data)}
    assert owners == {server._account.uid}
    assert owners != {0}


def test_named_programs_come_first(monkeypatch: pytest.MonkeyPatch, folder: Path):
    real = binaries.find_binaries().folder
    (folder / "bin").symlink_to(real)
    monkeypatch.setenv("BANGFU_PG_BIN", str(folder / "bin"))

    assert binaries.find_binaries().folder == folder / "bin"
    assert binaries.find_binaries().package is None


def test_a_wrong_name_of_programs_is_refused(
    monkeypatch: pytest.MonkeyPatch, folder: Path
):
    monkeypatch.setenv("BANGFU_PG_BIN", str(folder))

    with pytest.raises(LocalFault) as refused:
        binaries.find_binaries()

    assert refused.value.en == (
        f"BANGFU_PG_BIN names {folder}, where there is no program postgres."
    )


def test_no_programs_at_all_is_refused_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, folder: Path
):
    monkeypatch.delenv("BANGFU_PG_BIN", raising=False)
    monkeypatch.setattr(binaries, "WHEEL_PACKAGE", "no_such_wheel")
    monkeypatch.setattr(binaries, "SYSTEM_FOLDER", folder)

    with pytest.raises(LocalFault) as refused:
        binaries.find_binaries()

    assert refused.value.code == "no_postgresql"
    assert refused.value.remedy_en.startswith("Run make setup")


def test_the_newest_system_version_is_taken_and_an_old_one_refused(
    monkeypatch: pytest.MonkeyPatch, folder: Path
):
    monkeypatch.delenv("BANGFU_PG_BIN", raising=False)
    monkeypatch.setattr(binaries, "WHEEL_PACKAGE", "no_such_wheel")
    monkeypatch.setattr(binaries, "SYSTEM_FOLDER", folder)
    for major in ("9", "13", "14"):
        program = folder / major / "bin" / "postgres"
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {major}.2'\n")
        program.chmod(0o755)

    with pytest.raises(LocalFault) as refused:
        binaries.find_binaries()

    assert refused.value.en == "PostgreSQL 14.2 is too old; 15 is the minimum."


if IS_ROOT:  # for an ordinary user all other tests are the test

    def as_user(account: pwd.struct_passwd, act: Callable[[], None]) -> int:
        """Run `act` in a child that has become an ordinary user; its exit code."""
        child = os.fork()
        if child == 0:
            code = 1
            try:
                os.setgroups([])
                os.setgid(account.pw_gid)
                os.setuid(account.pw_uid)
                act()
                code = 0
            except BaseException:  # noqa: BLE001
                traceback.print_exc(file=sys.__stderr__)
            finally:
                os._exit(code)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def test_an_ordinary_user_starts_and_stops_a_server(folder: Path):
        nobody = pwd.getpwnam("nobody")
        home = folder / "home"
        home.mkdir(mode=0o700)
        os.chown(home, nobody.pw_uid, nobody.pw_gid)
        programs = _copy_wheel(folder).folder

        def act() -> None:
            os.environ["BANGFU_PG_BIN"] = str(programs)
            server = EmbeddedPostgres(home / "var" / "pg18")
            assert server.start() == "started"
            server.ensure_roles_and_database()
            assert server.ask("SELECT 1") == "1"
            assert server.release() == "stopped"

        assert as_user(nobody, act) == 0
        assert (home / "var" / "pg18").stat().st_uid == nobody.pw_uid

    def test_root_runs_a_users_data_as_that_user(folder: Path):
        daemon = pwd.getpwnam("daemon")
        var = folder / "home" / "var"
        server = EmbeddedPostgres(var / "pg18")
        server.start()
        server.release()
        for path in (var, *var.rglob("*")):
            os.lchown(path, daemon.pw_uid, daemon.pw_gid)

        again = EmbeddedPostgres(var / "pg18")
        try:
            assert again.start() == "started"
            pids = postgres_in(again.data)
            owners = {Path(f"/proc/{pid}").stat().st_uid for pid in pids}
            assert owners == {daemon.pw_uid}
        finally:
            again.release()

    def test_behind_a_private_folder_data_and_programs_move(
        make_server: Make, folder: Path, monkeypatch: pytest.MonkeyPatch
    ):
        _private_wheel(folder, monkeypatch)

        server = make_server("private/var")
        assert server.start() == "started"
        server.ensure_roles_and_database()

        assert server.ask("SELECT 1") == "1"
        refuge = server.data.parent
        assert refuge.parent == folder / "refuges"
        asked = folder / "private" / "var" / server.data.name
        assert (refuge / "origin").read_text() == f"{asked}\n"
        assert Path(server.where()["programs"]).is_relative_to(refuge)
        assert server.release() == "stopped"
        assert make_server("private/var").start() == "started"

    def test_programs_alone_move_when_the_data_can_stay(
        make_server: Make, folder: Path, monkeypatch: pytest.MonkeyPatch
    ):
        _private_wheel(folder, monkeypatch)

        server = make_server("open")
        server.start()

        assert server.data == folder / "open" / server.data.name
        assert Path(server.where()["programs"]).is_relative_to(folder / "refuges")

    def test_moved_data_is_found_again_when_the_folder_has_been_opened(
        make_server: Make, folder: Path
    ):
        private = folder / "private"
        private.mkdir(mode=0o700)
        first = make_server("private/var")
        first.start()
        first.release()
        private.chmod(0o755)

        again = make_server("private/var")

        assert again.data == first.data

    def test_named_programs_out_of_reach_are_refused(
        folder: Path, monkeypatch: pytest.MonkeyPatch
    ):
        private = folder / "private"
        private.mkdir(mode=0o700)
        monkeypatch.setenv("BANGFU_PG_BIN", str(_copy_wheel(private).folder))

        with pytest.raises(LocalFault) as refused:
            EmbeddedPostgres(folder / "var" / "pg18")

        assert refused.value.code == "unreachable_postgresql"

    def test_without_any_account_root_is_told_so(
        folder: Path, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(place, "ACCOUNTS", ("no-such-account",))

        with pytest.raises(LocalFault) as refused:
            EmbeddedPostgres(folder / "var" / "pg18")

        assert refused.value.code == "no_account"

    def _copy_wheel(to: Path) -> binaries.Binaries:
        """Copy the wheel's programs and libraries in their layout."""
        wheel = binaries._of_the_wheel()
        assert wheel is not None
        assert wheel.package is not None
        package = to / wheel.package.name
        tree = package / binaries.WHEEL_TREE
        shutil.copytree(wheel.package / binaries.WHEEL_TREE, tree, symlinks=True)
        libraries = wheel.package.with_name(f"{wheel.package.name}.libs")
        shutil.copytree(libraries, to / libraries.name)
        return binaries.Binaries(tree / "bin", package)

    def _private_wheel(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Have the programs under a private folder."""
        private = folder / "private"
        private.mkdir(mode=0o700)
        found = _copy_wheel(private)
        monkeypatch.setattr(place, "find_binaries", lambda: found)
