"""The locks: complete, hashed, and without the address of any registry."""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-node.lock")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def packages(name: str) -> dict[str, str]:
    """Return name -> version of every package of a Python lock."""
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", read(name), re.MULTILINE))


@pytest.mark.parametrize(
    "name", [*LOCKS, "package-lock.json", "package.json", ".npmrc"]
)
def test_no_address_stands_in_a_lock(name: str):
    assert "://" not in read(name)


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_has_hashes(name: str):
    blocks = re.split(r"^(?=[a-z])", read(name), flags=re.MULTILINE)[1:]

    assert len(blocks) == len(packages(name))
    assert [
        block.split("==")[0] for block in blocks if "--hash=sha256:" not in block
    ] == []


def test_every_front_end_package_has_a_digest():
    locked = json.loads(read("package-lock.json"))["packages"]

    assert all(entry["integrity"] for name, entry in locked.items() if name)


def test_the_locks_hold_what_pyproject_asks_for():
    project = tomllib.loads(read("pyproject.toml"))["project"]
    dev = project["optional-dependencies"]["dev"]

    assert names(project["dependencies"]) <= packages("requirements.lock").keys()
    assert names(dev) <= packages("requirements-dev.lock").keys()


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9-]", text)[0].lower() for text in requirements}


def test_tests_run_on_the_versions_that_users_get():
    dev = packages("requirements-dev.lock")

    assert {n: dev[n] for n in packages("requirements.lock")} == packages(
        "requirements.lock"
    )


def test_every_package_that_the_code_imports_is_locked():
    known = metadata.packages_distributions()
    imported = {
        name
        for path in (ROOT / "src").rglob("*.py")
        for name in imports(ast.parse(path.read_text(encoding="utf-8")))
    }

    foreign = imported - sys.stdlib_module_names - {"bangfu"}

    locked = packages("requirements.lock").keys()
    missing = {
        n for n in foreign if not set(map(canonical, known.get(n, [n]))) & locked
    }
    assert missing == set()


def imports(tree: ast.Module) -> set[str]:
    """Return the first parts of all module names that a file imports."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
