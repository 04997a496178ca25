"""The reference page is written from the pack and the schema, and must be current."""

from __future__ import annotations

import re
from pathlib import Path

from bangfu.policy import documents
from bangfu.policy.loading import DEFAULT_PACK, load
from bangfu.policy.parameters import PLACES

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference" / "policy-pack.md"


def part(name: str) -> str:
    text = REFERENCE.read_text(encoding="utf-8")
    found = re.search(
        f"<!-- {name}: begin -->\n(.*)<!-- {name}: end -->", text, re.DOTALL
    )
    assert found is not None
    return found[1]


def test_the_parameters_are_those_of_the_default_pack():
    assert part("parameters") == documents.markdown_tables(load(DEFAULT_PACK))


def test_the_places_are_those_of_the_schema():
    assert part("places") == documents.markdown_places()


def test_every_place_has_a_row():
    assert all(f"| `{place}` |" in part("places") for place in PLACES)


def test_every_code_of_a_fault_is_explained():
    sources = (ROOT / "src" / "bangfu" / "policy").glob("*.py")
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    codes = set(
        re.findall(
            r'(?:Finding|WrongCell|_finding|report\.add)\(\s*"([a-z_0-9]+)"', text
        )
    )
    codes |= set(re.findall(r'_report_cell\(\s*report,\s*"([a-z_]+)"', text))

    assert len(codes) >= 25
    page = REFERENCE.read_text(encoding="utf-8")
    assert {code for code in codes if f"`{code}`" not in page} == set()
