"""To-dos of suspected duplicates."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from bangfu.calc.values.text import Text
from bangfu.registry.duplicates import permissions, queries
from bangfu.registry.duplicates.states import GroupState
from bangfu.scope import Actor
from bangfu.web.todo import Todo


def todo(*, by: Actor, at: datetime) -> list[Todo]:
    """Return the suspected duplicates that nobody has looked at."""
    if not permissions.can_decide(by):
        return []
    return [
        Todo(
            Text("疑似重复待核对", "Suspected duplicates to check"),
            queries.count_open(),
            f"{reverse('registry:duplicates')}?state={GroupState.OPEN.value}",
            "doubt",
            "intersect",
        )
    ]
