"""`bangfu notices list` and `bangfu notices settle`."""

from __future__ import annotations

import json
from typing import Any

import click
from django.utils import timezone

from bangfu.calc.values.text import Text
from bangfu.publicity import operations, permissions, queries
from bangfu.publicity.models import Notice
from bangfu.publicity.states import Act, NoticeState
from bangfu.scope import Actor, acting
from bangfu.scope.command import actor_for_command

LISTED_MAX = 1_000
_OVER = "over"


@click.group()
def notices() -> None:
    """Notices: what is posted, what has passed."""


@notices.command(name="list")
@click.option(
    "--standing",
    type=click.Choice([*NoticeState.values, _OVER]),
    help="a state, or those whose window is over",
)
@click.option("--json", "as_json", is_flag=True, help="one JSON document")
@click.pass_context
def list_(ctx: click.Context, *, standing: str | None, as_json: bool) -> None:
    """List the notices in scope, newest first; at most 1,000."""
    by = actor_for_command(ctx, roles=permissions.READ_ROLES)
    with acting(by):
        rows = queries.notices()
        if standing == _OVER:
            over = queries.to_settle(at=queries.today())
            rows = rows.filter(pk__in=over.values("pk"))
        elif standing:
            rows = rows.filter(state=standing)
        found = [_document(one) for one in rows.order_by("-pk")[:LISTED_MAX]]
    if as_json:
        click.echo(json.dumps({"notices": found}, ensure_ascii=False, indent=2))
        return
    for one in found:
        period = f"{one['first'] or '—'} – {one['last'] or '—'}"
        click.echo(
            f"{one['notice']}  {one['state']}  {one['division']}  {period}  {one['title']}"
        )


def _document(notice: Any) -> dict[str, object]:
    posting = getattr(notice, "posting", None)
    if posting is not None and posting.days == 0:
        posting = None  # an announcement has no window
    return {
        "notice": notice.pk,
        "kind": str(notice.kind),
        "state": str(notice.state),
        "division": str(notice.division_code),
        "title": notice.title,
        "entries": notice.entry_count,
        "open_objections": notice.open_count,
        "first": posting.first_date.isoformat() if posting else None,
        "last": posting.last_date.isoformat() if posting else None,
    }


@notices.command()
@click.option("--json", "as_json", is_flag=True, help="one JSON document")
@click.pass_context
def settle(ctx: click.Context, *, as_json: bool) -> None:
    """Record what passed in every notice of the acting office and of those below it."""
    by = actor_for_command(ctx, roles=permissions.POST_ROLES)
    with acting(by):
        over = queries.to_settle(at=queries.today()).order_by("pk")
        waiting = [one.pk for one in over if _may(by, one)]
    passed = {}
    for notice_id in waiting:  # each a transaction of its own
        with acting(by):
            entries = operations.settle(by=by, at=timezone.now(), notice_id=notice_id)
        passed[notice_id] = len(entries)
    if as_json:
        done = [{"notice": key, "passed": count} for key, count in passed.items()]
        click.echo(json.dumps({"settled": done}, indent=2))
        return
    words = Text(
        "已办结 {n} 份公示，共 {m} 条。",
        "Notices settled: {n}, entries passed: {m}.",
        {"n": len(passed), "m": sum(passed.values())},
    )
    language = str((ctx.find_root().obj or {}).get("lang") or "en")
    click.echo(words.in_language(language))


def _may(by: Actor, notice: Notice) -> bool:
    return permissions.can_act(by, Act.SETTLE, notice)
