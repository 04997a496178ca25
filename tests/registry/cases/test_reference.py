"""The reference page of the life cycle is written from the table."""

from __future__ import annotations

from pathlib import Path

import pytest

from bangfu.registry.cases import diagram, procedure
from bangfu.registry.cases.acts import ACTS, BY_CODE
from bangfu.registry.cases.rules import EVIDENCE_TEXTS, FITTING
from bangfu.registry.cases.states import ENDS, CaseKind, CaseState
from bangfu.registry.code_lists import ACTIVE_STATUS, NOT_IN_ROLL, STATUS

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "life-cycle.md"


def test_the_page_is_current():
    page = PAGE.read_text(encoding="utf-8")

    assert diagram.filled(page) == page
    for name in diagram.parts():
        assert f"<!-- {name}: begin -->" in page


def test_every_act_stands_on_the_page():
    page = PAGE.read_text(encoding="utf-8")

    assert [
        act.code for act in ACTS if f"| `{act.code}` {act.text.zh} |" not in page
    ] == []


@pytest.mark.parametrize("kind", list(CaseKind))
def test_every_procedure_leads_to_an_end_from_everywhere(kind):
    states = procedure.states_of(kind)

    assert ENDS & set(states)
    for state in states:
        leads_on = procedure.leading_on(kind, state)
        assert (not leads_on) == (state in ENDS)
        step = procedure.next_step(kind, state)
        assert step is None or not step.is_back


@pytest.mark.parametrize("kind", list(CaseKind))
def test_every_state_that_waits_for_a_posting_can_be_sent_back(kind):
    waiting = [
        state
        for state in procedure.states_of(kind)
        if any(act.notice for act in procedure.leading_on(kind, state))
    ]

    assert waiting
    assert all(procedure.return_of(kind, state) is not None for state in waiting)


def test_the_table_names_known_documents_acts_and_statuses():
    assert {kind for act in ACTS for kind in act.evidence} <= EVIDENCE_TEXTS.keys()
    assert {code for act in ACTS for code in act.not_by} <= BY_CODE.keys()
    assert {c for codes in FITTING.values() for c in codes} <= set(STATUS.labels)
    assert len(BY_CODE) == len(ACTS)


def test_every_state_is_reached_by_some_procedure():
    reached = {state for kind in CaseKind for state in procedure.states_of(kind)}

    assert set(CaseState) - reached == set()


def test_who_is_not_on_the_roll_is_not_helped():
    assert not set(NOT_IN_ROLL) & set(ACTIVE_STATUS)
