"""To-dos: what waits for the acting person, as each app counts it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bangfu.calc.values.text import Text
from bangfu.scope import Actor


@dataclass(frozen=True, slots=True)
class Todo:
    """One kind of waiting work: how many, and the list on which it is done.

    kind: "due" (somebody waits for it), "doubt" (look at it) or "gap" (coverage).
    """

    text: Text
    count: int
    url: str
    kind: str = "due"
    icon: str = "inbox"


# An app's function for settings.BANGFU_TODO: todo(by=, at=) -> to-dos, within the scope.
TodoFunction = Callable[..., list[Todo]]


def sorted_todos(todos: list[Todo]) -> list[Todo]:
    """Put what is due first and leave out what is done."""
    rank = {"due": 0, "gap": 1, "doubt": 2}
    waiting = [todo for todo in todos if todo.count]
    return sorted(waiting, key=lambda todo: (rank.get(todo.kind, 3), -todo.count))


def collect(functions: list[TodoFunction], *, by: Actor, at: datetime) -> list[Todo]:
    """Ask every app."""
    return sorted_todos([todo for ask in functions for todo in ask(by=by, at=at)])
