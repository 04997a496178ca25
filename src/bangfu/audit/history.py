"""History: the rows as they were before each change, written by the database itself.

A statement-level trigger copies the old rows of every UPDATE and DELETE, so bulk and raw
SQL cannot escape it. An INSERT leaves no history: the row itself is its first version.
Each history row carries user, grant and act as JSON in `pgh_context` (see scope.acting).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pghistory
from django.db import models

_Model = TypeVar("_Model", bound=type[models.Model])


def keeps_history() -> Callable[[_Model], _Model]:
    """Return a class decorator that makes `<Model>Event` and its triggers.

    The event table is named `<app>_<model>event`; its migration must make it append-only
    and bind it by row security like the table itself.
    """
    decorate: Callable[[_Model], _Model] = pghistory.track(
        pghistory.UpdateEvent(row=pghistory.Old, level=pghistory.Statement),
        pghistory.DeleteEvent(level=pghistory.Statement),
        context_field=pghistory.ContextJSONField(),
        context_id_field=None,  # type: ignore[arg-type]  # documented, not typed
        obj_field=pghistory.ObjForeignKey(
            related_name="history", db_constraint=False, on_delete=models.DO_NOTHING
        ),
        append_only=False,
    )
    return decorate
