"""What the page of checks shows: each with its hits, verdicts and precision."""

from __future__ import annotations

from dataclasses import dataclass

from bangfu.calc.values.text import Text
from bangfu.jobs.models import Job, State
from bangfu.jobs.presenting import progress_of
from bangfu.registry.crosschecks import queries
from bangfu.registry.crosschecks.declaration import Check, Group
from bangfu.registry.crosschecks.declared import CHECKS
from bangfu.registry.crosschecks.kinds import LAYOUTS, ListKind
from bangfu.registry.crosschecks.models import ExternalList
from bangfu.registry.crosschecks.operations import JOB
from bangfu.registry.crosschecks.queries import Tally
from bangfu.scope import Actor
from bangfu.web import formats
from bangfu.web.progress import Progress


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check with how it stands. precision: in words, with its interval."""

    check: Check
    tally: Tally
    precision: Text
    skipped: Text | None


def groups() -> list[tuple[Group, list[CheckRow]]]:
    """Return the checks by group, in the declared order."""
    found = queries.tallies([check.code for check in CHECKS])
    run = queries.last_run()
    skipped = {} if run is None else run.skipped
    rows = [
        CheckRow(
            check,
            found[check.code],
            precision_text(found[check.code]),
            Text.from_json(skipped[check.code]) if check.code in skipped else None,
        )
        for check in CHECKS
    ]
    return [
        (group, [row for row in rows if row.check.group == group]) for group in Group
    ]


def precision_text(tally: Tally) -> Text:
    """Return the share of true hits and its interval, or that nobody judged any."""
    known = tally.precision
    if known.share is None:
        return Text("尚无结论", "no verdict yet")
    return Text(
        "{share}（{low} 至 {high}）",
        "{share} ({low} to {high})",
        {
            "share": formats.percent(known.share, 0),
            "low": formats.percent(known.low, 0),
            "high": formats.percent(known.high, 0),
        },
    )


def progress(by: Actor) -> Progress | None:
    """Return the progress of a run over the reader's division that is under way."""
    job = (
        Job.objects.filter(
            kind=JOB,
            division_code=by.division,
            state__in=(State.QUEUED, State.RUNNING),
        )
        .order_by("-pk")
        .first()
    )
    return None if job is None else progress_of(job)


@dataclass(frozen=True, slots=True)
class KindRow:
    """One kind of list and the one in force, None when none has arrived."""

    kind: ListKind
    text: Text
    source: Text
    current: ExternalList | None


def kinds_on_file() -> list[KindRow]:
    """Return every kind of list with the newest one in force within the scope."""
    current = {
        one.kind: one
        for one in queries.lists().filter(replaced_at=None).order_by("as_of", "pk")
    }
    return [
        KindRow(kind, kind.text, LAYOUTS[kind].source, current.get(kind))
        for kind in ListKind
    ]
