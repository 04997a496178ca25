"""The reference page is written from the code, and must be current."""

from __future__ import annotations

import re
from pathlib import Path

from bangfu.publicity import documents
from bangfu.publicity.states import ObjectionState, Verdict

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "publicity.md"


def part(name: str) -> str:
    text = PAGE.read_text(encoding="utf-8")
    found = re.search(
        f"<!-- {name}: begin -->\n(.*)<!-- {name}: end -->", text, re.DOTALL
    )
    assert found is not None
    return found[1]


def test_the_states_are_those_of_the_table():
    assert part("states") == documents.states_table()


def test_the_kinds_are_those_of_the_code():
    assert part("kinds") == documents.kinds_table()


def test_every_verdict_and_state_of_an_objection_is_explained():
    page = PAGE.read_text(encoding="utf-8")

    assert [one for one in Verdict if f"| `{one}` |" not in page] == []
    assert [one for one in ObjectionState if one.value not in page] == []
