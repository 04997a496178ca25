"""The reference page of the project library is written from the table."""

from __future__ import annotations

import re
from pathlib import Path

from bangfu.funds.projects import diagram
from bangfu.funds.projects.acts import (
    ACTS,
    BY_CODE,
    EVIDENCE_TEXTS,
    leading_on,
    next_step,
    transitions,
)
from bangfu.funds.projects.models import ProjectTransition
from bangfu.funds.projects.states import ENDS, ProjectState

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "reference" / "project-library.md"


def test_the_page_is_current():
    page = PAGE.read_text(encoding="utf-8")

    assert diagram.filled(page) == page
    assert [
        act.code for act in ACTS if f"| `{act.code}` {act.text.zh} |" not in page
    ] == []


def test_every_state_but_the_ends_leads_on():
    for state in ProjectState:
        assert (not leading_on(state)) == (state in ENDS)
        assert (next_step(state) is None) == (state in ENDS)


def test_the_table_names_known_documents_and_acts():
    assert {kind for act in ACTS for kind in act.evidence} <= EVIDENCE_TEXTS.keys()
    assert {code for act in ACTS for code in act.not_by} <= BY_CODE.keys()
    assert len(BY_CODE) == len(ACTS)


def test_the_database_knows_the_table(db):
    assert set(ProjectTransition.objects.values_list("key", flat=True)) == transitions()


def test_every_error_code_is_explained():
    sources = [
        *(ROOT / "src" / "bangfu" / "funds" / "projects").glob("*.py"),
        *(ROOT / "src" / "bangfu" / "funds" / "budgets").glob("*.py"),
        *(ROOT / "src" / "bangfu" / "funds" / "claims").glob("*.py"),
    ]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    codes = set(re.findall(r'^    code = "([a-z_.]+)"', text, re.M))
    page = PAGE.read_text(encoding="utf-8")

    assert len(codes) > 25
    assert [code for code in sorted(codes) if f"`{code}`" not in page] == []
