"""Every rule is shown with its name in words, wherever its findings are shown."""

from __future__ import annotations

import ast
import io
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from tests.registry.workbooks import families, family, workbook

from bangfu.calc.values.text import Text
from bangfu.registry.imports import operations
from bangfu.registry.rules.names import NAMES, V_RULES, name_of, order, titled

SOURCE = Path(__file__).parents[2] / "src" / "bangfu"
# Where findings at rows and cells are made; the files' own refusals have sentences.
ROSTERS = ("rosters", "unit_roster", "official_roster", "declared_kin")
MAKERS = (
    *SOURCE.glob("registry/rules/*.py"),
    *SOURCE.glob("registry/roll/*.py"),
    *SOURCE.glob("exchange/*.py"),
    *(SOURCE / "pairing" / f"{name}.py" for name in ROSTERS),
)


def codes_in(path: Path) -> set[str]:
    """Codes given to the calls that make findings, read from the source."""
    place = {"Problem": 0, "of_members": 0, "of_households": 0, "mark": 2, "note": 2}
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = getattr(node.func, "id", getattr(node.func, "attr", ""))
        at = place.get(called)
        if at is not None and len(node.args) > at:
            value = node.args[at]
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                found.add(value.value)
    return found


def test_every_code_that_a_finding_can_have_is_in_the_table():
    codes = set().union(*(codes_in(path) for path in MAKERS))

    assert {"V1", "V15", "left", "required", "no_unit", "half_a_key"} <= codes
    assert codes <= set(NAMES)


def test_the_numbered_rules_are_v1_to_v15_in_order():
    assert list(V_RULES) == [f"V{number}" for number in range(1, 16)]
    assert sorted(["V10", "year", "V2", "V1"], key=order) == ["V1", "V2", "V10", "year"]


@pytest.mark.parametrize(
    ("code", "zh", "en"),
    [
        ("V1", "V1 身份证号码", "V1 identity number"),
        ("unknown_village", "区划库中没有的村", "village not on file"),
        ("never_seen", "never_seen", "never_seen"),
    ],
)
def test_a_rule_is_said_in_words(code, zh, en):
    assert titled(code).in_language("zh") == zh
    assert titled(code).in_language("en") == en


def test_no_page_loads_polars_for_the_names():
    program = "import sys, bangfu.registry.rules.names; print('polars' in sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout == "False\n"
    assert name_of("V3") == Text("户主与配偶", "head and spouse")


def test_the_error_workbook_names_the_rules_of_each_row(importer):
    bad = family("0001", 2)
    right = bad[1][1]["identity_number"]
    bad[1][1]["identity_number"] = right[:-1] + ("1" if right[-1] != "1" else "0")
    zero = family("0", 3)
    record, _ = importer.check(
        families("0002"), workbook([bad[0], zero[0]], [*bad[1], *zero[1]])
    )

    book = openpyxl.load_workbook(io.BytesIO(operations.error_workbook(record, 1)))

    sheet = book["成员"]
    titles = [cell.value for cell in sheet[1]]
    at = titles.index("核查规则") + 1
    assert [sheet.cell(row, at).value for row in range(2, sheet.max_row + 1)] == [
        "随整户退回",
        "V1 身份证号码",
        "户编号为空或为 0",
        "户编号为空或为 0",
    ]
