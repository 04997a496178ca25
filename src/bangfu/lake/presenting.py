"""Snapshots as the page and the command line show them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from bangfu.calc.values.text import Text, join
from bangfu.lake.declaration import datasets
from bangfu.lake.models import Snapshot, State
from bangfu.web.cells import Badge

_BADGES = {
    State.PUBLISHED: ("success", "check-circle-fill"),
    State.PRUNED: ("neutral", "archive"),
}


def state_badge(snapshot: Snapshot) -> Badge:
    """Return the state as icon and words."""
    state = State(snapshot.state)
    kind, icon = _BADGES[state]
    return Badge(state.text, kind, icon)


def counts(snapshot: Snapshot) -> dict[str, int]:
    """Return the rows of each dataset within the acting scope, in declared order."""
    found: Counter[str] = Counter()
    for part in snapshot.parts.all():
        found[part.dataset] += part.rows
    order = [one.table.name for one in datasets() if one.table.name in found]
    rest = sorted(found.keys() - set(order))
    return {name: found[name] for name in [*order, *rest]}


def counts_text(snapshot: Snapshot) -> Text | None:
    """Return the counts in words, e.g. "households 1,234 · members 4,567"."""
    names = {one.table.name: one.table.text for one in datasets()}
    said = [
        Text("{what} {rows}", "{what} {rows}").with_(
            what=names.get(name, Text(name, name)), rows=f"{rows:,}"
        )
        for name, rows in counts(snapshot).items()
    ]
    return join(said, zh=" · ", en=" · ") if said else None


def withheld(snapshot: Snapshot) -> int:
    """Return how many cells were withheld because they were not codes."""
    return sum(part.withheld for part in snapshot.parts.all())


def size_bytes(snapshot: Snapshot) -> int:
    """Return the size of the files within the acting scope."""
    return sum(part.size_bytes for part in snapshot.parts.all())


def as_json(snapshot: Snapshot) -> dict[str, Any]:
    """Return a snapshot as a document; counts are those within the acting scope."""
    by_dataset = counts(snapshot)
    return {
        "snapshot": snapshot.pk,
        "state": str(snapshot.state),
        "taken_at": snapshot.taken_at.isoformat(),
        "cut_off_date": snapshot.cut_off_date.isoformat(),
        "taken_by": snapshot.username,
        "code_version": snapshot.code_version,
        "pack_hash": snapshot.pack_hash,
        "manifest_sha256": snapshot.manifest_sha256,
        "rows": sum(by_dataset.values()),
        "datasets": by_dataset,
        "counties": sorted({str(p.division_code) for p in snapshot.parts.all()}),
        "size_bytes": size_bytes(snapshot),
        "withheld": withheld(snapshot),
    }
