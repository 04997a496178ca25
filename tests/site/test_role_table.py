"""The reference page of roles is written from the code, and must be current."""

import importlib
import re
from pathlib import Path

import pytest

from bangfu.accounts.roles import Role
from bangfu.site import role_table

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "roles.md"
PERMISSIONS = sorted((ROOT / "src" / "bangfu").glob("*/permissions.py"))


def part(name):
    text = PAGE.read_text(encoding="utf-8")
    found = re.search(
        f"<!-- {name}: begin -->\n(.*)<!-- {name}: end -->", text, re.DOTALL
    )
    return found[1]


def test_the_page_is_current():
    assert part("roles") == role_table.roles_table()
    assert part("permissions") == role_table.permissions_table()


@pytest.mark.parametrize("path", PERMISSIONS, ids=lambda path: path.parent.name)
def test_every_set_of_roles_in_a_permissions_module_is_in_the_table(path):
    module = importlib.import_module(f"bangfu.{path.parent.name}.permissions")
    sets = {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, frozenset)
        and not name.startswith("_")
        and value
        and all(isinstance(one, Role) for one in value)
        and name not in {"OFFICES", "READERS"}
    }
    shown = [permission.roles for permission in role_table.PERMISSIONS]

    assert [name for name, roles in sets.items() if roles not in shown] == []


def test_every_role_may_do_something():
    able = {role for permission in role_table.PERMISSIONS for role in permission.roles}

    assert able == set(Role)
