"""Which snapshots there are. Loads no engine: the web pages ask here."""

from __future__ import annotations

from django.db.models import Prefetch, Q, QuerySet

from bangfu.calc.values.findings import BadInput
from bangfu.calc.values.text import Text
from bangfu.lake.models import Part, Snapshot, State
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

_SYSTEM = system_actor("lake")


class NoSnapshot(BadInput):
    """There is no snapshot of this number, or none at all."""

    code = "no_snapshot"
    http_status = 404


def published(number: int | None = None) -> Snapshot:
    """Return a snapshot whose files are there; None takes the newest.

    Raises NoSnapshot.
    """
    rows = Snapshot.objects.filter(state=State.PUBLISHED)
    found = (rows if number is None else rows.filter(pk=number)).order_by("-pk").first()
    if found is not None:
        return found
    if number is None:
        raise NoSnapshot(
            Text("还没有快照。", "There is no snapshot yet."),
            remedy=Text(
                "请运行 bangfu lake snapshot。", "Run bangfu lake snapshot first."
            ),
        )
    raise NoSnapshot(
        Text(
            "没有第 {number} 期快照，或已清理。",
            "There is no snapshot {number}, or it was pruned.",
            {"number": number},
        ),
        remedy=Text("请运行 bangfu lake list 查看。", "See bangfu lake list."),
    )


def snapshots() -> QuerySet[Snapshot]:
    """Return all snapshots with their parts within the acting scope, newest first."""
    parts = Prefetch("parts", Part.objects.defer("columns"))
    return Snapshot.objects.prefetch_related(parts).order_by("-pk")


def referenced() -> set[int]:
    """Return the numbers of the snapshots that records of other apps point to."""
    points = Q()
    for relation in Snapshot._meta.related_objects:
        if relation.related_model is not Part:
            points |= Q(**{f"{relation.get_accessor_name()}__isnull": False})
    if not points:
        return set()
    with acting(_SYSTEM):
        rows = Snapshot.objects.filter(points)
        return set(rows.values_list("pk", flat=True))
