"""Every act that the code records has its words for the audit's page, and no others."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import bangfu
from bangfu.site.acts import ACTS, SUBJECTS

SOURCE = Path(bangfu.__file__).parent
RECORDERS = {"record", "record_read"}
OWNERS = {"audit", "recording"}  # the second hands on what a mechanism did


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            if node.func.attr in RECORDERS and getattr(owner, "id", "") in OWNERS:
                yield node


def action_of(call: ast.Call) -> ast.expr:
    named = {each.arg: each.value for each in call.keywords}
    return call.args[0] if call.args else named["action"]


def texts(tree: ast.AST) -> set[str]:
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def recorded() -> set[str]:
    """Return the acts that stand literally in the code, or in a file that records one."""
    found = set()
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        own = list(calls(tree))
        for call in own:
            action = action_of(call)
            if isinstance(action, ast.Constant):
                found.add(action.value)
        if any(not isinstance(action_of(call), ast.Constant) for call in own):
            found |= {text for text in texts(tree) if text in ACTS}
    return found


def test_there_are_acts_to_walk():
    assert len(recorded()) > 25


def test_every_recorded_act_has_its_words():
    assert recorded() - ACTS.keys() == set(), "say them in bangfu.site.acts"


def test_an_act_begins_with_the_app_that_does_it():
    apps = {path.name for path in SOURCE.iterdir() if path.is_dir()}

    assert {act.partition(".")[0] for act in ACTS} <= apps


def test_every_subject_is_a_table_and_leads_to_a_page():
    from django.apps import apps
    from django.urls import reverse

    for label, subject in SUBJECTS.items():
        assert apps.get_model(label)
        assert not subject.route or reverse(subject.route, args=[1])
        assert bool(subject.route) == bool(subject.roles), label
