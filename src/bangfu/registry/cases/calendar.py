"""The year of the roll: which work falls into which month, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bangfu.calc.values.text import Text
from bangfu.policy import queries as policy
from bangfu.registry.cases.models import Step
from bangfu.registry.cases.states import CaseState
from bangfu.scope import Actor

TASKS = {
    "survey": Text("情况摸排", "condition survey"),
    "change": Text("识别与信息变更", "identification and changes"),
    "exit": Text("退出认定", "exit"),
}
# What a task leads to, counted as done in its month.
_DONE = {
    "survey": ("lead", "surveyed", "visited"),
    "change": (CaseState.REGISTERED, CaseState.DEREGISTERED, CaseState.MONITORED),
    "exit": (CaseState.EXIT_PROPOSED, CaseState.EXITED),
}


@dataclass(frozen=True, slots=True)
class Task:
    """One task of a month: its name and how many steps of it were recorded."""

    key: str
    text: Text
    done: int


@dataclass(frozen=True, slots=True)
class Month:
    """A month with its tasks."""

    number: int
    tasks: list[Task]


def months(by: Actor, *, on: date) -> list[Month]:
    """Return the months of the year of `on` with their tasks, within the acting scope."""
    held = policy.active().value("calendar.tasks", at=on, division=by.division)
    wanted = [(int(str(row["month"])), str(row["task"])) for row in held.rows]
    return [
        Month(
            number,
            [
                Task(task, TASKS[task], _count(task, on.year, number))
                for month, task in wanted
                if month == number
            ],
        )
        for number in range(1, 13)
    ]


def _count(task: str, year: int, month: int) -> int:
    return Step.objects.filter(
        to_state__in=_DONE[task], happened_on__year=year, happened_on__month=month
    ).count()
