"""`bangfu lake snapshot | list | verify | prune`.

With --json one document goes to standard output; what is under way goes to standard
error.
"""

from __future__ import annotations

import json
from typing import Any

import click
from django.conf import settings
from django.utils import timezone

from bangfu.calc.values.findings import Finding
from bangfu.calc.values.text import Text
from bangfu.lake import operations, permissions, presenting, queries
from bangfu.lake.models import State
from bangfu.scope import acting
from bangfu.scope.command import actor_for_command

FINDINGS = 1
LIST_MAX = 1_000
_json_option = click.option(
    "--json", "as_json", is_flag=True, help="one JSON document on stdout"
)


@click.group()
def lake() -> None:
    """Take, list, verify and prune snapshots."""


@lake.command()
@_json_option
@click.pass_context
def snapshot(ctx: click.Context, *, as_json: bool) -> None:
    """Take a snapshot of the whole installation now."""
    by = actor_for_command(ctx, roles=permissions.TAKE_ROLES)
    with acting(by):
        taken = operations.take(by=by, at=timezone.now(), progress=_progress(ctx))
        document = presenting.as_json(queries.snapshots().get(pk=taken.pk))
    _answer(
        ctx,
        document,
        as_json,
        Text(
            "第 {snapshot} 期快照已生成，截止 {cut_off_date}，{rows} 行。",
            "Snapshot {snapshot} is there, up to {cut_off_date}: {rows} rows.",
        ),
    )


@lake.command(name="list")
@_json_option
@click.pass_context
def list_(ctx: click.Context, *, as_json: bool) -> None:
    """List snapshots, newest first, with the counts of one's own division."""
    by = actor_for_command(ctx, roles=permissions.LIST_ROLES)
    with acting(by):
        permissions.check_list(by)
        rows = [presenting.as_json(one) for one in queries.snapshots()[:LIST_MAX]]
    if as_json:
        _emit({"snapshots": rows})
        return
    for row in rows:
        state = State(row["state"]).text
        _say(
            ctx,
            Text(
                "{snapshot}  {state}  截止 {cut_off_date}  {rows} 行",
                "{snapshot}  {state}  up to {cut_off_date}  {rows} rows",
                {**row, "state": state},
            ),
        )


@lake.command()
@click.argument("number", type=int, required=False)
@_json_option
@click.pass_context
def verify(ctx: click.Context, number: int | None, *, as_json: bool) -> None:
    """Check the hashes, counts and sums of snapshot NUMBER (the newest without one).

    Exit code 1 when something is not as it was published.
    """
    by = actor_for_command(ctx, roles=permissions.LIST_ROLES)
    with acting(by):
        row, findings = operations.verify(by=by, at=timezone.now(), number=number)
    document = {
        "snapshot": row.pk,
        "valid": not findings,
        "findings": [_finding(one) for one in findings],
    }
    if not as_json:
        for one in findings:
            _say(ctx, one.message)
    sentence = (
        Text("第 {snapshot} 期快照有问题。", "Snapshot {snapshot} is not as published.")
        if findings
        else Text("第 {snapshot} 期快照完好。", "Snapshot {snapshot} is as published.")
    )
    _answer(ctx, document, as_json, sentence)
    ctx.exit(FINDINGS if findings else 0)


@lake.command()
@click.option(
    "--keep",
    type=click.IntRange(1, operations.KEEP_MAX),
    help="how many of the newest stay [default: BANGFU_LAKE_KEEP]",
)
@_json_option
@click.pass_context
def prune(ctx: click.Context, keep: int | None, *, as_json: bool) -> None:
    """Delete old snapshots but those that results rest on."""
    by = actor_for_command(ctx, roles=permissions.TAKE_ROLES)
    wanted = settings.BANGFU_LAKE_KEEP if keep is None else keep
    with acting(by):
        numbers = operations.prune(by=by, at=timezone.now(), keep=wanted)
    _answer(
        ctx,
        {"pruned": numbers, "keep": wanted},
        as_json,
        Text("清理了 {count} 期快照。", "{count} snapshots were pruned.").with_(
            count=len(numbers)
        ),
    )


def _answer(
    ctx: click.Context, document: dict[str, Any], as_json: bool, sentence: Text
) -> None:
    if as_json:
        _emit(document)
    else:
        _say(ctx, sentence.with_(**{**sentence.params, **document}))


def _emit(document: dict[str, Any]) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def _say(ctx: click.Context, text: Text) -> None:
    click.echo(text.in_language(_language(ctx)))


def _language(ctx: click.Context) -> str:
    return str((ctx.find_root().obj or {}).get("lang") or "en")


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "code": finding.code,
        "subject": finding.subject,
        "severity": finding.severity.value,
        "message": finding.message.as_json(),
    }


def _progress(ctx: click.Context) -> operations.Progress:
    language = _language(ctx)

    def show(done: int, total: int, message: Text) -> None:
        click.echo(f"[{done}/{total}] {message.in_language(language)}", err=True)

    return show
