"""The house rules that a machine can hold."""

import ast
import importlib
import inspect
import re
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "bangfu"
FILES = sorted(p for p in SOURCE.rglob("*.py") if "migrations" not in p.parts)
LAYERS = [
    {"calc", "local"},
    {"scope", "vault"},
    {"web"},
    {"policy", "audit", "jobs", "exchange", "lake"},
    {"files"},
    {"accounts"},
    {"divisions"},
    {"publicity"},
    {"registry"},
    {"pairing", "funds"},
    {"sample"},
    {"site", "cli"},
]
LINES_MAX = 70  # of a function; 50 is where to stop, and most stop at 15
OPERATIONS = sorted(SOURCE.glob("*/operations.py")) + sorted(
    [*SOURCE.glob("*/operations/*.py"), *SOURCE.glob("funds/*/operations.py")]
)


def level(package: str) -> int:
    return next(n for n, layer in enumerate(LAYERS) if package in layer)


def net_lines(node: ast.AST) -> int:
    """Lines of a function without its docstring."""
    doc = ast.get_docstring(node, clean=False)
    return node.end_lineno - node.lineno + 1 - (len(doc.splitlines()) if doc else 0)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_files_and_functions_can_be_read_in_one_go(path):
    text = path.read_text(encoding="utf-8")
    long = [
        f"{node.name}: {net_lines(node)}"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and net_lines(node) > LINES_MAX
    ]

    assert len(text.splitlines()) <= 500
    assert long == []


@pytest.mark.parametrize("path", OPERATIONS, ids=lambda p: str(p.relative_to(SOURCE)))
def test_operations_say_who_and_when(path):
    name = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)
    module = importlib.import_module(name.removesuffix(".__init__"))
    checked = 0
    for function_name, function in inspect.getmembers(module, inspect.isfunction):
        if function_name.startswith("_") or function.__module__ != module.__name__:
            continue
        checked += 1
        parameters = inspect.signature(function).parameters.values()
        assert (
            all(p.kind is p.KEYWORD_ONLY for p in parameters)
            or function_name == "record"
        ), f"{function_name} takes positional arguments"
        names = {p.name for p in parameters}
        assert "at" in names, f"{function_name} does not take at="
        assert "by" in names or function_name == "create_first_administrator"
        assert function.__doc__, f"{function_name} has no docstring"

    assert checked or path.name == "__init__.py"


def test_foreign_keys_point_to_the_same_layer_or_below():
    upward = [
        f"{model._meta.label} -> {field.related_model._meta.label}"
        for model in apps.get_models()
        if model.__module__.startswith("bangfu.")
        for field in model._meta.get_fields()
        if field.concrete
        and field.is_relation
        and field.related_model.__module__.startswith("bangfu.")
        and level(field.related_model._meta.app_label) > level(model._meta.app_label)
    ]

    assert upward == []


def test_migrations_are_named_for_what_they_change():
    badly = [
        str(path.relative_to(SOURCE))
        for path in SOURCE.glob("*/migrations/0*.py")
        if any(word in path.stem for word in ("auto", "initial", "migration"))
    ]

    assert badly == []


def test_no_signals_between_apps():
    found = [
        str(path.relative_to(SOURCE))
        for path in FILES
        if "from django.dispatch" in path.read_text(encoding="utf-8")
    ]

    assert found == []


def test_nothing_is_marked_for_later():
    marks = re.compile(r"(?<!\w)(TODO|FIXME|XXX)(?!\w)")
    found = [
        str(path.relative_to(SOURCE))
        for path in FILES
        if marks.search(path.read_text(encoding="utf-8"))
    ]

    assert found == []
