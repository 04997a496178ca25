"""A small tree of the fictional province, loaded as the published list."""

from datetime import date

import pytest

from bangfu.calc.values.division_code import DivisionCode
from bangfu.divisions import operations, queries

SINCE = date(2014, 1, 1)
FILES = {
    "provinces.csv": "code,name\n99,示范省\n",
    "cities.csv": "code,name,provinceCode\n9907,甲市,99\n9908,乙市,99\n",
    "areas.csv": "code,name,cityCode\n990703,丙区,9907\n990721,丁县,9907\n990821,戊县,9908\n",
    "streets.csv": (
        "code,name,areaCode\n990703001,红街道,990703\n990721100,赤镇,990721\n"
        "990721200,橙乡,990721\n990721400,黄园艺场,990721\n"
    ),
    "villages.csv": (
        "code,name,streetCode\n990721100200,东村委会,990721100\n"
        "990721100201,东村民委员会,990721100\n990721100202,西村委会,990721100\n"
        "990721200200,东村委会,990721200\n990721400500,一分场,990721400\n"
    ),
}


def day(text: str) -> date:
    return date.fromisoformat(text)


def code(text: str) -> DivisionCode:
    return DivisionCode(text)


@pytest.fixture
def folder(tmp_path):
    """The list as files; tests change them before they import again."""
    target = tmp_path / "list"
    target.mkdir()
    for name, text in FILES.items():
        (target / name).write_text(text, encoding="utf-8")
    return target


@pytest.fixture
def city(act_as):
    """The office of the city 9907, acting."""
    return act_as("city", "9907")


@pytest.fixture
def admin(make_actor):
    return make_actor("administrator", "9907")


@pytest.fixture
def load(db, city, admin, now, folder):
    """Return a function that imports the folder as an administrator."""

    def load_folder(**options):
        options.setdefault("source", folder)
        return operations.import_divisions(by=admin, at=now, **options)

    return load_folder


@pytest.fixture
def tree(load, city):
    """The list, valid from 2014, and the city office acting on it."""
    load(valid_from=SINCE)
    return city


def names_on(text: str, *, within: str = "99") -> dict[str, str]:
    """Return code and name of every division valid on a day."""
    rows = queries.tree_at(day(text), within=code(within))
    return {str(row.code): row.name for row in rows}
